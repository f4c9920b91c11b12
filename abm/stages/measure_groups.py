"""Those whom results are compared with: all eligible families, earlier ones, and the matches of the served, as they go on."""

from abm.compiled import compiled
from abm.rules.attribution import DIFFERENCE
from abm.stages.deliver_match import weighted_level

SURVEY_MONTHS = 6  # between surveys of all eligible families, where an estimate needs to know them before


@compiled
def note_levels(world, row):
    """Keep the mean no-service path, and earlier families' change up to the first contract."""
    place, clock = world.localities[row], world.clock[0]
    families = place.family_end - place.family_first
    for d in range(place.natural.shape[0]):
        total = 0.0
        for i in range(place.family_first, place.family_end):
            total += world.families[i].unserved_wellbeing[d]
        place.natural[d] = total / families
        if clock.month == 1:
            place.earlier_start[d] = place.natural[d]
        if clock.month < clock.service_first:
            place.earlier_change[d] = place.natural[d] - place.earlier_start[d]


@compiled
def survey(world):
    """Every half year all families are surveyed where any place pays on difference in differences.

    Its matches may live in any place; where none pays so, nobody is surveyed.
    """
    clock, asked = world.clock[0], False
    for row in range(world.localities.shape[0]):
        facts = world.settings[row]
        asked = asked or (facts.payment_outcome_share > 0.0 and facts.payment_attribution == DIFFERENCE)
    if not asked or clock.month % SURVEY_MONTHS != 1:
        return
    for row in range(world.localities.shape[0]):
        world.localities[row].survey_month = clock.month
    for i in range(world.families.shape[0]):
        family = world.families[i]
        for d in range(family.wellbeing.shape[0]):
            family.surveyed[d] = family.wellbeing[d]


@compiled
def follow_matches(world, row):
    """While a family is in service, so far as its match is not served itself: its match's value, and everybody's path."""
    place = world.localities[row]
    for i in range(place.family_first, place.family_end):
        family = world.families[i]
        if not family.enrolled:
            continue
        for d in range(place.natural.shape[0]):
            family.population_last[d] = place.natural[d]
        if family.comparison >= 0:
            match = world.families[family.comparison]
            if not (match.enrolled or match.was_served):
                family.comparison_last = weighted_level(place, match)
