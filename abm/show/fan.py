"""A metric over the months as a fan: where the runs of each design lie; and how a difference settles as runs are added."""

from __future__ import annotations

from typing import TYPE_CHECKING

import matplotlib
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, MaxNLocator

from abm.config import ConfigError
from abm.lab import precision
from abm.show.style import (
    GREY,
    STYLE,
    WIDTH,
    columns_of,
    grid,
    known_case,
    look,
    lowest,
    name_of,
    tick,
    title_of,
)
from abm.show.trajectories import phases

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

    from abm.lab.results import Results

QUANTILES = (0.05, 0.25, 0.5, 0.75, 0.95)


def fan(results: Results, metric: str = "attributable_gain", case: str | None = None, width: float = WIDTH) -> Figure:
    """A metric over the months, a panel for each design: median of the runs, their middle half and middle nine tenths.

    The baseline's median is dashed in every panel. All settings of the factors are in it together. Raises ConfigError for an
    unknown metric or case.
    """
    case = known_case(results, case)
    declared = results.metric(metric)
    table = fan_table(results, metric, case)
    if table.empty:
        raise ConfigError(f"fan: nothing to show of '{metric}' in case '{case}'")
    designs = [name for name in results.designs if (table["design"] == name).any()]
    with matplotlib.rc_context(STYLE):
        figure, panels = grid(len(designs), 1.35, width, 1.8, sharex=True, sharey=True)
        for place, (design, axes) in enumerate(zip(designs, panels, strict=True)):
            _fan_panel(axes, table, design, results)
            if place % columns_of(axes) == 0:
                axes.set_ylabel(declared["unit"])
        _months(panels[0], int(table["month"].max()))
        for axes in lowest(panels):
            axes.set_xlabel(f"months from {results.calendar(case)['start']}")
        figure.suptitle(title_of(metric), fontsize=8, x=0.012, ha="left")
        about = (
            f"{title_of(metric)} ({declared['unit']}): {declared['meaning']}. {results.title(case)}, "
            f"n = {int(table['n'].max())} runs a design. Line: median of the runs; dark: their middle half; "
            f"light: their middle "
            f"nine tenths. Dashed: median of {results.title(results.baseline)}. Blue-grey ground: months of service."
        )
        return figure.describe(about, table)


def fan_table(results: Results, metric: str, case: str) -> pd.DataFrame:
    """Quantiles over runs by design and month: `design, month, n, q05, q25, q50, q75, q95`."""
    data = results.series_of([metric])
    data = data[data["case"] == case].dropna(subset=[metric]).astype({"design": str})
    groups = data.groupby(["design", "month"], sort=True, observed=True)[metric]
    table = groups.quantile(list(QUANTILES)).unstack().rename(columns=lambda q: f"q{round(100 * q):02d}")
    table.insert(0, "n", groups.size())
    return table.reset_index()


def _fan_panel(axes: Axes, table: pd.DataFrame, design: str, results: Results) -> None:
    colour, _, _ = look(results, design)
    own, base = (table[table["design"] == name].set_index("month") for name in (design, results.baseline))
    for phase in phases(results.calendar(results.cases[0])):
        if phase.name == "service":
            axes.axvspan(phase.first - 1, phase.last, color=phase.shade, linewidth=0, zorder=0)
    if table["q05"].min() < 0 < table["q95"].max():
        axes.axhline(0, color="#444444", linewidth=0.6, zorder=1)
    axes.fill_between(own.index, own["q05"], own["q95"], color=colour, alpha=0.18, linewidth=0, zorder=2)
    axes.fill_between(own.index, own["q25"], own["q75"], color=colour, alpha=0.32, linewidth=0, zorder=3)
    if design != results.baseline and len(base):
        axes.plot(base.index, base["q50"], color="#666666", linewidth=0.8, dashes=(3, 2), zorder=4)
    axes.plot(own.index, own["q50"], color=colour, linewidth=1.3, zorder=5)
    axes.set_title(name_of(results, design, width=25), loc="left", fontsize=6.8)


def _months(axes: Axes, last: int) -> None:
    axes.set_xlim(0, last)
    axes.set_xticks(range(0, last + 1, 12 if last <= 48 else 24))
    axes.yaxis.set_major_locator(MaxNLocator(4, steps=[1, 2, 2.5, 5, 10]))
    axes.yaxis.set_major_formatter(FuncFormatter(tick))


def stability(
    results: Results, metric: str = "attributable_gain", case: str | None = None, width: float = WIDTH
) -> Figure:
    """How each design's difference to the baseline settles as blocks are added, with its 95 % interval.

    Raises ConfigError for an unknown metric or case, and where there are fewer than three blocks or only one design.
    """
    case = known_case(results, case)
    declared, scale = results.metric(metric), results.scales()[metric]
    table = precision.stability(results, metric, case)
    lines = list(dict.fromkeys(zip(table["design"], table["factors"], strict=True)))[:12]
    if not lines or table["n"].max() < 3:
        raise ConfigError(f"stability: too few runs of '{metric}' in case '{case}'")
    margin = scale.matters.of(float(results.runs.loc[results.runs["design"] == results.baseline, metric].mean()))
    with matplotlib.rc_context(STYLE):
        figure, panels = grid(len(lines), 1.3, width, 1.8, sharex=True, sharey=True)
        for place, (line, axes) in enumerate(zip(lines, panels, strict=True)):
            own = table[(table["design"] == line[0]) & (table["factors"] == line[1])]
            colour, _, style = look(results, line[0])
            axes.axhspan(-margin, margin, color="#EFEFEF", linewidth=0, zorder=0)
            axes.axhline(0, color="#444444", linewidth=0.6, zorder=1)
            axes.fill_between(own["n"], own["low"], own["high"], color=colour, alpha=0.22, linewidth=0, zorder=2)
            axes.plot(own["n"], own["difference"], color=colour, linewidth=1.2, linestyle=style, zorder=3)
            axes.axhline(own["difference"].iloc[-1], color=GREY, linewidth=0.5, zorder=1)
            axes.set_title(name_of(results, *line, width=26), loc="left", fontsize=6.8)
            if place % columns_of(axes) == 0:
                axes.set_ylabel(declared["unit"])
        _limits(panels[0], table)
        for axes in lowest(panels):
            axes.set_xlabel("blocks")
        figure.suptitle(title_of(metric), fontsize=8, x=0.012, ha="left")
        about = (
            f"{title_of(metric)}: paired difference to {results.title(results.baseline)} after so many blocks "
            f"(seeds under which "
            f"every design is run), in the order of their seeds, with its 95 % interval (the first few are cut "
            f"off). {results.title(case)}, n = {table['n'].max()}. "
            f"Grey: too small to matter (±{margin:.3g} {declared['unit']})."
        )
        return figure.describe(about, table)


def _limits(axes: Axes, table: pd.DataFrame) -> None:
    """Wide enough for the intervals from ten blocks on (all, where there are fewer), not for the first few."""
    later = table[table["n"] >= min(10, table["n"].max())]
    low, high = min(0.0, float(later["low"].min())), max(0.0, float(later["high"].max()))
    room = 0.25 * ((high - low) or 1.0)
    axes.set_ylim(low - room, high + room)
    axes.set_xlim(2, table["n"].max())
    axes.yaxis.set_major_locator(MaxNLocator(4, steps=[1, 2, 2.5, 5, 10]))
    axes.yaxis.set_major_formatter(FuncFormatter(tick))
