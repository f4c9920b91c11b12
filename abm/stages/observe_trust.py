"""Observed trust: its mean by kind of relation and by pair of sectors, how sure it is, and how near to what was lived."""

import numpy as np

from abm.compiled import compiled, compiled_with_arrays
from abm.network import ABILITY, BENEVOLENCE, INTEGRITY
from abm.rules.indices import MISSING, ratio
from abm.rules.trust import certainty, weighed
from abm.tables import (
    COMMISSIONER_PROVIDER,
    COMMISSIONER_REGION,
    FACETS,
    FAMILY_COMMISSIONER,
    FAMILY_PROVIDER,
    FOR_PROFIT,
    INVESTOR_COMMISSIONER,
    INVESTOR_PROVIDER,
    PROVIDER_COMMISSIONER,
    PROVIDER_PROVIDER,
    PUBLIC,
    REGION_COMMISSIONER,
    VOLUNTEER_PROVIDER,
)  # fmt: skip

# Places in the sums over kinds of relation: a mean of each over the edges of a kind, and how many kinds have it.
LEVEL, CERTAINTY, KINDS, CALIBRATION, LIVED_KINDS, FACET = range(6)  # facets stand at FACET and after
SUMS = FACET + FACETS


@compiled_with_arrays
def observe_trust(world, row):
    """Trust of funded localities' families, providers, volunteers, investors, authorities and their regions."""
    edges, ties, places, facts = world.edges, world.relations, world.localities, world.settings[0]
    families, providers, investors = world.families, world.providers, world.investors
    sums = np.zeros(SUMS)
    row.trust_family_provider = _mean_of(edges, ties[FAMILY_PROVIDER], families, True, places, facts, sums)
    row.trust_family_commissioner = _mean_of(edges, ties[FAMILY_COMMISSIONER], families, True, places, facts, sums)
    row.trust_provider_commissioner = _mean_of(edges, ties[PROVIDER_COMMISSIONER], providers, True, places, facts, sums)
    row.trust_commissioner_provider = _mean_of(
        edges, ties[COMMISSIONER_PROVIDER], providers, False, places, facts, sums
    )
    row.trust_provider_provider = _mean_of(edges, ties[PROVIDER_PROVIDER], providers, True, places, facts, sums)
    row.trust_volunteer_provider = _mean_of(
        edges, ties[VOLUNTEER_PROVIDER], world.volunteers, True, places, facts, sums
    )
    row.trust_investor_provider = _mean_of(edges, ties[INVESTOR_PROVIDER], investors, True, places, facts, sums)
    row.trust_investor_commissioner = _mean_of(edges, ties[INVESTOR_COMMISSIONER], investors, True, places, facts, sums)
    row.trust_commissioner_region = _between_levels(edges, ties, places, facts, sums)
    row.trust_mean, row.trust_certainty = ratio(sums[LEVEL], sums[KINDS]), ratio(sums[CERTAINTY], sums[KINDS])
    row.trust_calibration = ratio(sums[CALIBRATION], sums[LIVED_KINDS])
    row.trust_ability = ratio(sums[FACET + ABILITY], sums[KINDS])
    row.trust_benevolence = ratio(sums[FACET + BENEVOLENCE], sums[KINDS])
    row.trust_integrity = ratio(sums[FACET + INTEGRITY], sums[KINDS])
    _observe_sectors(edges, ties[PROVIDER_PROVIDER], providers, places, row)


@compiled
def _sure(edge, facet, facts):
    return certainty(edge.support[facet], edge.against[facet], edge.damage[facet], facts.trust_prior_weight)


@compiled
def _certainty(edge, facts):
    """The facets' certainties weighed as their levels are; of the one, where there is one."""
    sure = _sure(edge, ABILITY, facts)
    if not facts.mechanisms_facets:
        return sure
    return weighed(
        sure, _sure(edge, BENEVOLENCE, facts), _sure(edge, INTEGRITY, facts),
        facts.trust_weight_ability, facts.trust_weight_benevolence, facts.trust_weight_integrity,
    )  # fmt: skip


@compiled
def _add_edge(edge, facts, found):
    """Add an edge's trust, in all and by facet, its certainty and 1; and its nearness to what was lived and 1, if any was."""
    found[LEVEL] += edge.trust
    found[CERTAINTY] += _certainty(edge, facts)
    found[KINDS] += 1.0
    for facet in range(FACETS):
        found[FACET + facet] += edge.level[facet]
    if edge.lived_weight > 0.0:
        found[CALIBRATION] += 1.0 - abs(edge.trust - edge.lived)
        found[LIVED_KINDS] += 1.0


@compiled
def _add_kind(found, sums):
    """Mean trust over the edges of a kind of relation, missing where there is none; the sums get the means and 1."""
    if found[KINDS] == 0.0:
        return MISSING
    sums[LEVEL] += found[LEVEL] / found[KINDS]
    sums[CERTAINTY] += found[CERTAINTY] / found[KINDS]
    sums[KINDS] += 1.0
    for facet in range(FACETS):
        sums[FACET + facet] += found[FACET + facet] / found[KINDS]
    if found[LIVED_KINDS] > 0.0:
        sums[CALIBRATION] += found[CALIBRATION] / found[LIVED_KINDS]
        sums[LIVED_KINDS] += 1.0
    return found[LEVEL] / found[KINDS]


@compiled_with_arrays
def _mean_of(edges, ties, people, of_source, places, facts, sums):
    """Mean trust over the live edges of a relation whose source (or target), one of `people`, is in a funded locality."""
    found = np.zeros(SUMS)
    for e in range(ties.first, ties.end):
        edge = edges[e]
        if edge.active and places[people[edge.source if of_source else edge.target].locality].funded:
            _add_edge(edge, facts, found)
    return _add_kind(found, sums)


@compiled_with_arrays
def _between_levels(edges, ties, places, facts, sums):
    """Mean trust between authorities and regions, both directions as one kind of relation."""
    found = np.zeros(SUMS)
    for loc in range(places.shape[0]):
        for relation in (COMMISSIONER_REGION, REGION_COMMISSIONER):
            edge = edges[ties[relation].first + loc]
            if edge.active and places[loc].funded:
                _add_edge(edge, facts, found)
    return _add_kind(found, sums)


@compiled
def _sector(kind):
    """0 public, 1 third sector with families' associations, 2 for-profit."""
    return 0 if kind == PUBLIC else (2 if kind == FOR_PROFIT else 1)


@compiled_with_arrays
def _observe_sectors(edges, ties, providers, places, row):
    """Trust between providers by pair of sectors, both directions together."""
    total, count = np.zeros((3, 3)), np.zeros((3, 3))
    for e in range(ties.first, ties.end):
        edge = edges[e]
        if edge.active and places[providers[edge.source].locality].funded:
            a, b = _sector(providers[edge.source].kind), _sector(providers[edge.target].kind)
            total[min(a, b), max(a, b)] += edge.trust
            count[min(a, b), max(a, b)] += 1.0
    row.trust_public_public = ratio(total[0, 0], count[0, 0])
    row.trust_public_third_sector = ratio(total[0, 1], count[0, 1])
    row.trust_public_for_profit = ratio(total[0, 2], count[0, 2])
    row.trust_third_sector_third_sector = ratio(total[1, 1], count[1, 1])
    row.trust_third_sector_for_profit = ratio(total[1, 2], count[1, 2])
    row.trust_for_profit_for_profit = ratio(total[2, 2], count[2, 2])
