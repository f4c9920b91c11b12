"""What a pattern is: figures with their spread over seeds, what must hold of them, and where it must be gone."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from abm.config import load_case
from abm.lab.compare import half_width
from abm.lab.run import simulate

if TYPE_CHECKING:
    from abm.config import Design

# The smallest difference that matters, in a share or in trust: two surveys of 400 people each could not tell it apart,
# for the standard error of a difference of two shares is then .035.
SMALLEST = 0.03
QUICK = range(1, 13)  # seeds of the quick form, unless a pattern has its own
FULL = range(1001, 1101)  # seeds that nothing was looked at with


@dataclass(frozen=True)
class Figure:
    """A mean over n seeds with its 95 % interval; an interval needs two seeds, and is missing (NaN) before."""

    mean: float
    low: float
    high: float
    n: int

    def below(self, limit: float) -> bool:
        """Whether the whole interval lies below."""
        return self.high < limit

    def above(self, limit: float) -> bool:
        """Whether the whole interval lies above."""
        return self.low > limit

    def within(self, limit: float) -> bool:
        """Whether the whole interval lies between −limit and limit."""
        return self.high < limit and self.low > -limit


Figures = Mapping[str, Figure]


@dataclass(frozen=True)
class Control:
    """The same run with the mechanism behind a pattern off; `gone` says whether nothing of the pattern is left."""

    title: str
    measure: Callable[[Sequence[int]], Figures]
    gone: Callable[[Figures], bool]


@dataclass(frozen=True)
class Pattern:
    """One pattern. `sources` are keys of `sources.toml`; `expectation` says in words what `holds` tests.

    `remark`: what a reader must know, above all why it does not hold where it is known not to (`reached` is False).
    `tuned_on`: whether a number of the model, or of what is measured, was set by looking at it (`docs/calibration.md`).
    """

    key: str
    title: str
    sources: tuple[str, ...]
    expectation: str
    measure: Callable[[Sequence[int]], Figures]
    holds: Callable[[Figures], bool]
    controls: tuple[Control, ...]
    quick: Sequence[int] = QUICK
    remark: str = ""
    reached: bool = True
    tuned_on: bool = False


def figure(values: np.ndarray) -> Figure:
    """The figure of one value a seed."""
    mean, half = float(values.mean()), half_width(values)
    return Figure(mean, mean - half, mean + half, len(values))


def series(
    design: Design, settings: Mapping[str, Any], seeds: Sequence[int], months: int, names: Sequence[str]
) -> np.ndarray:
    """These metrics of runs on `generic`: seed × metric × month (0 the start)."""
    case = load_case("generic", settings)
    runs = (simulate(case, design, seed, months).series for seed in seeds)
    return np.array([[run[name] for name in names] for run in runs])


def slope(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Least-squares slope of each column of y on x."""
    centred = x - x.mean()
    return centred @ (y - y.mean(axis=0)) / (centred @ centred)
