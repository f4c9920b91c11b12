"""Observed trust: its mean and certainty by kind of relation."""

import numpy as np

from abm.compiled import compiled
from abm.network import ABILITY
from abm.rules.indices import MISSING, ratio
from abm.rules.trust import certainty
from abm.tables import (
    COMMISSIONER_PROVIDER,
    FAMILY_COMMISSIONER,
    FAMILY_PROVIDER,
    INVESTOR_COMMISSIONER,
    INVESTOR_PROVIDER,
    PROVIDER_COMMISSIONER,
    PROVIDER_PROVIDER,
    VOLUNTEER_PROVIDER,
)  # fmt: skip


@compiled
def _mean_trust(world, relation, sums):
    """Mean trust over the live edges of a relation in funded localities; adds level, certainty and 1 to the sums."""
    facts, total, sure, count = world.settings[0], 0.0, 0.0, 0.0
    ties = world.relations[relation]
    for e in range(ties.first, ties.end):
        edge = world.edges[e]
        if not edge.active:
            continue
        place = _locality_of(world, relation, edge)
        if world.localities[place].funded:
            total += edge.trust
            sure += certainty(
                edge.support[ABILITY], edge.against[ABILITY], edge.damage[ABILITY], facts.trust_prior_weight
            )
            count += 1.0
    if count == 0.0:
        return MISSING
    sums[0] += total / count
    sums[1] += sure / count
    sums[2] += 1.0
    return total / count


@compiled
def _locality_of(world, relation, edge):
    if relation == FAMILY_PROVIDER or relation == FAMILY_COMMISSIONER:
        return int(world.families[edge.source].locality)
    if relation == PROVIDER_COMMISSIONER or relation == PROVIDER_PROVIDER:
        return int(world.providers[edge.source].locality)
    if relation == VOLUNTEER_PROVIDER:
        return int(world.volunteers[edge.source].locality)
    if relation == COMMISSIONER_PROVIDER:
        return int(world.providers[edge.target].locality)
    return int(world.investors[edge.source].locality)


@compiled
def observe_trust(world, row):
    sums = np.zeros(3)
    row.trust_family_provider = _mean_trust(world, FAMILY_PROVIDER, sums)
    row.trust_family_commissioner = _mean_trust(world, FAMILY_COMMISSIONER, sums)
    row.trust_provider_commissioner = _mean_trust(world, PROVIDER_COMMISSIONER, sums)
    row.trust_commissioner_provider = _mean_trust(world, COMMISSIONER_PROVIDER, sums)
    row.trust_provider_provider = _mean_trust(world, PROVIDER_PROVIDER, sums)
    row.trust_volunteer_provider = _mean_trust(world, VOLUNTEER_PROVIDER, sums)
    row.trust_investor_provider = _mean_trust(world, INVESTOR_PROVIDER, sums)
    row.trust_investor_commissioner = _mean_trust(world, INVESTOR_COMMISSIONER, sums)
    row.trust_mean = ratio(sums[0], sums[2])
    row.trust_certainty = ratio(sums[1], sums[2])
