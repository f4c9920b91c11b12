"""The ties of the populations at their start: packages, peers, partners, investors; drawn from the seed alone."""

from __future__ import annotations

from abm.compiled import compiled
from abm.streams import (
    FAMILY,
    INVESTOR,
    PEER,
    TIES,
    exp,
    normal,
    uniform,
)  # fmt: skip
from abm.tables import (
    COMMISSIONER_PROVIDER,
    FACETS,
    FAMILY_COMMISSIONER,
    FAMILY_PROVIDER,
    INVESTOR_COMMISSIONER,
    INVESTOR_PROVIDER,
    PROVIDER_COMMISSIONER,
    PROVIDER_PROVIDER,
)  # fmt: skip


@compiled
def set_edge(tie, source, target, relation, prior, active):
    tie.source, tie.target, tie.relation, tie.active = source, target, relation, active
    tie.prior = tie.trust = prior
    for facet in range(FACETS):
        tie.level[facet] = prior


@compiled
def tie_providers(world, row):
    place, facts, seed = world.localities[row], world.settings[row], world.clock[0].seed
    count = place.provider_end - place.provider_first
    for p in range(place.provider_first, place.provider_end):
        active = int(world.providers[p].active)
        start = facts.trust_provider_commissioner
        set_edge(
            world.edges[world.relations[PROVIDER_COMMISSIONER].first + p], p, row, PROVIDER_COMMISSIONER, start, active
        )
        set_edge(
            world.edges[world.relations[COMMISSIONER_PROVIDER].first + p], row, p, COMMISSIONER_PROVIDER, start, active
        )
        for q in range(place.provider_first, place.provider_end):
            pair = place.pair_first + (p - place.provider_first) * count + q - place.provider_first
            both = 1 if p != q and active and world.providers[q].active else 0
            edge = world.relations[PROVIDER_PROVIDER].first + pair
            set_edge(world.edges[edge], p, q, PROVIDER_PROVIDER, facts.trust_provider_provider, both)
            low, high = min(p, q), max(p, q)
            if p != q and uniform(seed, TIES, 0, low, high) < facts.network_start_link:
                world.pairs[pair].joint_hours = 3.0 * uniform(seed, TIES, 1, low, high)


@compiled
def tie_family(world, row, i):
    place, facts, seed = world.localities[row], world.settings[row], world.clock[0].seed
    slots, peers = int(facts.family_known_providers), int(facts.family_peers)
    for slot in range(slots):
        p = world.packages[i * slots + slot].provider
        edge = world.relations[FAMILY_PROVIDER].first + i * slots + slot
        set_edge(world.edges[edge], i, p, FAMILY_PROVIDER, facts.trust_family_provider, int(world.providers[p].active))
    set_edge(
        world.edges[world.relations[FAMILY_COMMISSIONER].first + i],
        i,
        row,
        FAMILY_COMMISSIONER,
        facts.trust_family_commissioner,
        1,
    )
    count, territories = place.family_end - place.family_first, place.territory_end - place.territory_first
    home = world.families[i].territory - place.territory_first
    first = place.family_first + (home * count + territories - 1) // territories
    end = place.family_first + ((home + 1) * count + territories - 1) // territories
    for peer in range(peers):
        target = first + int(uniform(seed, PEER, 0, i, peer) * (end - first))
        if target == i:
            target = first + (target - first + 1) % (end - first)
        tie = world.peers[i * peers + peer]
        tie.peer, tie.active, tie.trust = target, target != i, facts.trust_propensity


@compiled
def tie_investors(world, row):
    place, facts, seed = world.localities[row], world.settings[row], world.clock[0].seed
    count = place.provider_end - place.provider_first
    for v in range(place.investor_first, place.investor_end):
        investor = world.investors[v]
        investor.locality = row
        investor.social_motivation = facts.investor_social_motivation * exp(0.4 * normal(seed, INVESTOR, 0, v, 0))
        set_edge(
            world.edges[world.relations[INVESTOR_COMMISSIONER].first + v],
            v,
            row,
            INVESTOR_COMMISSIONER,
            facts.trust_investor,
            0,
        )
        for p in range(place.provider_first, place.provider_end):
            stake = place.stake_first + (v - place.investor_first) * count + p - place.provider_first
            edge = world.relations[INVESTOR_PROVIDER].first + stake
            set_edge(world.edges[edge], v, p, INVESTOR_PROVIDER, facts.trust_investor, 0)


@compiled
def draw_package(world, place, facts, seed, i):
    """A family knows a few providers, drawn by size and nearness, all different."""
    slots = int(facts.family_known_providers)
    home = world.families[i].territory
    for slot in range(slots):
        total = 0.0
        for p in range(place.provider_first, place.provider_end):
            total += _nearness(world.packages, world.providers[p], p, home, i * slots, slot)
        mark = uniform(seed, FAMILY, 0, i, 60 + slot) * total
        chosen = place.provider_first
        for p in range(place.provider_first, place.provider_end):
            weight = _nearness(world.packages, world.providers[p], p, home, i * slots, slot)
            if weight > 0.0:
                chosen = p
                mark -= weight
                if mark <= 0.0:
                    break
        world.packages[i * slots + slot].provider = chosen


@compiled
def _nearness(packages, provider, p, home, first, slot):
    for before in range(first, first + slot):
        if packages[before].provider == p:
            return 0.0
    return provider.staff_hours * (3.0 if provider.territory == home else 1.0)
