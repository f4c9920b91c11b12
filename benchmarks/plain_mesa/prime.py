"""The social prime: it holds the outcomes contract on its own account and pays its providers for their hours."""

from __future__ import annotations

from typing import Any

from abm.ledger import ADVANCE, FEE, GRANT, OUTCOME_PAYMENT, RESERVES, cents
from abm.rules.finance import covered, peak_need
from benchmarks.plain_mesa.capital import (
    call_capital,
    capital_part,
    hold_back,
    part_of_investors,
    release,
    repay_capital,
    repay_investors,
    reuse,
)
from benchmarks.plain_mesa.money import BANKS, account_of, held_account


def reserves_of_prime(office: Any) -> float:
    """€ that it brings: months of contract cost."""
    return office.case.money.reserves_prime * office.place.grant_eur / office.contract.service_months


def can_start(office: Any) -> bool:
    """Whether a prime, where one is to hold the contract, can carry the prudent part of what nobody advances."""
    contract, money = office.contract, office.case.money
    if not (contract.held_by_prime and office.design.mechanisms.liquidity):
        return True
    bridge = office.design.finance.bridge
    alone = bridge.provider + bridge.investor * (1.0 - office.investors_in)
    monthly = office.place.grant_eur / contract.service_months
    needed = peak_need(monthly, contract.deferred_share, alone, office.wait_months)
    return reserves_of_prime(office) >= money.prudence * needed


def monthly_cost(office: Any) -> float:
    """€ that all planned hours of a month cost."""
    cost = 0.0
    for provider in office.providers:
        cost += provider.planned_hours * provider.price_per_hour
    return cost


def income_of_month(office: Any) -> tuple[int, int, int]:
    """Cents that it surely gets: the block part, the state's advance, and investors' capital."""
    cost, deferred = monthly_cost(office), office.contract.deferred_share
    state = office.design.finance.bridge.state
    return cents(cost * (1.0 - deferred)), cents(cost * deferred * state), cents(cost * deferred * capital_part(office))


def share_payable(office: Any) -> float:
    """Share of the planned hours for which there is money; 1 without a prime."""
    contract, ledger = office.contract, office.model.ledger
    if not (contract.held_by_prime and office.design.mechanisms.liquidity):
        return 1.0
    money = ledger.balances[held_account(office)] - contract.recycled + sum(income_of_month(office))
    for provider in office.providers:
        money += provider.own_part(max(0, provider.dues[office.model.calendar.month]))
    return covered(monthly_cost(office), 0.01 * money)


def run_prime(office: Any) -> None:
    """A month of its account: reserves in the first, outcome payments, investors' part of them, capital, and hours.

    When no hours are to be paid any more, what is above its reserves is for investors.
    """
    contract, ledger, account = office.contract, office.model.ledger, held_account(office)
    if contract.launched and contract.prime_reserves == 0:
        contract.prime_reserves = cents(reserves_of_prime(office))
        ledger.pay(BANKS, account, RESERVES, contract.prime_reserves)
    receive_outcomes(office)
    if contract.serving:
        pay_hours(office)
    if office.model.calendar.last_month or not contract.serving:
        release(office, OUTCOME_PAYMENT)
        hand_on(office)


def hand_on(office: Any) -> None:
    """Principal of all investors first, who lose first last; then returns up to their ceiling; the rest is the prime's."""
    account = held_account(office)
    spare = office.model.ledger.balances[account] - office.contract.prime_reserves
    for first_loss in (False, True):
        lenders = [investor for investor in office.investors if investor.first_loss == first_loss]
        spare -= repay_capital(lenders, spare, OUTCOME_PAYMENT, account)
    if spare > 0:
        repay_investors(office, spare, OUTCOME_PAYMENT, account)


def receive_outcomes(office: Any) -> None:
    """All that is due but what the state advanced; investors get their part, and what they may not have stays."""
    ledger, account, for_investors = office.model.ledger, held_account(office), 0
    for provider in office.providers:
        due = provider.dues[office.model.calendar.month]
        if due > 0:
            own = provider.own_part(due)
            part = part_of_investors(office, due - own)
            ledger.pay_earned(office, account, OUTCOME_PAYMENT, own + part)
            for_investors += part
    kept = hold_back(office, for_investors)
    repay_investors(office, for_investors - kept, OUTCOME_PAYMENT, account)


def pay_hours(office: Any) -> None:
    """Fees for hours worked, as far as there is money for them."""
    contract, ledger, account = office.contract, office.model.ledger, held_account(office)
    block, advance, capital = income_of_month(office)
    ledger.pay_publicly(office, account, GRANT, block)
    ledger.pay_publicly(office, account, ADVANCE, advance)
    call_capital(office, account, capital - reuse(office, capital))
    for provider in office.providers:
        fee = cents(provider.contract_hours * provider.price_per_hour)
        if office.design.mechanisms.liquidity:
            fee = max(0, min(fee, ledger.balances[account] - contract.recycled))
        ledger.pay(account, account_of(provider), FEE, fee)
        provider.income += fee
        provider.year_surplus += fee
