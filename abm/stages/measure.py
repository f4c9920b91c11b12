"""measure: results are measured with error, overstated where that pays, attributed, claimed, and audited."""

import math

from abm.compiled import compiled
from abm.rules.attribution import GROSS, counterfactual
from abm.rules.gaming import detection
from abm.rules.payment import (
    ATTAINED,
    BINARY,
    ENTRY,
    FEE_FOR_SERVICE,
    GAIN,
    GRADUATED,
    RATE_CARD,
    binary_payment,
    graduated_payment,
    reached_now,
    room_under,
)  # fmt: skip
from abm.stages.contract_prices import full_payment
from abm.stages.follow_up import note_shortfalls
from abm.streams import AUDIT, MEASURE, normal, uniform
from abm.tables import FAMILY_PROVIDER

WRITES = (
    "families.reported", "families.overstated", "families.earned", "families.unserved_earned", "families.cohort",
    "claims.held", "claims.reached", "claims.unserved_held", "claims.unserved_reached", "milestones.claimed",
    "localities.outcome_claimed", "localities.expected_claims", "localities.result", "localities.counterfactual",
    "localities.period_paid", "localities.unserved_claimed", "providers.result", "providers.caught",
    "providers.results_used", "providers.shortfall_months", "providers.shortfall_explained",
    "providers.shortfall_share", "providers.shortfall_burden", "dues",
)  # fmt: skip


@compiled
def measure(world):
    """Measure, claim and audit in every locality whose contract is served."""
    clock = world.clock[0]
    for row in range(world.localities.shape[0]):
        place, facts = world.localities[row], world.settings[row]
        for p in range(place.provider_first, place.provider_end):
            world.providers[p].caught = world.providers[p].results_used = 0
        if not place.serving:
            continue
        _estimate_counterfactual(world, row)
        _measure_families(world, row)
        place.expected_claims = int(
            100.0 * place.expected_outcome_payment * min(1.0, clock.service_month / clock.service_months)
        )
        if facts.payment_rule == FEE_FOR_SERVICE:
            _claim_fees(world, row)
        elif facts.payment_rule == RATE_CARD:
            for i in range(place.family_first, place.family_end):
                if world.families[i].enrolled:
                    _claim_milestones(world, row, i)
        period_ends = (
            clock.service_month % int(facts.payment_period_months) == 0 or clock.service_month == clock.service_months
        )
        if period_ends:
            if facts.payment_rule == BINARY or facts.payment_rule == GRADUATED:
                _claim_period(world, row)
            for i in range(place.family_first, place.family_end):
                world.families[i].cohort = world.families[i].enrolled
        _audit(world, row)
        note_shortfalls(clock, place, facts, world.providers, coassessment(world, facts))


@compiled
def coassessment(world, facts):
    """Intensity of co-assessment in the months that the calendar has for it."""
    return facts.coproduction_assessment * world.clock[0].assessing


@compiled
def error_of(world, facts, i, d):
    """Measurement error of a family in a domain: its rater's, the same throughout a contract."""
    return facts.measurement_noise * normal(world.clock[0].seed, MEASURE, world.clock[0].contract, i, d)


@compiled
def _estimate_counterfactual(world, row):
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
def _measure_families(world, row):
    """Weighted change since intake of the cohort, as reported and as measured; leavers stay at their last value."""
    place, facts = world.localities[row], world.settings[row]
    slots = int(facts.family_known_providers)
    total, count = 0.0, 0.0
    for p in range(place.provider_first, place.provider_end):
        world.providers[p].result = 0.0
    for i in range(place.family_first, place.family_end):
        family = world.families[i]
        if not family.cohort:
            continue
        family.reported = family.overstated = 0.0
        added = _overstatement(world, row, i, slots)
        for d in range(family.wellbeing.shape[0]):
            weight = place.metric_weight[d]
            family.reported += weight * (
                family.last_wellbeing[d] - family.intake_wellbeing[d] + error_of(world, facts, i, d) + added
            )
            family.overstated += weight * added
        total += family.reported
        count += 1.0
        if family.enrolled:
            for slot in range(i * slots, (i + 1) * slots):
                if world.packages[slot].enrolled:
                    provider = world.providers[world.packages[slot].provider]
                    provider.result += family.reported / max(1.0, provider.caseload)
    place.result = total / count if count > 0.0 else 0.0


@compiled
def _overstatement(world, row, i, slots):
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


@compiled
def _due(world, row, p, amount):
    """An earned amount becomes payable after the lag; what would come too late is payable in the last month."""
    lag = int(world.settings[row].payment_lag_months)
    world.dues[min(world.clock[0].month + lag, world.clock[0].months), p] += amount
    if amount > 0 and world.settings[row].payment_outcome_share > 0.0:
        world.providers[p].results_used = 1


@compiled
def _claim_fees(world, row):
    """Every contract hour worked earns its fee."""
    place = world.localities[row]
    for p in range(place.provider_first, place.provider_end):
        provider = world.providers[p]
        if provider.partner:
            _due(world, row, p, int(math.floor(100.0 * provider.contract_hours * place.fee_per_hour + 0.5)))


@compiled
def _claim_milestones(world, row, i):
    """Milestones of one family: on its own path they are paid, on the no-service path they count as deadweight."""
    place, facts, family = world.localities[row], world.settings[row], world.families[i]
    slots, domains = int(facts.family_known_providers), place.measured.shape[0]
    added = _overstatement(world, row, i, slots)
    person_cap = int(100.0 * facts.payment_person_cap * place.expected_outcome_payment / max(1.0, place.places))
    for d in range(domains):
        error = error_of(world, facts, i, d)
        change = family.wellbeing[d] - family.intake_wellbeing[d] + error + added - place.counterfactual
        alone = family.unserved_wellbeing[d] - family.unserved_intake[d] + error - place.counterfactual
        for line in range(world.milestones.shape[1]):
            milestone, claim = world.milestones[row, line], world.claims[i, line * domains + d]
            if milestone.price <= 0.0 or not (milestone.domain == d or (milestone.domain < 0 and place.measured[d])):
                continue
            claim.held = claim.held + 1 if change >= milestone.threshold else 0
            claim.unserved_held = claim.unserved_held + 1 if alone >= milestone.threshold else 0
            now = _earned_now(milestone, claim.reached, claim.held, change, family.served_months)
            unserved = _earned_now(milestone, claim.unserved_reached, claim.unserved_held, alone, family.served_months)
            if milestone.kind == ENTRY:
                unserved = 0.0  # nobody enters a service that does not exist
            claim.reached = 1 if now > 0.0 or claim.reached else 0
            claim.unserved_reached = 1 if unserved > 0.0 or claim.unserved_reached else 0
            due = room_under(person_cap, family.earned, int(100.0 * milestone.price * now))
            _pay_family_claim(world, row, i, slots, milestone, due)
            if unserved > 0.0:
                amount = room_under(person_cap, family.unserved_earned, int(100.0 * milestone.price * unserved))
                family.unserved_earned += amount
                place.unserved_claimed += amount


@compiled
def _earned_now(milestone, reached, held, change, served_months):
    """Units of a milestone earned this month: 0 or 1; a gain is earned once, by amount, half a year after intake."""
    if milestone.kind == GAIN:
        return max(0.0, change) if reached == 0 and served_months == 6 else 0.0
    if milestone.kind == ATTAINED and served_months < 3:
        return 0.0  # not before a first review
    return float(reached_now(milestone.kind, change, milestone.threshold, held, milestone.months, reached))


@compiled
def _pay_family_claim(world, row, i, slots, milestone, due):
    """Claim under the caps of line and contract; providers share by their hours with the family."""
    place, family = world.localities[row], world.families[i]
    due = room_under(milestone.cap, milestone.claimed, due)
    due = room_under(place.claim_ceiling, place.outcome_claimed, due)
    if due <= 0:
        return
    milestone.claimed += due
    place.outcome_claimed += due
    family.earned += due
    left, last = due, -1
    for slot in range(i * slots, (i + 1) * slots):
        if world.packages[slot].enrolled:
            last = slot
    for slot in range(i * slots, (i + 1) * slots):
        package = world.packages[slot]
        if package.enrolled:
            part = int(due * package.hours / family.hours_received) if family.hours_received > 0.0 else 0
            part = left if slot == last else min(left, part)
            left -= part
            _due(world, row, package.provider, part)


@compiled
def _claim_period(world, row):
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
        _due(world, row, p, part)
    for p in range(place.provider_end - 1, place.provider_first - 1, -1):
        if world.providers[p].partner:
            _due(world, row, p, left)  # the remainder of whole cents
            break


@compiled
def _period_share(facts, result, expected):
    if facts.payment_rule == BINARY:
        return binary_payment(result, facts.payment_target * expected)
    return graduated_payment(result, facts.payment_floor * expected, facts.payment_ceiling * expected)


@compiled
def _audit(world, row):
    """A misreport is found by audit or by families who judge results; a twelfth of the yearly probability each month."""
    place, facts, clock = world.localities[row], world.settings[row], world.clock[0]
    found = detection(
        facts.control_audit, facts.measurement_peer_detection, coassessment(world, facts), facts.structure_data_sharing
    )
    found /= 12.0
    for p in range(place.provider_first, place.provider_end):
        provider = world.providers[p]
        if provider.misreport > 0.05 and uniform(clock.seed, AUDIT, clock.month, p) < found:
            provider.caught = 1
