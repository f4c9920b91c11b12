"""Differences with all that is needed to judge them: single and simultaneous intervals, what matters, the verdict."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import matplotlib
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, MaxNLocator

from abm.config import ConfigError
from abm.lab.verdict import BETTER, EQUAL, HIGHER, LOWER, UNDECIDED, WORSE
from abm.show.differences import MOST_ROWS
from abm.show.style import STYLE, TEXT_GREY, WIDTH, columns_of, grid, known_case, look, name_of, tick, title_of

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

    from abm.lab.results import Results

SIGNS = {BETTER: "▲", WORSE: "▼", HIGHER: "△", LOWER: "▽", EQUAL: "≈", UNDECIDED: "?"}
USUAL = ("attributable_gain", "service_quality", "satisfaction", "cost_per_gain")


def forest(
    results: Results,
    metrics: Sequence[str] = USUAL,
    case: str | None = None,
    matters: Mapping[str, float] | None = None,
    width: float = WIDTH,
    table: pd.DataFrame | None = None,
) -> Figure:
    """Each design's paired difference to the baseline, a panel for each metric.

    Thick: the 95 % interval; thin: the interval that holds for all designs at once; grey ground: too small to matter; at
    the right the verdict. Raises ConfigError for an unknown metric or case, and where there is nothing to compare. `table`
    spares comparing again (`Results.compare`).
    """
    case = known_case(results, case)
    declared = [results.metric(name) for name in metrics]
    table = results.compare(matters=matters) if table is None else table
    table = table[(table["case"] == case) & (table["design"] != results.baseline)]
    table = table[table["metric"].isin([one["name"] for one in declared])]
    lines = list(dict.fromkeys(zip(table["design"], table["factors"], strict=True)))[:MOST_ROWS]
    if not lines:
        raise ConfigError(f"forest: nothing to compare with the baseline '{results.baseline}' in case '{case}'")
    with matplotlib.rc_context(STYLE):
        labels = [name_of(results, *line) for line in lines]
        row = 0.2 + 0.06 * (max(label.count("\n") for label in labels))
        figure, panels = grid(len(declared), row * len(lines) + 0.65, width, 1.9 if width > 5 else width)
        for place, (axes, metric) in enumerate(zip(panels, declared, strict=True)):
            first = place % columns_of(axes) == 0
            _panel(axes, table[table["metric"] == metric["name"]], lines, metric, results)
            axes.set_yticks(range(len(lines)), labels if first else [""] * len(lines), linespacing=1.0)
            axes.set_ylim(len(lines) - 0.4, -0.6)
        about = (
            f"{results.title(case)}: paired difference to {results.title(results.baseline)}, n = "
            f"{table['n'].max()} runs. Thick: "
            "95 % interval of one difference; thin: the interval that holds for all designs at once, on which the verdict "
            "rests. Grey: too small to matter. ▲ better, ▼ worse, △ higher, ▽ lower, ≈ practically equal, ? undecided."
        )
        return figure.describe(about, table.reset_index(drop=True))


def _panel(
    axes: Axes, table: pd.DataFrame, lines: Sequence[tuple[str, str]], metric: Mapping[str, str], results: Results
) -> None:
    rows = {(row.design, row.factors): row for row in table.itertuples()}
    if rows:
        margin = max(row.matters for row in rows.values())
        axes.axvspan(-margin, margin, color="#EFEFEF", linewidth=0, zorder=0)
    axes.axvline(0, color="#444444", linewidth=0.7, zorder=1)
    for place, line in enumerate(lines):
        row = rows.get(line)
        if row is None or row.n == 0:
            axes.text(0, place, "  no value", fontsize=5.5, color=TEXT_GREY, va="center")
            continue
        colour, marker, _ = look(results, line[0])
        axes.plot([row.sim_low, row.sim_high], [place, place], color=colour, linewidth=0.7, zorder=2)
        axes.plot([row.low, row.high], [place, place], color=colour, linewidth=2.0, zorder=3)
        axes.plot(
            row.difference,
            place,
            color=colour,
            marker=marker,
            markersize=4.4,
            markeredgewidth=0.4,
            markeredgecolor="white",
            zorder=4,
        )
        axes.annotate(
            SIGNS.get(row.verdict, ""),
            (1, place),
            (2, 0),
            xycoords=("axes fraction", "data"),
            textcoords="offset points",
            fontsize=6.5,
            va="center",
            ha="left",
            color=TEXT_GREY,
        )
    better = {"up": "   better →", "down": "   ← better"}.get(metric["direction"], "")
    axes.set_title(title_of(metric["name"]), loc="left", pad=4)
    axes.set_xlabel(f"{metric['unit']}{better}", labelpad=2)
    axes.tick_params(axis="y", length=0)
    axes.spines["left"].set_visible(False)
    axes.margins(x=0.08)
    axes.xaxis.set_major_locator(MaxNLocator(4, steps=[1, 2, 2.5, 5, 10]))
    axes.xaxis.set_major_formatter(FuncFormatter(tick))
