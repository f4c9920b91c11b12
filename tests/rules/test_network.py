"""Network management: what hours reach, and who leaves a partnership."""

import pytest

from abm.rules.network import below, eased, handed_on, leaving_probability, reached


def test_hours_reach_what_they_can():
    assert reached(0.0, 0.0) == reached(0.0, 5.0) == 0.0
    assert reached(2.0, 0.0) == reached(6.0, 5.0) == 1.0
    assert reached(2.0, 5.0) == pytest.approx(0.4)
    assert reached(0.25, 0.5) == 0.5


def test_facilitated_disagreements_take_fewer_hours():
    assert eased(1.5, 0.0, 0.5) == 1.5
    assert eased(1.5, 1.0, 0.5) == pytest.approx(0.75)


def test_only_what_a_hub_has_no_hours_for_is_handed_on():
    assert handed_on(5.0, 8.0, 1.0) == 0.0
    assert handed_on(8.0, 5.0, 0.0) == 0.0
    assert handed_on(8.0, 5.0, 0.5) == pytest.approx(1.5)


def test_partners_leave_where_something_is_below_the_usual():
    assert below(0.7, 0.6) == below(0.5, 0.0) == 0.0
    assert below(0.3, 0.6) == pytest.approx(0.5)
    assert leaving_probability(0.01, 0.0, 0.0, 0.0) == leaving_probability(0.0, 1.0, 1.0, 1.0) == 0.0
    assert leaving_probability(0.01, 0.5, 0.5, 1.0) == pytest.approx(0.02)
    assert leaving_probability(1.0, 1.0, 1.0, 1.0) == 1.0
