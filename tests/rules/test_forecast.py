"""Forecast: the closed form is what the month by month rule would come to."""

import numpy as np
import pytest

from abm.case import Case
from abm.declare import parameters
from abm.rules.forecast import settling_share, wellbeing_ahead
from abm.rules.outcomes import next_wellbeing

RATES = next(declared.possible for key, declared in parameters(Case) if key == "outcome.return_rate")


@pytest.mark.parametrize("rate", [RATES[0], 0.01, 0.06, 0.5, RATES[1]])
@pytest.mark.parametrize("months", [1.0, 7.0, 18.0])
@pytest.mark.parametrize("added", [0.0, 0.004, 0.01])
def test_the_forecast_is_the_rule_applied_month_by_month(rate, months, added):
    y = start = 0.45
    for _ in range(int(months)):
        y = next_wellbeing(y, 0.5, added, rate, 0.0)
    assert wellbeing_ahead(start, 0.5, added, rate, settling_share(rate, months)) == pytest.approx(y, abs=1e-12)


def test_settling():
    assert settling_share(0.06, 0.0) == pytest.approx(0.0, abs=1e-15)
    assert settling_share(0.06, 1.0) == pytest.approx(0.06, rel=1e-12)
    assert settling_share(1.0, 3.0) == 1.0
    assert settling_share(0.06, 1e4) == pytest.approx(1.0)
    assert np.all(np.diff([settling_share(0.06, float(m)) for m in range(30)]) > 0.0)


def test_the_forecast_is_a_share():
    assert wellbeing_ahead(0.9, 0.9, 0.5, 0.06, 1.0) == 1.0
    assert wellbeing_ahead(0.1, 0.0, -0.5, 0.06, 1.0) == 0.0


def test_settled_is_the_resting_point():
    assert wellbeing_ahead(0.3, 0.5, 0.006, 0.06, 1.0) == pytest.approx(0.6)
