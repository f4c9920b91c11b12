"""For whom: a design's effect on groups of the same families in paired worlds, a panel for each design."""

from __future__ import annotations

from typing import TYPE_CHECKING

import matplotlib
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, MaxNLocator

from abm.config import ConfigError
from abm.lab import for_whom as lab
from abm.show.forest import forest
from abm.show.style import STYLE, TEXT_GREY, WIDTH, columns_of, grid, known_case, look, lowest, name_of, tick

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

    from abm.lab.results import Results

MOST_PANELS = 12


def for_whom(
    results: Results,
    outcome: str = "weighted_wellbeing",
    case: str | None = None,
    width: float = WIDTH,
    table: pd.DataFrame | None = None,
) -> Figure:
    """Each design's difference to the baseline for groups of families, with 95 % intervals over seeds.

    Where the runs kept no table of families, the differences in the metrics of gaps are drawn instead. Raises ConfigError
    for an unknown case or outcome, and where there is nothing to compare. `table` spares computing it again
    (`abm.lab.for_whom.for_whom`).
    """
    case = known_case(results, case)
    if outcome not in lab.OUTCOMES:
        raise ConfigError(f"for_whom: no outcome '{outcome}', expected {' or '.join(lab.OUTCOMES)}")
    if not lab.has_families(results):
        return forest(results, [name for name in lab.GAPS if name in results.units], case, width=width)
    table = lab.for_whom(results, outcome) if table is None else table
    table = table[table["case"] == case]
    lines = list(dict.fromkeys(zip(table["design"], table["factors"], strict=True)))[:MOST_PANELS]
    if not lines:
        raise ConfigError(f"for_whom: nothing to compare with the baseline '{results.baseline}' in case '{case}'")
    groups = list(dict.fromkeys(zip(table["dimension"], table["group"], strict=True)))
    groups.sort(key=lambda group: (*lab.DIMENSIONS, "distribution").index(group[0]))
    unit, words = lab.OUTCOMES[outcome]
    with matplotlib.rc_context(STYLE):
        figure, panels = grid(len(lines), 0.135 * len(groups) + 0.5, width, 2.3, sharex=True, sharey=True)
        for place, (line, axes) in enumerate(zip(lines, panels, strict=True)):
            own = table[(table["design"] == line[0]) & (table["factors"] == line[1])]
            _panel(axes, own, groups, results, line)
            if place % columns_of(axes) == 0:
                axes.set_yticks(range(len(groups)), [_label(*group) for group in groups])
                axes.set_ylim(len(groups) - 0.4, -0.6)
        for axes in lowest(panels):
            axes.set_xlabel(f"difference ({unit})")
        figure.suptitle(f"Difference in {words}", fontsize=8, x=0.012, ha="left")
        about = (
            f"{results.title(case)}: the same families under each design and under {results.title(results.baseline)}; mean of "
            f"their own differences, with the 95 % interval over n = {table['n'].max()} seeds (fewer where a group has nobody "
            "in some). Large markers: all families, and the worst-off. Thirds by place; who served a family is as under the "
            "design itself. The lowest tenth is whoever is in it at the end."
        )
        return figure.describe(about, table.reset_index(drop=True))


def _label(dimension: str, group: str) -> str:
    if dimension in ("everybody", "worst-off", "distribution"):
        return group
    if dimension == "served by":
        return f"served by {group.replace('_', ' ')}"
    return f"{dimension}: {group}"


def _panel(
    axes: Axes, own: pd.DataFrame, groups: list[tuple[str, str]], results: Results, line: tuple[str, str]
) -> None:
    colour, marker, _ = look(results, line[0])
    rows = {(row.dimension, row.group): row for row in own.itertuples()}
    axes.axvline(0, color="#444444", linewidth=0.7, zorder=1)
    edges = [place - 0.5 for place in range(1, len(groups)) if groups[place][0] != groups[place - 1][0]]
    axes.hlines(edges, 0, 1, transform=axes.get_yaxis_transform(), color="#DDDDDD", linewidth=0.5, zorder=0)
    there = [(place, rows[group]) for place, group in enumerate(groups) if group in rows]
    places = [place for place, _ in there]
    axes.hlines(
        places, [row.low for _, row in there], [row.high for _, row in there], color=colour, linewidth=1.5, zorder=2
    )
    for large in (False, True):
        some = [
            (row.difference, place) for place, row in there if (row.dimension in ("everybody", "worst-off")) == large
        ]
        axes.plot(
            *zip(*some, strict=True), marker, color=colour, markersize=5.0 if large else 3.2, markeredgewidth=0.4,
            markeredgecolor="white", zorder=3,
        )  # fmt: skip
    for place in sorted({*range(len(groups))} - {*places}):
        axes.text(0, place, " nobody", fontsize=5, color=TEXT_GREY, va="center")
    axes.set_title(name_of(results, *line, width=19), loc="left", fontsize=6.8)
    axes.tick_params(axis="y", length=0)
    axes.spines["left"].set_visible(False)
    axes.xaxis.set_major_locator(MaxNLocator(3, steps=[1, 2, 2.5, 5, 10]))
    axes.xaxis.set_major_formatter(FuncFormatter(tick))
