"""The cohort's test: what the result of a period earns, what pooled results make good, and how partners share it."""

import math

import numpy as np

from abm.compiled import compiled, compiled_with_arrays
from abm.rules.payment import (
    BINARY,
    STEPPED,
    TRANCHE,
    all_reached,
    binary_payment,
    graduated_payment,
    room_under,
    stepped_payment,
)  # fmt: skip
from abm.stages.contract_prices import asks_each_domain, full_payment
from abm.stages.measure_claims import make_due
from abm.stages.measure_estimates import error_of


@compiled_with_arrays
def claim_period(world, row):
    """The cohort's test at the end of a period: partners share what it earns by their part of the contract."""
    place, facts, clock = world.localities[row], world.settings[row], world.clock[0]
    periods = max(1.0, math.ceil(clock.service_months / facts.payment_period_months))
    full = 100.0 * place.expected_outcome_payment * full_payment(place, facts) / periods
    results, alone = np.zeros(place.measured.shape[0]), np.zeros(place.measured.shape[0])
    families = _cohort_results(world, row, results, alone)
    place.period_paid, alone_paid = earned_share(place, facts, results), earned_share(place, facts, alone)
    due, unserved = int(full * place.period_paid), int(full * alone_paid)
    if facts.payment_rule == TRANCHE:
        place.missed += 1.0 - place.period_paid
        place.missed_alone += 1.0 - alone_paid
        _pool(place, results, alone, families)
        if clock.service_month == clock.service_months:
            due += int(full * place.missed * second_chance(place, facts, place.pooled_result))
            unserved += int(full * place.missed_alone * second_chance(place, facts, place.pooled_alone))
    due = room_under(place.claim_ceiling, place.outcome_claimed, due)
    place.outcome_claimed += due
    place.unserved_claimed += unserved
    _share_among_partners(world, row, due)


@compiled
def _cohort_results(world, row, results, alone):
    """Fill in the cohort's results by domain, less what attribution subtracts, with service and without; its size."""
    place, facts, count = world.localities[row], world.settings[row], 0.0
    for i in range(place.family_first, place.family_end):
        family = world.families[i]
        if family.cohort:
            count += 1.0
            for d in range(alone.shape[0]):
                alone[d] += family.unserved_last[d] - family.unserved_intake[d] + error_of(world, facts, i, d)
    for d in range(alone.shape[0]):
        results[d] = place.domain_result[d] - place.counterfactual
        alone[d] = alone[d] / max(1.0, count) - place.counterfactual
    return count


@compiled
def earned_share(place, facts, results):
    """Share of a period's full payment that a cohort's results by domain, after attribution, earn under the rule."""
    if facts.payment_rule == BINARY or facts.payment_rule == TRANCHE:
        return _reach(place, facts, results, facts.payment_target)
    result, expected = _weighted(place, results), place.expected_result
    if facts.payment_rule == STEPPED:
        return stepped_payment(result, expected, place.step_result, place.step_share, place.steps)
    return graduated_payment(result, facts.payment_floor * expected, facts.payment_ceiling * expected)


@compiled
def second_chance(place, facts, pooled):
    """Whether results pooled over all cohorts, by domain and after attribution, make missed tranches good: 1 or 0."""
    if facts.payment_rule != TRANCHE or facts.payment_pooled_target <= 0.0:
        return 0.0
    return _reach(place, facts, pooled, facts.payment_pooled_target)


@compiled_with_arrays
def _reach(place, facts, results, target):
    """Whether results reach a multiple of the forecast: their weighted mean, or each measured domain its own."""
    if asks_each_domain(facts):
        return all_reached(results, target * place.expected_change, place.measured)
    return binary_payment(_weighted(place, results), target * place.expected_result)


@compiled
def _weighted(place, results):
    """Mean of results by domain, by the metrics' weights."""
    total = 0.0
    for d in range(results.shape[0]):
        total += place.metric_weight[d] * results[d]
    return total


@compiled
def _pool(place, results, alone, families):
    """Add a cohort's results to the means over all cohorts so far."""
    place.pooled_families += families
    share = families / max(1.0, place.pooled_families)
    for d in range(results.shape[0]):
        place.pooled_result[d] += share * (results[d] - place.pooled_result[d])
        place.pooled_alone[d] += share * (alone[d] - place.pooled_alone[d])


@compiled
def _share_among_partners(world, row, due):
    """An amount becomes payable to partners by their part of the contract, the remainder of whole cents to the last."""
    place, left = world.localities[row], due
    for p in range(place.provider_first, place.provider_end):
        part = min(left, int(math.floor(due * world.providers[p].award_share)))
        left -= part
        make_due(world, row, p, part)
    for p in range(place.provider_end - 1, place.provider_first - 1, -1):
        if world.providers[p].partner:
            make_due(world, row, p, left)
            break
