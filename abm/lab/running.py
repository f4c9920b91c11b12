"""Run one case under one design, or a whole experiment: what stands between a question and its results."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import Executor
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from abm.case import Case
from abm.config import (
    Change,
    ConfigError,
    Design,
    Experiment,
    Intervention,
    as_changes,
    as_interventions,
    changed_case,
    changed_design,
    check_changes,
    check_experiment,
    check_interventions,
    check_pair,
    load_case,
    load_design,
    load_experiment,
    unused_settings,
)
from abm.config.experiment import wrong_tables
from abm.design import GovernanceDesign
from abm.lab.agent_columns import check_tables
from abm.lab.agents import Recorder
from abm.lab.batches import How, Progress, run_batch
from abm.lab.dictionary import write_dictionary
from abm.lab.engines import Workforce, check_engine, open_engine
from abm.lab.result import Result
from abm.lab.results import Results
from abm.lab.run import prepare_engine, simulate
from abm.lab.workers import processors


def run(
    case: str | Path | Case,
    design: str | Path | Design | GovernanceDesign,
    seed: int = 1,
    months: int | None = None,
    settings: Mapping[str, Any] | None = None,
    changes: Iterable[Change | Mapping[str, Any]] = (),
    tables: Sequence[str] = (),
    interventions: Iterable[Intervention | Mapping[str, Any]] = (),
    threads: int = 1,
) -> Result:
    """Run one case under one design, each a preset's name, a path to a TOML file, or a value.

    `seed` is a whole number from 0, `months` the length (unless given, the case's calendar), `settings` changes single
    keys: `{"payment.outcome_share": 0.6, "case.families": 500}`. `changes` come in the course of the run, as values or tables:
    `{"month": 50, "who": "all", "set": {"control.audit": 0.3}}`. `tables` names tables of
    agents to record: providers, families, trust_edges, plans, money. `interventions` come in the same way as changes:
    `{"month": 50, "kind": "workshop", "who": "half", "strength": 0.5}` (`obc list interventions`). `threads` share the work
    place by place, which pays for a country; they change no number. Raises ConfigError for anything that cannot be run.
    """
    settings, changes, events = settings or {}, as_changes(changes), as_interventions(interventions)
    _check_whole("seed", seed, 0, 2**63 - 1)
    _check_whole("threads", threads, 1, 1024)
    if months is not None:
        _check_whole("months", months, 1, 2400)
    the_case = changed_case(load_case(case) if isinstance(case, str | Path) else case, settings)
    rules = load_design(design) if isinstance(design, str | Path) else design
    the_design = changed_design(Design(base=rules) if isinstance(rules, GovernanceDesign) else rules, settings)
    unused = unused_settings(the_design, settings)
    if unused:
        raise ConfigError(*(f"setting: {key}: {reason}" for key, reason in unused.items()))
    check_pair(the_case, the_design, months)
    check_changes(the_case, the_design, changes, [seed], months)
    check_interventions(the_case, events, months)
    wrong = wrong_tables(tables)
    if wrong:
        raise ConfigError(*wrong)
    check_tables(tables, the_case, months)
    prepare_engine(len(the_case.domains))
    recorder = Recorder(tables, the_case) if tables else None
    world = simulate(the_case, the_design, seed, months, changes, recorder, events, threads)
    return Result(the_case, the_design, seed, world, changes, recorder.tables(world) if recorder else {}, events)


def batch(
    experiment: str | Path | Experiment,
    workers: int | None = None,
    out: str | Path | None = None,
    fresh: bool = False,
    progress: Progress | None = None,
    engine: str = "local",
    scheduler: str | None = None,
    executor: Executor | None = None,
    limit: float | None = None,
) -> Results:
    """Run every arm of an experiment under every seed; all of it is kept in `results/<name>`, or the folder `out`.

    Unless the experiment says `twins = false`, the block twin of each arm is run too, once where several are the same.
    What the folder holds already is not run again: an interrupted batch goes on where it stopped, and seeds, designs,
    cases or values of factors may be added. A folder with results of anything that is no more asked for, or of other
    code, is refused, or replaced with `fresh`. A run that fails is a row whose status says why.

    `workers` is the number of processes (unless given, the processors there are). `engine` is local, dask (with the
    address of a `scheduler`, or a cluster on this machine) or mpi; any `executor` of `concurrent.futures` will do
    instead. None of them changes a number in the results. `limit` is the longest that a run may take, in seconds.
    `progress(over, planned, failed)` is called after each run. Raises ConfigError for input that cannot be run, and
    EngineLost where the engine ends before the work does; what is done by then is kept.
    """
    check_engine(engine, scheduler)
    with ExitStack() as stack:
        force = None if executor is None else Workforce(executor, workers or processors())
        if engine == "mpi" and force is None:  # the other ranks wait for the first: before anything can go wrong
            force = stack.enter_context(open_engine(engine))
        if isinstance(experiment, str | Path):
            experiment = load_experiment(experiment)
        else:
            check_experiment(experiment)
        if workers is not None:
            _check_whole("workers", workers, 1, 4096)
        if limit is not None and not 0.0 < limit < math.inf:
            raise ConfigError(f"limit: expected seconds above 0, got {limit!r}")
        folder = Path(out) if out is not None else Path("results") / experiment.name
        how = How(workers or processors(), "executor" if executor else engine, scheduler, limit, force)
        run_batch(experiment, folder, how, fresh, progress)
    results = Results.load(folder)
    write_dictionary(folder, results.manifest)
    return results


def _check_whole(name: str, value: Any, low: int, high: int) -> None:
    """Raise ConfigError unless a value is a whole number in [low, high]."""
    if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
        raise ConfigError(f"{name}: expected a whole number from {low:,} to {high:,}, got {value!r}")
