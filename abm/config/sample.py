"""Samples of settings: Latin hypercubes and Sobol sequences over ranges, names and switches, as points of an experiment.

A point gives each sampled setting one value. Points depend on the sample's own words alone, its seed among them: numbers
are rounded to 12 digits, so that a last bit of some machine's logarithm changes nothing.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, Literal, NamedTuple, get_origin

from pydantic import BaseModel, Field, field_validator
from pydantic.fields import FieldInfo

from abm.config.settings import declared_setting, flat, unknown_setting
from abm.config.toml_file import MOST_TOLD
from abm.config.words import did_you_mean, expected, listed, shown
from abm.declare import Param, Part

MAX_POINTS = 10_000
LAST_SEED = 2**63 - 1
DIGITS = 12  # of sampled numbers
PLAUSIBLE = "plausible"  # the range that a setting declares
LINEAR, LOG = "linear", "log"
WORDS = ("range", "scale", "values")  # of a table for one setting; no setting ends so
FORMS = '"plausible", [low, high], a list of names, or a table with range and scale, or with values'


class Sample(Part):
    """Points drawn over settings, all at once: `over` says for each from where.

    `"plausible"` takes a setting's declared range, or all its names; `[low, high]` a range, both ends included; a list of
    names, or true and false, these alike often. `{ range = …, scale = "log" }` samples a range above 0 evenly in its
    logarithm, `{ values = [1, 2, 5] }` takes numbers alike often. Whole numbers of a range are alike often too.
    """

    method: Literal["latin", "sobol"] = Field(
        description="latin: each setting's range in n parts of which each has one point; sobol: a scrambled Sobol sequence"
    )
    n: int = Field(ge=2, le=MAX_POINTS, description="points; a power of 2 for sobol, where more go on from the same")
    seed: int = Field(1, ge=0, le=LAST_SEED, description="of the points; the runs have their own")
    over: dict[str, Any] = Field(min_length=1, description="what is sampled: settings, and from where")

    @field_validator("over", mode="before")
    @classmethod
    def _dotted(cls, over: Any) -> Any:
        """Tables within tables become dotted keys, but for a setting's own table."""
        return by_setting(flat(over)) if isinstance(over, Mapping) else over

    def points(self) -> tuple[dict[str, Any], ...]:
        """The points, in order; one that comes again (names, whole numbers) stands once. Raises `ValueError`."""
        from scipy.stats import qmc  # here only: it takes a second

        axes = {key: axis(key, asked) for key, asked in self.over.items()}
        if self.method == "latin":
            unit = qmc.LatinHypercube(len(axes), rng=self.seed).random(self.n)
        else:
            unit = qmc.Sobol(len(axes), rng=self.seed).random_base2(self.n.bit_length() - 1)
        points = [{key: one.value(float(u)) for (key, one), u in zip(axes.items(), row, strict=True)} for row in unit]
        return tuple({tuple(point.values()): point for point in points}.values())


class Axis(NamedTuple):
    """From where one setting is drawn: names or numbers, or a range."""

    values: tuple[Any, ...] = ()
    low: float = 0.0
    high: float = 0.0
    log: bool = False
    whole: bool = False

    def value(self, u: float) -> Any:
        """The value at a place from 0 to 1 of the axis."""
        if self.values:
            return self.values[min(int(u * len(self.values)), len(self.values) - 1)]
        end = self.high + 1 if self.whole else self.high  # each whole number has an interval of its own
        x = self.low * (end / self.low) ** u if self.log else self.low + u * (end - self.low)
        if self.whole:
            return min(math.floor(float(f"{x:.{DIGITS}g}")), int(self.high))
        return min(max(float(f"{x:.{DIGITS}g}"), self.low), self.high)


def by_setting(over: Mapping[str, Any]) -> dict[str, Any]:
    """Dotted keys of a sample with `KEY.range`, `KEY.scale` and `KEY.values` as one table under their key."""
    found: dict[str, Any] = {}
    for key, value in over.items():
        setting, _, word = key.rpartition(".")
        if word in WORDS and setting and isinstance(found.setdefault(setting, {}), dict):
            found[setting][word] = value
        else:
            found[key] = value
    return found


def inconsistencies_of(sample: Sample) -> list[str]:
    """What is wrong with a sample, one sentence each, beginning with the key at fault."""
    found = []
    if sample.method == "sobol" and sample.n & (sample.n - 1):
        below = 1 << (sample.n.bit_length() - 1)
        words = f"a Sobol sequence is even at powers of 2 only, expected {below} or {2 * below}, got {sample.n}"
        found.append(f"sample.n: {words}")
    for key, asked in sample.over.items():
        if len(found) > MOST_TOLD:  # finding what was meant takes time
            break
        try:
            axis(key, asked)
        except ValueError as error:
            found.append(f"sample.over.{key}: {error}")
    return found


def axis(key: str, asked: Any) -> Axis:
    """From where a setting is drawn, as a sample asks for it. Raises `ValueError` in words."""
    declared = declared_setting(key)
    if declared is None:
        raise ValueError(unknown_setting(key))
    annotation, field = declared
    table = asked if isinstance(asked, Mapping) else {}
    scale = table.get("scale", LINEAR)
    if set(table) in ({"values"}, {"range"}, {"range", "scale"}):
        asked = table.get("range", table.get("values"))
    elif isinstance(asked, Mapping):
        raise ValueError(f"expected {FORMS}, got a table of {listed(table)}")
    if annotation in (int, float) and "values" not in table:
        return _range(annotation, field, asked, scale)
    if scale != LINEAR:
        raise ValueError(f"scale: only a number has one, expected {expected(*declared)}")
    return Axis(_values(annotation, field, asked))


def _param(field: FieldInfo | None) -> Param | None:
    """What a setting declares of itself, if it does."""
    extra = field.json_schema_extra if field else None
    found = extra.get("param") if isinstance(extra, dict) else None
    return found if isinstance(found, Param) else None


def _bounds(field: FieldInfo | None) -> tuple[float, float]:
    """Least and most that a number may be."""
    rules = {
        name: getattr(rule, name)
        for rule in (field.metadata if field else ())
        for name in ("ge", "le")
        if hasattr(rule, name)
    }
    return rules.get("ge", -math.inf), rules.get("le", math.inf)


def _range(annotation: Any, field: FieldInfo | None, asked: Any, scale: Any) -> Axis:
    """A range of numbers."""
    param, whole = _param(field), annotation is int
    lowest, highest = _bounds(field)
    if scale not in (LINEAR, LOG):
        raise ValueError(f"scale: expected one of {listed((LINEAR, LOG))}, got {shown(scale)}")
    if asked == PLAUSIBLE and param is None:
        raise ValueError("declares no plausible range, expected [low, high]")
    ends = asked
    if asked == PLAUSIBLE and param:
        first, last = param.plausible
        ends = (math.ceil(first), math.floor(last)) if whole else (first, last)
    if isinstance(ends, str):
        raise ValueError(f"expected {FORMS}, got {shown(ends)}{did_you_mean(ends, (PLAUSIBLE,))}")
    kinds = int if whole else int | float
    if not isinstance(ends, list | tuple) or len(ends) != 2 or not all(_is(end, kinds) for end in ends):
        numbers = "two whole numbers" if whole else "two numbers"
        raise ValueError(f"expected {PLAUSIBLE!r} or {numbers} [low, high], or a table with values, got {shown(asked)}")
    low, high = ends
    if not low < high:
        raise ValueError(f"the low end must be below the high one, got {shown(asked)}")
    if scale == LOG and low <= 0:
        raise ValueError(f"a logarithmic scale needs a low end above 0, got {shown(low)}")
    if not lowest <= low or not high <= highest:
        raise ValueError(f"both ends must be {expected(annotation, field)}, got {shown(asked)}")
    return (
        Axis(low=low, high=high, log=scale == LOG, whole=whole)
        if whole
        else Axis((), float(low), float(high), scale == LOG)
    )


def _values(annotation: Any, field: FieldInfo | None, asked: Any) -> tuple[Any, ...]:
    """Names, switches or single numbers."""
    param = _param(field)
    if asked == PLAUSIBLE and param and annotation not in (int, float):
        return tuple(param.possible)
    kinds = {int: int, float: int | float, bool: bool}.get(annotation, str)
    words = f"expected a list of at least two values, each {expected(annotation, field)}"
    if get_origin(annotation) in (dict, tuple) or (isinstance(annotation, type) and issubclass(annotation, BaseModel)):
        raise ValueError("is a table or a list; name one of its settings")
    if isinstance(asked, str) or not isinstance(asked, list | tuple) or len(asked) < 2:
        hint = did_you_mean(asked, (PLAUSIBLE,)) if isinstance(asked, str) else ""
        raise ValueError(f"{words}, or {PLAUSIBLE!r}, got {shown(asked)}{hint}")
    options = param.possible if param and annotation not in (int, float) else ()
    low, high = _bounds(field)
    for value in asked:
        if not _is(value, kinds) or (
            value not in options if options else kinds is not str and not low <= value <= high
        ):
            hint = did_you_mean(value, options) if isinstance(value, str) and annotation is not bool else ""
            raise ValueError(f"{words}, got {shown(value)}{hint}")
    if len(set(asked)) < len(asked):
        raise ValueError(f"a value stands twice in {shown(asked)}")
    return tuple(asked)


def _is(value: Any, kinds: Any) -> bool:
    """Whether a value is a finite number, text or switch of a kind; true and false are no numbers."""
    if isinstance(value, bool) or kinds is bool:
        return isinstance(value, bool) and kinds is bool
    return isinstance(value, kinds) and (not isinstance(value, float) or math.isfinite(value))
