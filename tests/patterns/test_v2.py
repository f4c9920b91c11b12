"""V2 (100 seeds in the slow suite)."""

from __future__ import annotations

import pytest

from abm.lab.patterns import PATTERNS

PATTERN = next(pattern for pattern in PATTERNS if pattern.key == "V2")
QUICK = range(1, 31)
FULL = range(1001, 1101)  # seeds that nothing was looked at with


@pytest.mark.parametrize("seeds", [QUICK, pytest.param(FULL, marks=pytest.mark.slow)], ids=["quick", "full"])
def test_the_same_effect_is_paid_or_not_by_chance(seeds):
    figures = PATTERN.measure(seeds)
    assert PATTERN.holds(figures), figures


@pytest.mark.parametrize("control", PATTERN.controls, ids=lambda control: control.title)
@pytest.mark.parametrize("seeds", [QUICK, pytest.param(FULL, marks=pytest.mark.slow)], ids=["quick", "full"])
def test_payment_is_certain_without_error(control, seeds):
    figures = control.measure(seeds)
    assert control.gone(figures), figures
    assert not PATTERN.holds(figures)
