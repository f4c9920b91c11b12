"""The tables of the ODD protocol and of TRACE, from the declarations, the schedule and the rules' own words."""

from __future__ import annotations

import json
from importlib import import_module
from pathlib import Path

from abm import streams
from abm.config import load_case, load_design, preset_names
from abm.engine import MONTH
from abm.handbook.blocks import refresh, table
from abm.handbook.words import about, entry, modules_of, reasons, rules_of, wrapped
from abm.lab.patterns import PATTERNS
from abm.metrics import METRICS
from abm.rules.interventions import KINDS
from abm.show.parameters import counts, declared
from abm.sources import sources
from abm.tables import RELATION_NAMES, TABLES

PAGES = (Path("docs/odd.md"), Path("docs/trace.md"))
KEPT = Path("docs/validation.json")

# What a row of each table is; the columns say the rest.
ROWS = {
    "clock": "the model's time: one row",
    "localities": "a place under one local authority, with its contract",
    "territories": "a territory of a place, with the need that its families share",
    "teams": "a team of providers and the families that it is for",
    "commissioners": "a local authority, or a region above them",
    "investors": "an investor of a place",
    "providers": "a provider: public, third sector, families' association or firm",
    "families": "a family: the person served and those around",
    "packages": "a family's tie with one of the providers that it knows",
    "volunteers": "a person ready to volunteer",
    "edges": "what one holds of another: a directed edge of the graph of trust",
    "peers": "a family's tie with one of the families that it talks to",
    "pairs": "two providers of a place: hours together, quarrels",
    "milestones": "a line of a place's rate card",
    "claims": "a line of the card × a measured domain, for one family: how far it has come",
    "cells": "localities × thirds of complexity: hours by domain given, wanted, needed",
    "relations": "where the edges of each kind of relation begin and end",
    "plans": "a month of a place's plan of outcomes and payments",
    "interventions": "an intervention or shock of this run",
    "assignments": "whether a unit was drawn for an intervention",
}
AGENTS = ("commissioners", "investors", "providers", "families", "volunteers")


def entities() -> str:
    """Every table with what a row is and how many variables it has."""
    rows = [(f"`{name}`", "agent" if name in AGENTS else "", ROWS[name], str(len(TABLES[name]))) for name in TABLES]
    return table(("table", "", "a row is", "variables"), rows)


def variables() -> str:
    """Every state variable of every table."""
    parts = []
    for name, columns in TABLES.items():
        rows = [(f"`{c.name}`", c.unit + (f", per {c.per}" if c.per else ""), c.meaning) for c in columns]
        parts.append(f"### `{name}`: {ROWS[name]}\n\n" + table(("variable", "unit", "meaning"), rows))
    return "\n\n".join(parts)


def schedule() -> str:
    """The month: stage by stage, what it does, why it stands there, and what it writes."""
    why = reasons("engine", "STAGES")
    rows = []
    for number, stage in enumerate(MONTH, 1):
        name = stage.__name__
        words = " ".join(about(f"stages.{name}").split("\n\n")[0].split()).removeprefix(f"{name}: ")
        written = sorted({one.split(".")[0] for one in import_module(f"abm.stages.{name}").WRITES})
        rows.append((str(number), f"`{name}`", words.capitalize(), why.get(name, ""), ", ".join(written)))
    return table(("", "stage", "what happens", "why here", "writes in"), rows)


def writes() -> str:
    """Every variable that each stage may write; a test compares all tables before and after each stage."""
    parts = []
    for stage in MONTH:
        listed = import_module(f"abm.stages.{stage.__name__}").WRITES
        parts.append(f"- **`{stage.__name__}`** ({len(listed)}): " + ", ".join(f"`{one}`" for one in sorted(listed)))
    return "\n".join(parts)


def submodels() -> str:
    """Every rule with its arguments and its words, equation and source included, a section a mechanism."""
    parts = []
    for module in modules_of("rules"):
        parts.append(f"### `{module}`\n\n{wrapped(about(module))}")
        for rule in rules_of(module):
            parts.append(entry(rule))
    return "\n\n".join(parts)


def draws() -> str:
    """The streams of keyed chance, in their order."""
    numbers = {name: value for name, value in vars(streams).items() if name.isupper() and not name.startswith("_")}
    of_streams = sorted((value, name) for name, value in numbers.items() if isinstance(value, int) and value < 1000)
    return wrapped(", ".join(f"{name.lower()} ({value})" for value, name in of_streams if name != "JIT") + ".")


def relations() -> str:
    """The kinds of directed relation."""
    return ", ".join(f"`{name}`" for name in RELATION_NAMES) + "."


def observations() -> str:
    """Groups of metrics with their names."""
    groups = {g: [m.name for m in METRICS if m.group == g] for g in dict.fromkeys(m.group for m in METRICS)}
    rows = [(group, str(len(names)), ", ".join(f"`{name}`" for name in names)) for group, names in groups.items()]
    return table(("group", "metrics", "names"), rows)


def patterns() -> str:
    """The patterns, with their source and whether they hold in the figures that are kept."""
    kept = {one["key"]: one for one in json.loads(KEPT.read_text(encoding="utf-8"))} if KEPT.is_file() else {}
    rows = []
    for pattern in PATTERNS:
        cited = "; ".join(_cited(key) for key in pattern.sources)
        holds = {True: "yes", False: "no", None: "not run"}[_holds(kept.get(pattern.key))]
        rows.append((pattern.key, pattern.title, cited, holds))
    return table(("", "pattern", "source", "holds"), rows)


def _cited(key: str) -> str:
    """A source as a text cites it: first author, and others, if any, in short."""
    first, *others = sources()[key].authors.split(";")
    more = " et al." if others or "and others" in first else ""
    return f"{first.removesuffix(' and others').split(',')[0]}{more} ({sources()[key].year})"


def _holds(kept: dict | None) -> bool | None:
    """Whether the first measurement, with the mechanism at work, was as expected."""
    return None if kept is None else bool(kept["measurements"][0]["as_expected"])


def presets() -> str:
    """Designs and cases that come with the model."""
    rows = [("design", f"`{name}`", load_design(name).title) for name in preset_names("designs")]
    rows += [("case", f"`{name}`", load_case(name).title) for name in preset_names("cases")]
    return table(("", "name", "title"), rows)


def numbers() -> str:
    """What the declared numbers rest on."""
    return "\n".join(f"- {line}" for line in counts(declared()))


def interventions() -> str:
    """Kinds of interventions and shocks."""
    return table(("kind", "what it is", "moves"), [(f"`{kind.name}`", kind.meaning, kind.moves) for kind in KINDS])


WRITERS = (
    entities, variables, schedule, writes, submodels, draws, relations, observations, patterns, presets, numbers,
    interventions,
)  # fmt: skip
BLOCKS = {one.__name__: one for one in WRITERS}

if __name__ == "__main__":
    for page in PAGES:
        refresh(page, BLOCKS)
