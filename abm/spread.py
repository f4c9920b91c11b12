"""Threads over one world: what a stage does place by place is done in several ranges of places at a time.

Whatever such a stage writes belongs to a place: its people, their ties, its organisations, its own sums. No range writes what
another reads or writes, and every draw has the rows of the whole world as its key, so that neither the number of threads nor
who is done first can be seen in any bit of what comes out.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from concurrent.futures import Executor
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from abm.world import World

RANGES = 8  # for each thread, since places differ in size: whoever is done takes the next


def parts_of(world: World, threads: int) -> list[World]:
    """The same world several times, each for a range of localities, of about as many families as any other."""
    ends = world.localities["family_end"]
    wanted = np.linspace(0, ends[-1], RANGES * threads + 1)[1:-1]
    firsts = [0, *(int(row) for row in np.unique(np.searchsorted(ends, wanted)) if row > 0)]
    return [world._replace(part=np.array(part)) for part in zip(firsts, [*firsts[1:], len(ends)], strict=True)]


def spread(pool: Executor, work: Callable[[Any], Any], parts: Iterable[Any]) -> None:
    """Do a piece of work on all parts; afterwards all are done."""
    for _ in pool.map(work, parts):
        pass
