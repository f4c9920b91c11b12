"""What a run's series comes to: each metric at its end, over its months of service, or in all."""

from __future__ import annotations

import math

import numpy as np
import pytest

from abm.config import load_case
from abm.metrics import METRICS, at_end

CASE = load_case("generic", {"case.calendar.renewals": 1})
FIRST = CASE.calendar.service[0]
END = FIRST + 2 * CASE.calendar.service_months
MONTHS = CASE.calendar.months


def series(values):
    """The same values by month for every metric."""
    return {metric.name: np.array(values, float) for metric in METRICS}


def kinds():
    return {metric.name: metric.at_end for metric in METRICS}


def test_a_mean_in_service_is_of_all_months_of_service_and_no_other():
    found = at_end(series(range(MONTHS + 1)), CASE)
    truth = {"last": MONTHS, "total": MONTHS * (MONTHS + 1) / 2, "mean_in_service": (FIRST + END - 1) / 2.0}
    assert FIRST > 0
    assert END <= MONTHS
    assert set(kinds().values()) <= set(truth)
    for name, kind in kinds().items():
        assert found[name] == pytest.approx(truth[kind]), name


def test_missing_months_are_left_out():
    values = np.ones(MONTHS + 1)
    values[FIRST], values[FIRST + 1], values[-1] = math.nan, 3.0, math.nan
    truth = {"last": 1.0, "total": MONTHS - 2 + 3.0, "mean_in_service": (END - FIRST - 2 + 3.0) / (END - FIRST - 1)}
    for name, value in at_end(series(values), CASE).items():
        assert value == pytest.approx(truth[kinds()[name]]), name
    assert all(math.isnan(value) for value in at_end(series(np.full(MONTHS + 1, math.nan)), CASE).values())
