"""Tables of a batch as columns: the keys that name runs, metrics, and where a run begins in a table."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from abm.lab.agents import schema
from abm.lab.plan import Plan, Run

if TYPE_CHECKING:
    import pyarrow as pa

PART_KEYS = ("arm", "seed")  # of a part: an arm goes by its key, which stays when others are added
OF_RUNS, BLOBS = "done", ("at_end", "series")  # a part's table of runs, and its columns of bytes
ARMS = b"obc.arms"  # in the metadata of runs.parquet: key, case, design and factors of all that was run


def numbers(values: np.ndarray) -> pa.Array:
    """Numbers as an Arrow array. `pa.array` would import pandas for it, which takes as long as two or three short runs."""
    import pyarrow as pa

    buffer = pa.py_buffer(np.ascontiguousarray(values))
    return pa.Array.from_buffers(pa.from_numpy_dtype(values.dtype), len(values), [None, buffer])


def texts(values: Sequence[str]) -> pa.Array:
    """Texts as an Arrow array, without pandas too."""
    import pyarrow as pa

    return blobs([value.encode() for value in values]).view(pa.string())


def blobs(values: Sequence[bytes]) -> pa.Array:
    """Strings of bytes as an Arrow array, without pandas too."""
    import pyarrow as pa

    ends = pa.py_buffer(np.cumsum([0, *map(len, values)], dtype=np.int32))
    return pa.Array.from_buffers(pa.binary(), len(values), [None, ends, pa.py_buffer(b"".join(values))])


def taken(values: Sequence[Any], places: np.ndarray) -> pa.Array:
    """The values at these places as an Arrow array; without pandas where they are texts or numbers."""
    import pyarrow as pa

    kinds = {type(value) for value in values}
    if kinds == {str}:
        encoded = [value.encode() for value in values]
        return blobs([encoded[place] for place in places.tolist()]).view(pa.string())
    if kinds in ({int}, {float}, {int, float}):
        return numbers(np.array(values, np.int64 if kinds == {int} else np.float64)[places])
    return pa.array(values).take(pa.array(places))


def as_numpy(column: pa.ChunkedArray) -> np.ndarray:
    """A column of numbers of which none is missing; its own `to_numpy` would import pandas."""
    return np.from_dlpack(column.combine_chunks())


def metric_columns(names: Sequence[str], values: Sequence[np.ndarray]) -> dict[str, pa.Array]:
    """Columns of metrics from blocks of rows × metrics."""
    matrix = np.concatenate([np.zeros((0, len(names))), *values]) if len(values) != 1 else values[0]
    return dict(zip(names, map(numbers, np.ascontiguousarray(matrix.T)), strict=True))


def matrix_of(table: pa.Table, names: Sequence[str]) -> np.ndarray:
    """Columns of metrics as rows × metrics."""
    there = len(table) and len(names)
    return np.column_stack([as_numpy(table[name]) for name in names]) if there else np.zeros((len(table), len(names)))


def key_columns(plan: Plan, arms: np.ndarray, seeds: np.ndarray) -> dict[str, Any]:
    """The columns that name runs, for each row the number of its arm and its seed."""
    columns: dict[str, Any] = {key: taken(values, arms.astype(np.int64)) for key, values in plan.columns.items()}
    return columns | {"seed": numbers(seeds.astype(np.int64))}


def part_keys(plan: Plan, runs: Sequence[Run], repeat: Iterable[int]) -> dict[str, Any]:
    """The columns that name runs within a part; each stands as often as `repeat` says."""
    counts = np.fromiter(repeat, int, len(runs))
    keys = [key for run, count in zip(runs, counts, strict=True) for key in [plan.arm_keys[run.arm]] * int(count)]
    return {"arm": texts(keys), "seed": numbers(np.repeat(np.array([run.seed for run in runs], np.int64), counts))}


def part_tables(plan: Plan, runs: Sequence[Run]) -> dict[str, pa.Table]:
    """Runs as the tables of one part: their rows, with metrics at the end and what is kept of the series as the bytes of their
    float64 numbers (so many columns of a few rows take ten times as long), and what is kept of tables of agents."""
    import pyarrow as pa

    columns = part_keys(plan, runs, [1] * len(runs)) | {"status": texts([run.status for run in runs])}
    for name in BLOBS:
        columns[name] = blobs([b"" if (found := getattr(run, name)) is None else found.tobytes() for run in runs])
    tables = {OF_RUNS: pa.table(columns)}
    for name in plan.tables:
        found = [(run, run.tables[name]) for run in runs if run.tables and len(run.tables.get(name, ()))]
        if found:
            keys = part_keys(plan, [run for run, _ in found], [len(table) for _, table in found])
            fields = list(pa.table({key: values[:0] for key, values in keys.items()}).schema)
            whole = pa.concat_tables([table for _, table in found], promote_options="default")
            tables[name] = fitted(whole, keys, agents_schema(plan, name, fields))
    return tables


def fitted(table: pa.Table, keys: dict[str, Any], schema: pa.Schema) -> pa.Table:
    """A table under its keys with the columns of a schema; one that it lacks is missing in all rows."""
    import pyarrow as pa

    there = set(table.column_names)
    columns = [
        keys[field.name] if field.name in keys
        else table[field.name] if field.name in there
        else pa.nulls(len(table), field.type)
        for field in schema
    ]  # fmt: skip
    return pa.table(columns, schema=schema)


def needed_bytes(plan: Plan, missing: Sequence[int]) -> int:
    """Bytes of numbers in rows and series of runs, of which so many are missing of each arm."""
    row, width = 8 * len(plan.metrics), 8 * len(plan.series_metrics)
    lengths = [len(plan.kept_months(arm)) for arm in range(len(plan.arms))] + [0] * len(plan.further)
    return sum(int(count) * (row + length * width) for count, length in zip(missing, lengths, strict=True))


def agents_schema(plan: Plan, table: str, keys: Sequence[pa.Field]) -> pa.Schema:
    """The columns of a table of agents, keys first, for all domains that some case has."""
    import pyarrow as pa

    return pa.schema([*keys, *schema(table, dict.fromkeys(d for arm in plan.arms for d in arm.case.domains))])


def key_fields(plan: Plan) -> list[pa.Field]:
    """The fields of the columns that name runs."""
    import pyarrow as pa

    nothing = np.zeros(0, np.int64)
    return list(pa.table(key_columns(plan, nothing, nothing)).schema)


def described_arms(plan: Plan) -> bytes:
    """Key, case, design and factors of every arm as its columns have them, for the metadata of a table."""
    rows = zip(plan.arm_keys, *plan.columns.values(), strict=True)
    return json.dumps([list(row) for row in rows]).encode()


def starts_of_runs(table: pa.Table, keys: Sequence[str]) -> np.ndarray:
    """The rows at which another run begins; the rows of a run stand together."""
    import pyarrow.compute as pc

    if not len(table):
        return np.zeros(0, np.int64)
    change = np.zeros(len(table), bool)
    change[0] = True
    for key in keys:
        codes = np.from_dlpack(pc.dictionary_encode(table[key].combine_chunks()).indices)
        change[1:] |= codes[1:] != codes[:-1]
    return np.flatnonzero(change)
