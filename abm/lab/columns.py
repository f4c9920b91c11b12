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
ARMS = b"obc.arms"  # in the metadata of runs.parquet: key, case, design and factors of all that was run


def metric_columns(names: Sequence[str], values: Sequence[np.ndarray]) -> dict[str, np.ndarray]:
    """Columns of metrics from blocks of rows × metrics."""
    matrix = np.concatenate([np.zeros((0, len(names))), *values])
    return {name: np.ascontiguousarray(matrix[:, place]) for place, name in enumerate(names)}


def matrix_of(table: pa.Table, names: Sequence[str]) -> np.ndarray:
    """Columns of metrics as rows × metrics."""
    return np.column_stack([table[name].to_numpy() for name in names]) if len(table) else np.zeros((0, len(names)))


def key_columns(plan: Plan, arms: np.ndarray, seeds: np.ndarray) -> dict[str, Any]:
    """The columns that name runs, for each row the number of its arm and its seed."""
    import pyarrow as pa

    places = pa.array(arms.astype(np.int64))
    columns: dict[str, Any] = {key: pa.array(values).take(places) for key, values in plan.columns.items()}
    return columns | {"seed": seeds.astype(np.int64)}


def part_keys(plan: Plan, runs: Sequence[Run], repeat: Iterable[int]) -> dict[str, Any]:
    """The columns that name runs within a part; each stands as often as `repeat` says."""
    import pyarrow as pa

    counts = np.fromiter(repeat, int, len(runs))
    codes = np.repeat(np.arange(len(runs), dtype=np.int32), counts)
    keys = pa.array([plan.arm_keys[run.arm] for run in runs], pa.string())
    seeds = np.repeat(np.array([run.seed for run in runs], np.int64), counts)
    return {"arm": keys.take(pa.array(codes)), "seed": seeds}


def part_tables(plan: Plan, runs: Sequence[Run]) -> dict[str, pa.Table]:
    """Runs as the tables of one part: their rows, and what is kept of series and tables of agents."""
    import pyarrow as pa

    nothing = np.full(len(plan.metrics), np.nan)
    ends = [(nothing if run.at_end is None else run.at_end)[None] for run in runs]
    status = {"status": pa.array([run.status for run in runs], pa.string())}
    keys = part_keys(plan, runs, [1] * len(runs))
    tables = {"runs": pa.table(keys | status | metric_columns(plan.metrics, ends))}
    kept = [run for run in runs if run.series is not None]
    if kept:
        series = [run.series for run in kept if run.series is not None]
        month = {"month": np.concatenate([plan.kept_months(run.arm) for run in kept])}
        keys = part_keys(plan, kept, map(len, series))
        tables["series"] = pa.table(keys | month | metric_columns(plan.series_metrics, series))
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
        codes = pc.dictionary_encode(table[key].combine_chunks()).indices.to_numpy()
        change[1:] |= codes[1:] != codes[:-1]
    return np.flatnonzero(change)
