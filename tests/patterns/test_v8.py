"""V8: the intervals that payments are judged by."""

from __future__ import annotations

import numpy as np
import pytest

from abm.lab.patterns import caps


def test_intervals_of_shares_hold_near_none_and_all():
    """Wilson's interval: none of 60 may be up to 6 %, and 3 of 60 lies around 5 %."""
    none, some = caps._share(np.zeros(60)), caps._share(np.arange(60) < 3)
    assert (none.mean, none.low) == (0.0, pytest.approx(0.0, abs=1e-12))
    assert none.high == pytest.approx(0.060, abs=0.001)
    assert some.low == pytest.approx(0.017, abs=0.001)
    assert some.high == pytest.approx(0.137, abs=0.001)
