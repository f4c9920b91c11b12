"""Three objectives, never one score: service quality, quality of life, and governance, which is a vector of four.

A design is dominated where another is at least as good in everything and better in something. Whether it is depends on the
seeds that were run, so membership of the Pareto set is a probability, by drawing blocks anew.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from abm.lab.compare import blocks, by_block
from abm.lab.precision import FEWEST
from abm.lab.resample import interval, weights

if TYPE_CHECKING:
    import pandas as pd
    from numpy import ndarray

    from abm.lab.results import Results

OBJECTIVES: dict[str, tuple[str, ...]] = {
    "Service quality": ("service_quality",),
    "Quality of life": ("quality_of_life",),
    "Governance": ("governance_voice", "governance_fairness", "governance_accountability", "governance_transparency"),
}
COMPONENTS = tuple(itertools.chain.from_iterable(OBJECTIVES.values()))  # all are better upward


def levels(results: Results, block: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """The objectives that the results hold by seed, for each design, over the seeds that all designs finished.

    A component may be missing: without a known shortfall there is no accountability to speak of.
    """
    there = [name for name in COMPONENTS if name in results.units]
    found = by_block(block, there, results.points)
    tables = {name: found[name] for name in results.designs if name in found}
    common = sorted(set.intersection(*(set(table.index) for table in tables.values()))) if tables else []
    return {name: table.loc[common] for name, table in tables.items()}


def pareto(results: Results) -> pd.DataFrame:
    """The Pareto set of the designs, on the six numbers of the three objectives; two designs are compared on those that
    both have.

    Columns `case, factors, design, n, on_front, probability, practical, dominated_by, share`: whether no design dominates it by
    the means, in which share of resamples that is so, the same where being better by less than matters does not count,
    and the design that dominates it most often, with how often.
    """
    import pandas as pd

    rows, scales = [], results.scales()
    for case, label, block in blocks(results.runs, results.settings):
        tables = levels(results, block)
        names = list(tables)
        if len(names) < 2 or len(next(iter(tables.values()))) < 2:
            continue
        values = np.stack([table.to_numpy(float) for table in tables.values()], axis=1)  # blocks × designs × objectives
        objectives = list(next(iter(tables.values())).columns)
        matter = np.array([scales[one].matters.of(0.0) for one in objectives])
        draws, mean = _means(values, weights(len(values))), _means(values, np.full((1, len(values)), 1 / len(values)))
        beaten, practically = dominated(draws), dominated(draws, matter)
        front = ~dominated(mean)[0].any(axis=1)
        for place, name in enumerate(names):
            by = beaten[:, place].mean(axis=0)
            worst = int(by.argmax())
            rows.append(
                (case, label, name, len(values), bool(front[place]), float((~beaten[:, place].any(axis=1)).mean()),
                 float((~practically[:, place].any(axis=1)).mean()), names[worst] if by[worst] > 0 else "", float(by[worst]))
            )  # fmt: skip
    columns = ["case", "factors", "design", "n", "on_front", "probability", "practical", "dominated_by", "share"]
    return pd.DataFrame(rows, columns=columns)


def _means(values: ndarray, drawn: ndarray) -> ndarray:
    """Means of blocks × designs × objectives under sets of weights, over the blocks that have a value."""
    flat = values.reshape(len(values), -1)
    known = drawn @ ~np.isnan(flat)
    sums = drawn @ np.nan_to_num(flat)
    found = np.divide(sums, known, out=np.full(sums.shape, np.nan), where=known > 0)
    return found.reshape(len(drawn), *values.shape[1:])


def dominated(values: ndarray, matter: ndarray | float = 0.0) -> ndarray:
    """Who is dominated by whom: (draws, designs, objectives) → (draws, dominated, by).

    By at least `-matter` in every objective that both have and by more than `matter` in some: with 0, Pareto's dominance.
    """
    ahead = values[:, None, :, :] - values[:, :, None, :]  # (draws, one, other): how far the other is ahead
    return (np.isnan(ahead) | (ahead >= -np.asarray(matter))).all(axis=3) & (ahead > matter).any(axis=3)


def clusters(results: Results) -> pd.DataFrame:
    """Do the objectives go together? Correlations of changes within designs, with 95 % intervals by drawing blocks anew.

    A change is the difference to the baseline in the same world. Columns `case, factors, design, one, other, correlation, low,
    high, n`; of changes within a design around its own mean, so that designs that are good in everything do not make
    objectives go together. The rows of design `within all` pool them.
    """
    import pandas as pd

    rows = []
    for case, label, block in blocks(results.runs, results.settings):
        tables = levels(results, block)
        if results.baseline not in tables:
            continue
        base = tables[results.baseline]
        changes = {name: (table - base).to_numpy(float) for name, table in tables.items() if name != results.baseline}
        found = _correlations(changes, list(base.columns)) if len(base) >= FEWEST and changes else []
        rows += [(case, label, *row, len(base)) for row in found]
    columns = ["case", "factors", "design", "one", "other", "correlation", "low", "high", "n"]
    return pd.DataFrame(rows, columns=columns)


WITHIN_ALL = "within all"


def _correlations(
    changes: Mapping[str, ndarray], names: Sequence[str]
) -> list[tuple[str, str, str, float, float, float]]:
    """For each pair of objectives: the correlation of changes in each design and pooled, with intervals."""
    n = len(next(iter(changes.values())))
    drawn = np.concatenate([np.full((1, n), 1.0 / n), weights(n)])  # the first row is the data as they are
    rows: list[tuple[str, str, str, float, float, float]] = []
    for (a, one), (b, other) in itertools.combinations(enumerate(names), 2):
        sums = np.zeros((3, len(drawn)))
        for name, values in changes.items():
            known = ~np.isnan(values[:, [a, b]]).any(axis=1)
            if known.sum() < FEWEST:
                continue
            parts = _moments(values[known, a], values[known, b], drawn[:, known])
            rows.append((name, one, other, *_with_interval(parts)))
            sums += parts
        if sums.any():
            rows.append((WITHIN_ALL, one, other, *_with_interval(sums)))
    return rows


def _moments(x: ndarray, y: ndarray, drawn: ndarray) -> ndarray:
    """Variance of x, variance of y and their covariance, under each set of weights."""
    drawn = drawn / np.maximum(drawn.sum(axis=1, keepdims=True), 1e-12)
    x, y = x - x.mean(), y - y.mean()
    mx, my = drawn @ x, drawn @ y
    return np.stack([drawn @ (x * x) - mx * mx, drawn @ (y * y) - my * my, drawn @ (x * y) - mx * my])


def _with_interval(parts: ndarray) -> tuple[float, float, float]:
    """A correlation and its interval; missing where something does not vary."""
    xx, yy, xy = parts
    scale = np.sqrt(np.maximum(xx, 0.0) * np.maximum(yy, 0.0))
    if scale[0] <= 1e-24:
        return math.nan, math.nan, math.nan
    found = np.divide(xy, scale, out=np.zeros_like(xy), where=scale > 1e-24)
    low, high = interval(np.clip(found[1:], -1.0, 1.0))
    return float(np.clip(found[0], -1.0, 1.0)), float(low), float(high)
