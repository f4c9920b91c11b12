"""Guided experiments: questions as data, answered by running the model and not by the text."""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from abm.config import ConfigError
from abm.config.words import did_you_mean
from abm.metrics import METRICS, at_end
from abm.show.app.catalogue import setup_of, source_line
from abm.show.app.panels import short
from abm.show.style import title_of

if TYPE_CHECKING:
    from abm.show.app.arms import Arms
    from abm.show.app.setup import Setup

ANSWERS = ("higher", "same", "lower")
NOTHING = "nothing"  # what a measure may be set against, instead of what runs beside


@cache
def _told() -> dict[str, dict[str, Any]]:
    return tomllib.loads((Path(__file__).parent / "lessons.toml").read_text(encoding="utf-8"))


def lessons() -> list[dict[str, Any]]:
    """The lessons as the page shows them, but for their answers."""
    declared = {metric.name: metric for metric in METRICS}
    return [
        {
            "key": key,
            "title": one["title"],
            "question": one["question"],
            "measure": title_of(one["measure"]),
            "meaning": declared[one["measure"]].meaning,
            "watch": one["watch"],
            "answers": list(ANSWERS),
            "against": one.get("against", "what runs beside it"),
        }
        for key, one in _told().items()
    ]


def _lesson(key: str) -> dict[str, Any]:
    if key not in _told():
        raise ConfigError(f"lesson: no '{key[:80]}' here{did_you_mean(key, _told())}")
    return _told()[key]


def lesson_setup(key: str) -> Setup:
    """What a lesson runs. Raises `ConfigError` for an unknown one."""
    return setup_of(_lesson(key))


def answer(difference: float, same: float) -> str:
    """A difference as one of the answers."""
    if difference != difference or abs(difference) < same:
        return "same"
    return "higher" if difference > 0 else "lower"


def outcome(key: str, arms: Arms) -> dict[str, Any]:
    """What happened in a run that is over: both values, their difference, which answer that is, and why it comes."""
    lesson = _lesson(key)
    ends = {name: at_end(arms[name].world.series, arms[name].case) for name in ("a", "b")}
    name = lesson["measure"]
    before = 0.0 if lesson.get("against") == NOTHING else ends["b"][name]
    difference = ends["a"][name] - before
    table = [
        [metric, *(short(ends[arm][metric]) for arm in ("a", "b"))]
        for metric in dict.fromkeys((name, *lesson["watch"]))
    ]
    return {
        "key": key,
        "value": short(ends["a"][name]),
        "beside": short(before),
        "difference": short(difference),
        "came": answer(difference, lesson["same"]),
        "usual": lesson["expected"],
        "table": table,
        "why": " ".join(lesson["why"].split()),
        "sources": [source_line(one) for one in lesson["sources"]],
    }
