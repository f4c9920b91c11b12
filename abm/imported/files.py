"""A file of ties → the case with them: GraphML as networkx reads it, or a list of edges as CSV.

The first line of a CSV file names its columns, in any order and parted by comma, semicolon or tab: `source`, `target` and
`relation`; if wanted `locality` (not needed where a case has one place), `trust`, `certainty` and `joint_hours`; and
`source_number`, `target_number`, `source_sector`, `target_sector`. Names are those of a kind in a place: family 1 and
provider 1 are two nodes. An empty cell says nothing.
"""

from __future__ import annotations

import csv
from collections.abc import Hashable, Mapping
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import ParseError

from abm.case import Case
from abm.config.toml_file import ConfigError, shown_path
from abm.config.words import did_you_mean, listed
from abm.imported.graph import EDGE_KEYS, MAX_TIES, NODE_KEYS, Edge, Node, from_networkx, with_ties
from abm.imported.network import REGION, shortened
from abm.tables import RELATION_NAMES

MAX_BYTES = 100_000_000
ENDS = ("source", "target")
COLUMNS = (*ENDS, "locality", *EDGE_KEYS, *(f"{end}_{key}" for end in ENDS for key in ("number", "sector")))


def with_file(case: Case, reference: str, place: str) -> Case:
    """The case with the ties of a file; with the drawn ones where the path is empty.

    `place` is where the path was written, with its key. Raises `ConfigError` with everything that is wrong, one line each.
    """
    if not reference:
        return case.model_copy(update={"network": case.network.model_copy(update={"graph": None})})
    path = Path(reference)
    try:
        size = path.stat().st_size if path.is_file() else -1
    except (OSError, ValueError):  # a name that the system does not take
        size = -1
    name = shown_path(path)
    if size < 0 or path.suffix.lower() not in (".graphml", ".csv"):
        words = "no such file" if size < 0 else "expected a .graphml or .csv file"
        raise ConfigError(f"{place}: {name}: {words}")
    if size > MAX_BYTES:
        raise ConfigError(f"{name}: too large for a graph of ties: {size:,} bytes, at most {MAX_BYTES:,}")
    try:
        return _from_csv(case, path, name) if path.suffix.lower() == ".csv" else _from_graphml(case, path, name)
    except OSError as error:
        raise ConfigError(f"{name}: cannot be read: {error.strerror or error}") from None


def _from_graphml(case: Case, path: Path, name: str) -> Case:
    import networkx as nx

    if b"<!ENTITY" in path.read_bytes():  # they can grow without bounds, and a graph has no use for them
        raise ConfigError(f"{name}: declares XML entities, which are not read")
    try:
        graph = nx.read_graphml(path)
    except ParseError as error:
        raise ConfigError(f"{name}:{error.position[0]}: not well-formed XML: {error.msg.split(':')[0]}") from None
    except (nx.NetworkXError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise ConfigError(f"{name}: not GraphML that networkx can read: {error}") from None
    try:
        changed = from_networkx(graph, case)
    except ConfigError as error:
        raise ConfigError(*(f"{name}: {line}" for line in error.errors)) from None
    return _of_file(changed, path)


def _of_file(case: Case, path: Path) -> Case:
    """The case with the file's name, not its folder, which differs between machines, as the source of its ties."""
    assert case.network.graph is not None
    graph = case.network.graph.model_copy(update={"source": path.name})
    return case.model_copy(update={"network": case.network.model_copy(update={"graph": graph})})


def _from_csv(case: Case, path: Path, name: str) -> Case:
    errors: list[str] = []
    nodes: dict[Hashable, Node] = {}
    edges: list[Edge] = []
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            header = file.readline()
            delimiter = max(",;\t", key=header.count)
            columns = [column.strip().lower() for column in next(csv.reader([header], delimiter=delimiter), [])]
            _check_columns(columns, name)
            reader = csv.reader(file, delimiter=delimiter, strict=True)
            for cells in reader:
                line = reader.line_num + 1
                if not any(cell.strip() for cell in cells):
                    continue
                if len(edges) >= MAX_TIES:
                    raise ConfigError(f"{name}: more than {MAX_TIES:,} ties, which is the most that is possible")
                if len(cells) != len(columns):
                    errors.append(f"{name}:{line}: {len(cells)} cells, but the first line names {len(columns)} columns")
                    continue
                row = {key: cell.strip() for key, cell in zip(columns, cells, strict=True) if cell.strip()}
                _add_row(row, f"{name}:{line}", delimiter, case, nodes, edges, errors)
    except UnicodeDecodeError:
        raise ConfigError(f"{name}: not UTF-8 text, expected a CSV file") from None
    except csv.Error as error:
        raise ConfigError(f"{name}: not CSV: {error}") from None
    seen: dict[tuple[Hashable, Hashable], Edge] = {}
    for edge in edges:
        if (before := seen.setdefault((edge.source, edge.target), edge)) is not edge:
            errors.append(f"{edge.about}: stands already at {before.about.split(': ')[0]}")
    if errors and not edges:
        raise ConfigError(*shortened(errors))
    try:
        changed = with_ties(case, nodes, edges, path.name)
    except ConfigError as error:
        errors += [line if line.startswith(name) else f"{name}: {line}" for line in error.errors]
    if errors:
        raise ConfigError(*shortened(errors))
    return changed


def _check_columns(columns: list[str], name: str) -> None:
    errors = [f"{name}:1: column '{key}' is missing, expected source, target and relation" for key in (*ENDS, "relation")
              if key not in columns]  # fmt: skip
    for key in columns:
        if key not in COLUMNS:
            errors.append(
                f"{name}:1: column {key!r}: unknown{did_you_mean(key, COLUMNS)}; known here: {listed(COLUMNS)}"
            )
        elif columns.count(key) > 1:
            errors.append(f"{name}:1: column {key!r} stands twice")
    if errors:
        raise ConfigError(*dict.fromkeys(errors))


def _add_row(
    row: Mapping[str, str],
    place: str,
    delimiter: str,
    case: Case,
    nodes: dict[Hashable, Node],
    edges: list[Edge],
    errors: list[str],
) -> None:
    """One line as a tie and its two nodes, which differ between kinds and places of the same name."""
    missing = [key for key in (*ENDS, "relation") if key not in row]
    relation = row.get("relation", "")
    if missing:
        errors.append(f"{place}: {' and '.join(missing)} empty")
        return
    if relation not in RELATION_NAMES:
        hint = did_you_mean(relation, RELATION_NAMES)
        errors.append(f"{place}: relation: expected one of {listed(RELATION_NAMES)}, got {relation!r}{hint}")
        return
    keys: list[Hashable] = []
    place_named = row.get("locality", next(iter(case.locality)) if len(case.locality) == 1 else None)
    above = case.locality[place_named].region if place_named in case.locality else case.regions[0]
    for end, kind in zip(ENDS, relation.split("_"), strict=True):
        locality = above if kind == REGION else place_named
        data: dict[str, Any] = {"kind": kind.replace(REGION, "commissioner"), "locality": locality}
        key = (data["kind"], locality, row[end])
        told = {name: row[f"{end}_{name}"] for name in NODE_KEYS if f"{end}_{name}" in row}
        before = nodes.setdefault(key, Node(row[end], data | told, f"{place}: node {row[end]!r}"))
        for name, value in told.items():
            if before.data.get(name, value) != value:
                errors.append(f"{place}: {end}_{name}: {value!r}, but {before.about} says {before.data[name]!r}")
        before.data.update(told)  # type: ignore[attr-defined]  # made above
        keys.append(key)
    values = {key: _cell(row[key], delimiter) for key in EDGE_KEYS if key in row}
    edges.append(Edge(keys[0], keys[1], values, f"{place}: edge {row['source']!r} → {row['target']!r}"))


def _cell(text: str, delimiter: str) -> float | str:
    """A number where it is one; where cells are parted by semicolons a decimal comma is meant as such."""
    try:
        return float(text.replace(",", ".") if delimiter == ";" else text)
    except ValueError:
        return text
