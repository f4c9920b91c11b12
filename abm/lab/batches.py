"""From an experiment to a finished results folder."""

from __future__ import annotations

import gc
import platform
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

from abm.config import Experiment, resolved
from abm.lab.agent_columns import check_tables
from abm.lab.engines import Workforce, execute, open_engine
from abm.lab.manifest import code_hash
from abm.lab.plan import Plan, Run
from abm.lab.run import prepare_engine, versions
from abm.lab.store import Store
from abm.lab.twins import twins_of
from abm.metrics import METRICS

Progress = Callable[[int, int, int], None]  # runs over so far, runs in all, failed so far


class How(NamedTuple):
    """How runs are done, which changes no number; `limit` is in seconds a run. `force` is there where it is open already."""

    workers: int
    engine: str = "local"
    scheduler: str | None = None
    limit: float | None = None
    force: Workforce | None = None


def run_batch(experiment: Experiment, folder: Path, how: How, fresh: bool, progress: Progress | None) -> None:
    """Run what a folder lacks of a checked experiment, and finish it; see `abm.lab.running.batch`."""
    plan = plan_of(experiment)
    for arm in plan.arms if experiment.tables else ():
        check_tables(experiment.tables, arm.case, experiment.months, how.workers)
    with _loaded_set_aside(), Store(folder, plan, description(experiment, plan), fresh=fresh) as store:
        missing = store.missing()
        if missing:
            count = min(how.workers, len(missing))
            for domains in {len(case.domains) for case in experiment.cases}:
                prepare_engine(domains, here=count == 1)
            about = {"engine": how.engine, "workers": how.force.slots if how.force else how.workers}
            store.begin({"started": now(), "machine": platform.platform(), **about})
            opened = (
                open_engine(how.engine, count, how.scheduler, how.limit)
                if how.force is None
                else nullcontext(how.force)
            )
            with opened as force:
                _keep(store, execute(force, plan, missing, how.limit), len(missing), progress)
        if not store.complete:
            store.finish(now())


@contextmanager
def _loaded_set_aside() -> Iterator[None]:
    """Keep Python's collector from going through all that is loaded already, which takes it longer than a run each time."""
    ours = gc.get_freeze_count() == 0
    gc.freeze()
    try:
        yield
    finally:
        if ours:
            gc.unfreeze()


def _keep(store: Store, runs: Iterator[Run | None], missing: int, progress: Progress | None) -> None:
    """Keep the runs as they end, and tell of each."""
    planned = store.plan.runs
    over = planned - missing
    if progress:
        progress(over, planned, 0)
    for one in runs:
        if one is None:
            store.flush_if_due()
            continue
        store.add(one)
        over += 1
        if progress:
            progress(over, planned, len(store.failed))


def plan_of(experiment: Experiment) -> Plan:
    """What an experiment's folder is to hold."""
    arms = list(experiment.arms())
    further, twin_of = twins_of(arms) if experiment.twins else ([], [])
    metrics = tuple(metric.name for metric in METRICS)
    return Plan(
        experiment.varied, arms, experiment.seeds, metrics, further, twin_of, experiment.tables,
        experiment.months, experiment.keep, code_hash(),
    )  # fmt: skip


def description(experiment: Experiment, plan: Plan) -> dict[str, Any]:
    """What a manifest says of a batch: all that its numbers depend on, and where and when it ran."""
    return {
        "configuration": resolved(experiment),
        "code": plan.code,
        "arms": plan.arm_keys,
        "own_arms": len(plan.arms),
        "twins": _named(plan),
        "versions": versions(),
        "metrics": [
            {
                "name": m.name,
                "group": m.group,
                "unit": m.unit,
                "meaning": m.meaning,
                "direction": m.direction,
                "at_end": m.at_end,
            }
            for m in METRICS
        ],
        "machine": platform.platform(),
        "started": now(),
    }


def _named(plan: Plan) -> list[dict[str, Any]]:
    """The twins that are no arms of the experiment: number, case, design, and the factors of the first arm they serve."""
    first = len(plan.arms)
    return [
        {"twin": first + place, "case": arm.case.name, "design": arm.design.name, "factors": arm.factors}
        for place, arm in enumerate(plan.further)
    ]


def now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
