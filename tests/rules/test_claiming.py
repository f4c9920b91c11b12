"""Claiming: when a claim is brought forward or held back, and that its cost is convex."""

import numpy as np
import pytest

from abm.rules.claiming import (
    best_shift,
    months_missing,
    months_to_deadline,
    worth_holding,
    worth_later,
)
from abm.rules.payment import ATTAINED, ENTRY, GAIN, SUSTAINED


@pytest.mark.parametrize(
    ("kind", "held", "asked", "served", "lacks"),
    [
        (SUSTAINED, 2, 6, 9, 4),
        (SUSTAINED, 6, 6, 9, 0),
        (ATTAINED, 1, 6, 1, 2),
        (ATTAINED, 1, 6, 8, 0),
        (GAIN, 1, 6, 4, 2),
    ],
)
def test_what_a_line_lacks(kind, held, asked, served, lacks):
    assert months_missing(kind, held, asked, served) == lacks


def test_entry_lacks_nothing():
    assert months_missing(ENTRY, 0, 6, 0) == 0


def test_years_end_at_deadlines_and_with_the_contract():
    months = [months_to_deadline(month, 20, 12) for month in (1, 11, 12, 13, 20)]
    assert months == [11, 1, 0, 7, 0]


def test_money_that_is_still_to_open_is_worth_its_part_of_what_is_still_to_come():
    assert worth_later(80.0, 100.0) == 0.8
    assert worth_later(120.0, 100.0) == 1.0
    assert worth_later(-5.0, 100.0) == worth_later(0.0, 0.0) == 0.0


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


def test_a_claim_is_held_while_it_will_be_worth_the_care():
    assert worth_holding(500.0, 2, 100.0)
    assert not worth_holding(500.0, 4, 100.0)
    assert not worth_holding(0.0, 1, 0.0)
