"""Running: one world, or every arm of an experiment under every seed, here or on an executor.

Whatever has the interface of `concurrent.futures.Executor` can do the runs; the order and place of a run cannot change
its numbers. A unit of work is one arm with a few seeds, so that a message costs little beside the work it asks for.
"""

from __future__ import annotations

import math
import sys
from collections import Counter, deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Executor, Future, wait
from typing import TYPE_CHECKING, Any

import numpy as np

from abm.case import Case
from abm.lab.agents import Recorder
from abm.lab.plan import DONE, Run, values_at_end
from abm.lab.workers import LocalWorkers, WorkerDied
from abm.metrics import METRICS

if TYPE_CHECKING:
    from abm.config import Arm, Change, Design, Intervention
    from abm.world import World

CHUNK = 8  # most seeds in a unit of work
AHEAD = 2  # units of work handed out for each worker, so that none waits for the next
RETRIES = 2  # further attempts at a run whose process died

Unit = tuple[int, tuple[int, ...]]  # number of an arm, seeds


def simulate(
    case: Case,
    design: Design,
    seed: int,
    months: int | None = None,
    changes: Sequence[Change] = (),
    watch: Callable[[World], None] | None = None,
    interventions: Sequence[Intervention] = (),
) -> World:
    """The world after a whole run (the case's calendar unless `months` is given); its series has every month.

    Dated `changes` and `interventions` come on the way. `watch` is called with the world at its start and after each month, and
    may only look. Raises ConfigError for changes and interventions that cannot come in this run.
    """
    from abm.config import check_interventions, steps, treated_places, treated_units
    from abm.engine import run_months
    from abm.world import new_world, refill, with_interventions

    ahead = steps(case, design, changes, treated_places(case, changes, seed), months)
    check_interventions(case, interventions, months)
    world, over, before = new_world(case, design, seed, months), 0, design
    world = with_interventions(world, interventions, treated_units(case, interventions, seed))
    if watch:
        watch(world)

    def go_on(count: int) -> None:
        for part in [count] if watch is None else [1] * count:
            run_months(world, part)
            if watch:
                watch(world)

    for step in ahead:
        go_on(step.month - 1 - over)
        refill(world, step.case, step.design, before)
        over, before = step.month - 1, step.design
    go_on((case.calendar.months if months is None else months) - over)
    return world


def prepare_engine(domains: int) -> None:
    """Compile the model for cases with this many domains, or load it; says so on standard error where that takes long."""
    from abm.compiled import JIT, warm
    from abm.engine import compile_engine

    if warm(domains).exists() or not JIT:
        compile_engine(domains)
        return
    from rich.console import Console

    console = Console(stderr=True)
    words = "compiling the model, once: this takes a minute or two …"
    if not console.is_terminal:
        console.print(words)
    with console.status(words):
        compile_engine(domains)


def prepare_worker() -> None:
    """What a worker does before its first run: load the engine, whose compiled stages are read when first used."""
    import gc

    import abm.engine  # noqa: F401

    gc.freeze()  # what was imported stays; the collector need not look at it again and again


def as_matrix(series: np.ndarray) -> np.ndarray:
    """A series (a record a month) as months × metrics."""
    return np.array(series).view(np.float64).reshape(len(series), len(METRICS))


def simulate_unit(
    number: int, arm: Arm, months: int | None, seeds: Sequence[int], tables: Sequence[str] = ()
) -> list[Run]:
    """Runs of the arm of that number, with these tables of agents; what goes wrong in a run stops no other."""
    runs = []
    for seed in seeds:
        try:
            recorder = Recorder(tables, arm.case) if tables else None
            world = simulate(arm.case, arm.design, seed, months, arm.changes, recorder, arm.interventions)
            matrix, recorded = as_matrix(world.series), recorder.tables(world) if recorder else {}
            runs.append(Run(number, seed, DONE, matrix, values_at_end(matrix, arm.case), recorded))
        except Exception as error:  # whatever it is, it is this run's
            runs.append(Run(number, seed, failure(f"{type(error).__name__}: {error}"), None, None))
    return runs


def failure(reason: str) -> str:
    """The status of a run that failed: one line."""
    return "failed: " + " ".join(reason.split())[:300]


def units(missing: Sequence[tuple[int, int]], workers: int) -> list[Unit]:
    """Missing runs in units of one arm and a few neighbouring seeds, small enough that all workers end together."""
    size = max(1, min(CHUNK, math.ceil(len(missing) / (4 * workers))))
    by_arm: dict[int, list[int]] = {}
    for arm, seed in missing:
        by_arm.setdefault(arm, []).append(seed)
    longest = max(map(len, by_arm.values()), default=0)
    return [
        (arm, tuple(seeds[start : start + size]))
        for start in range(0, longest, size) for arm, seeds in by_arm.items() if seeds[start : start + size]
    ]  # fmt: skip


def execute(
    arms: Sequence[Arm],
    missing: Sequence[tuple[int, int]],
    months: int | None,
    workers: int,
    tables: Mapping[int, Sequence[str]] | None = None,
) -> Iterator[Run]:
    """Do the missing runs, as (number of the arm, seed), and yield each as it ends, in no particular order.

    `tables` says for which arms which tables of agents are recorded.
    One worker is this process itself; more are processes of their own, ended with the iterator. The model must be
    compiled before (`prepare_engine`), or each worker would do it.
    """
    if workers == 1:
        for arm, seed in missing:
            yield from simulate_unit(arm, arms[arm], months, [seed], (tables or {}).get(arm, ()))
        return
    executor = LocalWorkers(workers, prepare_worker)
    try:
        yield from on_executor(executor, arms, units(missing, workers), months, workers * AHEAD, tables)
    finally:
        executor.shutdown(cancel_futures=True)


def on_executor(
    executor: Executor,
    arms: Sequence[Arm],
    work: Sequence[Unit],
    months: int | None,
    most: int,
    tables: Mapping[int, Sequence[str]] | None = None,
) -> Iterator[Run]:
    """Hand out at most `most` units at a time and yield their runs.

    A unit whose process died is done again run by run, as it is not known which run it was; a run is given up when its
    process has died three times.
    """
    waiting, deaths = deque(work), Counter[tuple[int, int]]()
    running: dict[Future[list[Run]], Unit] = {}
    while waiting or running:
        while waiting and len(running) < most:
            arm, seeds = waiting.popleft()
            asked = (tables or {}).get(arm, ())
            future = executor.submit(simulate_unit, arm, arms[arm], months, seeds, tables=asked)
            running[future] = (arm, seeds)
        for future in wait(running, return_when=FIRST_COMPLETED).done:
            arm, seeds = running.pop(future)
            try:
                yield from future.result()
            except WorkerDied as death:
                for seed in seeds:
                    deaths[arm, seed] += 1
                    if deaths[arm, seed] > RETRIES:
                        yield Run(arm, seed, failure(f"{death}, {deaths[arm, seed]} times"), None, None)
                    else:
                        waiting.appendleft((arm, (seed,)))


def versions() -> dict[str, str]:
    """Versions of what the numbers come from."""
    from importlib.metadata import PackageNotFoundError, version

    found: dict[str, Any] = {"python": ".".join(map(str, sys.version_info[:3]))}
    for package in ("obc-abm", "numpy", "numba", "mesa", "pyarrow"):
        try:
            found[package] = version(package)
        except PackageNotFoundError:  # run from a checkout
            found[package] = "not installed"
    return found
