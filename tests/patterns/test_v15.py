"""V15: transaction costs by size, complexity and experience (100 seeds in the slow suite)."""

from __future__ import annotations

import pytest

from abm.lab.patterns import PATTERNS

V15 = next(pattern for pattern in PATTERNS if pattern.key == "V15")
QUICK = range(1, 7)
FULL = range(1001, 1101)  # seeds that nothing was looked at with


@pytest.mark.parametrize("seeds", [QUICK, pytest.param(FULL, marks=pytest.mark.slow)], ids=["quick", "full"])
def test_costs_before_signature_have_a_gradient(seeds):
    figures = V15.measure(seeds)
    assert V15.holds(figures), figures


@pytest.mark.parametrize("control", V15.controls, ids=lambda control: control.title)
@pytest.mark.parametrize("seeds", [QUICK, pytest.param(FULL, marks=pytest.mark.slow)], ids=["quick", "full"])
def test_a_gradient_is_gone_with_what_makes_it(control, seeds):
    figures = control.measure(seeds)
    assert control.gone(figures), figures
    assert not V15.holds(figures)
