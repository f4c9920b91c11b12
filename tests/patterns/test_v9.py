"""V9: strong incentives part what is reported from what is achieved (100 seeds in the slow suite)."""

from __future__ import annotations

import numpy as np
import pytest

from abm.lab.patterns import PATTERNS, incentives

V9 = next(pattern for pattern in PATTERNS if pattern.key == "V9")
QUICK = range(1, 41)
FULL = range(1001, 1101)  # seeds that nothing was looked at with


@pytest.mark.parametrize("seeds", [QUICK, pytest.param(FULL, marks=pytest.mark.slow)], ids=["quick", "full"])
def test_reports_lose_their_meaning_under_strong_incentives(seeds):
    figures = V9.measure(seeds)
    assert V9.holds(figures), figures


@pytest.mark.parametrize("control", V9.controls, ids=lambda control: control.title)
@pytest.mark.parametrize("seeds", [QUICK, pytest.param(FULL, marks=pytest.mark.slow)], ids=["quick", "full"])
def test_they_keep_it_without_gaming_or_incentives(control, seeds):
    figures = control.measure(seeds)
    assert control.gone(figures), figures
    assert not V9.holds(figures)


def test_estimates_are_those_of_what_lies_behind_noisy_halves():
    """Truth = ½ × what is reported but for noise in each half: slope ½ and correlation 1 whatever the noise."""
    random = np.random.default_rng(1)
    real = random.normal(size=(200, 50))
    one, two = (real + random.normal(size=real.shape) for _ in range(2))
    gain, other = (0.5 * real + random.normal(size=real.shape) for _ in range(2))
    means = np.stack([one, two, gain, other], axis=2)
    sums = np.array([incentives._products(run) for run in means])
    slope, correlation, uncorrected, reliability = incentives._estimates(sums, sums, np.ones(200, bool))[:4]
    assert [slope, correlation, reliability] == pytest.approx([0.5, 1.0, 0.5], abs=0.05)
    assert uncorrected < 0.6
