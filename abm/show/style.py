"""How figures look: colours, line styles and type, and the words on them.

Colours are those of Okabe and Ito in fixed order, with line style and marker as a second channel, so a figure can be
read in print and by the colour-blind. Only the object interface of matplotlib is used: no state, no display, and the
same bytes from the same results.
"""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import matplotlib
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, MaxNLocator

from abm.config import ConfigError
from abm.config.words import listed
from abm.lab.files import write_whole

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

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
NARROW = 3.5  # one column, or a telephone
LEVELS = "cividis"  # colours of an amount: read alike by all eyes, and darker or lighter in print


def blank(height: float) -> Figure:
    """An empty figure of the usual width; `height` in inches."""
    figure = Figure(figsize=(WIDTH, height), facecolor="white")
    FigureCanvasAgg(figure)
    return figure


class Drawing(Figure):
    """A figure that lays itself out, knows what it shows (`about`), and has the numbers behind it (`table`)."""

    def __init__(self, height: float, width: float = WIDTH) -> None:
        super().__init__(figsize=(width, height), facecolor="white", layout="constrained")
        FigureCanvasAgg(self)
        self.about = ""
        self.table: pd.DataFrame | None = None
        self._caption: Any = None

    def describe(self, about: str, table: pd.DataFrame) -> Drawing:
        """Put what it shows at its foot, in room of its own, and keep the numbers; returns the figure."""
        self.about, self.table = about, table
        self.set_layout_engine("constrained")
        width, height = self.get_size_inches()
        text = textwrap.fill(about, int(width * 21))
        foot = 0.1 * (text.count("\n") + 1) + 0.1
        self.set_figheight(height + foot)
        whole = height + foot
        self._caption = self.text(
            0.012, 0.04 / whole, text, fontsize=6.0, color=TEXT_GREY, va="bottom", linespacing=1.2
        )
        self._caption.set_in_layout(False)
        self.get_layout_engine().set(rect=(0, foot / whole, 1, height / whole))  # type: ignore[call-arg, union-attr]
        self._foot = foot
        return self

    def bare(self) -> Drawing:
        """The same without the words at its foot, for a page that says them itself."""
        if self._caption is not None:
            self._caption.remove()
            self._caption = None
            self.set_figheight(self.get_figheight() - self._foot)
            self.get_layout_engine().set(rect=(0, 0, 1, 1))  # type: ignore[call-arg, union-attr]
        return self

    def settle(self) -> Drawing:
        """Lay it out once and for all: writing it in several formats then costs one layout, not one or two each."""
        with matplotlib.rc_context(STYLE):
            self.draw_without_rendering()
        self.set_layout_engine("none")
        return self


def grid(
    number: int, panel: float, width: float = WIDTH, widest: float = 2.4, **shared: Any
) -> tuple[Drawing, list[Axes]]:
    """A figure with so many panels of this height (inches), in as many columns as let each be about `widest` wide."""
    columns = max(1, min(number, round(width / widest)))
    rows = -(-number // columns)
    figure = Drawing(rows * panel, width)
    axes = list(figure.subplots(rows, columns, squeeze=False, **shared).flat)
    for spare in axes[number:]:
        spare.set_visible(False)
    for low in lowest(axes[:number]):
        low.xaxis.set_tick_params(labelbottom=True)
    return figure, axes[:number]


def columns_of(panel: Axes) -> int:
    """Columns of the grid that a panel is in."""
    spec = panel.get_gridspec()
    return spec.ncols if spec is not None else 1


def lowest(panels: Sequence[Axes]) -> list[Axes]:
    """The lowest panel of each column of a grid: those that carry the label of the axis."""
    return list(panels[-columns_of(panels[0]) :])


def look(results: Results, design: str) -> tuple[str, str, Any]:
    """Colour, marker and line style of a design: by its place in the experiment, so the same in every figure."""
    number = results.designs.index(design)
    return COLOURS[number % len(COLOURS)], MARKERS[number % len(MARKERS)], dash(number)


def name_of(results: Results, design: str, factors: str = "", width: int = 24) -> str:
    """A design's title in lines of at most `width`, its setting of the factors below."""
    lines = textwrap.wrap(results.title(design), width) + (textwrap.wrap(factors, width + 6) if factors else [])
    return "\n".join(lines)


def dash(number: int) -> Any:
    """The line style of a design: another one when the colours begin again, and beside each neighbour."""
    return DASHES[(number + number // len(COLOURS)) % len(DASHES)]


def tick(value: float, _position: int = 0) -> str:
    """A number on an axis: k for thousands where there are many, a true minus sign."""
    text = f"{value / 1000:,.10g}k" if abs(value) >= 10_000 else f"{value:,.10g}"
    return text.replace("-", "\N{MINUS SIGN}")


def named_rows(axes: Any) -> None:
    """Axes with a name for each row on the left and few numbers below."""
    axes.tick_params(axis="y", length=0)
    axes.spines["left"].set_visible(False)
    axes.grid(axis="y", color="#EEEEEE", linewidth=0.5)
    axes.set_axisbelow(True)
    axes.margins(x=0.1)
    axes.xaxis.set_major_locator(MaxNLocator(3, steps=[1, 2, 2.5, 5, 10]))
    axes.xaxis.set_major_formatter(FuncFormatter(tick))


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


METADATA: dict[str, dict[str, None]] = {
    "png": {"Software": None}, "svg": {"Date": None, "Creator": None},
    "pdf": {"CreationDate": None, "ModDate": None, "Creator": None, "Producer": None},
}  # fmt: skip


def save(figure: Figure, path: Path, endings: Sequence[str] = ("png", "svg")) -> list[Path]:
    """Write a figure as `path` with each ending (png, svg, pdf, and csv where it has its numbers); the same figure gives
    the same bytes."""
    written = []
    table = getattr(figure, "table", None)
    with matplotlib.rc_context(STYLE):
        for ending in endings:
            target = path.with_name(f"{path.name}.{ending}")
            if ending == "csv":
                if table is None:
                    continue
                write_whole(target, lambda to: table.to_csv(to, index=False))
            else:
                write_whole(
                    target,
                    lambda to, e=ending: figure.savefig(to, format=e, metadata=METADATA[e], dpi=220),  # type: ignore[misc]
                )
            written.append(target)
    return written
