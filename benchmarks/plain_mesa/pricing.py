"""Prices: the rate card is scaled once, so that what the commissioner expects to pay is what outcomes may cost."""

from __future__ import annotations

from typing import Any

from abm.rules.attribution import LAYERS
from abm.rules.coordination import service_after_fragmentation
from abm.rules.coproduction import combined_input
from abm.rules.outcomes import improvement, next_wellbeing, response
from abm.rules.payment import net_price
from abm.streams import DEADWEIGHT, exp
from benchmarks.plain_mesa.plan_of_payments import in_time

INTENSITY, OWN_WORK, INTEGRATION = (
    0.8,
    0.75,
    0.3,
)  # of providers, families and packages, as a commissioner takes for granted
MOST_CENTS = 9e15


def overlap_of_need(concentration: float, domains: int) -> float:
    """Mean overlap of a family's importance weights with themselves, E[Σ w²]: 1/D when flat, more when concentrated."""
    squared = concentration * concentration
    return (1.0 - squared) / domains + squared * 3.0 / (domains + 2.0)


def set_prices(office: Any) -> None:
    """Forecast every family's path, and with it the result and the payment for each line; then scale the prices."""
    contract, case = office.contract, office.case
    net = office.place.grant_eur - contract.overhead_budget - 0.01 * contract.development
    contract.expected_outcome_payment = net * office.design.payment.outcome_share
    begin_claims(contract)
    contract.need_scale = overlap_of_need(case.family.need_concentration, len(case.domains))
    contract.expected_result, contract.expected_change = 0.0, [0.0] * len(case.domains)
    for family in office.families:
        forecast(office, family)
    optimism = case.money.forecast_optimism
    contract.expected_result = optimism * max(0.0, contract.expected_result)
    contract.expected_change = [optimism * max(0.0, change) for change in contract.expected_change]
    scale_card(office, optimism)


def begin_claims(contract: Any) -> None:
    """Nothing is claimed under this contract yet; what was under those before is kept."""
    contract.claimed_before += contract.outcome_claimed
    contract.outcome_claimed = contract.expected_claims = contract.room_moved = 0
    for layer in range(LAYERS):
        contract.layer_before[layer] += contract.layer_claimed[layer]
    contract.layer_claimed = [0] * LAYERS
    contract.open_year()
    contract.begin_pool()
    for line in contract.card:
        line.begin_contract()


def scale_card(office: Any, optimism: float) -> None:
    """Take off deadweight, then one factor for all prices, by which expected entries are expected to cost what they may.

    What prices are net of is deadweight as it is estimated once for a contract; the factor rests on what is forecast.
    """
    contract, number = office.contract, office.model.calendar.contract
    deducted, whole = office.design.payment.deadweight_deducted, 0.0
    error = office.case.measurement.deadweight_error * office.model.normal(DEADWEIGHT, office.number, month=number)
    net = []
    for line in contract.card:
        deadweight = line.unserved / line.expected if line.expected > 0.0 else 0.0
        line.expected = net_price(line.expected, deducted, deadweight)
        net.append(net_price(line.relative_price, deducted, exp(error) * deadweight))
        whole += in_time(contract, line) * line.expected
    if whole <= 0.0:
        return
    scale = contract.expected_outcome_payment / (whole * optimism)
    for line, price in zip(contract.card, net, strict=True):
        line.price = min(price * scale, contract.expected_outcome_payment)
        most = 100.0 * line.metric_cap * line.expected * in_time(contract, line) * scale * optimism
        line.cap = int(min(MOST_CENTS, most))


def forecast(office: Any, family: Any) -> None:
    """Add a family's part of the expected result and of each line's expected payment, as the commissioner foresees them."""
    contract, share = office.contract, 1.0 / len(office.families)
    months = int(min(contract.expected_stay, office.model.calendar.service_months))
    path = foresee(office, family, months)
    for d, (change, _) in enumerate(path[months]):
        contract.expected_result += share * contract.metric_weight[d] * change
        contract.expected_change[d] += share * change
    share *= contract.card.tariff_of(family)
    noise = office.case.measurement.noise
    for d in range(len(path[months])):
        for line in contract.card:
            if line.relative_price > 0.0:
                held = line.months - 1 if line.kind == "sustained" else 0  # months that it must have stood by then
                changes, alone = zip(*path[max(0, months - held)], strict=True)
                worth = share * line.relative_price
                line.expected += worth * contract.card.expected_count(line, d, changes, noise, months)
                if line.kind != "entry":  # nobody enters a service that does not exist
                    line.unserved += worth * contract.card.expected_count(line, d, alone, noise, months)


def foresee(office: Any, family: Any, months: int) -> list[list[tuple[float, float]]]:
    """By month of its stay and domain: changes of a family that count, with the promised service and without any."""
    contract, case = office.contract, office.case
    facts, outcome = case.family, case.outcome
    quality = case.provider.competence * case.provider.fit * INTENSITY
    quality = service_after_fragmentation(quality, outcome.fragmentation, INTEGRATION)
    own = response(outcome.effect, family.complexity, outcome.complexity_effect)
    crises = facts.crisis_rate * facts.crisis_dip
    path = [[(0.0, 0.0)] * len(family.wellbeing) for _ in range(months + 1)]
    for d, priority in enumerate(office.priorities):
        served = contract.promised_hours * priority * quality
        served /= outcome.typical_hours * outcome.typical_quality * contract.need_scale
        input_now = combined_input(served, OWN_WORK, outcome.family_weight, outcome.complementarity)
        y = without = start = family.wellbeing[d]
        for month in range(1, months + 1):
            added = improvement(y, own, input_now)
            y = next_wellbeing(y, family.baseline[d], added, outcome.return_rate, -crises)
            without = next_wellbeing(without, family.baseline[d], 0.0, outcome.return_rate, -crises)
            subtracts = office.design.payment.attribution != "gross"  # what comes by itself, which it foresees as well
            path[month][d] = (y - without, 0.0) if subtracts else (y - start, without - start)
    return path
