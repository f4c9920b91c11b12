"""Payment in layers: what would be claimed under the same rule, prices and caps without the errors after each layer.

On the truth, with natural change, with selection, with overstatement; what is claimed in the end has measurement and sampling
error too. The differences between layers are the parts of the payment's error, and sum to it.
"""

import math

import numpy as np

from abm.compiled import compiled
from abm.rules.attribution import GAMING, LAYERS, layer_change
from abm.rules.payment import room_under
from abm.stages.contract_prices import full_payment
from abm.stages.measure_claims import earned_now
from abm.stages.measure_cohort import earned_share


@compiled
def claim_period_layers(world, row):
    """The cohort's test at the end of a period in every layer, on its mean change by domain."""
    place, facts, clock = world.localities[row], world.settings[row], world.clock[0]
    periods = max(1.0, math.ceil(clock.service_months / facts.payment_period_months))
    full = 100.0 * place.expected_outcome_payment * full_payment(facts) / periods
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
        due = int(full * earned_share(place, facts, results[k]))
        place.layer_claimed[k] += room_under(place.claim_ceiling, place.layer_claimed[k], due)


@compiled
def claim_milestone_layers(world, row, i, added, shift, person_cap):
    """Milestones of one family in every layer; a claim is brought forward in that of gaming only."""
    place, family = world.localities[row], world.families[i]
    domains = place.measured.shape[0]
    for d in range(domains):
        own = family.wellbeing[d] - family.intake_wellbeing[d]
        unserved = family.unserved_wellbeing[d] - family.unserved_intake[d]
        population = family.population_last[d] - family.population_intake[d]
        for line in range(world.milestones.shape[1]):
            milestone, claim = world.milestones[row, line], world.claims[i, line * domains + d]
            if milestone.price <= 0.0 or not (milestone.domain == d or (milestone.domain < 0 and place.measured[d])):
                continue
            for k in range(LAYERS):
                change = layer_change(k, own, unserved, population, added, place.known_population, place.known_change)
                _claim_layer(place, family, milestone, claim, k, change, shift, person_cap)


@compiled
def _claim_layer(place, family, milestone, claim, k, change, shift, person_cap):
    """One line of one family in a layer, under the caps of person, line and contract; entry is an effect of the service."""
    claim.layer_held[k] = claim.layer_held[k] + 1 if change >= milestone.threshold else 0
    months = shift if k == GAMING else 0
    now = earned_now(milestone, claim.layer_reached[k], claim.layer_held[k], change, family.served_months, months)
    if now <= 0.0:
        return
    claim.layer_reached[k] = 1
    due = room_under(person_cap, family.layer_earned[k], int(100.0 * milestone.price * now))
    due = room_under(milestone.cap, milestone.layer_claimed[k], due)
    due = room_under(place.claim_ceiling, place.layer_claimed[k], due)
    family.layer_earned[k] += due
    milestone.layer_claimed[k] += due
    place.layer_claimed[k] += due
