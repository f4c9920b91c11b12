"""Matches: the unserved family that a served one is compared with, found when its programme begins."""

from abm.compiled import compiled
from abm.rules.attribution import COMPARISON, DIFFERENCE, distance
from abm.streams import MATCH, uniform

CANDIDATES = 24  # files that an evaluator looks into for one match (assumed)


@compiled
def find_match(world, row, i):
    """Note what a family beginning its programme is compared with: nobody, or the likest of some unserved families.

    They are sought where no contract is served; where there are none, among the place's own families that wait or never came.
    """
    facts, family, best = world.settings[row], world.families[i], -1
    if facts.payment_attribution == COMPARISON or facts.payment_attribution == DIFFERENCE:
        best = _likest(world, row, i, True)
        if best < 0:
            best = _likest(world, row, i, False)
    family.comparison = best
    family.comparison_intake = family.comparison_last = family.trend_before = 0.0
    if best < 0:
        return
    place, match = world.localities[row], world.families[best]
    family.comparison_intake = family.comparison_last = weighted_level(place, match)
    if place.survey_month == 0:
        return  # nothing is known of the time before
    for d in range(place.metric_weight.shape[0]):
        own = family.wellbeing[d] - family.surveyed[d]
        family.trend_before += place.metric_weight[d] * (own - (match.wellbeing[d] - match.surveyed[d]))


@compiled
def weighted_level(place, family):
    """A family's wellbeing over domains, by the weights of a place's metrics."""
    total = 0.0
    for d in range(place.metric_weight.shape[0]):
        total += place.metric_weight[d] * family.wellbeing[d]
    return total


@compiled
def _likest(world, row, i, elsewhere):
    """Row of the likest of the candidates drawn, elsewhere or in the place; −1 where none can be compared with."""
    place, clock, family = world.localities[row], world.clock[0], world.families[i]
    own = place.family_end - place.family_first
    count = world.families.shape[0] - own if elsewhere else own
    if count <= 0:
        return -1
    best, nearest, level = -1, 0.0, weighted_level(place, family)
    for k in range(CANDIDATES):
        j = int(uniform(clock.seed, MATCH, clock.month, i, k if elsewhere else CANDIDATES + k) * count)
        if not elsewhere:
            j += place.family_first
        elif j >= place.family_first:
            j += own
        other = world.families[j]
        if j == i or other.enrolled or other.was_served or (elsewhere and world.localities[other.locality].serving):
            continue
        thirds = int(other.complexity_third) - int(family.complexity_third)
        apart = distance(weighted_level(place, other) - level, thirds, elsewhere or other.applied > 0)
        if best < 0 or apart < nearest:
            best, nearest = j, apart
    return best
