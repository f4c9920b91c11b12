"""Coordination: links, fragmentation, and what is left to families."""

import numpy as np
import pytest

from abm.rules.coordination import (
    clash_probability,
    difference,
    either_way,
    family_integration_hours,
    link,
    next_joint_hours,
    reach,
    reliance,
    service_after_fragmentation,
    waiting_months,
)


def test_a_link_needs_trust_and_hours():
    assert link(0.7, 0.0, 0.8) == 0.0
    assert link(0.0, 5.0, 0.8) == 0.0
    assert link(0.7, 0.8, 0.8) == pytest.approx(0.7 * (1.0 - np.exp(-1.0)), rel=1e-12)
    assert link(0.7, 1e4, 0.8) == pytest.approx(0.7)


@pytest.mark.parametrize("trust", [0.0, 0.3, 0.7, 1.0])
def test_a_contract_stands_in_for_missing_trust_only(trust):
    assert reliance(trust, 0.0) == trust  # to the last bit: no mechanism
    assert reliance(trust, 0.4) == pytest.approx(trust + 0.4 * (1.0 - trust), abs=1e-12)
    assert reliance(1.0, 0.4) == 1.0  # substitutes for trust where there is all of it
    assert reliance(trust, 1.0) == 1.0
    assert reliance(trust, -0.4) == pytest.approx(0.6 * trust, abs=1e-12)  # felt as distrust


def test_a_link_grows_with_both():
    for a, b in [((0.4, 1.0), (0.5, 1.0)), ((0.4, 1.0), (0.4, 1.5))]:
        assert link(*a, 0.8) < link(*b, 0.8)


@pytest.mark.parametrize("fragmentation", [0.0, 0.4, 1.0])
def test_whole_packages_lose_nothing(fragmentation):
    assert service_after_fragmentation(3.0, fragmentation, 1.0) == 3.0
    assert service_after_fragmentation(3.0, fragmentation, 0.0) == pytest.approx(3.0 * (1.0 - fragmentation))


def test_families_integrate_what_professionals_do_not():
    assert family_integration_hours(1.0, 0.0) == 0.0
    assert family_integration_hours(3.0, 1.0) == 0.0
    assert family_integration_hours(3.0, 0.0) == 6.0
    assert family_integration_hours(3.0, 0.5) == pytest.approx(3.0)


def test_joint_hours_settle_where_they_are_spent_and_fade_without():
    hours = 0.0
    for _ in range(600):
        hours = next_joint_hours(hours, 2.0, 0.06)
    assert hours == pytest.approx(2.0, abs=1e-9)
    assert next_joint_hours(2.0, 0.0, 0.06) == pytest.approx(2.0 * 0.94)
    assert next_joint_hours(2.0, 5.0, 0.0) == 2.0
    assert next_joint_hours(2.0, 5.0, 1.0) == 5.0


def test_who_wants_the_same_or_trusts_wholly_does_not_clash():
    assert clash_probability(1.0, 0.0, 0.2) == 0.0
    assert clash_probability(1.0, 0.6, 1.0) == 0.0
    assert clash_probability(1.0, 0.6, 0.5) == pytest.approx(0.3)
    assert clash_probability(9.0, 1.0, 0.0) == 1.0


def test_hours_reach_as_far_as_they_go():
    assert reach(2.0, 4.0, 2.0) == 0.5
    assert reach(20.0, 4.0, 2.0) == 2.0
    assert reach(0.0, 4.0, 2.0) == 0.0
    assert reach(0.0, 0.0, 2.0) == 2.0


def test_a_link_holds_either_way():
    assert either_way(0.4, 0.0) == pytest.approx(0.4)
    assert either_way(0.0, 0.4) == pytest.approx(0.4)
    assert either_way(0.5, 0.5) == pytest.approx(0.75)
    assert either_way(1.0, 0.3) == 1.0


def test_waiting_follows_littles_law():
    assert waiting_months(0.0, 0.0, 24.0) == 0.0
    assert waiting_months(6.0, 3.0, 24.0) == 2.0
    assert waiting_months(6.0, 0.0, 24.0) == 24.0
    assert waiting_months(600.0, 3.0, 24.0) == 24.0


def test_relations_get_the_hours_that_there_are_and_no_more_than_deepen_them():
    assert reach(3.0, 0.0, 1.5) == 1.5  # nobody asks
    assert reach(0.25, 0.5, 1.5) == 0.5
    assert reach(0.5, 0.5, 1.5) == 1.0
    assert reach(9.0, 0.5, 1.5) == 1.5


def test_waiting_is_backlog_by_what_is_settled_however_few_there_are():
    assert waiting_months(0.0, 0.0, 12.0) == 0.0
    assert waiting_months(0.5, 0.25, 12.0) == 2.0
    assert waiting_months(0.5, 0.0, 12.0) == waiting_months(99.0, 1.0, 12.0) == 12.0


@pytest.mark.parametrize(
    ("one", "other", "apart"),
    [
        ([1.0, 0.0], [0.0, 1.0], 1.0),
        ([1.0, 3.0], [2.0, 6.0], 0.0),
        ([0.25, 0.75, 0.0], [0.75, 0.25, 0.0], 0.5),
        ([3.0, 1.0, 0.0], [0.0, 0.2, 0.2], 0.75),
        ([0.0, 0.0], [1.0, 3.0], 0.5),
    ],
)
def test_two_want_apart_what_their_shares_differ_by(one, other, apart):
    """Half the sum of differences of shares: the scale of what each wants does not count, nor who is asked first."""
    first, second = np.array(one), np.array(other)
    assert difference(first, second) == pytest.approx(apart, abs=1e-12)
    assert difference(second, first) == difference(first, second)
