"""Parts of one world: ranges of places that a month is worked in, one after another or several at a time.

Whatever works place by place writes what belongs to its place: its people, their ties, its organisations, its own sums. No part
writes what another reads or writes, and every draw has the rows of the whole world as its key, so that neither the parts, nor
the number of threads, nor who is done first can be seen in any bit of what comes out. Only the ledger has accounts and flows of
all places together: where several threads work, each group of parts moves money in a ledger of its own, and whole cents add up
to the same in any order.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from abm.world import World

FAMILIES = 1500  # of a part, about: what belongs to them stays in the processor's cache from one stage to the next
GROUPS = 8  # for each thread, since places differ: whoever is done takes the next


def parts_of(world: World) -> list[World]:
    """The same world several times, each for a range of localities that have about `FAMILIES` families."""
    ends = world.localities["family_end"]
    wanted = np.arange(FAMILIES, ends[-1], FAMILIES)
    firsts = [0, *(int(row) for row in np.unique(np.searchsorted(ends, wanted)) if 0 < row < len(ends))]
    return [world._replace(part=np.array(part)) for part in zip(firsts, [*firsts[1:], len(ends)], strict=True)]


class Group:
    """Parts that are worked one after another, with a ledger of their own where other groups are at work too."""

    def __init__(self, parts: list[World], alone: bool) -> None:
        self._whole = parts[0]
        self._alone = alone
        if not alone:
            ledger = {"balances": self._whole.balances.copy(), "flows": np.zeros_like(self._whole.flows)}
            parts = [part._replace(**ledger) for part in parts]
        self.parts = parts

    def begin(self) -> None:
        """Take over the balances, before a month's work."""
        if not self._alone:
            self._before = self._whole.balances.copy()
            self.parts[0].balances[:] = self._before

    def work(self, stages: Iterable[Callable[[World], Any]]) -> None:
        """Do all of these stages in each part, before the next part."""
        for part in self.parts:
            for stage in stages:
                stage(part)

    def end(self) -> None:
        """Enter what was moved into the world's ledger, after a month's work."""
        if not self._alone:
            month, own = int(self._whole.clock[0].month), self.parts[0]
            self._whole.balances[:] += own.balances - self._before
            self._whole.flows[month] += own.flows[month]
            own.flows[month] = 0


def groups_of(world: World, threads: int) -> list[Group]:
    """The parts of a world in groups, of which each thread takes one at a time."""
    parts = parts_of(world)
    count = min(len(parts), 1 if threads == 1 else GROUPS * threads)
    bounds = [len(parts) * n // count for n in range(count + 1)]
    return [Group(parts[first:end], count == 1) for first, end in pairwise(bounds)]
