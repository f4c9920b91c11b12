"""V1: a cascade of milestones loses families at a nearly constant rate (100 seeds in the slow suite)."""

from __future__ import annotations

import pytest

from abm.lab.patterns import PATTERNS

V1 = next(pattern for pattern in PATTERNS if pattern.key == "V1")
QUICK = range(1, 41)
FULL = range(1001, 1101)  # seeds that nothing was looked at with


@pytest.mark.parametrize("seeds", [QUICK, pytest.param(FULL, marks=pytest.mark.slow)], ids=["quick", "full"])
def test_families_are_lost_at_a_nearly_constant_rate(seeds):
    figures = V1.measure(seeds)
    assert V1.holds(figures), figures


@pytest.mark.parametrize("control", V1.controls, ids=lambda control: control.title)
@pytest.mark.parametrize("seeds", [QUICK, pytest.param(FULL, marks=pytest.mark.slow)], ids=["quick", "full"])
def test_the_loss_is_gone_without_its_causes(control, seeds):
    figures = control.measure(seeds)
    assert control.gone(figures), figures
