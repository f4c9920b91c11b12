"""What a batch is to do, and what a run leaves."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from abm.case import Case
from abm.config.keep import Keep
from abm.lab.twins import what_acts
from abm.metrics import METRICS, at_end

if TYPE_CHECKING:
    import pyarrow as pa

    from abm.config import Arm

DONE = "done"  # the status of a run that came to its end; any other begins with "failed: " and says why
ALL = Keep()  # whole series of all metrics, and all tables of agents that are asked for
WORDS = {"title", "description"}  # of a case or a design: what no run depends on


class Run(NamedTuple):
    """A run that is over: its place in the plan, how it ended, and what is kept of it.

    `series` is months × metrics, `at_end` each metric at the end; a run that failed has neither.
    """

    arm: int
    seed: int
    status: str
    series: np.ndarray | None
    at_end: np.ndarray | None
    tables: Mapping[str, pa.Table] | None = None


class Asked(NamedTuple):
    """What is asked of a run: its length, tables of agents and the seeds that keep them, what is kept of its series.

    `seconds` is the longest that it may take, where the engine itself does not see to that.
    """

    months: int | None = None
    tables: tuple[str, ...] = ()
    sampled: frozenset[int] | None = None
    keep: Keep | None = ALL
    seconds: float | None = None

    def tables_of(self, seed: int) -> tuple[str, ...]:
        """The tables of agents that a run records."""
        return self.tables if self.sampled is None or seed in self.sampled else ()

    def of_series(self, matrix: np.ndarray) -> np.ndarray | None:
        """What is kept of months × metrics; of twins' runs nothing."""
        if self.keep is None:
            return None
        if self.keep.every > 1:
            matrix = matrix[self.keep.months(len(matrix) - 1)]
        if self.keep.metrics:
            matrix = matrix[:, [PLACE[name] for name in self.keep.metrics]]
        return np.ascontiguousarray(matrix)


PLACE = {metric.name: place for place, metric in enumerate(METRICS)}


def values_at_end(matrix: np.ndarray, case: Case) -> np.ndarray:
    """Each metric at the end of a run given as months × metrics."""
    found = at_end({metric.name: matrix[:, place] for place, metric in enumerate(METRICS)}, case)
    return np.array([found[metric.name] for metric in METRICS])


@dataclass(frozen=True)
class Plan:
    """What a folder is to hold: every arm under every seed, and the block twin of each.

    `further` are the arms that are run for twins alone; their numbers follow those of `arms`. `twin_of` has for each arm
    the number of its twin, and is empty where there are to be none. `tables` are the tables of agents that are kept,
    `keep` says how much of them and of the series; `code` is the hash of the model's sources.
    """

    factors: tuple[str, ...]
    arms: Sequence[Arm]
    seeds: tuple[int, ...]
    metrics: tuple[str, ...]
    further: Sequence[Arm] = ()
    twin_of: Sequence[int] = ()
    tables: tuple[str, ...] = ()
    months: int | None = None
    keep: Keep = ALL
    code: str = ""

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
    def series_metrics(self) -> tuple[str, ...]:
        """The metrics whose series are kept."""
        return self.keep.metrics or self.metrics

    @cached_property
    def sampled(self) -> frozenset[int]:
        """The seeds whose tables of agents are kept."""
        return self.keep.sampled(self.seeds)

    def asked(self, arm: int, seconds: float | None = None) -> Asked:
        """What is asked of the runs of an arm; those of twins leave a row alone."""
        if arm >= len(self.arms):
            return Asked(self.months, keep=None, seconds=seconds)
        return Asked(self.months, self.tables, self.sampled, self.keep, seconds)

    def kept_months(self, arm: int) -> list[int]:
        """The months in the series of an arm's runs."""
        return self.keep.months(self.months or self.arms[arm].case.calendar.months)

    @cached_property
    def arm_keys(self) -> list[str]:
        """For each arm the hash of all that its runs depend on but the seed: with that, the key of a run.

        It goes by content, so it stays the same when arms, seeds or twins are added, or a title changes.
        """
        own = [
            [
                arm.case.model_dump(mode="json", exclude=WORDS),
                arm.design.model_dump(mode="json", exclude={"base": WORDS}),
                arm.factors,
                *(one.model_dump(mode="json") for one in (*arm.changes, *arm.interventions)),
            ]
            for arm in self.arms
        ]
        parts: list[list[Any]] = [*own, *(["twin", *what_acts(arm)] for arm in self.further)]
        texts = (json.dumps([self.code, self.months, self.metrics, part], sort_keys=True) for part in parts)
        return [hashlib.sha256(text.encode()).hexdigest()[:24] for text in texts]

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
