"""The data dictionary of a results folder: every column of every table, from the declarations it was made by.

`dictionary.csv` has `file, column, type, unit, meaning, direction, at_end, low, high`: `direction` is what a commissioner
would call better (up, down, or context), `at_end` how a run's series becomes the value in `runs.parquet` (last,
mean_in_service, total), `low` and `high` are the possible range, empty where there is no bound.
"""

from __future__ import annotations

import csv
import math
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from abm.config.settings import declared_setting
from abm.declare import Column, Metric, Param
from abm.lab.agents import COLUMNS
from abm.lab.compare import COLUMNS as COMPARED
from abm.lab.compare import FURTHER
from abm.lab.files import write_whole
from abm.metrics import METRICS

NAME = "dictionary.csv"
HEAD = ("file", "column", "type", "unit", "meaning", "direction", "at_end", "low", "high")
KEYS = {  # unit and meaning of the columns that name rows
    "case": ("name", "case in which it was run"),
    "design": ("name", "governance design under which it was run"),
    "seed": ("number", "seed of all chance: designs under one seed have the same families and the same luck"),
    "status": ("text", "done, or failed: with the reason"),
    "month": ("months", "months since the start; 0 is the start"),
    "twin": ("number", "arm that is the run's block twin: of the experiment's arms, counted from 0, or one after them"),
}
OF_TABLES = {  # unit and meaning of the columns of the tables that `batch` writes beside the data
    "factors": ("text", "factors and their values"),
    "metric": ("name", "which metric; with _vs_block, its difference to the block twin"),
    "unit": ("text", "unit of the numbers in the row"),
    "n": ("number", "runs with a value, or pairs of them; points, where the experiment has points"),
    "mean": ("as in unit", "mean over the n"),
    "sd": ("as in unit", "standard deviation over the n: of values, or of paired differences"),
    "baseline": ("as in unit", "mean of the baseline, or of the block twin"),
    "difference": ("as in unit", "mean of the n paired differences"),
    "low": ("as in unit", "lower end of the 95 % interval: of the mean, or of the mean difference"),
    "high": ("as in unit", "upper end of it"),
    "won": ("share", "of the pairs in which the design is better (higher, where no way is), equal ones as half"),
    "effect": ("standard deviations", "the difference in standard deviations of the baseline's runs"),
    "sim_low": (
        "as in unit",
        "lower end of the 95 % interval that holds for all designs of a case and factors at once",
    ),
    "sim_high": ("as in unit", "upper end of it"),
    "matters": ("as in unit", "smallest difference that matters"),
    "verdict": ("text", "what the interval says against it"),
    "more_runs": ("number", "pairs that it would take for a verdict"),
}
TABLES = {
    "tables/summary.csv": ("case", "design", "factors", "metric", "unit", "n", "mean", "sd", "low", "high"),
    "tables/differences.csv": (*COMPARED, *FURTHER),
}
NUMBERS = {"as in unit": "double", "share": "double", "standard deviations": "double", "number": "int64"}


def write_dictionary(folder: Path, manifest: Mapping[str, Any]) -> Path:
    """Write the dictionary of a finished results folder into it."""

    def write(to: Path) -> None:
        with to.open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, HEAD, restval="", lineterminator="\n")
            writer.writeheader()
            writer.writerows(rows(folder, manifest))

    write_whole(folder / NAME, write)
    return folder / NAME


def rows(folder: Path, manifest: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """The rows of the dictionary, by file in the order of the manifest and column in that of the file."""
    import pyarrow.parquet as pq

    metrics = {metric.name: metric for metric in METRICS}
    domains = dict.fromkeys(domain for case in manifest["configuration"]["cases"] for domain in case["domains"])
    for name in manifest["files"]:
        agents = _columns_of_agents(Path(name).stem, domains) if name.startswith("agents/") else {}
        for field in pq.read_schema(folder / name):
            about = {"file": name, "column": field.name, "type": _type_name(field.type)}
            yield about | _declared(field.name, agents, metrics)
    for name, columns in TABLES.items():
        for column in columns:
            unit, meaning = KEYS.get(column) or OF_TABLES[column]
            kind = NUMBERS.get(unit, "string")
            yield {"file": name, "column": column, "type": kind, "unit": unit, "meaning": meaning}


def _declared(name: str, agents: Mapping[str, Column], metrics: Mapping[str, Metric]) -> dict[str, Any]:
    """What is declared of a column."""
    if name in agents:
        column = agents[name]
        return {"unit": _unit(column), "meaning": column.meaning}
    if name in KEYS:
        return dict(zip(("unit", "meaning"), KEYS[name], strict=True))
    if name in metrics:
        metric = metrics[name]
        low, high = ("" if math.isinf(bound) else bound for bound in metric.possible)
        words = {"unit": metric.unit, "meaning": metric.meaning, "direction": metric.direction, "at_end": metric.at_end}
        return words | {"low": low, "high": high}
    return _of_factor(name)


def _of_factor(key: str) -> dict[str, Any]:
    """What a setting declares that the experiment varies."""
    found = declared_setting(key)
    field = found[1] if found else None
    extra = field.json_schema_extra if field else None
    param = extra.get("param") if isinstance(extra, dict) else None
    if isinstance(param, Param):
        bounds = (
            {} if param.is_choice or param.unit == "switch" else dict(zip(("low", "high"), param.possible, strict=True))
        )
        return {"unit": param.unit, "meaning": f"varied: {param.meaning}", **bounds}
    return {"unit": "as declared", "meaning": f"varied: {(field.description if field else '') or key}"}


def _columns_of_agents(table: str, domains: Iterable[str]) -> dict[str, Column]:
    """The declared columns of a table of agents by their name in the file; one with a value for each domain is several."""
    found: dict[str, Column] = {}
    for column in COLUMNS[table]:
        found |= {f"{column.name}_{domain}": column for domain in domains} if column.per else {column.name: column}
    return found


def _unit(column: Column) -> str:
    """A column's unit in the file, where cents are euros and codes are names."""
    return {"cents": "€", "code": "name"}.get(column.unit, column.unit)


def _type_name(kind: Any) -> str:
    import pyarrow as pa

    return str(kind.value_type) if pa.types.is_dictionary(kind) else str(kind)
