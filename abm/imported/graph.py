"""A graph from data → the case with its ties, or one message with all that is wrong, each line naming node or edge."""

from __future__ import annotations

import math
from collections.abc import Hashable, Iterable, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from abm.case import Case, Locality, agent_counts, graph_misfits
from abm.config.toml_file import ConfigError
from abm.config.words import did_you_mean, listed, shown
from abm.imported.network import REGION, ImportedNetwork, shortened
from abm.tables import KINDS as SECTORS
from abm.tables import RELATION_NAMES

if TYPE_CHECKING:
    import networkx

KINDS = ("commissioner", "investor", "provider", "family", "volunteer")
MAX_NODES, MAX_TIES = 200_000, 500_000
MAX_HOURS = 1000.0  # joint hours a month of a pair
NODE_KEYS = ("kind", "locality", "number", "sector")
EDGE_KEYS = ("relation", "trust", "certainty", "joint_hours")


class Node(NamedTuple):
    """A node as it was found: its name, its attributes, and how messages call it."""

    name: str
    data: Mapping[str, Any]
    about: str


class Edge(NamedTuple):
    """A tie as it was found, between keys of nodes."""

    source: Hashable
    target: Hashable
    data: Mapping[str, Any]
    about: str
    both_ways: bool = False


class Found(NamedTuple):
    """A node that is understood: which of the model's agents it may be."""

    kind: str
    locality: str
    number: int | None
    sector: str | None


def from_networkx(graph: networkx.Graph, case: Case) -> Case:
    """See `abm.network.from_networkx`."""
    if not all(hasattr(graph, name) for name in ("nodes", "edges", "is_directed", "is_multigraph")):
        raise ConfigError(f"graph: expected a networkx.DiGraph or networkx.Graph, got {type(graph).__name__}")
    if graph.is_multigraph():
        words = "several ties between the same two; merge them, such as with networkx.DiGraph(graph)"
        raise ConfigError(f"graph: a multigraph, which may have {words}")
    if graph.number_of_nodes() > MAX_NODES or graph.number_of_edges() > MAX_TIES:
        size = f"{graph.number_of_nodes():,} nodes and {graph.number_of_edges():,} edges"
        raise ConfigError(f"graph: too large: {size}, at most {MAX_NODES:,} and {MAX_TIES:,} are possible")
    # networkx keeps GraphML's defaults beside the nodes and edges that they are meant for
    of_node, of_edge = graph.graph.get("node_default", {}), graph.graph.get("edge_default", {})
    nodes = {key: Node(str(key), {**of_node, **data}, f"node {str(key)!r}") for key, data in graph.nodes(data=True)}
    arrow = "→" if graph.is_directed() else "–"
    edges = [
        Edge(u, v, {**of_edge, **data}, f"edge {str(u)!r} {arrow} {str(v)!r}", not graph.is_directed())
        for u, v, data in graph.edges(data=True)
    ]
    return with_ties(case, nodes, edges, "networkx")


def with_ties(case: Case, nodes: Mapping[Hashable, Node], edges: list[Edge], source: str) -> Case:
    """The case with these ties, `source` being where they came from. Raises `ConfigError` with all that is wrong."""
    errors: list[str] = []
    if not edges:
        errors.append("the graph has no ties")
    errors += _misspelt("node", NODE_KEYS, (node.data for node in nodes.values()))
    errors += _misspelt("edge", EDGE_KEYS, (edge.data for edge in edges))
    kinds = _kinds_by_relation(edges)
    found = {key: _node(node, kinds.get(key), case, errors) for key, node in nodes.items()}
    numbers = _numbered(nodes, found, case, errors)
    position = {key: n for n, key in enumerate(nodes)}
    ties: list[tuple[str, int, int, float | None, float | None, float | None]] = []
    for edge in edges:
        values = _values(edge, errors)
        for relation, s, t in _relations(edge, found, case, errors):
            if values["joint_hours"] is not None and relation != "provider_provider":
                errors.append(f"{edge.about}: joint_hours: only providers have them, with one another, not {relation}")
            ties.append(
                (relation, position[s], position[t], values["trust"], values["certainty"], values["joint_hours"])
            )
    names = list(nodes.values())
    errors += _contradicting_hours(ties, names)
    if not errors:
        rows = tuple((node.name, *found[key][:2], numbers[key]) for key, node in nodes.items())  # type: ignore[index]
        network = ImportedNetwork(source=source, nodes=rows, ties=tuple(ties))
        errors = graph_misfits(case, network)
    if errors:
        raise ConfigError(*shortened(list(dict.fromkeys(errors))))
    return case.model_copy(update={"network": case.network.model_copy(update={"graph": network})})


def _misspelt(what: str, known: tuple[str, ...], every: Iterable[Mapping[str, Any]]) -> list[str]:
    """Attributes that are nearly one of ours; all others belong to the graph's own program and are left alone."""
    attributes = {str(key): None for data in every for key in data}
    hints = {key: did_you_mean(key, known, 0.8) for key in attributes if key not in known}
    return [f"{what} attribute {key!r}: unknown{hint}" for key, hint in hints.items() if hint]


def _kinds_by_relation(edges: list[Edge]) -> dict[Hashable, str]:
    """What directed ties tell of their ends, for nodes that do not say it themselves."""
    kinds: dict[Hashable, str] = {}
    for edge in edges:
        if not edge.both_ways and edge.data.get("relation") in RELATION_NAMES:
            source, target = edge.data["relation"].replace(REGION, "commissioner").split("_")
            kinds.setdefault(edge.source, source)
            kinds.setdefault(edge.target, target)
    return kinds


def _node(node: Node, told: str | None, case: Case, errors: list[str]) -> Found | None:
    """Kind, place, number and sector of a node; None, with what is wrong noted, where it has no kind or place."""
    before = len(errors)
    kind, locality = node.data.get("kind", told), node.data.get("locality")
    if kind not in KINDS:
        hint = did_you_mean(kind, KINDS) if isinstance(kind, str) else ""
        got = f"got {shown(kind)}" if kind is not None else "and its ties' relations do not tell"
        errors.append(f"{node.about}: kind: expected one of {listed(KINDS)}, {got}{hint}")
    places = [*case.locality, *(case.regions if kind == "commissioner" else ())]
    if locality is None and len(case.locality) == 1:
        locality = next(iter(case.locality))
    if locality not in places:
        hint = did_you_mean(locality, places) if isinstance(locality, str) else ""
        got = f", got {shown(locality)}" if locality is not None else " (without it there must be one only)"
        errors.append(f"{node.about}: locality: expected one of {listed(places)}{got}{hint}")
    number, sector = node.data.get("number"), node.data.get("sector")
    if number is not None and _whole(number) is None:
        errors.append(f"{node.about}: number: expected a whole number from 1, got {shown(number)}")
    if sector is not None and (kind != "provider" or sector not in SECTORS):
        words = (
            f"expected one of {listed(SECTORS)}, got {shown(sector)}"
            if kind == "provider"
            else "only providers have one"
        )
        errors.append(f"{node.about}: sector: {words}")
    if len(errors) > before or not isinstance(kind, str) or not isinstance(locality, str):
        return None
    return Found(kind, locality, _whole(number), sector)


def _whole(value: Any) -> int | None:
    """A whole number from 1, also where a file's format made it text or a fraction of no parts."""
    try:
        number = float(value)
        return int(number) if not isinstance(value, bool) and 1 <= number == int(number) else None
    except (TypeError, ValueError, OverflowError):
        return None


def _sector_rows(place: Locality) -> dict[str, range]:
    """Numbers of the providers of each sector who are there from the start; all firms, which may enter."""
    edges = [0]
    for count in (place.public, place.third_sector, place.associations, place.joiners, place.for_profit):
        edges.append(edges[-1] + count)
    bounds = {"public": (0, 1), "third_sector": (1, 2), "association": (2, 3), "for_profit": (4, 5)}
    return {sector: range(edges[a] + 1, edges[b] + 1) for sector, (a, b) in bounds.items()}


def _numbered(
    nodes: Mapping[Hashable, Node], found: Mapping[Hashable, Found | None], case: Case, errors: list[str]
) -> dict[Hashable, int]:
    """Each node's number: its own, else the next that is free in order of appearance, those with a sector first."""
    numbers: dict[Hashable, int] = {}
    taken: dict[tuple[str, str, int], Hashable] = {}
    counts = agent_counts(case)
    known = {key: node for key, node in found.items() if node is not None}
    for key, node in known.items():
        if node.number is not None:
            other = taken.setdefault((*node[:2], node.number), key)
            if other != key:
                same = f"number {node.number} of kind {node.kind!r} in {node.locality!r}"
                errors.append(f"{nodes[key].about}: {same}, but {nodes[other].about} is that already")
            numbers[key] = node.number
    waiting: dict[tuple[str, str, str | None], list[Hashable]] = {}
    for key, node in sorted(known.items(), key=lambda item: item[1].sector is None):
        if node.number is None:
            waiting.setdefault((node.kind, node.locality, node.sector), []).append(key)
        elif node.kind == "provider" and node.sector is not None:
            errors += _wrong_sector(nodes[key], node, case.locality[node.locality])
    for (kind, locality, sector), keys in waiting.items():
        rows, words = range(1, counts.get((kind, locality), 0) + 1), "of them"
        if kind == "provider":
            sectors = _sector_rows(case.locality[locality])
            rows = sectors[sector] if sector else range(1, sectors["association"].stop)
            words = f"of sector {sector!r}" if sector else "at the bid (the others take a `sector` or a `number`)"
        free = [number for number in rows if (kind, locality, number) not in taken]
        if len(keys) > len(free):
            first = nodes[keys[len(free)]].about
            there = f"{locality!r} has {len(rows):,} {words}"
            missing = f"{len(keys) - len(free):,} of the graph's nodes are left over, {first} first"
            errors.append(f"kind {kind!r}: {there}, and {missing}; change the numbers of the case or leave them out")
        for key, number in zip(keys, free, strict=False):
            numbers[key], taken[kind, locality, number] = number, key
    return numbers


def _wrong_sector(node: Node, found: Found, place: Locality) -> list[str]:
    """A provider with both a number and a sector must have those of one row; joiners are of the third sector."""
    joiners = range(place.public + place.third_sector + place.associations + 1, place.providers - place.for_profit + 1)
    rows = _sector_rows(place)[str(found.sector)]
    if found.number in rows or (found.sector == "third_sector" and found.number in joiners):
        return []
    words = f"numbers {rows.start} to {rows.stop - 1}" if rows else "nobody"
    return [f"{node.about}: number {found.number}, but of sector {found.sector!r} {found.locality!r} has {words}"]


def _relations(
    edge: Edge, found: Mapping[Hashable, Found | None], case: Case, errors: list[str]
) -> list[tuple[str, Hashable, Hashable]]:
    """The relations that an edge stands for: one, or for an undirected one those that exist of its two directions."""
    if edge.source == edge.target:
        errors.append(f"{edge.about}: a tie with itself")
        return []
    said = edge.data.get("relation")
    if said is not None and said not in RELATION_NAMES:
        hint = did_you_mean(said, RELATION_NAMES) if isinstance(said, str) else ""
        errors.append(f"{edge.about}: relation: expected one of {listed(RELATION_NAMES)}, got {shown(said)}{hint}")
        return []
    source, target = found[edge.source], found[edge.target]
    if source is None or target is None:  # what is wrong with them is told already
        return []
    ways = [(edge.source, edge.target), (edge.target, edge.source)][: 2 if edge.both_ways else 1]
    possible = [(relation, s, t) for s, t in ways if (relation := _relation(found[s], found[t], case))]
    fitting = [way for way in possible if said in (None, way[0])]
    if not fitting:
        of = f"a {source.kind} in {source.locality!r} and a {target.kind} in {target.locality!r}"
        if possible:
            errors.append(
                f"{edge.about}: relation: {said!r}, but its ends make it {listed(way[0] for way in possible)}"
            )
        elif source.locality != target.locality and not {source.locality, target.locality} & {*case.regions}:
            errors.append(f"{edge.about}: between {of}; ties lie within a place")
        elif below := _under_another(source, target, case):
            errors.append(f"{edge.about}: between {of}; {below!r} is under {case.locality[below].region!r}")
        else:
            errors.append(f"{edge.about}: between {of} there is no relation; there are {listed(RELATION_NAMES)}")
    return fitting


def _relation(source: Found | None, target: Found | None, case: Case) -> str | None:
    """The relation from one to the other; None where there is none."""
    if source is None or target is None:
        return None
    relation = "_".join(node.kind if node.locality in case.locality else REGION for node in (source, target))
    near = source.locality == target.locality or not _under_another(source, target, case)
    return relation if near and relation in RELATION_NAMES else None


def _under_another(source: Found, target: Found, case: Case) -> str:
    """The place of one end where the other is not its region; empty where it is."""
    here = (source.locality, target.locality)
    return next((one for one in here if one in case.locality and case.locality[one].region not in here), "")


def _values(edge: Edge, errors: list[str]) -> dict[str, float | None]:
    """Trust, certainty and joint hours of a tie; None where it does not say, or where it is wrong, which is noted."""
    values: dict[str, float | None] = {}
    for key, high in (("trust", 1.0), ("certainty", 1.0), ("joint_hours", MAX_HOURS)):
        value = edge.data.get(key)
        number = None if isinstance(value, bool | str) else _number(value)
        below = number is not None and 0.0 <= number <= high and not (key == "certainty" and number == 1.0)
        if value is not None and not below:
            words = f"a number from 0 to {high:g}" + (", less than 1" if key == "certainty" else "")
            errors.append(f"{edge.about}: {key}: expected {words}, got {shown(value)}")
        values[key] = number if below else None
    return values


def _number(value: Any) -> float | None:
    try:
        number = float(value)
    except (TypeError, ValueError, OverflowError):
        return None
    return number if math.isfinite(number) else None


def _contradicting_hours(ties: list[Any], names: list[Node]) -> list[str]:
    """Joint hours are of both: the two directions must not say different ones."""
    said = {(s, t): hours for relation, s, t, _, _, hours in ties if hours is not None}
    return [
        f"edge {names[s].name!r} → {names[t].name!r}: joint_hours: {hours:g}, but the other way {said[t, s]:g}"
        for (s, t), hours in said.items()
        if s < t and said.get((t, s), hours) != hours
    ]
