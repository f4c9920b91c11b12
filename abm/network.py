"""The trust graph: edges as arrays for the engine, and a networkx graph for everybody else."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, MutableMapping
from typing import TYPE_CHECKING, Any

import numpy as np

from abm.compiled import compiled
from abm.rules.trust import certainty, damage_of
from abm.tables import RELATION_NAMES

if TYPE_CHECKING:
    import networkx

    from abm.world import World

CONDUCT_MEMORY = 11.0 / 12.0  # a month keeps this share of the weight of what was lived: a memory of 12 months
ABILITY = 0  # the facet that every experience touches, until trust is split further


@compiled
def live(tie, facts, experience, weight):
    """Add one experience in [0, 1] of this weight (in monthly experiences) to an edge, and to the mean of what was lived."""
    tie.support[ABILITY] += weight * experience
    tie.against[ABILITY] += weight * (1.0 - experience)
    tie.damage[ABILITY] += weight * damage_of(experience, tie.trust, facts.trust_asymmetry, facts.trust_tolerance)
    tie.lived_weight += weight
    if tie.lived_weight > 0.0:
        tie.lived += weight / tie.lived_weight * (experience - tie.lived)


@compiled
def pair_row(place, p, q):
    """Row of the ordered pair (p, q) of a locality's providers in the table of pairs."""
    return (
        place.pair_first
        + (p - place.provider_first) * (place.provider_end - place.provider_first)
        + q
        - place.provider_first
    )


POPULATIONS = {
    "commissioner": "commissioners", "investor": "investors", "provider": "providers", "family": "families",
    "volunteer": "volunteers",
}  # fmt: skip
TABLE_OF = POPULATIONS | {"region": "commissioners"}  # of each end in a relation's name
ENTERING = ("investors", "providers", "volunteers")  # populations whose rows come and go


def first_ids(world: World) -> dict[str, int]:
    """The identifier of each table's row 0: identifiers run on from 1 through the populations, inactive rows included."""
    found, first = {}, 1
    for table in POPULATIONS.values():
        found[table] = first
        first += len(getattr(world, table))
    return found


def active_rows(world: World, table: str) -> list[int]:
    """The rows of a population that exist and take part at present."""
    rows = getattr(world, table)
    return np.flatnonzero(rows["active"]).tolist() if table in ENTERING else list(range(len(rows)))


def activity(world: World, tables: tuple[str, ...]) -> bytes:
    """Which rows of the tables are active: the same bytes as long as none comes or goes."""
    return b"".join(getattr(world, table)["active"].tobytes() for table in tables)


class Tie(MutableMapping[str, Any]):
    """What the trust graph says of one edge: `relation`, `trust` and `certainty`, each as it is when it is read.

    It cannot be written. Copied or stored (`graph.copy()`, `graph.to_undirected()`, pickle) it becomes a plain dictionary
    with the values of that moment.
    """

    __slots__ = ("_edges", "_facts", "_row")
    KEYS = ("relation", "trust", "certainty")

    def __init__(self, edges: np.ndarray, row: int, facts: Any) -> None:
        self._edges, self._row, self._facts = edges, row, facts

    def __getitem__(self, key: str) -> Any:
        edge = self._edges[self._row]
        if key == "relation":
            return RELATION_NAMES[edge["relation"]]
        if key == "trust":
            return float(edge["trust"])
        if key == "certainty":
            evidence = (edge[kind][ABILITY] for kind in ("support", "against", "damage"))
            return float(certainty(*evidence, self._facts["trust_prior_weight"]))
        raise KeyError(key)

    def __iter__(self) -> Iterator[str]:
        return iter(self.KEYS)

    def __len__(self) -> int:
        return len(self.KEYS)

    def __setitem__(self, key: str, value: Any) -> None:
        raise TypeError(
            "the trust graph shows the model's edges and cannot be written: change the columns of `model.world.edges` "
            "(trust follows from support, against, damage and prior), or write on a copy, `graph.copy()`"
        )

    def __delitem__(self, key: str) -> None:
        self[key] = None

    def __repr__(self) -> str:
        return repr(dict(self))

    def copy(self) -> dict[str, Any]:
        """The values of this moment."""
        return dict(self)

    def __reduce__(self) -> tuple:
        return dict, (dict(self),)


def trust_graph(world: World, localities: Iterable[str]) -> networkx.DiGraph:
    """Who trusts whom, as a networkx graph: the agents and relations that are active now, with live values on the edges.

    Nodes are the agents' `unique_id`s, with `kind` (commissioner, investor, provider, family or volunteer) and `locality`, a
    name; `localities` gives the names in the order of the case, and the region's own is "region". Each edge has
    `relation`, `trust` and `certainty`, whose values stay those of the world as it goes on. The structure is that of this
    moment and is frozen; `graph.copy()` is a plain graph with the values of the moment.
    """
    import networkx as nx

    graph, first, names = nx.DiGraph(), first_ids(world), [*localities, "region"]
    for kind, table in POPULATIONS.items():
        places = range(len(names)) if kind == "commissioner" else getattr(world, table)["locality"].tolist()
        nodes = ((first[table] + row, names[places[row]]) for row in active_rows(world, table))
        graph.add_nodes_from((node, {"kind": kind, "locality": name}) for node, name in nodes)
    edges, facts = world.edges.view(np.ndarray), world.settings[0]
    origins = [[first[TABLE_OF[end]] for end in name.split("_")] for name in RELATION_NAMES]
    for row in np.flatnonzero(edges["active"]).tolist():
        source, target = origins[edges["relation"][row]]
        source, target = source + int(edges["source"][row]), target + int(edges["target"][row])
        if source in graph and target in graph:  # whoever left this month may have ties that end with the next
            # put in place directly, for `add_edge` would copy the values; two ties of one kind are one edge
            graph._succ[source][target] = graph._pred[target][source] = Tie(edges, row, facts)
    return nx.freeze(graph)
