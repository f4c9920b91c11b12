"""More runs than a batch has: what an analysis asks for besides, each done once and kept in the results folder.

    analysis/runs/<checksum>.parquet    key of the arm, seed, each metric at the end

A run is known by all that its numbers depend on, so analyses share runs, and one that was interrupted goes on where it
stopped. A file is written whole, and its name is the checksum of what is in it.
"""

from __future__ import annotations

import hashlib
import time
import warnings
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from abm.config import ConfigError
from abm.lab.analyses import FOLDER
from abm.lab.engines import execute, open_engine
from abm.lab.files import digest, write_whole
from abm.lab.manifest import code_hash
from abm.lab.plan import DONE, Plan, Run
from abm.lab.run import prepare_engine
from abm.lab.twins import what_acts
from abm.lab.workers import processors
from abm.metrics import METRICS

if TYPE_CHECKING:
    import pyarrow as pa

    from abm.config import Arm

Progress = Callable[[int, int, int], None]  # runs over so far, runs in all, failed so far
RUNS = "runs"
NAMES = tuple(metric.name for metric in METRICS)
FLUSH_SECONDS, FLUSH_RUNS = 5.0, 500
LENGTH = 24  # of a checksum in a name


class Ends(NamedTuple):
    """Metrics at the end of runs: `values` is arms × seeds × metrics (missing where a run failed), `failures` say why."""

    values: np.ndarray
    metrics: tuple[str, ...]
    failures: tuple[str, ...] = ()

    def of(self, metric: str) -> np.ndarray:
        """One metric: arms × seeds."""
        return self.values[:, :, self.metrics.index(metric)]


def key_of(arm: Arm, months: int | None, code: str) -> str:
    """What a run is known by besides its seed: case, rules, changes, interventions, length and the model's code."""
    return hashlib.sha256("\0".join((*what_acts(arm), str(months), code)).encode()).hexdigest()[:LENGTH]


def run_ends(
    arms: Sequence[Arm],
    seeds: Sequence[int],
    *,
    pairs: Sequence[tuple[int, int]] = (),
    folder: Path | None = None,
    months: int | None = None,
    workers: int | None = None,
    progress: Progress | None = None,
) -> Ends:
    """Every arm under every seed, or the runs `pairs` as (arm, seed): then `values` is pairs × 1 × metrics.

    With a results `folder` runs are kept there and not done twice. Arms that come to the same are run once. A run that
    fails leaves missing values and stops no other; if all fail, the first failure is raised as ConfigError.
    """
    code = code_hash()
    keys = [key_of(arm, months, code) for arm in arms]
    first = {key: number for number, key in reversed(list(enumerate(keys)))}
    kept = _Kept(folder)
    asked = list(pairs) or [(arm, seed) for arm in range(len(arms)) for seed in seeds]
    in_order = asked if pairs else sorted(asked, key=lambda run: run[1])  # all arms of a seed before the next seed
    wanted = dict.fromkeys((keys[arm], seed) for arm, seed in in_order)
    missing = [(first[key], seed) for key, seed in wanted if (key, seed) not in kept.rows]
    failures: list[str] = []
    over, planned = len(wanted) - len(missing), len(wanted)
    if progress:
        progress(over, planned, 0)
    plan = Plan(
        (), (), tuple(seeds), NAMES, further=arms, months=months
    )  # as twins are: of their series nothing is kept
    try:
        for one in run_plan(plan, missing, workers):
            if one.status == DONE and one.at_end is not None:
                kept.add(keys[one.arm], one.seed, one.at_end)
            else:
                failures.append(f"{arms[one.arm].design.name}, seed {one.seed}: {one.status}")
            over += 1
            if progress:
                progress(over, planned, len(failures))
    finally:
        kept.flush()
    if planned and len(failures) == planned:
        raise ConfigError(f"no run came to its end; the first: {failures[0]}")
    nothing = np.full(len(NAMES), np.nan)
    values = np.array([kept.rows.get((keys[arm], seed), nothing) for arm, seed in asked])
    shape = (len(pairs), 1, len(NAMES)) if pairs else (len(arms), len(seeds), len(NAMES))
    return Ends(values.reshape(shape), NAMES, tuple(failures))


def run_plan(plan: Plan, missing: Sequence[tuple[int, int]], workers: int | None = None) -> Iterator[Run]:
    """Do runs of a plan, as (arm, seed), on workers of this machine; each as it ends."""
    if missing:
        count = min(workers or processors(), len(missing))
        for domains in {len(arm.case.domains) for arm in plan.all_arms}:
            prepare_engine(domains, here=count == 1)
        with open_engine(workers=count) as force:
            yield from (run for run in execute(force, plan, missing) if run is not None)


class _Kept:
    """Runs by key and seed, as far as they are in a folder; without a folder, in memory only."""

    def __init__(self, folder: Path | None) -> None:
        self.rows: dict[tuple[str, int], np.ndarray] = {}
        self._folder = folder / FOLDER / RUNS if folder else None
        self._waiting: list[tuple[str, int]] = []
        self._flushed = time.monotonic()
        for path in sorted(self._folder.glob("*.parquet")) if self._folder and self._folder.is_dir() else ():
            if digest(path)[:LENGTH] != path.stem:
                warnings.warn(f"{path}: damaged; its runs are done again", stacklevel=4)
                continue
            self._take(path)

    def _take(self, path: Path) -> None:
        from abm.lab.files import read_table

        table = read_table(path)
        if not {"arm", "seed", *NAMES} <= set(table.column_names):
            return  # written by a version with other metrics
        matrix = np.column_stack([table[name].to_numpy() for name in NAMES])
        pairs = zip(table["arm"].to_pylist(), table["seed"].to_pylist(), strict=True)
        self.rows |= dict(zip(pairs, matrix, strict=True))

    def add(self, key: str, seed: int, values: np.ndarray) -> None:
        """Keep a run; it is on disk some seconds later."""
        self.rows[key, seed] = values
        self._waiting.append((key, seed))
        if len(self._waiting) >= FLUSH_RUNS or time.monotonic() - self._flushed > FLUSH_SECONDS:
            self.flush()

    def flush(self) -> None:
        """Write what is not on disk yet."""
        if self._waiting and self._folder:
            content = _as_file(self._table())
            path = self._folder / f"{hashlib.sha256(content).hexdigest()[:LENGTH]}.parquet"
            write_whole(path, lambda to: to.write_bytes(content))
        self._waiting, self._flushed = [], time.monotonic()

    def _table(self) -> pa.Table:
        import pyarrow as pa

        matrix = np.array([self.rows[run] for run in self._waiting])
        columns = {"arm": [key for key, _ in self._waiting], "seed": [seed for _, seed in self._waiting]}
        return pa.table(columns | {name: matrix[:, place] for place, name in enumerate(NAMES)})


def _as_file(table: pa.Table) -> bytes:
    """A table as the bytes of a Parquet file."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    to = pa.BufferOutputStream()
    pq.write_table(table, to, compression="zstd")
    return to.getvalue().to_pybytes()
