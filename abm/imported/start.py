"""An imported network laid over the drawn one at the start: what the graph says holds, everything else stays as drawn.

Nothing is drawn anew, so the luck of all that the graph does not touch is the same with it and without it.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from abm.case import Case
from abm.imported.network import ImportedNetwork
from abm.streams import TIES, uniform
from abm.tables import RELATION_NAMES

DRAWN_HOURS = 3.0  # most joint hours that a pair starts with, as in `population.py`


class Tie(NamedTuple):
    """One tie in rows of the world's tables."""

    source: int
    target: int
    trust: float | None
    certainty: float | None
    joint_hours: float | None


def rows_of(network: ImportedNetwork, world: Any, places: list[str]) -> list[int]:
    """The row of each node in the table of its kind; `places` are the names of all localities, then of all regions."""
    place_of = {name: row for row, name in enumerate(places)}
    kinds = {node[1] for node in network.nodes} - {"commissioner"}
    firsts = {kind: world.localities[f"{kind}_first"].tolist() for kind in kinds}
    return [
        place_of[place] if kind == "commissioner" else firsts[kind][place_of[place]] + number - 1
        for _, kind, place, number in network.nodes
    ]


def lay_over(world: Any, case: Case) -> None:
    """Replace the drawn ties of a world at its start by those of the case's imported network, if it has one."""
    network = case.network.graph
    if network is None:
        return
    rows, edges = rows_of(network, world, [*case.locality, *case.regions]), _Edges(world)
    found: dict[str, dict[str, dict[int, list[Tie]]]] = {
        name: {relation: {} for relation in RELATION_NAMES} for name in case.locality
    }
    for relation, source, target, *values in network.ties:
        place = network.nodes[target if network.nodes[source][2] in case.regions else source][2]
        tie = Tie(rows[source], rows[target], *values)
        found[place][relation].setdefault(tie.source, []).append(tie)
    named: dict[tuple[str, str], list[int]] = {}
    for row, (_, kind, place, _) in zip(rows, network.nodes, strict=True):
        named.setdefault((kind, place), []).append(row)
    for row, (name, ties) in enumerate(found.items()):
        here = _Place.of(world, row)
        families, providers = named.get(("family", name), []), named.get(("provider", name), [])
        if ties["family_provider"]:
            _packages(world, edges, here, families, ties["family_provider"], case.family.known_providers)
        if ties["family_family"]:
            _peers(world, families, ties["family_family"], case.family.peers)
        if ties["volunteer_provider"]:
            _helpers(world, edges, here, ties["volunteer_provider"])
        _links(world, here, providers, ties["provider_provider"])
        for relation in RELATION_NAMES[1:2] + RELATION_NAMES[4:]:
            for mine in ties[relation].values():
                for tie in mine:
                    edges.hold(_edge_row(edges, here, relation, tie), tie)


class _Place(NamedTuple):
    """Where a locality's rows begin and end."""

    provider_first: int
    provider_end: int
    volunteer_first: int
    volunteer_end: int
    investor_first: int
    pair_first: int
    stake_first: int

    @classmethod
    def of(cls, world: Any, row: int) -> _Place:
        """That of one row of the localities."""
        return cls(*(int(world.localities[row][name]) for name in cls._fields))

    @property
    def providers(self) -> int:
        """Providers of the place, those included that are not there yet."""
        return self.provider_end - self.provider_first

    def pair(self, p: int, q: int) -> int:
        """Row of an ordered pair of its providers in the table of pairs."""
        return self.pair_first + (p - self.provider_first) * self.providers + q - self.provider_first


class _Edges:
    """The columns of the table of edges that are written here."""

    def __init__(self, world: Any) -> None:
        table = world.edges.view(np.ndarray)
        self.target, self.active, self.prior, self.trust = (
            table[key] for key in ("target", "active", "prior", "trust")
        )
        self.support, self.against, self.level = table["support"], table["against"], table["level"]
        self.prior_weight = float(world.settings.trust_prior_weight[0])
        self.first = dict(zip(RELATION_NAMES, world.relations.first.tolist(), strict=True))

    def hold(self, row: int, tie: Tie) -> None:
        """Trust as the graph says it, alike in all facets: a first attitude, and evidence at that level for its certainty."""
        if tie.trust is not None:
            self.prior[row] = self.trust[row] = self.level[row] = tie.trust
        if tie.certainty:
            weight, level = self.prior_weight * tie.certainty / (1.0 - tie.certainty), self.trust[row]
            self.support[row], self.against[row] = weight * level, weight * (1.0 - level)


def _edge_row(edges: _Edges, here: _Place, relation: str, tie: Tie) -> int:
    """Row of a tie whose relation has one edge for each source, for each target, or for each pair."""
    first = edges.first[relation]
    if relation == "provider_provider":
        return first + here.pair(tie.source, tie.target)
    if relation == "investor_provider":
        return (
            first
            + here.stake_first
            + (tie.source - here.investor_first) * here.providers
            + tie.target
            - here.provider_first
        )
    return first + (tie.target if relation in ("commissioner_provider", "region_commissioner") else tie.source)


def _kept_in_place(drawn: list[int], named: list[int]) -> tuple[dict[int, int], list[int]]:
    """A slot for each named row, the one where it was drawn if it was; and the slots that are left."""
    slot_of = {row: drawn.index(row) for row in named if row in drawn}
    free = [slot for slot in range(len(drawn)) if slot not in slot_of.values()]
    for row in named:
        if row not in slot_of:
            slot_of[row] = free.pop(0)
    return slot_of, free


def _packages(
    world: Any, edges: _Edges, here: _Place, families: list[int], ties: dict[int, list[Tie]], slots: int
) -> None:
    """Families know the providers that the graph says.

    Slots that are left go to providers who are not there yet, the drawn ones first; where a place has none, the drawn
    ones stay.
    """
    everyone = range(here.provider_first, here.provider_end)
    active = world.providers["active"].tolist()
    later = [p for p in everyone if not active[p]]
    provider_in = world.packages.view(np.ndarray)["provider"]
    for family in families:
        mine, first = ties.get(family, []), edges.first["family_provider"] + family * slots
        drawn = provider_in[family * slots : (family + 1) * slots].tolist()
        slot_of, free = _kept_in_place(drawn, [tie.target for tie in mine])
        for slot in free:
            others = set(slot_of) | {drawn[n] for n in free if not active[drawn[n]] and n != slot}
            absent = [p for p in later if p not in others]
            wanted = absent[family % len(absent)] if active[drawn[slot]] and absent else drawn[slot]
            instead = next(
                p for p in (wanted, *drawn, *everyone) if p not in slot_of and (p == wanted or p not in others)
            )
            slot_of[instead] = slot
        for target, slot in slot_of.items():
            provider_in[family * slots + slot] = edges.target[first + slot] = target
            edges.active[first + slot] = active[target]
        for tie in mine:
            edges.hold(first + slot_of[tie.target], tie)


def _peers(world: Any, families: list[int], ties: dict[int, list[Tie]], slots: int) -> None:
    """Families talk to the families that the graph says; with fewer than there are slots for, more often to each."""
    table = world.peers.view(np.ndarray)
    for family in families:
        mine, own = ties.get(family, []), table[family * slots : (family + 1) * slots]
        targets = own["peer"].tolist()
        slot_of, free = _kept_in_place(targets, [tie.target for tie in mine])
        for n, slot in enumerate(free):
            if targets[slot] not in slot_of:  # whoever was drawn twice stays so
                targets[slot] = mine[n % len(mine)].target if mine else family
        for target, slot in slot_of.items():
            targets[slot] = target
        own["peer"], own["active"] = targets, bool(mine)
        said = {tie.target: tie.trust for tie in mine if tie.trust is not None}
        own["trust"] = [said.get(target, trust) for target, trust in zip(targets, own["trust"], strict=True)]


def _helpers(world: Any, edges: _Edges, here: _Place, ties: dict[int, list[Tie]]) -> None:
    """Those volunteers help who have a tie in the graph; the others are ready, as if they had not started."""
    first = edges.first["volunteer_provider"]
    volunteers, active = world.volunteers.view(np.ndarray), world.providers["active"].tolist()
    for v in range(here.volunteer_first, here.volunteer_end):
        volunteers["active"][v] = edges.active[first + v] = 0
        for tie in ties.get(v, []):
            volunteers["provider"][v] = edges.target[first + v] = tie.target
            volunteers["active"][v] = edges.active[first + v] = active[tie.target]
            edges.hold(first + v, tie)


def _links(world: Any, here: _Place, providers: list[int], ties: dict[int, list[Tie]]) -> None:
    """Which pairs worked together before: those with joint hours, and those of whom no more is said than that they are tied.

    A pair of which hours are not said has those that it drew. A graph that says nothing of links, only of trust, leaves
    them as they were drawn; otherwise pairs of its providers that have no link in it start without.
    """
    linked = [tie for mine in ties.values() for tie in mine if tie.joint_hours is not None or tie.trust is None]
    seed = int(world.clock.seed[0])
    hours = world.pairs.view(np.ndarray)["joint_hours"]
    if linked:
        for p in providers:
            for q in providers:
                hours[here.pair(p, q)] = 0.0
    for tie in sorted(linked, key=lambda tie: tie.joint_hours is not None):
        low, high = min(tie.source, tie.target), max(tie.source, tie.target)
        drawn = DRAWN_HOURS * uniform(seed, TIES, 1, low, high)
        for pair in (here.pair(low, high), here.pair(high, low)):
            hours[pair] = drawn if tie.joint_hours is None else tie.joint_hours
