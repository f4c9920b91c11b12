"""Observed finance: investors' capital and what became of it, what a prime holds, what was planned and what fell due."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from abm.ledger import CAPITAL, GUARANTEE, GUARANTOR, INTERMEDIARY, INVESTOR_ACCOUNT, PROVIDER_ACCOUNT
from abm.rules.finance import yearly_return
from abm.rules.indices import MISSING, ratio
from benchmarks.plain_mesa.money import held_account


def observe_finance(model: Any, funded: list[Any], found: dict[str, float], before: dict[str, float]) -> None:
    """All that is observed of finance, €."""
    paid = model.ledger.cents_of(CAPITAL, (INVESTOR_ACCOUNT,), (PROVIDER_ACCOUNT, INTERMEDIARY))
    model.investors_paid.append(paid)
    model.investors_got.append(model.ledger.gained_by_investors + paid)
    observe_capital(model, funded, found, before)
    observe_prime(model, funded, found)
    observe_plans(model, funded, found, before)


def observe_capital(model: Any, funded: list[Any], found: dict[str, float], before: dict[str, float]) -> None:
    """Investors' capital and return, and how much was paid for what would have happened anyway."""
    contracts, calendar = [office.contract for office in funded], model.calendar
    investors = [investor for office in funded for investor in office.investors]
    outstanding = sum(max(0, investor.capital) for investor in investors)
    called = sum(contract.capital_called for contract in contracts)
    found["capital_outstanding"], found["capital_called"] = outstanding / 100.0, called / 100.0
    found["capital_peak"] = max(before.get("capital_peak", 0.0), found["capital_outstanding"])
    found["senior_outstanding"] = sum(max(0, i.capital) for i in investors if not i.first_loss) / 100.0
    found["guarantee_paid"] = model.ledger.euros(GUARANTEE, GUARANTOR, INVESTOR_ACCOUNT)
    found["investor_return"] = found["investor_irr"] = MISSING
    if called > 0:
        lost = outstanding if calendar.last_month else 0
        found["investor_return"] = (sum(contract.return_paid for contract in contracts) - lost) / 100.0
        if calendar.last_month or not calendar.serving:
            paid, got = model.investors_paid, model.investors_got
            out = [now - earlier for earlier, now in zip([0, *paid], paid, strict=False)]  # at the beginning of a month
            back = [now - earlier for earlier, now in zip([0, *got], got, strict=False)]  # at its end
            by_month = np.array([0, *back], float) - np.array([*out, 0], float)
            found["investor_irr"] = yearly_return(by_month)
    claimed = sum(contract.outcome_claimed + contract.claimed_before for contract in contracts)
    alone = sum(contract.unserved_claimed for contract in contracts)
    found["deadweight_paid"] = ratio(float(alone), float(claimed))


def observe_prime(model: Any, funded: list[Any], found: dict[str, float]) -> None:
    """What social primes hold, and what of that is neither reserves nor kept for investors."""
    held = [office for office in funded if office.contract.held_by_prime]
    if not held:
        return
    cash = sum(model.ledger.balances[held_account(office)] for office in held)
    others = sum(office.contract.recycled + office.contract.prime_reserves for office in held)
    found["prime_cash"], found["prime_surplus"] = cash / 100.0, (cash - others) / 100.0


def observe_plans(model: Any, funded: list[Any], found: dict[str, float], before: dict[str, float]) -> None:
    """Payments that should have fallen due by now, as first planned and as now planned, and those that did."""
    planned = [office for office in funded if office.contract.plan.made > 0]
    if not planned:
        return
    month, last_month = model.calendar.month, model.calendar.last_month
    first, latest, due = 0.0, 0.0, before.get("due_payments", 0.0)
    due = 0.0 if math.isnan(due) else due
    for office in planned:
        plan = office.contract.plan
        earned = month if last_month else max(0, month - office.design.payment.lag_months)
        first, latest = first + plan.first_payment[earned], latest + plan.payment[earned]
        if office.contract.pays_results:
            due += sum(provider.dues[month] for provider in office.providers) / 100.0
    found["planned_payments"], found["revised_payments"], found["due_payments"] = first, latest, due
