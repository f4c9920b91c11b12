"""Finance: hours that can be paid, who invests, what credit costs."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from abm.rules.finance import affordable_hours, expected_margin, investor_surplus, monthly_cost_of_credit, peak_need


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
