"""V4 (100 seeds in the slow suite)."""

from __future__ import annotations

import pytest

from abm.lab.patterns import PATTERNS

PATTERN = next(pattern for pattern in PATTERNS if pattern.key == "V4")
QUICK = range(1, 11)
FULL = range(1001, 1101)  # seeds that nothing was looked at with


@pytest.mark.parametrize("seeds", [QUICK, pytest.param(FULL, marks=pytest.mark.slow)], ids=["quick", "full"])
def test_a_weak_estimate_pays_without_an_effect(seeds):
    figures = PATTERN.measure(seeds)
    assert PATTERN.holds(figures), figures


@pytest.mark.parametrize("control", PATTERN.controls, ids=lambda control: control.title)
@pytest.mark.parametrize("seeds", [QUICK, pytest.param(FULL, marks=pytest.mark.slow)], ids=["quick", "full"])
def test_it_pays_nothing_without_recovery(control, seeds):
    figures = control.measure(seeds)
    assert control.gone(figures), figures
    assert not PATTERN.holds(figures)
