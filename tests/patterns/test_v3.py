"""V3: a guarantee moves the loss of a bond that has no effect (100 seeds in the slow suite)."""

from __future__ import annotations

import pytest

from abm.lab.patterns import PATTERNS

V3 = next(pattern for pattern in PATTERNS if pattern.key == "V3")
QUICK = range(1, 13)
FULL = range(1001, 1101)  # seeds that nothing was looked at with


@pytest.mark.parametrize("seeds", [QUICK, pytest.param(FULL, marks=pytest.mark.slow)], ids=["quick", "full"])
def test_the_guarantor_bears_its_share_of_the_loss(seeds):
    figures = V3.measure(seeds)
    assert V3.holds(figures), figures


@pytest.mark.parametrize("control", V3.controls, ids=lambda control: control.title)
@pytest.mark.parametrize("seeds", [QUICK, pytest.param(FULL, marks=pytest.mark.slow)], ids=["quick", "full"])
def test_without_a_guarantee_investors_lose_all(control, seeds):
    figures = control.measure(seeds)
    assert control.gone(figures), figures
    assert not V3.holds(figures)
