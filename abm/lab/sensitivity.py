"""What matters: which numbers move the difference between designs, where its variance comes from, what knowing is worth.

In steps, each on what the step before found: every number at both ends of its plausible range; curves, elementary effects
(Morris 1991) and shares of variance (Sobol' 1993, Saltelli et al. 2010), both by SALib, of those that moved most; an
ensemble over these for the variance shared among design, parameters, their interaction and chance.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from abm.config import ConfigError
from abm.config.sample import Axis
from abm.config.settings import CASE
from abm.declare import ASSUMED
from abm.lab.analyses import Analysis
from abm.lab.asked import chosen_case, chosen_design, chosen_metrics, chosen_seeds, sign_of
from abm.lab.compare import half_width
from abm.lab.ensemble import Field, assumed_numbers, axes_of, declared, mean_over_seeds, point_of, sampled
from abm.lab.more import Progress
from abm.lab.variance import COMPONENTS, all_information, perfect_information, variance_shares

if TYPE_CHECKING:
    import pandas as pd

    from abm.lab.results import Results

LEVELS = 4  # of Morris' grid
SEED = 1  # of the points; the runs have the experiment's
ENDS = (0.0, 1.0)
EVERYTHING = "(all)"
CURVES = ["metric", "parameter", "value", "design", "difference", "low", "high"]
BY = ["metric", "parameter", "design", "value"]  # how curves are sorted
VARIANCE = ["case", "metric", "component", "share", "low", "high"]
MORRIS = ["metric", "parameter", "mu_star", "sigma", "low", "high"]
SOBOL = ["metric", "parameter", "first", "first_low", "first_high", "total", "total_low", "total_high"]
INFORMATION = ["parameter", "value", "low", "high", "source"]
DECIDERS = ["parameter", "assumed", "best_low", "best_high", "changes", "at_low", "at_high"]


@dataclass(frozen=True)
class Effort:
    """How much is run: seeds of the first look and of the rest, how many numbers go on to each step, and their samples."""

    seeds: int = 4
    curves: int = 6
    steps: int = 5
    morris: int = 10
    trajectories: int = 10
    sobol: int = 4
    sobol_points: int = 64
    ensemble: int = 8
    points: int = 64


FULL = Effort()
QUICK = Effort(
    seeds=2, curves=4, steps=3, morris=6, trajectories=5, sobol=3, sobol_points=16, ensemble=5, points=32
)  # fmt: skip


def matters(
    results: Results,
    designs: Sequence[str] = (),
    *,
    over: Mapping[str, Any] | None = None,
    metrics: Sequence[str] = (),
    case: str | None = None,
    settings: Mapping[str, Any] | None = None,
    seeds: int | None = None,
    effort: Effort = FULL,
    workers: int | None = None,
    progress: Progress | None = None,
    tell: Callable[[str], object] | None = None,
) -> Analysis:
    """What moves the difference of designs to the first of them (else the experiment's baseline against its others).

    `over` are settings with the range to try, as an experiment's `[sample]` has them; else all assumed numbers of the case
    over their plausible ranges. The first metric decides which go on to the later steps, what is best, and what knowing
    is worth. Morris and Sobol look at the difference of the second design to the first. Tables `variance, morris, sobol,
    curves, information, deciders` (those that change which is best). Raises ConfigError for what is not there or cannot be run.
    """
    experiment = results.experiment
    names = chosen_metrics(metrics)
    sign_of(names[0])
    known = list(designs) or [experiment.baseline, *(one for one in results.designs if one != experiment.baseline)]
    if len(set(known)) < 2:
        raise ConfigError(
            "designs: two at least are needed, for what matters is what moves the difference between designs"
        )
    on = Field(
        experiment, chosen_case(experiment, case), [chosen_design(experiment, name) for name in known],
        chosen_seeds(experiment, seeds, effort.seeds), results.folder, settings or {}, workers, progress,
    )  # fmt: skip
    ranges = dict(over or assumed_numbers())
    every = axes_of(ranges)
    axes = on.movable(every)
    left_out = [key for key in every if key not in axes]
    if left_out and not axes:  # say why
        on.arm(on.designs[0], {left_out[0]: every[left_out[0]].value(0.0)})
        on.arm(on.designs[0], {left_out[0]: every[left_out[0]].value(1.0)})
    asked = _Asked(on, known, names, ranges, axes, effort, tell or (lambda text: None))
    tables = asked.answer()
    about = {
        "what": "what moves the difference between designs", "case": asked.on.case.name, "designs": known,
        "metrics": names, "settings": dict(settings or {}), "over": {key: str(value) for key, value in ranges.items()},
        "seeds": list(asked.on.seeds), "sample_seed": SEED, "went_on": asked.order[: effort.morris],
        "left_out": left_out, "tried": len(axes), "effort": vars(effort), "failed": len(set(asked.on.failures)),
    }  # fmt: skip
    return Analysis("matters", about, tables)


@dataclass
class _Asked:
    """The steps, on one field."""

    on: Field
    designs: list[str]
    metrics: list[str]
    over: dict[str, Any]
    axes: dict[str, Axis]
    effort: Effort
    tell: Callable[[str], object]
    order: list[str] = field(default_factory=list)

    def answer(self) -> dict[str, pd.DataFrame]:
        """All tables."""
        import pandas as pd

        self.tell("each number at both ends")
        curves, deciders = self.first_look()
        self.tell("curves")
        curves += self.curves()
        morris = self.morris()
        sobol = self.sobol()
        variance, information = self.ensemble()
        return {
            "variance": pd.DataFrame(variance, columns=VARIANCE),
            "morris": pd.DataFrame(morris, columns=MORRIS),
            "sobol": pd.DataFrame(sobol, columns=SOBOL),
            "curves": pd.DataFrame(curves, columns=CURVES).sort_values(BY, ignore_index=True),
            "information": pd.DataFrame(information, columns=INFORMATION),
            "deciders": pd.DataFrame([row for row in deciders if row[4] != "no"], columns=DECIDERS),
        }  # fmt: skip

    def subset(self, count: int) -> dict[str, Axis]:
        """The numbers that moved most."""
        return {key: self.axes[key] for key in self.order[:count]}

    def first_look(self) -> tuple[list[tuple], list[tuple]]:
        """Every number at both ends: rows of curves; how the best design changes; and the order in which they move."""
        points = [{key: one.value(u)} for key, one in self.axes.items() for u in ENDS]
        values = self.on.at(points, self.metrics)
        sign, moved, deciders = sign_of(self.metrics[0]), {}, []
        for place, key in enumerate(self.axes):
            pair = values[:, 2 * place : 2 * place + 2, :, 0]
            moved[key] = _moved(pair)
            deciders.append(
                (key, self.assumed(key), *self.decided(sign * pair), *(points[2 * place + u][key] for u in (0, 1)))
            )
        self.order = sorted((key for key in self.axes if moved[key] > 0), key=lambda key: -moved[key])
        if not self.order:
            raise ConfigError(f"none of these {len(self.axes)} numbers moves a difference in {self.metrics[0]}")
        weight = {"yes": 0, "perhaps": 1, "no": 2}
        deciders.sort(key=lambda row: (weight[row[4]], -moved[row[0]]))
        kept = set(self.order[: self.effort.curves])
        return list(self.rows(points, values, kept)), deciders

    def assumed(self, key: str) -> bool:
        """Whether a setting's number has no source."""
        param = declared().get(key)
        return param is None or param.source == ASSUMED

    def decided(self, pair: np.ndarray) -> tuple[str, str, str]:
        """The best design at the low and at the high end (more is better), and whether they differ: yes, perhaps, no.

        Yes: at either end the difference between the two is beside 0 by its interval.
        """
        means = mean_over_seeds(pair)
        if np.isnan(means).any():
            return "", "", "no"
        low, high = (int(means[:, end].argmax()) for end in (0, 1))
        if low == high:
            return self.designs[low], self.designs[high], "no"
        ends = [pair[low, 0] - pair[high, 0], pair[high, 1] - pair[low, 1]]
        sure = all(_mean(one) - half_width(one[~np.isnan(one)]) > 0 for one in ends)
        return self.designs[low], self.designs[high], "yes" if sure else "perhaps"

    def rows(self, points: Sequence[Mapping[str, Any]], values: np.ndarray, kept: set[str]) -> Iterator[tuple]:
        """Rows of `curves` from points that move one number each."""
        for m, metric in enumerate(self.metrics):
            for p, point in enumerate(points):
                [(key, value)] = point.items()
                for d, design in enumerate(self.designs[1:], 1) if key in kept else ():
                    change = values[d, p, :, m] - values[0, p, :, m]
                    change = change[~np.isnan(change)]
                    mean, half = _mean(change), half_width(change)
                    yield metric, key, value, design, mean, mean - half, mean + half

    def curves(self) -> list[tuple]:
        """The inner points of the curves of the numbers that move most."""
        inner = [place / (self.effort.steps - 1) for place in range(1, self.effort.steps - 1)]
        points = []
        for key, one in self.subset(self.effort.curves).items():
            seen = {one.value(u) for u in ENDS}
            points += [{key: value} for value in dict.fromkeys(one.value(u) for u in inner) if value not in seen]
        kept = set(self.order[: self.effort.curves])
        return list(self.rows(points, self.on.at(points, self.metrics), kept)) if points else []

    def differences(self, units: np.ndarray, axes: Mapping[str, Axis]) -> np.ndarray:
        """Mean difference of the second design to the first at places of the unit cube: places × metrics."""
        values = self.on.at([point_of(axes, unit) for unit in units], self.metrics)
        return mean_over_seeds(values[1:2] - values[:1])[0]

    def morris(self) -> list[tuple]:
        """Elementary effects, in the metric's unit over the whole range of a number."""
        axes = self.subset(self.effort.morris)
        self.tell("Morris")
        return morris_rows(axes, self.metrics, self.effort.trajectories, lambda units: self.differences(units, axes))

    def sobol(self) -> list[tuple]:
        """First-order and total shares of the variance of the difference."""
        axes = self.subset(self.effort.sobol)
        self.tell("Sobol")
        return sobol_rows(axes, self.metrics, self.effort.sobol_points, lambda units: self.differences(units, axes))

    def ensemble(self) -> tuple[list[tuple], list[tuple]]:
        """Shares of variance, and the value of perfect information."""
        chosen = self.order[: self.effort.ensemble]
        self.tell("ensemble")
        points = sampled({key: self.over[key] for key in chosen}, self.effort.points, SEED)
        values = self.on.at(points, self.metrics)
        variance = [
            (self.on.case.name, metric, component, *share)
            for m, metric in enumerate(self.metrics)
            for component, share in zip(COMPONENTS, variance_shares(values[..., m]), strict=True)
        ]
        worth = sign_of(self.metrics[0]) * values[..., 0]
        by_point = mean_over_seeds(worth)
        information = [
            (key, *perfect_information(np.array([point[key] for point in points]), by_point), _source(key))
            for key in chosen
        ]
        information.sort(key=lambda row: -row[1] if row[1] == row[1] else math.inf)
        return variance, [(EVERYTHING, *all_information(worth), ""), *information]


Model = Callable[[np.ndarray], np.ndarray]  # places of the unit cube (n × k) → n × metrics


def morris_rows(
    names: Mapping[str, Any] | Sequence[str], metrics: Sequence[str], trajectories: int, model: Model
) -> list[tuple]:
    """Rows of `morris`: mean absolute elementary effect with its 95 % bootstrap interval, and sigma."""
    from SALib.analyze import morris as analysis
    from SALib.sample import morris as sample

    problem = _problem(names)
    units = sample.sample(problem, trajectories, num_levels=LEVELS, seed=SEED)
    values, rows = model(units), []
    for m, metric in enumerate(metrics):
        y = values[:, m]
        if np.isnan(y).any():
            continue
        found = analysis.analyze(problem, units, y, num_levels=LEVELS, seed=SEED)
        for n, name in enumerate(names):
            mean, half = float(found["mu_star"][n]), float(found["mu_star_conf"][n])
            rows.append((metric, name, mean, float(found["sigma"][n]), max(0.0, mean - half), mean + half))
    return rows


def sobol_rows(
    names: Mapping[str, Any] | Sequence[str], metrics: Sequence[str], points: int, model: Model
) -> list[tuple]:
    """Rows of `sobol`, with 95 % bootstrap intervals; a metric that does not vary has none."""
    from SALib.analyze import sobol as analysis
    from SALib.sample import sobol as sample

    problem = _problem(names)
    units = sample.sample(problem, points, calc_second_order=False, seed=SEED)
    values, rows = model(units), []
    for m, metric in enumerate(metrics):
        y = values[:, m]
        if np.isnan(y).any() or float(np.ptp(y)) == 0.0:
            continue
        found = analysis.analyze(problem, (y - y.mean()) / y.std(), calc_second_order=False, seed=SEED)
        for n, name in enumerate(names):
            first, total = (
                (
                    float(found[key][n]),
                    float(found[key][n] - found[f"{key}_conf"][n]),
                    float(found[key][n] + found[f"{key}_conf"][n]),
                )
                for key in ("S1", "ST")
            )
            rows.append((metric, name, *first, *total))
    return rows


def _problem(names: Mapping[str, Any] | Sequence[str]) -> dict[str, Any]:
    """What SALib calls a problem, on the unit cube."""
    return {"num_vars": len(names), "names": list(names), "bounds": [[0.0, 1.0]] * len(names)}


def _moved(pair: np.ndarray) -> float:
    """How far a number moves the difference to the first design: designs × both ends × seeds, the most over designs."""
    change = (pair[1:, 1] - pair[0, 1]) - (pair[1:, 0] - pair[0, 0])
    return max(abs(mean) for mean in (*map(_mean, change), 0.0) if not math.isnan(mean))


def _mean(values: np.ndarray) -> float:
    known = values[~np.isnan(values)]
    return float(known.mean()) if len(known) else math.nan


def _source(key: str) -> str:
    param = declared().get(key)
    return param.source if param else ("" if key.startswith(CASE) else ASSUMED)
