"""V8: payments pile up at the cap, with a left tail (100 seeds in the slow suite)."""

from __future__ import annotations

import numpy as np
import pytest

from abm.lab.patterns import PATTERNS, caps

V8 = next(pattern for pattern in PATTERNS if pattern.key == "V8")
QUICK = range(1, 41)
FULL = range(1001, 1101)  # seeds that nothing was looked at with


EDGE = pytest.mark.xfail(
    reason="240 contracts of fresh seeds: .46 (.40 to .52) paid in full, .12 below half", strict=False
)


@pytest.mark.parametrize("seeds", [QUICK, pytest.param(FULL, marks=[pytest.mark.slow, EDGE])], ids=["quick", "full"])
def test_payments_pile_up_at_the_cap(seeds):
    figures = V8.measure(seeds)
    assert V8.holds(figures), figures


@pytest.mark.parametrize("control", V8.controls, ids=lambda control: control.title)
@pytest.mark.parametrize("seeds", [QUICK, pytest.param(FULL, marks=pytest.mark.slow)], ids=["quick", "full"])
def test_no_pile_without_a_cap(control, seeds):
    figures = control.measure(seeds)
    assert control.gone(figures), figures


def test_intervals_of_shares_hold_near_none_and_all():
    """Wilson's interval: none of 60 may be up to 6 %, and 3 of 60 lies around 5 %."""
    none, some = caps._share(np.zeros(60)), caps._share(np.arange(60) < 3)
    assert (none.mean, none.low) == (0.0, 0.0)
    assert none.high == pytest.approx(0.060, abs=0.001)
    assert some.low == pytest.approx(0.017, abs=0.001)
    assert some.high == pytest.approx(0.137, abs=0.001)
