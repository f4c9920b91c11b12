"""An imported network as part of a case: who its nodes are among the model's agents, and which ties they have."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping

from pydantic import Field

from abm.declare import Part

REGION = "region"  # what relations call the commissioner above a place, and its name where a case says none
SHOWN = 20  # errors of one network that are told in full


class ImportedNetwork(Part):
    """Ties of an empirical graph. Made by `abm.network.from_networkx` or read from a file, and checked there."""

    source: str = Field(description="the file that they came from, or 'networkx'")
    nodes: tuple[tuple[str, str, str, int], ...] = Field(
        description="name in the graph, kind, locality, number from 1 within kind and place"
    )
    ties: tuple[tuple[str, int, int, float | None, float | None, float | None], ...] = Field(
        description="relation, positions of source and target in nodes, trust, certainty, joint hours a month"
    )


def misfits(
    network: ImportedNetwork,
    counts: Mapping[tuple[str, str], int],
    relations: Iterable[str],
    slots: Mapping[str, int],
) -> list[str]:
    """What keeps a network from being laid over a case, a sentence each.

    `counts` says how many of a kind a place has, `slots` how many ties of a relation a family can have.
    """
    found, known = [], set(relations)
    for name, kind, locality, number in network.nodes:
        if not 1 <= number <= counts.get((kind, locality), 0):
            there = f"{locality!r} has {counts.get((kind, locality), 0):,} of that kind"
            found.append(f"node {name!r}: number {number:,} of kind {kind!r}, but {there}")
    taken: Counter[tuple[str, int]] = Counter()
    for relation, source, target, *_ in network.ties:
        if relation not in known or not (0 <= source < len(network.nodes) and 0 <= target < len(network.nodes)):
            found.append(
                f"a tie of relation {relation!r} from node {source} to node {target} has no such relation or node"
            )
        else:
            taken[relation, source] += 1
    for (relation, source), number in taken.items():
        if number > slots.get(relation, number):
            other, key = ("provider", "known_providers") if relation == "family_provider" else ("family", "peers")
            room = f"family.{key} is {slots[relation]}"
            found.append(f"node {network.nodes[source][0]!r}: {number} ties to a {other}, but {room}")
    return found


def shortened(errors: list[str]) -> list[str]:
    """The first errors, and how many more there are."""
    more = len(errors) - SHOWN
    return errors if more <= 1 else [*errors[:SHOWN], f"and {more:,} more of that sort"]
