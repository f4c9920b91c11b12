"""Indices: shares and means that are missing where there is nothing to divide by."""

import math

import pytest

from abm.rules.indices import MISSING, mean_of_known, ratio


def test_a_share_of_nothing_is_missing():
    assert ratio(0.25, 0.5) == 0.5
    assert ratio(-3.0, 2.0) == -1.5
    assert math.isnan(ratio(0.0, 0.0))
    assert math.isnan(ratio(1.0, -1.0))


def test_a_mean_is_of_what_is_known_each_at_most_one():
    assert mean_of_known(0.1, 0.2, 0.3, 0.6) == pytest.approx(0.3)
    assert mean_of_known(MISSING, 0.2, MISSING, 0.6) == pytest.approx(0.4)
    assert mean_of_known(5.0, 0.0, MISSING, MISSING) == pytest.approx(0.5)
    assert mean_of_known(MISSING, MISSING, MISSING, 0.7) == pytest.approx(0.7)
    assert math.isnan(mean_of_known(MISSING, MISSING, MISSING, MISSING))
