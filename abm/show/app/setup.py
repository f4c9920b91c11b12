"""What a session runs, as a value: checked here before any model is made, written as a link and as a file for `obc run`."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlencode

from abm.config import (
    Arm,
    Change,
    ConfigError,
    Intervention,
    as_changes,
    as_interventions,
    check_changes,
    check_interventions,
    check_pair,
    load_case,
    load_design,
    parse_assignments,
    parse_changes,
    parse_interventions,
    preset_names,
    unused_settings,
)
from abm.config.changes import ALL
from abm.config.experiment import LAST_SEED
from abm.config.words import did_you_mean, listed, shown
from abm.lab.twins import twins_of
from abm.show.parameters import declared

if TYPE_CHECKING:
    from abm.case import Case
    from abm.config import Design

TWIN, UNCHANGED = "twin", "unchanged"  # what may run beside a design, besides another design
MOST_FAMILIES, MOST_MONTHS, MOST_BYTES = (
    3000,
    240,
    48_000_000,
)  # of a session's case: thirty of them share two processors
MOST_SETTINGS, MOST_CHANGES, LONGEST_LINK, LONGEST_TEXT = 120, 60, 16_000, 4000
LISTS = ("payment.milestone", "payment.step")  # settings that are no single number, name or switch


@dataclass(frozen=True)
class Setup:
    """A case, a design and what runs beside it, a seed, settings from the start, and what is changed and happens later.

    `beside` is "twin" (the design with block pay), "unchanged" (the design as its file has it) or a design. Changes and
    interventions are in the order of their months.
    """

    case: str = "lombardy_cremona"
    design: str = "cremona_devolved"
    beside: str = TWIN
    seed: int = 1
    settings: Mapping[str, Any] = field(default_factory=dict)
    changes: tuple[Change, ...] = ()
    interventions: tuple[Intervention, ...] = ()

    def __post_init__(self) -> None:
        for name in ("changes", "interventions"):
            object.__setattr__(self, name, tuple(sorted(getattr(self, name), key=lambda one: one.month)))


@cache
def settable() -> frozenset[str]:
    """The keys that may be set here: what is declared, and the lines of a rate card; nothing that reads a file."""
    keys = {key for key, _ in declared() if ".milestone." not in key and ".step." not in key and ".NAME." not in key}
    return frozenset(keys | {*LISTS, "case.families"})


def arms_of(setup: Setup) -> dict[str, Arm]:
    """The arms of a setup: `a` the design, `b` what runs beside it, `t` its block twin; equal ones are one object.

    Raises `ConfigError` with everything that is wrong, a name that is no preset's, a key that cannot be set here, and a case
    too large for a shared server included.
    """
    check_names(setup)
    if isinstance(setup.settings.get("case.families"), int):
        _check_families(setup.settings["case.families"])  # before what is scaled by it outgrows its own range
    case = load_case(setup.case, setup.settings)
    _check_size(case)
    design = load_design(setup.design, setup.settings)
    unused = unused_settings(design, setup.settings)
    if unused:
        raise ConfigError(*(f"{key}: {reason}" for key, reason in unused.items()))
    arm = Arm(case, design, {}, setup.changes, setup.interventions)
    further, _ = twins_of([arm])
    twin = further[0] if further else arm
    if setup.beside == TWIN:
        beside = twin
    else:
        facts = tuple(_facts_only(change) for change in setup.changes)
        other = load_design(setup.design if setup.beside == UNCHANGED else setup.beside)
        beside = Arm(case, other, {}, facts, setup.interventions)
        beside = next(
            (known for known in (arm, twin) if (beside.design, facts) == (known.design, known.changes)), beside
        )
    arms = {"a": arm, "b": beside, "t": twin}
    for one in (arm, beside, twin):
        _check_memory(one.case, one.design)
        check_pair(one.case, one.design)
        check_changes(one.case, one.design, one.changes, [setup.seed])
        check_interventions(one.case, one.interventions)
    return arms


def _facts_only(change: Change) -> Change:
    """A change without the rules in it: what runs beside lives in the same world, under rules of its own."""
    return change.model_copy(update={"set": {k: v for k, v in change.set.items() if k.startswith("case.")}})


def check_names(setup: Setup) -> None:
    """Presets only: a path would let a browser read files of the server."""
    errors = []
    for kind, name in (("cases", setup.case), ("designs", setup.design)):
        if name not in preset_names(kind):
            errors.append(f"{kind[:-1]}: no {shown(name)} here{did_you_mean(str(name), preset_names(kind))}")
    if setup.beside not in (TWIN, UNCHANGED, *preset_names("designs")):
        errors.append(
            f"beside: no design {shown(setup.beside)} here{did_you_mean(setup.beside, preset_names('designs'))}"
        )
    if type(setup.seed) is not int or not 0 <= setup.seed <= LAST_SEED:
        errors.append(f"seed: expected a whole number from 0 to 2^63 - 1, got {shown(setup.seed)}")
    if len(setup.settings) > MOST_SETTINGS or len(setup.changes) + len(setup.interventions) > MOST_CHANGES:
        errors.append(f"at most {MOST_SETTINGS} settings and {MOST_CHANGES} changes and events can be kept here")
    for settings in (setup.settings, *(change.set for change in setup.changes)):
        errors += [text for key, value in settings.items() if (text := _wrong(key, value))]
    if errors:
        raise ConfigError(*errors)


def _wrong(key: str, value: Any) -> str:
    """What is wrong with a setting in this place, whatever its range; empty where nothing is."""
    plain = re.sub(r"^(case\.)?locality\.[^.]+\.", r"\1", key)
    known = settable()
    if (
        key not in known
        and plain not in known
        and f"case.locality.NAME.{plain.removeprefix('case.')}" not in _of_places()
    ):
        return f"{shown(key)[1:-1]}: cannot be set here{did_you_mean(key, known)}"
    if len(json.dumps(value, default=str)) > LONGEST_TEXT:
        return f"{key}: too long a value"
    return ""


@cache
def _of_places() -> frozenset[str]:
    return frozenset(key for key, _ in declared() if ".NAME." in key)


def families_in(case: Case) -> int:
    """Families of all places together."""
    return sum(place.families for place in case.locality.values())


def _check_size(case: Case) -> None:
    _check_families(families_in(case))
    if case.calendar.months > MOST_MONTHS:
        raise ConfigError(f"case.calendar: at most {MOST_MONTHS} months here, got {case.calendar.months:,}")


def _check_families(families: int) -> None:
    if families > MOST_FAMILIES:
        raise ConfigError(
            f"case.families: at most {MOST_FAMILIES:,} here, where many share one machine, got {families:,}"
        )


def _check_memory(case: Case, design: Design) -> None:
    from abm.world import memory_bytes  # here only: a link is read without the model

    if memory_bytes(case, design) > MOST_BYTES:
        raise ConfigError("case: more people and organisations than this shared server runs; `obc run` does")


# ---- a link


def to_query(setup: Setup, month: int = 0) -> str:
    """The setup as the query of a link, in the words of the command line."""
    pairs = [("case", setup.case), ("design", setup.design), ("beside", setup.beside), ("seed", str(setup.seed))]
    pairs += [("month", str(month))] if month else []
    pairs += [("set", f"{key}={toml_value(value)}") for key, value in setup.settings.items()]
    for change in setup.changes:
        who = "" if change.who == ALL else f"{change.who}:"
        pairs += [("change", f"{change.month}:{who}{key}={toml_value(value)}") for key, value in change.set.items()]
    for one in setup.interventions:
        span = f"{one.month}-{one.month + one.months - 1}" if one.months > 1 else str(one.month)
        words = "".join(f"{word}:" for word in (one.who if one.who != ALL else "", one.unit or "") if word)
        pairs.append(("event", f"{span}:{words}{one.kind}={one.strength:g}"))
    return urlencode(pairs)


def from_query(query: str) -> tuple[Setup, int] | None:
    """The setup and the month of a link; None where it names neither case nor design. Raises `ConfigError`."""
    if len(query) > LONGEST_LINK:
        raise ConfigError(f"the link is longer than {LONGEST_LINK:,} characters")
    found: dict[str, list[str]] = {}
    for key, value in parse_qsl(query.lstrip("?"), keep_blank_values=True, max_num_fields=400):
        found.setdefault(key, []).append(value)
    if not found.keys() & {"case", "design"}:
        return None
    known = ("case", "design", "beside", "seed", "month", "set", "change", "event")
    errors = [f"the link: no {shown(key)}; known: {listed(known)}" for key in found if key not in known]
    errors += [f"the link: {key} stands twice" for key in known[:5] if len(found.get(key, ())) > 1]
    if errors:
        raise ConfigError(*errors)
    start = Setup()
    setup = Setup(
        case=found.get("case", [start.case])[0],
        design=found.get("design", [start.design])[0],
        beside=found.get("beside", [start.beside])[0],
        seed=_whole("seed", found.get("seed", ["1"])[0], LAST_SEED),
        settings=parse_assignments(found.get("set", ())),
        changes=parse_changes(found.get("change", ())),
        interventions=parse_interventions(found.get("event", ())),
    )
    return setup, _whole("month", found.get("month", ["0"])[0], MOST_MONTHS)


def _whole(name: str, text: str, most: int) -> int:
    if not re.fullmatch(r"\d{1,19}", text) or int(text) > most:
        raise ConfigError(f"{name}: expected a whole number from 0 to {most:,}, got {shown(text)}")
    return int(text)


def from_browser(now: Setup, asked: Mapping[str, Any]) -> Setup:
    """The setup with what a browser asks for in place of it; nothing of it is believed. Raises `ConfigError`."""
    wanted: dict[str, Any] = {}
    for key in ("case", "design", "beside"):
        if key in asked:
            wanted[key] = asked[key] if isinstance(asked[key], str) else ""
    if "seed" in asked:
        wanted["seed"] = _whole("seed", str(asked["seed"]).strip(), LAST_SEED)
    if "settings" in asked:
        if not isinstance(asked["settings"], Mapping):
            raise ConfigError("settings: expected a table")
        wanted["settings"] = {str(key)[:200]: plain(value) for key, value in asked["settings"].items()}
    if "changes" in asked:
        wanted["changes"] = as_changes(asked["changes"] if isinstance(asked["changes"], list) else [asked["changes"]])
    if "interventions" in asked:
        events = asked["interventions"]
        wanted["interventions"] = as_interventions(events if isinstance(events, list) else [events])
    return replace(now, **wanted)


def plain(value: Any) -> Any:
    """A value of JSON as TOML would have read it; infinities and deep trees are refused by the checks that follow."""
    if isinstance(value, float) and math.isfinite(value) and value == int(value) and abs(value) < 1e15:
        return value
    if isinstance(value, list):
        return [dict(item) if isinstance(item, Mapping) else item for item in value[:50]]
    return value


# ---- a file that `obc run` repeats


def to_toml(setup: Setup, months: int) -> str:
    """The setup as a run file: `obc run FILE.toml` repeats the run to the last bit."""
    lines = [
        f'name = "{setup.case}_{setup.design}"'[:79].rstrip('"') + '"',
        f"case = {toml_value(setup.case)}",
        f"designs = [{toml_value(setup.design)}]",
        f"seeds = [{setup.seed}]",
        f"months = {months}",
    ]
    lines += _table("[set]", setup.settings) if setup.settings else []
    for change in setup.changes:
        lines += ["", "[[changes]]", f"month = {change.month}"]
        lines += [f'who = "{change.who}"'] if change.who != ALL else []
        lines.append(f"set = {toml_value(dict(change.set))}")
    for one in setup.interventions:
        values = {key: value for key, value in one.model_dump().items() if value is not None}
        lines += ["", "[[interventions]]", *(f"{key} = {toml_value(value)}" for key, value in values.items())]
    return "\n".join(lines) + "\n"


def _table(head: str, settings: Mapping[str, Any]) -> Iterable[str]:
    return ["", head, *(f'"{key}" = {toml_value(value)}' for key, value in settings.items())]


def toml_value(value: Any) -> str:
    """A value as TOML writes it, on one line; the standard library reads TOML but does not write it."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return repr(value)
    if isinstance(value, Mapping):
        return "{ " + ", ".join(f'"{key}" = {toml_value(one)}' for key, one in value.items()) + " }"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(map(toml_value, value)) + "]"
    return json.dumps(str(value), ensure_ascii=False)
