"""Effort: incentive, intensity and attention."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from abm.rules.effort import attention_weight, incentive, intensity

share = st.floats(0.0, 1.0)
euros = st.floats(0.0, 1e5)


def test_an_hour_is_worth_its_mission_and_its_pay():
    assert incentive(0.5, 120.0, 0.2, 0.0) == pytest.approx(12.0)
    assert incentive(0.5, 120.0, 0.2, 7.0) == pytest.approx(19.0)
    assert incentive(0.5, 120.0, 0.2, -50.0) == 0.0


@settings(derandomize=True, deadline=None, max_examples=100)
@given(euros, st.floats(0.1, 1e4), share)
def test_intensity_lies_between_its_floor_and_one(total, scale, floor):
    assert floor - 1e-15 <= intensity(total, scale, floor) <= 1.0


def test_intensity_without_and_at_scale():
    assert intensity(0.0, 40.0, 0.4) == pytest.approx(0.4)
    assert intensity(40.0, 40.0, 0.4) == pytest.approx(1.0 - 0.6 * np.exp(-1.0), rel=1e-12)
    assert intensity(1e6, 40.0, 0.4) == 1.0
    assert np.all(np.diff([intensity(t, 40.0, 0.4) for t in np.linspace(0.0, 200.0, 21)]) > 0.0)


def shares(incentives, sharpness):
    weights = np.array([attention_weight(m, sharpness) for m in incentives])
    return weights / weights.sum()


def test_attention_follows_incentive_more_sharply_the_sharper():
    assert shares([1.0, 2.0, 5.0], 1.0) == pytest.approx([0.125, 0.25, 0.625])
    assert shares([1.0, 2.0, 5.0], 0.0) == pytest.approx([1 / 3] * 3)
    best = [shares([1.0, 2.0, 5.0], s)[2] for s in (0.0, 0.5, 1.0, 2.0, 10.0)]
    assert np.all(np.diff(best) > 0.0)
    assert best[-1] == pytest.approx(1.0, abs=1e-3)


def test_attention_does_not_depend_on_the_unit_of_money():
    assert shares([1.0, 2.0, 5.0], 1.5) == pytest.approx(shares([100.0, 200.0, 500.0], 1.5), rel=1e-12)


def test_what_is_worth_nothing_gets_no_attention():
    assert attention_weight(0.0, 1.5) == 0.0
