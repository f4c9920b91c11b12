"""What the page offers, from what is declared: stories, cases, designs, metrics, controls, events. Sent once to a session."""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path
from typing import Any

from abm.case import Locality
from abm.config import load_case, load_design, load_experiment, preset_names
from abm.config.changes import is_term, why_fixed
from abm.declare import Param, parameters
from abm.metrics import METRICS
from abm.rules.interventions import EVENT, KINDS
from abm.show.app.setup import MOST_FAMILIES, TWIN, UNCHANGED, Setup, families_in
from abm.show.parameters import declared, is_number
from abm.show.style import title_of
from abm.sources import CHECKED, provenance, sources

PARTS = (  # of a design, as the page groups its controls
    ("payment", "Payment", "What is paid for, when, and how it is attributed", ("payment.",)),
    ("finance", "Finance", "Who advances the money and who bears the risk", ("finance.",)),
    ("structure", "Structure", "Who decides, who coordinates, who may bid", ("structure.",)),
    ("outcomes_use", "Use of outcomes", "What results are used for besides payment", ("outcomes_use.",)),
    ("coproduction", "Co-production", "What families and volunteers take part in", ("coproduction.",)),
    ("control", "Control and learning", "How closely it is watched, and what is learned", ("control.", "learning.")),
)
MORE_PARTS = (
    ("mechanisms", "Mechanisms", "Switch one off: the model without it, exactly", ("mechanisms.",)),
    ("case", "Facts of the case", "People, places, money, measurement: facts, which hold for all designs", ("case.",)),
)
SUMS = ("finance.bridge", "coproduction.levels", "coproduction.roles")  # whose shares sum to 1
MAIN = (  # the controls of each part that are shown first
    "payment.rule", "payment.outcome_share", "payment.lag_months", "payment.alignment", "payment.attribution",
    "payment.cohort_definition", "payment.input_specification", "finance.bridge.state", "finance.bridge.provider",
    "finance.bridge.investor", "finance.risk_to_provider", "finance.intermediary", "structure.decision_rights",
    "structure.coordination_rights", "structure.competition", "structure.partnership_required", "structure.minimum_hours",
    "outcomes_use.priorities", "outcomes_use.responsibility", "outcomes_use.decisions", "coproduction.planning",
    "coproduction.design", "coproduction.delivery", "coproduction.assessment", "coproduction.training", "control.audit",
    "control.penalty", "control.burden_max", "control.threshold", "learning.mode", "learning.gain",
    "mechanisms.incentives", "mechanisms.selection", "mechanisms.gaming", "mechanisms.liquidity", "mechanisms.crowding",
    "mechanisms.burden_response", "case.families", "case.outcome.effect", "case.measurement.noise",
    "case.money.forecast_optimism",
)  # fmt: skip


@cache
def stories() -> dict[str, dict[str, Any]]:
    """The stories by key, each with the `setup` that it starts with."""
    told = tomllib.loads((Path(__file__).parent / "stories.toml").read_text(encoding="utf-8"))
    for story in told.values():
        story["setup"] = setup_of(story)
    return told


def setup_of(entry: dict[str, Any]) -> Setup:
    """What an entry of a data file runs: an experiment's first design with its dated changes, or a case and a design."""
    common = {"beside": entry.get("beside", TWIN), "seed": entry.get("seed", 1), "settings": entry.get("set", {})}
    if "experiment" in entry:
        experiment = load_experiment(entry["experiment"])
        case, design = experiment.cases[0].name, entry.get("design", experiment.designs[0].name)
        return Setup(case, design, **common, changes=experiment.changes, interventions=experiment.interventions)
    return Setup(entry["case"], entry["design"], **common)


def source_line(key: str) -> dict[str, str]:
    """A source as the page shows it."""
    found = sources()[key]
    about = f"{found.authors} ({found.year}). {found.title}. {found.where}"
    link = f"https://doi.org/{found.doi}" if found.doi else ""
    return {"text": about, "link": link, "checked": CHECKED[found.checked]}


@cache
def catalogue() -> dict[str, Any]:
    """Everything that the page offers."""
    cases = [case for case in map(load_case, preset_names("cases")) if families_in(case) <= MOST_FAMILIES]
    designs = [load_design(name) for name in preset_names("designs")]
    return {
        "stories": [_story(key, story) for key, story in stories().items()],
        "cases": [
            {"name": c.name, "title": c.title or c.name, "about": c.description, "months": c.calendar.months} for c in cases
        ],
        "designs": [{"name": d.name, "title": d.title, "about": d.description} for d in designs],
        "beside": [
            {"name": TWIN, "title": "the same design, paid by block grant"},
            {"name": UNCHANGED, "title": "the same design, without my changes"},
        ],
        "metrics": [
            {"name": m.name, "title": title_of(m.name), "unit": m.unit, "meaning": m.meaning, "group": m.group,
             "direction": m.direction} for m in METRICS
        ],
        "parts": [
            {"key": key, "title": title, "about": about, "more": more, "controls": _controls(prefixes)}
            for more, parts in ((False, PARTS), (True, MORE_PARTS)) for key, title, about, prefixes in parts
        ],
        "events": [
            {"name": kind.name, "title": kind.name.replace("_", " "), "meaning": kind.meaning, "moves": kind.moves,
             "units": list(kind.units), "lasts": kind.lasts, "once": kind.lasts in (EVENT,)} for kind in KINDS
        ],
    }  # fmt: skip


def _story(key: str, story: dict[str, Any]) -> dict[str, Any]:
    return {
        "key": key,
        "title": story["title"],
        "about": story["about"],
        "text": " ".join(story["text"].split()),
        "watch": story["watch"],
        "sources": [source_line(one) for one in story["sources"]],
    }


def _controls(prefixes: tuple[str, ...]) -> list[dict[str, Any]]:
    """The controls of the settings that begin so, in the order of their declaration."""
    found = [
        _control(key, one)
        for key, one in declared()
        if key.startswith(prefixes)
        and not any(word in key for word in (".milestone.", ".step.", ".NAME.", "calendar."))
    ]
    if "case." in prefixes:
        families = dict(parameters(Locality))["families"]
        found.insert(0, _control("case.families", families))
    return found


def _control(key: str, one: Param) -> dict[str, Any]:
    kind = "choice" if one.is_choice else "switch" if one.unit == "switch" else "number"
    control = {
        "key": key,
        "label": key.split(".", 1)[1].replace(".", ": ").replace("_", " "),
        "kind": kind,
        "unit": one.unit if is_number(one) else "",
        "meaning": one.meaning,
        "source": provenance(key, one),
        "main": key in MAIN,
        "when": "reset" if why_fixed(key) else "award" if is_term(key) else "once",
    }
    if kind == "choice":
        control["options"] = list(one.possible)
    elif kind == "number":
        whole = isinstance(one.default, int)
        low, high = one.plausible
        control |= {
            "low": low, "high": high, "least": one.possible[0], "most": one.possible[1], "whole": whole,
            "step": 1 if whole else _step(low, high),
        }  # fmt: skip
    return control


def _step(low: float, high: float) -> float:
    """A step of a slider: about a hundredth of its span, a round number."""
    span = high - low
    for step in (1e-4, 1e-3, 0.005, 0.01, 0.05, 0.1, 0.5, 1.0, 5.0, 10.0, 50.0, 100.0, 1000.0):
        if span / step <= 120:
            return step
    return 10_000.0


def keys_of(part: str) -> tuple[str, ...]:
    """The keys of a part of a design, lines of a rate card included."""
    prefixes = next(prefixes for key, _, _, prefixes in (*PARTS, *MORE_PARTS) if key == part)
    keys = tuple(one["key"] for one in _controls(prefixes))
    return (*keys, "payment.milestone", "payment.step") if part == "payment" else keys
