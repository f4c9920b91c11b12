"""Selection: who applies, whom a provider takes, who gets the hours."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from abm.rules.selection import applicant_score, apply_probability, gateway_score, hours_weight, switch_probability

share = st.floats(0.0, 1.0)


def test_the_rate_holds_at_middling_everything():
    assert apply_probability(0.15, 0.5, 0.5, 0.5, 0.5, 0.3, 0.0) == pytest.approx(0.15)
    pull = 3.0 * 0.1 + 2.0 * -0.2 + 0.3 + 2.0 * 0.75 * -0.3 + 0.05  # one thing and another, each by its weight
    assert apply_probability(0.15, 0.6, 0.3, 0.8, 0.2, 0.25, 0.05) == pytest.approx(0.3 / (1.0 + np.exp(-pull)))


@settings(derandomize=True, deadline=None, max_examples=60)
@given(share, share, share, share, share, share, share)
def test_applying_has_a_probability(rate, need, trust, engagement, resources, outreach, information):
    assert 0.0 <= apply_probability(rate, need, trust, engagement, resources, outreach, information) <= 1.0
    assert apply_probability(0.0, need, trust, engagement, resources, outreach, information) == 0.0


@pytest.mark.parametrize("which", range(4))
def test_who_applies_more(which):
    more = [0.5, 0.5, 0.5, 0.5]
    more[which] = 0.8
    assert apply_probability(0.15, *more, 0.2, 0.0) > apply_probability(0.15, 0.5, 0.5, 0.5, 0.5, 0.2, 0.0)


def test_information_brings_more_of_all():
    for resources in (0.1, 0.9):
        told, untold = (apply_probability(0.15, 0.5, 0.5, 0.5, resources, 0.2, info) for info in (0.5, 0.0))
        assert told > untold


def test_outreach_helps_those_with_few_resources():
    rich, poor = ([apply_probability(0.1, 0.5, 0.5, 0.5, r, o, 0.0) for o in (0.0, 0.5, 1.0)] for r in (0.9, 0.1))
    gaps = np.array(rich) - np.array(poor)
    assert gaps[0] > gaps[1] > gaps[2]
    assert gaps[2] == 0.0


def test_an_applicant_is_worth_mission_and_pay_less_cost():
    assert applicant_score(0.5, 120.0, 0.2, 9.0, 0.0, 0.0) == pytest.approx(108.0)
    assert applicant_score(0.5, 120.0, 0.2, 9.0, 40.0, 15.0) == pytest.approx(133.0)


def test_the_gateway_takes_need_first_then_waiting():
    assert gateway_score(0.6, 0.0) > gateway_score(0.5, 0.0)
    assert gateway_score(0.5, 4.0) > gateway_score(0.5, 3.0)
    assert gateway_score(0.5, 5.0) == pytest.approx(0.6)  # five months are worth a tenth of need
    assert gateway_score(0.6, 0.0) > gateway_score(0.5, 4.0)


def test_hours_follow_need_where_nothing_is_paid():
    weights = np.array([hours_weight(0.7, 120.0, n, 0.0) for n in (0.1, 0.2, 0.4)])
    assert weights / weights[0] == pytest.approx([1.0, 2.0, 4.0])
    assert hours_weight(0.7, 120.0, 0.1, 50.0) > weights[0]
    assert hours_weight(0.0, 120.0, 0.1, -50.0) == 0.0
    assert hours_weight(0.5, 120.0, 0.2, 3.0) == pytest.approx(15.0)


def test_a_family_keeps_whom_it_knows_unless_it_disappoints():
    """Evens only where the unknown is trusted an eighth more; the better the known one, the rarer a switch."""
    assert switch_probability(0.5, 0.625) == pytest.approx(0.5)
    assert switch_probability(0.5, 0.5) == pytest.approx(1.0 / (1.0 + np.e))
    assert switch_probability(0.25, 0.5) == pytest.approx(1.0 / (1.0 + np.exp(-1.0)))
    assert np.all(np.diff([switch_probability(t, 0.5) for t in np.linspace(0.0, 1.0, 11)]) < 0.0)
