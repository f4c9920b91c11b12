"""What a varied setting does: means over its values, a panel for each metric."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import matplotlib
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import FuncFormatter, MaxNLocator

from abm.config import ConfigError
from abm.lab.compare import half_width
from abm.lab.plan import DONE
from abm.show.style import STYLE, WIDTH, grid, known_case, look, name_of, tick, title_of

if TYPE_CHECKING:
    import pandas as pd

    from abm.lab.results import Results

USUAL = ("quality_of_life", "service_quality", "governance_voice")


def by_factor(
    results: Results, factor: str, metrics: Sequence[str] = USUAL, case: str | None = None, width: float = WIDTH
) -> Figure:
    """Each design's mean at every value of a factor with its 95 % interval over seeds, means over the other factors.

    Numbers are placed as numbers, names side by side. Raises ConfigError for a factor, metric or case that is not there.
    """
    case = known_case(results, case)
    if factor not in results.factors:
        raise ConfigError(f"by_factor: '{factor}' is no factor of these results")
    declared = [results.metric(name) for name in metrics]
    table = factor_table(results, factor, metrics, case)
    values = sorted(table["value"].unique(), key=lambda one: (isinstance(one, str), one))
    numbers = all(isinstance(value, int | float) and not isinstance(value, bool) for value in values)
    with matplotlib.rc_context(STYLE):
        figure, panels = grid(len(declared), 1.75, width, 2.4)
        for metric, axes in zip(declared, panels, strict=True):
            for place, design in enumerate(results.designs):
                own = table[(table["design"] == design) & (table["metric"] == metric["name"])].dropna(subset=["mean"])
                x = [float(one) if numbers else values.index(one) for one in own["value"]]
                span = (max(x) - min(x)) if len(x) > 1 else 1.0
                x = [one + 0.012 * span * (place - (len(results.designs) - 1) / 2) for one in x]
                colour, marker, style = look(results, design)
                axes.plot(x, own["mean"], color=colour, linestyle=style, linewidth=0.9, zorder=2)
                axes.vlines(x, own["low"], own["high"], color=colour, linewidth=1.4, zorder=3)
                axes.plot(
                    x,
                    own["mean"],
                    marker,
                    color=colour,
                    markersize=4.2,
                    markeredgecolor="white",
                    markeredgewidth=0.4,
                    zorder=4,
                )
            if not numbers:
                axes.set_xticks(range(len(values)), [str(value).replace("_", " ") for value in values])
            axes.set_title(title_of(metric["name"]), loc="left")
            axes.set_xlabel(factor)
            axes.set_ylabel(metric["unit"])
            axes.yaxis.set_major_locator(MaxNLocator(4, steps=[1, 2, 2.5, 5, 10]))
            axes.yaxis.set_major_formatter(FuncFormatter(tick))
        marks = [_mark(*look(results, design)) for design in results.designs]
        names = [name_of(results, design, width=34) for design in results.designs]
        figure.legend(marks, names, ncols=3 if width > 5 else 1, frameon=False, fontsize=6.3, loc="outside upper left")
        about = (
            f"{results.title(case)}: means with 95 % intervals over n = {int(table['n'].max())} seeds, by "
            f"{factor}, over all values of "
            "the other factors. Points of a value are set a little apart so that they can be seen. Axes do not begin at 0."
        )
        return figure.describe(about, table)


def _mark(colour: str, marker: str, style: Any) -> Line2D:
    return Line2D([], [], color=colour, marker=marker, linestyle=style, markersize=4.2, linewidth=0.9)


def factor_table(results: Results, factor: str, metrics: Sequence[str], case: str) -> pd.DataFrame:
    """Means by design, value of the factor and metric: `design, value, metric, unit, n, mean, low, high`."""
    import pandas as pd

    runs = results.runs[(results.runs["case"] == case) & (results.runs["status"] == DONE)]
    by_seed = runs.groupby(["design", factor, "seed"], sort=False, dropna=False)[list(metrics)].mean()
    rows = []
    for (design, value), part in by_seed.groupby(level=[0, 1], sort=False):
        value = value.item() if hasattr(value, "item") else value
        for metric in metrics:
            known = part[metric].dropna().to_numpy(float)
            mean, half = (float(known.mean()), half_width(known)) if len(known) else (float("nan"), float("nan"))
            rows.append((design, value, metric, results.units[metric], len(known), mean, mean - half, mean + half))
    return pd.DataFrame(rows, columns=["design", "value", "metric", "unit", "n", "mean", "low", "high"])
