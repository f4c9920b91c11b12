"""Volunteering: who leaves, and what an hour is worth."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from abm.rules.volunteering import exit_probability, hour_worth, through_associations

share = st.floats(0.0, 1.0)


def test_the_base_holds_at_middling_everything():
    assert exit_probability(0.033, 0.5, 0.5, 0.0, 0.0) == pytest.approx(0.033)
    assert exit_probability(0.1, 0.3, 0.4, 0.1, 0.2) == pytest.approx(0.1 * (1.0 + 0.3 + 0.1 + 0.4 + 0.2))


@settings(derandomize=True, deadline=None, max_examples=60)
@given(share, share, share, share, share)
def test_leaving_has_a_probability(base, motivation, trust, tape, fatigue):
    assert 0.0 <= exit_probability(base, motivation, trust, tape, fatigue) <= 1.0
    assert exit_probability(0.0, motivation, trust, tape, fatigue) == 0.0


def test_what_keeps_and_drives_away():
    base = exit_probability(0.033, 0.5, 0.5, 0.1, 0.2)
    assert exit_probability(0.033, 0.8, 0.5, 0.1, 0.2) < base
    assert exit_probability(0.033, 0.5, 0.8, 0.1, 0.2) < base
    assert exit_probability(0.033, 0.5, 0.5, 0.3, 0.2) > base
    assert exit_probability(0.033, 0.5, 0.5, 0.1, 0.6) > base
    assert exit_probability(0.033, 0.5, 0.5, 0.1, 0.0) < base


@settings(derandomize=True, deadline=None, max_examples=60)
@given(share, st.floats(0.0, 50.0), st.floats(0.001, 100.0))
def test_what_runs_through_associations_needs_their_hours(part, hours, scale):
    rate = through_associations(part, hours, scale)
    assert 1.0 - part - 1e-12 <= rate <= 1.0
    assert through_associations(part, 0.0, scale) == 1.0 - part
    assert through_associations(0.0, hours, scale) == 1.0
    assert through_associations(part, hours + 1.0, scale) >= rate
    assert through_associations(0.5, 2.0 * scale, scale) == pytest.approx(1.0 - 0.5 * 0.1353352832366127)


def test_training_is_worth_half_the_room():
    assert hour_worth(0.5, 0.0) == 0.5
    assert hour_worth(0.5, 1.0) == pytest.approx(0.75)
    assert hour_worth(1.0, 1.0) == 1.0
