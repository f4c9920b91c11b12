"""What the experiments share: running a configuration, paired differences with 95 % intervals, a table and a figure of what was found.

    python experiments/NN_question.py [--seeds N] [--workers N] [--out FOLDER]

With --seeds it is a look only: nothing in docs/found is replaced.
"""

from __future__ import annotations

import argparse
import csv
import textwrap
from collections.abc import Callable
from numbers import Number
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd
from matplotlib import rc_context
from scipy import stats

import abm
from abm.config import load_experiment
from abm.lab.compare import half_width
from abm.show.style import COLOURS, GREY, MARKERS, STYLE, blank, caption, columns_of, dash, tick
from abm.show.style import title_of as words

__all__ = ["Finding", "Interval", "arm", "difference", "level", "over", "resampled", "run", "words"]

KEPT = Path(__file__).parents[1] / "docs" / "found"
PARSER = argparse.ArgumentParser(description="Repeats the table and the figure of an experiment.")
PARSER.add_argument("--seeds", type=int, help="a look at this many seeds; else the configuration's")
PARSER.add_argument("--workers", type=int, help="processes at work; else as many as there are processors")
PARSER.add_argument("--out", type=Path, default=Path("results"), help="where results go; else results")


class Interval(NamedTuple):
    """A mean over n seeds with its 95 % t interval."""

    mean: float
    low: float
    high: float
    n: int

    @property
    def above(self) -> bool:
        """Whether all of it is above 0."""
        return self.low > 0.0

    @property
    def below(self) -> bool:
        """Whether all of it is below 0."""
        return self.high < 0.0


def asked() -> argparse.Namespace:
    """What the command line says."""
    return PARSER.parse_args()


def run(name: str) -> abm.Results:
    """The results of a configuration in `configs/experiments`; what is there already is not run again."""
    wanted, experiment = asked(), load_experiment(name)
    folder = name
    if wanted.seeds:
        experiment = experiment.model_copy(update={"seeds": tuple(range(1, wanted.seeds + 1))})
        folder = f"{name}_{wanted.seeds}"
    return abm.batch(experiment, wanted.workers, wanted.out / folder)


def arm(runs: pd.DataFrame, **where) -> pd.DataFrame:
    """The finished runs of one arm, by seed; `where` names case, design, or the last part of a factor's key."""
    keep = runs["status"] == "done"
    for word, value in where.items():
        column = next(c for c in runs.columns if c == word or c.split(".")[-1] == word)
        keep &= runs[column] == value
    return runs[keep].set_index("seed")


def over(values) -> Interval:
    """The interval of a mean; missing values are left out."""
    known = np.asarray(values, float)
    known = known[~np.isnan(known)]
    mean = float(known.mean()) if len(known) else np.nan
    return Interval(mean, mean - half_width(known), mean + half_width(known), len(known))


def level(one: pd.DataFrame, metric: str) -> Interval:
    """A metric of an arm."""
    return over(one[metric])


def difference(after: pd.DataFrame, before: pd.DataFrame, metric: str) -> Interval:
    """What an arm has more of than another, paired by seed."""
    return over((after[metric] - before[metric]).dropna())


def resampled(statistic: Callable[[np.ndarray], float], n: int) -> Interval:
    """A figure that is no mean, of the seeds 0 to n - 1, with the 95 % percentile interval of 2,000 bootstrap samples."""
    found = stats.bootstrap((np.arange(n),), statistic, vectorized=False, n_resamples=2000, method="percentile", rng=1)
    return Interval(float(statistic(np.arange(n))), *found.confidence_interval, n)


class Finding:
    """What an experiment found: lines with intervals, answers to what was expected, panels of one figure."""

    def __init__(self, name: str, title: str) -> None:
        self.name, self.title = name, title
        self.rows: list[tuple[str, Interval]] = []
        self.answers: list[tuple[str, bool]] = []
        self.panels: list[tuple[str, list, dict[str, list[Interval]], float | None]] = []

    def say(self, what: str, found: Interval) -> Interval:
        """Note a figure."""
        self.rows.append((what, found))
        return found

    def ask(self, expected: str, holds: bool) -> None:
        """Note whether an expectation held."""
        self.answers.append((expected, bool(holds)))

    def panel(self, title: str, x: list, lines: dict[str, list[Interval]], least: float | None = None) -> None:
        """Add a panel, a line with intervals for each label; `x` is numbers, or words for what has no order."""
        self.panels.append((title[0].upper() + title[1:], x, lines, least))

    def write(self) -> None:
        """Print all; keep table and figure in docs/found, unless this was a look."""
        for what, found in self.rows:
            print(f"{what:68} {found.mean:10.4f} [{found.low:.4f}, {found.high:.4f}] n = {found.n}")
        for expected, holds in self.answers:
            print(f"{'as expected' if holds else 'NOT as expected'}: {expected}")
        wanted = asked()
        folder = wanted.out / "found" if wanted.seeds else KEPT
        folder.mkdir(parents=True, exist_ok=True)
        with (folder / f"{self.name}.csv").open("w", encoding="utf-8", newline="") as file:
            table = csv.writer(file, lineterminator="\n")
            table.writerow(("what", "mean", "low", "high", "n"))
            table.writerows((what, *(f"{x:.5g}" for x in found[:3]), found.n) for what, found in self.rows)
            table.writerows(
                (f"expected: {expected}", "yes" if holds else "no", "", "", "") for expected, holds in self.answers
            )
        self._draw(folder / f"{self.name}.png")

    def _draw(self, to: Path) -> None:
        """One figure, its panels two in a row or three, its legends beside the data."""
        columns = 3 if len(self.panels) == 3 else 2
        rows, common = -(-len(self.panels) // columns), len({tuple(lines) for _, _, lines, _ in self.panels}) == 1
        about = f"{self.title} Means over paired seeds with 95 % intervals. A model, not a forecast."
        foot = 0.2 + 0.1 * (1 + len(about) // 150)
        height = 2.4 * rows + foot + 0.2
        with rc_context(STYLE):
            figure = blank(height)
            figure.set_layout_engine("constrained", rect=(0.0, foot / height, 1.0, 1.0 - foot / height))
            places = figure.subplots(rows, columns, squeeze=False).ravel()
            for axes, (title, x, lines, least) in zip(places, self.panels, strict=False):
                draw_lines(axes, x, lines)
                axes.set_ylim(least, 1.05 * axes.get_ylim()[1] if least is not None else None)
                axes.set_title(textwrap.fill(title, 100 // columns))
                if len(lines) > 1 and not common:
                    axes.legend(fontsize=6.0, frameon=False, loc="upper center", bbox_to_anchor=(0.5, -0.1), ncols=2)
            for axes in places[len(self.panels) :]:
                axes.set_visible(False)
            handles, labels = places[0].get_legend_handles_labels()
            if common and len(labels) > 1:
                figure.legend(
                    handles, labels, loc="outside upper center", ncols=len(labels), frameon=False, fontsize=6.5
                )
            caption(figure, height, about)
            figure.savefig(to, dpi=160, metadata={"Software": None})


def draw_lines(axes, x: list, lines: dict[str, list[Interval]]) -> None:
    """Lines with intervals: over numbers in their true places, over words side by side and not joined."""
    numbers = all(isinstance(one, Number) for one in x)
    places = np.asarray(x, float) if numbers else np.arange(len(x), dtype=float)
    step = (0.012 * np.ptp(places) if len(x) <= 6 else 0.0) if numbers else 0.1
    for number, (label, found) in enumerate(lines.items()):
        mean, low, high = (np.array([one[k] for one in found]) for k in range(3))
        axes.errorbar(
            places + step * (number - (len(lines) - 1) / 2), mean, [mean - low, high - mean], label=label,
            color=COLOURS[number % 8], ls=dash(number) if numbers else "none", marker=MARKERS[number % 8],
            ms=3.5, lw=1.0, elinewidth=0.7,
        )  # fmt: skip
    bottom, top = axes.get_ylim()
    if bottom < 0.0 < top:
        axes.axhline(0.0, color=GREY, lw=0.7, zorder=0)
    axes.yaxis.set_major_formatter(tick)
    if not numbers or len(x) <= 6:
        room = 110 // columns_of(axes) // len(x)  # characters
        axes.set_xticks(
            places,
            [
                tick(one) if numbers else textwrap.fill(one, room, break_on_hyphens=False, break_long_words=False)
                for one in x
            ],
        )
    if not numbers:
        axes.set_xlim(-0.5, len(x) - 0.5)
        axes.tick_params(axis="x", labelsize=6.5 if len(x) < 5 else 5.5)
