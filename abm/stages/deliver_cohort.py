"""What a cohort's results are worth at its test: slopes of the expected share of a period's payment, by domain."""

import math

import numpy as np

from abm.compiled import compiled, compiled_with_arrays
from abm.rules.payment import (
    BINARY,
    STEPPED,
    TRANCHE,
    all_reached_slope,
    binary_slope,
    graduated_slope,
    pooled_bar,
    stepped_slope,
    tranche_slope,
)  # fmt: skip
from abm.stages.contract_prices import asks_each_domain

NO_BAR = 1e6  # a pooled result that nobody reaches


@compiled
def result_slopes(place, facts, clock, forecast, by_domain, cohort, noise, slopes):
    """Fill in, for each domain, what a unit of the result that it moves adds to the share of the period's payment.

    That result is the cohort's weighted mean, or where every indicator is asked for, the domain's own. `forecast` and
    `by_domain` are the cohort's results as foreseen, after attribution, `cohort` its families. Returns the slope by a unit
    more of the result in every domain.
    """
    later = cohort * _periods_to_come(facts, clock)
    if asks_each_domain(facts):
        return _slopes_of_each(place, facts, by_domain, cohort, later, noise, slopes)
    slope = _slope_of_mean(place, facts, forecast, cohort, later, noise)
    for d in range(slopes.shape[0]):
        slopes[d] = slope
    return slope


@compiled
def _periods_to_come(facts, clock):
    """Test periods of the contract after the present one."""
    periods = max(1.0, math.ceil(clock.service_months / facts.payment_period_months))
    return max(0.0, periods - math.ceil(clock.service_month / facts.payment_period_months))


@compiled
def _slope_of_mean(place, facts, forecast, cohort, later, noise):
    """∂E[share]/∂(weighted mean result)."""
    expected = place.expected_result
    if facts.payment_rule == BINARY:
        return binary_slope(forecast, facts.payment_target * expected, noise, 1.0)
    if facts.payment_rule == STEPPED:
        return stepped_slope(forecast, expected, place.step_result, place.step_share, place.steps, noise, 1.0)
    if facts.payment_rule == TRANCHE:
        earlier = 0.0
        for d in range(place.pooled_result.shape[0]):
            earlier += place.metric_weight[d] * place.pooled_result[d]
        bar = _bar(place, facts, expected, earlier, cohort, later, forecast)
        return tranche_slope(forecast, facts.payment_target * expected, bar, place.missed, noise, 1.0)
    return graduated_slope(forecast, facts.payment_floor * expected, facts.payment_ceiling * expected, noise, 1.0)


@compiled
def _bar(place, facts, expected, earlier, cohort, later, forecast):
    """Result of this cohort from which missed tranches are made good; out of reach where there is no second chance."""
    if facts.payment_pooled_target <= 0.0:
        return NO_BAR
    return pooled_bar(facts.payment_pooled_target * expected, earlier, place.pooled_families, cohort, later, forecast)


@compiled_with_arrays
def _slopes_of_each(place, facts, by_domain, cohort, later, noise, slopes):
    """∂E[share]/∂(result of a domain), where each measured domain must reach its own target.

    A tranche is paid in the end if its test or the pooled one is passed: P(A or B) = P(A) + P(B) − P(A and B).
    """
    target = facts.payment_target * place.expected_change
    bars, both, total = np.empty(slopes.shape[0]), np.empty(slopes.shape[0]), 0.0
    for d in range(slopes.shape[0]):
        bars[d] = NO_BAR
        if facts.payment_rule == TRANCHE:
            expected, earlier = place.expected_change[d], place.pooled_result[d]
            bars[d] = _bar(place, facts, expected, earlier, cohort, later, by_domain[d])
        both[d] = max(target[d], bars[d])
    for d in range(slopes.shape[0]):
        slopes[d] = 0.0
        if place.measured[d]:
            slopes[d] = all_reached_slope(by_domain, target, place.measured, noise, d)
            slopes[d] += (1.0 + place.missed) * all_reached_slope(by_domain, bars, place.measured, noise, d)
            slopes[d] -= all_reached_slope(by_domain, both, place.measured, noise, d)
        total += slopes[d]
    return total
