"""Three objectives, never one score: where each design stands in each, and whether they change together."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING

import matplotlib
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import MaxNLocator

from abm.config import ConfigError
from abm.lab.objectives import COMPONENTS, WITHIN_ALL, clusters, pareto
from abm.show.style import STYLE, WIDTH, Drawing, columns_of, grid, known_case, look, name_of, named_rows, title_of

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

    from abm.lab.results import Results


def objectives(results: Results, case: str | None = None, factors: str = "", width: float = WIDTH) -> Figure:
    """Each design's mean in each component of the three objectives, with its 95 % interval.

    Full markers are designs that no other dominates by the means; beside each name the probability of that. Raises
    ConfigError for an unknown case, and where fewer than two designs finished.
    """
    case = known_case(results, case)
    fronts = _of(pareto(results), case, factors).set_index("design")
    if fronts.empty:
        raise ConfigError(f"objectives: fewer than two designs to compare in case '{case}'")
    table = _of(results.summary(), case, factors)
    table = table[table["metric"].isin(COMPONENTS) & table["design"].isin(fronts.index)]
    shown = [name for name in COMPONENTS if (table["metric"] == name).any()]
    designs = [name for name in results.designs if name in fronts.index]
    with matplotlib.rc_context(STYLE):
        labels = [
            f"{name_of(results, one)}\nnot dominated: {_percent(fronts.loc[one, 'probability'])}" for one in designs
        ]
        row = 0.2 + 0.065 * max(label.count("\n") for label in labels)
        figure, panels = grid(len(shown), row * len(designs) + 0.6, width, 2.4)
        for place, (metric, axes) in enumerate(zip(shown, panels, strict=True)):
            own = table[table["metric"] == metric].set_index("design")
            for row_number, design in enumerate(designs):
                _point(axes, own.loc[design], row_number, bool(fronts.loc[design, "on_front"]), look(results, design))
            first = place % columns_of(axes) == 0
            axes.set_yticks(range(len(designs)), labels if first else [""] * len(designs), linespacing=1.0)
            axes.set_ylim(len(designs) - 0.4, -0.6)
            axes.set_title(title_of(metric), loc="left")
            axes.set_xlabel(f"{results.metric(metric)['unit']}   better →", labelpad=2)
            named_rows(axes)
        about = (
            f"{results.title(case)}{': ' if factors else ''}{factors}. Mean of n = {int(fronts['n'].max())} runs with its 95 % "
            "interval. Full markers: not dominated by any other design, judged on all that both have; below each name the "
            "probability of that, by drawing blocks anew. Axes do not begin at 0."
        )
        return figure.describe(about, table.merge(fronts.reset_index()[["design", "on_front", "probability"]]))


def _percent(chance: float) -> str:
    """A probability from draws, which know no certainty."""
    return "> 99 %" if chance > 0.995 else "< 1 %" if chance < 0.005 else f"{100 * chance:.0f} %"


def _of(table: pd.DataFrame, case: str, factors: str) -> pd.DataFrame:
    part = table[table["case"] == case]
    return part[part["factors"] == (factors or (part["factors"].iloc[0] if len(part) else ""))]


def _point(axes: Axes, row: pd.Series, place: int, full: bool, design: tuple) -> None:
    colour, marker, _ = design
    if row["n"] == 0:
        axes.text(0.02, place, "no value", fontsize=5.5, va="center", transform=axes.get_yaxis_transform())
        return
    axes.plot([row["low"], row["high"]], [place, place], color=colour, linewidth=1.6, zorder=2)
    axes.plot(
        row["mean"],
        place,
        color=colour,
        marker=marker,
        markersize=4.8,
        zorder=3,
        markerfacecolor=colour if full else "white",
        markeredgewidth=0.9,
    )


def trade_offs(results: Results, case: str | None = None, factors: str = "", width: float = WIDTH) -> Figure:
    """Service quality, quality of life and one part of governance against one another, two at a time.

    Crosses are 95 % intervals of the means. Raises ConfigError for an unknown case, and where fewer than two designs finished.
    """
    case = known_case(results, case)
    fronts = _of(pareto(results), case, factors)
    if fronts.empty:
        raise ConfigError(f"trade_offs: fewer than two designs to compare in case '{case}'")
    on_front = dict(zip(fronts["design"], fronts["on_front"], strict=True))
    table = _of(results.summary(), case, factors)
    table = table[table["metric"].isin(COMPONENTS) & table["design"].isin(on_front)]
    means = {(row.design, row.metric): row for row in table.itertuples() if row.n}
    pairs = (
        ("quality_of_life", "service_quality"),
        ("quality_of_life", "governance_voice"),
        ("service_quality", "governance_voice"),
    )
    with matplotlib.rc_context(STYLE):
        figure, panels = grid(len(pairs), 2.3, width, 2.4)
        for (x, y), axes in zip(pairs, panels, strict=True):
            for design, full in on_front.items():
                if (design, x) in means and (design, y) in means:
                    _cross(axes, means[design, x], means[design, y], full, look(results, design))
            axes.set_xlabel(f"{title_of(x)} ({results.metric(x)['unit']}) →")
            axes.set_ylabel(f"{title_of(y)} ({results.metric(y)['unit']}) →")
            axes.xaxis.set_major_locator(MaxNLocator(4))
            axes.yaxis.set_major_locator(MaxNLocator(5))
        _key(figure, results, list(on_front), 3 if width > 5 else 2)
        about = (
            f"{results.title(case)}{': ' if factors else ''}{factors}. Means of n = {int(fronts['n'].max())} runs with 95 % "
            "intervals; up and to the right is better. Full markers: not dominated on all six components. Axes do "
            "not begin at 0."
        )
        return figure.describe(about, table.reset_index(drop=True))


def _cross(axes: Axes, x: pd.Series, y: pd.Series, full: bool, design: tuple) -> None:
    colour, marker, _ = design
    axes.plot([x.low, x.high], [y.mean, y.mean], color=colour, linewidth=1.0, zorder=2)
    axes.plot([x.mean, x.mean], [y.low, y.high], color=colour, linewidth=1.0, zorder=2)
    axes.plot(
        x.mean,
        y.mean,
        color=colour,
        marker=marker,
        markersize=5.0,
        markerfacecolor=colour if full else "white",
        markeredgewidth=0.9,
        zorder=3,
    )


def _key(figure: Drawing, results: Results, designs: list[str], columns: int) -> None:
    """The designs' markers above the panels."""
    marks = [
        Line2D([], [], color=look(results, one)[0], marker=look(results, one)[1], linestyle="", markersize=4.5)
        for one in designs
    ]
    names = [name_of(results, one, width=34) for one in designs]
    figure.legend(marks, names, ncols=columns, frameon=False, fontsize=6.3, loc="outside upper left", handletextpad=0.2)


def together(results: Results, case: str | None = None, factors: str = "", width: float = WIDTH) -> Figure:
    """Do the objectives go together? Correlations of changes within designs, with 95 % intervals.

    Raises ConfigError for an unknown case, and where there is nothing to correlate.
    """
    case = known_case(results, case)
    table = _of(clusters(results), case, factors)
    pooled = table[table["design"] == WITHIN_ALL].dropna(subset=["correlation"])
    if pooled.empty:
        raise ConfigError(f"together: nothing to correlate in case '{case}'")
    labels = [f"{title_of(row.one)} & {title_of(row.other).lower()}" for row in pooled.itertuples()]
    labels = [textwrap.fill(label, 60 if width > 5 else 26) for label in labels]
    with matplotlib.rc_context(STYLE):
        figure = Drawing((0.17 + 0.1 * max(label.count("\n") for label in labels)) * len(labels) + 0.5, width)
        axes = figure.subplots()
        axes.axvline(0, color="#444444", linewidth=0.7)
        single = table[table["design"] != WITHIN_ALL]
        for place, row in enumerate(pooled.itertuples()):
            of_pair = single[(single["one"] == row.one) & (single["other"] == row.other)]["correlation"].dropna()
            axes.plot(of_pair, [place] * len(of_pair), "|", color="#9A9A9A", markersize=5, zorder=1)
            axes.plot([row.low, row.high], [place, place], color="#0072B2", linewidth=1.6, zorder=2)
            axes.plot(row.correlation, place, "o", color="#0072B2", markersize=4.4, markeredgecolor="white", zorder=3)
        axes.set_yticks(range(len(labels)), labels)
        axes.set_ylim(len(labels) - 0.4, -0.6)
        axes.set_xlim(-1, 1)
        axes.set_xlabel("correlation of changes")
        named_rows(axes)
        axes.margins(x=0)
        about = (
            f"{results.title(case)}{': ' if factors else ''}{factors}. A change is the difference to "
            f"{results.title(results.baseline)} in the same world; correlated within designs and pooled over them "
            f"(point, with the "
            f"95 % interval by drawing blocks anew); grey: each design by itself. n = {int(pooled['n'].max())} "
            f"seeds. Levels would "
            "correlate by design, which says nothing of whether one comes with the other."
        )
        return figure.describe(about, table.reset_index(drop=True))
