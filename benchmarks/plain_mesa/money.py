"""The ledger: every payment leaves one account and reaches another, in whole cents."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from abm.ledger import (
    AUTHORITY,
    BANK,
    BUDGET,
    EVALUATOR,
    HOUSEHOLD,
    INVESTOR_ACCOUNT,
    PROVIDER_ACCOUNT,
    REFUND,
    REGION,
    STAFF,
    TREASURY,
    cents,
)

Account = tuple[int, int]  # class of account, number of its owner
STATE, REGION_FUND, STAFF_PURSE, EVALUATORS, BANKS, HOUSEHOLDS = (
    (kind, 0) for kind in (TREASURY, REGION, STAFF, EVALUATOR, BANK, HOUSEHOLD)
)


def account_of(owner: Any) -> Account:
    """The account of a provider, an investor or an authority."""
    kinds = {"Provider": PROVIDER_ACCOUNT, "Investor": INVESTOR_ACCOUNT, "Commissioner": AUTHORITY}
    return kinds[type(owner).__name__], owner.number


class Ledger:
    """Balances of all accounts, and what went from class to class for each purpose since the start."""

    def __init__(self) -> None:
        self.balances: dict[Account, int] = defaultdict(int)
        self.flows: dict[tuple[int, int, int], int] = defaultdict(int)  # purpose, payer's class, payee's class

    def open_with(self, owner: Any, amount: int) -> None:
        """What an owner has at the start, from outside."""
        self.balances[BANKS] -= amount
        self.balances[account_of(owner)] += amount

    def balance(self, owner: Any) -> int:
        """Cents in an owner's account."""
        return self.balances[account_of(owner)]

    def pay(self, payer: Account, payee: Account, purpose: int, amount: int) -> None:
        """Move an amount; nothing happens where it is not positive."""
        if amount > 0:
            self.balances[payer] -= amount
            self.balances[payee] += amount
            self.flows[purpose, payer[0], payee[0]] += amount

    def pay_publicly(self, office: Any, payee: Account, purpose: int, amount: int) -> None:
        """The authority pays; region and treasury put the money there first, each by its share of the grant."""
        authority = account_of(office)
        region = cents(0.01 * amount * office.place.region_share)
        self.pay(STATE, REGION_FUND, BUDGET, region)
        self.pay(REGION_FUND, authority, BUDGET, region)
        self.pay(STATE, authority, BUDGET, amount - region)
        self.pay(authority, payee, purpose, amount)

    def refund(self, office: Any, payer: Account, amount: int) -> None:
        """What a provider pays back goes through the authority to those who funded it."""
        authority = account_of(office)
        region = cents(0.01 * amount * office.place.region_share)
        self.pay(payer, authority, REFUND, amount)
        self.pay(authority, REGION_FUND, REFUND, region)
        self.pay(REGION_FUND, STATE, REFUND, region)
        self.pay(authority, STATE, REFUND, amount - region)

    def euros(self, purpose: int, payer: int, payee: int) -> float:
        """€ that went from one class to another for a purpose since the start."""
        return self.flows[purpose, payer, payee] / 100.0
