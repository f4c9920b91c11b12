"""How a field study estimates an effect from treated and other units: clusters or units within strata, with their errors."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from abm.lab.compare import LEVEL


class Estimate(NamedTuple):
    """An effect with its standard error, degrees of freedom and two-sided p-value."""

    effect: float
    error: float
    freedom: float
    p: float

    @property
    def half(self) -> float:
        """Half of the 95 % interval."""
        from scipy.special import stdtrit

        return float(stdtrit(self.freedom, (1.0 + LEVEL) / 2.0)) * self.error


NOTHING = Estimate(math.nan, math.nan, math.nan, math.nan)


def cluster_means(values: np.ndarray, clusters: np.ndarray, treated: np.ndarray) -> Estimate:
    """Difference of the means of treated and other clusters, each cluster one observation: Welch's t.

    `treated` is the same for all units of a cluster. As reliable with few clusters as anything (Donner & Klar 2000).
    """
    names, inverse = np.unique(clusters, return_inverse=True)
    counts = np.bincount(inverse)
    means = np.bincount(inverse, values) / counts
    arms = np.bincount(inverse, treated) / counts > 0.5
    one, other = means[arms], means[~arms]
    if min(len(one), len(other)) < 2 or len(names) < 4:
        return NOTHING
    parts = one.var(ddof=1) / len(one), other.var(ddof=1) / len(other)
    error = math.sqrt(sum(parts))
    if error == 0.0:
        return NOTHING
    freedom = sum(parts) ** 2 / (parts[0] ** 2 / (len(one) - 1) + parts[1] ** 2 / (len(other) - 1))
    return _estimate(float(one.mean() - other.mean()), error, freedom)


def within_strata(values: np.ndarray, strata: np.ndarray, treated: np.ndarray) -> Estimate:
    """Effect on units drawn within strata: least squares with a mean for each stratum and errors robust to their variance.

    y = mean of the stratum + τ·treated; standard error HC1 with n − strata − 1 degrees of freedom.
    """
    _, inverse = np.unique(strata, return_inverse=True)
    counts = np.bincount(inverse)
    d = treated - (np.bincount(inverse, treated) / counts)[inverse]
    y = values - (np.bincount(inverse, values) / counts)[inverse]
    squares, freedom = float(d @ d), len(values) - len(counts) - 1
    if squares == 0.0 or freedom < 1:
        return NOTHING
    effect = float(d @ y) / squares
    rest = y - effect * d
    error = math.sqrt(float((d * rest) @ (d * rest)) * len(values) / freedom) / squares
    return _estimate(effect, error, freedom) if error > 0 else NOTHING


def _estimate(effect: float, error: float, freedom: float) -> Estimate:
    from scipy.special import stdtr

    return Estimate(effect, error, freedom, 2.0 * float(stdtr(freedom, -abs(effect / error))))
