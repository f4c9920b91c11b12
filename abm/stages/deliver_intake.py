"""Intake: who leaves, who applies, whom providers take, and whom they would have taken if nothing were paid for results."""

import numpy as np

from abm.attendance import outreach_of
from abm.compiled import compiled, compiled_with_arrays
from abm.network import CONDUCT_MEMORY
from abm.rules.coproduction import combined_input, role_factor
from abm.rules.forecast import settling_share, wellbeing_ahead
from abm.rules.interventions import willingness
from abm.rules.outcomes import improvement, need, response
from abm.rules.payment import RATE_CARD
from abm.rules.selection import applicant_score, apply_probability, gateway_score, switch_probability
from abm.stages.contract_prices import EXPECTED_WORK, expected_count, price_for
from abm.stages.contract_terms import main_slot
from abm.stages.deliver_incentives import forecast_noise, hour_effect
from abm.stages.deliver_match import find_match
from abm.streams import APPLY, CRISIS, GATEWAY, LEAVE, SWITCH, uniform
from abm.tables import FAMILY_PROVIDER


@compiled
def move_families(world, row):
    """Crises happen; families leave, apply and are taken in."""
    place, facts, clock = world.localities[row], world.settings[row], world.clock[0]
    slots = int(facts.family_known_providers)
    seed, month, rate = clock.seed, clock.month, facts.family_crisis_rate
    for i in range(place.family_first, place.family_end):
        world.families[i].crisis = 1 if uniform(seed, CRISIS, month, i) < rate else 0
    if not place.funded:
        return
    for i in range(place.family_first, place.family_end):
        if world.families[i].enrolled:
            _maybe_leave(world, row, i, slots)
    if not place.serving:
        for i in range(place.family_first, place.family_end):
            world.families[i].applied, world.families[i].waiting_months = 0, 0
        for p in range(place.provider_first, place.provider_end):
            for third in range(3):
                world.providers[p].mission_intake[third] = world.providers[p].real_intake[third] = 0.0
        return
    for i in range(place.family_first, place.family_end):
        if world.families[i].enrolled:
            _maybe_switch(world, row, i, slots)
        else:
            _maybe_apply(world, row, i, slots)
    _fill_places(world, row, slots)


@compiled
def _maybe_leave(world, row, i, slots):
    """A family leaves at the end of its programme or of the contract, early by chance, or when no partner serves it.

    A provider that is no partner any more serves it no longer, even where others still do.
    """
    facts, clock, family = world.settings[row], world.clock[0], world.families[i]
    gone = True
    for slot in range(i * slots, (i + 1) * slots):
        package = world.packages[slot]
        if package.enrolled and world.providers[package.provider].partner:
            gone = False
        else:
            package.enrolled, package.hours, package.payment_per_hour = 0, 0.0, 0.0
    done = family.closing > 0 or family.served_months >= facts.family_programme_months
    leaving = facts.family_turnover * role_factor(facts.coproduction_roles_consumer, facts.family_roles_effect)
    early = uniform(clock.seed, LEAVE, clock.month, i) < leaving
    if not (done or early or gone or not world.localities[row].serving):
        return
    family.enrolled, family.was_served, family.hours_received = 0, 1, 0.0
    for slot in range(i * slots, (i + 1) * slots):
        world.packages[slot].enrolled, world.packages[slot].hours, world.packages[slot].payment_per_hour = 0, 0.0, 0.0
    provider, third = world.providers[family.main_provider], family.complexity_third
    # the unpaid intake loses its families of this third at the same rate
    provider.mission_intake[third] -= provider.mission_intake[third] / provider.real_intake[third]
    provider.real_intake[third] -= 1.0
    provider.main_families -= 1


@compiled
def _maybe_switch(world, row, i, slots):
    """A family in service may replace the provider it trusts least; the one that took it in stays."""
    place, facts, clock = world.localities[row], world.settings[row], world.clock[0]
    switching = facts.family_switching * role_factor(facts.coproduction_roles_consumer, facts.family_roles_effect)
    if uniform(clock.seed, SWITCH, clock.month, i) >= switching:
        return
    first, main, worst = world.relations[FAMILY_PROVIDER].first, world.families[i].main_provider, -1
    for slot in range(i * slots, (i + 1) * slots):
        known = world.packages[slot].provider
        if known != main and (worst < 0 or world.edges[first + slot].trust < world.edges[first + worst].trust):
            worst = slot
    count = place.provider_end - place.provider_first
    other = place.provider_first + int(uniform(clock.seed, SWITCH, clock.month, i, 1) * count)
    if worst < 0 or not world.providers[other].partner:
        return
    for slot in range(i * slots, (i + 1) * slots):
        if world.packages[slot].provider == other:
            return
    tie, start = world.edges[first + worst], facts.trust_family_provider
    if uniform(clock.seed, SWITCH, clock.month, i, 2) < switch_probability(tie.trust, start):
        world.packages[worst].provider = tie.target = other
        world.packages[worst].enrolled = tie.active = 1
        world.packages[worst].hours = world.packages[worst].payment_per_hour = 0.0
        tie.prior = tie.trust = start
        tie.lived = tie.lived_weight = 0.0
        for facet in range(tie.support.shape[0]):
            tie.support[facet] = tie.against[facet] = tie.damage[facet] = 0.0
            tie.level[facet] = start


@compiled
def need_of(family):
    """Need of a family over all domains: Σ w·(1 − y), in [0, 1]."""
    total = 0.0
    for d in range(family.wellbeing.shape[0]):
        total += need(family.importance[d], family.wellbeing[d])
    return total


@compiled
def _maybe_apply(world, row, i, slots):
    facts, clock, family = world.settings[row], world.clock[0], world.families[i]
    if family.was_served:
        return
    if family.applied:
        family.waiting_months += 1
        patience = role_factor(facts.coproduction_roles_client, facts.family_roles_effect)  # clients wait
        if uniform(clock.seed, LEAVE, clock.month, i, 1) < facts.family_give_up * (2.0 - patience):
            family.applied, family.waiting_months = 0, 0
        return
    trust = world.edges[world.relations[FAMILY_PROVIDER].first + i * slots].trust
    p = apply_probability(
        facts.family_apply_rate,
        need_of(family),
        trust,
        willingness(family.engagement, family.encouraged, facts.work_encouragement_effect),
        family.resources,
        outreach_of(world, row),
        facts.coproduction_information,
    )
    applies = family.crisis or uniform(clock.seed, APPLY, clock.month, i) < p
    missed = world.localities[row].turned_away
    if applies and (missed <= 0.0 or uniform(clock.seed, APPLY, clock.month, i, 1) >= missed):
        family.applied, family.waiting_months = 1, 0


@compiled_with_arrays
def _fill_places(world, row, slots):
    """Each provider with free places takes applicants by its own order or the gateway's; the unpaid order is kept beside it."""
    place, facts, clock = world.localities[row], world.settings[row], world.clock[0]
    count = place.family_end - place.family_first
    order, first = _applicants_by_provider(world, row, slots)
    score, unpaid, gateway = np.empty(count), np.empty(count), np.empty(count)
    for p in range(place.provider_first, place.provider_end):
        provider = world.providers[p]
        begin, end = first[p - place.provider_first], first[p - place.provider_first + 1]
        provider.intake_weight *= CONDUCT_MEMORY
        free = int(min(provider.places - provider.main_families, end - begin)) if provider.partner else 0
        if free <= 0:
            continue
        for k in range(begin, end):
            _score_applicant(world, row, p, order[k], k, score, unpaid, gateway)
        for n in range(free):
            by_gateway = (
                not facts.mechanisms_selection
                or uniform(clock.seed, GATEWAY, clock.month, p, n) < facts.payment_cohort_definition
            )
            best = _best(gateway, begin, end) if by_gateway else _best(score, begin, end)
            if best < 0 or (not by_gateway and score[best] < 0.0):
                break
            chosen = order[best]
            score[best] = gateway[best] = -1e18
            family = world.families[chosen]
            provider.real_intake[family.complexity_third] += 1.0
            _enrol(world, p, chosen, slots)
            find_match(world, row, chosen)
            provider.main_families += 1
            if by_gateway:
                provider.mission_intake[family.complexity_third] += 1.0
                unpaid[best] = -1e18
            else:
                instead = _best(unpaid, begin, end)
                if instead >= 0:
                    provider.mission_intake[world.families[order[instead]].complexity_third] += 1.0
                    unpaid[instead] = -1e18
        _note_intake(world, provider, order, begin, end)


@compiled
def _note_intake(world, provider, order, begin, end):
    """The file of a month's intake: how hard to help those are who were taken in, and all who had applied."""
    taken, of_taken, of_all = 0.0, 0.0, 0.0
    for k in range(begin, end):
        family = world.families[order[k]]
        of_all += family.complexity
        if family.enrolled:
            taken += 1.0
            of_taken += family.complexity
    provider.intake_weight += taken
    if taken > 0.0:
        step = taken / provider.intake_weight
        provider.complexity_taken += step * (of_taken / taken - provider.complexity_taken)
        provider.complexity_on_file += step * (of_all / (end - begin) - provider.complexity_on_file)


@compiled_with_arrays
def _applicants_by_provider(world, row, slots):
    """Applicants sorted by the provider that would take them in (counting sort): rows, and each provider's first position."""
    place = world.localities[row]
    providers, count = place.provider_end - place.provider_first, place.family_end - place.family_first
    first, order = np.zeros(providers + 1, np.int64), np.empty(count, np.int64)
    for i in range(place.family_first, place.family_end):
        main = main_slot(world, i, slots) if world.families[i].applied else -1
        if main >= 0:
            first[world.packages[main].provider - place.provider_first + 1] += 1
    for p in range(providers):
        first[p + 1] += first[p]
    position = first.copy()
    for i in range(place.family_first, place.family_end):
        main = main_slot(world, i, slots) if world.families[i].applied else -1
        if main >= 0:
            p = world.packages[main].provider - place.provider_first
            order[position[p]] = i
            position[p] += 1
    return order, first


@compiled
def _best(score, begin, end):
    """Position of the highest score; the first where two are alike; −1 where nobody is left."""
    best = -1
    for k in range(begin, end):
        if score[k] > -1e17 and (best < 0 or score[k] > score[best]):
            best = k
    return best


@compiled
def _score_applicant(world, row, p, i, k, score, unpaid, gateway):
    facts, provider, family = world.settings[row], world.providers[p], world.families[i]
    needed = need_of(family)
    hours = provider.promised_hours
    cost = facts.provider_accept_cost * family.complexity
    value = facts.provider_value_of_need
    unpaid[k] = applicant_score(provider.motivation, value, needed, hours, 0.0, cost)
    score[k] = unpaid[k]
    if facts.payment_rule == RATE_CARD and facts.finance_risk_to_provider > 0.0 and facts.mechanisms_incentives:
        score[k] += expected_payment(world, row, p, i) * facts.finance_risk_to_provider
    gateway[k] = gateway_score(needed, float(family.waiting_months))


@compiled_with_arrays
def expected_payment(world, row, p, i):
    """€ a month that a family would earn its provider over its programme, as the provider foresees it."""
    place, facts, provider, family = world.localities[row], world.settings[row], world.providers[p], world.families[i]
    months = min(facts.family_programme_months, world.clock[0].service_months - world.clock[0].service_month + 1.0)
    settled = settling_share(facts.outcome_return_rate, months)
    noise = forecast_noise(facts, months)
    own = response(facts.outcome_effect, family.complexity, facts.outcome_complexity_effect)
    change = np.zeros(family.wellbeing.shape[0])
    for d in range(change.shape[0]):
        served = place.promised_hours * provider.attention[d] * hour_effect(provider, facts, place.need_scale, d)
        input_now = combined_input(served, EXPECTED_WORK, facts.outcome_family_weight, facts.outcome_complementarity)
        added = improvement(family.wellbeing[d], own, input_now)
        ahead = wellbeing_ahead(family.wellbeing[d], family.baseline[d], added, facts.outcome_return_rate, settled)
        change[d] = ahead - family.wellbeing[d]
    total, lines = 0.0, world.milestones[row]
    for d in range(change.shape[0]):
        for line in range(lines.shape[0]):
            if lines[line].price > 0.0:
                count = expected_count(lines, line, d, place.measured, change, noise, months)
                total += price_for(facts, lines[line], family) * count
    slots = facts.family_known_providers
    return total / months / slots


@compiled
def _enrol(world, p, i, slots):
    """A family begins its programme: change counts from here."""
    family = world.families[i]
    family.enrolled = family.cohort = 1
    family.main_provider = p
    family.applied, family.waiting_months, family.served_months = 0, 0, 0
    family.earned = family.unserved_earned = family.closing = 0
    for layer in range(family.layer_earned.shape[0]):
        family.layer_earned[layer] = 0
    for d in range(family.wellbeing.shape[0]):
        family.intake_wellbeing[d] = family.last_wellbeing[d] = family.wellbeing[d]
        family.unserved_intake[d] = family.unserved_last[d] = family.unserved_wellbeing[d]
        family.population_intake[d] = family.population_last[d] = world.localities[family.locality].natural[d]
        family.added[d] = 0.0
    for slot in range(i * slots, (i + 1) * slots):
        world.packages[slot].enrolled = world.providers[world.packages[slot].provider].partner
    for k in range(world.claims.shape[1]):
        claim = world.claims[i, k]
        claim.held, claim.reached, claim.unserved_held, claim.unserved_reached = 0, 0, 0, 0
        for layer in range(claim.layer_held.shape[0]):
            claim.layer_held[layer] = claim.layer_reached[layer] = 0
