"""A preset's name or a TOML file → Case, Design, Experiment, or one message with all that is wrong."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from pydantic import BaseModel, Field

from abm.case import Case
from abm.config.changes import HALF, Change, name_of
from abm.config.experiment import LAST_SEED, MAX_SEEDS, NAME, Experiment
from abm.config.presets import (
    KINDS,
    ONE_OF,
    REFERENCE_WORDS,
    WITH_ARTICLE,
    file_of,
    file_referred_to,
    is_path,
    preset_names,
)
from abm.config.settings import (
    NAMING,
    SETTING,
    Design,
    changed_case,
    changed_design,
    not_yet_told,
    unused_settings,
    with_total,
)
from abm.config.timeline import steps, treated_places
from abm.config.toml_file import ConfigError, Problem, Table, read_toml, shown_path
from abm.config.words import NAME_WORDS, did_you_mean, listed, shown, validated
from abm.declare import Part
from abm.design import EVERY_MEASURED_DOMAIN, GovernanceDesign

EXPERIMENT_KEYS = (
    "case", "cases", "designs", "baseline", "seeds", "factors", "set", "designs_set", "changes", "twins",
    "tables",
)  # fmt: skip
ASSUMED_MEMORY = 16 * 2**30  # where the system does not tell


def load_case(reference: str | Path, settings: Mapping[str, Any] | None = None) -> Case:
    """A case by preset name or path, with those settings that begin with `case.`; its `families` is the total.

    Raises `ConfigError` with everything that is wrong, one line each.
    """
    table = _layered("cases", file_of("cases", reference))
    _check_localities(table)
    case, problems = validated(Case, table)
    if case is None or table.problems:
        raise ConfigError(*map(str, table.problems + problems))
    return changed_case(with_total(case, table.place(("families",))), settings or {})


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
    _check_kind(table, kind, path)
    values = table.values
    _name(values, path)
    only = values.pop("only", None) if kind == "cases" else None
    if "extends" in values:
        parent = _parent(kind, path, values.pop("extends"), table, (*chain, path.resolve()))
        if only is not None and "families" in parent.values.keys() - values.keys():
            table.refuse(("only",), "the parent scales its families to a total, so say families = … here too")
        table = table.over(parent)
    if only is not None:
        _keep_only(table, only)
    return table


def _name(values: dict[str, Any], path: Path) -> None:
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


def _check_kind(table: Table, kind: str, path: Path) -> None:
    """Refuse a file that is clearly of another kind, instead of all its keys."""
    found = _kind_of(table.values)
    if found not in (None, kind):
        raise ConfigError(
            f"{shown_path(path)}: this looks like {WITH_ARTICLE[str(found)]}, expected {WITH_ARTICLE[kind]}"
        )


def _kind_of(values: Mapping[str, Any]) -> str | None:
    """What a file is, by the keys that only one kind has; None where it does not show."""
    common = {*NAMING, "locality"}
    own = {
        "cases": {*Case.model_fields, "only"} - common,
        "designs": set(GovernanceDesign.model_fields) - common,
        "experiments": set(EXPERIMENT_KEYS),
    }
    present = [kind for kind, keys in own.items() if keys & values.keys()]
    return present[0] if len(present) == 1 else None


def load_any(reference: str | Path) -> Case | Design | Experiment:
    """A preset of whatever kind, or a file whose keys tell its kind. Raises `ConfigError`."""
    loaders: dict[str, Callable[[str | Path], Case | Design | Experiment]] = {
        "cases": load_case,
        "designs": load_design,
        "experiments": load_experiment,
    }
    if not is_path(reference):
        kinds = [kind for kind in KINDS if reference in preset_names(kind)]
        if not kinds:
            hint = did_you_mean(str(reference), [name for kind in KINDS for name in preset_names(kind)])
            raise ConfigError(f"'{reference}': no such preset, expected {REFERENCE_WORDS}{hint}")
        return loaders[kinds[0]](reference)
    path = file_of("cases", reference)
    values = read_toml(path).values
    of_parent = [kind for kind in KINDS if values.get("extends") in preset_names(kind)]
    for kind in (_kind_of(values), *of_parent):
        if kind:
            return loaders[kind](path)
    words = "expected a case, a design or an experiment, and its keys do not tell which"
    raise ConfigError(f"{shown_path(path)}: {words}")


class _ExperimentFile(Part):
    """An experiment as it is written: references instead of cases and designs."""

    name: str = Field(min_length=1, max_length=80, pattern=NAME)
    title: str = ""
    description: str = ""
    case: str | None = None
    cases: tuple[str, ...] | None = Field(None, min_length=1)
    designs: tuple[str, ...] = Field(min_length=1)
    baseline: str | None = None
    seeds: Any = None
    months: int | None = Field(None, ge=1, le=2400)
    twins: bool = True
    tables: tuple[str, ...] = ()
    set: dict[str, Any] = Field(default_factory=dict)
    designs_set: dict[str, dict[str, Any]] = Field(default_factory=dict)
    factors: dict[str, Any] = Field(default_factory=dict)
    changes: tuple[Change, ...] = ()


def load_experiment(reference: str | Path) -> Experiment:
    """An experiment by preset name or path, its cases and designs loaded and every arm checked.

    Raises `ConfigError` with everything that is wrong, one line each.
    """
    path = file_of("experiments", reference)
    table = read_toml(path)
    _check_kind(table, "experiments", path)
    _name(table.values, path)
    written, problems = validated(_ExperimentFile, table)
    _check_seeds(table)
    errors: list[str] = []
    cases = _each(load_case, "cases", _case_references(table), table, path.parent, errors)
    designs = _each(load_design, "designs", table.values.get("designs"), table, path.parent, errors)
    values, places = _own_values(table, written)
    if written is None or problems or table.problems or errors:
        raise ConfigError(*map(str, problems + table.problems), *errors)
    names = {reference: design.name for reference, design in zip(written.designs, designs, strict=True)}
    values |= {"cases": tuple(cases), "designs": tuple(designs)}
    values["designs_set"] = {names.get(name, name): settings for name, settings in values["designs_set"].items()}
    if written.baseline is not None:
        values["baseline"] = names.get(written.baseline, written.baseline)
    experiment, problems = validated(Experiment, Table(values, table.places))
    if experiment is None:
        raise ConfigError(*map(str, problems))
    check_experiment(experiment, places)
    return experiment


def _case_references(table: Table) -> Any:
    """The value of `cases`, or of `case` as a list."""
    if "case" in table.values and "cases" in table.values:
        table.refuse(("cases",), "give either case or cases, not both")
    elif "case" not in table.values and "cases" not in table.values:
        table.refuse(("case",), f"missing, expected {REFERENCE_WORDS}")
    return table.values.get("cases", [table.values.get("case")])


def _each(
    load: Callable[[Path], Any], kind: str, references: Any, table: Table, folder: Path, errors: list[str]
) -> list[Any]:
    """The cases or designs that a list names, loaded; what is wrong within their own files goes to `errors`."""
    key = kind if kind in table.values else ONE_OF[kind]
    names = [name for name in references if isinstance(name, str)] if isinstance(references, list) else []
    loaded = []
    for reference in dict.fromkeys(names):
        if names.count(reference) > 1:
            table.refuse((key,), f"'{reference}' stands twice")
        file = file_referred_to(kind, reference, table, key, folder)
        try:
            loaded += [load(file)] if file else []
        except ConfigError as error:
            errors += error.errors
    return loaded


def _check_seeds(table: Table) -> None:
    """Seeds are a number of blocks or a list."""
    seeds = table.values.get("seeds")
    words = f"expected a number of seeds from 1 to {MAX_SEEDS:,}, or a list of whole numbers from 0 to 2^63 - 1"
    several = seeds if isinstance(seeds, list) else [seeds]
    lowest, highest = (0, LAST_SEED) if isinstance(seeds, list) else (1, MAX_SEEDS)
    whole = [seed for seed in several if isinstance(seed, int) and not isinstance(seed, bool)]
    if "seeds" not in table.values:
        table.refuse(("seeds",), f"missing, {words}")
    elif not whole or len(whole) < len(several) or min(whole) < lowest or max(whole) > highest:
        table.refuse(("seeds",), f"{words}, got {shown(seeds)}")


def _own_values(table: Table, written: _ExperimentFile | None) -> tuple[dict[str, Any], dict[str, str]]:
    """An experiment's own values, its settings with dotted keys, and where each setting stands (the file at "")."""
    own = ("name", "title", "description", "months", "seeds", "changes", "twins", "tables")
    values: dict[str, Any] = {key: table.values[key] for key in own if key in table.values}
    places = {"": table.places[()]}
    if written is None:
        return values, places
    places |= {name_of(n): table.place(("changes", n)) for n in range(len(written.changes))}
    values |= {"set": {}, "factors": {}, "designs_set": {name: {} for name in written.designs_set}}
    for path in (("set",), ("factors",), *(("designs_set", name) for name in written.designs_set)):
        settings = values[path[0]] if len(path) == 1 else values[path[0]][path[1]]
        for key, value, place in table.leaves(path):
            here = (*path, *key.split("."))
            table.places[here] = places[key] = place
            if key in settings:
                table.refuse(here, "stands twice")
            if path == ("factors",) and not isinstance(value, list):
                table.refuse(here, f"expected a list of values, got {shown(value)}")
            settings[key] = value
    return values, places


def check_experiment(experiment: Experiment, places: Mapping[str, str] | None = None) -> None:
    """Refuse an experiment with an arm whose settings are wrong, unused by its payment rule, or unfit for its case.

    `places` says where each setting stands. Raises `ConfigError` with everything that is wrong, one line each.
    """
    places = places or {}
    errors: list[str] = []
    for case, design, factors in experiment.combinations():
        try:
            arm = experiment.arm(case, design, factors, places)
            check_pair(arm.case, arm.design, experiment.months)
            check_changes(arm.case, arm.design, arm.changes, experiment.seeds, experiment.months, places)
        except ConfigError as error:
            errors += error.errors
            continue
        unused = unused_settings(arm.design, experiment.settings(design.name))
        errors += [f"{places.get(key, SETTING)}: {key}: {reason}" for key, reason in unused.items()]
    if errors:
        raise ConfigError(*errors)


def check_changes(
    case: Case,
    design: Design,
    changes: Sequence[Change],
    seeds: Sequence[int],
    months: int | None = None,
    places: Mapping[str, str] | None = None,
) -> None:
    """Refuse dated changes that cannot come in a run of a case under a design, for the draws of all seeds.

    `places` says where each change stands. Raises `ConfigError` with what is wrong, one line each.
    """
    drawn = seeds if any(change.who == HALF for change in changes) else seeds[:1]
    for treated in dict.fromkeys(treated_places(case, changes, seed) for seed in drawn):
        for step in steps(case, design, changes, treated, months, places):
            check_pair(step.case, step.design, months)


def check_pair(case: Case, design: Design, months: int | None = None) -> None:
    """Refuse a design that does not suit a case, and a run that would not fit in this machine's memory.

    Where a design has tables for places, one at least must be the case's; so must the domain of every milestone.
    Raises `ConfigError`.
    """
    about = f"design '{design.name}' on case '{case.name}'"
    errors = []
    if design.by_locality and not design.by_locality.keys() & case.locality.keys():
        theirs, ours = listed(design.by_locality), listed(case.locality)
        errors.append(f"{about}: locality: the design has tables for {theirs}, but the case has {ours}")
    known = (EVERY_MEASURED_DOMAIN, *case.domains)
    for rules in map(design.for_locality, case.locality):
        for line in rules.payment.milestone:
            if line.domain not in known:
                words = f"expected one of {listed(known)}, got '{line.domain}'{did_you_mean(line.domain, known)}"
                errors.append(f"{about}: payment.milestone '{line.name}': domain: {words}")
    if errors:
        raise ConfigError(*errors)
    _check_size(case, design, months)


def _check_size(case: Case, design: Design, months: int | None) -> None:
    """Refuse what would not fit in memory."""
    from abm.world import memory_bytes  # here only: reading a configuration needs no world

    needed, there = memory_bytes(case, design, months), physical_memory()
    if needed > there:
        families = sum(place.families for place in case.locality.values())
        size = f"{families:,} families over {months or case.calendar.months:,} months"
        memory = f"need about {needed / 1e9:,.0f} GB of memory, this machine has {there / 1e9:,.0f} GB"
        raise ConfigError(f"case '{case.name}': case.families: {size} {memory}; ask for fewer families or months")


def physical_memory() -> int:
    """Bytes of memory of this machine; 16 GiB where the system does not tell."""
    try:
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (AttributeError, ValueError, OSError):
        return ASSUMED_MEMORY


def resolved(value: BaseModel) -> dict[str, Any]:
    """The full configuration of a case, a design or an experiment as plain data, every default written, for manifests.

    `type(value).model_validate_json(json.dumps(resolved(value)))` is the same value again.
    """
    return value.model_dump(mode="json")
