"""The words of every declaration: a parameter, a choice, a metric, a column.

What is declared here once feeds configuration checks, sliders, sensitivity analysis, tables and the ODD document.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, cast

from pydantic import BaseModel, ConfigDict, Field

ASSUMED = "assumed"


@dataclass(frozen=True)
class Param:
    """One declared setting.

    `possible` bounds what a configuration may say (for a choice: its names); `plausible` is the range that sensitivity,
    calibration and sliders use. `source` is a key of `sources.toml`, or "assumed". `acts_in` names a preset design in
    which moving the parameter must move some metric.
    """

    default: Any
    unit: str
    possible: tuple
    plausible: tuple
    meaning: str
    source: str = ASSUMED
    acts_in: str = "social_impact_bond"

    @property
    def is_choice(self) -> bool:
        return self.unit == "choice"


@dataclass(frozen=True)
class Metric:
    """One observed quantity: `at_end` says how a run's series becomes one value: last, mean_in_service or total."""

    name: str
    group: str
    unit: str
    meaning: str
    direction: str = "context"  # up | down | context: what a commissioner would call better
    at_end: str = "last"
    possible: tuple[float, float] = (float("-inf"), float("inf"))


@dataclass(frozen=True)
class Column:
    """One column of a population's table; `per` names what a row holds several of (domain, facet, …)."""

    name: str
    unit: str
    meaning: str
    per: str = ""
    kind: str = "f8"


class Part(BaseModel):
    """A frozen group of settings: unknown keys, wrong types, NaN and infinity are refused, all errors at once."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, allow_inf_nan=False)


def param(
    default: Any,
    unit: str,
    possible: tuple[float, float],
    meaning: str,
    source: str = ASSUMED,
    *,
    plausible: tuple[float, float] | None = None,
    acts_in: str = "social_impact_bond",
) -> Any:
    """Declare a number: a pydantic field whose bounds are `possible` and which carries its `Param`."""
    low, high = possible
    declared = Param(default, unit, possible, plausible or possible, meaning, source, acts_in)
    return Field(default, ge=low, le=high, description=meaning, json_schema_extra=cast(Any, {"param": declared}))


def choice(
    default: str, options: tuple[str, ...], meaning: str, source: str = ASSUMED, *, acts_in: str = "social_impact_bond"
) -> Any:
    """Declare a choice among names; the compiled code sees the position of the name in `options`."""
    declared = Param(default, "choice", options, options, meaning, source, acts_in)
    return Field(default, description=meaning, json_schema_extra=cast(Any, {"param": declared}))


def switch(meaning: str, source: str = ASSUMED, *, acts_in: str = "social_impact_bond", default: bool = True) -> Any:
    """Declare a mechanism switch: false is the model without the mechanism, exactly."""
    declared = Param(default, "switch", (False, True), (False, True), meaning, source, acts_in)
    return Field(default, description=meaning, json_schema_extra=cast(Any, {"param": declared}))


def parameters(part: type[BaseModel], prefix: str = "") -> Iterator[tuple[str, Param]]:
    """Every declared setting under `part`, as (dotted key, Param), in the order of declaration."""
    for name, field in part.model_fields.items():
        extra = field.json_schema_extra
        inner = field.annotation
        if isinstance(extra, dict) and isinstance(extra.get("param"), Param):
            yield prefix + name, cast(Param, extra["param"])
        elif isinstance(inner, type) and issubclass(inner, BaseModel):
            yield from parameters(inner, f"{prefix}{name}.")


def value_of(part: BaseModel, dotted: str) -> Any:
    """The value at a dotted key of a configuration."""
    value: Any = part
    for name in dotted.split("."):
        value = getattr(value, name)
    return value
