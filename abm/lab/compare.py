"""From one row per run to what differs between designs: paired by seed, within case and factors.

Every design meets the same families and the same luck under a seed, so a difference is taken run by run and only then
averaged. Intervals are paired t intervals: at these numbers of seeds they cover at least as well as the bootstrap. What
they say in words is a matter of `abm.lab.verdict`.

Where an experiment has points (a sample, or a list), differences are averaged over the seeds of a point first, as its runs
have its settings in common, and then over the points; n counts points.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from abm.lab.verdict import Margin, critical, holm, margins, verdict

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
        case, *values = key
        yield str(case), factor_text(factors, values), block


COLUMNS = ["case", "design", "factors", "metric", "unit", "n", "baseline", "mean", "difference", "low", "high"]
FURTHER = ["sd", "won", "effect", "sim_low", "sim_high", "matters", "verdict", "more_runs"]  # after them


class Scale(NamedTuple):
    """How the differences of a metric are read: its unit, which way is better, and the smallest effect that matters."""

    unit: str
    direction: str = "context"
    matters: Margin = Margin()


def scales(units: Mapping[str, str], directions: Mapping[str, str], matters: Mapping[str, float]) -> dict[str, Scale]:
    """The scale of each metric; `matters` has the user's own smallest effects. Raises ConfigError for wrong ones."""
    found = margins(units, matters)
    return {name: Scale(unit, directions[name], found[name]) for name, unit in units.items()}


def differences(
    runs: pd.DataFrame,
    metrics: Mapping[str, str] | Mapping[str, Scale],
    factors: Sequence[str],
    designs: Sequence[str],
    baseline: str,
    points: Sequence[str] = (),
) -> pd.DataFrame:
    """Every design against `baseline`, metric by metric.

    `runs` is a table of runs (`Results.runs`), `metrics` maps each metric to its scale, or to its unit. In the table
    returned, `baseline` and `mean` are means over the n seeds under which both runs have a value; `difference` is the mean
    of the n paired differences and `low`, `high` its 95 % interval, `sd` their standard deviation; all in the unit of the
    metric. `won` is the share of seeds under which the design is better (higher, where no way is), equal ones as half;
    `effect` the difference in standard deviations of the baseline's runs. `sim_low`, `sim_high` hold for all designs of
    the row's case and factors at once; `verdict` and `more_runs` read them against `matters` (`abm.lab.verdict`). `points`
    are keys over whose values the table averages.
    """
    import pandas as pd

    rows: list[tuple] = []
    read = _scales(metrics)
    for case, label, block in blocks(runs, factors):
        by_design = _by_design(block, read, points)
        if baseline not in by_design:
            continue
        pairs = {name: (by_design[baseline], by_design[name]) for name in designs if name in by_design}
        for name, metric, figures in _judged(pairs, read):
            rows.append((case, name, label, metric, read[metric].unit, *figures))
    return pd.DataFrame(rows, columns=COLUMNS + FURTHER)


def against_twins(
    runs: pd.DataFrame,
    twins: pd.DataFrame | None,
    metrics: Mapping[str, str] | Mapping[str, Scale],
    factors: Sequence[str],
    designs: Sequence[str],
    points: Sequence[str] = (),
) -> pd.DataFrame:
    """Every design against its own block twin: the same columns as `differences`, `baseline` the twin's mean.

    `twins` has the rows of `runs` with the metrics of their twins (`Results.twins`), or is None. The metrics are called
    `<metric>_vs_block`; that of attributable gain also `additional_gain`, in a row of its own after it.
    """
    import pandas as pd

    rows: list[tuple] = []
    read = _scales(metrics)
    twin_blocks = {} if twins is None else {(case, label): block for case, label, block in blocks(twins, factors)}
    for case, label, block in blocks(runs, factors):
        by_design = _by_design(block, read, points)
        by_twin = _by_design(twin_blocks.get((case, label), block[:0]), read, points)
        pairs = {name: (by_twin[name], by_design[name]) for name in designs if name in by_design and name in by_twin}
        for design, metric, figures in _judged(pairs, read):
            names = [metric + AGAINST_TWIN] + (["additional_gain"] if metric == "attributable_gain" else [])
            rows += [(case, design, label, name, read[metric].unit, *figures) for name in names]
    return pd.DataFrame(rows, columns=COLUMNS + FURTHER)


def _scales(metrics: Mapping[str, str] | Mapping[str, Scale]) -> dict[str, Scale]:
    return {name: one if isinstance(one, Scale) else Scale(one) for name, one in metrics.items()}


def _by_design(block: pd.DataFrame, metrics: Iterable[str], points: Sequence[str]) -> dict[str, pd.DataFrame]:
    """The metrics of a block of runs by point and seed, for each design."""
    keys = [*points, "seed"]
    return {str(name): part.set_index(keys)[list(metrics)] for name, part in block.groupby("design")}


def by_block(block: pd.DataFrame, metrics: Iterable[str], points: Sequence[str]) -> dict[str, pd.DataFrame]:
    """The metrics of runs for each design, a row for each seed; or, where there are points, for each point the mean of its
    seeds. The rows of a design are those of another."""
    tables = _by_design(block, metrics, points)
    return {name: table.groupby(level=list(points)).mean() if points else table for name, table in tables.items()}


def _each_point(values: ndarray, numbers: ndarray | None) -> ndarray:
    """One value a point, the mean of its runs'; without points, the values as they are."""
    import numpy as np

    if numbers is None or not len(values):
        return values
    _, place, counts = np.unique(numbers, return_inverse=True, return_counts=True)
    return np.bincount(place, weights=values) / counts


def _numbers_of_points(index: pd.Index) -> ndarray | None:
    """The number of each row's point; None where there are no points."""
    if index.nlevels == 1:
        return None
    return index.to_frame(index=False).groupby(list(index.names[:-1]), sort=False).ngroup().to_numpy()


def _judged(
    pairs: Mapping[str, tuple[pd.DataFrame, pd.DataFrame]], metrics: Mapping[str, Scale]
) -> Iterator[tuple[str, str, tuple]]:
    """For each design and metric the figures of a row, from `n` on; `pairs` has the tables before and after, by seed."""
    import numpy as np

    if not pairs:
        return
    index = next(iter(pairs.values()))[0].index
    for table in (one for both in pairs.values() for one in both):
        index = index.union(table.index)
    numbers = _numbers_of_points(index)
    aligned = {name: [one.reindex(index).to_numpy(float) for one in tables] for name, tables in pairs.items()}
    changes = np.stack([after - before for before, after in aligned.values()], axis=2)
    whole = ~np.isnan(changes).any(axis=2)  # blocks in which every design has the metric
    for place, (metric, scale) in enumerate(metrics.items()):
        known = whole[:, place]
        some = None if numbers is None else numbers[known]
        wide = critical(np.column_stack([_each_point(one, some) for one in changes[known, place].T]))
        for name, (before, after) in aligned.items():
            yield name, metric, _figures(before[:, place], after[:, place], numbers, scale, wide)


def _figures(x: ndarray, y: ndarray, numbers: ndarray | None, scale: Scale, wide: float) -> tuple:
    """The figures of one design and metric from its values before and after, by seed; `wide` is the critical value."""
    both = ~((x != x) | (y != y))
    x, y = (_each_point(values[both], None if numbers is None else numbers[both]) for values in (x, y))
    change = y - x
    n = len(change)
    mean, half = (float(change.mean()), half_width(change)) if n else (math.nan, math.nan)
    means = (float(x.mean()), float(y.mean())) if n else (math.nan, math.nan)
    spread = float(change.std(ddof=1)) if n > 1 else math.nan
    around = float(x.std(ddof=1)) if n > 1 else math.nan
    effect = mean / around if around > 0 else (0.0 if mean == 0 else math.nan)
    won = float(((change > 0) + 0.5 * (change == 0)).mean()) if n else math.nan
    if scale.direction == "down":
        won = 1.0 - won
    together = max(half, wide * spread / math.sqrt(n)) if n > 1 and not math.isnan(wide) else half
    margin = scale.matters.of(means[0])
    said = verdict(mean - together, mean + together, margin, scale.direction, n)
    ends = (mean - half, mean + half, spread, won, effect, mean - together, mean + together)
    return (n, *means, mean, *ends, margin, said.word, said.more_runs)


def pairs_of(
    runs: pd.DataFrame,
    metrics: Mapping[str, str],
    factors: Sequence[str],
    designs: Sequence[str],
    points: Sequence[str] = (),
) -> pd.DataFrame:
    """Every two designs, metric by metric: their paired difference, and its p-value as Holm's correction leaves it.

    Columns `case, factors, metric, unit, design, than, n, difference, low, high, p, p_holm`; the correction is over all pairs
    of a case, factors and metric. For those who need the test; verdicts do not rest on it.
    """
    import pandas as pd

    rows = []
    for case, label, block in blocks(runs, factors):
        by_design = by_block(block, metrics, points)
        there = [name for name in designs if name in by_design]
        for metric, unit in metrics.items():
            found = [
                (design, than, *_tested(by_design[than][metric], by_design[design][metric]))
                for place, than in enumerate(there) for design in there[place + 1 :]
            ]  # fmt: skip
            corrected = holm([one[-1] for one in found])
            rows += [(case, label, metric, unit, *one, p) for one, p in zip(found, corrected, strict=True)]
    columns = ["case", "factors", "metric", "unit", "design", "than", "n", "difference", "low", "high", "p", "p_holm"]
    return pd.DataFrame(rows, columns=columns)


def _tested(before: pd.Series, after: pd.Series) -> tuple[int, float, float, float, float]:
    """n, mean paired difference, its interval, and the p-value of the paired t test."""
    from scipy.special import stdtr

    change = (after - before).dropna().to_numpy(float)
    n, mean, half = len(change), float(change.mean()) if len(change) else math.nan, half_width(change)
    if n < 2:
        return n, mean, math.nan, math.nan, math.nan
    error = float(change.std(ddof=1)) / math.sqrt(n)
    p = 2.0 * float(stdtr(n - 1, -abs(mean) / error)) if error > 0 else float(mean == 0)
    return n, mean, mean - half, mean + half, p


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
            numbers = _numbers_of_points(part.index)
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
