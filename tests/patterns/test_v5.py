"""V5: differential prices only partly correct that the hardest to help are left (100 seeds in the slow suite)."""

from __future__ import annotations

import numpy as np
import pytest

from abm.lab.patterns import PATTERNS, tariffs

V5 = next(pattern for pattern in PATTERNS if pattern.key == "V5")
QUICK = range(1, 21)
FULL = range(1001, 1101)  # seeds that nothing was looked at with


@pytest.mark.parametrize("seeds", [QUICK, pytest.param(FULL, marks=pytest.mark.slow)], ids=["quick", "full"])
def test_the_hardest_are_left_behind_at_any_price(seeds):
    figures = V5.measure(seeds)
    assert V5.holds(figures), figures


@pytest.mark.parametrize("control", V5.controls, ids=lambda control: control.title)
@pytest.mark.parametrize("seeds", [QUICK, pytest.param(FULL, marks=pytest.mark.slow)], ids=["quick", "full"])
def test_hours_follow_the_plan_without_its_causes(control, seeds):
    figures = control.measure(seeds)
    assert control.gone(figures), figures


def test_slopes_are_those_within_thirds():
    """Levels of thirds do not count, only what changes with complexity inside each."""
    complexity = np.array([0.0, 0.1, 0.2, 0.4, 0.5, 0.6])
    third = np.array([0, 0, 0, 1, 1, 1])
    values = 2.0 * complexity + np.array([5.0, 5.0, 5.0, -3.0, -3.0, -3.0])
    assert tariffs._slope_within(values, complexity, third) == pytest.approx(2.0)
