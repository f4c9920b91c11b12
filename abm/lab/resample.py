"""Drawing blocks anew: what ranks, quantiles and membership of a Pareto set owe to the seeds that happened to be run.

A block is one seed: all designs under it stay together, so what pairing saves is kept. The draws are seeded by a constant.
"""

from __future__ import annotations

import functools
import math
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy import ndarray

RESAMPLES = 2000
SEED = 20_081  # of all draws of blocks
LEVEL = 0.95  # of every interval


@functools.lru_cache(maxsize=16)
def weights(blocks: int, resamples: int = RESAMPLES, seed: int = SEED) -> ndarray:
    """How often each block is drawn in each resample, over the number of blocks: resamples × blocks, rows sum to 1."""
    drawn = np.random.default_rng([seed, blocks]).multinomial(blocks, np.full(blocks, 1.0 / blocks), resamples)
    return drawn / blocks


def means(values: ndarray, resamples: int = RESAMPLES) -> ndarray:
    """Means of blocks drawn anew: of `values` (blocks × anything), resamples × anything.

    Deviations from the mean are widened by √(n/(n − 1)), so that their variance is that of the mean without bias.
    """
    n = len(values)
    flat = values.reshape(n, -1)
    mean = flat.mean(axis=0)
    wider = math.sqrt(n / (n - 1)) if n > 1 else math.nan
    found = mean + wider * (weights(n, resamples) @ (flat - mean))
    return found.reshape(resamples, *values.shape[1:])


def interval(draws: ndarray) -> tuple[ndarray, ndarray]:
    """The middle 95 % of draws, along the first axis."""
    low, high = np.quantile(draws, [(1.0 - LEVEL) / 2.0, (1.0 + LEVEL) / 2.0], axis=0)
    return low, high


def share_interval(count: float, n: int) -> tuple[float, float]:
    """The 95 % Wilson interval of a share, count ÷ n; missing without any."""
    from scipy.special import ndtri

    if n == 0:
        return math.nan, math.nan
    z, share = float(ndtri((1.0 + LEVEL) / 2.0)), count / n
    middle = (share + z * z / (2 * n)) / (1 + z * z / n)
    half = z / (1 + z * z / n) * math.sqrt(share * (1 - share) / n + z * z / (4 * n * n))
    return max(0.0, middle - half), min(1.0, middle + half)
