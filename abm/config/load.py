"""A preset's name or a TOML file → Case or Design, or one message with all that is wrong."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from abm.case import Case
from abm.config.presets import (
    WITH_ARTICLE,
    file_of,
    file_referred_to,
)
from abm.config.settings import (
    NAMING,
    Design,
    changed_case,
    changed_design,
    not_yet_told,
    unlike,
    with_total,
)
from abm.config.toml_file import ConfigError, Problem, Table, read_toml, shown_path
from abm.config.words import NAME_WORDS, did_you_mean, listed, shown, validated
from abm.design import GovernanceDesign
from abm.imported.files import with_file

EXPERIMENT_KEYS = (
    "case", "cases", "designs", "baseline", "seeds", "factors", "sample", "points", "set", "designs_set", "changes",
    "interventions", "twins", "tables",
)  # fmt: skip
GRAPH = ("network", "graph")


def load_case(reference: str | Path, settings: Mapping[str, Any] | None = None) -> Case:
    """A case by preset name or path, with those settings that begin with `case.`; its `families` is the total.

    Raises `ConfigError` with everything that is wrong, one line each.
    """
    table = _layered("cases", file_of("cases", reference))
    _check_localities(table)
    place, graph = table.place(GRAPH), _graph_file(table)
    case, problems = validated(Case, table)
    if case is None or table.problems:
        raise ConfigError(*map(str, table.problems + problems))
    case = with_total(case, table.place(("families",)))
    if graph is not None:
        case = with_file(case, graph, f"{place}: network.graph")
    return changed_case(case, settings or {})


def _graph_file(table: Table) -> str | None:
    """The path of the case's graph, taken out of its table; None where there is none."""
    network = table.values.get("network")
    if not isinstance(network, dict) or "graph" not in network:
        return None
    if not isinstance(network["graph"], str):
        table.refuse(GRAPH, f"expected the path of a .graphml or .csv file, got {shown(network['graph'])}")
    table.values = table.values | {"network": {key: value for key, value in network.items() if key != "graph"}}
    return network["graph"] if isinstance(network["graph"], str) else None


def load_design(reference: str | Path, settings: Mapping[str, Any] | None = None) -> Design:
    """A design by preset name or path, with those settings that do not begin with `case.`.

    Raises `ConfigError` with everything that is wrong, one line each.
    """
    table = _layered("designs", file_of("designs", reference))
    _check_localities(table)
    overrides = table.values.pop("locality", {})
    base, problems = validated(GovernanceDesign, table)
    by_locality: dict[str, GovernanceDesign | None] = {}
    for name, keys in overrides.items():
        by_locality[name], found = validated(GovernanceDesign, _in_locality(table, name, keys))
        problems += not_yet_told(found, problems, f"locality.{name}.")
    problems += unlike(base, by_locality, lambda key: table.place(tuple(key.split("."))))
    if problems or table.problems:
        raise ConfigError(*map(str, table.problems + problems))
    design = Design(base=base, by_locality=by_locality)  # type: ignore[arg-type]  # without problems there is no None
    return changed_design(design, settings or {})


def _in_locality(table: Table, name: str, keys: dict[str, Any]) -> Table:
    """A design's table as it holds in one place."""
    here = ("locality", name)
    for key in keys.keys() & set(NAMING):
        table.refuse((*here, key), "unknown key, for a design has one name in all places")
    places = {path[2:]: place for path, place in table.places.items() if path[:2] == here and len(path) > 2}
    own = {key: value for key, value in keys.items() if key not in NAMING}
    return Table(own, places, incomplete=table.incomplete).over(Table(table.values, table.places))


def _layered(kind: str, path: Path, chain: tuple[Path, ...] = ()) -> Table:
    """A file's table laid over its parent's, that over its own parent's, and so on."""
    table = read_toml(path)
    check_kind(table, kind, path)
    values = table.values
    named(values, path)
    graph = values["network"].get("graph") if isinstance(values.get("network"), dict) else None
    if kind == "cases" and graph and isinstance(graph, str):  # counted from the file in which it stands
        values["network"]["graph"] = str(path.parent / Path(graph))
    only = values.pop("only", None) if kind == "cases" else None
    if "extends" in values:
        parent = _parent(kind, path, values.pop("extends"), table, (*chain, path.resolve()))
        if only is not None and "families" in parent.values.keys() - values.keys():
            table.refuse(("only",), "the parent scales its families to a total, so say families = … here too")
        table = table.over(parent)
    if only is not None:
        _keep_only(table, only)
    return table


def named(values: dict[str, Any], path: Path) -> None:
    """A file that does not say its name and title has them from its path; texts flow, whatever lines they came in."""
    values.setdefault("name", path.stem)
    values.setdefault("title", str(values["name"]).replace("_", " ").capitalize())
    for key in ("title", "description"):
        if isinstance(values.get(key), str):
            values[key] = " ".join(values[key].split())


def _parent(kind: str, path: Path, reference: Any, table: Table, chain: tuple[Path, ...]) -> Table:
    """The parent's table without its name, title and description; empty, with the problem noted, if there is none."""
    file = file_referred_to(kind, reference, table, "extends", path.parent)
    if file and file.resolve() in chain:
        circle = [shown_path(step) for step in (*chain[chain.index(file.resolve()) :], file)]
        table.refuse(("extends",), f"a circle: {' extends '.join(circle)}")
    elif file:
        try:
            parent = _layered(kind, file, chain)
        except ConfigError as error:
            place = table.place(("extends",))
            table.problems += [Problem(place, "extends", line) for line in error.errors]
        else:
            parent.values = {key: value for key, value in parent.values.items() if key not in NAMING}
            return parent
    table.incomplete = True
    return Table({}, {(): table.places[()]})


def _keep_only(table: Table, only: Any) -> None:
    """Keep the named localities."""
    known = table.values.get("locality")
    if not isinstance(only, list) or not only or not all(isinstance(name, str) for name in only):
        table.refuse(("only",), f"expected a list of names of localities, got {shown(only)}")
    elif isinstance(known, dict):
        for name in only:
            if name not in known:
                hint = did_you_mean(name, known) or f"; known here: {listed(known)}"
                table.refuse(("only",), f"no locality {shown(name)}{hint}")
        table.values["locality"] = {name: place for name, place in known.items() if name in only} or known


def _check_localities(table: Table) -> None:
    """Localities are tables, and their names parts of dotted keys; what is not so is noted and taken out."""
    localities = table.values.get("locality", {})
    if not isinstance(localities, dict):
        table.refuse(("locality",), f"expected a table for each place, got {shown(localities)}")
        del table.values["locality"]
    else:
        for name, place in localities.items():
            if not re.fullmatch(r"[a-z0-9][a-z0-9_-]*", name):
                table.refuse(("locality", name), f"expected {NAME_WORDS}")
            elif not isinstance(place, dict):
                table.refuse(("locality", name), f"expected a table, got {shown(place)}")
        tables = {name: place for name, place in localities.items() if isinstance(place, dict)}
        table.values = {key: value for key, value in table.values.items() if key != "locality"}
        table.values |= {"locality": tables} if tables else {}
    table.incomplete |= any(problem.key.startswith("locality") for problem in table.problems)


def check_kind(table: Table, kind: str, path: Path) -> None:
    """Refuse a file that is clearly of another kind, instead of all its keys."""
    found = kind_of(table.values)
    if found not in (None, kind):
        raise ConfigError(
            f"{shown_path(path)}: this looks like {WITH_ARTICLE[str(found)]}, expected {WITH_ARTICLE[kind]}"
        )


def kind_of(values: Mapping[str, Any]) -> str | None:
    """What a file is, by the keys that only one kind has; None where it does not show."""
    common = {*NAMING, "locality"}
    own = {
        "cases": {*Case.model_fields, "only"} - common,
        "designs": set(GovernanceDesign.model_fields) - common,
        "experiments": set(EXPERIMENT_KEYS),
    }
    present = [kind for kind, keys in own.items() if keys & values.keys()]
    return present[0] if len(present) == 1 else None
