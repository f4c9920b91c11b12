"""Where finished runs lie: in the parts that a batch at work has written, and in the sorted files of a finished one."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from abm.config import ConfigError
from abm.lab.columns import ARMS, BLOBS, OF_RUNS, PART_KEYS, as_numpy, matrix_of, starts_of_runs
from abm.lab.files import read_arrow
from abm.lab.plan import Plan

if TYPE_CHECKING:
    import pyarrow as pa

Numbers = Mapping[tuple[Any, ...], int]  # what names an arm in some file → its number in the plan


class Rows(NamedTuple):
    """Some runs: number of the arm, seed, status, and each metric at the end, a row each."""

    arms: np.ndarray
    seeds: np.ndarray
    statuses: list[str]
    ends: np.ndarray


class Kept(NamedTuple):
    """Where a run's rows lie in a table: file, row group, first row within it, number of rows."""

    path: Path
    group: int
    first: int
    rows: int


class Source:
    """Files of one part, or of a finished batch, by what they hold.

    Those of a part are its runs, with metrics at the end and series, and tables of agents; those of a batch are `Finished`.
    Runs of arms that are not planned are passed over. The files must have been verified.
    """

    def __init__(self, folder: Path, files: Mapping[str, tuple[str, str]], plan: Plan) -> None:
        self._folder, self._files, self._plan = folder, files, plan
        self._metrics = plan.metrics

    def _numbers(self) -> tuple[tuple[str, ...], Numbers]:
        """The columns that name an arm, and the number of each name."""
        return PART_KEYS[:1], {(key,): number for number, key in enumerate(self._plan.arm_keys)}

    def rows(self, ends: bool = True) -> Iterator[Rows]:
        """Its runs, some at a time; without `ends` only which they are and how they ended."""
        at_end = BLOBS[:1] if ends else ()
        for table in self._of_runs():
            matrix = np.full((len(table), len(self._metrics) if ends else 0), np.nan)
            for name in at_end:
                for place, values in _numbers_in(table, name):
                    matrix[place] = values
            yield self._rows(table, self._arms_of(table), matrix)

    def _of_runs(self) -> Iterator[pa.Table]:
        """Its table of runs, if it has one."""
        if OF_RUNS in self._files:
            yield read_arrow(self._folder, *self._files[OF_RUNS])

    def _arms_of(self, table: pa.Table) -> np.ndarray:
        """The number of each row's arm, or -1."""
        keys, numbers = self._numbers()
        names = zip(*(table[key].to_pylist() for key in keys), strict=True)
        return np.array([numbers.get(name, -1) for name in names], np.int64)

    def _rows(self, table: pa.Table, arms: np.ndarray, ends: np.ndarray) -> Rows:
        known = arms >= 0
        statuses = [status for status, planned in zip(table["status"].to_pylist(), known, strict=True) if planned]
        return Rows(arms[known], as_numpy(table["seed"])[known], statuses, ends[known])

    def series(self) -> Iterator[tuple[int, int, np.ndarray]]:
        """What is kept of the series of each run: number of the arm, seed, months × metrics."""
        for table in self._of_runs():
            arms, seeds = self._arms_of(table), as_numpy(table["seed"])
            for place, values in _numbers_in(table, BLOBS[1]):
                if arms[place] >= 0:
                    yield int(arms[place]), int(seeds[place]), values.reshape(-1, len(self._plan.series_metrics))

    def agents(self, table: str) -> Iterator[tuple[int, int, Kept]]:
        """Where each run's rows of a table of agents lie."""
        keys, numbers = self._numbers()
        if table in self._files:
            path = self._folder / self._files[table][0]
            for group, part in enumerate(_groups(path, [*keys, "seed"])):
                for arm, seed, first, rows in _runs_in(part, keys, numbers):
                    yield arm, seed, Kept(path, group, first, rows)

    def _tables(self, kind: str, columns: Sequence[str]) -> Iterator[pa.Table]:
        if kind in self._files:
            yield from _groups(self._folder / self._files[kind][0], columns)


class Finished(Source):
    """The sorted files of a finished batch (runs, series, twins, tables of agents), which may be of fewer arms and seeds than
    are planned now."""

    def _numbers(self) -> tuple[tuple[str, ...], Numbers]:
        keys = self._plan.keys[:-1]
        now = {key: number for number, key in enumerate(self._plan.arm_keys)}
        rows = [row for row in self._arms() if row[0] in now]
        return keys, {tuple(names): now[key] for key, *names in reversed(rows)}  # an own arm before a twin of its name

    def _arms(self) -> list[list[Any]]:
        """Key, case, design and factors of all arms when it was finished."""
        import pyarrow.parquet as pq

        if "runs" not in self._files:
            return []
        name, _ = self._files["runs"]
        metadata = pq.read_metadata(self._folder / name).metadata or {}
        if ARMS not in metadata:
            raise ConfigError(f"{self._folder / name}: does not say which arms it has, so it cannot be continued")
        return json.loads(metadata[ARMS])

    def rows(self, ends: bool = True) -> Iterator[Rows]:
        """Its runs, unless what else they left was lost, then those that were run for twins alone."""
        metrics = self._metrics if ends else ()
        if "series" in self._files:
            for table in self._tables("runs", [*self._plan.keys, "status", *metrics]):
                yield self._rows(table, self._arms_of(table), matrix_of(table, metrics))
        now = {key: number for number, key in enumerate(self._plan.arm_keys)}
        before = [now.get(row[0], -1) for row in self._arms()]
        further = np.array([number if number >= len(self._plan.arms) else -1 for number in before])
        for table in self._tables("twins", ["twin", "seed", "status", *metrics]):
            yield self._rows(table, further[as_numpy(table["twin"])], matrix_of(table, metrics))

    def series(self) -> Iterator[tuple[int, int, np.ndarray]]:
        """What is kept of the series of each run, as in a part."""
        keys, numbers = self._numbers()
        metrics = self._plan.series_metrics
        for table in self._tables("series", [*keys, "seed", *metrics]):
            matrix = matrix_of(table, metrics)
            for arm, seed, first, rows in _runs_in(table, keys, numbers):
                yield arm, seed, matrix[first : first + rows]


def _numbers_in(table: pa.Table, name: str) -> Iterator[tuple[int, np.ndarray]]:
    """The numbers that a column of bytes holds, with their row; rows that hold none are passed over."""
    for place, value in enumerate(table[name]):
        if len(value.as_buffer()):
            yield place, np.frombuffer(value.as_buffer())


def _groups(path: Path, columns: Sequence[str]) -> Iterator[pa.Table]:
    """The row groups of a file; none of ours parts a run."""
    import pyarrow.parquet as pq

    with pq.ParquetFile(path, page_checksum_verification=True) as file:
        for group in range(file.num_row_groups):
            yield file.read_row_group(group, columns=list(columns))


def _runs_in(table: pa.Table, keys: Sequence[str], numbers: Numbers) -> Iterator[tuple[int, int, int, int]]:
    """The runs in a table as (arm, seed, first row, rows)."""
    starts = starts_of_runs(table, [*keys, "seed"])
    names = zip(*(table[key].take(starts).to_pylist() for key in keys), strict=True)
    seeds = table["seed"].take(starts).to_pylist()
    lengths = np.diff([*starts, len(table)]).tolist()
    for name, seed, first, rows in zip(names, seeds, starts.tolist(), lengths, strict=True):
        if name in numbers:
            yield numbers[name], seed, first, rows
