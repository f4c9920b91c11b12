"""Payments of the month: grants and advances, expenses, what has become due, wages, penalties, interest, and failures."""

from __future__ import annotations

from typing import Any

from abm.ledger import (
    ADVANCE,
    EVALUATION,
    EXPENSES,
    FEE,
    GRANT,
    INTEREST,
    OUTCOME_PAYMENT,
    OVERHEAD,
    USUAL_SERVICE,
    WAGE,
    cents,
)
from abm.rules.finance import monthly_cost_of_credit
from benchmarks.plain_mesa.capital import (
    allow_returns,
    call_capital,
    capital_part,
    part_of_investors,
    pay_guarantee,
    receive,
    release,
    repay_loan,
    reuse,
)
from benchmarks.plain_mesa.fund import pool_ceilings
from benchmarks.plain_mesa.money import BANKS, EVALUATORS, HOUSEHOLDS, STAFF_PURSE, STATE, account_of, held_account
from benchmarks.plain_mesa.partnership import leave
from benchmarks.plain_mesa.prime import run_prime


def pay(model: Any) -> None:
    """Move the month's money in every locality."""
    for office in model.offices:
        for provider in office.providers:
            if provider.active:
                pay_usual_service(provider)
        if office.funded:
            pay_contract(office)
    pool_ceilings(model.offices)


def pay_contract(office: Any) -> None:
    """A month's money of one locality's contract, and its end."""
    contract, last_month = office.contract, office.model.calendar.last_month
    pay_development(office)
    if contract.serving:
        pay_management(office)
        if not contract.held_by_prime:
            pay_running(office)
    pay_expenses(office)
    allow_returns(office)
    if contract.held_by_prime:
        run_prime(office)
    for provider in office.providers:
        settle_month(provider)
    if contract.owed > 0:
        receive(office, 0, purpose_of_dues(contract))
    if last_month or office.closing:
        for provider in office.providers:
            repay_loan(provider, max(0, min(provider.loan, office.model.ledger.balance(provider))))
    if last_month or not contract.serving:
        release(office, OUTCOME_PAYMENT)
    if last_month:
        pay_guarantee(office)


def settle_month(provider: Any) -> None:
    """A provider is paid what is due, pays its people, penalty and interest, and fails if it could not pay for too long."""
    if not provider.office.contract.held_by_prime:
        pay_due(provider)
    pay_wages(provider)
    pay_penalty(provider)
    pay_interest(provider)
    let_lapse(provider)
    maybe_fail(provider)


def pay_usual_service(provider: Any) -> None:
    """Usual services are funded and worked outside the contract, alike in every design."""
    ledger, own = provider.model.ledger, account_of(provider)
    amount = cents(provider.usual_hours * provider.office.case.money.wage)
    ledger.pay(STATE, own, USUAL_SERVICE, amount)
    ledger.pay(own, STAFF_PURSE, WAGE, amount)


def pay_development(office: Any) -> None:
    """A development grant goes to partners: it pays their hours before signature first, what is left is working capital."""
    contract, ledger = office.contract, office.model.ledger
    amount, contract.development = contract.development, 0
    if amount <= 0:
        return
    hours_cost, left, partners = cents(contract.development_hours * cost_of_hour(office)), amount, office.partners
    for partner in partners:
        part = left if partner is partners[-1] else min(left, int(amount * partner.award_share))
        left -= part
        ledger.pay_through(office, account_of(partner), GRANT, part)
        partner.income += part
        ledger.pay(account_of(partner), STAFF_PURSE, WAGE, min(part, int(hours_cost * partner.award_share)))


def cost_of_hour(office: Any) -> float:
    """€ for an hour of work, with overhead."""
    return office.case.money.wage * (1.0 + office.case.money.overhead)


def pay_management(office: Any) -> None:
    """Evaluation and governance; the people of an intermediary or prime are paid out of its fee."""
    ledger, months, contract = office.model.ledger, office.model.calendar.service_months, office.contract
    overhead = cents((contract.overhead_budget - contract.manager_fee) / months)
    ledger.pay_publicly(office, EVALUATORS, EVALUATION, overhead)
    fee = cents(contract.manager_fee / months)
    ledger.pay_publicly(office, held_account(office), OVERHEAD, fee)
    ledger.pay(held_account(office), STAFF_PURSE, OVERHEAD, fee)


def pay_running(office: Any) -> None:
    """Block part, advances and capital calls of the month."""
    ledger, state = office.model.ledger, office.design.finance.bridge.state
    for partner in office.partners:
        block, advance = partner.advance_of_month()
        ledger.pay_through(office, account_of(partner), GRANT, cents(block))
        earn(partner, cents(block) + cents(advance))
        if advance <= 0.0:
            continue
        from_state = cents(advance * state / (state + capital_part(office)))
        ledger.pay_through(office, account_of(partner), ADVANCE, from_state)
        advance_capital(partner, cents(advance) - from_state)
        partner.loan += partner.new_loan()


def advance_capital(partner: Any, amount: int) -> None:
    """Investors' part of an advance: to the partner, or through an intermediary, which uses again what it kept."""
    office = partner.office
    if office.design.finance.intermediary != "intermediary":
        call_capital(office, account_of(partner), amount)
        return
    call_capital(office, held_account(office), amount - reuse(office, amount))
    office.model.ledger.pay(held_account(office), account_of(partner), ADVANCE, amount)


def earn(provider: Any, amount: int) -> None:
    """Income from the contract."""
    provider.income += amount
    provider.year_surplus += amount


def pay_expenses(office: Any) -> None:
    """Hours of co-production are paid a small sum, through the provider that they help, while the reserve lasts."""
    contract, rate, ledger = office.contract, office.design.coproduction.expenses, office.model.ledger
    contract.expenses_per_hour = 0.0
    if not contract.serving or rate <= 0.0:
        return
    hours, whole = dict.fromkeys(office.providers, 0.0), 0.0
    for family in office.families:
        if family.enrolled:
            hours[family.main_provider] += family.coproduction_hours
            whole += family.coproduction_hours
    for volunteer in office.volunteers:
        if volunteer.provider.partner:
            hours[volunteer.provider] += volunteer.hours
            whole += volunteer.hours
    if whole <= 0.0:
        return
    contract.expenses_per_hour = min(rate, 0.01 * contract.expenses_left / whole)
    for provider, helped in hours.items():
        amount = int(100.0 * contract.expenses_per_hour * helped)
        ledger.pay_publicly(office, account_of(provider), GRANT, amount)
        ledger.pay(account_of(provider), HOUSEHOLDS, EXPENSES, amount)
        contract.expenses_left -= amount


def purpose_of_dues(contract: Any) -> int:
    """What dues are paid for."""
    return OUTCOME_PAYMENT if contract.pays_results else FEE


def pay_due(provider: Any) -> None:
    """Pay what has become payable: to the provider by the risk it bears, to investors by what they advanced."""
    office, ledger = provider.office, provider.model.ledger
    due = provider.dues[provider.model.calendar.month]
    if due <= 0:
        return
    purpose = purpose_of_dues(office.contract)
    own = provider.own_part(due)
    if not provider.exited:
        ledger.pay_through(office, account_of(provider), purpose, own)
        earn(provider, own)
        if purpose == OUTCOME_PAYMENT:
            provider.outcome_income += own
        repay_loan(provider, min(own, provider.loan))
    receive(office, part_of_investors(office, due - own), purpose)


def pay_wages(provider: Any) -> None:
    """Contract hours cost wages and overhead, whatever they were spent on."""
    ledger, money = provider.model.ledger, provider.office.case.money
    wages = cents(provider.contract_hours * money.wage)
    overhead = cents(provider.contract_hours * money.wage * money.overhead)
    ledger.pay(account_of(provider), STAFF_PURSE, WAGE, wages)
    ledger.pay(account_of(provider), STAFF_PURSE, OVERHEAD, overhead)
    provider.year_surplus -= wages + overhead


def pay_penalty(provider: Any) -> None:
    """A caught misreport costs a multiple of what it added to this month's claims."""
    if not provider.caught:
        return
    office = provider.office
    penalty, risk = office.design.control.penalty, office.design.finance.risk_to_provider
    amount = int(penalty * provider.misreport * provider.claimed * risk)
    if amount > 0 and provider.shortfall is not None:
        provider.shortfall.consequence = True
    provider.model.ledger.refund(office, account_of(provider), amount)


def pay_interest(provider: Any) -> None:
    """A bank asks for interest on credit used."""
    ledger = provider.model.ledger
    cost = monthly_cost_of_credit(-0.01 * ledger.balance(provider), provider.office.case.money.interest)
    ledger.pay(account_of(provider), BANKS, INTEREST, cents(cost))


def let_lapse(provider: Any) -> None:
    """Under annual budgets a grant that a year did not spend goes back at the year's end, and at the contract's."""
    office, ledger = provider.office, provider.model.ledger
    calendar = provider.model.calendar
    ends = calendar.every(12) or calendar.service_month == calendar.service_months
    if not (office.contract.serving and ends):
        return
    amount = max(0, min(provider.year_surplus, ledger.balance(provider)))
    provider.year_surplus = 0
    if office.design.structure.annual_budget and not office.contract.pays_results:
        ledger.refund(office, account_of(provider), amount)


def maybe_fail(provider: Any) -> None:
    """A provider that could not pay its people for too long is finished."""
    office = provider.office
    patience = office.case.money.endurance
    if not (office.design.mechanisms.liquidity and provider.active and provider.months_short >= patience):
        return
    leave(provider)
