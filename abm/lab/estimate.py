"""What an experiment would take: how many runs, how long, how large. Measured by a few real runs; nothing is written."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from abm.config import Experiment, scaled
from abm.config.toml_file import ConfigError
from abm.lab.batches import plan_of
from abm.lab.columns import OF_RUNS, key_columns, metric_columns, part_tables
from abm.lab.plan import DONE, Plan, Run
from abm.lab.run import prepare_engine, simulate_unit

if TYPE_CHECKING:
    from abm.config import Arm

TRIED = 3  # arms of each case whose runs are measured
RUNS = 3  # of each of them
LARGEST = 3000  # families of a measured run; a larger case is measured by a smaller copy, and its time scaled
START = 4.0  # seconds until a worker has loaded the compiled model
KEEPING = 0.0005  # seconds for which one run's results keep the parent at work


class Estimate(NamedTuple):
    """How many runs of what, how many seconds on so many workers, and how many bytes at the end."""

    arms: int
    twins: int
    seeds: int
    workers: int
    seconds: float
    size: float
    tried: int

    @property
    def runs(self) -> int:
        """All of them."""
        return (self.arms + self.twins) * self.seeds

    def lines(self) -> Iterator[str]:
        """What a dry run says."""
        twins = f" + {self.twins} block twin{'s' * (self.twins > 1)}" if self.twins else ""
        yield f"runs: ({self.arms} arms{twins}) × {self.seeds} seeds = {self.runs:,}"
        yield f"time: about {_duration(self.seconds)} on {self.workers} worker{'s' * (self.workers > 1)}"
        yield f"disk: about {_bytes(self.size)}, at most {_bytes(3 * self.size)} while it is at work"
        yield f"An estimate, from {self.tried} real runs of a few arms on this machine as busy as it is; nothing was written."


def estimate(experiment: Experiment, workers: int) -> Estimate:
    """What a checked experiment would take on so many local workers; a few of its runs are done for it, in this process.

    A case of thousands of families is measured by a smaller copy, and time taken to go with families.
    """
    if not 1 <= workers <= 4096:
        raise ConfigError(f"workers: expected a whole number from 1 to 4,096, got {workers}")
    plan = plan_of(experiment)
    for domains in {len(case.domains) for case in experiment.cases}:
        prepare_engine(domains)
    seconds, size, tried = 0.0, 0.0, 0
    for case in experiment.cases:
        own = [number for number, arm in enumerate(plan.arms) if arm.case.name == case.name]
        further = [n for n, arm in enumerate(plan.further, len(plan.arms)) if arm.case.name == case.name]
        chosen = sorted({own[place] for place in (0, len(own) // 2, -1)})[:TRIED]
        measured = [_measured(plan, number) for number in chosen]
        mean = sum(one.seconds_per_family for one in measured) / len(measured)
        families = sum(_families(plan.all_arms[number]) for number in (*own, *further))
        seconds += mean * families * len(plan.seeds)
        size += sum(one.size for one in measured) / len(measured) * len(own) * len(plan.seeds)
        tried += len(measured) * RUNS
    runs = len(plan.all_arms) * len(plan.seeds)
    over = max(seconds / min(workers, runs), KEEPING * runs) + (START if workers > 1 else 0.0)
    return Estimate(len(plan.arms), len(plan.further), len(plan.seeds), min(workers, runs), over, size, tried)


class _Measured(NamedTuple):
    seconds_per_family: float
    size: float


def _measured(plan: Plan, number: int) -> _Measured:
    """An arm's runs under three seeds: seconds for each family, and bytes that one more run takes in the tables."""
    arm = plan.arms[number]
    small, asked = _smaller(arm), plan.asked(number)
    first = plan.seeds[0]
    seeds = [*plan.seeds[:RUNS], *(first ^ (n + 1) for n in range(RUNS))][:RUNS]
    simulate_unit(number, small, seeds[:1], asked)  # the first use of a stage reads its compiled code
    start = time.perf_counter()
    runs = simulate_unit(number, small, seeds, asked)
    taken = (time.perf_counter() - start) / RUNS
    for run in runs:
        if run.status != DONE:
            raise ConfigError(f"design '{arm.design.name}' on case '{arm.case.name}', seed {run.seed}: {run.status}")
    return _Measured(taken / _families(small), _bytes_of(plan, runs, _families(arm) / _families(small)))


def _smaller(arm: Arm) -> Arm:
    """The arm with no more families than are measured, where its case can be scaled."""
    if _families(arm) <= LARGEST:
        return arm
    try:
        return arm._replace(case=scaled(arm.case, LARGEST))
    except ConfigError:  # an imported network lies on a case of its size
        return arm


def _families(arm: Arm) -> int:
    return sum(place.families for place in arm.case.locality.values())


def _bytes_of(plan: Plan, runs: Sequence[Run], scale: float) -> float:
    """What one more run takes in the final tables; those of agents grow with the case."""
    few, more = _sizes(plan, runs[:1]), _sizes(plan, runs)
    each = {name: (more[name] - few.get(name, 0)) / (len(runs) - 1) for name in more}
    rows = each.pop("runs", 0.0) * (2 if plan.twin_of else 1)
    series = each.pop("series", 0.0)
    return rows + series + sum(each.values()) * scale


def _sizes(plan: Plan, runs: Sequence[Run]) -> dict[str, int]:
    """Bytes of the tables of some runs as files."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    tables = {name: table for name, table in part_tables(plan, runs).items() if name != OF_RUNS}
    ends = [run.at_end[None] for run in runs if run.at_end is not None]
    series = [run.series for run in runs if run.series is not None]
    for name, metrics, blocks in (("runs", plan.metrics, ends), ("series", plan.series_metrics, series)):
        rows = [len(block) for block in blocks]
        arms, seeds = (np.repeat([run[place] for run in runs], rows) for place in range(2))
        tables[name] = pa.table(key_columns(plan, arms, seeds) | metric_columns(metrics, blocks))
    found = {}
    for name, table in tables.items():
        sink = pa.BufferOutputStream()
        pq.write_table(table, sink, compression="zstd", write_page_checksum=True)
        found[name] = sink.getvalue().size
    return found


def _duration(seconds: float) -> str:
    if seconds < 100:
        return f"{max(1, round(seconds))} s"
    return f"{seconds / 60:.0f} min" if seconds < 5400 else f"{seconds / 3600:.1f} h"


def _bytes(size: float) -> str:
    for unit in ("kB", "MB", "GB"):
        size /= 1000
        if size < 1000 or unit == "GB":
            break
    return f"{size:,.1f} {unit}" if size < 10 else f"{size:,.0f} {unit}"
