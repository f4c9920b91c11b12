"""Metrics over the months, design by design."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import matplotlib
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.ticker import FuncFormatter, MaxNLocator

from abm.config import ConfigError
from abm.show.style import COLOURS, GREY, STYLE, blank, caption, dash, known_case, tick, title_of

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

    from abm.lab.results import Results

TRUST = ("trust_family_provider", "trust_family_commissioner", "trust_provider_commissioner", "trust_provider_provider")
BAND = (0.10, 0.90)  # quantiles of the runs between which a band lies


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
    case = known_case(results, case)
    declared = [results.metric(name) for name in metrics]
    data = results.series_of([metric["name"] for metric in declared])
    data = data[data["case"] == case]
    if not declared or data.empty:
        raise ConfigError(f"trajectories: nothing to show of case '{case}'")
    designs, calendar = results.designs, results.calendar(case)
    curves = _curves(data, [metric["name"] for metric in declared])
    last = int(data["month"].max())
    with matplotlib.rc_context(STYLE):
        rows, columns = len(designs), len(declared)
        height = 0.86 * rows + 1.46
        figure = blank(height)
        grid = figure.subplots(rows, columns, sharex=True, sharey="col", squeeze=False)
        figure.subplots_adjust(
            left=0.215, right=0.985, top=1 - 0.66 / height, bottom=0.8 / height, wspace=0.3, hspace=0.2
        )
        for metric, panels in zip(declared, grid.T, strict=True):
            for axes, design in zip(panels, designs, strict=True):
                _shade(axes, calendar)
                _curve_panel(axes, curves[metric["name"]], design, designs, results.baseline)
            panels[0].yaxis.set_major_locator(MaxNLocator(4, steps=[1, 2, 2.5, 5, 10]))
            panels[0].yaxis.set_major_formatter(FuncFormatter(tick))
            panels[0].set_title(
                textwrap.fill(f"{title_of(metric['name'])} ({metric['unit']})", 20), pad=5, linespacing=1.15
            )
        grid[-1, 0].set_xticks(range(0, last + 1, 12 if last <= 96 else 24))
        grid[-1, 0].set_xlim(0, last)
        for row, design in enumerate(designs):
            _name_row(figure, grid[row, 0], results.title(design), row, baseline=design == results.baseline)
        _phase_key(figure, calendar, height)
        figure.text(0.6, 0.45 / height, f"months from the start ({calendar['start']})", ha="center", va="bottom")
        runs = data[data["month"] == 0].groupby("design", observed=True).size()
        n = f"{runs.min()}" if runs.min() == runs.max() else f"{runs.min()} to {runs.max()}"
        caption(
            figure, height,
            f"{results.title(case)}, {n} runs a design. Line: mean of the runs; band: their 10th to 90th percentile. "
            f"Behind, in grey: means of the other designs; dashed: {results.title(results.baseline)}, the baseline.",
        )  # fmt: skip
    return figure


def _curves(data: pd.DataFrame, metrics: Sequence[str]) -> dict[str, dict[str, pd.DataFrame]]:
    """For each metric and design, by month: mean over runs, and the edges of the band."""
    found: dict[str, dict[str, pd.DataFrame]] = {}
    groups = data.groupby(["design", "month"], sort=True, observed=True)
    for metric in metrics:
        values = groups[metric]
        table = values.mean().to_frame("mean")
        table["low"], table["high"] = values.quantile(BAND[0]), values.quantile(BAND[1])
        found[metric] = {
            str(design): part.droplevel("design") for design, part in table.groupby(level="design", observed=True)
        }
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
        axes.plot(curve.index, curve["mean"], color=colour, linewidth=1.3, linestyle=dash(number), zorder=5)


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
    figure.add_artist(Line2D([0.012, 0.07], [below, below], color=colour, linewidth=1.6, linestyle=dash(number)))
