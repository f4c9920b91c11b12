"""V12: the sequence of Lombardy in its two authorities (100 seeds in the slow suite)."""

from __future__ import annotations

import pytest

from abm.lab.patterns import PATTERNS

V12 = next(pattern for pattern in PATTERNS if pattern.key == "V12")
QUICK = range(1, 25)  # runs of one small place: 24 take no longer than 12 elsewhere
FULL = range(1001, 1101)  # seeds that nothing was looked at with


@pytest.mark.parametrize("seeds", [QUICK, pytest.param(FULL, marks=pytest.mark.slow)], ids=["quick", "full"])
def test_it_goes_as_in_lombardy(seeds):
    figures = V12.measure(seeds)
    assert V12.holds(figures), figures


@pytest.mark.parametrize("control", V12.controls, ids=lambda control: control.title)
@pytest.mark.parametrize("seeds", [QUICK, pytest.param(FULL, marks=pytest.mark.slow)], ids=["quick", "full"])
def test_it_is_gone_without_what_makes_it(control, seeds):
    figures = control.measure(seeds)
    assert control.gone(figures), figures
    assert not V12.holds(figures)
