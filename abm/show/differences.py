"""Paired differences between designs, and to each design's own block twin, as points with intervals."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import matplotlib
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, MaxNLocator

from abm.config import ConfigError
from abm.lab.compare import AGAINST_TWIN, KEY_AGAINST_TWIN, KEY_METRICS
from abm.show.style import COLOURS, MARKERS, STYLE, TEXT_GREY, blank, caption, known_case, tick, title_of

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

    from abm.lab.results import Results

MOST_ROWS = 40  # rows of designs × settings that one figure of differences can hold


def differences(results: Results, metrics: Sequence[str] | None = None, case: str | None = None) -> Figure:
    """Each design's paired difference to the baseline with its 95 % interval: a panel for each metric, in its own unit.

    Without `metrics` the key metrics that the results hold, a row of panels for each of their groups. Raises
    ConfigError for an unknown metric or case, and where there is no other design than the baseline.
    """
    case = known_case(results, case)
    groups = _groups(results, metrics)
    table = results.compare()
    table = table[(table["case"] == case) & (table["design"] != results.baseline)]
    lines = list(dict.fromkeys(zip(table["design"], table["factors"], strict=True)))[:MOST_ROWS]
    if not lines:
        raise ConfigError(f"differences: nothing to compare with the baseline '{results.baseline}' in case '{case}'")
    about = f"{results.title(case)}: difference to {results.title(results.baseline)}, mean of"
    return _panels(results, table, groups, lines, about)


def against_twins(results: Results, metrics: Sequence[str] | None = None, case: str | None = None) -> Figure:
    """Each design's paired difference to its own block twin, the same design with block pay and state finance.

    A panel for each metric, in its own unit; without `metrics` those of `KEY_AGAINST_TWIN` that the results hold. Raises
    ConfigError for an unknown metric or case, and where no design has a twin but itself.
    """
    case = known_case(results, case)
    groups = _groups(results, metrics or known(results, KEY_AGAINST_TWIN), 3)
    table = results.against_twins()
    table = table[(table["case"] == case) & ~table["design"].isin(results.own_twins())]
    table = table.assign(metric=table["metric"].str.removesuffix(AGAINST_TWIN))
    lines = list(dict.fromkeys(zip(table["design"], table["factors"], strict=True)))[:MOST_ROWS]
    if not lines:
        raise ConfigError(f"against_twins: no design with a block twin but itself in case '{case}'")
    about = (
        f"{results.title(case)}: difference of each design to its own block twin, which is the same design with block pay "
        "and state finance; mean of"
    )
    return _panels(results, table, groups, lines, about)


def _panels(
    results: Results,
    table: pd.DataFrame,
    groups: Mapping[str, Sequence[str]],
    lines: Sequence[tuple[str, str]],
    about: str,
) -> Figure:
    """A row of panels for each group of metrics, a line in each for each (design, factors); `about` opens the caption."""
    columns = max(len(names) for names in groups.values())
    with matplotlib.rc_context(STYLE):
        labels = [_line_label(results, *line) for line in lines]
        panel = (0.19 + 0.08 * max(label.count("\n") for label in labels)) * len(lines) + 0.82
        height = panel * len(groups) + 0.42
        figure = blank(height)
        grid = figure.subplots(len(groups), columns, sharey=True, squeeze=False)
        figure.subplots_adjust(
            left=0.215,
            right=0.98,
            top=1 - 0.4 / height,
            bottom=0.84 / height,
            wspace=0.16,
            hspace=0.82 / (panel - 0.82),
        )
        for row, (group, names) in enumerate(groups.items()):
            _dots_of_group(figure, grid[row], group, [results.metric(name) for name in names], table, lines, results)
            grid[row, 0].set_yticks(range(len(lines)), labels, linespacing=0.95)
            grid[row, 0].set_ylim(len(lines) - 0.4, -0.6)
        pairs = "points, each the mean of its runs paired by seed" if results.points else "runs paired by seed"
        n = table["n"][table["metric"].isin([name for names in groups.values() for name in names])].max()
        caption(
            figure, height,
            f"{about} n = {n} {pairs}, with the 95 % paired t interval; a smaller n stands beside its point. "
            "Each metric as it is at the end: last month, or mean over the months of service.",
        )  # fmt: skip
    return figure


def _dots_of_group(
    figure: Figure,
    panels: Sequence[Axes],
    group: str,
    metrics: Sequence[dict[str, str]],
    table: pd.DataFrame,
    lines: Sequence[tuple[str, str]],
    results: Results,
) -> None:
    """A row of panels: a metric each, the name of their group at the left."""
    for axes in panels[len(metrics) :]:
        axes.set_visible(False)
    for axes, metric in zip(panels, metrics, strict=False):
        _dots(axes, table[table["metric"] == metric["name"]], lines, results)
        axes.set_title(title_of(metric["name"]), pad=4)
        axes.set_xlabel(metric["unit"], labelpad=2)
        _name_better(axes, metric["direction"])
    top = panels[0].get_position().y1
    figure.text(0.012, top + 0.055 / figure.get_figheight(), group, fontsize=7.5, fontweight="bold", va="baseline")


def _dots(axes: Axes, table: pd.DataFrame, lines: Sequence[tuple[str, str]], results: Results) -> None:
    """One metric's differences: a point and its interval on each line."""
    axes.axvline(0, color="#444444", linewidth=0.7, zorder=1)
    rows = {(row.design, row.factors): row for row in table.itertuples()}
    most = max((row.n for row in rows.values()), default=0)
    for place, line in enumerate(lines):
        row = rows.get(line)
        if place % 2 == 0:
            axes.axhspan(place - 0.5, place + 0.5, color="#F6F6F6", linewidth=0, zorder=0)
        if row is None or row.n == 0:
            axes.text(0, place, "  no value", fontsize=5.5, color=TEXT_GREY, va="center")
            continue
        number = results.designs.index(row.design)
        colour, marker = COLOURS[number % len(COLOURS)], MARKERS[number % len(MARKERS)]
        axes.plot([row.low, row.high], [place, place], color=colour, linewidth=1.3, zorder=2, solid_capstyle="round")
        axes.plot(
            row.difference,
            place,
            color=colour,
            marker=marker,
            markersize=4.6,
            markeredgewidth=0.4,
            markeredgecolor="white",
            zorder=3,
        )
        if row.n < most:
            axes.annotate(
                f"n = {row.n}", (row.difference, place), (0, 3.5), textcoords="offset points", fontsize=5, ha="center"
            )
    axes.tick_params(axis="y", length=0)
    axes.spines["left"].set_visible(False)
    axes.margins(x=0.08)
    axes.xaxis.set_major_locator(MaxNLocator(3, steps=[1, 2, 2.5, 5, 10]))
    axes.xaxis.set_major_formatter(FuncFormatter(tick))


def _name_better(axes: Axes, direction: str) -> None:
    """At which end of the axis a commissioner would rather be, where the metric's declaration says so."""
    if direction in ("up", "down"):
        place, text, side = (1.0, "better →", "right") if direction == "up" else (0.0, "← better", "left")
        axes.annotate(
            text, (place, 0), (0, -19.5), xycoords="axes fraction", textcoords="offset points", fontsize=5.8, color=TEXT_GREY,
            ha=side, va="baseline",
        )  # fmt: skip


def _line_label(results: Results, design: str, factors: str) -> str:
    title = textwrap.fill(results.title(design), 27)
    return f"{title}\n{textwrap.fill(factors, 32)}" if factors else title


def known(results: Results, metrics: Sequence[str]) -> list[str]:
    """Those of the metrics that the results hold."""
    return [name for name in metrics if name in results.units]


def _groups(results: Results, metrics: Sequence[str] | None, most: int = 4) -> dict[str, list[str]]:
    """Metrics in rows of at most `most`: the ones asked for, or the key metrics under the names of their groups."""
    if metrics is not None:
        return {" " * start: list(metrics[start : start + most]) for start in range(0, len(metrics), most)}
    groups = {group: known(results, names) for group, names in KEY_METRICS.items()}
    return {group: names for group, names in groups.items() if names}
