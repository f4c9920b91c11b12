"""V14: the slopes that payment delay is judged by."""

from __future__ import annotations

import numpy as np
import pytest

from abm.lab.patterns import base


def test_slope_is_that_of_a_straight_line():
    lags = np.array([3.0, 4.0, 6.0, 9.0])
    assert base.slope(lags, np.stack([0.02 * lags - 0.1, 0.0 * lags], axis=1)) == pytest.approx([0.02, 0.0])
