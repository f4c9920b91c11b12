"""Capital: called from investors, repaid out of what was earned, with a return up to its ceiling."""

from __future__ import annotations

from typing import Any

from abm.ledger import CAPITAL, REPAYMENT, cents
from benchmarks.plain_mesa.money import account_of


def active_investors(office: Any) -> list[Any]:
    """Investors that take part."""
    return [investor for investor in office.investors if investor.active]


def capital_part(office: Any) -> float:
    """Share of what is paid later that investors advance."""
    return office.design.finance.bridge.investor * office.investors_in


def call_capital(provider: Any, amount: int) -> None:
    """Investors that take part advance equal parts to a provider; the first the odd cents."""
    office, investors = provider.office, active_investors(provider.office)
    left = amount
    while investors:
        part = left // len(investors)
        investor = investors.pop()
        part = part if investors else left
        left -= part
        provider.model.ledger.pay(account_of(investor), account_of(provider), CAPITAL, part)
        investor.capital += part
        office.contract.capital_called += part


def allow_returns(office: Any) -> None:
    """The ceiling on returns grows each month with the capital outstanding."""
    outstanding = sum(max(0, investor.capital) for investor in office.investors)
    office.contract.return_allowed += cents(0.01 * outstanding * office.design.finance.return_cap / 12.0)


def repay_loan(provider: Any, amount: int) -> None:
    """Advances beyond what lenders bear alone go back: to investors by their part of them, the rest to the state."""
    if amount <= 0:
        return
    office, ledger = provider.office, provider.model.ledger
    provider.loan -= amount
    advanced = capital_part(office)
    bridged = office.design.finance.bridge.state + advanced
    part, left = int(amount * advanced / bridged) if bridged > 0.0 else 0, amount
    for investor in active_investors(office):
        back = min(part, investor.capital)
        if part > 0:
            ledger.pay(account_of(provider), account_of(investor), REPAYMENT, back)
            investor.capital -= back
            part, left = part - back, left - back
    ledger.refund(office, account_of(provider), left)


def repay_investors(office: Any, amount: int, purpose: int) -> None:
    """Equal parts: capital first, then return up to its ceiling; above it the commissioner keeps the money."""
    investors, contract = active_investors(office), office.contract
    if not investors:
        return
    part = amount // len(investors)
    for investor in investors:
        capital = max(0, min(part, investor.capital))
        gain = min(part - capital, max(0, contract.return_allowed - contract.return_paid))
        investor.capital -= capital
        contract.return_paid += gain
        office.model.ledger.pay_publicly(office, account_of(investor), purpose, capital + gain)
