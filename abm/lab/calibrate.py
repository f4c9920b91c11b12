"""Calibration: which numbers agree with what was observed, by approximate Bayesian computation.

Points are drawn from a prior (the plausible ranges), run, and kept where their summary metrics come closest to the observed
ones (rejection; Pritchard et al. 1999), then moved by what a local linear regression says of the distance that is left
(Beaumont, Zhang & Balding 2002). What is kept is an ensemble of equally likely points for further experiments.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from abm.config import ConfigError
from abm.config.sample import Axis
from abm.lab.analyses import Analysis
from abm.lab.asked import chosen_case, chosen_design, chosen_metrics
from abm.lab.ensemble import Field, axes_of, point_of
from abm.lab.more import Progress, run_ends

if TYPE_CHECKING:
    import pandas as pd

    from abm.lab.results import Results

SEED = 3  # of the points and of the errors of observation
DRAWS, KEEP = 500, 0.1  # points drawn, and the share of them that is kept
LEAST_KEPT = 20
BINS = 10  # of the ranks
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


class Posterior(NamedTuple):
    """Kept places of the unit cube (draws × parameters), their weights, which sum to 1, and distances."""

    units: np.ndarray
    weights: np.ndarray
    distances: np.ndarray


def abc(
    units: np.ndarray, summaries: np.ndarray, observed: np.ndarray, keep: float = KEEP, *, adjust: bool = True
) -> Posterior:
    """The share `keep` of prior draws whose summaries lie closest to `observed`, moved by regression if `adjust`.

    `units` are draws × parameters in (0, 1), `summaries` draws × metrics. Distances are Euclidean in median absolute
    deviations of the prior's summaries; weights are Epanechnikov's. The regression is of the logits, so that no parameter
    leaves its range.
    """
    spread = np.median(np.abs(summaries - np.median(summaries, axis=0)), axis=0)
    spread = np.where(spread > 0, spread, np.where(summaries.std(axis=0) > 0, summaries.std(axis=0), 1.0))
    scaled = (summaries - observed) / spread
    distances = np.sqrt((scaled**2).sum(axis=1))
    kept = np.argsort(distances, kind="stable")[: max(LEAST_KEPT, round(keep * len(units)))]
    limit = float(distances[kept].max())
    weights = 1.0 - (distances[kept] / limit) ** 2 if limit > 0 else np.ones(len(kept))
    weights = np.maximum(weights, 1e-9)
    found = units[kept]
    if adjust:
        logits = np.log(found) - np.log1p(-found)
        design = np.column_stack([np.ones(len(kept)), scaled[kept]])
        root = np.sqrt(weights)[:, None]
        slopes = np.linalg.lstsq(root * design, root * logits, rcond=None)[0][1:]
        found = 1.0 / (1.0 + np.exp(-(logits - scaled[kept] @ slopes)))
    return Posterior(found, weights / weights.sum(), distances[kept])


def ranks(
    units: np.ndarray, summaries: np.ndarray, keep: float = KEEP, most: int = 300, *, adjust: bool = True
) -> np.ndarray:
    """Simulation-based calibration (Talts et al. 2018): each draw in turn is taken for the truth and left out.

    Returns the share of the posterior's weight below the truth, draws × parameters: uniform where posteriors are neither
    too narrow nor too wide, nor shifted. No further run is needed.
    """
    found = []
    for n in range(min(most, len(units))):
        rest = np.arange(len(units)) != n
        posterior = abc(units[rest], summaries[rest], summaries[n], keep, adjust=adjust)
        found.append((posterior.weights[:, None] * (posterior.units < units[n])).sum(axis=0))
    return np.array(found)


def rank_rows(names: Sequence[str], below: np.ndarray) -> list[tuple[Any, ...]]:
    """Rows of `ranks`: counts by bin, what is expected with its 95 % band, and the p-value of uniformity (χ²)."""
    from scipy.stats import binom, chisquare

    n, rows = len(below), []
    low, high = (float(binom.ppf(level, n, 1.0 / BINS)) for level in (0.025, 0.975))
    for place, name in enumerate(names):
        counts = np.bincount(np.minimum((below[:, place] * BINS).astype(int), BINS - 1), minlength=BINS)
        p = float(chisquare(counts).pvalue)
        rows += [(name, b + 1, int(count), n / BINS, low, high, p) for b, count in enumerate(counts)]
    return rows


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
    workers: int | None = None,
    progress: Progress | None = None,
) -> Analysis:
    """Which values of the settings `over` agree with `targets`, under one design (else the baseline) of a batch.

    Each of `draws` points of a uniform prior over the ranges is run under `seeds` seeds of its own, whose metrics are
    averaged; a target's error is added to them. Table `posterior`: a row for each point that is kept (a column a setting,
    then `weight`, `distance`); `points_of` makes an experiment's points of it. Table `ranks`: simulation-based
    calibration. Raises ConfigError for what is not there or cannot be run.
    """
    import pandas as pd

    if not targets:
        raise ConfigError("target: at least one is needed, such as satisfaction=0.72:0.03")
    if not over:
        raise ConfigError("over: say which settings are to be found, such as case.network.fade")
    if not LEAST_KEPT / draws <= keep <= 1.0:
        raise ConfigError(f"keep: at least {LEAST_KEPT} of the {draws} draws must be kept, got a share of {keep:g}")
    axes = axes_of(over)
    names = [one.metric for one in targets]
    field = Field(
        results.experiment, chosen_case(results.experiment, case),
        [chosen_design(results.experiment, design or results.experiment.baseline)], (1,), results.folder, settings or {},
        workers, progress,
    )  # fmt: skip
    units = prior(len(axes), draws)
    summaries = _summaries(field, axes, units, names, seeds)
    known = ~np.isnan(summaries).any(axis=1)
    if known.sum() < LEAST_KEPT:
        raise ConfigError(f"target: only {known.sum()} of {draws} draws have a value for each of {', '.join(names)}")
    units, summaries = units[known], summaries[known]
    errors = np.array([one.error for one in targets])
    summaries = summaries + errors * np.random.default_rng(SEED).normal(size=summaries.shape)
    observed = np.array([one.value for one in targets])
    posterior = abc(units, summaries, observed, keep)
    reached = np.quantile(summaries, [0.005, 0.995], axis=0)
    outside = [
        name for name, low, high, value in zip(names, *reached, observed, strict=True) if not low <= value <= high
    ]
    about = {
        "what": "settings that agree with what was observed (approximate Bayesian computation)", "case": field.case.name,
        "design": field.designs[0].name, "targets": [one._asdict() for one in targets], "settings": dict(settings or {}),
        "over": {key: [one.value(0.0), one.value(1.0)] for key, one in axes.items()}, "draws": int(known.sum()),
        "kept": len(posterior.units), "seeds": seeds, "sample_seed": SEED, "failed": len(set(field.failures)),
        "never_reached": outside,
    }  # fmt: skip
    tables = {
        "posterior": posterior_table(axes, posterior),
        "ranks": pd.DataFrame(rank_rows(list(axes), ranks(units, summaries, keep)), columns=RANKS),
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
