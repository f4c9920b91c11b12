"""Estimates: what results are measured to be, what misreport and halo add, and the estimated change without service."""

from abm.compiled import compiled
from abm.rules.attribution import (
    COMPARISON,
    DIFFERENCE,
    GROSS,
    HISTORICAL,
    RANDOMISED,
    earlier_part,
    matched_change,
    standard_error,
)  # fmt: skip
from abm.streams import MATCH, MEASURE, normal, uniform
from abm.tables import FAMILY_PROVIDER

SAMPLE = 1000  # the item of the draw that puts a family into the sample; candidates for a match have lower ones


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
    """The change without service as this design's attribution estimates it, and the same without sampling or measuring error.

    Where nobody could be matched, a historical baseline stands for the comparison group.
    """
    place, facts, kind = world.localities[row], world.settings[row], world.settings[row].payment_attribution
    place.counterfactual = place.known_change = place.known_population = 0.0
    if kind == GROSS or facts.payment_outcome_share <= 0.0:
        return
    known, sampled, in_sample = _randomised(world, row) if kind == RANDOMISED else _matched(world, row)
    if kind == HISTORICAL or in_sample == 0.0:
        place.known_change = place.known_population = place.counterfactual = _historical(world, row)
        in_sample = facts.measurement_comparison_families
    else:
        place.known_change, place.counterfactual = known, sampled
        place.known_population = _population_change(world, row)
    _add_errors(world, row, in_sample)


@compiled
def _add_errors(world, row, in_sample):
    """Add to the estimate what the sample is measured wrong by, and to both what no match can know."""
    place, facts, clock = world.localities[row], world.settings[row], world.clock[0]
    squares = 0.0
    for d in range(place.metric_weight.shape[0]):
        squares += place.metric_weight[d] * place.metric_weight[d]
    error = standard_error(facts.measurement_noise, squares, in_sample)
    place.counterfactual += error * normal(clock.seed, MEASURE, clock.contract, row, 1001)
    if facts.payment_attribution == COMPARISON or facts.payment_attribution == DIFFERENCE:
        bias = facts.measurement_comparison_bias * normal(clock.seed, MEASURE, clock.contract, row, 1002)
        place.known_change += bias
        place.counterfactual += bias


@compiled
def _followed(world, row, i):
    """Whether a family of the cohort is in the sample that an estimate follows."""
    place, clock = world.localities[row], world.clock[0]
    share = world.settings[row].measurement_comparison_families / max(1.0, place.places)
    return uniform(clock.seed, MATCH, clock.contract, i, SAMPLE) < share


@compiled
def _historical(world, row):
    """Mean over the cohort of earlier families' change in as many months, of those in which they were followed."""
    place, total, count = world.localities[row], 0.0, 0.0
    followed = world.clock[0].service_first - 2.0  # from the end of the first month to that of the last before service
    change = 0.0
    for d in range(place.metric_weight.shape[0]):
        change += place.metric_weight[d] * place.earlier_change[d]
    for i in range(place.family_first, place.family_end):
        if world.families[i].cohort:
            total += change * earlier_part(float(world.families[i].served_months), followed)
            count += 1.0
    return total / max(1.0, count)


@compiled
def _matched(world, row):
    """Mean change of the matches: of all in the cohort that have one, and of those in the sample, with the sample's size."""
    place, kind = world.localities[row], world.settings[row].payment_attribution
    whole, count, sampled, size = 0.0, 0.0, 0.0, 0.0
    for i in range(place.family_first, place.family_end):
        family = world.families[i]
        if family.cohort and family.comparison >= 0:
            change = matched_change(family.comparison_last, family.comparison_intake, family.trend_before, kind)
            whole, count = whole + change, count + 1.0
            if _followed(world, row, i):
                sampled, size = sampled + change, size + 1.0
    return whole / max(1.0, count), sampled / max(1.0, size), size


@compiled
def _randomised(world, row):
    """Mean change on the no-service path: of the whole cohort, and of a random sample of it, with the sample's size."""
    place = world.localities[row]
    whole, count, sampled, size = 0.0, 0.0, 0.0, 0.0
    for i in range(place.family_first, place.family_end):
        family, change = world.families[i], 0.0
        if not family.cohort:
            continue
        for d in range(place.metric_weight.shape[0]):
            change += place.metric_weight[d] * (family.unserved_last[d] - family.unserved_intake[d])
        whole, count = whole + change, count + 1.0
        if _followed(world, row, i):
            sampled, size = sampled + change, size + 1.0
    return whole / max(1.0, count), sampled / max(1.0, size), size


@compiled
def _population_change(world, row):
    """Mean over the cohort of what the no-service paths of all eligible families changed since its intake."""
    place, total, count = world.localities[row], 0.0, 0.0
    for i in range(place.family_first, place.family_end):
        family = world.families[i]
        if family.cohort:
            count += 1.0
            for d in range(place.metric_weight.shape[0]):
                total += place.metric_weight[d] * (family.population_last[d] - family.population_intake[d])
    return total / max(1.0, count)


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
