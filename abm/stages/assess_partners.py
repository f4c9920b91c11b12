"""How partners and the authority judge one another: money and control, results and families' word, hours and quarrels."""

from abm.compiled import compiled
from abm.network import BENEVOLENCE, INTEGRITY, live, live_event, live_parts, pair_row
from abm.rules.coproduction import role_factor
from abm.rules.interventions import signal_noise
from abm.stages.assess_fairness import intake_beside_file, mixed
from abm.stages.deliver_links import COORDINATION_LEAD, COORDINATION_NAO, JOINT_HOUR
from abm.streams import EXPERIENCE, normal
from abm.tables import COMMISSIONER_PROVIDER, FAMILY_PROVIDER, PROVIDER_COMMISSIONER, PROVIDER_PROVIDER

NOISE = 0.08  # standard deviation of one experience
QUARREL = 0.3  # experience of a rival, or of a disagreement that was left open
PASSING_CONTACT = 0.1  # experiences a month with whom one has no hours


@compiled
def within(x):
    return min(1.0, max(0.0, x))


@compiled
def assess_providers(world, row):
    """Providers judge payment and control; the authority judges results as far as it uses them, else what families say."""
    place, facts, clock = world.localities[row], world.settings[row], world.clock[0]
    for p in range(place.provider_first, place.provider_end):
        provider = world.providers[p]
        if not provider.partner:
            continue
        noise = NOISE * normal(clock.seed, EXPERIENCE, clock.month, p, 1)
        noise *= signal_noise(facts.intervention_signal_accuracy, provider.contracting_skill)
        office = world.edges[world.relations[PROVIDER_COMMISSIONER].first + p]
        view = world.edges[world.relations[COMMISSIONER_PROVIDER].first + p]
        _judge_office(office, facts, provider, noise)
        heard, use = _what_families_say(world, row, p), facts.outcomes_use_responsibility
        result = 0.5
        if place.expected_result > 0.0 and clock.service_month > 6 and provider.caseload > 0:
            result = within(0.5 + 0.5 * (provider.result - place.expected_result) / (place.expected_result + 0.05))
        able = within(use * result + (1.0 - use) * heard + noise)
        cared = within(mixed(heard, intake_beside_file(provider), facts.trust_fairness) + noise)
        live_parts(view, facts, able, able, cared, within(heard + noise), 1.0)
        if provider.caught:
            live_event(view, facts, INTEGRITY, 0.0, facts.trust_event_weight)
        if facts.structure_coordination_rights == COORDINATION_LEAD and _left_open(place, provider):
            live_event(office, facts, BENEVOLENCE, QUARREL, _weight_of_quarrel(place, facts))
            live_event(view, facts, BENEVOLENCE, QUARREL, _weight_of_quarrel(place, facts))


@compiled
def _judge_office(office, facts, provider, noise):
    """Whether its money covers the planned work speaks to the authority's ability and, as a promise kept, to its integrity.

    How much it controls speaks to its benevolence: control can be felt as distrust (Falk & Kosfeld 2006).
    """
    control = 1.0 - 2.0 * provider.reporting_share
    whole = within(0.5 * provider.liquidity + 0.5 * control + noise)
    paid = within(provider.liquidity + noise)
    live_parts(office, facts, whole, paid, within(control + noise), paid, 1.0)
    if provider.liquidity < 0.9:
        weight = facts.trust_event_weight * (1.0 - provider.liquidity) * 0.5
        live_event(office, facts, INTEGRITY, provider.liquidity * 0.5, weight)


@compiled
def _left_open(place, provider):
    """Whether a partner's disagreement with the hub was left open, for the hub had not the hours for all."""
    return provider.conflict > 0 and place.reach < 1.0


@compiled
def _weight_of_quarrel(place, facts):
    """Experiences that an open disagreement with the hub is worth: those of the month's contact through it."""
    contact = JOINT_HOUR * place.reach
    return facts.network_open_quarrel * (PASSING_CONTACT + contact / (contact + facts.network_link_hours))


@compiled
def _what_families_say(world, row, p):
    """Mean trust of a provider's families: visits, other people's word, and complaints, which co-producers are heard for."""
    place, facts, first = world.localities[row], world.settings[row], world.relations[FAMILY_PROVIDER].first
    slots, total, count = int(facts.family_known_providers), 0.0, 0.0
    voice = role_factor(facts.coproduction_roles_coproducer, facts.family_roles_effect)
    complaint = max(0.0, 1.0 + facts.family_complaint_weight * (voice - 1.0))
    for slot in range(place.family_first * slots, place.family_end * slots):
        if world.packages[slot].provider == p and world.packages[slot].enrolled:
            word = complaint if world.families[slot // slots].complained else 1.0
            total += word * world.edges[first + slot].trust
            count += word
    return total / count if count > 0.0 else 0.5


@compiled
def assess_pairs(world, row):
    """Partners who spend hours together learn whether the other keeps its part; rivals learn the opposite."""
    place, facts = world.localities[row], world.settings[row]
    first = world.relations[PROVIDER_PROVIDER].first
    own_body = facts.structure_coordination_rights == COORDINATION_NAO
    for p in range(place.provider_first, place.provider_end):
        for q in range(place.provider_first, place.provider_end):
            pair = pair_row(place, p, q)
            edge = world.edges[first + pair]
            if p == q or not edge.active or not (world.providers[p].partner and world.providers[q].partner):
                continue
            contact = world.pairs[pair].joint_hours + facts.network_brokered * world.pairs[pair].brokered_hours
            joint = contact / (contact + facts.network_link_hours)
            kept = 0.5 + 0.35 * joint * world.providers[q].liquidity
            open_between = world.pairs[pair].conflict > 0 and world.pairs[pair].spent < JOINT_HOUR
            if world.pairs[pair].rival or open_between:  # what nobody had the time to settle is as bad as rivalry
                live_event(edge, facts, BENEVOLENCE, QUARREL, PASSING_CONTACT + joint)
            else:
                live(edge, facts, kept, PASSING_CONTACT + joint)
            if own_body and (_left_open(place, world.providers[p]) or _left_open(place, world.providers[q])):
                live_event(edge, facts, BENEVOLENCE, QUARREL, _weight_of_quarrel(place, facts))
