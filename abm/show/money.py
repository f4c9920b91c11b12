"""Money as pictures: who paid whom, and what outcome payments paid for.

`matplotlib.sankey` draws one system with arms, not flows through layers, so the ribbons are drawn here.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import matplotlib
from matplotlib.figure import Figure
from matplotlib.patches import PathPatch, Rectangle
from matplotlib.path import Path
from matplotlib.ticker import FuncFormatter, MaxNLocator

from abm.config import ConfigError
from abm.lab.compare import half_width
from abm.lab.money import BETWEEN, KEPT, PARTS, Flow, contract_flows, flows, layered
from abm.lab.money import paid_for as parts_paid_for
from abm.show.style import (
    STYLE,
    TEXT_GREY,
    WIDTH,
    Drawing,
    columns_of,
    grid,
    known_case,
    look,
    lowest,
    name_of,
    tick,
)

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

    from abm.lab.results import Results

LAST = len(BETWEEN) + 1
TINTS = {  # of who pays; a ribbon has the colour of its source
    "treasury": "#0072B2",
    "region": "#56B4E9",
    "authority": "#009E73",
    "intermediary": "#CC79A7",
    "provider": "#E69F00",
    "investor": "#D55E00",
    "fund": "#B8A90B",
    "guarantor": "#CC79A7",
    "bank": "#7A7A7A",
    "household": "#A0A0A0",
}
WORDS = {KEPT: "kept", "bank": "banks", "investor": "investors", "provider": "providers", "evaluator": "evaluators"}
BAR, GAP = 0.03, 0.12  # width of a bar, and room between bars, as shares of the picture
CRUMB, OTHERS = 0.005, "others"  # share of the whole below which a bar outside is not drawn by itself

Node = tuple[int, str]


def summed(table: pd.DataFrame, design: str, everything: bool = False) -> tuple[list[Flow], pd.DataFrame]:
    """The flows of a design over all its runs, in whole cents; and by run: `run, source, target, cents`.

    `table` is that of `abm.lab.money.flows`. Without `everything` those of the contract alone (`contract_flows`).
    """
    import pandas as pd

    table = table[table["design"] == design]
    if not everything:
        table = contract_flows(table)
    totals: dict[tuple[Node, Node], int] = {}
    rows = []
    for number, run in table.groupby("run"):
        for flow in layered(run):
            key = (flow.source, flow.target)
            totals[key] = totals.get(key, 0) + flow.cents
            rows.append(
                (int(number), f"{flow.source[0]} {flow.source[1]}", f"{flow.target[0]} {flow.target[1]}", flow.cents)
            )
    found = [Flow(source, target, cents) for (source, target), cents in sorted(totals.items())]
    return found, pd.DataFrame(rows, columns=["run", "source", "target", "cents"])


def money(
    results: Results,
    design: str | None = None,
    case: str | None = None,
    everything: bool = False,
    width: float = WIDTH,
    table: pd.DataFrame | None = None,
) -> Figure:
    """Who paid whom under a design (the last unless named), from left to right; it adds up to the cent at every bar.

    Amounts are means over runs with half of their 95 % interval. Usual services, which go on beside the contract, and what
    providers had before it are left out unless `everything` is asked for. Raises ConfigError where the runs did not keep
    the table `money`, and for an unknown design or case. `table` spares reading the flows again (`abm.lab.money.flows`).
    """
    case = known_case(results, case)
    design = design or results.designs[-1]
    if design not in results.designs:
        raise ConfigError(f"money: no design '{design}' in these results")
    found, by_run = summed(flows(results, case) if table is None else table, design, everything)
    if not found:
        raise ConfigError(f"money: nothing moved under '{design}' in case '{case}'")
    runs = int(by_run["run"].nunique())
    found, by_run = _without_crumbs(found, by_run)
    with matplotlib.rc_context(STYLE):
        bars, room = _bars(found)
        figure = Drawing(0.55 + 0.16 * room + (1.2 if width > 5 else 1.0), width)
        axes = figure.subplots()
        axes.axis("off")
        axes.set_xlim(*((-0.17, 1.17) if width > 5 else (-0.36, 1.36)))
        axes.set_ylim(1.02 if width > 5 else 1.14, -0.14)
        _draw(axes, found, bars, by_run, runs, width <= 5)
        axes.set_title(name_of(results, design, width=60), loc="left")
        left_out = "" if everything else " Left out: usual services, and what providers had before."
        about = (
            f"{results.title(case)}, {results.title(design)}: mean of n = {runs} runs in thousands of euros, ± "
            f"half of the 95 % "
            f"interval. Every bar pays on what it receives, to the cent; what is not paid on is kept. Payments back and forth "
            f"between bars in the middle are set off; bars below half a percent of the whole are others.{left_out}"
        )
        figure.describe(about, by_run)
    return figure


def _without_crumbs(found: Sequence[Flow], by_run: pd.DataFrame) -> tuple[list[Flow], pd.DataFrame]:
    """Payers and payees outside with less than half a percent of the whole, as one bar of others on each side."""
    sides: dict[Node, int] = {}
    for flow in found:
        for node in (flow.source, flow.target):
            sides[node] = sides.get(node, 0) + flow.cents
    whole = max(sides.values())
    small = {node for node, cents in sides.items() if node[0] in (0, LAST) and cents < CRUMB * whole}
    totals: dict[tuple[Node, Node], int] = {}
    for source, target, cents in found:
        key = ((0, OTHERS) if source in small else source, (LAST, OTHERS) if target in small else target)
        totals[key] = totals.get(key, 0) + cents
    names = {f"{layer} {name}": f"{layer} {OTHERS}" for layer, name in small}
    renamed = by_run.assign(**{column: by_run[column].replace(names) for column in ("source", "target")})
    return [Flow(source, target, cents) for (source, target), cents in sorted(totals.items())], renamed


def _bars(found: Sequence[Flow]) -> tuple[dict[Node, tuple[float, float, float]], int]:
    """Where each bar lies, as x, top and height, and how many stand in the fullest layer.

    Layers that nobody uses take no room; a cent is as high everywhere.
    """
    through: dict[Node, list[int]] = {}
    for flow in found:
        through.setdefault(flow.source, [0, 0])[1] += flow.cents
        through.setdefault(flow.target, [0, 0])[0] += flow.cents
    size = {node: max(both) for node, both in through.items()}
    layers = sorted({layer for layer, _ in size})
    stacks = [sorted((node for node in size if node[0] == layer), key=lambda node: -size[node]) for layer in layers]
    many, most = max(map(len, stacks)), max(sum(size[node] for node in stack) for stack in stacks)
    scale = (1.0 - GAP * (many - 1)) / most
    bars = {}
    for place, stack in enumerate(stacks):
        y = (1.0 - scale * sum(size[node] for node in stack) - GAP * (len(stack) - 1)) / 2
        for node in stack:
            bars[node] = (place / max(1, len(layers) - 1) * (1.0 - BAR), y, size[node] * scale)
            y += size[node] * scale + GAP
    return bars, many


def _draw(
    axes: Axes,
    found: Sequence[Flow],
    bars: Mapping[Node, tuple[float, float, float]],
    by_run: pd.DataFrame,
    runs: int,
    narrow: bool,
) -> None:
    scale = max(height for *_, height in bars.values()) / max(
        max(sum(f.cents for f in found if f.source == node), sum(f.cents for f in found if f.target == node))
        for node in bars
    )
    used: dict[tuple[Node, str], float] = {}
    order = sorted({layer for layer, _ in bars})
    for flow in sorted(found, key=lambda one: (bars[one.target][1], bars[one.source][1])):
        (x0, y0, _), (x1, y1, _) = bars[flow.source], bars[flow.target]
        thick = flow.cents * scale
        a, b = used.get((flow.source, "out"), y0), used.get((flow.target, "in"), y1)
        used[flow.source, "out"], used[flow.target, "in"] = a + thick, b + thick
        _ribbon(axes, (x0 + BAR, a), (x1, b), thick, TINTS.get(flow.source[1], "#7A7A7A"))
    for node, (x, y, height) in bars.items():
        axes.add_patch(Rectangle((x, y), BAR, height, facecolor=TINTS.get(node[1], "#7A7A7A"), linewidth=0, zorder=3))
        name, amount = WORDS.get(node[1], node[1]), _amount(node, by_run, runs)
        if node[0] in (0, LAST):
            at, side = (x - 0.012, "right") if node[0] == 0 else (x + BAR + 0.012, "left")
            axes.text(
                at, y + height / 2, f"{name}\n{amount}", ha=side, va="center", fontsize=6, linespacing=1.05, zorder=4
            )
        elif order.index(node[0]) % 2 or not narrow:
            axes.text(
                x + BAR / 2, y - 0.015, f"{name}\n{amount}", ha="center", va="bottom", fontsize=6, linespacing=1.05
            )
        else:  # every other one below, so that they stay apart
            axes.text(
                x + BAR / 2, y + height + 0.02, f"{name}\n{amount}", ha="center", va="top", fontsize=6, linespacing=1.05
            )


def _ribbon(axes: Axes, start: tuple[float, float], end: tuple[float, float], thick: float, tint: str) -> None:
    """A band from the right of one bar to the left of another, as two Bézier curves."""
    (x0, y0), (x1, y1) = start, end
    bend = (x0 + x1) / 2
    points = [
        (x0, y0),
        (bend, y0),
        (bend, y1),
        (x1, y1),
        (x1, y1 + thick),
        (bend, y1 + thick),
        (bend, y0 + thick),
        (x0, y0 + thick),
        (x0, y0),
    ]
    codes = [Path.MOVETO, *[Path.CURVE4] * 3, Path.LINETO, *[Path.CURVE4] * 3, Path.CLOSEPOLY]
    axes.add_patch(PathPatch(Path(points, codes), facecolor=tint, alpha=0.38, linewidth=0, zorder=2))


def _amount(node: Node, by_run: pd.DataFrame, runs: int) -> str:
    """What went through a bar, in thousands of euros: mean over runs ± half of its interval."""
    key = f"{node[0]} {node[1]}"
    column = "target" if (by_run["target"] == key).any() else "source"
    sums = by_run[by_run[column] == key].groupby("run")["cents"].sum().to_numpy(float) / 1e5
    import numpy as np

    values = np.concatenate([sums, np.zeros(runs - len(sums))])
    half = half_width(values)
    return f"{values.mean():,.1f}" + ("" if math.isnan(half) or half < 0.05 else f" ± {half:,.1f}")


def paid_for(results: Results, case: str | None = None, width: float = WIDTH) -> Figure:
    """What outcome payments paid for, a panel a part: true effect, deadweight, selection, gaming, noise.

    Raises ConfigError for an unknown case, and where no design made outcome payments.
    """
    case = known_case(results, case)
    table = parts_paid_for(results)
    table = table[table["case"] == case]
    lines = list(dict.fromkeys(zip(table["design"], table["factors"], strict=True)))[:40]
    if not lines:
        raise ConfigError(f"paid_for: no outcome payments in case '{case}'")
    rows: Mapping[Any, Any] = {(row.design, row.factors, row.part): row for row in table.itertuples()}
    with matplotlib.rc_context(STYLE):
        labels = [name_of(results, *line) for line in lines]
        row_height = 0.22 + 0.09 * max(label.count("\n") for label in labels)
        figure, panels = grid(len(PARTS), row_height * len(lines) + 0.6, width, 1.45, sharex=True)
        for place, (part, axes) in enumerate(zip(PARTS.values(), panels, strict=True)):
            axes.axvline(0, color="#444444", linewidth=0.7, zorder=1)
            for number, line in enumerate(lines):
                _part(axes, rows[(*line, part)], number, look(results, line[0]))
            first = place % columns_of(axes) == 0
            axes.set_yticks(range(len(lines)), labels if first else [""] * len(lines), linespacing=1.0)
            axes.set_ylim(len(lines) - 0.4, -0.6)
            axes.set_title(part.capitalize(), loc="left")
            axes.tick_params(axis="y", length=0)
            axes.spines["left"].set_visible(False)
            axes.margins(x=0.2)
            axes.xaxis.set_major_locator(MaxNLocator(3, steps=[1, 2, 2.5, 5, 10]))
            axes.xaxis.set_major_formatter(FuncFormatter(tick))
        for axes in lowest(panels):
            axes.set_xlabel("thousand €")
        about = (
            f"{results.title(case)}: outcome payments claimed by the end, by what they were paid for; the five "
            f"parts are all of "
            f"it. Mean of n = {table['n'].max()} runs with its 95 % interval; beside each point its share of all "
            f"that was claimed."
        )
        return figure.describe(about, table.reset_index(drop=True))


def _part(axes: Axes, row: Any, place: int, design: tuple) -> None:
    colour, marker, _ = design
    axes.plot([row.low / 1e3, row.high / 1e3], [place, place], color=colour, linewidth=1.6, zorder=2)
    axes.plot(row.mean / 1e3, place, color=colour, marker=marker, markersize=4.6, markeredgecolor="white", zorder=3)
    axes.annotate(
        f"{100 * row.share:.0f} %".replace("-", "−"),
        (row.high / 1e3, place),
        (4, 0),
        textcoords="offset points",
        fontsize=5.6,
        ha="left",
        va="center",
        color=TEXT_GREY,
    )
