"""Figures of a batch; each function returns a matplotlib Figure, `save_all` writes the usual ones.

Colours are those of Okabe and Ito in fixed order, with line style and marker as a second channel, so a figure can be
read in print and by the colour-blind. Only the object interface of matplotlib is used: no state, no display, and the
same bytes from the same results.
"""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import matplotlib
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.ticker import FuncFormatter, MaxNLocator

from abm.config import ConfigError
from abm.config.words import listed
from abm.lab.compare import KEY_METRICS
from abm.lab.store import write_whole

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

    from abm.lab.results import Results

TRUST = ("trust_family_provider", "trust_family_commissioner", "trust_provider_commissioner", "trust_provider_provider")
OUTCOMES = ("attributable_gain", "satisfaction", "service_quality", "access_gap")

# Okabe and Ito's order, but the yellow, which is lost on white, last and darkened.
COLOURS = ("#000000", "#E69F00", "#56B4E9", "#009E73", "#0072B2", "#D55E00", "#CC79A7", "#B8A90B")
DASHES: tuple[Any, ...] = ("-", (0, (5, 1.5)), (0, (1.2, 1.2)), (0, (5, 1.2, 1.2, 1.2)))
MARKERS = ("o", "s", "^", "D", "v", "P", "X", "<")
GREY = "#C4C4C4"
TEXT_GREY = "#555555"
STYLE: dict[Any, Any] = {
    "font.family": "DejaVu Sans",
    "font.size": 7.0,
    "axes.titlesize": 7.5,
    "axes.labelsize": 7.0,
    "axes.linewidth": 0.6,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.edgecolor": "#333333",
    "axes.unicode_minus": True,
    "xtick.labelsize": 6.5,
    "ytick.labelsize": 6.5,
    "xtick.major.width": 0.6,
    "ytick.major.width": 0.6,
    "xtick.major.size": 2.5,
    "ytick.major.size": 2.5,
    "lines.solid_capstyle": "butt",
    "path.simplify": False,
    "svg.hashsalt": "obc-abm",
    "svg.fonttype": "path",
}
WIDTH = 7.2  # inches: two columns of a journal
BAND = (0.10, 0.90)  # quantiles of the runs between which a band lies
MOST_ROWS = 40  # rows of designs × settings that one figure of differences can hold


class Phase(NamedTuple):
    """A stretch of the case's calendar: first and last month."""

    name: str
    first: float
    last: float
    shade: str


def phases(calendar: dict[str, Any]) -> list[Phase]:
    """The phases of a case's calendar (a plain table of the keys of `abm.case.Calendar`), in order of time."""
    first, last = calendar["service"]
    end = last + calendar["renewals"] * (last - first + 1)
    over = max(end, calendar["assess"][1])
    return [
        Phase("plan", calendar["plan"][0], calendar["plan"][1], "#F1F1F1"),
        Phase("tender", calendar["tender"], calendar["tender"], "#8A8A8A"),
        Phase("co-design", calendar["codesign"][0], calendar["codesign"][1], "#DCDCDC"),
        Phase("service", first, end, "#EDF3F8"),
        Phase("run-off", over + 1, over + calendar["runoff"], "#F6F0E4"),
    ]


def trajectories(results: Results, metrics: Sequence[str] = TRUST, case: str | None = None) -> Figure:
    """Metrics over the months: a row of panels for each design, a column for each metric.

    In each panel the design's mean over runs with the band that holds the middle 80 % of them; behind it, thin, the
    means of the other designs, the baseline's dashed. `case` names one of several. Raises ConfigError for an unknown
    metric or case.
    """
    case = _case(results, case)
    declared = [results.metric(name) for name in metrics]
    data = results.series[results.series["case"] == case]
    if not declared or data.empty:
        raise ConfigError(f"trajectories: nothing to show of case '{case}'")
    designs, calendar = results.designs, results.calendar(case)
    curves = _curves(data, [metric["name"] for metric in declared])
    last = int(data["month"].max())
    with matplotlib.rc_context(STYLE):
        rows, columns = len(designs), len(declared)
        height = 0.86 * rows + 1.46
        figure = _figure(height)
        grid = figure.subplots(rows, columns, sharex=True, sharey="col", squeeze=False)
        figure.subplots_adjust(
            left=0.215, right=0.985, top=1 - 0.66 / height, bottom=0.8 / height, wspace=0.3, hspace=0.2
        )
        for metric, panels in zip(declared, grid.T, strict=True):
            for axes, design in zip(panels, designs, strict=True):
                _shade(axes, calendar)
                _curve_panel(axes, curves[metric["name"]], design, designs, results.baseline)
            panels[0].yaxis.set_major_locator(MaxNLocator(4, steps=[1, 2, 2.5, 5, 10]))
            panels[0].yaxis.set_major_formatter(FuncFormatter(_tick))
            panels[0].set_title(
                textwrap.fill(f"{_title(metric['name'])} ({metric['unit']})", 20), pad=5, linespacing=1.15
            )
        grid[-1, 0].set_xticks(range(0, last + 1, 12 if last <= 96 else 24))
        grid[-1, 0].set_xlim(0, last)
        for row, design in enumerate(designs):
            _name_row(figure, grid[row, 0], results.title(design), row, baseline=design == results.baseline)
        _phase_key(figure, calendar, height)
        figure.text(0.6, 0.45 / height, f"months from the start ({calendar['start']})", ha="center", va="bottom")
        runs = data[data["month"] == 0].groupby("design").size()
        n = f"{runs.min()}" if runs.min() == runs.max() else f"{runs.min()} to {runs.max()}"
        _caption(
            figure, height,
            f"{results.title(case)}, {n} runs a design. Line: mean of the runs; band: their 10th to 90th percentile. "
            f"Behind, in grey: means of the other designs; dashed: {results.title(results.baseline)}, the baseline.",
        )  # fmt: skip
    return figure


def differences(results: Results, metrics: Sequence[str] | None = None, case: str | None = None) -> Figure:
    """Each design's paired difference to the baseline with its 95 % interval: a panel for each metric, in its own unit.

    Without `metrics` the key metrics that the results hold, a row of panels for each of their groups. Raises
    ConfigError for an unknown metric or case, and where there is no other design than the baseline.
    """
    case = _case(results, case)
    groups = _groups(results, metrics)
    table = results.compare()
    table = table[(table["case"] == case) & (table["design"] != results.baseline)]
    lines = list(dict.fromkeys(zip(table["design"], table["factors"], strict=True)))[:MOST_ROWS]
    if not lines:
        raise ConfigError(f"differences: nothing to compare with the baseline '{results.baseline}' in case '{case}'")
    columns = max(len(names) for names in groups.values())
    with matplotlib.rc_context(STYLE):
        labels = [_line_label(results, *line) for line in lines]
        panel = (0.19 + 0.08 * max(label.count("\n") for label in labels)) * len(lines) + 0.82
        height = panel * len(groups) + 0.42
        figure = _figure(height)
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
        n = table["n"][table["metric"].isin([name for names in groups.values() for name in names])].max()
        _caption(
            figure, height,
            f"{results.title(case)}: difference to {results.title(results.baseline)}, mean of n = {n} runs paired by seed, "
            "with the 95 % paired t interval; a smaller n stands beside its point. Each metric as it is at the end: "
            "last month, or mean over the months of service.",
        )  # fmt: skip
    return figure


def save_all(results: Results, folder: Path) -> list[Path]:
    """Write the usual figures of a batch as PNG and SVG into `folder`; returns what was written."""
    figures = {}
    for case in results.cases:
        ending = f"_{case}" if len(results.cases) > 1 else ""
        drawn: dict[str, Callable[[], Figure]] = {
            "trust_trajectories": partial(trajectories, results, _known(results, TRUST), case),
            "outcome_trajectories": partial(trajectories, results, _known(results, OUTCOMES), case),
            "differences": partial(differences, results, None, case),
        }
        for name, draw in drawn.items():
            with suppress(ConfigError):  # where all runs failed, or there is one design only
                figures[name + ending] = draw()
    return [path for name, figure in figures.items() for path in save(figure, folder / name)]


def save(figure: Figure, path: Path) -> list[Path]:
    """Write a figure as `path`.png and `path`.svg; the same figure gives the same bytes."""
    written = []
    with matplotlib.rc_context(STYLE):
        for ending, metadata in (("png", {"Software": None}), ("svg", {"Date": None, "Creator": None})):
            target = path.with_name(f"{path.name}.{ending}")
            write_whole(target, lambda to, e=ending, m=metadata: figure.savefig(to, format=e, metadata=m, dpi=220))  # type: ignore[misc]
            written.append(target)
    return written


def _figure(height: float) -> Figure:
    figure = Figure(figsize=(WIDTH, height), facecolor="white")
    FigureCanvasAgg(figure)
    return figure


def _curves(data: pd.DataFrame, metrics: Sequence[str]) -> dict[str, dict[str, pd.DataFrame]]:
    """For each metric and design, by month: mean over runs, and the edges of the band."""
    found: dict[str, dict[str, pd.DataFrame]] = {}
    groups = data.groupby(["design", "month"], sort=True)
    for metric in metrics:
        values = groups[metric]
        table = values.mean().to_frame("mean")
        table["low"], table["high"] = values.quantile(BAND[0]), values.quantile(BAND[1])
        found[metric] = {str(design): part.droplevel("design") for design, part in table.groupby(level="design")}
    return found


def _curve_panel(
    axes: Axes, curves: dict[str, pd.DataFrame], design: str, designs: Sequence[str], baseline: str
) -> None:
    for other in designs:
        if other in curves and other not in (design, baseline):
            axes.plot(curves[other].index, curves[other]["mean"], color=GREY, linewidth=0.5, zorder=2)
    if baseline in curves and baseline != design:
        axes.plot(
            curves[baseline].index, curves[baseline]["mean"], color="#777777", linewidth=0.7, dashes=(3, 2), zorder=3
        )
    if design in curves:
        number = designs.index(design)
        curve, colour = curves[design], COLOURS[number % len(COLOURS)]
        axes.fill_between(curve.index, curve["low"], curve["high"], color=colour, alpha=0.22, linewidth=0, zorder=4)
        axes.plot(curve.index, curve["mean"], color=colour, linewidth=1.3, linestyle=_dash(number), zorder=5)


def _dash(number: int) -> Any:
    """The line style of a design: another one when the colours begin again, and beside each neighbour."""
    return DASHES[(number + number // len(COLOURS)) % len(DASHES)]


def _shade(axes: Axes, calendar: dict[str, Any]) -> None:
    """Phases of the calendar behind the curves."""
    for phase in phases(calendar):
        if phase.first == phase.last:
            axes.axvline(phase.first, color=phase.shade, linewidth=0.7, zorder=1)
        else:
            axes.axvspan(phase.first - 1, phase.last, color=phase.shade, linewidth=0, zorder=0)


def _phase_key(figure: Figure, calendar: dict[str, Any], height: float) -> None:
    """The names of the phases, in order of time, in one line at the top."""
    marks: list[Any] = [
        Line2D([], [], color=phase.shade, linewidth=0.9) if phase.first == phase.last else Patch(facecolor=phase.shade)
        for phase in phases(calendar)
    ]
    figure.legend(
        marks, [phase.name for phase in phases(calendar)], ncols=len(marks), frameon=False, fontsize=6.5, loc="upper right",
        bbox_to_anchor=(0.992, 1 - 0.01 / height), handlelength=1.6, handleheight=0.9, columnspacing=1.4, borderpad=0.2,
    )  # fmt: skip


def _name_row(figure: Figure, axes: Axes, title: str, number: int, *, baseline: bool) -> None:
    """The design's name left of its row, above a sample of its line."""
    box = axes.get_position()
    middle = (box.y0 + box.y1) / 2
    text = textwrap.fill(title, 19) + ("\n(baseline)" if baseline else "")
    figure.text(0.012, middle, text, fontsize=7.5, va="bottom", linespacing=1.1)
    below = middle - 0.1 / figure.get_figheight()
    colour = COLOURS[number % len(COLOURS)]
    figure.add_artist(Line2D([0.012, 0.07], [below, below], color=colour, linewidth=1.6, linestyle=_dash(number)))


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
        axes.set_title(_title(metric["name"]), pad=4)
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
    axes.xaxis.set_major_formatter(FuncFormatter(_tick))


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


def _tick(value: float, _position: int = 0) -> str:
    """A number on an axis: k for thousands where there are many, a true minus sign."""
    text = f"{value / 1000:,.10g}k" if abs(value) >= 10_000 else f"{value:,.10g}"
    return text.replace("-", "\N{MINUS SIGN}")


def _title(metric: str) -> str:
    """A metric's name as words: `trust_family_provider` is trust of the family in the provider."""
    words = metric.split("_")
    if words[0] == "trust" and len(words) == 3:
        return f"Trust, {words[1]} in {words[2]}"
    return " ".join(words).capitalize()


def _caption(figure: Figure, height: float, text: str) -> None:
    figure.text(
        0.012, 0.06 / height, textwrap.fill(text, 150), fontsize=6.2, color=TEXT_GREY, va="bottom", linespacing=1.25
    )


def _case(results: Results, case: str | None) -> str:
    if case is None:
        return results.cases[0]
    if case not in results.cases:
        raise ConfigError(f"case: no '{case}' in these results, which hold {listed(results.cases)}")
    return case


def _known(results: Results, metrics: Sequence[str]) -> list[str]:
    """Those of the metrics that the results hold."""
    return [name for name in metrics if name in results.units]


def _groups(results: Results, metrics: Sequence[str] | None) -> dict[str, list[str]]:
    """Metrics in rows of at most four: the ones asked for, or the key metrics under the names of their groups."""
    if metrics is not None:
        return {" " * start: list(metrics[start : start + 4]) for start in range(0, len(metrics), 4)}
    groups = {group: _known(results, names) for group, names in KEY_METRICS.items()}
    return {group: names for group, names in groups.items() if names}
