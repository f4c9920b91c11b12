"""For whom: what a design changes for the same families in paired worlds, group by group, the worst-off always among them.

Needs the table `families` of the runs. A family is the same person with the same start and luck under every design of a
seed, so its own difference is known; differences are averaged over a group's families within a seed, and the interval is
over seeds. Where the table was not kept, the metrics of gaps are what there is (`gaps`).
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from abm.lab.compare import Scale, factor_text, half_width
from abm.lab.resample import interval, means
from abm.lab.verdict import verdict

if TYPE_CHECKING:
    import pandas as pd

    from abm.lab.results import Results

TABLE = "families"
OUTCOMES = {  # columns of the table: unit and meaning
    "weighted_wellbeing": ("wellbeing", "quality of life at the end"),
    "served_months": ("months", "months in service"),
}
WORST_SHARE = 0.2  # of families, by wellbeing at the start: the worst-off
LOWEST = 0.1  # the quantile of wellbeing at the end that is followed
THIRDS = ("least", "middle", "most")
GAPS = ("wellbeing_gap_complexity", "wellbeing_gap_resources", "access_gap", "hours_gap")
WORST_OFF, EVERYBODY = "worst-off fifth at the start", "all families"


def has_families(results: Results) -> bool:
    """Whether the results hold the table of families."""
    return TABLE in results.manifest["configuration"].get("tables", [])


def gaps(results: Results) -> pd.DataFrame:
    """The rows of `compare` for gaps between families: what there is where no table of families was kept."""
    table = results.compare()
    return table[table["metric"].isin(GAPS) & (table["design"] != results.baseline)].reset_index(drop=True)


def for_whom(results: Results, outcome: str = "weighted_wellbeing") -> pd.DataFrame:
    """Differences to the baseline for groups of families.

    Columns `case, factors, design, dimension, group, outcome, unit, n, families, baseline, difference, low, high, verdict`: n
    seeds, mean families a seed, the group's mean under the baseline, and the mean of the families' own differences with its
    95 % interval over seeds. `provider` groups by who served the family under the design itself. The rows of dimension
    `distribution` compare the lowest tenth of the end, whoever is in it; their interval is by drawing blocks anew.
    """
    import pandas as pd

    keys = ["case", *results.settings]
    families, rows = _grouped(results.agents(TABLE), [*keys, *results.points]), []
    unit = OUTCOMES[outcome][0]
    scale = results.scales().get("quality_of_life" if outcome == "weighted_wellbeing" else "", Scale(unit))
    for key, part in families.groupby(keys, sort=False, observed=True):
        case, *values = key if isinstance(key, tuple) else (key,)
        label = factor_text(results.settings, values)
        place = [*results.points, "seed", "family"]
        base = part[part["design"] == results.baseline].set_index(place)[outcome]
        for design in (name for name in results.designs if name != results.baseline):
            own = part[part["design"] == design].set_index(place)
            own = own.assign(before=base.reindex(own.index), after=own[outcome]).dropna(subset=["before", "after"])
            if len(own):
                for row in _of_design(own, results.points or ["seed"], scale):
                    rows.append((case, label, design, row[0], row[1], outcome, unit, *row[2:]))
    columns = [
        "case",
        "factors",
        "design",
        "dimension",
        "group",
        "outcome",
        "unit",
        "n",
        "families",
        "baseline",
        "difference",
        "low",
        "high",
        "verdict",
    ]
    return pd.DataFrame(rows, columns=columns)


def _grouped(families: pd.DataFrame, keys: list[str]) -> pd.DataFrame:
    """Families with the groups they are in: fixed at the start, so the same under every design, but for who served them."""
    world = families.groupby([*keys, "design", "seed"], observed=True)["start_wellbeing"]
    rank, many = world.rank(method="first"), world.transform("size")
    place = rank / many
    served = families["served_by"].astype(object)
    return families.assign(
        **{
            "everybody": EVERYBODY,
            "worst-off": rank.le(np.maximum(1.0, WORST_SHARE * many)).map({True: WORST_OFF, False: None}),
            "need at the start": _third(2 - np.minimum(2, np.floor(3 * (place - 1e-9))).astype(int)),
            "complexity": _third(families["complexity_third"]),
            "resources": _third(families["resources_third"]),
            "served by": served.where(served.notna(), "nobody"),
        }
    )


DIMENSIONS = ("everybody", "worst-off", "need at the start", "complexity", "resources", "served by")
ORDER = {
    **{name: place for place, name in enumerate((EVERYBODY, WORST_OFF, *THIRDS))},
    **{
        name: 10 + place for place, name in enumerate(("public", "third_sector", "association", "for_profit", "nobody"))
    },
}


def _third(codes: pd.Series | np.ndarray) -> np.ndarray:
    return np.array(THIRDS, object)[np.asarray(codes, int)]


def _of_design(own: pd.DataFrame, block: list[str], scale: Scale) -> list[tuple]:
    """The rows of one design, blocks by the keys `block`: dimension, group, n, families, baseline, difference, "
    "low, high, verdict."""
    rows = []
    for dimension in DIMENSIONS:
        by_seed = own.groupby(["seed", *(key for key in block if key != "seed"), dimension], observed=True)
        by_seed = by_seed[["before", "after"]].agg(["mean", "size"]).groupby(level=[*block, dimension]).mean()
        for group in sorted(by_seed.index.unique(dimension), key=lambda name: ORDER.get(name, 99)):
            part = by_seed.xs(group, level=dimension)
            change = (part["after"]["mean"] - part["before"]["mean"]).to_numpy(float)
            mean, half = float(change.mean()), half_width(change)
            before, many = float(part["before"]["mean"].mean()), float(part["before"]["size"].mean())
            rows.append(
                (dimension, group, len(change), many, before, *_read(mean, mean - half, mean + half, before, scale))
            )
            # the interval is missing where one seed only has such families
    return [*rows, _lowest(own, block, scale)]


def _lowest(own: pd.DataFrame, block: list[str], scale: Scale) -> tuple:
    """The row for the lowest tenth of the end: a difference of quantiles, not of the same families."""
    both = own.groupby(list(dict.fromkeys([*block, "seed"])))[["before", "after"]].quantile(LOWEST)
    seeds = len(both)
    both = both.groupby(level=block).mean()
    change = (both["after"] - both["before"]).to_numpy(float)
    mean = float(change.mean())
    low, high = map(float, interval(means(change))) if len(change) > 1 else (math.nan, math.nan)
    before = float(both["before"].mean())
    families = LOWEST * len(own) / max(1, seeds)
    return (
        "distribution",
        "lowest tenth at the end",
        len(change),
        families,
        before,
        *_read(mean, low, high, before, scale),
    )


def _read(mean: float, low: float, high: float, before: float, scale: Scale) -> tuple[float, float, float, str]:
    return mean, low, high, verdict(low, high, scale.matters.of(before), scale.direction, 2).word
