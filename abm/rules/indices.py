"""Indices that are observed: shares and means that stay missing where there is nothing to divide by."""

import math

from abm.compiled import compiled

MISSING = math.nan


@compiled
def ratio(part, whole):
    """part ÷ whole; missing where there is no whole."""
    return part / whole if whole > 0.0 else MISSING


@compiled
def mean_of_known(a, b, c, d):
    """Mean of four shares, each at most 1, over those that are not missing."""
    total = count = 0.0
    for x in (a, b, c, d):
        if x == x:
            total += min(1.0, x)
            count += 1.0
    return ratio(total, count)
