"""Market: discounts, scores and shares of the award."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from abm.rules.market import award_score, award_weight, bid_discount, track_record

share = st.floats(0.0, 1.0)


@settings(derandomize=True, deadline=None, max_examples=60)
@given(share, share, st.floats(-6.0, 6.0))
def test_discounts_have_their_range(competition, lean, signal):
    assert 0.0 <= bid_discount(competition, lean, signal) <= 0.3
    assert bid_discount(0.0, lean, signal) == 0.0


def test_hopeful_estimates_and_competition_undercut():
    base = bid_discount(0.5, 0.1, 0.0)
    assert bid_discount(0.8, 0.1, 0.0) > base
    assert bid_discount(0.5, 0.15, 0.0) > base
    assert bid_discount(0.5, 0.1, 1.0) > base


def test_price_against_quality():
    assert award_score(0.2, 0.6, 0.0) == pytest.approx(0.6)
    assert award_score(0.15, 0.6, 1.0) == pytest.approx(0.5)
    assert award_score(0.3, 0.0, 0.4) == pytest.approx(award_score(0.0, 1.0, 0.4) * 0.4 / 0.6)


def test_without_competition_capacity_decides():
    for score in (0.1, 0.5, 0.9):
        assert award_weight(80.0, score, 0.5, 0.0) == 80.0
    assert award_weight(80.0, 0.5, 0.5, 0.7) == pytest.approx(80.0)
    assert award_weight(80.0, 0.0, 0.0, 0.7) == pytest.approx(80.0)


def test_with_competition_the_better_bid_gets_more():
    weights = [award_weight(80.0, s, 0.5, 0.6) for s in np.linspace(0.0, 1.0, 11)]
    assert np.all(np.diff(weights) > 0.0)
    assert weights[0] == pytest.approx(80.0 * 0.4)


def test_a_record_counts_as_far_as_results_are_a_providers_responsibility():
    assert track_record(0.10, 0.05, 0.05, 0.0) == 0.0
    assert track_record(0.05, 0.05, 0.05, 1.0) == 0.0
    assert track_record(0.10, 0.05, 0.05, 1.0) == pytest.approx(0.5)
    assert track_record(-9.0, 0.05, 0.05, 0.4) == pytest.approx(-0.2)
