"""Who trusts whom, before and after: the directed network of one run, and what became of each relation over all runs."""

from __future__ import annotations

from typing import TYPE_CHECKING

import matplotlib
import numpy as np
from matplotlib.cm import ScalarMappable
from matplotlib.colors import Normalize
from matplotlib.figure import Figure
from matplotlib.patches import FancyArrowPatch

from abm.config import ConfigError
from abm.lab.compare import half_width
from abm.show.style import LEVELS, STYLE, TEXT_GREY, WIDTH, Drawing, known_case, name_of

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

    from abm.lab.results import Results

TABLE = "trust_edges"
LAYERS = ("region", "commissioner", "investor", "provider", "volunteer", "family")  # from top to bottom
MOST_FAMILIES = 40  # families and volunteers drawn; means are of all
SHAPES = {"region": "*", "commissioner": "s", "investor": "D", "provider": "o", "volunteer": "^", "family": "."}


def trust_network(
    results: Results, design: str | None = None, seed: int | None = None, case: str | None = None, width: float = WIDTH
) -> Figure:
    """The trust network of a design at the start and at the end of a run, and the mean of each relation over all runs.

    An arrow goes from who trusts to who is trusted; its colour is the level of trust, its curve bends to the right of its
    direction, so that two who trust each other have two arrows. Layers are levels of governance. Raises ConfigError where the
    runs did not keep the table `trust_edges`, and for a design, seed or case that they do not hold.
    """
    case = known_case(results, case)
    design = design or results.designs[-1]
    table = results.agents(TABLE)
    table = table[(table["case"] == case) & (table["design"] == design)]
    if table.empty:
        raise ConfigError(f"trust_network: no runs of '{design}' in case '{case}'")
    seed = int(table["seed"].min()) if seed is None else seed
    one = table[table["seed"] == seed]
    if one.empty:
        raise ConfigError(f"trust_network: no run of '{design}' with seed {seed}")
    last = int(one["month"].max())
    with matplotlib.rc_context(STYLE):
        wide = width > 5
        figure = Drawing(2.9 if wide else 7.4, width)
        axes = figure.subplots(1, 3, width_ratios=(1, 1, 0.8)) if wide else figure.subplots(3, 1)
        levels = Normalize(0.0, 1.0)
        places = _places(one)
        for panel, month, word in zip(axes, (0, last), ("at the start", f"after {last} months"), strict=False):
            _network(panel, one[one["month"] == month], places, levels)
            panel.set_title(f"Trust {word}", loc="left")
        bar = figure.colorbar(
            ScalarMappable(levels, LEVELS),
            ax=list(axes[:2]),
            orientation="horizontal",
            fraction=0.04,
            pad=0.02,
            aspect=40,
        )
        bar.set_label("level of trust", fontsize=6.5)
        means = _means(table, last)
        _relations(axes[2], means)
        figure.suptitle(name_of(results, design, width=70), fontsize=8, x=0.012, ha="left")
        about = (
            f"{results.title(case)}, {results.title(design)}. Network: the run with seed {seed}; at most "
            f"{MOST_FAMILIES} families and "
            f"volunteers are drawn. Right: mean trust of each relation at the start (hollow) and at the end (full), over n = "
            f"{table['seed'].nunique()} runs with the 95 % interval."
        )
        return figure.describe(about, means)


def _ends(relation: str) -> tuple[str, str]:
    source, target = relation.split("_")
    return source, target


def _places(ties: pd.DataFrame) -> dict[int, tuple[float, float, str]]:
    """Where each node stands, and what it is: a layer for each kind, in the order of identifiers."""
    kinds: dict[int, str] = {}
    for relation, part in ties.groupby("relation", observed=True):
        for column, kind in zip(("source", "target"), _ends(str(relation)), strict=True):
            kinds |= {int(node): kind for node in part[column].unique() if int(node) not in kinds}
    found = {}
    for layer, kind in enumerate(LAYERS):
        nodes = sorted(node for node, own in kinds.items() if own == kind)
        if kind in ("family", "volunteer") and len(nodes) > MOST_FAMILIES:
            nodes = [nodes[i] for i in np.linspace(0, len(nodes) - 1, MOST_FAMILIES).astype(int)]
        for place, node in enumerate(nodes):
            found[node] = (
                (place + 1) / (len(nodes) + 1),
                -float(layer) - 0.12 * (place % 2) * (kind == "provider"),
                kind,
            )
    return found


def _network(axes: Axes, ties: pd.DataFrame, places: dict[int, tuple[float, float, str]], levels: Normalize) -> None:
    colours = matplotlib.colormaps[LEVELS]
    axes.axis("off")
    drawn = ties[ties["source"].isin(places) & ties["target"].isin(places)]
    for tie in drawn.sort_values("trust").itertuples():
        (x0, y0, _), (x1, y1, _) = places[tie.source], places[tie.target]
        bend = 0.25 if y0 == y1 else 0.08
        axes.add_patch(
            FancyArrowPatch(
                (x0, y0),
                (x1, y1),
                connectionstyle=f"arc3,rad={bend}",
                arrowstyle="-|>",
                mutation_scale=2.6,
                shrinkA=2,
                shrinkB=2,
                linewidth=0.35,
                color=colours(levels(tie.trust)),
                alpha=0.7,
                zorder=1,
            )
        )
    for kind in LAYERS:
        own = [(x, y) for x, y, what in places.values() if what == kind]
        if own:
            x, y = zip(*own, strict=True)
            axes.plot(
                x,
                y,
                SHAPES[kind],
                color="#222222",
                markersize=3.2,
                markeredgewidth=0.3,
                markeredgecolor="white",
                zorder=3,
            )
            axes.text(-0.01, float(np.mean(y)), kind, fontsize=5.6, ha="right", va="center", color=TEXT_GREY)
    axes.set_xlim(-0.16, 1.02)
    depth = [y for _, y, _ in places.values()]
    axes.set_ylim(min(depth) - 0.4, max(depth) + 0.4)


def _means(table: pd.DataFrame, last: int) -> pd.DataFrame:
    """Mean trust of each relation at the start and the end: `relation, month, n, mean, low, high`, over runs."""
    import pandas as pd

    ends = table[table["month"].isin([0, last])]
    by_run = ends.groupby(["relation", "month", "seed"], observed=True)["trust"].mean()
    rows = []
    for (relation, month), values in by_run.groupby(level=["relation", "month"], observed=True):
        mean, half = float(values.mean()), half_width(values.to_numpy(float))
        rows.append((str(relation), int(month), len(values), mean, mean - half, mean + half))
    return pd.DataFrame(rows, columns=["relation", "month", "n", "mean", "low", "high"])


def _relations(axes: Axes, means: pd.DataFrame) -> None:
    names = list(dict.fromkeys(means["relation"]))
    for row in means.itertuples():
        place, later = names.index(row.relation), row.month > 0
        y = place + (0.14 if later else -0.14)
        axes.plot([row.low, row.high], [y, y], color="#0072B2", linewidth=1.2, zorder=2)
        axes.plot(
            row.mean,
            y,
            "o",
            color="#0072B2",
            markersize=4,
            markerfacecolor="#0072B2" if later else "white",
            zorder=3,
            markeredgewidth=0.8,
        )
    axes.set_yticks(range(len(names)), [" in ".join(_ends(name)) for name in names], fontsize=5.8)
    axes.set_ylim(len(names) - 0.4, -0.6)
    axes.set_xlim(0, 1)
    axes.set_xlabel("mean trust")
    axes.tick_params(axis="y", length=0)
