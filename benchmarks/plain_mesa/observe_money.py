"""Observed money: what was spent, paid, advanced and returned since the start, and what a gain has cost."""

from __future__ import annotations

import math
from typing import Any

from abm.ledger import (
    ADVANCE,
    AUTHORITY,
    BUDGET,
    EVALUATION,
    EVALUATOR,
    FEE,
    FUND,
    GRANT,
    HOUSEHOLD,
    INTERMEDIARY,
    INTERVENTION_COST,
    INVESTOR_ACCOUNT,
    OUTCOME_PAYMENT,
    OVERHEAD,
    PROVIDER_ACCOUNT,
    REFUND,
    REGION,
    STAFF,
)
from benchmarks.plain_mesa.observe_families import gain_of

EARNERS = (PROVIDER_ACCOUNT, INVESTOR_ACCOUNT, INTERMEDIARY)  # who is paid under a contract, or holds the account


def observe_money(model: Any, funded: list[Any], found: dict[str, float], before: dict[str, float]) -> None:
    """Sums since the start, €."""
    ledger, euros = model.ledger, model.ledger.euros
    by_fund = ledger.cents_of(OUTCOME_PAYMENT, (FUND,), EARNERS)
    outcomes = ledger.cents_of(OUTCOME_PAYMENT, (AUTHORITY,), EARNERS) + by_fund
    found["outcome_payments"], found["fund_payments"] = outcomes / 100.0, by_fund / 100.0
    spent = outcomes + sum(ledger.cents_of(purpose, (AUTHORITY,), EARNERS) for purpose in (FEE, GRANT, ADVANCE))
    evaluation = euros(EVALUATION, AUTHORITY, EVALUATOR) + euros(OVERHEAD, AUTHORITY, INTERMEDIARY)
    returned = ledger.cents_of(REFUND, EARNERS, (AUTHORITY,))
    spent += ledger.cents_of(INTERVENTION_COST, (AUTHORITY,), (STAFF, HOUSEHOLD))
    found["spend_public"] = (spent - returned) / 100.0 + evaluation
    found["spend_region"] = euros(BUDGET, REGION, AUTHORITY) - euros(REFUND, AUTHORITY, REGION)
    providers = [provider for office in funded for provider in office.providers]
    admin = math.fsum(hours_on_control(provider) * provider.cost_of_hour for provider in providers)
    found["admin_cost"] = before.get("admin_cost", 0.0) + admin + evaluation - model.evaluation_paid
    model.evaluation_paid = evaluation
    found["unpaid_hours"] = before.get("unpaid_hours", 0.0) + unpaid_hours(funded)
    gained = math.fsum(gain_of(family) for office in funded for family in office.families)
    spent_now, worth = found["spend_public"] - before.get("spend_public", 0.0), model.case.money.wellbeing_value
    found["net_benefit"] = before.get("net_benefit", 0.0) + worth * gained / 12.0 - spent_now
    if gained > 1e-9 and found["spend_public"] > 0.0:
        found["cost_per_gain"] = found["spend_public"] / (100.0 * gained)


def hours_on_control(provider: Any) -> float:
    """Hours of a month on reporting, bids and overstating."""
    return provider.reporting_hours + provider.bid_hours + provider.gaming_hours


def unpaid_hours(funded: list[Any]) -> float:
    """Hours of families and volunteers in a month."""
    own = [
        family.coproduction_hours + family.integration_hours + family.red_tape_hours
        for office in funded
        for family in office.families
    ]
    return math.fsum(own) + math.fsum(volunteer.hours for office in funded for volunteer in office.volunteers)
