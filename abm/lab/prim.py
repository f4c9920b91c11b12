"""Boxes in a space of settings in which something is frequent: the patient rule induction method (Friedman & Fisher 1999).

Our own, because `prim` is under the GPL, and ema-workbench hangs for ever when a process of its own fails.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

PEEL = 0.05  # share of the points in the box that a step takes away
LEAST_MASS = 0.08  # share of all points that a box must hold …
LEAST_POINTS = 8  # … and number
CHANCE = 0.01  # a limit is dropped where it may be luck with more than this probability
MOST_BOXES = 3


@dataclass(frozen=True)
class Limit:
    """One side of a box: numbers from `low` to `high` (missing where open), or the names that it holds."""

    low: float = math.nan
    high: float = math.nan
    names: tuple[Any, ...] = ()


@dataclass(frozen=True)
class Box:
    """Limits by setting; `coverage`: share of all cases that lie in it; `density`: share of its points that are cases."""

    limits: Mapping[str, Limit]
    coverage: float
    density: float
    points: int
    cases: int


def boxes(points: Mapping[str, Sequence[Any]], cases: np.ndarray) -> list[Box]:
    """Boxes in which `cases` (true or false for each point) are frequent, each without the points of those before.

    `points` has the values of each setting. A box is peeled from all points, twentieth by twentieth, where that leaves
    most cases in it; that with the best harmonic mean of coverage and density is kept. A limit stays only where the
    density without it would not be this high by luck (binomial, Bryant & Lempert 2010, corrected for the number of
    settings). None where there is no such box.
    """
    columns = {key: _column(values) for key, values in points.items()}
    free, found = np.ones(len(cases), bool), []
    for _ in range(MOST_BOXES):
        limits = _pruned(columns, cases & free, free, _peeled(columns, cases & free, free))
        inside = _inside(columns, limits) & free
        if not limits or not inside.any() or cases[inside].mean() <= cases[free].mean():
            break
        hits = int(cases[inside].sum())
        found.append(Box(limits, hits / int(cases.sum()), hits / int(inside.sum()), int(inside.sum()), hits))
        free &= ~inside
        if (cases & free).sum() < LEAST_POINTS:
            break
    return found


def _column(values: Sequence[Any]) -> np.ndarray:
    numbers = all(isinstance(value, int | float) and not isinstance(value, bool) for value in values)
    return np.array(values, float) if numbers else np.array([str(value) for value in values], object)


def _inside(columns: Mapping[str, np.ndarray], limits: Mapping[str, Limit]) -> np.ndarray:
    inside = np.ones(len(next(iter(columns.values()))), bool)
    for key, limit in limits.items():
        inside &= _within(columns[key], limit)
    return inside


def _within(column: np.ndarray, limit: Limit) -> np.ndarray:
    if limit.names:
        return np.isin(column, limit.names)
    inside = np.ones(len(column), bool)
    if not math.isnan(limit.low):
        inside &= column >= limit.low
    return inside if math.isnan(limit.high) else inside & (column <= limit.high)


def _peeled(columns: Mapping[str, np.ndarray], cases: np.ndarray, free: np.ndarray) -> dict[str, Limit]:
    """The best box on the way of peeling."""
    least, total = max(LEAST_POINTS, math.ceil(LEAST_MASS * int(free.sum()))), int(cases.sum())
    limits: dict[str, Limit] = {}
    best, best_score = limits, _score(int(cases.sum()), int(free.sum()), total)
    while True:
        inside = _inside(columns, limits) & free
        candidates = []
        for key, column in columns.items():
            for limit in _peels(column, inside, limits.get(key, Limit())):
                left = inside & _within(column, limit)
                taken = int(inside.sum()) - int(left.sum())
                if taken and left.sum() >= least:
                    gain = (cases[left].mean() - cases[inside].mean()) / taken
                    candidates.append((gain, key, limit))
        if not candidates:
            return best
        _, key, limit = max(candidates, key=lambda one: one[0])
        limits = limits | {key: limit}
        inside = _inside(columns, limits) & free
        score = _score(int(cases[inside].sum()), int(inside.sum()), total)
        if score > best_score:
            best, best_score = limits, score


def _score(hits: int, size: int, total: int) -> float:
    """Harmonic mean of coverage and density."""
    return 2.0 * hits / (size + total) if total else 0.0


def _peels(column: np.ndarray, inside: np.ndarray, limit: Limit) -> list[Limit]:
    """What may be taken away of one setting: a little at either end, or one name."""
    here = column[inside]
    if column.dtype == object:
        names = sorted(set(here))
        return (
            [Limit(names=tuple(other for other in names if other != name)) for name in names] if len(names) > 1 else []
        )
    values = np.unique(here)
    if len(values) < 2:
        return []
    low, high = np.quantile(here, [PEEL, 1.0 - PEEL])
    above, below = values[values > low], values[values < high]
    found = [Limit(float(above[0]), limit.high)] if len(above) else []
    return found + ([Limit(limit.low, float(below[-1]))] if len(below) else [])


def _pruned(
    columns: Mapping[str, np.ndarray], cases: np.ndarray, free: np.ndarray, limits: dict[str, Limit]
) -> dict[str, Limit]:
    """Without limits that luck may have made, the least telling first."""
    from scipy.stats import binom

    limits = dict(limits)
    while limits:
        inside = _inside(columns, limits) & free
        hits, size = int(cases[inside].sum()), int(inside.sum())
        luck = {}
        for key in limits:
            wider = _inside(columns, {name: one for name, one in limits.items() if name != key}) & free
            luck[key] = float(binom.sf(hits - 1, size, cases[wider].mean())) * 2 * len(columns)
        worst = max(luck, key=lambda key: luck[key])
        if luck[worst] <= CHANCE:
            return limits
        del limits[worst]
    return limits
