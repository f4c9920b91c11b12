"""Payment: probabilities are normal shares, and every slope is the derivative of the expected payment."""

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import integrate, stats

from abm.rules.payment import (
    ATTAINED,
    BINARY,
    BLOCK,
    ENTRY,
    FEE_FOR_SERVICE,
    GAIN,
    GRADUATED,
    MILESTONE_KINDS,
    PAYMENT_RULES,
    RATE_CARD,
    STEPPED,
    SUSTAINED,
    TRANCHE,
    all_reached,
    all_reached_slope,
    binary_payment,
    binary_slope,
    graduated_payment,
    graduated_slope,
    net_price,
    pays_by_period,
    pooled_bar,
    reached_now,
    reached_share,
    reached_slope,
    reached_with_core,
    room_under,
    stepped_payment,
    stepped_slope,
    tariff,
    tranche_payment,
    tranche_slope,
)

FORECASTS = [-0.2, 0.0, 0.04, 0.1, 0.15, 0.3, 0.8]
NOISES = [0.02, 0.07, 0.3]
EFFECT = 0.003  # of an hour on the result


def expected(payment, forecast, noise, breaks):
    """E[payment(forecast + noise·Z)] by quadrature, over the pieces between the payment's breaks."""
    z = [-9.0, *sorted(np.clip((b - forecast) / noise, -9.0, 9.0) for b in breaks), 9.0]
    pieces = itertools.pairwise(z)
    return sum(
        integrate.quad(lambda t: payment(forecast + noise * t) * stats.norm.pdf(t), a, b)[0] for a, b in pieces if b > a
    )


def slope_of(payment, forecast, noise, breaks, h=0.01):
    """The derivative by hours, numerically."""
    up, down = (expected(payment, forecast + k * h * EFFECT, noise, breaks) for k in (1, -1))
    return (up - down) / (2.0 * h)


def test_names_and_numbers_agree():
    numbers = (BLOCK, FEE_FOR_SERVICE, BINARY, GRADUATED, RATE_CARD, TRANCHE, STEPPED)
    assert [PAYMENT_RULES[k] for k in numbers] == list(PAYMENT_RULES)
    assert [MILESTONE_KINDS[k] for k in (ENTRY, GAIN, ATTAINED, SUSTAINED)] == list(MILESTONE_KINDS)


@pytest.mark.parametrize("noise", NOISES)
@pytest.mark.parametrize("forecast", FORECASTS)
def test_the_probability_of_a_milestone(forecast, noise):
    assert reached_share(forecast, 0.1, noise) == pytest.approx(stats.norm.cdf((forecast - 0.1) / noise), abs=1e-7)


def test_without_noise_a_milestone_is_a_step():
    assert [reached_share(x, 0.1, 0.0) for x in (0.09, 0.1, 0.11)] == [0.0, 1.0, 1.0]
    assert reached_slope(0.1, 0.1, 0.0, EFFECT) == 0.0


@pytest.mark.parametrize("noise", NOISES)
@pytest.mark.parametrize("forecast", FORECASTS)
def test_slope_of_an_attained_milestone(forecast, noise):
    up, down = (stats.norm.cdf((forecast + k * 0.01 * EFFECT - 0.1) / noise) for k in (1, -1))
    assert reached_slope(forecast, 0.1, noise, EFFECT) == pytest.approx((up - down) / 0.02, rel=1e-5, abs=1e-10)


@pytest.mark.parametrize("noise", NOISES)
@pytest.mark.parametrize("forecast", FORECASTS)
def test_slope_of_a_binary_payment(forecast, noise):
    wanted = slope_of(lambda x: binary_payment(x, 0.1), forecast, noise, [0.1])
    assert binary_slope(forecast, 0.1, noise, EFFECT) == pytest.approx(wanted, rel=1e-4, abs=1e-8)


@pytest.mark.parametrize(("floor", "ceiling"), [(0.0, 0.15), (0.08, 0.12), (-0.1, 0.4)])
@pytest.mark.parametrize("noise", NOISES)
@pytest.mark.parametrize("forecast", FORECASTS)
def test_slope_of_a_graduated_payment(forecast, noise, floor, ceiling):
    wanted = slope_of(lambda x: graduated_payment(x, floor, ceiling), forecast, noise, [floor, ceiling])
    assert graduated_slope(forecast, floor, ceiling, noise, EFFECT) == pytest.approx(wanted, rel=1e-4, abs=1e-7)


def test_slope_of_a_graduated_payment_without_noise():
    assert graduated_slope(0.1, 0.0, 0.2, 0.0, EFFECT) == pytest.approx(EFFECT / 0.2)
    assert graduated_slope(0.2, 0.1, 0.3, 0.0, EFFECT) == pytest.approx(EFFECT / 0.2)
    assert graduated_slope(-0.1, 0.0, 0.2, 0.0, EFFECT) == graduated_slope(0.3, 0.0, 0.2, 0.0, EFFECT) == 0.0


def test_binary_pay_moves_near_the_target_and_nowhere_else():
    slopes = [binary_slope(x, 0.1, 0.02, EFFECT) for x in (-0.3, 0.05, 0.1, 0.15, 0.5)]
    assert max(slopes) == slopes[2]
    assert slopes[0] == pytest.approx(0.0, abs=1e-12)
    assert slopes[4] == pytest.approx(0.0, abs=1e-12)


@settings(derandomize=True, deadline=None, max_examples=80)
@given(st.floats(-1.0, 1.0), st.floats(-1.0, 1.0), st.floats(0.001, 2.0))
def test_shares_of_the_payment(result, floor, width):
    assert binary_payment(result, floor) in (0.0, 1.0)
    assert 0.0 <= graduated_payment(result, floor, floor + width) <= 1.0
    assert graduated_slope(result, floor, floor + width, 0.1, 1.0) >= 0.0


def test_graduated_pay_rises_in_a_straight_line():
    paid = [graduated_payment(x, 0.1, 0.3) for x in (0.0, 0.1, 0.15, 0.2, 0.3, 0.9)]
    assert paid == pytest.approx([0.0, 0.0, 0.25, 0.5, 1.0, 1.0])


def test_a_narrow_graduated_payment_is_a_binary_one():
    for x in (0.05, 0.1, 0.2):
        narrow = graduated_slope(x, 0.0999, 0.1001, 0.05, EFFECT)
        assert narrow == pytest.approx(binary_slope(x, 0.1, 0.05, EFFECT), rel=1e-2)


@pytest.mark.parametrize("kind", [ENTRY, ATTAINED, SUSTAINED])
def test_nothing_is_reached_twice(kind):
    assert reached_now(kind, 0.9, 0.1, 60, 6, 1) == 0


def test_when_a_milestone_is_reached():
    assert reached_now(ENTRY, -1.0, 0.1, 0, 6, 0) == 1
    assert [reached_now(ATTAINED, x, 0.1, 0, 6, 0) for x in (0.09, 0.1)] == [0, 1]
    assert [reached_now(SUSTAINED, 0.2, 0.1, held, 6, 0) for held in (0, 5, 6)] == [0, 0, 1]
    assert reached_now(GAIN, 0.9, 0.1, 60, 6, 0) == 0  # paid by its amount


@settings(derandomize=True, deadline=None, max_examples=80)
@given(st.integers(0, 10**12), st.integers(0, 10**12), st.integers(0, 10**12))
def test_a_ceiling_holds(cap, paid, due):
    part = room_under(cap, paid, due)
    assert 0 <= part <= due
    assert paid + part <= max(cap, paid)
    assert part == due or paid + part >= cap


def test_a_ramp_without_width_is_a_step():
    """As where a commissioner forecasts no gain at all, and floor and ceiling are multiples of it."""
    assert [graduated_payment(x, 0.0, 0.0) for x in (-0.01, 0.0, 0.01)] == [0.0, 1.0, 1.0]
    assert graduated_slope(0.01, 0.0, 0.0, 0.05, EFFECT) == binary_slope(0.01, 0.0, 0.05, EFFECT)
    assert graduated_slope(0.01, 0.0, 0.0, 0.0, EFFECT) == 0.0


RESULTS, SHARES = np.array([0.2, 0.8, 1.5, 9.0]), np.array([0.3, 0.9, 1.0, 0.0])  # three steps, the rest unused


def test_a_stepped_payment_stands_between_its_steps():
    paid = [stepped_payment(0.1 * x, 0.1, RESULTS, SHARES, 3) for x in (-1.0, 0.19, 0.2, 0.5, 0.8, 1.49, 1.5, 99.0)]
    assert paid == [0.0, 0.0, 0.3, 0.3, 0.9, 0.9, 1.0, 1.0]


@pytest.mark.parametrize("noise", NOISES)
@pytest.mark.parametrize("ahead", FORECASTS)
def test_slope_of_a_stepped_payment(ahead, noise):
    wanted = slope_of(lambda x: stepped_payment(x, 0.1, RESULTS, SHARES, 3), ahead, noise, [0.02, 0.08, 0.15])
    assert stepped_slope(ahead, 0.1, RESULTS, SHARES, 3, noise, EFFECT) == pytest.approx(wanted, rel=1e-4, abs=1e-8)


def test_one_step_is_a_binary_payment():
    one, full = np.array([0.9]), np.array([1.0])
    for x in (0.05, 0.09, 0.1):
        assert stepped_payment(x, 0.1, one, full, 1) == binary_payment(x, 0.9 * 0.1)
        assert stepped_slope(x, 0.1, one, full, 1, 0.05, EFFECT) == binary_slope(x, 0.9 * 0.1, 0.05, EFFECT)


@pytest.mark.parametrize("bar", [-0.05, 0.07, 0.1, 0.2, 1e6])
@pytest.mark.parametrize("noise", NOISES)
@pytest.mark.parametrize("forecast", FORECASTS)
def test_slope_of_a_tranche_and_of_its_second_chance(forecast, noise, bar):
    wanted = slope_of(lambda x: tranche_payment(x, 0.1, bar, 2.0), forecast, noise, [0.1, bar])
    assert tranche_slope(forecast, 0.1, bar, 2.0, noise, EFFECT) == pytest.approx(wanted, rel=1e-4, abs=1e-8)


def test_two_levels():
    """Cohorts at .084 and .096 miss a threshold of .10 (the first) and pass .075 pooled: in the end both are paid."""
    bar = pooled_bar(0.075, 0.084, 900.0, 1100.0, 0.0, 0.0)
    assert (0.084 * 900 + bar * 1100) / 2000 == pytest.approx(0.075)
    assert [tranche_payment(x, 0.1, bar, 1.0) for x in (0.06, 0.068, 0.096, 0.1)] == [0.0, 2.0, 2.0, 2.0]
    assert [tranche_payment(x, 0.1, 1e6, 1.0) for x in (0.096, 0.1)] == [0.0, 1.0]


def test_a_bar_counts_later_cohorts_at_the_forecast():
    bar = pooled_bar(0.1, 0.05, 100.0, 100.0, 200.0, 0.12)
    assert (0.05 * 100 + bar * 100 + 0.12 * 200) / 400 == pytest.approx(0.1)


def test_slope_where_every_indicator_counts():
    ahead, bars, counted = np.array([0.1, 0.05, 0.3]), np.array([0.09, 0.08, 0.9]), np.array([1, 1, 0])

    def chance(x):
        return np.prod([stats.norm.cdf((x[d] - bars[d]) / 0.07) for d in (0, 1)])

    for moved in (0, 1):
        step = np.array([1e-5 * (d == moved) for d in range(3)])
        wanted = (chance(ahead + step) - chance(ahead - step)) / 2e-5
        assert all_reached_slope(ahead, bars, counted, 0.07, moved) == pytest.approx(wanted, rel=1e-5)


def test_every_indicator_that_counts_must_be_reached():
    bars, counted = np.array([0.1, 0.1, 0.1]), np.array([1, 1, 0])
    assert all_reached(np.array([0.1, 0.2, 0.0]), bars, counted) == 1.0
    assert all_reached(np.array([0.9, 0.09, 0.9]), bars, counted) == 0.0


def test_a_price_net_of_deadweight():
    assert net_price(100.0, 0.0, 0.7) == 100.0
    assert [net_price(100.0, share, 0.3) for share in (0.5, 1.0)] == pytest.approx([85.0, 70.0])
    assert [net_price(100.0, 1.0, x) for x in (-0.2, 1.4)] == [100.0, 0.0]


def test_tariffs_rise_in_a_straight_line_from_group_to_group():
    assert tariff(1.0, 3.0, 0.9) == 1.0
    assert [tariff(3.0, 3.0, x) for x in (0.0, 0.33, 0.34, 0.66, 0.67, 1.0)] == [1.0, 1.0, 2.0, 2.0, 3.0, 3.0]
    assert [tariff(2.0, 1.5, x) for x in (0.49, 0.5)] == [1.0, 1.5]


def test_an_optional_line_needs_a_core_line():
    """In the same domain one measurement decides both; in another the chances are independent."""
    assert reached_with_core(0.3, 0.5, 0.0) == 0.3
    assert reached_with_core(0.5, 0.3, 0.0) == 0.3
    assert reached_with_core(0.5, 0.0, 0.4) == pytest.approx(0.2)
    assert reached_with_core(0.5, 0.3, 0.4) == pytest.approx(0.3 + 0.2 * 0.4)


def test_which_rules_test_a_cohort():
    assert [PAYMENT_RULES[k] for k in range(7) if pays_by_period(k)] == ["binary", "graduated", "tranche", "stepped"]
