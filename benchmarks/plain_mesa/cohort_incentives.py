"""What a cohort's result is worth at its test: slopes of the expected payment, by rule and by what was missed so far."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from abm.rules.forecast import settling_share, wellbeing_ahead
from abm.rules.learning import foreseen
from abm.rules.outcomes import effect_of_input, response
from abm.rules.payment import (
    all_reached_slope,
    binary_slope,
    graduated_slope,
    pooled_bar,
    stepped_slope,
    tranche_slope,
)
from benchmarks.plain_mesa.cohort_test import full_cents

NO_BAR = 1e6  # a pooled result that nobody reaches


def pay_for_cohort(office: Any) -> None:
    """What an hour adds to the payment for the cohort's result, of which each partner has its part."""
    contract, case, design = office.contract, office.case, office.design
    forecast, cohort, per_input = 0.0, 0, 0.0
    by_domain = [0.0] * len(contract.measured)
    for family in office.families:
        if family.enrolled:
            cohort += 1
            per_input += input_effect(office, family)
            for d, change in enumerate(changes_ahead(family, case.outcome.return_rate)):
                forecast += contract.metric_weight[d] * change
                by_domain[d] += change
    if cohort == 0 or contract.room <= 0:
        return
    forecast = forecast / cohort - contract.counterfactual
    by_domain = [change / cohort - contract.counterfactual for change in by_domain]
    noise = math.sqrt(case.measurement.noise**2 / cohort + 1e-6)
    slopes, slope_of_all = slopes_of_test(office, forecast, by_domain, float(cohort), noise)
    for partner in office.partners:
        part = foreseen(partner.award_share, design.learning.ratchet)
        own = 0.01 * full_cents(office) * design.finance.risk_to_provider * part
        for d, metric in enumerate(contract.measured):
            if metric:
                weight = 1.0 if contract.asks_each_domain else contract.metric_weight[d]
                effect = weight * per_input / cohort / cohort * partner.hour_effect(d)
                partner.payment_per_hour[d] = own * slopes[d] * effect
        partner.result_value = own * slope_of_all / design.payment.period_months


def input_effect(office: Any, family: Any) -> float:
    """What a month's input of 1 adds to a family's result at the end, at middling wellbeing."""
    outcome, months = office.case.outcome, family.months_ahead
    own = response(outcome.effect, family.complexity, outcome.complexity_effect)
    settled = settling_share(outcome.return_rate, months)
    return effect_of_input(0.5, own, 1.0) * settled / (outcome.return_rate * months)


def changes_ahead(family: Any, rate: float) -> list[float]:
    """A family's changes by domain from its intake to its end, as they are foreseen."""
    settled = settling_share(rate, family.months_ahead)
    return [
        wellbeing_ahead(y, family.baseline[d], family.added[d], rate, settled) - family.intake_wellbeing[d]
        for d, y in enumerate(family.wellbeing)
    ]


def slopes_of_test(
    office: Any, forecast: float, by_domain: list[float], cohort: float, noise: float
) -> tuple[list[float], float]:
    """What a unit more of the result that a domain moves adds to the expected share of the payment; and a unit of all."""
    if office.contract.asks_each_domain:
        slopes = slopes_of_each(office, by_domain, cohort, noise)
        whole = 0.0
        for slope in slopes:
            whole += slope
        return slopes, whole
    slope = slope_of_mean(office, forecast, cohort, noise)
    return [slope] * len(by_domain), slope


def slope_of_mean(office: Any, forecast: float, cohort: float, noise: float) -> float:
    """The same where the cohort's weighted mean is tested."""
    payment, contract = office.design.payment, office.contract
    expected, target = contract.expected_result, payment.target * contract.expected_result
    if payment.rule == "binary":
        return binary_slope(forecast, target, noise, 1.0)
    if payment.rule == "stepped":
        results, shares = (np.array([getattr(step, part) for step in payment.step]) for part in ("result", "share"))
        return stepped_slope(forecast, expected, results, shares, len(payment.step), noise, 1.0)
    if payment.rule == "tranche":
        bar = bar_of_pool(office, expected, contract.weighted(contract.pooled_result), cohort, forecast)
        return tranche_slope(forecast, target, bar, contract.missed, noise, 1.0)
    return graduated_slope(forecast, payment.floor * expected, payment.ceiling * expected, noise, 1.0)


def bar_of_pool(office: Any, expected: float, earlier: float, cohort: float, forecast: float) -> float:
    """Result of this cohort that brings all together to their threshold, if those to come do as this one is foreseen to."""
    payment, calendar, contract = office.design.payment, office.model.calendar, office.contract
    if payment.pooled_target <= 0.0:
        return NO_BAR
    periods = max(1.0, math.ceil(calendar.service_months / payment.period_months))
    to_come = max(0.0, periods - math.ceil(calendar.service_month / payment.period_months))
    threshold = payment.pooled_target * expected
    return pooled_bar(threshold, earlier, contract.pooled_families, cohort, cohort * to_come, forecast)


def slopes_of_each(office: Any, by_domain: list[float], cohort: float, noise: float) -> list[float]:
    """The same where each measured domain must reach its own target: by its test, or by the pooled one, not counted twice."""
    contract, payment = office.contract, office.design.payment
    targets = [payment.target * expected for expected in contract.expected_change]
    bars = [NO_BAR] * len(by_domain)
    if payment.rule == "tranche":
        pooled = zip(contract.expected_change, contract.pooled_result, by_domain, strict=True)
        bars = [bar_of_pool(office, expected, earlier, cohort, ahead) for expected, earlier, ahead in pooled]
    both = [max(pair) for pair in zip(targets, bars, strict=True)]
    foreseen_results, counted = np.array(by_domain), np.array(contract.measured)
    slopes = []
    for d, metric in enumerate(contract.measured):
        own, made_good, twice = (
            all_reached_slope(foreseen_results, np.array(thresholds), counted, noise, d)
            for thresholds in (targets, bars, both)
        )
        slopes.append(own + (1.0 + contract.missed) * made_good - twice if metric else 0.0)
    return slopes
