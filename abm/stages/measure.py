"""measure: results are measured with error, overstated where that pays, attributed, claimed, and audited."""

from abm.compiled import compiled
from abm.rules.gaming import detection
from abm.rules.payment import BINARY, FEE_FOR_SERVICE, GRADUATED, RATE_CARD
from abm.stages.follow_up import note_shortfalls
from abm.stages.measure_claims import claim_fees, claim_milestones
from abm.stages.measure_cohort import claim_period
from abm.stages.measure_estimates import coassessment, estimate_counterfactual, measure_families
from abm.streams import AUDIT, uniform

WRITES = (
    "families.reported", "families.overstated", "families.earned", "families.unserved_earned", "families.cohort",
    "claims.held", "claims.reached", "claims.unserved_held", "claims.unserved_reached", "milestones.claimed",
    "localities.outcome_claimed", "localities.expected_claims", "localities.result", "localities.counterfactual",
    "localities.period_paid", "localities.unserved_claimed", "providers.result", "providers.caught",
    "providers.results_used", "providers.shortfall_months", "providers.shortfall_explained",
    "providers.shortfall_share", "providers.shortfall_burden", "providers.claimed", "dues",
)  # fmt: skip


@compiled
def measure(world):
    """Measure, claim and audit in every locality whose contract is served."""
    clock = world.clock[0]
    for row in range(world.localities.shape[0]):
        place, facts = world.localities[row], world.settings[row]
        for p in range(place.provider_first, place.provider_end):
            world.providers[p].caught = world.providers[p].results_used = world.providers[p].claimed = 0
        if not place.serving:
            continue
        estimate_counterfactual(world, row)
        measure_families(world, row)
        place.expected_claims = int(
            100.0 * place.expected_outcome_payment * min(1.0, clock.service_month / clock.service_months)
        )
        if facts.payment_rule == FEE_FOR_SERVICE:
            claim_fees(world, row)
        elif facts.payment_rule == RATE_CARD:
            for i in range(place.family_first, place.family_end):
                if world.families[i].enrolled:
                    claim_milestones(world, row, i)
        period_ends = (
            clock.service_month % int(facts.payment_period_months) == 0 or clock.service_month == clock.service_months
        )
        if period_ends:
            if facts.payment_rule == BINARY or facts.payment_rule == GRADUATED:
                claim_period(world, row)
            for i in range(place.family_first, place.family_end):
                world.families[i].cohort = world.families[i].enrolled
        _audit(world, row)
        note_shortfalls(clock, place, facts, world.providers, coassessment(world, facts))


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
