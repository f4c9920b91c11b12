"""Approximate Bayesian computation by rejection, and the check that its posteriors are as wide as they should be.

Draws of a prior are kept where their summaries come closest to the observed ones (Pritchard et al. 1999), then moved by what
a local linear regression says of the distance that is left (Beaumont, Zhang & Balding 2002).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

KEEP = 0.1  # share of the draws that is kept
LEAST_KEPT = 20
BINS = 10  # of the ranks


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
    scaled = (summaries - observed) / spread_of(summaries)
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


def spread_of(summaries: np.ndarray) -> np.ndarray:
    """Median absolute deviation of each metric, or its standard deviation where that is 0, or 1."""
    spread = np.median(np.abs(summaries - np.median(summaries, axis=0)), axis=0)
    deviation = summaries.std(axis=0)
    return np.where(spread > 0, spread, np.where(deviation > 0, deviation, 1.0))


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
