"""The menu: wishes are shares, and some services need somebody who can run them."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from abm.rules.menu import (
    DAY_CENTRE,
    MUTUAL_HELP,
    PARENT_TRAINING,
    PROFESSIONAL_COURSE,
    SERVICES,
    VOLUNTEER_COURSE,
    WEEKEND,
    can_run,
    wish_of_family,
    wish_of_provider,
    worth_of_vote,
)

share = st.floats(0.0, 1.0)
EVERY = range(len(SERVICES))


def test_names_and_numbers_agree():
    numbers = (PARENT_TRAINING, MUTUAL_HELP, DAY_CENTRE, WEEKEND, VOLUNTEER_COURSE, PROFESSIONAL_COURSE)
    assert numbers == tuple(EVERY)
    assert SERVICES[DAY_CENTRE] == "day_centre"


@settings(derandomize=True, deadline=None, max_examples=60)
@given(share, share, share, share, share)
def test_wishes_are_shares(greatest, capability, fatigue, engagement, misfit):
    for service in EVERY:
        assert 0.0 <= wish_of_family(service, greatest, capability, fatigue, engagement, misfit) <= 1.0
        assert 0.0 <= wish_of_provider(service, engagement, misfit, 1) <= 1.0


def test_families_wish_what_they_lack():
    tired, rested = (wish_of_family(WEEKEND, 0.4, 0.4, fatigue, 0.5, 0.4) for fatigue in (0.8, 0.1))
    assert tired > rested
    able, unable = (wish_of_family(PARENT_TRAINING, 0.4, capability, 0.2, 0.5, 0.4) for capability in (0.9, 0.2))
    assert unable > able
    wished = [wish_of_family(service, 0.45, 0.8, 0.5, 0.7, 0.15) for service in EVERY]
    assert wished == pytest.approx([0.2, 0.7, 0.45, 0.65, 0.3, 0.15])


def test_partners_wish_courses_and_associations_what_families_run():
    wished = [[wish_of_provider(service, 0.6, 0.15, association) for service in EVERY] for association in (0, 1)]
    assert wished[0] == pytest.approx([0.6, 0.3, 0.5, 0.3, 0.3, 0.15])
    assert wished[1] == pytest.approx([0.6, 0.8, 0.5, 0.8, 0.8, 0.15])


@pytest.mark.parametrize("service", [MUTUAL_HELP, WEEKEND])
def test_what_families_run_needs_their_association(service):
    assert can_run(service, 1, 0) == 0
    assert can_run(service, 0, 1) == 1


def test_firms_alone_run_no_day_centre():
    assert can_run(DAY_CENTRE, 0, 0) == 0
    assert can_run(PARENT_TRAINING, 0, 0) == 1


def test_votes_are_weighed_by_what_they_cost():
    assert worth_of_vote(0.6, 6.0) == pytest.approx(0.1)
    assert worth_of_vote(0.6, 0.0) == pytest.approx(60.0)
