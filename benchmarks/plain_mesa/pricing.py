"""Prices: the rate card is scaled once, so that what the commissioner expects to pay is what outcomes may cost."""

from __future__ import annotations

from typing import Any

from abm.rules.coordination import service_after_fragmentation
from abm.rules.coproduction import combined_input
from abm.rules.outcomes import improvement, next_wellbeing, response

INTENSITY, OWN_WORK, INTEGRATION = (
    0.8,
    0.75,
    0.3,
)  # of providers, families and packages, as a commissioner takes for granted


def overlap_of_need(concentration: float, domains: int) -> float:
    """Mean overlap of a family's importance weights with themselves, E[Σ w²]: 1/D when flat, more when concentrated."""
    squared = concentration * concentration
    return (1.0 - squared) / domains + squared * 3.0 / (domains + 2.0)


def set_prices(office: Any) -> None:
    """Forecast every family's path, and with it the result and the payment for each line; then scale the prices."""
    contract, case = office.contract, office.case
    net = office.place.grant_eur - contract.overhead_budget
    contract.expected_outcome_payment = net * office.design.payment.outcome_share
    contract.claimed_before += contract.outcome_claimed
    contract.outcome_claimed = contract.expected_claims = 0
    contract.open_year()
    contract.need_scale = overlap_of_need(case.family.need_concentration, len(case.domains))
    contract.expected_result = 0.0
    for line in contract.card:
        line.expected = line.price = 0.0  # what nobody is expected to reach is not paid for
        line.cap = line.claimed = 0
    for family in office.families:
        forecast(office, family)
    contract.expected_result = max(0.0, contract.expected_result)
    scale_card(contract, case.money.forecast_optimism)


def scale_card(contract: Any, optimism: float) -> None:
    """One factor for all prices, by which the expected entries are expected to cost the expected payment."""
    entries, whole = contract.expected_entries, 0.0
    for line in contract.card:
        whole += entries * line.expected
    if whole <= 0.0:
        return
    scale = contract.expected_outcome_payment / (whole * optimism)
    for line in contract.card:
        line.price = min(line.relative_price * scale, contract.expected_outcome_payment)
        line.cap = int(min(9e15, 100.0 * line.metric_cap * line.expected * entries * scale))


def forecast(office: Any, family: Any) -> None:
    """Add a family's part of the expected result and of each line's expected payment, as the commissioner foresees them."""
    contract, case = office.contract, office.case
    facts, outcome = case.family, case.outcome
    months = int(min(contract.expected_stay, office.model.calendar.service_months))
    share = 1.0 / len(office.families)
    quality = case.provider.competence * case.provider.fit * INTENSITY
    quality = service_after_fragmentation(quality, outcome.fragmentation, INTEGRATION)
    own = response(outcome.effect, family.complexity, outcome.complexity_effect)
    crises = facts.crisis_rate * facts.crisis_dip
    for d, priority in enumerate(office.priorities):
        if not contract.measured[d]:
            continue
        served = contract.promised_hours * priority * quality
        served /= outcome.typical_hours * outcome.typical_quality * contract.need_scale
        input_now = combined_input(served, OWN_WORK, outcome.family_weight, outcome.complementarity)
        y = start = family.wellbeing[d]
        for _ in range(months):
            added = improvement(y, own, input_now)
            y = next_wellbeing(y, family.baseline[d], added, outcome.return_rate, -crises)
        contract.expected_result += share * contract.metric_weight[d] * (y - start)
        for line in contract.card:
            if line.relative_price > 0.0 and line.pays_for(d, contract.measured):
                count = line.expected_count(y - start, case.measurement.noise, months)
                line.expected += share * line.relative_price * count
