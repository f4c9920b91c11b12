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
    GRANT,
    INVESTOR_ACCOUNT,
    OUTCOME_PAYMENT,
    PROVIDER_ACCOUNT,
    REFUND,
    REGION,
)
from abm.rules.indices import MISSING, ratio
from benchmarks.plain_mesa.observe_families import gain_of


def observe_money(model: Any, funded: list[Any], found: dict[str, float], before: dict[str, float]) -> None:
    """Sums since the start, €."""
    euros = model.ledger.euros
    outcomes = euros(OUTCOME_PAYMENT, AUTHORITY, PROVIDER_ACCOUNT) + euros(OUTCOME_PAYMENT, AUTHORITY, INVESTOR_ACCOUNT)
    fees = euros(FEE, AUTHORITY, PROVIDER_ACCOUNT) + euros(FEE, AUTHORITY, INVESTOR_ACCOUNT)
    work = euros(GRANT, AUTHORITY, PROVIDER_ACCOUNT) + euros(ADVANCE, AUTHORITY, PROVIDER_ACCOUNT)
    evaluation = euros(EVALUATION, AUTHORITY, EVALUATOR)
    found["outcome_payments"] = outcomes
    found["spend_public"] = outcomes + fees + work + evaluation - euros(REFUND, PROVIDER_ACCOUNT, AUTHORITY)
    found["spend_region"] = euros(BUDGET, REGION, AUTHORITY) - euros(REFUND, AUTHORITY, REGION)
    observe_capital(model, funded, found)
    providers = [provider for office in funded for provider in office.providers]
    admin = math.fsum(hours_on_control(provider) * provider.cost_of_hour for provider in providers)
    found["admin_cost"] = before.get("admin_cost", 0.0) + admin + evaluation - model.evaluation_paid
    model.evaluation_paid = evaluation
    found["unpaid_hours"] = before.get("unpaid_hours", 0.0) + unpaid_hours(funded)
    gained = math.fsum(gain_of(family) for office in funded for family in office.families)
    spent_now, worth = found["spend_public"] - before.get("spend_public", 0.0), model.case.money.wellbeing_value
    found["net_benefit"] = before.get("net_benefit", 0.0) + worth * gained / 12.0 - spent_now
    if gained > 0.0 and found["spend_public"] > 0.0:
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


def observe_capital(model: Any, funded: list[Any], found: dict[str, float]) -> None:
    """Investors' capital and return, and how much was paid for what would have happened anyway."""
    contracts = [office.contract for office in funded]
    outstanding = sum(max(0, investor.capital) for office in funded for investor in office.investors)
    found["capital_outstanding"] = outstanding / 100.0
    if sum(contract.capital_called for contract in contracts) > 0:
        lost = outstanding if model.calendar.last_month else 0
        found["investor_return"] = (sum(contract.return_paid for contract in contracts) - lost) / 100.0
    else:
        found["investor_return"] = MISSING
    claimed = sum(contract.outcome_claimed + contract.claimed_before for contract in contracts)
    alone = sum(contract.unserved_claimed for contract in contracts)
    found["deadweight_paid"] = ratio(float(alone), float(claimed))
