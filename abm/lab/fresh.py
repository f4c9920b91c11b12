"""The winner's figure on fresh seeds: the best of several looks better than it is, because the same runs chose it.

For each metric the design that is best by the runs of a batch is run again, with the baseline, under seeds that had no part
in choosing it. What is left of its difference is an estimate without that flattery.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from abm.config import ConfigError
from abm.lab.analyses import FOLDER, Analysis
from abm.lab.compare import differences
from abm.lab.precision import ranks
from abm.lab.running import batch

if TYPE_CHECKING:
    import pandas as pd

    from abm.lab.batches import Progress
    from abm.lab.results import Results

METRICS = ("quality_of_life", "service_quality", "attributable_gain", "satisfaction", "cost_per_gain")
NAME, RUNS = "fresh", "fresh_runs"  # the analysis, and the folder of its runs beside it
COLUMNS = [
    "case",
    "factors",
    "metric",
    "unit",
    "design",
    "n",
    "difference",
    "low",
    "high",
    "fresh_n",
    "fresh_difference",
    "fresh_low",
    "fresh_high",
]


def fresh(
    results: Results,
    seeds: int,
    metrics: Sequence[str] = METRICS,
    workers: int | None = None,
    progress: Progress | None = None,
) -> Analysis:
    """Run the winners, and the baseline, under so many new seeds, and compare what they show with what they showed.

    The table `winner` has `case, factors, metric, unit, design, n, difference, low, high`, from the runs that chose the
    design, and `fresh_n, fresh_difference, fresh_low, fresh_high` from the new ones (95 % paired t intervals). The runs are
    kept in analysis/fresh_runs and are not done again. Raises ConfigError for fewer than 2 seeds and where there is no
    winner but the baseline.
    """
    if isinstance(seeds, bool) or not isinstance(seeds, int) or seeds < 2:
        raise ConfigError(f"--fresh-seeds: expected a whole number from 2, got {seeds!r}")
    metrics = [name for name in metrics if name in results.units]
    best = ranks(results, metrics)
    best = best[best["rank"] == 1].drop_duplicates(["case", "factors", "metric"])
    best = best[best["design"] != results.baseline]
    if best.empty:
        raise ConfigError(
            "--fresh-seeds: no design is better than the baseline in any of the metrics, so there is no winner"
        )
    experiment = results.experiment
    wanted = {results.baseline, *best["design"]}
    first = max(experiment.seeds) + 1
    again = experiment.model_copy(
        update={
            "designs": tuple(one for one in experiment.designs if one.name in wanted),
            "designs_set": {name: own for name, own in experiment.designs_set.items() if name in wanted},
            "seeds": tuple(range(first, first + seeds)),
            "twins": False,
            "tables": (),
        }
    )
    anew = batch(again, workers, results.folder / FOLDER / RUNS, progress=progress)
    tables = [
        differences(
            one.runs,
            {name: results.units[name] for name in metrics},
            results.settings,
            results.designs,
            results.baseline,
            results.points,
        )
        for one in (results, anew)
    ]
    about = {"seeds": [first, first + seeds - 1], "metrics": metrics, "baseline": results.baseline}
    return Analysis(NAME, about, {"winner": _side_by_side(best, *tables)})


def _side_by_side(best: pd.DataFrame, chosen: pd.DataFrame, anew: pd.DataFrame) -> pd.DataFrame:
    """The winners' rows of two comparisons, beside one another."""
    import pandas as pd

    keys = ["case", "factors", "metric", "design"]
    by = [table.set_index(keys) for table in (chosen, anew)]
    rows: list[tuple[Any, ...]] = []
    for one in best.itertuples():
        key = (one.case, one.factors, one.metric, one.design)
        row = by[0].loc[key]
        figures = [row[name] for name in ("n", "difference", "low", "high")]
        new = by[1].loc[key] if key in by[1].index else None
        figures += (
            [new[name] for name in ("n", "difference", "low", "high")] if new is not None else [0, *[math.nan] * 3]
        )
        rows.append((one.case, one.factors, one.metric, row["unit"], one.design, *figures))
    return pd.DataFrame(rows, columns=COLUMNS)
