"""A results folder as CSV, for programs that do not read Parquet; in bounded memory, however large."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from abm.config import ConfigError
from abm.config.words import did_you_mean, listed
from abm.lab.dictionary import NAME, write_dictionary
from abm.lab.files import verified, write_whole

if TYPE_CHECKING:
    import pyarrow as pa

ROWS = 50_000  # of a table in memory at a time


def to_csv(folder: Path, manifest: Mapping[str, Any], out: Path, tables: Sequence[str] = ()) -> list[Path]:
    """Write the tables of a results folder (all, or those of these names) as CSV, and their dictionary; returns the paths.

    A missing value is an empty cell, true and false are words, numbers have all their digits. Raises ConfigError for a
    table that the folder does not have, or that is damaged.
    """
    files = {Path(name).stem: name for name in manifest["files"] if name.endswith(".parquet")}
    for table in tables:
        if table not in files:
            hint = did_you_mean(table, files) or f"; there are {listed(files)}"
            raise ConfigError(f"table: no '{table}' in {folder}{hint}")
    if out.exists() and not out.is_dir():
        raise ConfigError(f"{out}: is not a folder, so tables cannot be written there")
    written = []
    for table in tables or files:
        source = verified(folder, files[table], manifest["files"][files[table]])
        write_whole(out / f"{table}.csv", lambda to, source=source: _convert(source, to))  # type: ignore[misc]
        written.append(out / f"{table}.csv")
    dictionary = folder / NAME
    if not dictionary.is_file():
        write_dictionary(folder, manifest)
    text = dictionary.read_text(encoding="utf-8")
    write_whole(out / NAME, lambda to: to.write_text(text, encoding="utf-8"))
    return [*written, out / NAME]


def _convert(source: Path, to: Path) -> None:
    """A Parquet file as CSV."""
    import pyarrow as pa
    import pyarrow.csv as pc
    import pyarrow.parquet as pq

    with pq.ParquetFile(source) as file:
        schema = _plain(pa.RecordBatch.from_pylist([], file.schema_arrow)).schema
        with pc.CSVWriter(to, schema, write_options=pc.WriteOptions(quoting_style="needed")) as writer:
            for batch in file.iter_batches(ROWS):
                writer.write_batch(_plain(batch))


def _plain(batch: pa.RecordBatch) -> pa.RecordBatch:
    """Names instead of codes, and nothing where a number is missing."""
    import pyarrow as pa
    import pyarrow.compute as pc

    columns = []
    for column in batch.columns:
        if pa.types.is_dictionary(column.type):
            column = column.cast(column.type.value_type)
        if pa.types.is_floating(column.type):
            column = pc.if_else(pc.is_nan(column), pa.scalar(None, column.type), column)
        columns.append(column)
    return pa.RecordBatch.from_arrays(columns, names=batch.schema.names)
