"""Forecast: where a result is heading, which payment's slope depends on."""

from abm.compiled import compiled
from abm.streams import power


@compiled
def settling_share(return_rate, months):
    """Share of the way to its resting point that wellbeing covers in these months: 1 − (1 − return rate)^months."""
    return 1.0 - power(1.0 - return_rate, months)


@compiled
def wellbeing_ahead(wellbeing, baseline, added, return_rate, settled):
    """Wellbeing ahead if `added` is added every month: y + (b + added/return − y)·settled, kept in [0, 1]."""
    resting = baseline + added / return_rate
    return min(1.0, max(0.0, wellbeing + (resting - wellbeing) * settled))
