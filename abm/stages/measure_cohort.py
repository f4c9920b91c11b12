"""The cohort's test: what the result of a period earns, and how partners share it."""

import math

from abm.compiled import compiled
from abm.rules.payment import BINARY, binary_payment, graduated_payment, room_under
from abm.stages.contract_prices import full_payment
from abm.stages.measure_claims import make_due
from abm.stages.measure_estimates import error_of


@compiled
def claim_period(world, row):
    """The cohort's test at the end of a period: partners share what it earns by their part of the contract."""
    place, facts, clock = world.localities[row], world.settings[row], world.clock[0]
    periods = max(1.0, math.ceil(clock.service_months / facts.payment_period_months))
    full = 100.0 * place.expected_outcome_payment * full_payment(facts) / periods
    result, alone, count = place.result - place.counterfactual, 0.0, 0.0
    for i in range(place.family_first, place.family_end):
        family = world.families[i]
        if family.cohort:
            count += 1.0
            for d in range(family.wellbeing.shape[0]):
                change = family.unserved_last[d] - family.unserved_intake[d] + error_of(world, facts, i, d)
                alone += place.metric_weight[d] * change
    alone = alone / max(1.0, count) - place.counterfactual
    place.period_paid = _period_share(facts, result, place.expected_result)
    due = room_under(place.claim_ceiling, place.outcome_claimed, int(full * place.period_paid))
    place.outcome_claimed += due
    place.unserved_claimed += int(full * _period_share(facts, alone, place.expected_result))
    left = due
    for p in range(place.provider_first, place.provider_end):
        part = min(left, int(math.floor(due * world.providers[p].award_share)))
        left -= part
        make_due(world, row, p, part)
    for p in range(place.provider_end - 1, place.provider_first - 1, -1):
        if world.providers[p].partner:
            make_due(world, row, p, left)  # the remainder of whole cents
            break


@compiled
def earned_share(place, facts, results):
    """Share of a period's full payment that a cohort's results by domain, after attribution, earn under the rule."""
    result = 0.0
    for d in range(results.shape[0]):
        result += place.metric_weight[d] * results[d]
    return _period_share(facts, result, place.expected_result)


@compiled
def _period_share(facts, result, expected):
    if facts.payment_rule == BINARY:
        return binary_payment(result, facts.payment_target * expected)
    return graduated_payment(result, facts.payment_floor * expected, facts.payment_ceiling * expected)
