"""What a batch is to do, and what a run leaves."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from abm.case import Case
from abm.metrics import METRICS, at_end

if TYPE_CHECKING:
    import pyarrow as pa

    from abm.config import Arm

DONE = "done"  # the status of a run that came to its end; any other begins with "failed: " and says why


class Run(NamedTuple):
    """A run that is over: its place in the plan, how it ended, months × metrics, metrics at the end, tables of agents."""

    arm: int
    seed: int
    status: str
    series: np.ndarray | None
    at_end: np.ndarray | None
    tables: Mapping[str, pa.Table] = MappingProxyType({})


def values_at_end(matrix: np.ndarray, case: Case) -> np.ndarray:
    """Each metric at the end of a run given as months × metrics."""
    found = at_end({metric.name: matrix[:, place] for place, metric in enumerate(METRICS)}, case)
    return np.array([found[metric.name] for metric in METRICS])


@dataclass(frozen=True)
class Plan:
    """What a folder is to hold: every arm under every seed, and the block twin of each.

    `further` are the arms that are run for twins alone; their numbers follow those of `arms`. `twin_of` has for each arm
    the number of its twin, and is empty where there are to be none. `tables` are the tables of agents that are kept.
    """

    factors: tuple[str, ...]
    arms: Sequence[Arm]
    seeds: tuple[int, ...]
    metrics: tuple[str, ...]
    further: Sequence[Arm] = ()
    twin_of: Sequence[int] = ()
    tables: tuple[str, ...] = ()

    @property
    def keys(self) -> tuple[str, ...]:
        """Columns that name a run, in the order by which tables are sorted."""
        return ("case", "design", *self.factors, "seed")

    @cached_property
    def all_arms(self) -> list[Arm]:
        """All that is run for every seed."""
        return [*self.arms, *self.further]

    @property
    def runs(self) -> int:
        """How many runs there are, those of twins included."""
        return len(self.all_arms) * len(self.seeds)

    @cached_property
    def columns(self) -> dict[str, list[Any]]:
        """Case, design and factors of all arms, column by column; a factor of mixed kinds is kept as text."""
        found: dict[str, list[Any]] = {
            "case": [arm.case.name for arm in self.all_arms], "design": [arm.design.name for arm in self.all_arms]
        }  # fmt: skip
        for factor in self.factors:
            values = [arm.factors[factor] for arm in self.all_arms]
            numbers = all(isinstance(value, int | float) and not isinstance(value, bool) for value in values)
            alike = numbers or len({type(value) for value in values}) == 1
            found[factor] = values if alike else [str(value) for value in values]
        return found
