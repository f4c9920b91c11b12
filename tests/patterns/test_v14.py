"""V14: payment delay costs little while reserves last and much beyond (100 seeds in the slow suite)."""

from __future__ import annotations

import numpy as np
import pytest

from abm.lab.patterns import PATTERNS, base

V14 = next(pattern for pattern in PATTERNS if pattern.key == "V14")
QUICK = range(1, 13)
FULL = range(1001, 1101)  # seeds that nothing was looked at with


@pytest.mark.parametrize("seeds", [QUICK, pytest.param(FULL, marks=pytest.mark.slow)], ids=["quick", "full"])
def test_delay_bites_beyond_the_reserves(seeds):
    figures = V14.measure(seeds)
    assert V14.holds(figures), figures


@pytest.mark.parametrize("control", V14.controls, ids=lambda control: control.title)
@pytest.mark.parametrize("seeds", [QUICK, pytest.param(FULL, marks=pytest.mark.slow)], ids=["quick", "full"])
def test_the_bend_is_gone_without_its_mechanism(control, seeds):
    figures = control.measure(seeds)
    assert control.gone(figures), figures
    assert not V14.holds(figures)


def test_slope_is_that_of_a_straight_line():
    lags = np.array([3.0, 4.0, 6.0, 9.0])
    assert base.slope(lags, np.stack([0.02 * lags - 0.1, 0.0 * lags], axis=1)) == pytest.approx([0.02, 0.0])
