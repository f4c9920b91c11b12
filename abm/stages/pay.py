"""pay: budgets, grants and advances, fees and outcome payments by lag and caps, wages, capital and returns, in whole cents."""

import numpy as np

from abm.compiled import compiled
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
from abm.rules.finance import monthly_cost_of_credit
from abm.stages.contract_terms import investors_in
from abm.stages.deliver_hours import advance_of_month, new_loan, own_part
from abm.stages.pay_capital import allow_returns, call_capital, repay_investors, repay_loan
from abm.stages.pay_moves import move, pay_public, return_to_treasury
from abm.tables import (
    COMMISSIONER_PROVIDER,
    FAMILY_PROVIDER,
    INVESTOR_PROVIDER,
    PROVIDER_COMMISSIONER,
    PROVIDER_PROVIDER,
)

WRITES = (
    "balances", "flows", "providers.income", "providers.year_surplus", "providers.outcome_income", "providers.loan",
    "providers.active", "providers.partner", "providers.exited", "providers.award_share", "providers.planned_hours",
    "edges.active", "investors.capital", "localities.capital_called", "localities.return_paid",
    "localities.return_allowed", "providers.shortfall_consequence", "localities.expenses_left",
    "localities.expenses_per_hour",
)  # fmt: skip


@compiled
def pay(world):
    """Move the month's money in every locality."""
    clock = world.clock[0]
    for row in range(world.localities.shape[0]):
        place = world.localities[row]
        for p in range(place.provider_first, place.provider_end):
            if world.providers[p].active:
                _pay_usual_service(world, row, p)
        if not place.funded:
            continue
        if place.serving:
            _pay_running(world, row)
        _pay_expenses(world, row)
        allow_returns(world, row)
        for p in range(place.provider_first, place.provider_end):
            _pay_due(world, row, p)
            _pay_wages(world, row, p)
            _pay_penalty(world, row, p)
            _pay_interest(world, row, p)
            _lapse(world, row, p)
            _maybe_exit(world, row, p)
        if clock.month == clock.months:
            _settle_loans(world, row)


@compiled
def _pay_usual_service(world, row, p):
    """Usual services are funded and worked outside the contract, alike in every design."""
    facts, provider = world.settings[row], world.providers[p]
    account = provider_account(p, world.localities.shape[0])
    amount = cents(provider.usual_hours * facts.money_wage)
    move(world, TREASURY, TREASURY, account, PROVIDER_ACCOUNT, USUAL_SERVICE, amount)
    move(world, account, PROVIDER_ACCOUNT, single_account(STAFF), STAFF, WAGE, amount)


@compiled
def _pay_running(world, row):
    """Block part, advances and capital calls of the month, evaluation and governance."""
    place, facts, clock = world.localities[row], world.settings[row], world.clock[0]
    overhead = cents(place.overhead_budget / clock.service_months)
    pay_public(world, row, single_account(EVALUATOR), EVALUATOR, EVALUATION, overhead)
    investor_part = facts.finance_bridge_investor * investors_in(world, row)
    bridged = facts.finance_bridge_state + investor_part
    for p in range(place.provider_first, place.provider_end):
        provider = world.providers[p]
        if not provider.partner:
            continue
        account = provider_account(p, world.localities.shape[0])
        block, advance = advance_of_month(world, row, p)
        pay_public(world, row, account, PROVIDER_ACCOUNT, GRANT, cents(block))
        provider.income += cents(block) + cents(advance)
        provider.year_surplus += cents(block) + cents(advance)
        if advance <= 0.0:
            continue
        from_state = cents(advance * facts.finance_bridge_state / bridged)
        pay_public(world, row, account, PROVIDER_ACCOUNT, ADVANCE, from_state)
        call_capital(world, row, account, cents(advance) - from_state)
        provider.loan += new_loan(world, row, p)


@compiled
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
    investor_part = facts.finance_bridge_investor * investors_in(world, row)
    own = own_part(world, row, due)
    bridged = facts.finance_bridge_state + investor_part
    to_investors = int((due - own) * investor_part / bridged) if bridged > 0.0 else 0
    if not provider.exited:
        pay_public(world, row, account, PROVIDER_ACCOUNT, purpose, own)
        provider.income += own
        provider.year_surplus += own
        provider.outcome_income += own if purpose == OUTCOME_PAYMENT else 0
        repay_loan(world, row, p, account, min(own, provider.loan))
    repay_investors(world, row, to_investors, purpose)


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
    """Under annual budgets a grant that a year did not spend goes back at the year's end."""
    facts, clock, provider = world.settings[row], world.clock[0], world.providers[p]
    if not (world.localities[row].serving and clock.service_month % 12 == 0):
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
    """A provider that could not pay its people for too long is finished; its families are released at their next move."""
    place, facts, provider = world.localities[row], world.settings[row], world.providers[p]
    if not (facts.mechanisms_liquidity and provider.active and provider.months_short >= facts.money_endurance):
        return
    provider.active = provider.partner = 0
    provider.exited = 1
    left = 1.0 - provider.award_share
    if left > 1e-9:
        for q in range(place.provider_first, place.provider_end):
            other = world.providers[q]
            if other.partner:
                other.award_share /= left
                other.planned_hours /= left
    provider.award_share = provider.planned_hours = 0.0
    world.edges[world.relations[PROVIDER_COMMISSIONER].first + p].active = 0
    world.edges[world.relations[COMMISSIONER_PROVIDER].first + p].active = 0
    first = world.relations[PROVIDER_PROVIDER]
    for edge in range(first.first, first.end):
        if world.edges[edge].source == p or world.edges[edge].target == p:
            world.edges[edge].active = 0
    for relation in (FAMILY_PROVIDER, INVESTOR_PROVIDER):
        ties = world.relations[relation]
        for edge in range(ties.first, ties.end):
            if world.edges[edge].target == p:
                world.edges[edge].active = 0


@compiled
def _settle_loans(world, row):
    """At the end, advances that outcomes did not earn back are returned as far as cash goes."""
    place = world.localities[row]
    for p in range(place.provider_first, place.provider_end):
        provider = world.providers[p]
        account = provider_account(p, world.localities.shape[0])
        repay_loan(world, row, p, account, max(0, min(provider.loan, world.balances[account])))
