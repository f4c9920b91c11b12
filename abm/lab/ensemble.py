"""Designs at many points of a space of settings, on the same seeds: what sensitivity, regret and calibration look at."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from abm.case import Case
from abm.config import Arm, ConfigError, Design, Sample, parse_assignment, unused_settings
from abm.config.sample import Axis, axis
from abm.config.settings import CASE
from abm.config.words import did_you_mean
from abm.declare import ASSUMED, Param, parameters, value_of
from abm.design import GovernanceDesign
from abm.lab.asked import arm_of
from abm.lab.more import Progress, run_ends

if TYPE_CHECKING:
    from abm.config import Experiment

PLAUSIBLE = "plausible"
UNKNOWN_RANGES = ("calendar.",)  # dates are facts of a case, not guesses about it


def declared() -> dict[str, Param]:
    """Every declared setting by its dotted key: those of the case with `case.` before them, then the design's."""
    of_case = {CASE + key: param for key, param in parameters(Case)}
    return of_case | dict(parameters(GovernanceDesign))


def assumed_numbers() -> dict[str, str]:
    """The assumed numbers of a case that have a plausible range of their own: what a sensitivity analysis asks about."""
    return {
        key: PLAUSIBLE for key, param in declared().items()
        if key.startswith(CASE) and param.source == ASSUMED and isinstance(param.default, int | float)
        and not isinstance(param.default, bool) and param.plausible != param.possible
        and not key.removeprefix(CASE).startswith(UNKNOWN_RANGES)
    }  # fmt: skip


def parse_over(texts: Iterable[str]) -> dict[str, Any]:
    """`KEY`, `case.trust.*` or `KEY=[low, high]` of a command line: settings with the range to try. Raises ConfigError."""
    found: dict[str, Any] = {}
    known = declared()
    for text in texts:
        key, asked = parse_assignment(text) if "=" in text else (text.strip(), PLAUSIBLE)
        matching = [name for name in known if fnmatchcase(name, key)] if "*" in key else [key]
        if not matching:
            raise ConfigError(f"over: no setting matches '{key}'; `obc list parameters` shows all")
        for name in matching:
            if "*" in key and not isinstance(known[name].default, int | float):
                continue
            found[name] = asked
    return found


def axes_of(over: Mapping[str, Any]) -> dict[str, Axis]:
    """From where each setting is drawn; raises ConfigError with all that is wrong, one line each."""
    found, errors = {}, []
    for key, asked in over.items():
        try:
            found[key] = axis(key, asked)
        except ValueError as error:
            errors.append(f"over: {key}: {error}{did_you_mean(key, declared())}")
    if errors:
        raise ConfigError(*errors)
    return found


@dataclass(frozen=True)
class Field:
    """Designs of an experiment on one of its cases, to be run at points; `settings` hold whatever the points do not vary."""

    experiment: Experiment
    case: Case
    designs: Sequence[Design]
    seeds: tuple[int, ...]
    folder: Path | None = None
    settings: Mapping[str, Any] = field(default_factory=dict)
    workers: int | None = None
    progress: Progress | None = None
    failures: list[str] = field(default_factory=list)

    def at(self, points: Sequence[Mapping[str, Any]], metrics: Sequence[str], seeds: Sequence[int] = ()) -> np.ndarray:
        """Metrics at the end, designs × points × seeds × metrics; missing where a point contradicts itself."""
        used = tuple(seeds) or self.seeds
        found = [self._possible(design, point) for design in self.designs for point in points]
        arms = [arm for arm in found if arm]
        if not arms:
            self.arm(self.designs[0], points[0])  # says what is wrong
        ends = run_ends(
            arms, used, folder=self.folder, months=self.experiment.months, workers=self.workers, progress=self.progress
        )
        self.failures.extend(ends.failures)
        chosen = [ends.metrics.index(name) for name in metrics]
        values = np.full((len(found), len(used), len(metrics)), math.nan)
        values[[place for place, arm in enumerate(found) if arm]] = ends.values[:, :, chosen]
        return values.reshape(len(self.designs), len(points), len(used), len(metrics))

    def _possible(self, design: Design, point: Mapping[str, Any]) -> Arm | None:
        """A design at a point; None, and a failure, where the point contradicts itself."""
        try:
            return self.arm(design, point)
        except ConfigError as error:
            self.failures.append(f"{design.name}: {error.errors[0]}")
            return None

    def movable(self, axes: Mapping[str, Axis]) -> dict[str, Axis]:
        """Those that can be moved alone to both ends of their range; shares that must sum to 1, for example, cannot."""
        found = {}
        for key, one in axes.items():
            try:
                for design in self.designs:
                    self.arm(design, {key: one.value(0.0)})
                    self.arm(design, {key: one.value(1.0)})
            except ConfigError:
                continue
            found[key] = one
        return found

    def arm(self, design: Design, point: Mapping[str, Any]) -> Arm:
        """A design at a point."""
        read = {key: value for key, value in point.items() if key not in unused_settings(design, [key])}
        return arm_of(self.experiment, self.case, design, {**self.settings, **read}, {})

    def value(self, key: str) -> Any:
        """The value that a setting has before any point: the case's, or the first design's."""
        arm = self.arm(self.designs[0], {})
        if key.startswith(CASE):
            return value_of(arm.case, key.removeprefix(CASE))
        return value_of(arm.design.base, key)


def sampled(over: Mapping[str, Any], n: int, seed: int = 1, method: str = "latin") -> list[dict[str, Any]]:
    """Points over ranges, as an experiment's `[sample]` draws them. Raises ConfigError."""
    axes_of(over)
    return [dict(point) for point in Sample(method=method, n=n, seed=seed, over=dict(over)).points()]  # type: ignore[arg-type]


def point_of(axes: Mapping[str, Axis], unit: Iterable[float]) -> dict[str, Any]:
    """The point at a place of the unit cube."""
    return {key: one.value(float(u)) for (key, one), u in zip(axes.items(), unit, strict=True)}


def mean_over_seeds(values: np.ndarray) -> np.ndarray:
    """Means over the third axis (seeds) of those that have a value; missing where none has."""
    known = ~np.isnan(values)
    counts = known.sum(axis=2)
    total = np.where(known, values, 0.0).sum(axis=2)
    return np.divide(total, counts, out=np.full(counts.shape, math.nan), where=counts > 0)
