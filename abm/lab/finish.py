"""The sorted files of a finished batch, made of its parts in bounded memory, however many runs there are.

Numbers go to a scratch file at the place where sorting would put them, and are read from it in order: linear in the
runs, with no more than a group of rows in memory. Tables of agents are as long as they come, so of each run is noted
where it lies. Row groups hold whole runs, and depend on what was run alone, not on how.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from abm.lab.columns import (
    ARMS,
    agents_schema,
    described_arms,
    fitted,
    key_columns,
    key_fields,
    metric_columns,
    numbers,
    texts,
)
from abm.lab.files import write_whole
from abm.lab.plan import DONE, Plan
from abm.lab.sources import Kept, Source

if TYPE_CHECKING:
    import pyarrow as pa

GROUP_BYTES = 16 * 2**20  # of numbers in a row group
OPEN_FILES = 32  # of tables of agents at a time


class Scratch:
    """A file of rows of numbers, written in any order and read in order; it goes when it is closed."""

    def __init__(self, path: Path, width: int) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._path, self._width = path, width
        self._file = path.open("w+b")

    def put(self, row: int, matrix: np.ndarray) -> None:
        """Write rows from a place on."""
        self._file.seek(row * self._width * 8)
        self._file.write(matrix.tobytes())

    def get(self, row: int, rows: int) -> np.ndarray:
        """Rows from a place on; such as were never written are zero, or absent at the end."""
        self._file.seek(row * self._width * 8)
        found = np.frombuffer(self._file.read(rows * self._width * 8)).reshape(-1, self._width)
        return np.concatenate([found, np.zeros((rows - len(found), self._width))]) if len(found) < rows else found

    def close(self) -> None:
        """Remove it."""
        self._file.close()
        self._path.unlink(missing_ok=True)


class Ordered:
    """A plan's runs in the order of the tables: arms by case, design and factors, and within them seeds."""

    def __init__(self, plan: Plan, from_source: np.ndarray, done: np.ndarray) -> None:
        """`from_source` has the number of the source of each run, or -1, and `done` whether it came to its end; both are
        arms × sorted seeds."""
        self.plan, self.from_source, self.done = plan, from_source, done
        self.seeds = np.sort(np.array(plan.seeds, np.int64))
        names = list(zip(*plan.columns.values(), strict=True))
        self.arms: list[int] = sorted(range(len(plan.arms)), key=names.__getitem__)

    def ranks(self, seeds: np.ndarray) -> np.ndarray:
        """The place of each seed among all."""
        return np.searchsorted(self.seeds, seeds)

    def blocks(self, row_bytes: Sequence[int]) -> Iterator[list[tuple[int, int, int]]]:
        """Runs in order as (arm, first seed's place, one after the last), in groups of about `GROUP_BYTES`."""
        group: list[tuple[int, int, int]] = []
        size = 0
        for arm in self.arms:
            first, most = 0, max(1, GROUP_BYTES // max(1, row_bytes[arm]))
            while first < len(self.seeds):
                last = min(len(self.seeds), first + most)
                group.append((arm, first, last))
                size += (last - first) * row_bytes[arm]
                first = last
                if size >= GROUP_BYTES:
                    yield group
                    group, size = [], 0
        if group:
            yield group


def write_series(ordered: Ordered, sources: Sequence[Source], path: Path) -> str:
    """Write `series.parquet`; returns its checksum."""
    plan = ordered.plan
    months = [np.array(plan.kept_months(arm)) for arm in range(len(plan.arms))]
    lengths = np.array([len(one) for one in months])
    starts = np.concatenate([[0], np.cumsum(lengths * len(ordered.seeds))])
    scratch = Scratch(path.with_name("series.scratch"), len(plan.series_metrics))

    def groups() -> Iterator[pa.Table]:
        import pyarrow as pa

        for group in ordered.blocks((lengths * 8 * len(plan.series_metrics)).tolist()):
            arms, seeds, of_month, values = [], [], [], []
            for arm, first, last in group:
                length, there = lengths[arm], ordered.done[arm, first:last]
                block = scratch.get(int(starts[arm] + first * length), int((last - first) * length))
                values.append(block if there.all() else block[np.repeat(there, length)])
                seeds.append(np.repeat(ordered.seeds[first:last][there], length))
                arms.append(np.full(len(seeds[-1]), arm))
                of_month.append(np.tile(months[arm], int(there.sum())))
            keys = key_columns(plan, np.concatenate(arms), np.concatenate(seeds))
            yield pa.table(
                keys | {"month": numbers(np.concatenate(of_month))} | metric_columns(plan.series_metrics, values)
            )

    try:
        for number, source in enumerate(sources):
            for arm, seed, matrix in source.series():
                place = int(ordered.ranks(np.array([seed]))[0])
                if ordered.from_source[arm, place] == number and ordered.done[arm, place]:
                    scratch.put(int(starts[arm] + place * lengths[arm]), matrix)
        return write_groups(path, groups())
    finally:
        scratch.close()


def write_ends(
    ordered: Ordered, sources: Sequence[Source], failed: dict[tuple[int, int], str], folder: Path
) -> dict[str, str]:
    """Write `runs.parquet`, and `twins.parquet` where there are twins; returns their checksums."""
    plan, seeds = ordered.plan, ordered.seeds
    scratch = Scratch(folder / "runs.scratch", len(plan.metrics))
    row_bytes = [8 * len(plan.metrics)] * len(plan.arms)

    def table(group: list[tuple[int, int, int]], of: Callable[[int], int], extra: bool) -> pa.Table:
        import pyarrow as pa

        arms, at, values, statuses = [], [], [], []
        for arm, first, last in group:
            number, ends = of(arm), scratch.get(of(arm) * len(seeds) + first, last - first)
            values.append(np.where(ordered.done[number, first:last, None], ends, np.nan))
            arms.append(np.full(last - first, arm))
            at.append(seeds[first:last])
            statuses += [
                DONE if ordered.done[number, place] else failed[number, int(seeds[place])]
                for place in range(first, last)
            ]
        columns = key_columns(plan, np.concatenate(arms), np.concatenate(at))
        if extra:
            columns["twin"] = numbers(np.array([of(arm) for arm in np.concatenate(arms)], np.int64))
        columns["status"] = texts(statuses)
        return pa.table(columns | metric_columns(plan.metrics, values))

    try:
        for number, source in enumerate(sources):
            for rows in source.rows():
                places = ordered.ranks(rows.seeds)
                ours = (ordered.from_source[rows.arms, places] == number) & ordered.done[rows.arms, places]
                ours &= np.array([status == DONE for status in rows.statuses], bool)
                for arm, place, ends in zip(rows.arms[ours], places[ours], rows.ends[ours], strict=True):
                    scratch.put(int(arm) * len(seeds) + int(place), ends)
        groups = (table(group, int, False) for group in ordered.blocks(row_bytes))
        written = {"runs.parquet": write_groups(folder / "runs.parquet", groups, {ARMS: described_arms(plan)})}
        if plan.twin_of:
            groups = (table(group, plan.twin_of.__getitem__, True) for group in ordered.blocks(row_bytes))
            written["twins.parquet"] = write_groups(folder / "twins.parquet", groups)
        return written
    finally:
        scratch.close()


def write_agents(ordered: Ordered, sources: Sequence[Source], table: str, path: Path) -> str:
    """Write a table of agents; returns its checksum."""

    where: dict[tuple[int, int], list[Kept]] = {}
    for number, source in enumerate(sources):
        for arm, seed, kept in source.agents(table):
            place = int(ordered.ranks(np.array([seed]))[0])
            if ordered.from_source[arm, place] == number and ordered.done[arm, place]:
                where.setdefault((arm, seed), []).append(kept)
    schema = agents_schema(ordered.plan, table, key_fields(ordered.plan))

    def groups() -> Iterator[pa.Table]:
        ahead: list[pa.Table] = [schema.empty_table()]
        size = 0
        with Readers() as readers:
            for arm, seed in ((arm, seed) for arm in ordered.arms for seed in ordered.seeds.tolist()):
                for kept in where.get((arm, seed), ()):
                    rows = readers.read(kept)
                    keys = key_columns(ordered.plan, np.full(len(rows), arm), np.full(len(rows), seed))
                    ahead.append(fitted(rows, keys, schema))
                    size += rows.nbytes
                if size >= GROUP_BYTES:
                    yield _as_one(ahead)
                    ahead, size = [schema.empty_table()], 0
        yield _as_one(ahead)

    return write_groups(path, groups())


def _as_one(tables: Sequence[pa.Table]) -> pa.Table:
    """Tables in one, whose dictionaries have the names that stand there, in their order: runs of a part share one, with names
    in the order in which runs were over."""
    import pyarrow as pa

    whole = pa.concat_tables(tables).unify_dictionaries().combine_chunks()
    for place, field in enumerate(whole.schema):
        if pa.types.is_dictionary(field.type):
            found = whole[field.name].cast(field.type.value_type).combine_chunks().dictionary_encode()
            codes = found.indices.cast(field.type.index_type)
            whole = whole.set_column(place, field, pa.DictionaryArray.from_arrays(codes, found.dictionary))
    return whole


class Readers:
    """Files that are read piece by piece, a few open at a time, with the row group that was read last."""

    def __init__(self) -> None:
        self._open: OrderedDict[Path, tuple[Any, int, Any]] = OrderedDict()

    def __enter__(self) -> Readers:
        return self

    def __exit__(self, *error: object) -> None:
        for file, _, _ in self._open.values():
            file.close()

    def read(self, kept: Kept) -> pa.Table:
        """The rows of a run."""
        import pyarrow.parquet as pq

        file, group, table = self._open.pop(kept.path, (None, -1, None))
        if file is None:
            file = pq.ParquetFile(kept.path, page_checksum_verification=True)
            if len(self._open) >= OPEN_FILES:
                self._open.popitem(last=False)[1][0].close()
        if group != kept.group:
            table = file.read_row_group(kept.group)
        self._open[kept.path] = (file, kept.group, table)
        return table.slice(kept.first, kept.rows)


def write_groups(path: Path, groups: Iterable[pa.Table], about: dict[bytes, bytes] | None = None) -> str:
    """Write tables as the row groups of one file, whole or not at all; returns its checksum."""
    import pyarrow.parquet as pq

    def write(to: Path) -> None:
        writer = None
        try:
            for group in groups:
                if writer is None:
                    schema = group.schema.with_metadata(about)
                    writer = pq.ParquetWriter(to, schema, compression="zstd", write_page_checksum=True)
                writer.write_table(group.replace_schema_metadata(about), row_group_size=max(1, len(group)))
        finally:
            if writer is not None:
                writer.close()

    return write_whole(path, write)
