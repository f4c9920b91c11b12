"""Running: one world, or an arm of an experiment under some seeds, which is what workers do (`abm.lab.engines`)."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from abm.case import Case
from abm.lab.agents import Recorder
from abm.lab.plan import DONE, Asked, Run, values_at_end
from abm.metrics import METRICS

if TYPE_CHECKING:
    from abm.config import Arm, Change, Design, Intervention
    from abm.world import World


def simulate(
    case: Case,
    design: Design,
    seed: int,
    months: int | None = None,
    changes: Sequence[Change] = (),
    watch: Callable[[World], None] | None = None,
    interventions: Sequence[Intervention] = (),
    threads: int = 1,
) -> World:
    """The world after a whole run (the case's calendar unless `months` is given); its series has every month.

    Dated `changes` and `interventions` come on the way. `watch` is called with the world at its start and after each month, and
    may only look. `threads` share the work of the run, place by place; not a bit of it is another. Raises ConfigError for
    changes and interventions that cannot come in this run.
    """
    from abm.config import check_interventions, steps, treated_places, treated_units
    from abm.engine import run_months
    from abm.world import new_world, refill, with_interventions

    ahead = steps(case, design, changes, treated_places(case, changes, seed), months)
    check_interventions(case, interventions, months)
    world, over, before = new_world(case, design, seed, months, threads), 0, design
    world = with_interventions(world, interventions, treated_units(case, interventions, seed))
    if watch:
        watch(world)

    def go_on(count: int) -> None:
        for part in [count] if watch is None else [1] * count:
            run_months(world, part, threads)
            if watch:
                watch(world)

    for step in ahead:
        go_on(step.month - 1 - over)
        refill(world, step.case, step.design, before)
        over, before = step.month - 1, step.design
    go_on((case.calendar.months if months is None else months) - over)
    return world


def prepare_engine(domains: int, here: bool = True) -> None:
    """Compile the model for cases with this many domains, or load it; says so on standard error where that takes long.

    Where runs are done in processes of their own, not `here`, a model that is compiled already need not be loaded (200 MB).
    """
    from abm.compiled import JIT, warm

    compiled = warm(domains).exists() or not JIT
    if compiled and not here:
        return
    from abm.engine import compile_engine

    if compiled:
        compile_engine(domains)
        return
    from rich.console import Console

    console = Console(stderr=True)
    words = "compiling the model, once: this takes half a minute to a minute …"
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
    return series.view(np.float64).reshape(len(series), len(METRICS)).copy()  # as numbers it is copied quicker


WHOLE = Asked()  # the case's calendar, the whole series, no tables


def simulate_unit(number: int, arm: Arm, seeds: Sequence[int], asked: Asked = WHOLE) -> list[Run]:
    """Runs of the arm of that number; what goes wrong in a run stops no other."""
    runs = []
    for seed in seeds:
        tables = asked.tables_of(seed)
        try:
            recorder = Recorder(tables, arm.case) if tables else None
            watch = _watch(recorder, asked.seconds)
            world = simulate(arm.case, arm.design, seed, asked.months, arm.changes, watch, arm.interventions)
            matrix, recorded = as_matrix(world.series), recorder.tables(world) if recorder else {}
            runs.append(Run(number, seed, DONE, asked.of_series(matrix), values_at_end(matrix, arm.case), recorded))
        except TimeLimit:
            runs.append(Run(number, seed, failure(f"time limit of {asked.seconds:g} s"), None, None))
        except (Exception, SystemExit) as error:  # whatever it is, it is this run's
            runs.append(Run(number, seed, failure(reason_of(error)), None, None))
    return runs


class TimeLimit(Exception):
    """A run that took longer than it may."""


def _watch(recorder: Recorder | None, seconds: float | None) -> Callable[[World], None] | None:
    """What looks at the world after each month: the recorder of tables, and the clock where time is limited."""
    if seconds is None:
        return recorder
    until = time.monotonic() + seconds

    def watch(world: World) -> None:
        if recorder is not None:
            recorder(world)
        if time.monotonic() > until:
            raise TimeLimit

    return watch


def reason_of(error: BaseException) -> str:
    """What an error says, with its kind; some cannot even say it."""
    try:
        return f"{type(error).__name__}: {error}"
    except Exception:
        return type(error).__name__


def failure(reason: str) -> str:
    """The status of a run that failed: one line."""
    return "failed: " + " ".join(reason.split())[:300]


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
