"""Tables of agents as files: each run is a row group (or several) of its own, so no more than one need be in memory."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from abm.lab.files import write_whole

if TYPE_CHECKING:
    import pyarrow as pa

Key = tuple[Any, ...]


def write_runs(path: Path, schema: pa.Schema, tables: Iterable[pa.Table]) -> str:
    """Write the tables of several runs into one file, whole or not at all; returns its checksum.

    A column of the schema that a table lacks is missing in it.
    """
    import pyarrow.parquet as pq

    def write(to: Path) -> None:
        with pq.ParquetWriter(to, schema, compression="zstd", write_page_checksum=True) as writer:
            for table in tables:
                if len(table):
                    writer.write_table(_fitted(table, schema))

    return write_whole(path, write)


def _fitted(table: pa.Table, schema: pa.Schema) -> pa.Table:
    import pyarrow as pa

    there = set(table.column_names)
    columns = [table[field.name] if field.name in there else pa.nulls(len(table), field.type) for field in schema]
    return pa.table(columns, schema=schema)


def runs_in_order(paths: Sequence[Path], keys: Sequence[str], order: Iterable[Key]) -> Iterator[pa.Table]:
    """The tables of the runs that some files hold, one at a time; a run is named by its values of `keys`."""
    import pyarrow.parquet as pq

    files = [pq.ParquetFile(path) for path in paths]
    try:
        places: dict[Key, list[tuple[Any, int]]] = {}
        for file in files:
            for group in range(file.num_row_groups):
                named = file.read_row_group(group, columns=list(keys)).slice(0, 1)
                key = tuple(named[name][0].as_py() for name in keys)
                places.setdefault(key, []).append((file, group))
        for key in order:
            for file, group in places.get(key, ()):
                yield file.read_row_group(group)
    finally:
        for file in files:
            file.close()
