"""From one row per run to what differs between designs: paired by seed, within case and factors.

Every design meets the same families and the same luck under a seed, so a difference is taken run by run and only then
averaged. Intervals are paired t intervals: at these numbers of seeds they cover at least as well as the bootstrap.

Where an experiment has points (a sample, or a list), differences are averaged over the seeds of a point first, as its runs
have its settings in common, and then over the points; n counts points.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd
    from numpy import ndarray

LEVEL = 0.95  # of every interval
KEYS = ("case", "design", "seed", "status")  # columns of a table of runs that are neither factor nor metric

# What the terminal table and the figure of differences show, in this order. A vector and never one score: lives,
# relations, and what a design may do to the organisations in it.
KEY_METRICS: dict[str, tuple[str, ...]] = {
    "Money and lives": ("spend_public", "attributable_gain", "satisfaction", "access_gap"),
    "Trust and coordination": ("trust_mean", "trust_family_provider", "integration", "engagement"),
    "What may go wrong": ("mission_drift", "marketisation", "bureaucratisation", "gaming"),
}

AGAINST_TWIN = "_vs_block"  # ending of the name of a metric's difference to the block twin
# What the terminal and the figure show of it: what payment and finance did to lives, to relations and to organisations.
KEY_AGAINST_TWIN = (
    "attributable_gain", "trust_mean", "integration", "mission_drift", "marketisation", "bureaucratisation"
)  # fmt: skip


def half_width(values: ndarray) -> float:
    """Half the t interval of a mean, in the unit of `values`; missing below two values."""
    from scipy.special import stdtrit

    n = len(values)
    if n < 2:
        return math.nan
    return float(stdtrit(n - 1, (1.0 + LEVEL) / 2.0) * values.std(ddof=1) / math.sqrt(n))


def factor_text(factors: Sequence[str], values: Sequence[Any]) -> str:
    """Factors and their values as one label: `payment.lag_months=1, control.audit=0.3`; empty without factors."""
    return ", ".join(f"{name}={value}" for name, value in zip(factors, values, strict=True))


def blocks(runs: pd.DataFrame, factors: Sequence[str]) -> Iterator[tuple[str, str, pd.DataFrame]]:
    """Finished runs by case and setting of the factors: case, label of the setting, its runs."""
    done = runs[runs["status"] == "done"]
    for key, block in done.groupby(["case", *factors], sort=False, dropna=False):
        case, *values = key if isinstance(key, tuple) else (key,)
        yield str(case), factor_text(factors, values), block


COLUMNS = ["case", "design", "factors", "metric", "unit", "n", "baseline", "mean", "difference", "low", "high"]


def differences(
    runs: pd.DataFrame,
    units: dict[str, str],
    factors: Sequence[str],
    designs: Sequence[str],
    baseline: str,
    points: Sequence[str] = (),
) -> pd.DataFrame:
    """Every design against `baseline`, metric by metric.

    `runs` is a table of runs (`Results.runs`), `units` maps metric to unit. In the table returned, `baseline` and
    `mean` are means over the n seeds under which both runs have a value; `difference` is the mean of the n paired
    differences and `low`, `high` its 95 % interval. All in the unit of the metric. `points` are keys over whose values
    the table averages.
    """
    import pandas as pd

    rows = []
    for case, label, block in blocks(runs, factors):
        by_design = _by_design(block, units, points)
        for design in (name for name in designs if name in by_design and baseline in by_design):
            pairs = _paired(by_design[baseline], by_design[design], units)
            rows += [(case, design, label, metric, units[metric], *figures) for metric, figures in pairs]
    return pd.DataFrame(rows, columns=COLUMNS)


def against_twins(
    runs: pd.DataFrame,
    twins: pd.DataFrame | None,
    units: dict[str, str],
    factors: Sequence[str],
    designs: Sequence[str],
    points: Sequence[str] = (),
) -> pd.DataFrame:
    """Every design against its own block twin: the same columns as `differences`, `baseline` the twin's mean.

    `twins` has the rows of `runs` with the metrics of their twins (`Results.twins`), or is None. The metrics are called
    `<metric>_vs_block`; that of attributable gain also `additional_gain`, in a row of its own after it.
    """
    import pandas as pd

    rows = []
    twin_blocks = {} if twins is None else {(case, label): block for case, label, block in blocks(twins, factors)}
    for case, label, block in blocks(runs, factors):
        by_design = _by_design(block, units, points)
        by_twin = _by_design(twin_blocks.get((case, label), block[:0]), units, points)
        for design in (name for name in designs if name in by_design and name in by_twin):
            for metric, figures in _paired(by_twin[design], by_design[design], units):
                names = [metric + AGAINST_TWIN] + (["additional_gain"] if metric == "attributable_gain" else [])
                rows += [(case, design, label, name, units[metric], *figures) for name in names]
    return pd.DataFrame(rows, columns=COLUMNS)


def _by_design(block: pd.DataFrame, units: dict[str, str], points: Sequence[str]) -> dict[str, pd.DataFrame]:
    """The metrics of a block of runs by point and seed, for each design."""
    keys = [*points, "seed"]
    return {str(name): part.set_index(keys)[list(units)] for name, part in block.groupby("design")}


def _each_point(values: ndarray, numbers: ndarray | None) -> ndarray:
    """One value a point, the mean of its runs'; without points, the values as they are."""
    import numpy as np

    if numbers is None or not len(values):
        return values
    _, place, counts = np.unique(numbers, return_inverse=True, return_counts=True)
    return np.bincount(place, weights=values) / counts


def _numbers_of_points(table: pd.DataFrame) -> ndarray | None:
    """The number of each row's point; None where there are no points."""
    return (
        table.groupby(level=list(range(table.index.nlevels - 1))).ngroup().to_numpy()
        if table.index.nlevels > 1
        else None
    )


def _paired(before: pd.DataFrame, after: pd.DataFrame, metrics: Iterable[str]) -> Iterator[tuple[str, tuple]]:
    """For each metric: n, the means before and after, the mean paired difference, and its interval's ends."""
    base, other = before.align(after, join="inner", axis=0)
    numbers = _numbers_of_points(base)
    for metric in metrics:
        x, y = base[metric].to_numpy(float), other[metric].to_numpy(float)
        both = ~((x != x) | (y != y))
        x, y = (_each_point(values[both], None if numbers is None else numbers[both]) for values in (x, y))
        change = y - x
        known = len(change) > 0
        mean, half = float(change.mean()) if known else math.nan, half_width(change)
        means = (float(x.mean()), float(y.mean())) if known else (math.nan, math.nan)
        yield metric, (len(change), *means, mean, mean - half, mean + half)


def summary(
    runs: pd.DataFrame,
    units: dict[str, str],
    factors: Sequence[str],
    designs: Sequence[str],
    points: Sequence[str] = (),
) -> pd.DataFrame:
    """Each design by itself: n runs (or points) with a value, their mean, standard deviation, and the mean's 95 % interval."""
    import pandas as pd

    rows = []
    for case, label, block in blocks(runs, factors):
        for design in designs:
            part = block[block["design"] == design].set_index([*points, "seed"])
            numbers = _numbers_of_points(part)
            for metric, unit in units.items():
                every = part[metric].to_numpy(float)
                known = every == every
                values = _each_point(every[known], None if numbers is None else numbers[known])
                mean = float(values.mean()) if len(values) else math.nan
                half = half_width(values)
                spread = float(values.std(ddof=1)) if len(values) > 1 else math.nan
                rows.append((case, design, label, metric, unit, len(values), mean, spread, mean - half, mean + half))
    columns = ["case", "design", "factors", "metric", "unit", "n", "mean", "sd", "low", "high"]
    return pd.DataFrame(rows, columns=columns)
