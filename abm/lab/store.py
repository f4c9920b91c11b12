"""A results folder: what was asked in full, and every finished run, whatever happens on the way.

    manifest.json    resolved configuration, versions, metrics, seeds, and the checksum of every data file
    parts/           what runs finished so far left, while a batch is at work or after it was interrupted
    series.parquet   keys, month (0 = start), metrics; sorted by keys
    runs.parquet     one row per run: keys, seed, status, each metric at the end; sorted by keys
    agents/          tables of agents, if asked for: keys, then their columns (`abm/lab/agent_columns.py`); sorted by keys
    twins.parquet    the same rows, with status and metrics of each run's block twin, and `twin`, the number of its arm

A file is written under a temporary name, synced, renamed, and the folder synced, and counts only with its checksum in
the manifest. So after a crash, a kill or a full disk a file is either there and whole, or not there. The data files
hold no clock and no order of finishing: the same experiment gives the same bytes on any number of workers.
"""

from __future__ import annotations

import json
import os
import time
import warnings
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from abm.config import ConfigError
from abm.lab.agent_files import runs_in_order, write_runs
from abm.lab.agent_columns import schema
from abm.lab.files import lock, read_table, read_verified, remove, verified, write_table, write_whole
from abm.lab.manifest import FORMAT, read_manifest, refuse_other
from abm.lab.plan import DONE, Plan, Run, values_at_end

if TYPE_CHECKING:
    import pyarrow as pa


FLUSH_SECONDS = 0.5  # at most this much finished work is lost in a crash
FLUSH_RUNS = 200  # and a part holds no more runs than this
OURS = (  # what fresh=True removes
    "runs.parquet", "series.parquet", "twins.parquet", "parts", "agents", "tables", "figures", "analysis", "report.html",
    "manifest.json",
)  # fmt: skip
ALL_DONE = "runs.parquet"  # the file that a folder has only while nothing is missing


class Store:
    """The one writer of a results folder, from opening to `finish`; use it in a `with` statement.

    Raises ConfigError where the folder belongs to somebody else: another configuration, other code, another writer, or
    no results at all.
    """

    def __init__(self, folder: Path, plan: Plan, description: dict[str, Any], *, fresh: bool = False) -> None:
        self.folder, self.plan = folder, plan
        self.rows: dict[tuple[int, int], np.ndarray] = {}
        self.failed: dict[tuple[int, int], str] = {}
        self._waiting: list[Run] = []
        self._flushed = time.monotonic()
        names = list(zip(*plan.columns.values(), strict=True))[: len(plan.arms)]
        self._arms = {name: number for number, name in enumerate(names)}
        self._lock = lock(folder)
        try:
            self.manifest = self._open(description, fresh)
            self._recall()
        except BaseException:
            self.close()
            raise

    def __enter__(self) -> Store:
        return self

    def __exit__(self, *error: object) -> None:
        try:
            self.flush()
        finally:
            self.close()

    def close(self) -> None:
        """Let go of the folder."""
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None

    def missing(self) -> list[tuple[int, int]]:
        """Runs still to be done, as (arm, seed): all arms of a seed before the next seed, as pairs are compared."""
        numbers = range(len(self.plan.all_arms))
        return [(arm, seed) for seed in self.plan.seeds for arm in numbers if (arm, seed) not in self.rows]

    def add(self, run: Run) -> None:
        """Keep a run; it is on disk at the next flush, which comes by itself every half second."""
        if run.series is None or run.at_end is None:
            self.failed[run.arm, run.seed] = run.status
            return
        self.rows[run.arm, run.seed] = run.at_end
        self._waiting.append(run)
        if len(self._waiting) >= FLUSH_RUNS or time.monotonic() - self._flushed >= FLUSH_SECONDS:
            self.flush()

    def flush(self) -> None:
        """Write the finished runs that are not on disk yet, as one more part."""
        if self._waiting:
            number = 1 + max(map(_number_of_part, self._parts()), default=0)
            own = [run for run in self._waiting if run.arm < len(self.plan.arms)]
            twins = [(run.arm, run.seed) for run in self._waiting if run.arm >= len(self.plan.arms)]
            written: dict[str, str] = {}
            if own:
                written |= self._write(f"parts/series-{number:04}.parquet", self._series_table(own))
                for table in self.plan.tables:
                    name, tables = f"parts/{table}-{number:04}.parquet", [self._agents(table, run) for run in own]
                    written[name] = write_runs(self.folder / name, self._schema(table), tables)
            if twins:
                written |= self._write(f"parts/twins-{number:04}.parquet", self._twins_table(twins, twins))
            self.manifest["files"] |= written
            self.manifest["files"].pop(ALL_DONE, None)  # it lacks these runs: the folder is unfinished again
            self._write_manifest()
            self._waiting = []
        self._flushed = time.monotonic()

    def finish(self, finished_at: str) -> None:
        """Put everything into the final files, sorted, and drop the parts."""
        import pyarrow as pa

        self.flush()
        parts, files = self._parts(), self.manifest["files"]
        tables = [read_verified(self.folder, name, files[name]) for name in files if _table_of(name) == "series"]
        series = pa.concat_tables(tables) if tables else self._series_table([])
        pairs = [(arm, seed) for arm in range(len(self.plan.arms)) for seed in self.plan.seeds]
        order = [(key, "ascending") for key in self.plan.keys]
        written = self._write("series.parquet", series.sort_by([*order, ("month", "ascending")]))
        for table in self.plan.tables:
            paths = [self.folder / name for name in files if _table_of(name) == table]
            named = pa.table(self._key_columns(pairs)).sort_by(order).to_pydict()
            runs_of = runs_in_order(paths, self.plan.keys, zip(*named.values(), strict=True))
            name = f"agents/{table}.parquet"
            written[name] = write_runs(self.folder / name, self._schema(table), runs_of)
        if self.plan.twin_of:
            runs = [(self.plan.twin_of[arm], seed) for arm, seed in pairs]
            written |= self._write("twins.parquet", self._twins_table(pairs, runs).sort_by(order))
        written |= self._write(ALL_DONE, pa.table(self._key_columns(pairs) | self._ends(pairs)).sort_by(order))
        self.manifest.update(files=written, finished=finished_at)
        self.manifest["runs"] = {"planned": self.plan.runs, "failed": len(self.failed)}
        self._write_manifest()
        for name in parts:
            (self.folder / name).unlink(missing_ok=True)
        remove(self.folder / "parts")

    @property
    def complete(self) -> bool:
        """Every planned run is done and in the final files."""
        return ALL_DONE in self.manifest["files"] and not self._waiting and not self.missing()

    def _open(self, description: dict[str, Any], fresh: bool) -> dict[str, Any]:
        description = json.loads(json.dumps(description))
        if (self.folder / "manifest.json").exists():
            if fresh:
                for name in OURS:
                    remove(self.folder / name)
            else:
                manifest = read_manifest(self.folder)
                refuse_other(self.folder, manifest, description)
                manifest["configuration"] = description["configuration"]
                return manifest
        elif any(self.folder.iterdir()):
            raise ConfigError(
                f"{self.folder}: has files but no manifest.json, so it is not a results folder; choose another"
            )
        self.manifest = {"format": FORMAT, **description, "files": {}}
        self._write_manifest()
        return self.manifest

    def _write_manifest(self) -> None:
        text = json.dumps(self.manifest, indent=1, ensure_ascii=False)
        write_whole(self.folder / "manifest.json", lambda to: to.write_text(text + "\n", encoding="utf-8"))

    def _write(self, name: str, table: pa.Table) -> dict[str, str]:
        return {name: write_table(table, self.folder / name)}

    def _parts(self) -> list[str]:
        return [name for name in self.manifest["files"] if name.startswith("parts/")]

    def _recall(self) -> None:
        """Take up the runs that are there; a damaged file is left out, with a warning, and its runs are done again."""
        files = self.manifest["files"]
        for names in self._together(files):
            try:
                paths = [verified(self.folder, name, files[name]) for name in names]
            except ConfigError as error:
                warnings.warn(f"{error}; its runs are done again", stacklevel=2)
                for name in (*names, ALL_DONE):
                    files.pop(name, None)
                continue
            for name, path in zip(names, paths, strict=True):
                if _table_of(name) == "series":
                    self._recall_runs(read_table(path))
                elif _table_of(name) == "twins":
                    self._recall_twins(read_table(path))

    def _together(self, files: Iterable[str]) -> list[list[str]]:
        """Files that hold the same runs, which are lost where one of them is."""
        groups: dict[tuple[bool, str], list[str]] = {}
        for name in files:
            if name != ALL_DONE:  # it says nothing that the others do not
                part = Path(name).stem.rpartition("-")[2] if name.startswith("parts/") else ""
                groups.setdefault((_table_of(name) == "twins", part), []).append(name)
        return list(groups.values())

    def _recall_runs(self, table: pa.Table) -> None:
        values = self._values(table)
        starts = np.flatnonzero(table["month"].to_numpy() == 0)
        for first, last in zip(starts, [*starts[1:], len(values)], strict=True):
            *arm, seed = (table[key][int(first)].as_py() for key in self.plan.keys)
            number = self._arms[tuple(arm)]
            self.rows[number, seed] = values_at_end(values[first:last], self.plan.arms[number].case)

    def _recall_twins(self, table: pa.Table) -> None:
        """Those that are no arms of the experiment; the same run may stand in several rows."""
        values, columns = self._values(table), (table[name].to_pylist() for name in ("twin", "seed", "status"))
        for place, (number, seed, status) in enumerate(zip(*columns, strict=True)):
            if status == DONE and number >= len(self.plan.arms):
                self.rows[number, seed] = values[place]

    def _values(self, table: pa.Table) -> np.ndarray:
        """The columns of metrics as rows × metrics."""
        return np.column_stack([table[name].to_numpy() for name in self.plan.metrics])

    def _key_columns(self, runs: Sequence[tuple[int, int]], repeat: Iterable[int] | None = None) -> dict[str, Any]:
        """The columns that name runs; each (arm, seed) stands once, or as often as `repeat` says."""
        import pyarrow as pa

        counts = np.fromiter([1] * len(runs) if repeat is None else repeat, int, len(runs))
        columns: dict[str, Any] = {}
        numbers = np.repeat(np.array([arm for arm, _ in runs], dtype=np.int64), counts)
        for key, values in self.plan.columns.items():
            columns[key] = pa.array(values).take(pa.array(numbers))
        columns["seed"] = np.repeat(np.array([seed for _, seed in runs], dtype=np.int64), counts)
        return columns

    def _series_table(self, runs: Sequence[Run]) -> pa.Table:
        import pyarrow as pa

        series = [run.series for run in runs if run.series is not None]
        lengths = [len(one) for one in series]
        columns = self._key_columns([(run.arm, run.seed) for run in runs], lengths)
        columns["month"] = np.concatenate([np.arange(n) for n in lengths] or [np.zeros(0, np.int64)])
        return pa.table(columns | self._metric_columns(series))

    def _schema(self, table: str) -> pa.Schema:
        """The columns of a table of agents, keys first."""
        import pyarrow as pa

        keys = pa.table(self._key_columns([])).schema
        return pa.schema([*keys, *schema(table, dict.fromkeys(d for arm in self.plan.arms for d in arm.case.domains))])

    def _agents(self, table: str, run: Run) -> pa.Table:
        """A run's table of agents, with its keys."""
        import pyarrow as pa

        found = run.tables[table]
        keys = self._key_columns([(run.arm, run.seed)], [len(found)])
        return pa.table(keys | {name: found[name] for name in found.column_names})

    def _twins_table(self, pairs: Sequence[tuple[int, int]], runs: Sequence[tuple[int, int]]) -> pa.Table:
        """For each (arm, seed) of `pairs`, the run of `runs` that is its twin."""
        import pyarrow as pa

        numbers = np.array([number for number, _ in runs], dtype=np.int64)
        return pa.table(self._key_columns(pairs) | {"twin": numbers} | self._ends(runs))

    def _ends(self, runs: Sequence[tuple[int, int]]) -> dict[str, Any]:
        """Status and metrics at the end of runs that are over."""
        import pyarrow as pa

        status = pa.array([DONE if run in self.rows else self.failed[run] for run in runs], pa.string())
        nothing = np.full(len(self.plan.metrics), np.nan)
        return {"status": status} | self._metric_columns([self.rows.get(run, nothing)[None] for run in runs])

    def _metric_columns(self, values: Sequence[np.ndarray]) -> dict[str, np.ndarray]:
        """Columns of metrics from blocks of rows × metrics."""
        matrix = np.concatenate([np.zeros((0, len(self.plan.metrics))), *values])
        return {name: np.ascontiguousarray(matrix[:, place]) for place, name in enumerate(self.plan.metrics)}


def _table_of(name: str) -> str:
    """What a file holds, or a part of it: series, runs, twins, or a table of agents."""
    stem = Path(name).stem
    return stem.rpartition("-")[0] if name.startswith("parts/") else stem


def _number_of_part(name: str) -> int:
    return int(Path(name).stem.rpartition("-")[2])
