"""The trust graph as the page draws it: places that stay still, drawn once, and each month only what may have changed.

Positions follow roles and not forces: the authority in the middle, its providers around it by team, families outside by the
provider that knows them first. So the picture is the same for every design in the same world and needs no layout run (a spring
layout takes seconds and moves with every tie).
"""

from __future__ import annotations

import base64
import math
from typing import TYPE_CHECKING, Any

import numpy as np

from abm.imported.network import REGION
from abm.network import active_rows
from abm.tables import (
    COMMISSIONER_PROVIDER,
    COMMISSIONER_REGION,
    FAMILY_PROVIDER,
    INVESTOR_COMMISSIONER,
    INVESTOR_PROVIDER,
    KINDS,
    PROVIDER_COMMISSIONER,
    PROVIDER_PROVIDER,
    REGION_COMMISSIONER,
    RELATION_NAMES,
    VOLUNTEER_PROVIDER,
)

if TYPE_CHECKING:
    from abm.model import OutcomeContractingModel

MOST_DRAWN = 320  # families; with more, they are drawn as one group beside each provider
ABSENT, THERE, PARTNER, GONE = range(4)  # what a provider is
OUTSIDE, WAITING, SERVED, LEFT = range(4)  # what a family is
NONE = 255  # trust on an edge that is not there
LEVELS = 250  # steps of trust from 0 to 1
KIND_WORDS = {
    "public": "Public",
    "third_sector": "Third sector",
    "association": "Association",
    "for_profit": "For-profit",
}
DRAWN = (
    PROVIDER_PROVIDER, PROVIDER_COMMISSIONER, COMMISSIONER_PROVIDER, INVESTOR_PROVIDER, INVESTOR_COMMISSIONER,
    COMMISSIONER_REGION, REGION_COMMISSIONER,
)  # fmt: skip


class Picture:
    """Who is drawn where for a model's funded places, and what is sent of it; one for all models of the same world."""

    def __init__(self, model: OutcomeContractingModel) -> None:
        world, case = model.world, model.case
        self.places = [
            (row, name, place.title or name)
            for row, (name, place) in enumerate(case.locality.items())
            if place.grant_eur > 0
        ]
        rows = [row for row, _, _ in self.places]
        families = np.flatnonzero(np.isin(world.families.locality, rows))
        self.summarised = len(families) > MOST_DRAWN
        self.families = families
        self.nodes: list[dict[str, Any]] = []
        self.index: dict[tuple[str, int], int] = {}
        above = list(dict.fromkeys(int(world.localities.region[row]) for row in rows))
        for n, region in enumerate(above):
            name = case.regions[region - len(world.localities)]
            self._add("region", region, -1, (n + 0.5) / len(above), 0.035, "Region" if name == REGION else name)
        for cell, (row, _, title) in enumerate(self.places):
            self._place(world, cell, row, title)
        self._edges(world)

    def _add(self, kind: str, row: int, cell: int, x: float, y: float, name: str) -> None:
        self.index[kind, row] = len(self.nodes)
        self.nodes.append({"k": kind, "r": int(row), "c": cell, "x": round(x, 4), "y": round(y, 4), "n": name})

    def _place(self, world: Any, cell: int, row: int, title: str) -> None:
        place = world.localities[row]
        self._add("commissioner", row, cell, 0.5, 0.54, title)
        count = place.investor_end - place.investor_first
        for n in range(count):
            turn = math.pi * (1.5 + 0.9 * ((n + 0.5) / count - 0.5))
            x, y = 0.5 + 0.15 * math.cos(turn), 0.54 + 0.17 * math.sin(turn)
            self._add("investor", place.investor_first + n, cell, x, y, f"Investor {n + 1}")
        providers = list(range(place.provider_first, place.provider_end))
        order = sorted(providers, key=lambda p: (world.providers.team[p], world.providers.kind[p], p))
        angle = {}
        for n, p in enumerate(order):
            angle[p] = turn = 2.0 * math.pi * (n + 0.5) / len(order) - math.pi / 2.0
            kind = KINDS[world.providers.kind[p]]
            name = f"{KIND_WORDS[kind]} {p - place.provider_first + 1}"
            self._add(kind, p, cell, 0.5 + 0.30 * math.cos(turn), 0.54 + 0.30 * math.sin(turn), name)
        if self.summarised:
            for p in order:
                x, y = 0.5 + 0.425 * math.cos(angle[p]), 0.54 + 0.41 * math.sin(angle[p])
                self._add("group", p, cell, x, y, f"Families of {self.nodes[self.index_of_provider(world, p)]['n']}")
        else:
            self._families(world, cell, place, angle)
            for v in range(place.volunteer_first, place.volunteer_end):
                turn = angle[int(world.volunteers.provider[v])] + 0.05 * (v % 5 - 2)
                radius = 0.235 - 0.012 * (v % 3)
                x, y = 0.5 + radius * math.cos(turn), 0.54 + radius * math.sin(turn)
                self._add("volunteer", v, cell, x, y, f"Volunteer {v - place.volunteer_first + 1}")

    def index_of_provider(self, world: Any, row: int) -> int:
        """The node of a provider."""
        return self.index[KINDS[world.providers.kind[row]], row]

    def _families(self, world: Any, cell: int, place: Any, angle: dict[int, float]) -> None:
        """Families in the order of their first provider, on three rings."""
        known = len(world.packages) // len(world.families)
        rows = range(place.family_first, place.family_end)
        order = sorted(rows, key=lambda f: (angle[int(world.packages.provider[f * known])], f))
        for n, f in enumerate(order):
            turn = 2.0 * math.pi * (n + 0.5) / len(order) - math.pi / 2.0
            radius = 0.385 + 0.028 * (n % 3)
            x, y = 0.5 + radius * math.cos(turn) * 1.04, 0.54 + radius * math.sin(turn)
            self._add("family", f, cell, x, y, f"Family {f - place.family_first + 1}")

    def _edges(self, world: Any) -> None:
        """Rows of the edges that are drawn."""
        lengths = {"family": len(world.families), "provider": len(world.providers), "volunteer": len(world.volunteers),
                   "investor": len(world.investors), "commissioner": len(world.commissioners),
                   "region": len(world.commissioners)}  # fmt: skip
        self._node_of = {kind: np.full(length, -1, np.int64) for kind, length in lengths.items()}
        for n, node in enumerate(self.nodes):
            kind = "provider" if node["k"] in KINDS else node["k"]
            if kind in self._node_of:
                self._node_of[kind][node["r"]] = n
        kinds = DRAWN if self.summarised else (*DRAWN, FAMILY_PROVIDER, VOLUNTEER_PROVIDER)
        spans = [np.arange(world.relations.first[kind], world.relations.end[kind]) for kind in kinds]
        self.rows = np.concatenate(spans)
        self.rows = self.rows[(self._ends(world) >= 0).all(axis=1)]
        self._seen = b""

    def _ends(self, world: Any) -> np.ndarray:
        """Both ends of each edge as nodes, −1 where one is not drawn."""
        edges = world.edges.view(np.ndarray)[self.rows]
        ends = np.full((len(edges), 2), -1, np.int64)
        for relation in np.unique(edges["relation"]):
            these = edges["relation"] == relation
            for column, (side, name) in enumerate(
                zip(RELATION_NAMES[relation].split("_"), ("source", "target"), strict=True)
            ):
                ends[these, column] = self._node_of[side][edges[name][these]]
        return ends

    def layout(self, model: OutcomeContractingModel) -> dict[str, Any]:
        """What stays: nodes, places, relations of the edges."""
        return {
            "nodes": self.nodes,
            "places": [title for _, _, title in self.places],
            "relations": _packed(model.world.edges.relation[self.rows].astype(np.uint8)),
            "summarised": self.summarised,
            "families": len(self.families),
            "names": list(RELATION_NAMES),
        }

    def frame(self, model: OutcomeContractingModel, again: bool = False) -> dict[str, Any]:
        """What this month shows: trust on each edge, a state and a size for each node; ends of edges where any moved."""
        world = model.world
        edges = world.edges.view(np.ndarray)[self.rows]
        trust = np.where(edges["active"] == 1, np.floor(edges["trust"] * LEVELS + 0.5), NONE).astype(np.uint8)
        state, size = self._nodes(world)
        sent: dict[str, Any] = {"trust": _packed(trust), "state": _packed(state), "size": _packed(size)}
        structure = edges["source"].tobytes() + edges["target"].tobytes()
        if again or structure != self._seen:
            self._seen = structure
            sent["ends"] = _packed(np.maximum(0, self._ends(world)).astype(np.uint16))
        return sent

    def _nodes(self, world: Any) -> tuple[np.ndarray, np.ndarray]:
        """State and size of every node, as bytes."""
        state, size = np.zeros(len(self.nodes), np.uint8), np.full(len(self.nodes), 120, np.uint8)
        providers, families = provider_states(world), family_states(world)
        hours = world.providers.contract_hours
        most = max(1.0, float(hours.max()))
        investors, volunteers = set(active_rows(world, "investors")), set(active_rows(world, "volunteers"))
        groups, trusts = self._groups(world) if self.summarised else (None, None)
        for n, node in enumerate(self.nodes):
            kind, row = node["k"], node["r"]
            if kind in KINDS:
                state[n], size[n] = providers[row], int(60 + 190 * math.sqrt(max(0.0, float(hours[row])) / most))
            elif kind == "family":
                state[n], size[n] = families[row], int(250 * float(world.families.satisfaction[row]))
            elif kind == "investor":
                state[n] = row in investors
            elif kind == "volunteer":
                state[n] = row in volunteers
            elif kind == "group" and groups is not None and trusts is not None:
                state[n], size[n] = min(250, int(trusts[row])), min(255, int(groups[row]))
            else:
                state[n] = 1
        return state, size

    def _groups(self, world: Any) -> tuple[np.ndarray, np.ndarray]:
        """Families that each provider serves, and their mean trust in it (250 steps; 255 where it serves none)."""
        count = len(world.providers)
        enrolled = self.families[world.families.enrolled[self.families] == 1]
        served = np.bincount(world.families.main_provider[enrolled], minlength=count)
        first, end = world.relations.first[FAMILY_PROVIDER], world.relations.end[FAMILY_PROVIDER]
        edges = world.edges.view(np.ndarray)[first:end]
        there = edges["active"] == 1
        ties = np.bincount(edges["target"][there], minlength=count)
        trust = np.bincount(edges["target"][there], edges["trust"][there], minlength=count)
        mean = np.where(ties > 0, np.floor(LEVELS * trust / np.maximum(1, ties)), NONE)
        return served, mean


def provider_states(world: Any) -> np.ndarray:
    """What each provider is: not there, there, partner, or gone."""
    people = world.providers
    there = np.where(people.partner == 1, PARTNER, THERE)
    return np.where(people.active == 1, there, np.where(people.exited == 1, GONE, ABSENT)).astype(np.uint8)


def family_states(world: Any) -> np.ndarray:
    """What each family is: served, waiting, had its programme, or neither."""
    people = world.families
    outside = np.where(people.was_served == 1, LEFT, OUTSIDE)
    return np.where(people.enrolled == 1, SERVED, np.where(people.applied == 1, WAITING, outside)).astype(np.uint8)


def _packed(array: np.ndarray) -> str:
    """An array's bytes as text."""
    return base64.b64encode(np.ascontiguousarray(array).tobytes()).decode("ascii")
