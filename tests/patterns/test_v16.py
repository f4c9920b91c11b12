"""V16: formal and relational governance are complements, within limits (100 seeds in the slow suite)."""

from __future__ import annotations

import pytest

from abm.lab.patterns import PATTERNS

V16 = next(pattern for pattern in PATTERNS if pattern.key == "V16")
QUICK = range(1, 9)
FULL = range(1001, 1101)  # seeds that nothing was looked at with


@pytest.mark.parametrize("seeds", [QUICK, pytest.param(FULL, marks=pytest.mark.slow)], ids=["quick", "full"])
def test_each_makes_the_other_worth_more_but_not_under_extreme_control(seeds):
    figures = V16.measure(seeds)
    assert V16.holds(figures), figures


@pytest.mark.parametrize("control", V16.controls, ids=lambda control: control.title)
@pytest.mark.parametrize("seeds", [QUICK, pytest.param(FULL, marks=pytest.mark.slow)], ids=["quick", "full"])
def test_they_are_no_complements_without_what_makes_them_so(control, seeds):
    figures = control.measure(seeds)
    assert control.gone(figures), figures
    assert not V16.holds(figures)
