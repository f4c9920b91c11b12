"""What the experiments share: running a configuration, paired differences with 95 % intervals, a table and a figure of what was found.

    python experiments/NN_question.py [--seeds N] [--workers N] [--out FOLDER]

With --seeds it is a look only: nothing in docs/found is replaced.
"""

from __future__ import annotations

import argparse
import csv
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd
from matplotlib import rc_context

import abm
from abm.config import load_experiment
from abm.lab.compare import half_width
from abm.show.style import COLOURS, MARKERS, STYLE, blank, caption, dash

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


class Finding:
    """What an experiment found: lines with intervals, answers to what was expected, panels of one figure."""

    def __init__(self, name: str, title: str) -> None:
        self.name, self.title = name, title
        self.rows: list[tuple[str, Interval]] = []
        self.answers: list[tuple[str, bool]] = []
        self.panels: list[tuple[str, list, dict[str, list[Interval]]]] = []

    def say(self, what: str, found: Interval) -> Interval:
        """Note a figure."""
        self.rows.append((what, found))
        return found

    def ask(self, expected: str, holds: bool) -> None:
        """Note whether an expectation held."""
        self.answers.append((expected, bool(holds)))

    def panel(self, title: str, x: list, lines: dict[str, list[Interval]]) -> None:
        """Add a panel, a line with intervals for each label."""
        self.panels.append((title, [str(one) for one in x], lines))

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
        """One figure, its panels two in a row."""
        rows = (len(self.panels) + 1) // 2
        height = 2.4 * rows + 0.5
        with rc_context(STYLE):
            figure = blank(height)
            figure.set_layout_engine("constrained", rect=(0.0, 0.3 / height, 1.0, 1.0 - 0.3 / height))
            places = figure.subplots(rows, 2, squeeze=False).ravel()
            for axes, (title, x, lines) in zip(places, self.panels, strict=False):
                for number, (label, found) in enumerate(lines.items()):
                    at = np.arange(len(x)) + 0.06 * (number - (len(lines) - 1) / 2)
                    bars = [[one.mean - one.low for one in found], [one.high - one.mean for one in found]]
                    axes.errorbar(
                        at, [one.mean for one in found], bars, label=label, color=COLOURS[number % 8], ls=dash(number),
                        marker=MARKERS[number % 8], ms=3.5, lw=1.0, elinewidth=0.7,
                    )  # fmt: skip
                axes.set_xticks(range(len(x)), x)
                axes.set_title(title)
                if len(lines) > 1:
                    axes.legend(fontsize=5.5, frameon=False)
            for axes in places[len(self.panels) :]:
                axes.set_visible(False)
            caption(
                figure, height, f"{self.title} Means over paired seeds with 95 % intervals. A model, not a forecast."
            )
            figure.savefig(to, dpi=160, metadata={"Software": None})
