"""V7: unfinanced payment by results squeezes small third-sector providers (100 seeds in the slow suite)."""

from __future__ import annotations

import pytest

from abm.lab.patterns import PATTERNS

V7 = next(pattern for pattern in PATTERNS if pattern.key == "V7")
QUICK = range(1, 19)
FULL = range(1001, 1101)  # seeds that nothing was looked at with


@pytest.mark.parametrize("seeds", [QUICK, pytest.param(FULL, marks=pytest.mark.slow)], ids=["quick", "full"])
def test_small_third_sector_providers_are_squeezed(seeds):
    figures = V7.measure(seeds)
    assert V7.holds(figures), figures


@pytest.mark.parametrize("control", V7.controls, ids=lambda control: control.title)
@pytest.mark.parametrize("seeds", [QUICK, pytest.param(FULL, marks=pytest.mark.slow)], ids=["quick", "full"])
def test_nobody_is_squeezed_without_the_wait_or_the_want_of_cash(control, seeds):
    figures = control.measure(seeds)
    assert control.gone(figures), figures
    assert not V7.holds(figures)
