"""Calibration: which numbers agree with what was observed, by approximate Bayesian computation.

Points are drawn from a prior (the plausible ranges) and run; those whose summary metrics come closest to the observed ones are
kept, by rejection (`abm.lab.rejection`) or step by step (`abm.lab.smc`). They are an ensemble for further experiments.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from abm.config import ConfigError
from abm.config.sample import Axis
from abm.lab.analyses import Analysis
from abm.lab.asked import chosen_case, chosen_design, chosen_metrics
from abm.lab.ensemble import Field, axes_of, point_of
from abm.lab.more import Progress, run_ends
from abm.lab.rejection import KEEP, LEAST_KEPT, Posterior, abc, rank_rows, ranks, spread_of
from abm.lab.smc import smc

if TYPE_CHECKING:
    import pandas as pd

    from abm.lab.results import Results

SEED = 3  # of the points and of the errors of observation
DRAWS = 500  # points
PILOT = 100  # of them that tell the spread of the metrics where points are then sought step by step
REJECTION, SMC = "rejection", "smc"
RANKS = ["parameter", "bin", "count", "expected", "low", "high", "p"]


class Target(NamedTuple):
    """What was observed: a metric's value at the end of a run, and the standard deviation of its error."""

    metric: str
    value: float
    error: float = 0.0


def parse_targets(texts: Iterable[str]) -> list[Target]:
    """`METRIC=VALUE`, or `METRIC=VALUE:ERROR`, of a command line. Raises ConfigError."""
    found = []
    for text in texts:
        parts = re.fullmatch(r"\s*(\w+)\s*=\s*([^:\s]+)\s*(?::\s*(\S+)\s*)?", text)
        try:
            value, error = (float(parts[2]), float(parts[3] or 0.0)) if parts else (math.nan, 0.0)
        except ValueError:
            value, error = math.nan, 0.0
        if not parts or not math.isfinite(value) or not 0.0 <= error < math.inf:
            raise ConfigError(
                f"target: expected METRIC=VALUE or METRIC=VALUE:ERROR, such as satisfaction=0.72:0.03, got '{text}'"
            )
        found.append(Target(chosen_metrics([parts[1]])[0], value, error))
    return found


def calibrate(
    results: Results,
    targets: Sequence[Target],
    over: Mapping[str, Any],
    *,
    design: str | None = None,
    case: str | None = None,
    settings: Mapping[str, Any] | None = None,
    draws: int = DRAWS,
    keep: float = KEEP,
    seeds: int = 1,
    method: str = REJECTION,
    workers: int | None = None,
    progress: Progress | None = None,
) -> Analysis:
    """Which values of the settings `over` agree with `targets`, under one design (else the baseline) of a batch.

    Each of `draws` points of a uniform prior over the ranges is run under `seeds` seeds of its own, whose metrics are
    averaged; a target's error is added to them. Table `posterior`: a row for each point that is kept (a column a setting,
    then `weight`, `distance`); `points_of` makes an experiment's points of it. Table `ranks`: simulation-based
    calibration, of rejection only. The method smc (the extra `calibrate`) uses the draws after the first 100 where they
    agree, one after the other in this process. Raises ConfigError for what is not there or cannot be run.
    """
    import pandas as pd

    if not targets:
        raise ConfigError("target: at least one is needed, such as satisfaction=0.72:0.03")
    if not over:
        raise ConfigError("over: say which settings are to be found, such as case.network.fade")
    if not LEAST_KEPT / draws <= keep <= 1.0:
        raise ConfigError(f"keep: at least {LEAST_KEPT} of the {draws} draws must be kept, got a share of {keep:g}")
    if method not in (REJECTION, SMC):
        raise ConfigError(f"method: expected '{REJECTION}' or '{SMC}', got '{method}'")
    if method == SMC and draws < 2 * PILOT:
        raise ConfigError(f"draws: the method smc needs at least {2 * PILOT}, got {draws}")
    axes = axes_of(over)
    names = [one.metric for one in targets]
    field = Field(
        results.experiment, chosen_case(results.experiment, case),
        [chosen_design(results.experiment, design or results.experiment.baseline)], (1,), results.folder, settings or {},
        workers, progress,
    )  # fmt: skip
    errors, observed = np.array([one.error for one in targets]), np.array([one.value for one in targets])
    units = prior(len(axes), PILOT if method == SMC else draws)
    summaries = _summaries(field, axes, units, names, seeds)
    known = ~np.isnan(summaries).any(axis=1)
    if known.sum() < LEAST_KEPT:
        raise ConfigError(
            f"target: only {known.sum()} of {len(units)} draws have a value for each of {', '.join(names)}"
        )
    units, summaries = units[known], summaries[known]
    summaries = summaries + errors * np.random.default_rng(SEED).normal(size=summaries.shape)
    if method == SMC:
        more = draws - PILOT
        simulate = _simulator(field, axes, names, errors, seeds, progress, more)
        posterior = smc(
            simulate, len(axes), observed, spread_of(summaries), more, max(LEAST_KEPT, round(keep * draws)), SEED
        )
        checks = []
    else:
        posterior, checks = abc(units, summaries, observed, keep), rank_rows(list(axes), ranks(units, summaries, keep))
    reached = np.quantile(summaries, [0.005, 0.995], axis=0)
    outside = [
        name for name, low, high, value in zip(names, *reached, observed, strict=True) if not low <= value <= high
    ]
    about = {
        "what": "settings that agree with what was observed (approximate Bayesian computation)", "case": field.case.name,
        "design": field.designs[0].name, "targets": [one._asdict() for one in targets], "settings": dict(settings or {}),
        "over": {key: [one.value(0.0), one.value(1.0)] for key, one in axes.items()}, "draws": draws,
        "kept": len(posterior.units), "seeds": seeds, "sample_seed": SEED, "failed": len(set(field.failures)),
        "never_reached": outside, "method": method,
    }  # fmt: skip
    tables = {
        "posterior": posterior_table(axes, posterior),
        "ranks": pd.DataFrame(checks, columns=RANKS),
    }
    return Analysis("calibration", about, tables)


def prior(parameters: int, draws: int) -> np.ndarray:
    """Draws of the unit cube, each independent of the others, none at its edge."""
    return np.random.default_rng(SEED).uniform(1e-6, 1.0 - 1e-6, size=(draws, parameters))


def _summaries(
    field: Field, axes: Mapping[str, Axis], units: np.ndarray, metrics: Sequence[str], seeds: int
) -> np.ndarray:
    """Metrics of each draw, draws × metrics: the mean over its own seeds, so that luck is part of what is not known."""
    arms = [field.arm(field.designs[0], point_of(axes, unit)) for unit in units]
    pairs = [[(n, 1 + n * seeds + s) for s in range(seeds)] for n in range(len(arms))]
    ends = run_ends(
        arms, [], pairs=[pair for own in pairs for pair in own], folder=field.folder, months=field.experiment.months,
        workers=field.workers, progress=field.progress,
    )  # fmt: skip
    field.failures.extend(ends.failures)
    chosen = [ends.metrics.index(name) for name in metrics]
    return ends.values[:, 0, chosen].reshape(len(arms), seeds, len(chosen)).mean(axis=1)


def _simulator(
    field: Field, axes: Mapping[str, Axis], metrics: Sequence[str], errors: np.ndarray, seeds: int,
    progress: Progress | None, planned: int,
) -> Callable[[np.ndarray, int], np.ndarray]:  # fmt: skip
    """The model as smc asks for it: summaries of a place of the unit cube, with luck and error of the run's own number."""

    def simulate(unit: np.ndarray, n: int) -> np.ndarray:
        arm = field.arm(field.designs[0], point_of(axes, unit))
        first = 1_000_000 + n * seeds
        ends = run_ends([arm], range(first, first + seeds), months=field.experiment.months, workers=1)
        if progress:
            progress(n, max(n, planned), len(field.failures))
        means = np.array([ends.of(metric)[0].mean() for metric in metrics])
        return means + errors * np.random.default_rng([SEED, n]).normal(size=len(metrics))

    return simulate


def posterior_table(axes: Mapping[str, Axis], posterior: Posterior) -> pd.DataFrame:
    """A row a point, a column a setting."""
    import pandas as pd

    rows = [point_of(axes, unit) for unit in posterior.units]
    return pd.DataFrame(rows).assign(weight=posterior.weights, distance=posterior.distances)


def points_of(found: Analysis, n: int = 50) -> tuple[dict[str, Any], ...]:
    """Points for `Experiment(points=…)`: `n` drawn from a posterior by weight, evenly (systematic resampling), each once."""
    table = found.tables["posterior"]
    ends = np.cumsum(table["weight"].to_numpy(float))
    places = np.searchsorted(ends, (np.arange(n) + 0.5) / n * ends[-1])
    keys = [name for name in table.columns if name not in ("weight", "distance")]
    rows = table[keys].iloc[np.unique(places)].to_dict("records")
    return tuple(
        {str(key): getattr(value, "item", lambda value=value: value)() for key, value in row.items()} for row in rows
    )


def as_toml(points: Sequence[Mapping[str, Any]]) -> str:
    """Points as the tables `[[points]]` of an experiment's file."""

    def text(value: Any) -> str:
        return (
            f'"{value}"' if isinstance(value, str) else str(value).lower() if isinstance(value, bool) else repr(value)
        )

    return "\n".join(
        "\n".join(["[[points]]", *(f'"{key}" = {text(value)}' for key, value in one.items()), ""]) for one in points
    )
