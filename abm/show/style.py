"""How figures look: colours, line styles and type, and the words on them.

Colours are those of Okabe and Ito in fixed order, with line style and marker as a second channel, so a figure can be
read in print and by the colour-blind. Only the object interface of matplotlib is used: no state, no display, and the
same bytes from the same results.
"""

from __future__ import annotations

import textwrap
from pathlib import Path
from typing import TYPE_CHECKING, Any

import matplotlib
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from abm.config import ConfigError
from abm.config.words import listed
from abm.lab.files import write_whole

if TYPE_CHECKING:
    from abm.lab.results import Results

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


def blank(height: float) -> Figure:
    """An empty figure of the usual width; `height` in inches."""
    figure = Figure(figsize=(WIDTH, height), facecolor="white")
    FigureCanvasAgg(figure)
    return figure


def dash(number: int) -> Any:
    """The line style of a design: another one when the colours begin again, and beside each neighbour."""
    return DASHES[(number + number // len(COLOURS)) % len(DASHES)]


def tick(value: float, _position: int = 0) -> str:
    """A number on an axis: k for thousands where there are many, a true minus sign."""
    text = f"{value / 1000:,.10g}k" if abs(value) >= 10_000 else f"{value:,.10g}"
    return text.replace("-", "\N{MINUS SIGN}")


def title_of(metric: str) -> str:
    """A metric's name as words: `trust_family_provider` is trust of the family in the provider."""
    words = metric.split("_")
    if words[0] == "trust" and len(words) == 3:
        return f"Trust, {words[1]} in {words[2]}"
    return " ".join(words).capitalize()


def caption(figure: Figure, height: float, text: str) -> None:
    """What a figure shows, in small type at its foot; `height` is the figure's, in inches."""
    figure.text(
        0.012, 0.06 / height, textwrap.fill(text, 150), fontsize=6.2, color=TEXT_GREY, va="bottom", linespacing=1.25
    )


def known_case(results: Results, case: str | None) -> str:
    """A case of the results by name, or their first; raises ConfigError for one that they do not hold."""
    if case is None:
        return results.cases[0]
    if case not in results.cases:
        raise ConfigError(f"case: no '{case}' in these results, which hold {listed(results.cases)}")
    return case


def save(figure: Figure, path: Path) -> list[Path]:
    """Write a figure as `path`.png and `path`.svg; the same figure gives the same bytes."""
    written = []
    with matplotlib.rc_context(STYLE):
        for ending, metadata in (("png", {"Software": None}), ("svg", {"Date": None, "Creator": None})):
            target = path.with_name(f"{path.name}.{ending}")
            write_whole(target, lambda to, e=ending, m=metadata: figure.savefig(to, format=e, metadata=m, dpi=220))  # type: ignore[misc]
            written.append(target)
    return written
