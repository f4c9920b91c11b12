"""Two plain figures that many analyses share: estimates with intervals, and curves with bands."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import matplotlib
from matplotlib.lines import Line2D
from matplotlib.ticker import FuncFormatter, MaxNLocator

from abm.config import ConfigError
from abm.show.style import COLOURS, DASHES, MARKERS, STYLE, WIDTH, Drawing, columns_of, grid, lowest, named_rows, tick

if TYPE_CHECKING:
    import pandas as pd

MOST_ROWS = 12  # of a panel; those with the largest values are kept
MOST_PANELS = 12


def dots(
    table: pd.DataFrame,
    *,
    rows: str,
    panels: Sequence[str],
    value: str,
    low: str | None = "low",
    high: str | None = "high",
    label: str = "",
    about: str = "",
    width: float = WIDTH,
) -> Drawing:
    """Estimates with intervals, a panel for each combination of `panels`, a row for each value of `rows`, largest first.

    Raises ConfigError for a table without rows.
    """
    table = table.dropna(subset=[value])
    if table.empty:
        raise ConfigError("nothing to draw")
    size = table[value].abs() / table.groupby(list(panels))[value].transform(lambda part: part.abs().max() or 1.0)
    order = size.groupby(table[rows], sort=False).max().sort_values(ascending=False, kind="stable")
    names = list(order[order > 0].index[:MOST_ROWS]) or list(order.index[:1])
    groups = list(table.groupby(list(panels), sort=False))[:MOST_PANELS]
    with matplotlib.rc_context(STYLE):
        labels = [textwrap.fill(str(name).replace("_", " "), 30) for name in names]
        row_height = 0.17 + 0.1 * max(one.count("\n") for one in labels)
        figure, axes = grid(len(groups), row_height * len(names) + 0.6, width, 2.4)
        for place, ((key, part), panel) in enumerate(zip(groups, axes, strict=True)):
            panel.axvline(0, color="#444444", linewidth=0.7, zorder=1)
            for one in part.to_dict("records"):
                if one[rows] in names:
                    y = names.index(one[rows])
                    if low and high:
                        panel.plot([one[low], one[high]], [y, y], color=COLOURS[4], linewidth=1.6, zorder=2)
                    panel.plot(one[value], y, "o", color=COLOURS[4], markersize=4.2, markeredgecolor="white", zorder=3)
            first = place % columns_of(panel) == 0
            panel.set_yticks(range(len(names)), labels if first else [""] * len(names), linespacing=1.0)
            panel.set_ylim(len(names) - 0.4, -0.6)
            panel.set_title(_title(key), loc="left")
            named_rows(panel)
        for panel in lowest(axes):
            panel.set_xlabel(textwrap.fill(label, 30))
        return figure.describe(about, table)


def curves(
    table: pd.DataFrame,
    *,
    x: str,
    y: str,
    lines: str,
    panels: Sequence[str],
    label: str = "",
    about: str = "",
    zero: bool = True,
    width: float = WIDTH,
) -> Drawing:
    """Curves with bands (`low`, `high`), a panel for each combination of `panels`, a line for each value of `lines`.

    Raises ConfigError for a table without rows.
    """
    table = table.dropna(subset=[y])
    if table.empty:
        raise ConfigError("nothing to draw")
    names = list(dict.fromkeys(table[lines]))[: len(COLOURS) - 1]
    groups = list(table.groupby(list(panels), sort=False))[:MOST_PANELS]
    with matplotlib.rc_context(STYLE):
        figure, axes = grid(len(groups), 1.55, width, 2.4)
        for (key, part), panel in zip(groups, axes, strict=True):
            if zero:
                panel.axhline(0, color="#444444", linewidth=0.7, zorder=1)
            for place, name in enumerate(names):
                own = part[part[lines] == name].sort_values(x)
                colour = COLOURS[(place + 1) % len(COLOURS)]
                panel.fill_between(own[x], own["low"], own["high"], color=colour, alpha=0.2, linewidth=0, zorder=2)
                panel.plot(
                    own[x], own[y], color=colour, linestyle=DASHES[place % len(DASHES)], marker=MARKERS[place % len(MARKERS)],
                    markersize=3.2, linewidth=1.0, zorder=3,
                )  # fmt: skip
            panel.set_title(_title(key), loc="left")
            panel.set_ylabel(label)
            panel.yaxis.set_major_locator(MaxNLocator(4, steps=[1, 2, 2.5, 5, 10]))
            panel.yaxis.set_major_formatter(FuncFormatter(tick))
            panel.xaxis.set_major_locator(MaxNLocator(4))
        marks = [
            Line2D([], [], color=COLOURS[(place + 1) % len(COLOURS)], marker=MARKERS[place % len(MARKERS)], markersize=3.2,
                   linestyle=DASHES[place % len(DASHES)], linewidth=1.0)
            for place in range(len(names))
        ]  # fmt: skip
        words = [textwrap.fill(str(name).replace("_", " "), 34) for name in names]
        figure.legend(marks, words, ncols=3 if width > 5 else 1, frameon=False, fontsize=6.3, loc="outside upper left")
        return figure.describe(about, table)


def _title(key: Any) -> str:
    parts = key if isinstance(key, tuple) else (key,)
    return textwrap.fill(", ".join(str(part).replace("_", " ") for part in parts if str(part) not in ("", "nan")), 30)
