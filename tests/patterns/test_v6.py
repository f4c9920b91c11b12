"""V6: slow start, and optimism of those who win (100 seeds in the slow suite)."""

from __future__ import annotations

import pytest

from abm.lab.patterns import PATTERNS

V6 = next(pattern for pattern in PATTERNS if pattern.key == "V6")
QUICK = range(1, 13)
FULL = range(1001, 1101)  # seeds that nothing was looked at with


@pytest.mark.parametrize("seeds", [QUICK, pytest.param(FULL, marks=pytest.mark.slow)], ids=["quick", "full"])
def test_winners_hope_and_the_start_is_slow(seeds):
    figures = V6.measure(seeds)
    assert V6.holds(figures), figures


@pytest.mark.parametrize("control", V6.controls, ids=lambda control: control.title)
@pytest.mark.parametrize("seeds", [QUICK, pytest.param(FULL, marks=pytest.mark.slow)], ids=["quick", "full"])
def test_it_is_gone_without_errors_optimism_and_start_up_or_without_competition(control, seeds):
    figures = control.measure(seeds)
    assert control.gone(figures), figures
    assert not V6.holds(figures)
