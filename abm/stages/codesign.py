"""codesign: families and providers meet; services come to fit, partners join, and everybody lives what the meeting was."""

import numpy as np

from abm.associations import speak_for_absent
from abm.attendance import come_probability
from abm.compiled import compiled, compiled_with_arrays
from abm.ledger import provider_account
from abm.network import BENEVOLENCE, live, live_event, pair_row
from abm.rules.coordination import difference
from abm.rules.learning import next_fit, revised
from abm.rules.menu import SERVICES, wish_of_family
from abm.rules.network import reached
from abm.rules.outcomes import need
from abm.rules.skills import skill_factor
from abm.rules.trust import experience_against
from abm.stages.contract_bids import activate
from abm.stages.contract_terms import invest_in, plan_work
from abm.stages.menu import HIERARCHY, MEMBERS, choose_menu
from abm.streams import JOIN, MEETING, uniform
from abm.tables import FAMILY_COMMISSIONER, FAMILY_PROVIDER, FOR_PROFIT, PROVIDER_COMMISSIONER, PROVIDER_PROVIDER

WRITES = (
    "teams.asked_need", "teams.present", "families.coproduction_hours", "families.voice", "families.tailoring",
    "providers.known_need", "providers.fit", "providers.openness", "providers.coordination_hours", "providers.active",
    "pairs.joint_hours", "edges.support", "edges.against", "edges.damage", "edges.active", "localities.voice",
    "localities.meeting_experience", "localities.meetings", "localities.agreement", "providers.partner",
    "providers.award_share", "providers.planned_hours", "providers.promised_hours", "providers.places",
    "families.at_meeting", "teams.offers", "teams.centre_domain", "teams.menu_hours", "edges.lived",
    "edges.lived_weight", "providers.price_per_hour", "providers.worth",
)  # fmt: skip


FULL_HEARING = 8.0  # families at a meeting from which a plan moves as far as a meeting can move it
EASED = 0.5  # of what partners do not agree on, at a meeting that a facilitator chairs (assumed)
MENU_PART = 0.5  # of a family's voice: decisions on new services beside those on plans (assumed)


@compiled
def codesign(world):
    """Hold this month's design meetings in every funded locality whose design has any."""
    clock = world.clock[0]
    for row in range(world.part[0], world.part[1]):
        place, facts = world.localities[row], world.settings[row]
        place.meeting_experience = -1.0  # no meeting
        for p in range(place.provider_first, place.provider_end):
            world.providers[p].coordination_hours = 0.0
        if clock.codesigning and place.launched and facts.coproduction_design > 0.0:
            place.meetings += 1
            members = facts.structure_decision_rights == MEMBERS
            place.agreement = _facilitated(place, facts, agreement(place, world.providers)) if members else 1.0
            if _gather(world, row) > 0.0:
                _decide(world, row)
                if place.meetings > 1:  # a first meeting only hears
                    heard = facts.structure_decision_rights != HIERARCHY
                    choose_menu(world, row, facts.coproduction_design if heard else 0.0)
                _meet(world, row)
                _join(world, row)


@compiled
def _present(world, i):
    clock, facts = world.clock[0], world.settings[world.families[i].locality]
    return uniform(clock.seed, MEETING, clock.month, i) < facts.coproduction_design * come_probability(world, i)


@compiled
def _gather(world, row):
    place = world.localities[row]
    for t in range(place.team_first, place.team_end):
        team = world.teams[t]
        team.present = 0.0
        for d in range(team.asked_need.shape[0]):
            team.asked_need[d] = 0.0
    present = 0.0
    for i in range(place.family_first, place.family_end):
        family = world.families[i]
        family.at_meeting = 1 if _present(world, i) else 0
        if family.at_meeting:
            family.coproduction_hours += world.settings[row].network_meeting_hours
            team = world.teams[family.team]
            team.present += 1.0
            present += 1.0
            for d in range(family.wellbeing.shape[0]):
                team.asked_need[d] += need(family.importance[d], family.wellbeing[d])
        else:
            team = world.teams[family.team]
            team.present += speak_for_absent(world, i, world.settings[row].coproduction_design, team.asked_need)
    return present


@compiled
def _asked(world, row, team, d):
    """Mean need voiced in domain d at the meeting that decides for a team, and how many spoke there."""
    place, facts = world.localities[row], world.settings[row]
    if facts.structure_decision_rights == 2.0:  # each team decides on its own families
        here = world.teams[team]
        return (here.asked_need[d] / here.present if here.present > 0.0 else 0.0), here.present
    asked, present = 0.0, 0.0
    for t in range(place.team_first, place.team_end):
        asked += world.teams[t].asked_need[d]
        present += world.teams[t].present
    return (asked / present if present > 0.0 else 0.0), present


@compiled
def _hearing(world, row, voices):
    """How far a meeting of so many voices can move a plan: by their number, and by the authority's skill of collaboration."""
    facts, skill = world.settings[row], world.commissioners[row].collaboration_skill
    made = skill_factor(skill, facts.commissioner_skill_start, facts.commissioner_skill_effect)
    return min(1.0, made * world.localities[row].agreement * voices / FULL_HEARING)


@compiled_with_arrays
def agreement(place, providers):
    """How far partners want the same, in [0, 1]: members decide only what they agree on."""
    domains, partners, apart = place.measured.shape[0], 0.0, 0.0
    mean = np.zeros(domains)
    for p in range(place.provider_first, place.provider_end):
        if providers[p].partner:
            partners += 1.0
            for d in range(domains):
                mean[d] += providers[p].known_need[d]
    for p in range(place.provider_first, place.provider_end):
        if providers[p].partner:
            apart += difference(providers[p].known_need, mean)
    return 1.0 - apart / partners if partners > 0.0 else 1.0


@compiled
def _facilitated(place, facts, agreed):
    """What partners agree on where facilitators chair some of the meetings: they close a part of the gap there."""
    hours = facts.structure_network_management_facilitation * facts.network_facilitation_hours
    chaired = reached(hours, facts.network_meeting_hours * (place.team_end - place.team_first))
    return revised(agreed, 1.0, EASED * chaired)


@compiled
def _decide(world, row):
    """Providers' plans move toward what was asked; a first meeting only hears, and a hierarchy never decides here."""
    place, facts = world.localities[row], world.settings[row]
    room_left = 1.0 - facts.payment_input_specification
    decides = place.meetings > 1 and facts.structure_decision_rights != 0.0
    for p in range(place.provider_first, place.provider_end):
        provider = world.providers[p]
        if not provider.partner:
            continue
        provider.coordination_hours += facts.network_meeting_hours * facts.coproduction_design
        heard = _hearing(world, row, _asked(world, row, provider.team, 0)[1])
        provider.openness += facts.provider_adaptation * heard * (1.0 - provider.openness)
        if not decides:
            continue
        for d in range(provider.fit.shape[0]):
            asked, _ = _asked(world, row, provider.team, d)
            if heard > 0.0:
                provider.known_need[d] = revised(
                    provider.known_need[d], asked, min(1.0, 2.0 * facts.provider_adaptation * room_left * heard)
                )
                provider.fit[d] = next_fit(
                    provider.fit[d], heard, facts.provider_adaptation, facts.payment_input_specification
                )


@compiled
def _voice_of(world, row, i):
    """Share of decisions that moved toward what a family asked: half on plans, by how far its wish was from them; half on
    the new services that it wished."""
    family, facts = world.families[i], world.settings[row]
    decides = world.localities[row].meetings > 1 and facts.structure_decision_rights != 0.0
    if not decides:
        return 0.0
    heard = _hearing(world, row, _asked(world, row, family.team, 0)[1])
    step = heard * (
        1.0 - 0.5 * facts.payment_input_specification
    )  # prescriptions bind part of what a meeting could decide
    toward, asked_in_all = 0.0, 0.0
    plan = world.providers[world.packages[i * int(facts.family_known_providers)].provider].known_need
    for d in range(family.wellbeing.shape[0]):
        wish = need(family.importance[d], family.wellbeing[d]) - plan[d]
        moved = _asked(world, row, family.team, d)[0] - plan[d]
        asked_in_all += abs(wish)
        if wish * moved > 0.0:
            toward += abs(wish)
    planned = step * toward / asked_in_all if asked_in_all > 0.0 else 0.0
    granted = facts.coproduction_design * _granted(world.teams[family.team], family)  # as far as the vote was families'
    return (1.0 - MENU_PART) * planned + MENU_PART * granted


@compiled
def _granted(team, family):
    """Of what a family wishes among new services, the share that the menu has."""
    greatest, total, wished, granted = 0.0, 1e-9, 0.0, 0.0
    for d in range(family.wellbeing.shape[0]):
        needed = need(family.importance[d], family.wellbeing[d])
        total, greatest = total + needed, max(greatest, needed)
    for s in range(len(SERVICES)):
        misfit = 1.0 - family.match
        wish = wish_of_family(s, greatest / total, family.capability, family.fatigue, family.engagement, misfit)
        wished += wish
        granted += wish * team.offers[s]
    return granted / wished if wished > 0.0 else 0.0


@compiled
def _meet(world, row):
    """Those present live the meeting against what they expected; work done together leaves links."""
    place, facts = world.localities[row], world.settings[row]
    slots, hall = int(facts.family_known_providers), world.relations[FAMILY_COMMISSIONER].first
    decided = place.meetings > 1
    weight = (0.5 if decided else 0.25) * facts.trust_event_weight
    lived_sum, voice_sum, present = 0.0, 0.0, 0.0
    for i in range(place.family_first, place.family_end):
        if not world.families[i].at_meeting:
            continue
        family, voice = world.families[i], _voice_of(world, row, i)
        x = experience_against(max(0.0, voice - family.dumped), world.edges[hall + i].trust)
        live_event(world.edges[hall + i], facts, BENEVOLENCE, x, weight)
        for slot in range(i * slots, (i + 1) * slots):
            if world.providers[world.packages[slot].provider].partner:
                tie = world.edges[world.relations[FAMILY_PROVIDER].first + slot]
                live_event(tie, facts, BENEVOLENCE, x, 0.5 * weight)
        family.voice += 0.3 * (voice - family.voice)
        if decided:
            family.tailoring += 0.1 * (1.0 - family.tailoring)
        lived_sum, voice_sum, present = lived_sum + x, voice_sum + voice, present + 1.0
    place.meeting_experience = lived_sum / present
    place.voice = voice_sum / present
    for p in range(place.provider_first, place.provider_end):
        if world.providers[p].partner:
            office = world.edges[world.relations[PROVIDER_COMMISSIONER].first + p]
            x = experience_against(0.5 + 0.5 * place.voice, office.trust)
            live_event(office, facts, BENEVOLENCE, x, 0.5 * weight)
            _link_partners(world, row, p)


@compiled
def _link_partners(world, row, p):
    place, facts = world.localities[row], world.settings[row]
    for q in range(place.provider_first, place.provider_end):
        same_team = world.providers[p].team == world.providers[q].team
        if q == p or not world.providers[q].partner or (facts.structure_decision_rights == 2.0 and not same_team):
            continue
        pair = pair_row(place, p, q)
        world.pairs[pair].joint_hours += 0.1 * facts.network_meeting_hours * facts.coproduction_design
        edge = world.edges[world.relations[PROVIDER_PROVIDER].first + pair]
        live(edge, facts, experience_against(0.6 if place.meetings > 1 else 0.45, edge.trust), 0.5)


@compiled
def _join(world, row):
    """Nonprofits that were not at the bid come in while services are being designed, and share the contract."""
    place, facts, clock = world.localities[row], world.settings[row], world.clock[0]
    staff = 0.0
    for p in range(place.provider_first, place.provider_end):
        staff += world.providers[p].staff_hours if world.providers[p].partner else 0.0
    joined = 0
    for p in range(place.provider_first, place.provider_end):
        provider = world.providers[p]
        if provider.active or provider.exited or provider.kind == FOR_PROFIT:
            continue
        if uniform(clock.seed, JOIN, clock.month, p) < 0.35 * facts.coproduction_design:
            activate(world, row, p)
            share = provider.staff_hours / (staff + provider.staff_hours)
            for q in range(place.provider_first, place.provider_end):
                world.providers[q].award_share *= 1.0 - share
            provider.partner, provider.award_share, provider.price_per_hour = 1, share, place.fee_per_hour
            provider.worth = world.balances[provider_account(p, world.localities.shape[0])]
            invest_in(world, row, p)
            staff += provider.staff_hours
            joined += 1
    if joined:
        plan_work(world, row)
