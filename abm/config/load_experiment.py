"""A preset's name or a TOML file → Experiment, or whatever the file is, or one message with all that is wrong."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

from pydantic import BaseModel, Field

from abm.case import Case
from abm.config.changes import Change, name_of
from abm.config.check import check_experiment
from abm.config.experiment import MAX_ARMS, MAX_SEEDS, NAME, Experiment
from abm.config.interventions import Intervention, name_of_intervention
from abm.config.keep import Keep
from abm.config.load import check_kind, kind_of, load_case, load_design, named
from abm.config.presets import KINDS, ONE_OF, REFERENCE_WORDS, file_of, file_referred_to, is_path, preset_names
from abm.config.sample import LAST_SEED, WORDS, Sample
from abm.config.settings import Design
from abm.config.toml_file import MOST_TOLD, ConfigError, KeyPath, Table, read_toml, shown_path
from abm.config.words import did_you_mean, shown, validated
from abm.declare import Part


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
    for kind in (kind_of(values), *of_parent):
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
    keep: Keep = Keep()
    set: dict[str, Any] = Field(default_factory=dict)
    designs_set: dict[str, dict[str, Any]] = Field(default_factory=dict)
    factors: dict[str, Any] = Field(default_factory=dict)
    sample: Sample | None = None
    points: tuple[dict[str, Any], ...] = Field((), max_length=MAX_ARMS)
    changes: tuple[Change, ...] = ()
    interventions: tuple[Intervention, ...] = ()
    matters: dict[str, float] = Field(default_factory=dict)


def load_experiment(reference: str | Path) -> Experiment:
    """An experiment by preset name or path, its cases and designs loaded and every arm checked.

    Raises `ConfigError` with everything that is wrong, one line each.
    """
    path = file_of("experiments", reference)
    table = read_toml(path)
    check_kind(table, "experiments", path)
    named(table.values, path)
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


def load_run(reference: str | Path) -> Experiment:
    """A run file: an experiment of one case, one design and one seed, with its settings, changes and interventions.

    Raises `ConfigError` with everything that is wrong, one line each.
    """
    experiment = load_experiment(reference)
    counts = {"case": len(experiment.cases), "designs": len(experiment.designs), "seeds": len(experiment.seeds)}
    wrong = [f"{key}: a run has one, these are {count}" for key, count in counts.items() if count != 1]
    wrong += [f"{key}: a run has none" for key in ("factors", "points") if getattr(experiment, key)]
    if wrong:
        place = shown_path(file_of("experiments", reference))
        raise ConfigError(*(f"{place}: {text}; `obc batch` runs an experiment" for text in wrong))
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
    for reference, times in Counter(names).items():
        if len(table.problems) > MOST_TOLD:  # finding what was meant takes time
            break
        if times > 1:
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
    own = (
        "name",
        "title",
        "description",
        "months",
        "seeds",
        "changes",
        "interventions",
        "twins",
        "tables",
        "keep",
        "matters",
    )
    values: dict[str, Any] = {key: table.values[key] for key in own if key in table.values}
    places = {"": table.places[()]}
    if written is None:
        return values, places
    places |= {name_of(n): table.place(("changes", n)) for n in range(len(written.changes))}
    events = range(len(written.interventions))
    places |= {name_of_intervention(n): table.place(("interventions", n)) for n in events}
    if "sample" in table.values and "points" in table.values:
        table.refuse(("points",), "give either points or a sample, not both")
    for n in range(len(written.points)):
        places[f"points[{n + 1}]"] = table.place(("points", n))
    values |= _points(table, places) | {
        "set": {},
        "factors": {},
        "designs_set": {name: {} for name in written.designs_set},
    }
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


def _points(table: Table, places: dict[str, str]) -> dict[str, Any]:
    """The points or the sample of an experiment, with dotted keys; where they stand goes to the table and `places`."""
    found: dict[str, Any] = {}
    paths: list[KeyPath] = [("sample", "over"), *(("points", n) for n in range(len(table.values.get("points", ()))))]
    for path in paths:
        settings: dict[str, Any] = {}
        for key, value, place in table.leaves(path):
            here: KeyPath = (*path, *key.split("."))
            named: KeyPath = here[:-1] if path[0] == "sample" and here[-1] in WORDS else here
            table.places.setdefault(named, place)
            if path[0] == "sample":
                places.setdefault(".".join(map(str, named[2:])), place)
            if key in settings:
                table.refuse(here, "stands twice")
            settings[key] = value
        if path[0] == "points":
            found.setdefault("points", []).append(settings)
        elif settings:
            found["sample"] = table.values["sample"] | {"over": settings}
    return found


def resolved(value: BaseModel) -> dict[str, Any]:
    """The full configuration of a case, a design or an experiment as plain data, every default written, for manifests.

    `type(value).model_validate_json(json.dumps(resolved(value)))` is the same value again.
    """
    return value.model_dump(mode="json")
