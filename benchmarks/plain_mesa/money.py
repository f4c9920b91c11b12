"""The ledger: every payment leaves one account and reaches another, in whole cents."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from abm.ledger import (
    AUTHORITY,
    BANK,
    BUDGET,
    EVALUATOR,
    FUND,
    GUARANTOR,
    HOUSEHOLD,
    INTERMEDIARY,
    INVESTOR_ACCOUNT,
    OUTCOME_PAYMENT,
    PROVIDER_ACCOUNT,
    REFUND,
    REGION,
    STAFF,
    TREASURY,
    cents,
)

Account = tuple[int, int]  # class of account, number of its owner
STATE, STAFF_PURSE, EVALUATORS, BANKS, HOUSEHOLDS, GUARANTORS, OUTCOMES_FUND = (
    (kind, 0) for kind in (TREASURY, STAFF, EVALUATOR, BANK, HOUSEHOLD, GUARANTOR, FUND)
)


def account_of(owner: Any) -> Account:
    """The account of a provider, an investor, an authority or a region."""
    kinds = {"Provider": PROVIDER_ACCOUNT, "Investor": INVESTOR_ACCOUNT, "Commissioner": AUTHORITY, "Region": REGION}
    return kinds[type(owner).__name__], owner.number


def held_account(office: Any) -> Account:
    """The account that an intermediary or social prime holds for a contract."""
    return INTERMEDIARY, office.number


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
        authority, region = account_of(office), account_of(office.region)
        part = cents(0.01 * amount * office.place.region_share)
        self.pay(STATE, region, BUDGET, part)
        self.pay(region, authority, BUDGET, part)
        self.pay(STATE, authority, BUDGET, amount - part)
        self.pay(authority, payee, purpose, amount)

    def pay_earned(self, office: Any, payee: Account, purpose: int, amount: int) -> None:
        """What was earned: an outcomes fund pays its share of outcome payments, the authority the rest."""
        share = office.design.finance.fund_share if purpose == OUTCOME_PAYMENT else 0.0
        by_fund = int(amount * share)
        self.pay(STATE, OUTCOMES_FUND, BUDGET, by_fund)
        self.pay(OUTCOMES_FUND, payee, purpose, by_fund)
        self.pay_publicly(office, payee, purpose, amount - by_fund)

    def pay_through(self, office: Any, payee: Account, purpose: int, amount: int) -> None:
        """The same, through the account of an intermediary or prime where one holds it."""
        if office.design.finance.intermediary == "none":
            self.pay_earned(office, payee, purpose, amount)
            return
        self.pay_earned(office, held_account(office), purpose, amount)
        self.pay(held_account(office), payee, purpose, amount)

    def refund(self, office: Any, payer: Account, amount: int) -> None:
        """What is paid back goes through the authority to those who funded it."""
        authority, region = account_of(office), account_of(office.region)
        part = cents(0.01 * amount * office.place.region_share)
        self.pay(payer, authority, REFUND, amount)
        self.pay(authority, region, REFUND, part)
        self.pay(region, STATE, REFUND, part)
        self.pay(authority, STATE, REFUND, amount - part)

    def cents_of(self, purpose: int, payers: tuple[int, ...], payees: tuple[int, ...]) -> int:
        """Cents that went from some classes to others for a purpose since the start."""
        return sum(self.flows[purpose, payer, payee] for payer in payers for payee in payees)

    def euros(self, purpose: int, payer: int, payee: int) -> float:
        """€ that went from one class to another for a purpose since the start."""
        return self.flows[purpose, payer, payee] / 100.0

    @property
    def gained_by_investors(self) -> int:
        """Cents that investors have received since the start, less those that they paid."""
        return sum(amount for (kind, _), amount in self.balances.items() if kind == INVESTOR_ACCOUNT)
