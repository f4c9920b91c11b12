"""Market: estimates, prices, scores and shares of the award, who bids again, and build-up."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from abm.rules.market import (
    HIGHEST,
    LOWEST,
    award_score,
    award_weight,
    bid_price,
    bids_again,
    held_up,
    known_before,
    lost_to_start_up,
    readiness,
    spread_of_estimate,
    track_record,
)  # fmt: skip

share = st.floats(0.0, 1.0)


def test_errors_shrink_with_experience():
    assert spread_of_estimate(0.2, 0) == 0.2
    assert spread_of_estimate(0.2, 3) == pytest.approx(0.1)
    assert spread_of_estimate(0.0, 0) == 0.0


@settings(derandomize=True, deadline=None, max_examples=60)
@given(share, share, st.floats(-6.0, 6.0))
def test_prices_have_their_range(competition, lean, error):
    assert LOWEST * 25.0 <= bid_price(25.0, competition, lean, error) <= HIGHEST * 25.0
    assert bid_price(25.0, 0.0, lean, error) == 25.0


def test_hopeful_estimates_and_competition_undercut():
    base = bid_price(25.0, 0.5, 0.1, 0.0)
    assert base == pytest.approx(25.0 * 0.95)
    assert bid_price(25.0, 0.8, 0.1, 0.0) < base
    assert bid_price(25.0, 0.5, 0.15, 0.0) < base
    assert bid_price(25.0, 0.5, 0.1, -0.2) < base < bid_price(25.0, 0.5, 0.1, 0.2)
    assert bid_price(25.0, 1.0, 0.0, math.log(1.1)) == pytest.approx(27.5)


def test_who_has_no_rivals_left_asks_more():
    assert held_up(25.0, 0.4, 0.0) == 25.0
    assert held_up(25.0, 0.4, 0.5) == pytest.approx(30.0)


def test_price_against_quality():
    assert award_score(0.2, 0.6, 0.0) == pytest.approx(0.6)
    assert award_score(0.15, 0.6, 1.0) == pytest.approx(0.5)
    assert award_score(0.3, 0.0, 0.4) == pytest.approx(award_score(0.0, 1.0, 0.4) * 0.4 / 0.6)
    assert award_score(-0.5, 0.1, 1.0) == 0.0


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
    assert track_record(9.0, 0.05, 0.05, 0.4) == pytest.approx(0.2)


def test_hours_build_up_and_newcomers_lose_by_it():
    assert [readiness(n, 0) for n in (1, 2, 30)] == [1.0, 1.0, 1.0]
    built = [readiness(n, 4) for n in range(1, 8)]
    assert built == pytest.approx([0.2, 0.4, 0.6, 0.8, 1.0, 1.0, 1.0])
    assert lost_to_start_up(4, 20) == pytest.approx(sum(1.0 - x for x in built) / 20)
    assert lost_to_start_up(0, 20) == 0.0
    assert lost_to_start_up(50, 20) == 1.0  # a contract that is over before they are ready


def test_who_lost_too_much_or_trusts_too_little_does_not_bid_again():
    assert bids_again(0.1, 0.25, 0.5, 0.2)
    assert bids_again(0.25, 0.25, 0.2, 0.2)  # what is bearable is borne
    assert not bids_again(0.3, 0.25, 0.5, 0.2)
    assert not bids_again(-0.1, 0.25, 0.1, 0.2)


def test_earlier_contracts_save_hours():
    assert known_before(0.2, 0) == 1.0
    assert known_before(0.2, 1) == pytest.approx(0.8)
    assert known_before(0.2, 2) == pytest.approx(0.64)
    assert known_before(1.0, 0) == 1.0  # nothing is known before the first
    assert known_before(0.0, 5) == pytest.approx(1.0)
