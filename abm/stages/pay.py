"""pay: budgets, grants and advances, fees and outcome payments by lag and caps, wages, capital and returns, in whole cents."""

import numpy as np

from abm.compiled import compiled, compiled_with_arrays
from abm.ledger import (
    ADVANCE,
    AUTHORITY,
    BANK,
    EVALUATION,
    EVALUATOR,
    EXPENSES,
    FEE,
    GRANT,
    HOUSEHOLD,
    INTEREST,
    INTERMEDIARY,
    OUTCOME_PAYMENT,
    OVERHEAD,
    PROVIDER_ACCOUNT,
    REFUND,
    STAFF,
    TREASURY,
    USUAL_SERVICE,
    WAGE,
    authority_account,
    cents,
    provider_account,
    single_account,
)  # fmt: skip
from abm.rules.finance import HOLDS_ACCOUNT, SOCIAL_PRIME, monthly_cost_of_credit
from abm.stages.contract_terms import investors_in, manager_fee
from abm.stages.deliver_hours import advance_of_month, new_loan, own_part, part_of_investors
from abm.stages.leave import leave
from abm.stages.pay_capital import allow_returns, call_capital, pay_guarantee, receive, release, repay_loan, reuse
from abm.stages.pay_fund import pool_ceilings
from abm.stages.pay_moves import held_account, move, pay_public, pay_through, return_to_treasury
from abm.stages.pay_prime import run_prime

WRITES = (
    "balances", "flows", "providers.income", "localities.owed", "providers.year_surplus", "providers.outcome_income",
    "providers.loan", "providers.active", "providers.partner", "providers.exited", "providers.award_share",
    "providers.planned_hours", "edges.active", "investors.capital", "localities.capital_called",
    "localities.return_paid", "localities.return_allowed", "providers.shortfall_consequence",
    "localities.expenses_left", "localities.expenses_per_hour", "localities.recycled", "localities.prime_reserves",
    "localities.development", "localities.claim_ceiling", "localities.room_moved",
)  # fmt: skip


def pay(world):
    """Move the month's money in every locality."""
    settle_accounts(world)
    pool_ceilings(world)


@compiled
def settle_accounts(world):
    """The same in the world's part, before a fund that several places share moves room between them."""
    clock = world.clock[0]
    for row in range(world.part[0], world.part[1]):
        place = world.localities[row]
        for p in range(place.provider_first, place.provider_end):
            if world.providers[p].active:
                _pay_usual_service(world, row, p)
        if not place.funded:
            continue
        prime = world.settings[row].finance_intermediary == SOCIAL_PRIME
        _pay_development(world, row)
        if place.serving:
            _pay_management(world, row)
            if not prime:
                _pay_running(world, row)
        _pay_expenses(world, row)
        allow_returns(world, row)
        if prime:
            run_prime(world, row)
        for p in range(place.provider_first, place.provider_end):
            if not prime:
                _pay_due(world, row, p)
            _pay_wages(world, row, p)
            _pay_penalty(world, row, p)
            _pay_interest(world, row, p)
            _lapse(world, row, p)
            _maybe_exit(world, row, p)
        if place.owed > 0:
            receive(world, row, 0, OUTCOME_PAYMENT if world.settings[row].payment_outcome_share > 0.0 else FEE)
        if clock.month == clock.months or place.closing:
            _settle_loans(world, row)
        if clock.month == clock.months or not place.serving:
            release(world, row, OUTCOME_PAYMENT)
        if clock.month == clock.months:
            pay_guarantee(world, row)


@compiled
def _pay_usual_service(world, row, p):
    """Usual services are funded and worked outside the contract, alike in every design."""
    facts, provider = world.settings[row], world.providers[p]
    account = provider_account(p, world.localities.shape[0])
    amount = cents(provider.usual_hours * facts.money_wage)
    move(world, TREASURY, TREASURY, account, PROVIDER_ACCOUNT, USUAL_SERVICE, amount)
    move(world, account, PROVIDER_ACCOUNT, single_account(STAFF), STAFF, WAGE, amount)


@compiled
def _pay_development(world, row):
    """A development grant goes to the partners, who pay hours of bids and negotiation with it; the rest is working capital."""
    place, facts = world.localities[row], world.settings[row]
    amount, place.development = place.development, 0
    hours_cost = cents(place.development_hours * facts.money_wage * (1.0 + facts.money_overhead))
    left, last = amount, -1
    for p in range(place.provider_first, place.provider_end):
        last = p if world.providers[p].partner else last
    for p in range(place.provider_first, last + 1):
        provider, account = world.providers[p], provider_account(p, world.localities.shape[0])
        if amount > 0 and provider.partner:
            part = left if p == last else min(left, int(amount * provider.award_share))
            left -= part
            pay_through(world, row, account, PROVIDER_ACCOUNT, GRANT, part)
            provider.income += part
            worked = min(part, int(hours_cost * provider.award_share))
            move(world, account, PROVIDER_ACCOUNT, single_account(STAFF), STAFF, WAGE, worked)


@compiled
def _pay_management(world, row):
    """Evaluation and governance; the people of an intermediary or social prime are paid out of its fee."""
    place, facts, clock = world.localities[row], world.settings[row], world.clock[0]
    fee = manager_fee(facts)
    overhead = cents((place.overhead_budget - fee) / clock.service_months)
    pay_public(world, row, single_account(EVALUATOR), EVALUATOR, EVALUATION, overhead)
    account, amount = held_account(world, row), cents(fee / clock.service_months)
    pay_public(world, row, account, INTERMEDIARY, OVERHEAD, amount)
    move(world, account, INTERMEDIARY, single_account(STAFF), STAFF, OVERHEAD, amount)


@compiled
def _pay_running(world, row):
    """Block part, advances and capital calls of the month."""
    place, facts = world.localities[row], world.settings[row]
    investor_part = facts.finance_bridge_investor * investors_in(world, row)
    bridged = facts.finance_bridge_state + investor_part
    for p in range(place.provider_first, place.provider_end):
        provider = world.providers[p]
        if not provider.partner:
            continue
        account = provider_account(p, world.localities.shape[0])
        block, advance = advance_of_month(world, row, p)
        pay_through(world, row, account, PROVIDER_ACCOUNT, GRANT, cents(block))
        provider.income += cents(block) + cents(advance)
        provider.year_surplus += cents(block) + cents(advance)
        if advance <= 0.0:
            continue
        from_state = cents(advance * facts.finance_bridge_state / bridged)
        pay_through(world, row, account, PROVIDER_ACCOUNT, ADVANCE, from_state)
        _advance_capital(world, row, account, cents(advance) - from_state)
        provider.loan += new_loan(world, row, p)


@compiled
def _advance_capital(world, row, account, amount):
    """Investors' part of an advance, to the provider itself or through the account that is held for the contract."""
    if world.settings[row].finance_intermediary != HOLDS_ACCOUNT:
        call_capital(world, row, account, PROVIDER_ACCOUNT, amount)
        return
    held = held_account(world, row)
    call_capital(world, row, held, INTERMEDIARY, amount - reuse(world, row, amount))
    move(world, held, INTERMEDIARY, account, PROVIDER_ACCOUNT, ADVANCE, amount)


@compiled_with_arrays
def _pay_expenses(world, row):
    """Hours of co-production are paid a small sum, through the provider that they help, while the reserve for it lasts."""
    place, rate = world.localities[row], world.settings[row].coproduction_expenses
    place.expenses_per_hour = 0.0
    if not place.serving or rate <= 0.0:
        return
    hours, total = np.zeros(place.provider_end - place.provider_first), 0.0
    for i in range(place.family_first, place.family_end):
        if world.families[i].enrolled:
            hours[world.families[i].main_provider - place.provider_first] += world.families[i].coproduction_hours
            total += world.families[i].coproduction_hours
    for v in range(place.volunteer_first, place.volunteer_end):
        if world.providers[world.volunteers[v].provider].partner:
            hours[world.volunteers[v].provider - place.provider_first] += world.volunteers[v].hours
            total += world.volunteers[v].hours
    if total <= 0.0:
        return
    place.expenses_per_hour = min(rate, 0.01 * place.expenses_left / total)
    for p in range(place.provider_first, place.provider_end):
        account = provider_account(p, world.localities.shape[0])
        amount = int(100.0 * place.expenses_per_hour * hours[p - place.provider_first])
        pay_public(world, row, account, PROVIDER_ACCOUNT, GRANT, amount)
        move(world, account, PROVIDER_ACCOUNT, single_account(HOUSEHOLD), HOUSEHOLD, EXPENSES, amount)
        place.expenses_left -= amount


@compiled
def _pay_due(world, row, p):
    """Pay what has become payable: to the provider by the risk it bears, to investors by what they advanced."""
    facts, clock, provider = world.settings[row], world.clock[0], world.providers[p]
    due = world.dues[clock.month, p]
    if due <= 0:
        return
    purpose = OUTCOME_PAYMENT if facts.payment_outcome_share > 0.0 else FEE
    account = provider_account(p, world.localities.shape[0])
    own = own_part(world, row, due)
    if not provider.exited:
        pay_through(world, row, account, PROVIDER_ACCOUNT, purpose, own)
        provider.income += own
        provider.year_surplus += own
        provider.outcome_income += own if purpose == OUTCOME_PAYMENT else 0
        repay_loan(world, row, p, account, min(own, provider.loan))
    receive(world, row, part_of_investors(world, row, due - own), purpose)


@compiled
def _pay_wages(world, row, p):
    """Contract hours cost wages and overhead, whatever they were spent on."""
    facts, provider = world.settings[row], world.providers[p]
    account = provider_account(p, world.localities.shape[0])
    wages = cents(provider.contract_hours * facts.money_wage)
    move(world, account, PROVIDER_ACCOUNT, single_account(STAFF), STAFF, WAGE, wages)
    overhead = cents(provider.contract_hours * facts.money_wage * facts.money_overhead)
    move(world, account, PROVIDER_ACCOUNT, single_account(STAFF), STAFF, OVERHEAD, overhead)
    provider.year_surplus -= wages + overhead


@compiled
def _lapse(world, row, p):
    """Under annual budgets a grant that a year did not spend goes back at the year's end, and at the contract's."""
    facts, clock, provider = world.settings[row], world.clock[0], world.providers[p]
    ends = clock.service_month % 12 == 0 or clock.service_month == clock.service_months
    if not (world.localities[row].serving and ends):
        return
    account = provider_account(p, world.localities.shape[0])
    amount = max(0, min(provider.year_surplus, world.balances[account]))
    provider.year_surplus = 0
    if facts.structure_annual_budget and facts.payment_outcome_share <= 0.0 and amount > 0:
        move(world, account, PROVIDER_ACCOUNT, authority_account(row), AUTHORITY, REFUND, amount)
        return_to_treasury(world, row, amount)


@compiled
def _pay_penalty(world, row, p):
    """A caught misreport costs a multiple of what it added to this month's claims."""
    facts, provider = world.settings[row], world.providers[p]
    if not provider.caught:
        return
    amount = int(facts.control_penalty * provider.misreport * provider.claimed * facts.finance_risk_to_provider)
    provider.shortfall_consequence |= amount > 0
    move(
        world,
        provider_account(p, world.localities.shape[0]),
        PROVIDER_ACCOUNT,
        authority_account(row),
        AUTHORITY,
        REFUND,
        amount,
    )
    return_to_treasury(world, row, amount)


@compiled
def _pay_interest(world, row, p):
    account = provider_account(p, world.localities.shape[0])
    used = -0.01 * world.balances[account]
    amount = cents(monthly_cost_of_credit(used, world.settings[row].money_interest))
    move(world, account, PROVIDER_ACCOUNT, single_account(BANK), BANK, INTEREST, amount)


@compiled
def _maybe_exit(world, row, p):
    """A provider that could not pay its people for too long is finished."""
    facts, provider = world.settings[row], world.providers[p]
    if facts.mechanisms_liquidity and provider.active and provider.months_short >= facts.money_endurance:
        leave(world, row, p)


@compiled
def _settle_loans(world, row):
    """At the end, or when the contract is closed, advances that outcomes did not earn back are returned as far as cash goes."""
    place = world.localities[row]
    for p in range(place.provider_first, place.provider_end):
        provider = world.providers[p]
        account = provider_account(p, world.localities.shape[0])
        repay_loan(world, row, p, account, max(0, min(provider.loan, world.balances[account])))
