"""The family's month by the model's own rules, family by family, compiled as the model is."""

from __future__ import annotations

import numba
import numpy as np

from abm.rules.coproduction import combined_input, next_capability, next_engagement, next_fatigue
from abm.rules.outcomes import improvement, need, next_baseline, next_wellbeing, response
from abm.rules.selection import hours_weight, switch_probability
from abm.rules.trust import damage_of, fade_prior, trust_level
from abm.streams import CRISIS, EXPERIENCE, OUTCOME, SWITCH, normals, uniform

MOST_HOURS = 2.5  # × promised, as in the model
# As `abm.compiled` does with private functions.
compiled = numba.njit(error_model="numpy", forceinline=True, _nrt=False)


@numba.njit(error_model="numpy")
def months(facts, families, ties, peers, providers, towns, seed, count):
    """This many months for everybody; as in the model, who chose whom is known before a place's families are served."""
    for month in range(1, count + 1):
        _choose(facts[0], families, ties, providers, seed, month)
        for town in range(towns.shape[0] - 1):
            _advance_town(facts[0], families, ties, peers, providers, towns[town], towns[town + 1], seed, month)


@numba.njit(error_model="numpy")
def _advance_town(facts, families, ties, peers, providers, first, end, seed, month):
    """A month of a town's families; draws and exponentials are worked out for all of them at once, as in the model."""
    domains, people = families[0].wellbeing.shape[0], end - first
    own, noise, received = np.empty(people), np.empty(people), np.empty((2, domains))
    planes = np.empty((3, domains, people))
    level, made, luck = planes[0], planes[1], planes[2]
    _receive_all(facts, families, ties, providers, received, own, level, made, first)
    for d in range(domains):
        normals(seed, OUTCOME, month, first, d, luck[d])
        _improve(own, level[d], made[d])
    normals(seed, EXPERIENCE, month, first, 0, noise)
    _live(facts, families, ties, providers, seed, month, level, luck, noise, first)
    _gossip(facts, ties, peers, first, end)
    _go_on(facts, families, ties, first, end)


@compiled
def _choose(facts, families, ties, providers, seed, month):
    """Perhaps replace the provider that is trusted least; take part as far as engaged, rested and met with openness."""
    slots = ties.shape[0] // families.shape[0]
    for p in range(providers.shape[0]):
        providers[p].weights = 0.0
    for i in range(families.shape[0]):
        family = families[i]
        if uniform(seed, SWITCH, month, i) < facts.switching:
            _maybe_switch(facts, ties, providers.shape[0], i * slots, slots, seed, month, i)
        family.needed = 0.0
        for d in range(family.wellbeing.shape[0]):
            family.needed += need(family.importance[d], family.wellbeing[d])
        openness = 0.0
        for slot in range(i * slots, (i + 1) * slots):
            provider = providers[ties[slot].provider]
            openness += provider.openness
            provider.weights += hours_weight(provider.motivation, facts.value_of_need, family.needed, 0.0)
        family.took_part = min(1.0, family.engagement * (1.0 - family.fatigue) * (0.5 + 0.5 * openness / slots))
        family.work = 0.5 + 0.6 * family.capability + 2.5 * family.took_part * (0.4 + family.capability)


@compiled
def _maybe_switch(facts, ties, count, first, slots, seed, month, i):
    worst = first
    for slot in range(first + 1, first + slots):
        if ties[slot].trust < ties[worst].trust:
            worst = slot
    other = int(uniform(seed, SWITCH, month, i, 1) * count)
    for slot in range(first, first + slots):
        if ties[slot].provider == other:
            return
    tie = ties[worst]
    if uniform(seed, SWITCH, month, i, 2) < switch_probability(tie.trust, facts.start_trust):
        tie.provider = other
        tie.support = tie.against = tie.damage = 0.0
        tie.prior = tie.trust = facts.start_trust


@compiled
def _receive_all(facts, families, ties, providers, received, own, level, made, first):
    """Receive hours by need; for every family its response, and by domain its wellbeing and what is made of hours and work."""
    slots, domains = ties.shape[0] // families.shape[0], received.shape[1]
    service, attention = received[0], received[1]
    for k in range(own.shape[0]):
        i, family = first + k, families[first + k]
        _receive(facts, family, ties, providers, i * slots, slots, service, attention)
        own[k] = response(facts.effect, family.complexity, facts.complexity_effect)
        for d in range(domains):
            served = service[d] / (facts.typical_hours * facts.typical_quality / domains)
            made[d, k] = combined_input(served, family.work, facts.family_weight, facts.complementarity)
            level[d, k] = family.wellbeing[d]


@compiled
def _improve(own, level, made):
    """Put what input adds in the place of wellbeing."""
    for i in range(own.shape[0]):
        level[i] = improvement(level[i], own[i], made[i])


@compiled
def _live(facts, families, ties, providers, seed, month, added, luck, noise, first):
    """Gain or lose wellbeing with and without service, and judge every provider."""
    slots = ties.shape[0] // families.shape[0]
    for k in range(noise.shape[0]):
        i, family = first + k, families[first + k]
        dip = facts.crisis_dip if uniform(seed, CRISIS, month, i) < facts.crisis_rate else 0.0
        for d in range(added.shape[0]):
            shock, before, alone = facts.noise * luck[d, k] - dip, family.wellbeing[d], family.alone[d]
            family.wellbeing[d] = next_wellbeing(before, family.baseline[d], added[d, k], facts.return_rate, shock)
            family.baseline[d] = next_baseline(
                family.baseline[d], before, family.capability, facts.lasting, facts.drift
            )
            family.alone[d] = next_wellbeing(alone, family.alone_baseline[d], 0.0, facts.return_rate, shock)
            family.alone_baseline[d] = next_baseline(
                family.alone_baseline[d], alone, facts.usual_capability, facts.lasting, facts.drift
            )
        for slot in range(i * slots, (i + 1) * slots):
            tie, promised = ties[slot], providers[ties[slot].provider].promised_hours
            lived = 0.5 * min(1.0, tie.hours / promised) + 0.5 * family.match + 0.1 * noise[k]
            lived = min(1.0, max(0.0, lived))
            tie.support += lived
            tie.against += 1.0 - lived
            tie.damage += damage_of(lived, tie.trust, facts.asymmetry, facts.tolerance)


@compiled
def _receive(facts, family, ties, providers, first, slots, service, attention):
    for d in range(service.shape[0]):
        service[d] = attention[d] = 0.0
    family.hours = 0.0
    for slot in range(first, first + slots):
        tie, provider = ties[slot], providers[ties[slot].provider]
        weight = hours_weight(provider.motivation, facts.value_of_need, family.needed, 0.0)
        tie.hours = min(MOST_HOURS * provider.promised_hours, provider.service_hours * weight / provider.weights)
        family.hours += tie.hours
        for d in range(service.shape[0]):
            service[d] += tie.hours * provider.intensity * provider.attention[d] * provider.skill[d]
            attention[d] += tie.hours * provider.attention[d]
    family.match = 0.0
    for d in range(service.shape[0]):
        wanted = need(family.importance[d], family.wellbeing[d]) / max(1e-9, family.needed)
        family.match += min(attention[d] / max(1e-9, family.hours), wanted)


@compiled
def _gossip(facts, ties, peers, first, end):
    """Peers who know the same provider tell what they hold; everybody hears what was held before anybody told."""
    slots, share = ties.shape[0] // peers.shape[0], 0.2 * facts.reputation
    for tie in range(first * slots, end * slots):
        ties[tie].heard_for = ties[tie].heard_against = ties[tie].most_for = ties[tie].most_against = 0.0
    for i in range(first, end):
        for k in range(peers.shape[1]):
            j = peers[i, k]
            for a in range(i * slots, (i + 1) * slots):
                for b in range(j * slots, (j + 1) * slots):
                    if ties[a].provider == ties[b].provider:
                        mine, theirs = ties[a], ties[b]
                        for_it = max(0.0, theirs.support - mine.support)
                        against_it = max(0.0, theirs.against - mine.against)
                        mine.heard_for += share * for_it
                        mine.heard_against += share * against_it
                        mine.most_for = max(mine.most_for, for_it)
                        mine.most_against = max(mine.most_against, against_it)


@compiled
def _go_on(facts, families, ties, first, end):
    """Take in what was heard, let evidence fade, and learn and tire."""
    slots = ties.shape[0] // families.shape[0]
    for i in range(first, end):
        family, trust = families[i], 0.0
        for slot in range(i * slots, (i + 1) * slots):
            tie = ties[slot]
            tie.support = facts.memory * (tie.support + min(tie.heard_for, tie.most_for))
            tie.against = facts.memory * (tie.against + min(tie.heard_against, tie.most_against))
            tie.damage *= facts.damage_memory
            tie.prior = fade_prior(tie.prior, facts.propensity, facts.memory)
            tie.trust = trust_level(tie.support, tie.against, tie.damage, tie.prior, facts.prior_weight)
            trust += tie.trust / slots
        load = min(1.5, 0.5 * family.took_part * family.free_hours / max(1.0, family.free_hours))
        family.fatigue = next_fatigue(family.fatigue, load, facts.fatigue_gain, facts.fatigue_recovery)
        family.capability = next_capability(
            family.capability, 0.0, family.took_part, facts.training_gain, facts.doing_gain, facts.capability_loss
        )
        family.engagement = next_engagement(family.engagement, family.own_engagement, trust, family.fatigue, 0.5)
