"""Estimators on designs × points × seeds: where variance comes from, and what it would be worth to know a number.

They take arrays and know nothing of the model.
"""

from __future__ import annotations

import itertools
import math
from typing import NamedTuple

import numpy as np

from abm.lab.compare import LEVEL

COMPONENTS = ("design", "parameters", "interaction", "chance")
RESAMPLES = 200
FOLDS = 10
LEAST_POINTS = 20  # below which a curve through points says nothing


class Interval(NamedTuple):
    """A value with its 95 % interval."""

    value: float
    low: float
    high: float


NOTHING = Interval(math.nan, math.nan, math.nan)


def mean_squares(values: np.ndarray) -> dict[str, float]:
    """Mean squares of a full three-way layout without replication: d, p, s, dp, ds, ps, dps (designs, points, seeds)."""
    names, grand = "dps", values.mean()
    effects: dict[str, np.ndarray] = {}
    found = {}
    for order in (1, 2, 3):
        for axes in itertools.combinations(range(3), order):
            others = tuple(axis for axis in range(3) if axis not in axes)
            effect = values.mean(axis=others, keepdims=True) - grand if others else values - grand
            for inner, known in effects.items():
                if {names.index(letter) for letter in inner} < set(axes):
                    effect = effect - known
            name = "".join(names[axis] for axis in axes)
            effects[name] = effect
            freedom = math.prod(values.shape[axis] - 1 for axis in axes)
            squares = float((np.broadcast_to(effect, values.shape) ** 2).sum())
            found[name] = squares / freedom if freedom else math.nan
    return found


def components(values: np.ndarray) -> np.ndarray:
    """Variance components of designs × points × seeds, in the order of `COMPONENTS`, from the expected mean squares.

    All effects are taken as random (Searle, Casella & McCulloch 1992): design and parameters by their main effects, their
    interaction, and chance: whatever a seed moves, alone or together with them. Below 0 they are 0.
    """
    squares = mean_squares(values)
    d, p, s = values.shape
    pure = squares["dps"]
    of_design = (squares["d"] - squares["dp"] - squares["ds"] + pure) / (p * s)
    of_points = (squares["p"] - squares["dp"] - squares["ps"] + pure) / (d * s)
    of_both = (squares["dp"] - pure) / s
    of_seeds = (squares["s"] - squares["ds"] - squares["ps"] + pure) / (d * p)
    chance = sum(max(0.0, one) for one in (of_seeds, (squares["ds"] - pure) / p, (squares["ps"] - pure) / d, pure))
    return np.array([max(0.0, of_design), max(0.0, of_points), max(0.0, of_both), chance])


def variance_shares(values: np.ndarray, seed: int = 1) -> list[Interval]:
    """Shares of variance in the order of `COMPONENTS`; intervals resample points and seeds (Owen 2007, pigeonhole bootstrap).

    `values` is designs × points × seeds, at least two of each; points with a missing value are left out. All
    missing where nothing varies.
    """
    values = values[:, ~np.isnan(values).any(axis=(0, 2))] if np.isnan(values).any() else values
    if min(values.shape) < 2 or float(np.ptp(values)) == 0.0:
        return [NOTHING] * len(COMPONENTS)
    draw = np.random.default_rng(seed)
    _, p, s = values.shape
    drawn = []
    for _ in range(RESAMPLES):
        again = values[:, draw.integers(p, size=p)][:, :, draw.integers(s, size=s)]
        drawn.append(_shares(components(again)))
    low, high = np.nanquantile(np.array(drawn), [(1 - LEVEL) / 2, (1 + LEVEL) / 2], axis=0)
    whole = _shares(components(values))
    return [
        Interval(*map(float, one)) for one in zip(whole, np.minimum(low, whole), np.maximum(high, whole), strict=True)
    ]


def _shares(parts: np.ndarray) -> np.ndarray:
    total = parts.sum()
    return parts / total if total > 0 else np.full(len(parts), math.nan)


def perfect_information(x: np.ndarray, worth: np.ndarray) -> Interval:
    """Value of knowing one parameter before choosing a design (EVPPI), in the unit of `worth`, with its interval.

    EVPPI = E_x[max_d E(worth_d | x)] − max_d E(worth_d). `x` has a value a point (numbers, or names), `worth` is designs ×
    points, more is better. E(worth_d | x) is a cubic in x (a mean for each name), fitted without the points that it then
    decides for, in ten parts, so that noise cannot look like knowledge (Strong, Oakley & Brennan 2014 on regression;
    the cross-fit is ours). Missing with fewer than 20 points.
    """
    known = ~np.isnan(worth).any(axis=0)
    x, worth = x[known], worth[:, known]
    n = worth.shape[1]
    if n < LEAST_POINTS:
        return NOTHING
    basis, part = _basis(x), np.arange(n) % FOLDS
    without, gain = worth.mean(axis=1).argmax(), np.zeros(n)
    for fold in range(FOLDS):
        out, rest = part == fold, part != fold
        fitted = np.linalg.lstsq(basis[rest], worth[:, rest].T, rcond=None)[0]
        knowing = (basis[out] @ fitted).argmax(axis=1)
        gain[out] = worth[:, out][knowing, np.arange(out.sum())] - worth[without, out]
    return _at_least_nothing(gain)


def all_information(worth: np.ndarray) -> Interval:
    """Value of knowing all parameters (EVPI): designs × points × seeds; half of the seeds choose, the other half judge."""
    half = worth.shape[2] // 2
    if half == 0:
        return NOTHING
    one, other = worth[:, :, :half].mean(axis=2), worth[:, :, half : 2 * half].mean(axis=2)
    known = ~(np.isnan(one) | np.isnan(other)).any(axis=0)
    if known.sum() < 2:
        return NOTHING
    one, other = one[:, known], other[:, known]
    gain = np.zeros(one.shape[1])
    for choose, judge in ((one, other), (other, one)):
        best = choose.argmax(axis=0)
        gain += (judge[best, np.arange(judge.shape[1])] - judge[(one + other).mean(axis=1).argmax()]) / 2
    return _at_least_nothing(gain)


def _at_least_nothing(gain: np.ndarray) -> Interval:
    """A mean with its normal interval; information is never worth less than nothing."""
    mean, half = float(gain.mean()), 1.959964 * float(gain.std(ddof=1)) / math.sqrt(len(gain))
    return Interval(max(0.0, mean), max(0.0, mean - half), max(0.0, mean + half))


def _basis(x: np.ndarray) -> np.ndarray:
    """A cubic in numbers scaled to [−1, 1]; a column for each name."""
    if x.dtype.kind not in "fiu":
        return (x[:, None] == np.unique(x)[None, :]).astype(float)
    low, high = float(x.min()), float(x.max())
    scaled = (2.0 * x - low - high) / (high - low) if high > low else np.zeros(len(x))
    return np.vander(scaled, 1 + min(3, len(np.unique(x)) - 1))
