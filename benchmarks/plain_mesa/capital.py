"""Capital: called from investors, repaid out of what was earned, with a return up to its ceiling; in the end, guaranteed.

Of two classes of investors, those who bear losses first get their capital back only once the others have all of theirs.
"""

from __future__ import annotations

from typing import Any

from abm.ledger import CAPITAL, GUARANTEE, REPAYMENT, cents
from abm.rules.finance import guaranteed
from benchmarks.plain_mesa.money import GUARANTORS, Account, account_of, held_account


def active_investors(office: Any) -> list[Any]:
    """Investors that take part."""
    return [investor for investor in office.investors if investor.active]


def by_class(office: Any) -> list[list[Any]]:
    """Those that take part: who is repaid first, and who bears losses first."""
    return [[i for i in active_investors(office) if i.first_loss == first] for first in (False, True)]


def capital_part(office: Any) -> float:
    """Share of what is paid later that investors advance."""
    return office.design.finance.bridge.investor * office.investors_in


def part_of_investors(office: Any, amount: int) -> int:
    """Of an amount for those who bridged, the part of investors; the state has what it advanced already."""
    bridged = office.design.finance.bridge.state + capital_part(office)
    return int(amount * capital_part(office) / bridged) if bridged > 0.0 else 0


def call_capital(office: Any, payee: Account, amount: int) -> None:
    """Each class advances its share, a class alone all of it."""
    senior, junior = by_class(office)
    of_junior = 0
    if junior:
        of_junior = int(amount * office.design.finance.first_loss) if senior else amount
    call_equal_parts(office, senior, payee, amount - of_junior)
    call_equal_parts(office, junior, payee, of_junior)


def call_equal_parts(office: Any, investors: list[Any], payee: Account, amount: int) -> None:
    """Investors of a class advance equal parts; the first the odd cents."""
    left = amount
    for position, investor in reversed(list(enumerate(investors))):
        part = left // (position + 1)
        left -= part
        office.model.ledger.pay(account_of(investor), payee, CAPITAL, part)
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
    part, left = part_of_investors(office, amount), amount
    for investors in by_class(office):
        for investor in investors:
            back = min(part, investor.capital)
            if part > 0:
                ledger.pay(account_of(provider), account_of(investor), REPAYMENT, back)
                investor.capital -= back
                part, left = part - back, left - back
    ledger.refund(office, account_of(provider), left)


def pay_investor(investor: Any, purpose: int, source: Account | None, amount: int) -> None:
    """From an account that is held for the contract, or from those who pay for it."""
    ledger, account = investor.model.ledger, account_of(investor)
    if source is None:
        ledger.pay_through(investor.office, account, purpose, amount)
    else:
        ledger.pay(source, account, REPAYMENT, amount)


def repay_investors(office: Any, amount: int, purpose: int, source: Account | None = None) -> int:
    """Capital first, then return up to its ceiling, in equal parts; what is above is not paid. Returns the cents paid."""
    contract, investors = office.contract, active_investors(office)
    if not investors:
        return 0
    paid = 0
    if any(investor.first_loss for investor in investors):
        for group in by_class(office):
            paid += repay_capital(group, amount - paid, purpose, source)
    part = (amount - paid) // len(investors)
    for investor in investors:
        capital = max(0, min(part, investor.capital))
        gain = min(part - capital, max(0, contract.return_allowed - contract.return_paid))
        investor.capital -= capital
        contract.return_paid += gain
        pay_investor(investor, purpose, source, capital + gain)
        paid += capital + gain
    return paid


def repay_capital(investors: list[Any], amount: int, purpose: int, source: Account | None) -> int:
    """Capital of a class, by what is outstanding to each; odd cents in order. Returns the cents paid."""
    owed = sum(investor.capital for investor in investors)
    whole = min(amount, owed)
    if whole <= 0:
        return 0
    parts = [int(whole * (investor.capital / owed)) for investor in investors]
    left = whole
    for investor, part in [*zip(investors, parts, strict=True), *((investor, whole) for investor in investors)]:
        back = min(part, left, investor.capital)
        left -= back
        investor.capital -= back
        pay_investor(investor, purpose, source, back)
    return whole - left


# ---- receipts that are used again


def receive(office: Any, amount: int, purpose: int) -> None:
    """What is due to investors: some may be kept to be used again, the rest is paid, or owed until capital is called."""
    kept = hold_back(office, amount)
    office.model.ledger.pay_earned(office, held_account(office), purpose, kept)
    office.contract.owed += amount - kept
    office.contract.owed -= repay_investors(office, office.contract.owed, purpose)


def hold_back(office: Any, amount: int) -> int:
    """Cents kept of receipts: a share, as far as capital is still needed until the end."""
    contract, calendar, recycling = office.contract, office.model.calendar, office.design.finance.recycling
    if not contract.serving or recycling <= 0.0:
        return 0
    monthly = contract.service_budget / calendar.service_months * contract.deferred_share * capital_part(office)
    needed = cents(monthly * (calendar.service_months - calendar.service_month))
    kept = max(0, min(int(recycling * amount), needed - contract.recycled))
    contract.recycled += kept
    return kept


def reuse(office: Any, amount: int) -> int:
    """Cents of a capital need that were kept and need not be called."""
    used = min(office.contract.recycled, amount)
    office.contract.recycled -= used
    return used


def release(office: Any, purpose: int) -> None:
    """What was kept and is needed no more goes to investors; above their ceiling an intermediary gives it back."""
    amount, office.contract.recycled = office.contract.recycled, 0
    if amount <= 0:
        return
    left = amount - repay_investors(office, amount, purpose, held_account(office))
    if office.design.finance.intermediary == "intermediary":
        office.model.ledger.refund(office, held_account(office), left)


def pay_guarantee(office: Any) -> None:
    """In the end a guarantor pays its share of what each investor lost."""
    ledger, guarantee = office.model.ledger, office.design.finance.guarantee
    for investor in office.investors:
        lost = -ledger.balance(investor)
        amount = max(0, min(investor.capital, guaranteed(guarantee, lost)))
        ledger.pay(GUARANTORS, account_of(investor), GUARANTEE, amount)
        investor.capital -= amount
