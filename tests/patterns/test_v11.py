"""V11: the months that trust takes to come back after a breach."""

from __future__ import annotations

import numpy as np

from abm.lab.patterns import SMALLEST, trust
from abm.lab.patterns.trust import FOLLOWED


def test_months_to_regain_are_counted_to_the_last_month_with_something_missing():
    half = SMALLEST / 2
    missing = np.full((4, FOLLOWED + 1), half)
    missing[1, 0] = SMALLEST  # the month of the breach only
    missing[2, [0, 5]] = 0.1  # comes back
    missing[3] = 0.1  # never regained
    assert trust._months_to_regain(missing).tolist() == [0, 1, 6, FOLLOWED + 1]
