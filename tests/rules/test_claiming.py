"""Claiming: when a claim is brought forward or held back, and that its cost is convex."""

import numpy as np
import pytest

from abm.rules.claiming import (
    best_shift,
    chance_later,
    months_to_deadline,
)


def test_years_end_at_deadlines_and_with_the_contract():
    months = [months_to_deadline(month, 20, 12) for month in (1, 11, 12, 13, 20)]
    assert months == [11, 1, 0, 7, 0]


def test_what_must_be_counted_anew_may_never_be_claimed():
    assert chance_later(0.5, 0.0, 6, 6) == 0.5
    assert chance_later(0.5, 0.0, 6, 5) == 0.0
    assert chance_later(1.0, 0.02, 6, 12) == pytest.approx(0.98**6)


def gains(**by_month):
    """€ of claims by months that they lack."""
    found = np.zeros(13)
    for month, value in by_month.items():
        found[int(month[1:])] = value
    return found


def test_the_best_shift_is_where_one_more_month_no_longer_pays():
    """Claims of 100 € for each of 12 months at a marginal cost of 30·s − 15 €: up to the month where it passes 100 €."""
    even = gains(**{f"m{month}": 100.0 for month in range(1, 13)})
    best = max(range(13), key=lambda s: 100.0 * s - 15.0 * s * s)
    assert best_shift(even, 0.0, 1e9, 30.0) == best == 3


@pytest.mark.parametrize(("cost", "months"), [(0.0, 6), (10.0, 6), (60.0, 0)])
def test_a_far_claim_is_moved_only_where_haste_is_cheap(cost, months):
    assert best_shift(gains(m6=1000.0), 0.0, 1e9, cost) == months


def test_nothing_is_moved_where_going_on_is_worth_more_or_there_is_no_room():
    assert best_shift(gains(m2=1000.0), 1000.0, 1e9, 1.0) == 0
    assert best_shift(gains(m2=1000.0), 0.0, 0.0, 1.0) == 0
    assert best_shift(gains(), 0.0, 1e9, 0.0) == 0


def test_any_gain_pays_where_haste_is_free_and_a_claim_for_now_is_no_reason_to_hurry():
    assert best_shift(gains(m1=0.5), 0.0, 1e9, 0.0) == 1
    assert best_shift(gains(m0=1000.0, m6=500.0), 600.0, 1e9, 0.0) == 0
