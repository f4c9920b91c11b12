"""V5: the slope that differential prices are judged by."""

from __future__ import annotations

import numpy as np
import pytest

from abm.lab.patterns import tariffs


def test_slopes_are_those_within_thirds():
    """Levels of thirds do not count, only what changes with complexity inside each."""
    complexity = np.array([0.0, 0.1, 0.2, 0.4, 0.5, 0.6])
    third = np.array([0, 0, 0, 1, 1, 1])
    values = 2.0 * complexity + np.array([5.0, 5.0, 5.0, -3.0, -3.0, -3.0])
    assert tariffs._slope_within(values, complexity, third) == pytest.approx(2.0)
