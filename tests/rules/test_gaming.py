"""Gaming: the misreport is the best one, and detection is a probability."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from abm.rules.gaming import best_misreport, detection

share = st.floats(0.0, 1.0)
GRID = np.linspace(0.0, 1.0, 2001)


@settings(derandomize=True, deadline=None, max_examples=100)
@given(st.floats(0.0, 3.0), share, st.floats(0.0, 5.0), share, st.floats(0.0, 2.0), st.floats(0.05, 5.0))
def test_the_misreport_is_the_best_on_a_grid(pay, found, penalty, integrity, cost, convexity):
    """Objective: pay kept and penalty paid in expectation, what integrity costs, and a convex cost."""
    objective = GRID * (pay * (1.0 - found * (1.0 + penalty)) - integrity * cost) - 0.5 * convexity * GRID**2
    best = best_misreport(pay, found, penalty, integrity, cost, convexity)
    assert best == pytest.approx(GRID[np.argmax(objective)], abs=1.0 / 2000)


def test_honesty_where_lying_does_not_pay():
    assert best_misreport(0.0, 0.0, 0.0, 0.0, 1.0, 1.5) == 0.0
    assert best_misreport(1.0, 0.5, 1.0, 0.0, 1.0, 1.5) == 0.0  # expected pay equals expected penalty
    assert best_misreport(1.0, 0.0, 0.0, 1.0, 1.0, 1.5) == 0.0  # integrity costs as much as it brings


@settings(derandomize=True, deadline=None, max_examples=60)
@given(share, share, share, share)
def test_detection_is_a_probability_that_grows(audit, peers, coassessment, sharing):
    found = detection(audit, peers, coassessment, sharing)
    assert audit - 1e-12 <= found <= 1.0
    assert detection(audit, peers, 0.0, 0.0) == pytest.approx(audit, abs=1e-15)
    assert detection(1.0, peers, coassessment, sharing) == 1.0
    assert detection(min(1.0, audit + 0.1), peers, coassessment, sharing) >= found - 1e-12


def test_two_chances_are_independent():
    assert detection(0.1, 0.3, 0.5, 0.0) == pytest.approx(1.0 - 0.9 * 0.85)
    assert detection(0.1, 0.3, 0.0, 0.5) == pytest.approx(1.0 - 0.9 * 0.85)
    assert detection(0.1, 0.3, 0.5, 0.5) == pytest.approx(1.0 - 0.9 * 0.85 * 0.85)
