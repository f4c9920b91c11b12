"""measure: results are measured with error, overstated where that pays, attributed, claimed, and audited."""

from abm.compiled import compiled
from abm.rules.gaming import detection
from abm.rules.payment import FEE_FOR_SERVICE, RATE_CARD, pays_by_period
from abm.stages.follow_up import note_shortfalls
from abm.stages.measure_claims import claim_fees, claim_milestones, person_cap
from abm.stages.measure_cohort import claim_period
from abm.stages.measure_dates import chosen_shift, count_anew, is_deadline
from abm.stages.measure_estimates import coassessment, estimate_counterfactual, measure_families, overstatement
from abm.stages.measure_groups import follow_matches, note_levels, survey
from abm.stages.measure_layers import claim_milestone_layers, claim_period_layers
from abm.streams import AUDIT, uniform

WRITES = (
    "families.reported", "families.overstated", "families.earned", "families.unserved_earned", "families.cohort",
    "claims.held", "claims.reached", "claims.unserved_held", "claims.unserved_reached", "milestones.claimed",
    "localities.outcome_claimed", "localities.expected_claims", "localities.result", "localities.counterfactual",
    "localities.period_paid", "localities.unserved_claimed", "providers.result", "providers.caught",
    "providers.results_used", "providers.shortfall_months", "providers.shortfall_explained",
    "providers.shortfall_share", "providers.shortfall_burden", "dues", "localities.domain_result",
    "localities.pooled_result", "localities.pooled_alone", "localities.pooled_families", "localities.missed",
    "localities.missed_alone", "localities.natural", "localities.earlier_start", "localities.earlier_change",
    "localities.known_change", "localities.known_population", "localities.layer_claimed", "localities.layer_missed",
    "localities.layer_pooled", "localities.unclaimed", "localities.deadline_claims", "milestones.layer_claimed",
    "claims.layer_held", "claims.layer_reached", "families.layer_earned", "families.population_last",
    "families.surveyed", "families.comparison_last", "families.closing", "providers.shifting_hours",
    "localities.survey_month",
    "providers.claimed",
)  # fmt: skip


def measure(world):
    """Measure, claim and audit in every locality whose contract is served."""
    survey(world)
    settle_results(world)


@compiled
def settle_results(world):
    """The same in the world's part, once those who may be matches elsewhere have been surveyed."""
    clock = world.clock[0]
    for row in range(world.part[0], world.part[1]):
        place, facts = world.localities[row], world.settings[row]
        for p in range(place.provider_first, place.provider_end):
            world.providers[p].caught = world.providers[p].results_used = world.providers[p].claimed = 0
        if facts.payment_outcome_share > 0.0:
            note_levels(world, row)
        if not place.serving:
            continue
        if facts.payment_outcome_share > 0.0:
            follow_matches(world, row)
        estimate_counterfactual(world, row)
        measure_families(world, row)
        place.expected_claims = int(
            100.0 * place.expected_outcome_payment * min(1.0, clock.service_month / clock.service_months)
        )
        if facts.payment_rule == FEE_FOR_SERVICE:
            claim_fees(world, row)
        elif facts.payment_rule == RATE_CARD:
            _claim_card(world, row)
        period_ends = (
            clock.service_month % int(facts.payment_period_months) == 0 or clock.service_month == clock.service_months
        )
        if period_ends:
            if pays_by_period(facts.payment_rule) and _anybody_to_pay(place, world.providers):
                claim_period(world, row)
                claim_period_layers(world, row)
            for i in range(place.family_first, place.family_end):
                world.families[i].cohort = world.families[i].enrolled
        _audit(world, row)
        note_shortfalls(clock, place, facts, world.providers, coassessment(world, facts))


@compiled
def _anybody_to_pay(place, providers):
    """Whether a partner is left: with nobody under contract nothing is claimed."""
    partners = 0
    for p in range(place.provider_first, place.provider_end):
        partners += providers[p].partner
    return partners > 0


@compiled
def _claim_card(world, row):
    """Claim what families in service have reached, in fact and in every layer of the payment's error."""
    place, facts, clock = world.localities[row], world.settings[row], world.clock[0]
    slots, before = int(facts.family_known_providers), place.outcome_claimed
    for i in range(place.family_first, place.family_end):
        if world.families[i].enrolled:
            added = overstatement(world, row, i, slots)
            shift = chosen_shift(world, row, i, added)
            claim_milestone_layers(world, row, i, added, shift, person_cap(place, facts))
            claim_milestones(world, row, i, added, shift)
    if is_deadline(facts, clock):
        place.deadline_claims += place.outcome_claimed - before
        count_anew(world, row)


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
