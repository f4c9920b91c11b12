"""Finance: hours that can be paid, who invests and who loses, what credit costs and capital earns."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from abm.rules.finance import (
    affordable_hours,
    covered,
    expected_margin,
    first_losers,
    guaranteed,
    investor_surplus,
    monthly_cost_of_credit,
    peak_need,
    present_value,
    risk_left,
    yearly_return,
)


@settings(derandomize=True, deadline=None, max_examples=100)
@given(st.floats(0.0, 1e5), st.floats(-1e6, 1e6), st.floats(0.0, 1e6), st.floats(1.0, 1000.0))
def test_hours_are_planned_and_paid_for(planned, cash, credit, cost):
    hours = affordable_hours(planned, cash, credit, cost)
    assert 0.0 <= hours <= planned
    assert hours == 0.0 or hours * cost <= (cash + credit) * (1.0 + 1e-12) + 1e-9


def test_money_binds_or_the_plan_does():
    assert affordable_hours(100.0, 5000.0, 0.0, 27.5) == 100.0
    assert affordable_hours(100.0, 1000.0, 375.0, 27.5) == pytest.approx(50.0)
    assert affordable_hours(100.0, -1000.0, 500.0, 27.5) == 0.0
    assert affordable_hours(100.0, -1000.0, 0.0, 0.0) == 100.0  # somebody pays for them at once


def test_an_investor_wants_return_safety_and_good():
    base = investor_surplus(0.07, 0.5, 0.05, 0.03, 0.5, 0.02)
    assert investor_surplus(0.10, 0.5, 0.05, 0.03, 0.5, 0.02) > base
    assert investor_surplus(0.07, 0.9, 0.05, 0.03, 0.5, 0.02) < base
    assert investor_surplus(0.07, 0.5, 0.20, 0.03, 0.5, 0.02) < base
    assert investor_surplus(0.07, 0.5, 0.05, 0.06, 0.5, 0.02) > base
    assert investor_surplus(0.07, 0.5, 0.05, 0.03, 0.8, 0.02) > base
    assert investor_surplus(0.07, 0.5, 0.05, 0.03, 0.5, 0.04) == pytest.approx(base - 0.02)


def test_at_full_trust_only_return_good_and_hurdle_count():
    assert investor_surplus(0.07, 1.0, 5.0, 0.03, 1.0, 0.02) == pytest.approx(0.08)
    assert investor_surplus(0.07, 0.5, 0.2, 0.03, 0.4, 0.02) == pytest.approx(0.028 - 0.06 + 0.012 - 0.02)


def test_credit_costs_interest_and_cash_earns_none():
    assert monthly_cost_of_credit(1200.0, 0.06) == pytest.approx(6.0)
    assert monthly_cost_of_credit(-1200.0, 0.06) == 0.0
    assert monthly_cost_of_credit(1200.0, 0.0) == 0.0


def test_working_capital_is_what_one_waits_for():
    assert peak_need(10_000.0, 1.0, 1.0, 9.0) == 90_000.0
    assert peak_need(10_000.0, 0.4, 0.5, 9.0) == pytest.approx(18_000.0)
    assert peak_need(10_000.0, 0.0, 1.0, 9.0) == 0.0  # paid in advance
    assert peak_need(10_000.0, 1.0, 0.0, 9.0) == 0.0  # others bridge


def test_waiting_eats_the_margin():
    assert expected_margin(0.05, 0.0, 1.0, 12.0, 0.06) == 0.05
    assert expected_margin(0.05, 1.0, 1.0, 10.0, 0.06) == pytest.approx(0.0)
    assert expected_margin(0.05, 1.0, 1.0, 12.0, 0.06) < 0.0
    assert expected_margin(0.05, 0.8, 0.5, 10.0, 0.06) == pytest.approx(0.03)


# ---- who loses


@pytest.mark.parametrize(
    ("investors", "share", "first"),
    [
        (2, 0.0, 0),
        (2, 1.0, 0),
        (1, 0.5, 0),
        (2, 0.1, 1),
        (2, 0.9, 1),
        (5, 0.1, 1),
        (10, 0.3, 3),
        (10, 0.99, 9),
        (50, 0.2, 10),
    ],
)
def test_some_bear_losses_first_but_neither_nobody_nor_all(investors, share, first):
    assert first_losers(investors, share) == first


@settings(derandomize=True, deadline=None, max_examples=200)
@given(st.floats(0.0, 1.0), st.floats(0.01, 0.99), st.floats(0.0, 1.0))
def test_classes_share_a_loss_and_those_who_lose_first_lose_more(exposed, share, guarantee):
    first, others = (risk_left(exposed, share, loses_first, guarantee) for loses_first in (True, False))
    assert share * first + (1.0 - share) * others == pytest.approx((1.0 - guarantee) * exposed, abs=1e-12)
    assert first >= others - 1e-12
    assert others == 0.0 or first == pytest.approx(1.0 - guarantee)


@pytest.mark.parametrize("exposed", [0.0, 0.1, 0.63, 1.0])
def test_without_classes_and_guarantee_risk_is_what_is_exposed(exposed):
    assert risk_left(exposed, 0.0, False, 0.0) == exposed


def test_a_guarantor_pays_its_share_of_a_loss_only():
    assert guaranteed(0.83, 720) == 597
    assert guaranteed(1.0, 720) == 720
    assert guaranteed(0.83, -5) == guaranteed(0.0, 720) == guaranteed(1.0, 0) == 0


def test_money_covers_a_cost_or_a_part_of_it():
    assert [covered(100.0, money) for money in (-1.0, 0.0, 25.0, 100.0, 1e9)] == [0.0, 0.0, 0.25, 1.0, 1.0]
    assert covered(0.5, 0.25) == 0.5
    assert covered(0.0, 0.0) == 1.0


# ---- internal rate of return: closed forms


@settings(derandomize=True, deadline=None, max_examples=100)
@given(st.floats(-0.05, 0.1), st.integers(1, 120), st.integers(0, 24))
def test_return_of_a_bullet_bond(monthly, months, before):
    """Capital back at the end with all interest: 1 → (1 + r)^n."""
    flows = np.zeros(before + months + 1)
    flows[before], flows[-1] = -100.0, 100.0 * (1.0 + monthly) ** months
    assert yearly_return(flows) == pytest.approx((1.0 + monthly) ** 12 - 1.0, abs=1e-9)


@pytest.mark.parametrize("coupon", [0.0, 0.0025, 0.01])
def test_return_of_a_bond_at_par_is_its_coupon(coupon):
    flows = np.full(61, 1000.0 * coupon)
    flows[0], flows[-1] = -1000.0, 1000.0 * (1.0 + coupon)
    assert yearly_return(flows) == pytest.approx((1.0 + coupon) ** 12 - 1.0, abs=1e-9)


@pytest.mark.parametrize("monthly", [0.0005, 0.004, 0.03])
@pytest.mark.parametrize("months", [6, 48])
def test_return_of_a_level_annuity(monthly, months):
    """Price of n payments of 1: (1 − (1 + r)^−n) ÷ r."""
    flows = np.ones(months + 1)
    flows[0] = -(1.0 - (1.0 + monthly) ** -months) / monthly
    assert yearly_return(flows) == pytest.approx((1.0 + monthly) ** 12 - 1.0, abs=1e-9)


def test_return_of_a_loss_and_where_there_is_none():
    assert yearly_return(np.array([-100.0, *[0.0] * 11, 50.0])) == pytest.approx(-0.5)
    assert yearly_return(np.array([-100.0, *[0.0] * 90, 1e-9])) == pytest.approx(-1.0, abs=0.05)
    for flows in ([0.0, 0.0], [-100.0, 0.0], [100.0, -50.0], [0.5, -1.0, 0.3], [-10.0, 5.0, -10.0]):
        assert math.isnan(yearly_return(np.array(flows)))
    assert yearly_return(np.array([-1.0, 1e6])) == pytest.approx(1e72, rel=1e-9)


@pytest.mark.parametrize("size", [1e-6, 0.01, 1e9])
def test_a_return_does_not_depend_on_how_much_is_lent(size):
    for later in ([50.0], [30.0, 90.0], [0.0, 0.0, 101.0]):
        flows = np.array([-100.0, *later])
        assert yearly_return(size * flows) == pytest.approx(yearly_return(flows), rel=1e-9)


@settings(derandomize=True, deadline=None, max_examples=100)
@given(st.lists(st.floats(-1000.0, 1000.0), min_size=1, max_size=40))
def test_a_return_that_is_found_discounts_to_nothing(later):
    flows = np.array([-500.0, *later])
    found = yearly_return(flows)
    if not math.isnan(found) and found > -0.9:
        growth = (1.0 + found) ** (1.0 / 12.0)
        assert abs(present_value(flows, growth)) <= 1e-6 * np.abs(flows).sum() * max(1.0, growth ** -len(flows))
