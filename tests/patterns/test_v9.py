"""V9: the estimates that strong incentives are judged by."""

from __future__ import annotations

import numpy as np
import pytest

from abm.lab.patterns import incentives


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
