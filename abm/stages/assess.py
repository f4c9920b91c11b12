"""assess: everyone updates trust from what they lived; satisfaction records what it lost, and why."""

import numpy as np

from abm.compiled import compiled, compiled_with_arrays
from abm.network import BENEVOLENCE, INTEGRITY, live, live_event, live_parts
from abm.rules.coproduction import complain_probability, role_factor
from abm.rules.trust import experience_against
from abm.stages.assess_fairness import UNSEEN, hours_beside_peers, mixed, wait_beside_peers
from abm.stages.assess_partners import NOISE, assess_pairs, assess_providers, within
from abm.streams import EXPERIENCE, SWITCH, normal, normals, uniform
from abm.tables import (
    COMMISSIONER_REGION,
    FAMILY_COMMISSIONER,
    FAMILY_PROVIDER,
    INVESTOR_COMMISSIONER,
    INVESTOR_PROVIDER,
    REGION_COMMISSIONER,
    VOLUNTEER_PROVIDER,
)  # fmt: skip

WRITES = (
    "edges.support", "edges.against", "edges.damage", "families.satisfaction", "families.lost_red_tape",
    "families.lost_waiting", "families.lost_mismatch", "families.lost_voice", "families.red_tape_hours",
    "families.coproduction_hours", "families.dumped", "families.usual_work", "families.usual_received", "edges.lived",
    "edges.lived_weight", "families.complained",
)  # fmt: skip

# What each part of a month weighs in an experience; each row of weights sums to 1 (assumed).
HOURS, MATCH, RED_TAPE, INTEGRATION = 0.35, 0.35, 0.15, 0.15
HOURS_OF_ASSESSMENT = 1.5  # a family's hours a month on full co-assessment
DUMPED = 0.3  # what being wholly dumped on takes from an experience
SETTLED_MONTHS = 3  # in service before a family knows what is usual
USUAL_CONTACT = 0.2  # experiences a month that usual services are worth
DISTANT_CONTACT = 0.3  # the same for an authority that families do not meet
PATIENCE = 6.0  # months of waiting that halve it, at equal roles


@compiled
def assess(world):
    """Update satisfaction, and the evidence of every relation that was lived this month in the world's part."""
    clock = world.clock[0]
    for row in range(world.part[0], world.part[1]):
        place, facts = world.localities[row], world.settings[row]
        _assess_families(world, row)
        if clock.month == int(facts.trust_breach_month):
            _breach(world, row)
        if place.serving:
            assess_providers(world, row)
            assess_pairs(world, row)
            _assess_investors(world, row)
            _assess_region(world, row)
        _assess_volunteers(world, row)


@compiled_with_arrays
def _assess_families(world, row):
    place, clock = world.localities[row], world.clock[0]
    noise = np.empty(place.family_end - place.family_first)
    normals(clock.seed, EXPERIENCE, clock.month, place.family_first, 0, noise)
    for i in range(place.family_first, place.family_end):
        _assess_family(world, row, i, NOISE * noise[i - place.family_first])


@compiled
def _assess_family(world, row, i, noise):
    facts, family, clock = world.settings[row], world.families[i], world.clock[0]
    slots = int(facts.family_known_providers)
    office = world.edges[world.relations[FAMILY_COMMISSIONER].first + i]
    first = world.relations[FAMILY_PROVIDER].first
    family.red_tape_hours, family.complained = 0.0, 0
    if family.enrolled:
        _feel_dumped(family, facts)
        _live_service(world, row, i, slots, noise)
        _maybe_complain(world, row, i, office.trust)
        family.coproduction_hours += HOURS_OF_ASSESSMENT * facts.coproduction_assessment * clock.assessing
        tape = 1.0 - 3.0 * family.lost_red_tape
        served = within(family.satisfaction + noise)
        lived = 0.6 * family.satisfaction + 0.4 * tape
        live_parts(office, facts, within(lived + noise), served, served, within(tape + noise), DISTANT_CONTACT)
        return
    fair = UNSEEN
    if family.applied:
        waits = max(0.1, PATIENCE * role_factor(facts.coproduction_roles_client, facts.family_roles_effect))
        patience = 1.0 / (1.0 + family.waiting_months / waits)
        family.lost_waiting = 0.4 * (1.0 - patience)
        live(office, facts, within(0.55 * patience + noise), DISTANT_CONTACT)
        fair = wait_beside_peers(world, row, i)
    for slot in range(i * slots, (i + 1) * slots):
        if world.edges[first + slot].active:
            live(world.edges[first + slot], facts, within(0.5 + noise), USUAL_CONTACT)
            if facts.mechanisms_facets and fair != UNSEEN:
                seen = within(fair + noise)
                live_event(world.edges[first + slot], facts, BENEVOLENCE, seen, facts.trust_fairness * USUAL_CONTACT)


@compiled
def _maybe_complain(world, row, i, trust):
    """A dissatisfied family complains: voice instead of exit."""
    facts, family, clock = world.settings[row], world.families[i], world.clock[0]
    voice = role_factor(facts.coproduction_roles_coproducer, facts.family_roles_effect)
    p = complain_probability(facts.family_complaining, family.satisfaction, trust, voice)
    family.complained = 1 if uniform(clock.seed, SWITCH, clock.month, i, 3) < p else 0


@compiled
def _feel_dumped(family, facts):
    """The same work builds trust with new money and destroys it with cuts: own hours' growth beyond professionals'."""
    own = family.coproduction_hours + family.integration_hours
    grown = own / max(1.0, family.usual_work) - family.hours_received / max(1.0, family.usual_received)
    family.dumped = 0.0
    if facts.mechanisms_dumping and family.served_months > SETTLED_MONTHS:
        family.dumped = min(1.0, facts.work_dumping * max(0.0, grown))
    memory = 1.0 / min(12.0, max(1.0, family.served_months))
    family.usual_work += memory * (own - family.usual_work)
    family.usual_received += memory * (family.hours_received - family.usual_received)


@compiled
def _live_service(world, row, i, slots, noise):
    """Hours against promise, match with own need, red tape and integration make an experience with each provider.

    Hours kept speak to its ability, as a promise kept also, with red tape, to its integrity; all else, and what peers get,
    to its benevolence.
    """
    facts, family = world.settings[row], world.families[i]
    cared = (MATCH * family.match + INTEGRATION * family.integration - DUMPED * family.dumped) / (MATCH + INTEGRATION)
    cared = within(mixed(cared, hours_beside_peers(world, row, i), facts.trust_fairness) + noise)
    first, tape_sum, hours_sum, serving = world.relations[FAMILY_PROVIDER].first, 0.0, 0.0, 0.0
    for slot in range(i * slots, (i + 1) * slots):
        package = world.packages[slot]
        if not package.enrolled:
            continue
        provider = world.providers[package.provider]
        kept = min(1.0, package.hours / provider.promised_hours) if provider.promised_hours > 0.0 else 1.0
        tape = red_tape(facts, provider)
        x = HOURS * kept + MATCH * family.match + RED_TAPE * (1.0 - tape) + INTEGRATION * family.integration
        x, honest = within(x - DUMPED * family.dumped + noise), within(0.5 * kept + 0.5 * (1.0 - tape) + noise)
        live_parts(world.edges[first + slot], facts, x, within(kept + noise), cared, honest, 1.0)
        tape_sum, hours_sum, serving = tape_sum + tape, hours_sum + kept, serving + 1.0
    tape = tape_sum / max(1.0, serving)
    family.red_tape_hours = 10.0 * facts.rules_family_red_tape * tape * 0.25
    family.lost_red_tape = 0.25 * tape
    family.lost_mismatch = 0.15 * (1.0 - family.match) + 0.05 * (1.0 - family.integration)
    family.lost_waiting = 0.15 * (1.0 - hours_sum / max(1.0, serving))
    family.lost_voice = 0.1 * max(0.0, 0.5 - family.voice) if world.localities[row].meetings > 0 else 0.0
    lost = family.lost_red_tape + family.lost_mismatch + family.lost_waiting + family.lost_voice
    own = facts.family_satisfaction_spread * normal(world.clock[0].seed, EXPERIENCE, 0, i, 3)
    family.satisfaction = within(1.0 - lost + own + 0.5 * noise)


@compiled
def red_tape(facts, provider):
    """How much of a provider's red tape its families feel, in [0, 1]: a quarter of paid hours on control is felt in full."""
    if provider.contract_hours <= 0.0:
        return 0.0
    return min(1.0, 4.0 * provider.reporting_hours / provider.contract_hours)


@compiled
def _breach(world, row):
    """Every provider breaks faith with its families once."""
    place, facts = world.localities[row], world.settings[row]
    slots, first = int(facts.family_known_providers), world.relations[FAMILY_PROVIDER].first
    for slot in range(place.family_first * slots, place.family_end * slots):
        if world.edges[first + slot].active:
            live_event(world.edges[first + slot], facts, INTEGRITY, 0.0, facts.trust_event_weight)


@compiled
def _assess_investors(world, row):
    """Investors judge whether claims keep up with the plan once the first could have been made."""
    place, facts, clock = world.localities[row], world.settings[row], world.clock[0]
    providers = place.provider_end - place.provider_first
    if clock.service_month <= 6 or place.expected_claims <= 0:
        return
    kept = min(1.0, place.outcome_claimed / place.expected_claims)
    for v in range(place.investor_first, place.investor_end):
        if not world.investors[v].active:
            continue
        live(world.edges[world.relations[INVESTOR_COMMISSIONER].first + v], facts, 0.3 + 0.5 * kept, 0.5)
        for p in range(place.provider_first, place.provider_end):
            stake = place.stake_first + (v - place.investor_first) * providers + p - place.provider_first
            edge = world.edges[world.relations[INVESTOR_PROVIDER].first + stake]
            if edge.active:
                live(edge, facts, 0.8 * kept, 0.5)


@compiled
def _assess_region(world, row):
    """The region judges what families say of the authority; the authority judges the region by the burden of its rules."""
    place, facts = world.localities[row], world.settings[row]
    said, first = 0.0, world.relations[FAMILY_COMMISSIONER].first
    for i in range(place.family_first, place.family_end):
        said += world.edges[first + i].trust
    said /= place.family_end - place.family_first
    live(world.edges[world.relations[REGION_COMMISSIONER].first + row], facts, said, 0.5)
    up = world.edges[world.relations[COMMISSIONER_REGION].first + row]
    live(up, facts, experience_against(1.0 - 5.0 * place.region_burden, 0.5), 0.5)


@compiled
def _assess_volunteers(world, row):
    """Volunteers judge the provider's mission, their training and the red tape."""
    place, facts, clock = world.localities[row], world.settings[row], world.clock[0]
    for v in range(place.volunteer_first, place.volunteer_end):
        volunteer = world.volunteers[v]
        if volunteer.active and volunteer.hours > 0.0:
            provider = world.providers[volunteer.provider]
            noise = NOISE * normal(clock.seed, EXPERIENCE, clock.month, v, 2)
            helped, tape = 0.4 + 0.6 * volunteer.trained, 1.0 - red_tape(facts, provider)
            lived = 0.5 * provider.motivation + 0.25 * helped + 0.25 * tape
            mission = within(provider.motivation + noise)
            tie = world.edges[world.relations[VOLUNTEER_PROVIDER].first + v]
            live_parts(tie, facts, within(lived + noise), within(helped + noise), mission, within(tape + noise), 1.0)
