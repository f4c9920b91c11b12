"""Service: hours are divided, packages integrated or not, and outcomes follow, with service and without."""

import numpy as np

from abm.attendance import able, relief_of
from abm.compiled import compiled, compiled_with_arrays
from abm.network import pair_row
from abm.rules.coordination import family_integration_hours, service_after_fragmentation
from abm.rules.coproduction import combined_input, free_riding, logistical_trigger, role_factor
from abm.rules.interventions import willingness
from abm.rules.menu import MUTUAL_HELP
from abm.rules.outcomes import improvement, need, next_baseline, next_wellbeing, response
from abm.rules.selection import hours_weight
from abm.stages.deliver_intake import need_of
from abm.stages.menu import centre_gain
from abm.streams import OUTCOME, normals
from abm.tables import FAMILY_PROVIDER

MOST_HOURS = 2.5  # × promised: nobody is served more than this


@compiled
def serve(world):
    """Divide hours, integrate, co-produce, and advance every family of the world's part by a month."""
    for row in range(world.part[0], world.part[1]):
        place = world.localities[row]
        for third in range(3):
            cell = world.cells[row, third]
            for d in range(cell.delivered.shape[0]):
                cell.delivered[d] = cell.mission[d] = cell.needed[d] = 0.0
        for p in range(place.provider_first, place.provider_end):
            world.providers[p].caseload = 0
        if place.serving:
            _divide_hours(world, row)
        _coproduce(world, row)
        _advance_families(world, row)


@compiled
def _weight(facts, provider, family, package, paid):
    payment = package.payment_per_hour if paid and facts.mechanisms_parking else 0.0
    return hours_weight(provider.motivation, facts.provider_value_of_need, need_of(family), payment)


@compiled_with_arrays
def _divide_hours(world, row):
    """Hours within the caseload follow need and payment, above a guaranteed minimum; the unpaid division is kept beside it."""
    place, facts = world.localities[row], world.settings[row]
    slots, providers = int(facts.family_known_providers), place.provider_end - place.provider_first
    paid, unpaid, taken = np.zeros(providers), np.zeros((providers, 3)), np.zeros((3, 2))
    for p in range(place.provider_first, place.provider_end):
        for third in range(3):
            taken[third, 0] += world.providers[p].real_intake[third]
            taken[third, 1] += world.providers[p].mission_intake[third]
    for i in range(place.family_first, place.family_end):
        if world.families[i].enrolled:
            for slot in range(i * slots, (i + 1) * slots):
                package = world.packages[slot]
                if package.enrolled:
                    provider, family = world.providers[package.provider], world.families[i]
                    provider.caseload += 1
                    p = package.provider - place.provider_first
                    paid[p] += _weight(facts, provider, family, package, True)
                    unpaid[p, family.complexity_third] += _weight(facts, provider, family, package, False)
    for i in range(place.family_first, place.family_end):
        family = world.families[i]
        family.hours_received = 0.0
        if family.enrolled:
            for slot in range(i * slots, (i + 1) * slots):
                if world.packages[slot].enrolled:
                    _give_hours(world, row, i, slot, paid, unpaid, taken)
        if family.enrolled or family.applied:
            for d in range(family.wellbeing.shape[0]):
                world.cells[row, family.complexity_third].needed[d] += need(family.importance[d], family.wellbeing[d])


@compiled
def _share(hours, caseload, promised, minimum, weight, total):
    """Hours of one family: the guaranteed minimum, and the rest by weight; never above the most."""
    guaranteed = min(minimum * promised, hours / caseload)
    rest = hours - guaranteed * caseload
    share = weight / total if total > 0.0 else 1.0 / caseload
    return min(MOST_HOURS * promised, guaranteed + rest * share)


@compiled
def _give_hours(world, row, i, slot, paid, unpaid, taken):
    place, facts, family, package = world.localities[row], world.settings[row], world.families[i], world.packages[slot]
    provider = world.providers[package.provider]
    p, minimum = package.provider - place.provider_first, facts.structure_minimum_hours
    weight = _weight(facts, provider, family, package, True)
    package.hours = _share(provider.service_hours, provider.caseload, provider.promised_hours, minimum, weight, paid[p])
    family.hours_received += package.hours
    weight, total = _weight(facts, provider, family, package, False), 0.0
    for third in range(3):  # the caseload that the same applicants would have made, unpaid
        total += unpaid[p, third] * _mission_ratio(taken, third)
    ratio = _mission_ratio(taken, family.complexity_third)
    hours = ratio * _share(provider.service_hours, provider.caseload, provider.promised_hours, minimum, weight, total)
    cell, needed = world.cells[row, family.complexity_third], need_of(family)
    for d in range(family.wellbeing.shape[0]):
        own = family.tailoring * need(family.importance[d], family.wellbeing[d]) / max(1e-9, needed)
        cell.delivered[d] += package.hours * ((1.0 - family.tailoring) * provider.attention[d] + own)
        cell.mission[d] += hours * ((1.0 - family.tailoring) * provider.mission_attention[d] + own)


@compiled
def _mission_ratio(taken, third):
    """Families of a third that would have been taken in unpaid, per family that was; one more on both sides keeps it finite."""
    return (taken[third, 1] + 1.0) / (taken[third, 0] + 1.0)


@compiled
def _coproduce(world, row):
    """What families do themselves, for one another, and for all."""
    place, facts = world.localities[row], world.settings[row]
    slots = int(facts.family_known_providers)
    open_door = facts.coproduction_delivery if place.serving else 0.0
    taking_part, work = 0.0, 0.0
    role = role_factor(facts.coproduction_roles_coproducer, facts.family_roles_effect)
    kept_up = free_riding(facts.work_free_riding, _collective_input(place, facts))
    for i in range(place.family_first, place.family_end):
        family = world.families[i]
        family.took_part, family.respite_hours = 0.0, family.granted_hours
        if family.enrolled:
            main = world.providers[family.main_provider]
            family.respite_hours += min(facts.coproduction_respite, main.respite_hours / max(1, main.main_families))
        if family.enrolled and open_door > 0.0:
            openness, trust, count = 0.0, 0.0, 0.0
            for slot in range(i * slots, (i + 1) * slots):
                if world.packages[slot].enrolled:
                    openness += world.providers[world.packages[slot].provider].openness
                    trust += world.edges[world.relations[FAMILY_PROVIDER].first + slot].trust
                    count += 1.0
            rest = 1.0 - family.fatigue if facts.mechanisms_fatigue else 1.0
            willing = willingness(family.engagement, family.encouraged, facts.work_encouragement_effect)
            family.took_part = open_door * willing * rest * (0.5 + 0.5 * openness / max(1.0, count))
            drawn_in = logistical_trigger(facts.work_logistics, family.integration, trust / max(1.0, count))
            family.took_part = min(1.0, family.took_part * drawn_in * kept_up * role)
            relief = relief_of(family, place.expenses_per_hour, facts.money_wage)
            family.took_part = min(family.took_part, able(family, facts, relief, 0.5 * family.free_hours))
            family.coproduction_hours += 0.5 * family.took_part * family.free_hours
            taking_part += 1.0 if family.took_part > 0.1 else 0.0
            work += family.took_part * family.capability
        own = 0.5 + 0.6 * family.capability
        family.work = own + 2.5 * facts.coproduction_levels_individual * family.took_part * (0.4 + family.capability)
    families = place.family_end - place.family_first
    place.participation, place.collective_work = taking_part / families, work / families


@compiled
def _integration(place, packages, providers, pairs, first, end):
    """Mean link over the pairs of a family's package, and its providers; a package of one is whole."""
    total, linked, active = 0.0, 0.0, 0.0
    for a in range(first, end):
        p = packages[a].provider
        if not providers[p].active:
            continue
        active += 1.0
        for b in range(a + 1, end):
            q = packages[b].provider
            if providers[q].active:
                total += pairs[pair_row(place, p, q)].strength
                linked += 1.0
    return (total / linked if linked > 0.0 else 1.0), active


@compiled
def _collective_input(place, facts):
    """Input that reaches every family from collective work; at the start of a month, last month's."""
    if not facts.mechanisms_peer_learning:
        return 0.0
    return facts.work_collective_effect * facts.coproduction_levels_collective * place.collective_work


@compiled
def _helped_by_peers(facts, families, ties, teams, i, collective):
    """Input from mutual help (to those who take part) and from collective work (to all)."""
    family, peers = families[i], int(facts.family_peers)
    if not facts.mechanisms_peer_learning or family.took_part <= 0.0 or peers == 0:
        return collective
    help_given = 0.0
    for tie in range(i * peers, (i + 1) * peers):
        if ties[tie].active:  # a family alone in its territory has no peers but itself
            peer = families[ties[tie].peer]
            help_given += peer.took_part * peer.capability / peers
    organised = 1.0 + facts.menu_strength * teams[family.team].offers[MUTUAL_HELP]
    return collective + facts.work_peer_effect * facts.coproduction_levels_group * help_given * organised


@compiled_with_arrays
def _advance_families(world, row):
    """Outcomes of every family of a locality, on its path and on the path without service; the same luck for both.

    What exponentials are in, luck and what input adds, is worked out for all families at once, eight at a time.
    """
    place, facts, clock = world.localities[row], world.settings[row], world.clock[0]
    domains, families = place.measured.shape[0], place.family_end - place.family_first
    own, found = np.empty(families), np.empty((3, domains, families))
    level, input_now, luck = found[0], found[1], found[2]
    _bring_together(world, place, facts, own, level, input_now, np.empty((2, domains)))
    for d in range(domains):
        normals(clock.seed, OUTCOME, clock.month, place.family_first, d, luck[d])
        _improve(own, level[d], input_now[d])
    for i in range(place.family_first, place.family_end):
        _advance_family(facts, world.families[i], level, luck, i - place.family_first)


@compiled
def _bring_together(world, place, facts, own, level, input_now, received):
    """For every family its response, and by domain its wellbeing and the input of services, its own work and others' help."""
    families, packages, providers, teams = world.families, world.packages, world.providers, world.teams
    pairs, slots, collective = world.pairs, int(facts.family_known_providers), _collective_input(place, facts)
    service, attention = received[0], received[1]
    scale = place.need_scale if place.need_scale > 0.0 else 1.0 / service.shape[0]
    for i in range(place.family_first, place.family_end):
        family, first, end = families[i], i * slots, (i + 1) * slots
        family.integration, known = _integration(place, packages, providers, pairs, first, end)
        family.integration_hours = family_integration_hours(known, family.integration) if family.enrolled else 0.0
        _service_of(facts, family, packages, providers, first, end, service, attention)
        helped, team = _helped_by_peers(facts, families, world.peers, teams, i, collective), teams[family.team]
        k, work = i - place.family_first, family.work
        own[k] = response(facts.outcome_effect, family.complexity, facts.outcome_complexity_effect)
        for d in range(service.shape[0]):
            gain = centre_gain(team, facts, d) if family.enrolled and place.serving else 1.0
            served = service_after_fragmentation(service[d] * gain, facts.outcome_fragmentation, family.integration)
            served /= facts.outcome_typical_hours * facts.outcome_typical_quality * scale
            made = combined_input(served, work, facts.outcome_family_weight, facts.outcome_complementarity)
            input_now[d, k] = made + helped
            level[d, k] = family.wellbeing[d]


@compiled
def _improve(own, level, input_now):
    """Put what the month's input adds in the place of wellbeing."""
    for k in range(own.shape[0]):
        level[k] = improvement(level[k], own[k], input_now[k])


@compiled
def _advance_family(facts, family, added, luck, k):
    """A month of one family's outcomes, from what input adds and its luck."""
    enrolled, dip = family.enrolled, facts.family_crisis_dip if family.crisis else 0.0
    rate, lasting, drift = facts.outcome_return_rate, facts.outcome_lasting, facts.outcome_drift
    for d in range(added.shape[0]):
        family.added[d] = added[d, k]
        shock = facts.outcome_noise * luck[d, k] - dip
        before, alone = family.wellbeing[d], family.unserved_wellbeing[d]
        family.wellbeing[d] = next_wellbeing(before, family.baseline[d], family.added[d], rate, shock)
        family.baseline[d] = next_baseline(family.baseline[d], before, family.capability, lasting, drift)
        family.unserved_wellbeing[d] = next_wellbeing(alone, family.unserved_baseline[d], 0.0, rate, shock)
        family.unserved_baseline[d] = next_baseline(
            family.unserved_baseline[d], alone, facts.work_capability, lasting, drift
        )
        if enrolled:
            family.last_wellbeing[d], family.unserved_last[d] = family.wellbeing[d], family.unserved_wellbeing[d]
    if enrolled:
        family.served_months += 1


@compiled
def _service_of(facts, family, packages, providers, first, end, service, attention):
    """Service by domain: contract hours by paid attention, usual hours by unpaid attention; and how well attention met need."""
    domains, needed = service.shape[0], max(1e-9, need_of(family))
    for d in range(domains):
        service[d] = attention[d] = 0.0
    received, usual = 0.0, facts.provider_usual_hours / (end - first)
    for slot in range(first, end):
        package = packages[slot]
        provider = providers[package.provider]
        if not provider.active:
            continue
        hours = package.hours if package.enrolled else 0.0
        received += hours
        for d in range(domains):
            skill = provider.competence[d] * provider.fit[d]
            if hours > 0.0:
                own = family.tailoring * need(family.importance[d], family.wellbeing[d]) / needed
                met = (1.0 - family.tailoring) * provider.attention[d] + own
                service[d] += hours * provider.intensity * met * skill
                attention[d] += hours * met
            service[d] += usual * provider.mission_intensity * provider.mission_attention[d] * skill
    if received > 0.0:
        overlap = 0.0
        for d in range(domains):
            overlap += min(attention[d] / received, need(family.importance[d], family.wellbeing[d]) / needed)
        family.match = overlap
