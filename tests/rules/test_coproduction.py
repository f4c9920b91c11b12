"""Co-production: the elasticity of substitution and its limits; capability, fatigue and engagement as bounded stocks."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from abm.rules.coproduction import (
    attend_probability,
    combined_input,
    complain_probability,
    expenses_reserve,
    free_riding,
    logistical_trigger,
    next_capability,
    next_engagement,
    next_fatigue,
    role_factor,
)

share = st.floats(0.0, 1.0)
RHOS = [-5.0, -0.5, -0.021, 0.0, 0.021, 0.5, 0.95]
quick = settings(derandomize=True, deadline=None, max_examples=60)


@pytest.mark.parametrize("rho", RHOS)
@pytest.mark.parametrize("weight", [0.1, 0.25, 0.9])
def test_typical_input_is_one(rho, weight):
    assert combined_input(1.0, 1.0, weight, rho) == pytest.approx(1.0, rel=1e-12)


@pytest.mark.parametrize("rho", [-5.0, -0.5, 0.5, 0.95])
def test_the_closed_form(rho):
    for s, u in [(0.3, 1.2), (1.7, 0.4), (2.0, 2.0)]:
        wanted = (0.75 * s**rho + 0.25 * u**rho) ** (1.0 / rho)
        assert combined_input(s, u, 0.25, rho) == pytest.approx(wanted, rel=1e-12)


def test_the_limits():
    assert combined_input(0.4, 1.3, 0.25, 0.0) == pytest.approx(0.4**0.75 * 1.3**0.25, rel=1e-12)  # Cobb–Douglas
    assert combined_input(0.4, 1.3, 0.25, 1.0) == pytest.approx(
        0.75 * 0.4 + 0.25 * 1.3, rel=1e-12
    )  # perfect substitutes
    assert combined_input(0.4, 1.3, 0.25, -200.0) == pytest.approx(0.4, rel=0.01)  # perfect complements


@pytest.mark.parametrize("edge", [-0.02, 0.02])
def test_no_jump_where_the_limit_begins(edge):
    inside, outside = combined_input(0.3, 1.2, 0.25, edge * 0.999), combined_input(0.3, 1.2, 0.25, edge * 1.001)
    assert inside == pytest.approx(outside, rel=0.01)


@pytest.mark.parametrize("rho", RHOS)
def test_more_of_either_never_gives_less(rho):
    grid = np.linspace(0.0, 2.5, 26)
    for weight in (0.1, 0.5):
        for fixed in (0.2, 1.0):
            assert np.all(np.diff([combined_input(s, fixed, weight, rho) for s in grid]) >= 0.0)
            assert np.all(np.diff([combined_input(fixed, u, weight, rho) for u in grid]) >= 0.0)


@pytest.mark.parametrize("rho", RHOS)
def test_twice_the_input_gives_twice(rho):
    assert combined_input(0.8, 1.4, 0.25, rho) == pytest.approx(2.0 * combined_input(0.4, 0.7, 0.25, rho), rel=1e-12)


@pytest.mark.parametrize("rho", RHOS)
def test_no_jump_where_service_ends(rho):
    assert combined_input(1e-300, 1.0, 0.25, rho) == pytest.approx(combined_input(0.0, 1.0, 0.25, rho), abs=1e-3)


def test_without_service_complements_make_nothing_and_substitutes_something():
    assert combined_input(0.0, 1.0, 0.25, -0.5) == 0.0
    assert combined_input(0.0, 1.0, 0.25, 0.5) == pytest.approx(0.25**2.0, rel=1e-12)


@pytest.mark.parametrize("rho", RHOS)
def test_a_family_has_always_some_part(rho):
    assert combined_input(1.0, 0.0, 0.25, rho) == combined_input(1.0, 0.05, 0.25, rho) > 0.0


@quick
@given(share, share, share, share, share, share, share)
def test_attendance_is_a_probability(engagement, trust, free, resources, outreach, information, relief):
    assert 0.0 <= attend_probability(engagement, trust, free, resources, outreach, information, relief) <= 1.0


@pytest.mark.parametrize("which", [0, 1, 2, 3, 5])
def test_what_brings_families(which):
    more = [0.5, 0.5, 0.5, 0.5, 0.2, 0.0, 0.0]
    more[which] = 0.8
    assert attend_probability(*more) > attend_probability(0.5, 0.5, 0.5, 0.5, 0.2, 0.0, 0.0)


def test_expense_money_brings_the_poor_alone():
    poor, rich = (
        [attend_probability(0.5, 0.5, 0.5, resources, 0.2, 0.0, relief) for relief in (0.0, 0.5, 1.0)]
        for resources in (0.1, 0.9)
    )
    assert poor[0] < poor[1] < poor[2]
    assert rich[0] == rich[1] == rich[2]


def test_full_outreach_takes_the_weight_from_resources():
    assert attend_probability(0.5, 0.5, 0.5, 0.1, 1.0, 0.0, 0.0) == attend_probability(
        0.5, 0.5, 0.5, 0.9, 1.0, 0.0, 0.0
    )


@quick
@given(share, share, share, share, share)
def test_stocks_stay_shares(stock, flow, other, gain, loss):
    assert 0.0 <= next_capability(stock, flow, other, gain, gain, loss) <= 1.0
    assert 0.0 <= next_fatigue(stock, 1.5 * flow, gain, loss) <= 1.0
    assert 0.0 <= next_engagement(stock, other, flow, gain, loss) <= 1.0


def test_capability_grows_by_use_and_fades_without():
    assert next_capability(0.4, 0.0, 0.0, 0.04, 0.02, 0.0) == 0.4
    assert next_capability(0.4, 0.0, 0.0, 0.04, 0.02, 0.01) == pytest.approx(0.4 * 0.99)
    assert next_capability(0.4, 1.0, 0.0, 0.04, 0.02, 0.0) == pytest.approx(0.4 + 0.04 * 0.6)
    assert next_capability(0.4, 0.0, 1.0, 0.04, 0.02, 0.0) == pytest.approx(0.4 + 0.02 * 0.6)


def test_fatigue_settles_where_load_and_rest_balance():
    fatigue = 0.0
    for _ in range(500):
        fatigue = next_fatigue(fatigue, 0.5, 0.08, 0.1)
    assert fatigue == pytest.approx(0.04 / 0.14, rel=1e-9)
    assert next_fatigue(0.5, 0.0, 0.08, 0.1) == pytest.approx(0.45)


def test_engagement_follows_trust_and_voice_and_is_worn_by_fatigue():
    base = next_engagement(0.5, 0.5, 0.5, 0.0, 0.0)
    assert base == pytest.approx(0.5)
    assert next_engagement(0.5, 0.5, 0.8, 0.0, 0.0) > base
    assert next_engagement(0.5, 0.5, 0.5, 0.0, 0.6) > base
    assert next_engagement(0.5, 0.5, 0.5, 0.6, 0.0) < base
    assert next_engagement(0.3, 0.5, 0.5, 0.0, 0.0) > 0.3


@pytest.mark.parametrize(("rho", "least"), [(-2.0, None), (0.8, 0.7)])
def test_where_families_do_little_the_sign_decides_what_is_lost(rho, least):
    """Complements: service is of little use without the family's part; substitutes: professionals make up for it."""
    alone = combined_input(1.0, 0.1, 0.25, rho)
    assert alone < 0.25 if least is None else alone > least


@quick
@given(share, share)
def test_equal_roles_change_nothing(effect, weight):
    assert role_factor(1.0 / 3.0, effect) == 1.0 == role_factor(weight, 0.0)
    assert 0.0 <= role_factor(weight, effect) <= 3.0


@quick
@given(share, share, st.floats(0.0, 2.0))
def test_families_step_in_where_packages_are_in_pieces_and_trust_is_there(integration, trust, weight):
    drawn = logistical_trigger(weight, integration, trust)
    assert drawn >= 0.25
    assert logistical_trigger(0.0, integration, trust) == 1.0
    assert drawn >= logistical_trigger(weight, min(1.0, integration + 0.1), trust) - 1e-12
    assert drawn <= logistical_trigger(weight, integration, min(1.0, trust + 0.1)) + 1e-12
    assert logistical_trigger(weight, 0.25, 0.5) == 1.0


@quick
@given(st.floats(0.0, 100.0), st.floats(0.0, 10.0))
def test_who_enjoys_what_others_do_does_less(rate, enjoyed):
    assert 0.0 < free_riding(rate, enjoyed) <= 1.0
    assert free_riding(0.0, enjoyed) == 1.0 == free_riding(rate, 0.0)
    assert free_riding(rate, enjoyed + 1.0) <= free_riding(rate, enjoyed)


@quick
@given(share, share, share, st.floats(0.0, 3.0))
def test_complaints_have_a_probability(rate, satisfaction, trust, voice):
    assert 0.0 <= complain_probability(rate, satisfaction, trust, voice) <= 1.0
    assert complain_probability(rate, 1.0, trust, voice) == 0.0
    assert complain_probability(rate, satisfaction, trust, 0.0) == 0.0


def test_a_reserve_for_expenses():
    assert expenses_reserve(2.0, 0.5, 100.0, 16.0, 20.0, 10.0, 12.0, 1e9) == pytest.approx(2.0 * 0.5 * 500.0 * 12.0)
    assert expenses_reserve(2.0, 0.5, 100.0, 16.0, 20.0, 10.0, 12.0, 900.0) == 900.0
    assert expenses_reserve(0.0, 0.5, 100.0, 16.0, 20.0, 10.0, 12.0, 900.0) == 0.0


def test_each_thing_that_brings_families_has_its_weight():
    base = 0.15 + 0.35 * 0.6
    parts = 0.3 * -0.2 + 0.2 * -0.1 + 0.4 * 0.75 * (1.0 - 0.5) * -0.3 + 0.1 * 0.4
    assert attend_probability(0.6, 0.3, 0.4, 0.2, 0.25, 0.4, 0.5) == pytest.approx(base + parts)
    assert attend_probability(1.0, 1.0, 1.0, 1.0, 0.0, 2.0, 0.0) == 0.98
    assert attend_probability(0.6, 0.3, 0.4, 0.7, 0.25, 0.4, 0.5) == pytest.approx(
        base + 0.3 * -0.2 + 0.2 * -0.1 + 0.4 * 0.75 * 0.2 + 0.1 * 0.4
    )


def test_capability_and_engagement_move_by_the_sum_of_what_moves_them():
    assert next_capability(0.4, 0.5, 0.3, 0.1, 0.2, 0.05) == pytest.approx(0.4 + (0.05 + 0.06) * 0.6 - 0.02)
    assert next_capability(0.9, 1.0, 1.0, 5.0, 15.0, 0.0) == 1.0
    assert next_fatigue(0.4, 0.5, 0.2, 0.1) == pytest.approx(0.4 + 0.06 - 0.04)
    assert next_fatigue(0.9, 5.0, 5.0, 0.0) == next_engagement(1.0, 9.0, 1.0, 0.0, 1.0) == 1.0
    assert next_engagement(0.5, 0.6, 0.7, 0.3, 0.4) == pytest.approx(0.5 + 0.1 * (0.6 + 0.1 + 0.08 - 0.18 - 0.5))


def test_complaints_need_somebody_to_complain_to():
    """The dissatisfied who trust that it helps: each thing in proportion."""
    assert complain_probability(0.1, 0.4, 0.3, 1.5) == pytest.approx(0.1 * 0.6 * 0.8 * 1.5)
    assert complain_probability(2.0, 0.0, 1.0, 1.0) == 1.0
