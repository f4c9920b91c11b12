"""Estimates: what results are measured to be, what misreport and halo add, and the estimated change without service."""

import math

from abm.compiled import compiled
from abm.rules.attribution import GROSS, counterfactual
from abm.streams import MEASURE, normal
from abm.tables import FAMILY_PROVIDER


@compiled
def coassessment(world, facts):
    """Intensity of co-assessment in the months that the calendar has for it."""
    return facts.coproduction_assessment * world.clock[0].assessing


@compiled
def error_of(world, facts, i, d):
    """Measurement error of a family in a domain: its rater's, the same throughout a contract."""
    return facts.measurement_noise * normal(world.clock[0].seed, MEASURE, world.clock[0].contract, i, d)


@compiled
def estimate_counterfactual(world, row):
    """The change without service as this design's attribution estimates it."""
    place, facts, clock = world.localities[row], world.settings[row], world.clock[0]
    if facts.payment_attribution == GROSS:
        place.counterfactual = 0.0
        return
    true_change, count = 0.0, 0.0
    for i in range(place.family_first, place.family_end):
        family = world.families[i]
        if family.cohort:
            count += 1.0
            for d in range(family.wellbeing.shape[0]):
                true_change += place.metric_weight[d] * (family.unserved_last[d] - family.unserved_intake[d])
    true_change /= max(1.0, count)
    error = facts.measurement_noise / math.sqrt(facts.measurement_comparison_families)
    sampled = true_change + error * normal(clock.seed, MEASURE, clock.contract, row, 1001)
    matching = facts.measurement_comparison_bias * normal(clock.seed, MEASURE, clock.contract, row, 1002)
    trend = facts.outcome_drift * 0.5 * facts.family_programme_months  # all that earlier cohorts could show
    place.counterfactual = counterfactual(facts.payment_attribution, trend, sampled, matching)


@compiled
def measure_families(world, row):
    """Weighted change since intake of the cohort, as reported and as measured; leavers stay at their last value."""
    place, facts = world.localities[row], world.settings[row]
    slots = int(facts.family_known_providers)
    total, count = 0.0, 0.0
    for p in range(place.provider_first, place.provider_end):
        world.providers[p].result = 0.0
    for d in range(place.domain_result.shape[0]):
        place.domain_result[d] = 0.0
    for i in range(place.family_first, place.family_end):
        family = world.families[i]
        if not family.cohort:
            continue
        family.reported = family.overstated = 0.0
        added = overstatement(world, row, i, slots)
        for d in range(family.wellbeing.shape[0]):
            weight = place.metric_weight[d]
            change = family.last_wellbeing[d] - family.intake_wellbeing[d] + error_of(world, facts, i, d) + added
            family.reported += weight * change
            family.overstated += weight * added
            place.domain_result[d] += change
        total += family.reported
        count += 1.0
        if family.enrolled:
            for slot in range(i * slots, (i + 1) * slots):
                if world.packages[slot].enrolled:
                    provider = world.providers[world.packages[slot].provider]
                    provider.result += family.reported / max(1.0, provider.caseload)
    place.result = total / count if count > 0.0 else 0.0
    for d in range(place.domain_result.shape[0]):
        place.domain_result[d] /= max(1.0, count)


@compiled
def overstatement(world, row, i, slots):
    """What misreporting and a trusting family's halo add to a result."""
    facts, misreport, serving = world.settings[row], 0.0, 0.0
    trust = 0.0
    for slot in range(i * slots, (i + 1) * slots):
        if world.packages[slot].enrolled:
            misreport += world.providers[world.packages[slot].provider].misreport
            trust += world.edges[world.relations[FAMILY_PROVIDER].first + slot].trust
            serving += 1.0
    if serving == 0.0:
        return 0.0
    halo = facts.measurement_halo * coassessment(world, facts) * (trust / serving - 0.5)
    return facts.provider_misreport_room * misreport / serving + halo
