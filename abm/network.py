"""The trust graph: edges as arrays for the engine, and a networkx graph for everybody else."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, MutableMapping
from typing import TYPE_CHECKING, Any

import numpy as np

from abm.compiled import compiled
from abm.rules.trust import asymmetry_of, certainty, damage_of, weighed
from abm.tables import (
    COMMISSIONER_PROVIDER,
    FACETS,
    FAMILY_COMMISSIONER,
    FAMILY_FAMILY,
    FAMILY_PROVIDER,
    INVESTOR_COMMISSIONER,
    INVESTOR_PROVIDER,
    KINDS,
    PROVIDER_COMMISSIONER,
    PROVIDER_PROVIDER,
    RELATION_NAMES,
    VOLUNTEER_PROVIDER,
)  # fmt: skip

if TYPE_CHECKING:
    import networkx

    from abm.case import Case
    from abm.imported.network import ImportedNetwork
    from abm.world import World

CONDUCT_MEMORY = 11.0 / 12.0  # a month keeps this share of the weight of what was lived: a memory of 12 months
ABILITY, BENEVOLENCE, INTEGRITY = range(FACETS)  # a model of one facet keeps all its evidence in the first
FACET_NAMES = ("ability", "benevolence", "integrity")
EVIDENCE = ("support", "against", "damage")


@compiled
def live(tie, facts, experience, weight):
    """Add one experience in [0, 1] of this weight (in monthly experiences) that speaks to all facets of an edge alike.

    It disappoints where it falls short of trust as a whole; one that speaks to a facet, where it falls short of that facet.
    """
    if facts.mechanisms_facets:
        for facet in range(FACETS):
            _add_to_facet(tie, facts, facet, experience, weight, tie.trust)
    else:
        _add(tie, ABILITY, experience, weight, facts.trust_asymmetry, facts.trust_tolerance, tie.trust)
    _remember(tie, experience, weight)


@compiled
def live_parts(tie, facts, experience, ability, benevolence, integrity, weight):
    """Add what one experience says of each facet, and to the mean of what was lived what it is as a whole; all in [0, 1].

    Where trust has one facet, the whole is what moves it.
    """
    if not facts.mechanisms_facets:
        live(tie, facts, experience, weight)
        return
    _add_to_facet(tie, facts, ABILITY, ability, weight, tie.level[ABILITY])
    _add_to_facet(tie, facts, BENEVOLENCE, benevolence, weight, tie.level[BENEVOLENCE])
    _add_to_facet(tie, facts, INTEGRITY, integrity, weight, tie.level[INTEGRITY])
    _remember(tie, experience, weight)


@compiled
def live_event(tie, facts, facet, experience, weight):
    """Add an experience that speaks to one facet only, with the weight that another divides over the three of them."""
    if not facts.mechanisms_facets:
        live(tie, facts, experience, weight)
        return
    part = facts.trust_weight_ability
    if facet == BENEVOLENCE:
        part = facts.trust_weight_benevolence
    elif facet == INTEGRITY:
        part = facts.trust_weight_integrity
    if part > 0.0:
        _add_to_facet(tie, facts, facet, experience, weight / part, tie.level[facet])
    _remember(tie, experience, weight)


@compiled
def _add_to_facet(tie, facts, facet, experience, weight, level):
    relative = facts.trust_asymmetry_ability
    if facet == BENEVOLENCE:
        relative = facts.trust_asymmetry_benevolence
    elif facet == INTEGRITY:
        relative = facts.trust_asymmetry_integrity
    asymmetry = asymmetry_of(facts.trust_asymmetry, relative)
    _add(tie, facet, experience, weight, asymmetry, facts.trust_tolerance, level)


@compiled
def _add(tie, facet, experience, weight, asymmetry, tolerance, level):
    tie.support[facet] += weight * experience
    tie.against[facet] += weight * (1.0 - experience)
    tie.damage[facet] += weight * damage_of(experience, level, asymmetry, tolerance)


@compiled
def _remember(tie, experience, weight):
    """The mean of what was lived."""
    tie.lived_weight += weight
    if tie.lived_weight > 0.0:
        tie.lived += weight / tie.lived_weight * (experience - tie.lived)


def certainty_of(edges, facts):
    """How sure trust is, of one edge or of a table of them: the facets' certainties weighed as their levels are."""
    sure, mean = (getattr(rule, "py_func", rule) for rule in (certainty, weighed))
    facets = [
        sure(*(edges[kind][..., facet] for kind in EVIDENCE), facts["trust_prior_weight"]) for facet in range(FACETS)
    ]
    if not facts["mechanisms_facets"]:
        return facets[ABILITY]
    return mean(*facets, *(facts[f"trust_weight_{name}"] for name in FACET_NAMES))


@compiled
def pair_row(place, p, q):
    """Row of the ordered pair (p, q) of a locality's providers in the table of pairs."""
    return (
        place.pair_first
        + (p - place.provider_first) * (place.provider_end - place.provider_first)
        + q
        - place.provider_first
    )


@compiled
def ties_of_place(world, row, relation):
    """First row of a locality's ties of a relation in the table of edges, and the row after the last."""
    place, first = world.localities[row], world.relations[relation].first
    providers, investors = place.provider_end - place.provider_first, place.investor_end - place.investor_first
    if relation == FAMILY_PROVIDER:
        slots = int(world.settings[row].family_known_providers)
        return first + place.family_first * slots, first + place.family_end * slots
    if relation == FAMILY_COMMISSIONER:
        return first + place.family_first, first + place.family_end
    if relation == FAMILY_FAMILY:  # they have a table of their own
        return first, first
    if relation == VOLUNTEER_PROVIDER:
        return first + place.volunteer_first, first + place.volunteer_end
    if relation in (PROVIDER_COMMISSIONER, COMMISSIONER_PROVIDER):
        return first + place.provider_first, first + place.provider_end
    if relation == PROVIDER_PROVIDER:
        return first + place.pair_first, first + place.pair_first + providers * providers
    if relation == INVESTOR_PROVIDER:
        return first + place.stake_first, first + place.stake_first + investors * providers
    if relation == INVESTOR_COMMISSIONER:
        return first + place.investor_first, first + place.investor_end
    return first + row, first + row + 1  # authority and region


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
    """What the trust graph says of one edge: `relation`, `trust`, `certainty`, and trust in `ability`, `benevolence` and
    `integrity`, each as it is when it is read.

    It cannot be written. Copied or stored (`graph.copy()`, `graph.to_undirected()`, pickle) it becomes a plain dictionary
    with the values of that moment.
    """

    __slots__ = ("_edges", "_facts", "_row")
    KEYS = ("relation", "trust", "certainty", *FACET_NAMES)

    def __init__(self, edges: np.ndarray, row: int, facts: Any) -> None:
        self._edges, self._row, self._facts = edges, row, facts

    def __getitem__(self, key: str) -> Any:
        edge = self._edges[self._row]
        if key == "relation":
            return RELATION_NAMES[edge["relation"]]
        if key == "trust":
            return float(edge["trust"])
        if key == "certainty":
            return float(certainty_of(edge, self._facts))
        if key in FACET_NAMES:
            return float(edge["level"][FACET_NAMES.index(key)])
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


class PeerTie(Tie):
    """The same of a tie between families, whose trust stands still, alike in all facets, and without evidence."""

    __slots__ = ()

    def __getitem__(self, key: str) -> Any:
        if key not in self.KEYS:
            raise KeyError(key)
        if key == "relation":
            return RELATION_NAMES[FAMILY_FAMILY]
        return 0.0 if key == "certainty" else float(self._edges[self._row]["trust"])


def peer_ties(world: World) -> tuple[np.ndarray, np.ndarray]:
    """The rows of the table of peers whose ties exist, and the families whose they are."""
    rows = np.flatnonzero(world.peers["active"])
    return rows, rows * len(world.families) // max(1, len(world.peers))


def trust_graph(
    world: World,
    localities: Iterable[str],
    imported: ImportedNetwork | None = None,
    regions: Iterable[str] = ("region",),
) -> networkx.DiGraph:
    """Who trusts whom, as a networkx graph: the agents and relations that are active now, with live values on the edges.

    Nodes are the agents' `unique_id`s, with `kind` (commissioner, investor, provider, family or volunteer), `locality`, a
    name, and `number`, from 1 within kind and place; a provider has its `sector`, and who was in an imported graph the `name`
    that it had there. `localities` and `regions` give the names in the order of the case; the `locality` of a region's
    commissioner is the region, "region" where the case names none. Each edge has `relation`, `trust`, `certainty`,
    `ability`, `benevolence` and `integrity`, whose values stay those of the world as it goes
    on. The structure is that of this moment and is frozen; `graph.copy()` is a plain graph with the values of the moment.
    """
    import networkx as nx

    graph, first, names = nx.DiGraph(), first_ids(world), [*localities, *regions]
    for kind, table in POPULATIONS.items():
        places = range(len(names)) if kind == "commissioner" else getattr(world, table)["locality"].tolist()
        firsts = [0] * len(names) if kind == "commissioner" else world.localities[f"{kind}_first"].tolist()
        for row in active_rows(world, table):
            number = 1 if kind == "commissioner" else row - firsts[places[row]] + 1
            graph.add_node(first[table] + row, kind=kind, locality=names[places[row]], number=number)
            if kind == "provider":
                graph.nodes[first[table] + row]["sector"] = KINDS[world.providers.kind[row]]
    edges, facts = world.edges.view(np.ndarray), world.settings[0]
    origins = [[first[TABLE_OF[end]] for end in name.split("_")] for name in RELATION_NAMES]
    for row in np.flatnonzero(edges["active"]).tolist():
        source, target = origins[edges["relation"][row]]
        source, target = source + int(edges["source"][row]), target + int(edges["target"][row])
        if source in graph and target in graph:  # whoever left this month may have ties that end with the next
            # put in place directly, for `add_edge` would copy the values; two ties of one kind are one edge
            graph._succ[source][target] = graph._pred[target][source] = Tie(edges, row, facts)
    peers = world.peers.view(np.ndarray)
    rows, sources = peer_ties(world)
    for row, source, target in zip(rows.tolist(), sources.tolist(), peers["peer"][rows].tolist(), strict=True):
        source, target = first["families"] + source, first["families"] + target
        graph._succ[source][target] = graph._pred[target][source] = PeerTie(peers, row, facts)
    if imported is not None:
        from abm.imported.start import rows_of  # here only: the engine uses this module, and needs no imports

        for (name, kind, *_), row in zip(imported.nodes, rows_of(imported, world, names), strict=True):
            if first[POPULATIONS[kind]] + row in graph:
                graph.nodes[first[POPULATIONS[kind]] + row]["name"] = name
    return nx.freeze(graph)


def from_networkx(graph: networkx.Graph, case: Case) -> Case:
    """The case with the ties of an empirical graph laid over its drawn ones; models made from it start with them.

    A node has a `kind` and a `locality` (not needed where the case has one place). Which of the model's agents it is says
    its `number` within kind and place; without one, nodes take the free numbers in order of appearance, providers with a
    `sector` (public, third_sector, association or for_profit) those of their sector. A directed edge is a tie of its source;
    an undirected one is a tie in each direction that exists. Kinds tell the relation; `relation` may say it too. `trust` in
    [0, 1], `certainty` in [0, 1) (evidence at that level) and, between providers, `joint_hours` a month (both ways) may be
    given; ties between families have a level only, for nothing that families live with one another is modelled. Other
    attributes are ignored. The graph of a model (`model.trust_graph`) is one that can be imported.

    Within a place, and for those whom the graph names, its ties replace the drawn ones of every relation that it has
    there: packages and peers of its families, who helps of the volunteers, and, unless all of its ties between providers
    say trust only, who has worked with whom. Of relations that everybody has (families, providers and authorities) and of
    providers' trust in one another it gives the level. Everything else stays as it is drawn. The case keeps its own numbers of
    people and organisations. `case.network.graph.nodes` tells who is who. Raises `ConfigError` with everything that is
    wrong, one line each.
    """
    from abm.imported.graph import from_networkx as imported

    return imported(graph, case)
