"""When a design fails: regret over contexts, the share of contexts in which it is acceptable, and where it is not.

A context is a combination of the numbers that nobody knows. Contexts are those that the experiment itself varies, or points
over plausible ranges; designs meet each under the same seeds.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from abm.config import ConfigError
from abm.lab.analyses import Analysis, load_analysis
from abm.lab.asked import chosen_case, chosen_design, chosen_metrics, chosen_seeds, sign_of
from abm.lab.ensemble import Field, assumed_numbers, axes_of, mean_over_seeds, sampled
from abm.lab.more import Progress
from abm.lab.plan import DONE
from abm.lab.prim import Box, Limit, boxes

if TYPE_CHECKING:
    from abm.lab.results import Results

SEED = 2  # of the points
POINTS, SEEDS = 100, 3
REGRET = ["case", "metric", "design", "mean", "q95", "worst", "n"]
ACCEPTABLE = ["design", "metric", "share", "low", "high", "n", "criterion"]
BOXES = ["design", "metric", "box", "parameter", "low", "high", "coverage", "density", "sentence"]


class Criterion(NamedTuple):
    """What is acceptable: a metric at least (sign 1) or at most (−1) a number, or, without one, no worse than the baseline."""

    metric: str
    sign: int
    limit: float = math.nan

    def words(self, baseline: str) -> str:
        """It in words."""
        if math.isnan(self.limit):
            return f"{self.metric} no worse than under {baseline}"
        return f"{self.metric} {'at least' if self.sign > 0 else 'at most'} {self.limit:g}"

    def met(self, values: np.ndarray, baseline: np.ndarray) -> np.ndarray:
        """Whether values meet it, context by context."""
        limit = baseline if math.isnan(self.limit) else self.limit
        return self.sign * (values - limit) >= 0.0


def parse_criteria(texts: Iterable[str]) -> list[Criterion]:
    """`METRIC>=NUMBER` or `METRIC<=NUMBER` of a command line. Raises ConfigError."""
    found = []
    for text in texts:
        parts = re.fullmatch(r"\s*(\w+)\s*(>=|<=)\s*(\S+)\s*", text)
        try:
            limit = float(parts[3]) if parts else math.nan
        except ValueError:
            limit = math.nan
        if not parts or math.isnan(limit):
            raise ConfigError(
                f"accept: expected METRIC>=NUMBER or METRIC<=NUMBER, such as trust_mean>=0.5, got '{text}'"
            )
        found.append(Criterion(chosen_metrics([parts[1]])[0], 1 if parts[2] == ">=" else -1, limit))
    return found


class Contexts(NamedTuple):
    """Designs in contexts: `points` a context each, `values` designs × contexts × metrics (means over seeds)."""

    case: str
    designs: list[str]
    points: list[dict[str, Any]]
    metrics: list[str]
    values: np.ndarray


def robust(
    results: Results,
    designs: Sequence[str] = (),
    *,
    over: Mapping[str, Any] | None = None,
    metrics: Sequence[str] = (),
    accept: Sequence[Criterion] = (),
    case: str | None = None,
    settings: Mapping[str, Any] | None = None,
    points: int = POINTS,
    seeds: int | None = None,
    workers: int | None = None,
    progress: Progress | None = None,
) -> Analysis:
    """Regret, acceptability and boxes of failure of the designs of a batch (else of all), the first their baseline.

    Contexts are what the experiment varies, if it does and no `over` is given: then nothing is run. Else `points` of a
    Latin hypercube `over` settings; unless given, over those that `matters` found to move most, or all assumed numbers of
    the case. A design is acceptable where it meets a criterion of `accept`, or else is no worse than the baseline in each
    metric. Tables `regret, acceptable, boxes`, all in the metric's unit. Raises ConfigError for what is not there.
    """
    experiment = results.experiment
    for name in metrics:
        sign_of(name)
    criteria = list(accept) or [Criterion(name, sign_of(name)) for name in metrics]
    names = list(dict.fromkeys([*metrics, *(one.metric for one in criteria)]))
    known = list(designs) or [experiment.baseline, *(one for one in results.designs if one != experiment.baseline)]
    if len(set(known)) < 2:
        raise ConfigError("designs: two at least are needed, for regret is about having chosen another")
    failed = 0
    if experiment.varied and not over and not settings:
        contexts, source = _of_batch(results, known, names, chosen_case(experiment, case).name), "the experiment's own"
    else:
        ranges, source = _ranges(results, over)
        field = Field(
            experiment, chosen_case(experiment, case), [chosen_design(experiment, name) for name in known],
            chosen_seeds(experiment, seeds, SEEDS), results.folder, settings or {}, workers, progress,
        )  # fmt: skip
        movable = field.movable(axes_of(ranges))
        drawn = sampled({key: asked for key, asked in ranges.items() if key in movable}, points, SEED)
        values = mean_over_seeds(field.at(drawn, names))
        contexts = Contexts(field.case.name, known, drawn, names, values)
        failed = len(set(field.failures))
    about = {
        "what": "regret, acceptability and boxes of failure over contexts", "case": contexts.case, "designs": known,
        "metrics": names, "contexts": len(contexts.points), "over": source, "settings": dict(settings or {}),
        "criteria": [one.words(known[0]) for one in criteria], "sample_seed": SEED, "failed": failed,
    }  # fmt: skip
    return Analysis("robust", about, tables_of(contexts, criteria))


def _ranges(results: Results, over: Mapping[str, Any] | None) -> tuple[dict[str, Any], str]:
    """Over what contexts range, and why."""
    if over:
        return dict(over), "as asked"
    earlier = load_analysis(results.folder, "matters")
    if earlier is not None:
        moved = earlier.about["went_on"]
        return dict.fromkeys(moved, "plausible"), f"the {len(moved)} numbers that move most (obc matters)"
    return dict(assumed_numbers()), "all assumed numbers of the case"


def _of_batch(results: Results, designs: Sequence[str], metrics: Sequence[str], case: str) -> Contexts:
    """The contexts that an experiment varies, from its own runs."""
    keys = list(results.experiment.varied)
    runs = results.runs[(results.runs["status"] == DONE) & (results.runs["case"] == case)]
    means = runs.groupby(["design", *keys], sort=False)[list(metrics)].mean()
    places = list(dict.fromkeys(runs[keys].itertuples(index=False, name=None)))
    values = np.array([[_row(means, (name, *place), metrics) for place in places] for name in designs])
    return Contexts(
        case, list(designs), [dict(zip(keys, place, strict=True)) for place in places], list(metrics), values
    )


def _row(means: Any, key: tuple[Any, ...], metrics: Sequence[str]) -> list[float]:
    return list(means.loc[key]) if key in means.index else [math.nan] * len(metrics)


def tables_of(contexts: Contexts, criteria: Sequence[Criterion]) -> dict[str, Any]:
    """The three tables."""
    import pandas as pd

    regrets = [row for m in range(len(contexts.metrics)) for row in _regret(contexts, m)]
    shares, found = [], []
    for one in criteria:
        values = contexts.values[:, :, contexts.metrics.index(one.metric)]
        for d, design in enumerate(contexts.designs):
            if d == 0 and math.isnan(one.limit):
                continue  # the baseline is no worse than itself
            known = ~(np.isnan(values[d]) | np.isnan(values[0]))
            met = one.met(values[d], values[0])[known]
            words = one.words(contexts.designs[0])
            shares.append((design, one.metric, *wilson(int(met.sum()), len(met)), len(met), words))
            found += _boxes(contexts, design, one, known, ~met)
    return {
        "regret": pd.DataFrame(regrets, columns=REGRET),
        "acceptable": pd.DataFrame(shares, columns=ACCEPTABLE),
        "boxes": pd.DataFrame(found, columns=BOXES),
    }


def _regret(contexts: Contexts, m: int) -> list[tuple[Any, ...]]:
    """For each design what choosing it costs against the best design of each context: mean, 95 % quantile, worst."""
    metric = contexts.metrics[m]
    values = contexts.values[:, :, m]
    values = values[:, ~np.isnan(values).any(axis=0)]
    if not values.shape[1]:
        return []
    try:
        better = sign_of(metric) * values
    except ConfigError:
        return []  # a limit can be set on a metric without better and worse; regret needs one
    lost = better.max(axis=0) - better
    return [
        (contexts.case, metric, design, float(one.mean()), float(np.quantile(one, 0.95)), float(one.max()), len(one))
        for design, one in zip(contexts.designs, lost, strict=True)
    ]


def wilson(hits: int, n: int) -> tuple[float, float, float]:
    """A share with its 95 % interval (Wilson 1927); missing without trials."""
    if n == 0:
        return math.nan, math.nan, math.nan
    z, share = 1.959964, hits / n
    middle, half = share + z * z / (2 * n), z * math.sqrt(share * (1 - share) / n + z * z / (4 * n * n))
    return share, max(0.0, (middle - half) / (1 + z * z / n)), min(1.0, (middle + half) / (1 + z * z / n))


def _boxes(
    contexts: Contexts, design: str, one: Criterion, known: np.ndarray, fails: np.ndarray
) -> list[tuple[Any, ...]]:
    """Where a design is not acceptable: a row for each limit of each box."""
    if not fails.any() or fails.all() or not contexts.points[0]:
        return []
    kept = [point for point, ok in zip(contexts.points, known, strict=True) if ok]
    columns = {key: [point[key] for point in kept] for key in contexts.points[0]}
    rows = []
    for n, box in enumerate(boxes(columns, fails), 1):
        text = sentence(design, one.words(contexts.designs[0]), box, int(fails.sum()), len(fails))
        for key, limit in box.limits.items():
            ends = (" | ".join(limit.names), "") if limit.names else (limit.low, limit.high)
            rows.append((design, one.metric, n, key, *ends, box.coverage, box.density, text))
    return rows


def sentence(design: str, criterion: str, box: Box, failures: int, n: int) -> str:
    """A box in words, with its figures."""
    where = " and ".join(f"{key} is {_limit(limit)}" for key, limit in box.limits.items())
    return (
        f"{design} misses '{criterion}' above all where {where}: {box.cases} of its {failures} failures lie there, and it "
        f"fails in {box.cases} of the {box.points} contexts there ({100 * failures / n:.0f} % overall)."
    )


def _limit(limit: Limit) -> str:
    if limit.names:
        return " or ".join(map(str, limit.names))
    if math.isnan(limit.low):
        return f"at most {limit.high:.3g}"
    return f"at least {limit.low:.3g}" if math.isnan(limit.high) else f"from {limit.low:.3g} to {limit.high:.3g}"
