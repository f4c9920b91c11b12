"""Outcomes: need, improvement, return to the natural level, and what lasts."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from abm.rules.outcomes import effect_of_input, improvement, need, next_baseline, next_wellbeing, response

share = st.floats(0.0, 1.0)
quick = settings(derandomize=True, deadline=None, max_examples=80)


def test_need():
    assert need(0.4, 0.75) == pytest.approx(0.1)
    assert need(0.4, 1.0) == need(0.0, 0.3) == 0.0


def test_the_complex_respond_less():
    assert response(0.04, 0.0, 0.6) == 0.04
    assert response(0.04, 1.0, 0.6) == pytest.approx(0.016)


@quick
@given(share, st.floats(0.0, 0.5), st.floats(-5.0, 1e3))
def test_input_helps_and_never_more_than_there_is_room(wellbeing, own, input_now):
    assert 0.0 <= improvement(wellbeing, own, input_now) <= 1.0 - wellbeing + 1e-12


def test_no_input_adds_nothing():
    assert improvement(0.5, 0.04, 0.0) == 0.0
    assert improvement(0.5, 0.04, 1.0) == pytest.approx(0.5 * (1.0 - np.exp(-0.04)), rel=1e-12)
    assert np.all(np.diff([improvement(0.5, 0.04, i) for i in np.linspace(0.0, 5.0, 11)]) > 0.0)


@pytest.mark.parametrize("wellbeing", [0.1, 0.5, 0.9])
@pytest.mark.parametrize("input_now", [0.2, 1.0, 4.0])
def test_the_effect_of_input_is_the_slope_of_the_improvement(wellbeing, input_now):
    h = 1e-5
    slope = (improvement(wellbeing, 0.05, input_now + h) - improvement(wellbeing, 0.05, input_now - h)) / (2.0 * h)
    assert effect_of_input(wellbeing, 0.05, input_now) == pytest.approx(slope, rel=1e-6)


@quick
@given(share, share, share, share, st.floats(-1.0, 1.0))
def test_wellbeing_stays_a_share(wellbeing, baseline, added, rate, shock):
    assert 0.0 <= next_wellbeing(wellbeing, baseline, added, rate, shock) <= 1.0


def test_wellbeing_returns_to_its_natural_level():
    assert next_wellbeing(0.5, 0.5, 0.0, 0.06, 0.0) == 0.5
    assert next_wellbeing(0.5, 0.6, 0.03, 0.1, -0.02) == pytest.approx(0.52)
    y = 0.9
    for _ in range(24):
        y = next_wellbeing(y, 0.5, 0.0, 0.06, 0.0)
    assert y == pytest.approx(0.5 + 0.4 * 0.94**24, rel=1e-12)


@quick
@given(share, share, share, share, st.floats(-0.01, 0.01))
def test_the_natural_level_stays_a_share(baseline, wellbeing, capability, lasting, drift):
    assert 0.0 <= next_baseline(baseline, wellbeing, capability, lasting, drift) <= 1.0


def test_only_gains_of_the_capable_last():
    assert next_baseline(0.5, 0.4, 1.0, 0.02, 0.0) == 0.5
    assert next_baseline(0.5, 0.6, 0.0, 0.02, 0.0) == 0.5
    assert next_baseline(0.5, 0.6, 0.5, 0.02, 0.0) == pytest.approx(0.501)
    assert next_baseline(0.5, 0.5, 0.5, 0.02, 0.001) == pytest.approx(0.5005)
    assert next_baseline(0.9, 1.0, 1.0, 1.0, 1.0) == 1.0
