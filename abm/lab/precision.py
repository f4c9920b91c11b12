"""Enough runs? How precise differences are, how many blocks a wanted precision takes, and what pairing saved.

A block is one seed under which every design is run. The number of blocks comes from the spread in a pilot of the first
50 (all where there are fewer), so it does not follow what the later ones happened to show.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from abm.lab.compare import Scale, blocks, by_block, half_width
from abm.lab.resample import interval, means

if TYPE_CHECKING:
    import pandas as pd
    from numpy import ndarray

    from abm.lab.results import Results

PILOT = 50  # blocks
FEWEST = 5  # with which a spread is estimated at all
MOST = 1_000_000  # blocks that are counted


def values_of(results: Results, metric: str) -> Iterator[tuple[str, str, pd.DataFrame]]:
    """A metric at the end by block (rows, in order) and design (columns), for each case and setting of the factors.

    A block is a seed; where the experiment has points, it is a point, with the mean over its seeds.
    """
    import pandas as pd

    for case, label, block in blocks(results.runs, results.settings):
        tables = by_block(block, [metric], results.points)
        yield case, label, pd.DataFrame({name: tables[name][metric] for name in results.designs if name in tables})


def needed(spread: float, half: float) -> int:
    """Blocks after which the 95 % t interval of a mean has at most this half-width, where blocks have this deviation."""
    from scipy.special import stdtrit

    if spread == 0.0:
        return 2
    low, high = 2, 2
    while stdtrit(high - 1, 0.975) * spread / math.sqrt(high) > half:
        low, high = high, 2 * high
        if high > MOST:
            return MOST
    while high - low > 1:
        middle = (low + high) // 2
        enough = stdtrit(middle - 1, 0.975) * spread / math.sqrt(middle) <= half
        low, high = (low, middle) if enough else (middle, high)
    return high


def precision(
    results: Results, metrics: Sequence[str], wanted: dict[str, float] | None = None, pilot: int = PILOT
) -> pd.DataFrame:
    """What a wanted precision of the differences to the baseline takes, and what was reached.

    Columns `case, factors, design, metric, unit, pilot, sd, wanted, needed, n, half_width, enough`: the blocks of the pilot and
    the deviation of differences in it, the half-width wanted, the blocks that takes by the pilot, and the blocks and
    half-width that there are. Unless `wanted` says otherwise, half the smallest effect that matters is wanted: two equal
    designs are then called practically equal 19 times in 20.
    """
    import pandas as pd

    scales, rows = results.scales(), []
    for metric in metrics:
        scale: Scale = scales[metric]
        for case, label, table in values_of(results, metric):
            if results.baseline not in table:
                continue
            for design in (name for name in table.columns if name != results.baseline):
                change = (table[design] - table[results.baseline]).dropna().to_numpy(float)
                first = change[:pilot]
                spread = float(first.std(ddof=1)) if len(first) >= FEWEST else math.nan
                half = (wanted or {}).get(metric, scale.matters.of(float(table[results.baseline].mean())) / 2.0)
                count = needed(spread, half) if half > 0 and not math.isnan(spread) else math.nan
                reached = half_width(change)
                rows.append(
                    (
                        case,
                        label,
                        design,
                        metric,
                        scale.unit,
                        len(first),
                        spread,
                        half,
                        count,
                        len(change),
                        reached,
                        reached <= half,
                    )
                )
    columns = [
        "case",
        "factors",
        "design",
        "metric",
        "unit",
        "pilot",
        "sd",
        "wanted",
        "needed",
        "n",
        "half_width",
        "enough",
    ]
    return pd.DataFrame(rows, columns=columns)


def stability(results: Results, metric: str, case: str | None = None) -> pd.DataFrame:
    """How the difference to the baseline settles as blocks are added, in the order of their seeds.

    Columns `case, factors, design, metric, n, difference, low, high`, from two blocks on.
    """
    import pandas as pd

    rows: list[tuple[Any, ...]] = []
    for place, label, table in values_of(results, metric):
        if case not in (None, place) or results.baseline not in table:
            continue
        for design in (name for name in table.columns if name != results.baseline):
            change = (table[design] - table[results.baseline]).dropna().to_numpy(float)
            for n in range(2, len(change) + 1):
                mean, half = float(change[:n].mean()), half_width(change[:n])
                rows.append((place, label, design, metric, n, mean, mean - half, mean + half))
    return pd.DataFrame(rows, columns=["case", "factors", "design", "metric", "n", "difference", "low", "high"])


def pairing(results: Results, metrics: Sequence[str]) -> pd.DataFrame:
    """What running all designs under the same seeds saved.

    Columns `case, factors, design, metric, n, paired, independent, ratio, low, high`: the variance of a difference within a
    seed; the variance where the design's run is put beside the baseline's of another seed, over all such pairs (which is
    what independent seeds would give); and their ratio with a 95 % interval by drawing blocks anew. A ratio of 20 means
    that unpaired runs would have to be 20 times as many.
    """
    import pandas as pd

    rows = []
    for metric in metrics:
        for case, label, table in values_of(results, metric):
            if results.baseline not in table:
                continue
            for design in (name for name in table.columns if name != results.baseline):
                both = table[[results.baseline, design]].dropna().to_numpy(float)
                if len(both) >= FEWEST:
                    rows.append((case, label, design, metric, len(both), *_saved(both)))
    return pd.DataFrame(
        rows, columns=["case", "factors", "design", "metric", "n", "paired", "independent", "ratio", "low", "high"]
    )


def _saved(both: ndarray) -> tuple[float, float, float, float, float]:
    """Variance of paired and of re-paired differences, their ratio, and its interval."""
    n = len(both)
    x, y = (both - both.mean(axis=0)).T
    parts = np.stack(
        [x * x, y * y, x * y], axis=1
    )  # re-paired over all other seeds: the covariance turns to −1/(n − 1) of it

    def ratio(sums: ndarray) -> tuple[ndarray, ndarray]:
        xx, yy, xy = np.moveaxis(sums, -1, 0) * n / (n - 1)
        return xx + yy - 2 * xy, xx + yy + 2 * xy / (n - 1)

    paired, apart = ratio(parts.mean(axis=0))
    low, high = interval(_ratio(*ratio(means(parts))))
    return float(paired), float(apart), float(_ratio(paired, apart)), float(low), float(high)


def _ratio(paired: Any, apart: Any) -> ndarray:
    """Independent ÷ paired variance; missing where the paired one is nothing."""
    paired, apart = np.asarray(paired, float), np.asarray(apart, float)
    return np.divide(apart, paired, out=np.full(paired.shape, np.nan), where=paired > 1e-300)


def ranks(results: Results, metrics: Sequence[str]) -> pd.DataFrame:
    """Which design is best, and how sure that is.

    Columns `case, factors, metric, design, n, mean, best, rank, rank_low, rank_high`: `best` is the share of resampled sets of
    blocks in which the design's mean is the best one (shared where several are), `rank` its rank by the means that there
    are (1 is best) and the middle 95 % of its ranks. Metrics without a better side have no row.
    """
    import pandas as pd

    rows = []
    for metric in metrics:
        sign = {"up": 1.0, "down": -1.0}.get(results.metric(metric)["direction"])
        if sign is None:
            continue
        for case, label, table in values_of(results, metric):
            table = table.dropna(axis=1, how="all").dropna()
            if len(table) < 2:
                continue
            values = sign * table.to_numpy(float)
            draws = means(values)
            top = draws.max(axis=1, keepdims=True) == draws
            best = (top / top.sum(axis=1, keepdims=True)).mean(axis=0)
            low, high = interval(_ranks(draws))
            own = _ranks(values.mean(axis=0)[None])[0]
            for place, design in enumerate(table.columns):
                mean = float(table[design].mean())
                rows.append(
                    (case, label, metric, design, len(table), mean, best[place], own[place], low[place], high[place])
                )
    columns = ["case", "factors", "metric", "design", "n", "mean", "best", "rank", "rank_low", "rank_high"]
    return pd.DataFrame(rows, columns=columns)


def best_settings(results: Results, metrics: Sequence[str]) -> pd.DataFrame:
    """Which setting of the factors is best for each design, and how sure that is: all are run under the same seeds.

    Columns `case, design, metric, factors, n, mean, best`, the best setting by the mean alone; `best` is the share of
    resampled sets of blocks in which it is. Metrics without a better side have no row.
    """
    import pandas as pd

    rows = []
    for metric in metrics:
        sign = {"up": 1.0, "down": -1.0}.get(results.metric(metric)["direction"])
        tables = list(values_of(results, metric)) if sign is not None else []
        for case in dict.fromkeys(one for one, _, _ in tables):
            for design in results.designs:
                columns = {label: part[design] for one, label, part in tables if one == case and design in part}
                table = pd.DataFrame(columns).dropna(axis=1, how="all").dropna()
                if len(table) < 2 or table.shape[1] < 2:
                    continue
                draws = means((sign or 1.0) * table.to_numpy(float))
                top = draws.max(axis=1, keepdims=True) == draws
                place = int(((sign or 1.0) * table.mean()).to_numpy().argmax())
                share = float((top / top.sum(axis=1, keepdims=True)).mean(axis=0)[place])
                label = str(table.columns[place])
                rows.append((case, design, metric, label, len(table), float(table[label].mean()), share))
    return pd.DataFrame(rows, columns=["case", "design", "metric", "factors", "n", "mean", "best"])


def _ranks(values: ndarray) -> ndarray:
    """Ranks along the second axis, 1 for the largest; equal ones share the better rank."""
    return 1 + (values[:, None, :] > values[:, :, None]).sum(axis=2)
