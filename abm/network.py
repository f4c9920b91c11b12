"""The trust graph: edges as arrays for the engine, and a networkx graph for everybody else."""

from __future__ import annotations

from abm.compiled import compiled
from abm.rules.trust import damage_of

ABILITY = 0  # the facet that every experience touches, until trust is split further


@compiled
def live(tie, facts, experience, weight):
    """Add one experience in [0, 1] of this weight (in monthly experiences) to an edge."""
    tie.support[ABILITY] += weight * experience
    tie.against[ABILITY] += weight * (1.0 - experience)
    tie.damage[ABILITY] += weight * damage_of(experience, tie.trust, facts.trust_asymmetry, facts.trust_tolerance)


@compiled
def pair_row(place, p, q):
    """Row of the ordered pair (p, q) of a locality's providers in the table of pairs."""
    return (
        place.pair_first
        + (p - place.provider_first) * (place.provider_end - place.provider_first)
        + q
        - place.provider_first
    )
