"""Payment in layers: what would be claimed under the same rule, prices and caps without the errors after each layer.

On the truth, with natural change, with selection, with overstatement; what is claimed in the end has measurement and sampling
error too. The differences between layers are the parts of the payment's error, and sum to it.
"""

import math

import numpy as np

from abm.compiled import compiled, compiled_with_arrays
from abm.rules.attribution import GAMING, LAYERS, layer_change
from abm.rules.payment import TRANCHE, room_under
from abm.stages.contract_prices import full_payment, price_for
from abm.stages.measure_claims import earned_now
from abm.stages.measure_cohort import earned_share, second_chance


@compiled_with_arrays
def claim_period_layers(world, row):
    """The cohort's test at the end of a period in every layer, on its mean change by domain."""
    place, facts, clock = world.localities[row], world.settings[row], world.clock[0]
    periods = max(1.0, math.ceil(clock.service_months / facts.payment_period_months))
    full = 100.0 * place.expected_outcome_payment * full_payment(place, facts) / periods
    results, count = np.zeros((LAYERS, place.measured.shape[0])), 0.0
    for i in range(place.family_first, place.family_end):
        family = world.families[i]
        if family.cohort:
            count += 1.0
            for d in range(results.shape[1]):
                own = family.last_wellbeing[d] - family.intake_wellbeing[d]
                unserved = family.unserved_last[d] - family.unserved_intake[d]
                population = family.population_last[d] - family.population_intake[d]
                for k in range(LAYERS):
                    results[k, d] += layer_change(k, own, unserved, population, family.overstated, 0.0, 0.0)
    for k in range(LAYERS):
        for d in range(results.shape[1]):
            results[k, d] /= max(1.0, count)
            results[k, d] += layer_change(k, 0.0, 0.0, 0.0, 0.0, place.known_population, place.known_change)
        share = earned_share(place, facts, results[k])
        due = int(full * share)
        if facts.payment_rule == TRANCHE:
            due += _made_good(place, facts, clock, results[k], k, 1.0 - share, count, full)
        place.layer_claimed[k] += room_under(place.claim_ceiling, place.layer_claimed[k], due)


@compiled
def _made_good(place, facts, clock, results, k, missed, families, full):
    """Cents of missed tranches that results pooled over all cohorts make good at the contract's end, in a layer.

    They are pooled by the metrics' weights, so each indicator is taken to stand at that mean where each is asked for. The
    cohort is in `pooled_families` already.
    """
    place.layer_missed[k] += missed
    result = 0.0
    for d in range(results.shape[0]):
        result += place.metric_weight[d] * results[d]
    place.layer_pooled[k] += families / max(1.0, place.pooled_families) * (result - place.layer_pooled[k])
    if clock.service_month < clock.service_months:
        return 0
    for d in range(results.shape[0]):
        results[d] = place.layer_pooled[k]
    return int(full * place.layer_missed[k] * second_chance(place, facts, results))


@compiled
def claim_milestone_layers(world, row, i, added, shift, person_cap):
    """Milestones of one family in every layer; a claim is brought forward in that of gaming only."""
    place, family, lines, claims = world.localities[row], world.families[i], world.milestones[row], world.claims[i]
    domains = place.measured.shape[0]
    for d in range(domains):
        own = family.wellbeing[d] - family.intake_wellbeing[d]
        unserved = family.unserved_wellbeing[d] - family.unserved_intake[d]
        population = family.population_last[d] - family.population_intake[d]
        for line in range(lines.shape[0]):
            if lines[line].price <= 0.0 or not (
                lines[line].domain == d or (lines[line].domain < 0 and place.measured[d])
            ):
                continue
            price = price_for(world.settings[row], lines[line], family)
            for k in range(LAYERS):
                change = layer_change(k, own, unserved, population, added, place.known_population, place.known_change)
                months = shift if k == GAMING else 0
                now = _earned(lines[line], claims[line * domains + d], k, change, family.served_months, months)
                if now > 0.0 and _open(lines, claims, line, domains, k):
                    claims[line * domains + d].layer_reached[k] = 1
                    _claim_layer(place, family, lines[line], k, int(100.0 * price * now), person_cap)


@compiled
def _earned(milestone, claim, k, change, served_months, shift):
    """Units of a line that are earned this month in a layer; how long its change has stood goes on."""
    claim.layer_held[k] = claim.layer_held[k] + 1 if change >= milestone.threshold else 0
    return earned_now(milestone, claim.layer_reached[k], claim.layer_held[k], change, served_months, shift)


@compiled
def _open(lines, claims, line, domains, k):
    """Whether a line may be claimed in a layer: an optional one only once a core line has been reached."""
    if lines[line].core:
        return True
    for other in range(lines.shape[0]):
        for c in range(other * domains, (other + 1) * domains):
            if lines[other].core and claims[c].layer_reached[k]:
                return True
    return False


@compiled
def _claim_layer(place, family, milestone, k, due, person_cap):
    """An earned amount in a layer, under the caps of person, line and contract; entry is an effect of the service."""
    due = room_under(person_cap, family.layer_earned[k], due)
    due = room_under(milestone.cap, milestone.layer_claimed[k], due)
    due = room_under(place.claim_ceiling, place.layer_claimed[k], due)
    family.layer_earned[k] += due
    milestone.layer_claimed[k] += due
    place.layer_claimed[k] += due
