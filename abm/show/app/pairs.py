"""Thirty paired runs of two arms in processes of their own, one batch after the other, while the pages go on."""

from __future__ import annotations

import contextlib
import os
import threading
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from abm.config import ConfigError
from abm.lab.compare import half_width
from abm.lab.plan import DONE, Run
from abm.lab.run import prepare_worker, simulate_unit
from abm.lab.workers import LocalWorkers, processors
from abm.metrics import METRICS
from abm.show.app.panels import short

if TYPE_CHECKING:
    from abm.config import Arm
    from abm.show.app.setup import Setup

SEEDS = 30
CHUNK = 3  # seeds in a unit of work: progress is told after each
MOST_WAITING = 20
SHOWN = (  # metrics whose bands are sent
    "trust_mean", "trust_family_provider", "trust_provider_commissioner", "trust_provider_provider", "wellbeing_mean",
    "quality_of_life", "attributable_gain", "wellbeing_measured", "wellbeing_unmeasured", "service_quality", "satisfaction",
    "integration", "mission_drift", "marketisation", "bureaucratisation", "gaming", "access_gap", "engagement", "fatigue",
    "liquidity", "families_served", "families_waiting", "spend_public", "outcome_payments", "payment_error",
)  # fmt: skip


@dataclass(eq=False)
class Job:
    """A batch: the arms, and whom to tell."""

    setup: Setup
    arms: tuple[Arm, Arm]
    tell: Callable[[Any], None]
    seeds: tuple[int, ...]
    stopped: bool = False
    found: dict[tuple[int, int], Run] = field(default_factory=dict)


class Pairs:
    """The queue of batches, and the workers that all of them share."""

    def __init__(self) -> None:
        self._waiting: deque[Job] = deque()
        self._changed = threading.Condition()
        self._thread: threading.Thread | None = None
        self._workers: LocalWorkers | None = None

    def start(self, setup: Setup, a: Arm, b: Arm, tell: Callable[[Any], None]) -> Job:
        """Queue a batch under the seed of the setup and those after it. Raises ConfigError where too many wait."""
        if (a.case, a.design, a.changes, a.interventions) == (b.case, b.design, b.changes, b.interventions):
            raise ConfigError(
                "both designs come to the same here, so there is nothing to compare: choose another one beside"
            )
        job = Job(setup, (a, b), tell, tuple(range(setup.seed, setup.seed + SEEDS)))
        with self._changed:
            if len(self._waiting) >= MOST_WAITING:
                raise ConfigError("too many comparisons are waiting; try again in a minute")
            self._waiting.append(job)
            ahead = len(self._waiting) - 1
            if self._thread is None:
                self._thread = threading.Thread(target=self._work, daemon=True)
                self._thread.start()
            self._changed.notify()
        tell({"done": 0, "of": 2 * SEEDS, "ahead": ahead})
        return job

    def drop(self, job: Job | None) -> None:
        """A batch that nobody waits for any more."""
        if job is not None:
            job.stopped = True

    def _work(self) -> None:
        while True:
            with self._changed:
                while not self._waiting:
                    self._changed.wait()
                job = self._waiting.popleft()
            if job.stopped:
                continue
            try:
                self._run(job)
            except Exception as error:  # told to the one who asked; the next batch is another's
                with contextlib.suppress(Exception):
                    job.tell({"failed": f"{type(error).__name__}: {error}"[:300]})

    def _run(self, job: Job) -> None:
        """Do a batch, telling how far it is, and then what came out."""
        if self._workers is None:
            self._workers = LocalWorkers(max(1, processors() - 1), _politely)
        units = [(arm, job.seeds[n : n + CHUNK]) for n in range(0, SEEDS, CHUNK) for arm in (0, 1)]
        ahead = deque(units)
        running: deque[Future] = deque()
        while ahead or running:
            while ahead and len(running) < processors():
                arm, seeds = ahead.popleft()
                running.append(self._workers.submit(simulate_unit, arm, job.arms[arm], seeds))
            for run in running.popleft().result():
                if run.status != DONE:
                    raise RuntimeError(f"seed {run.seed}: {run.status}")
                job.found[run.arm, run.seed] = run
            if job.stopped:
                for future in running:
                    future.cancel()
                return
            job.tell({"done": len(job.found), "of": 2 * SEEDS, "ahead": 0})
        job.tell(summary(job.found, job.seeds) | {"done": 2 * SEEDS, "of": 2 * SEEDS})


def _politely() -> None:
    """What a worker does first: give way to the pages, and load the engine."""
    with contextlib.suppress(OSError, AttributeError):
        os.nice(10)
    prepare_worker()


def summary(found: dict[tuple[int, int], Run], seeds: tuple[int, ...]) -> dict[str, Any]:
    """By month the middle 80 % of the runs of both arms and the 95 % interval of their paired difference; values at the end."""
    at = {metric.name: n for n, metric in enumerate(METRICS)}
    a, b = (np.stack([np.asarray(found[arm, seed].series) for seed in seeds]) for arm in (0, 1))
    bands = {}
    for name in SHOWN:
        x, y = a[:, :, at[name]], b[:, :, at[name]]
        bands[name] = {"a": _spread(x), "b": _spread(y), "d": _interval(x - y)}
    ends = [np.array([found[arm, seed].at_end for seed in seeds], float) for arm in (0, 1)]
    table = []
    for name in SHOWN:
        x, y = ends[0][:, at[name]], ends[1][:, at[name]]
        both = (x == x) & (y == y)
        if both.any():
            gap = x[both] - y[both]
            half = half_width(gap)
            mean = float(gap.mean())
            row = [float(x[both].mean()), float(y[both].mean()), mean, mean - half, mean + half]
            table.append([name, *(short(one) for one in row), int(both.sum())])
    return {"bands": bands, "table": table, "seeds": [str(seeds[0]), str(seeds[-1])]}


Band = list[list[float | None]]  # mean, low and high of each month


def _spread(values: np.ndarray) -> Band:
    """Mean by month over the runs that have a value, and between what the middle 80 % of them lie."""
    found: Band = []
    for column in values.T:
        there = column[column == column]
        ends = np.quantile(there, (0.1, 0.9)) if len(there) else (np.nan, np.nan)
        found.append([short(float(there.mean()) if len(there) else np.nan), *(short(float(end)) for end in ends)])
    return found


def _interval(values: np.ndarray) -> Band:
    """Mean by month over the runs that have a value, and its 95 % interval."""
    found: Band = []
    for column in values.T:
        there = column[column == column]
        mean = float(there.mean()) if len(there) else np.nan
        half = half_width(there)
        found.append([short(mean), short(mean - half), short(mean + half)])
    return found


PAIRS = Pairs()
