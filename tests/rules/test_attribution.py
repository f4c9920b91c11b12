"""Attribution: what each estimate takes off, costs and errs by; the layers of a payment; closed forms of estimation."""

import math

import numpy as np
import pytest

from abm.rules.attribution import (
    ATTRIBUTIONS,
    COMPARISON,
    DEADWEIGHT,
    DIFFERENCE,
    EFFECT,
    GAMING,
    GROSS,
    HISTORICAL,
    LAYERS,
    RANDOMISED,
    SELECTION,
    distance,
    earlier_part,
    evaluation_share,
    layer_change,
    matched_change,
    standard_error,
)
from abm.rules.outcomes import next_wellbeing
from abm.rules.payment import reached_share
from abm.streams import MEASURE, normal


def test_kinds_stand_at_their_names():
    kinds = (GROSS, HISTORICAL, COMPARISON, RANDOMISED, DIFFERENCE)
    assert [ATTRIBUTIONS[k] for k in kinds] == list(ATTRIBUTIONS)


def test_a_match_changes_from_the_served_family_s_intake_on():
    assert matched_change(0.45, 0.40, 0.0, COMPARISON) == pytest.approx(0.05)


def test_a_dip_before_intake_is_no_effect_in_differences():
    """Served: .50, dip to .42, back to .50; match .50 throughout: a comparison pays .08 for nothing, differences 0."""
    own, trend = 0.50 - 0.42, (0.42 - 0.50) - (0.50 - 0.50)
    assert own - matched_change(0.50, 0.50, trend, COMPARISON) == pytest.approx(0.08)
    assert own - matched_change(0.50, 0.50, trend, DIFFERENCE) == pytest.approx(0.0, abs=1e-15)


def test_nothing_is_extrapolated_beyond_what_earlier_families_showed():
    assert [earlier_part(months, 8.0) for months in (0.0, 4.0, 8.0, 18.0)] == [0.0, 0.5, 1.0, 1.0]
    assert earlier_part(0.5, 1.0) == 0.5
    assert earlier_part(12.0, 0.0) == 0.0


def test_the_likest_is_of_like_wellbeing_and_complexity_and_has_applied():
    assert distance(0.0, 0, True) == 0.0
    assert distance(0.03, 0, True) == distance(-0.03, 0, True) < distance(0.03, 0, False) < distance(0.03, 1, True)


@pytest.mark.parametrize(
    ("kind", "share"), [(GROSS, 0.0), (HISTORICAL, 0.01), (COMPARISON, 0.02), (DIFFERENCE, 0.03), (RANDOMISED, 0.05)]
)
def test_what_an_evaluation_costs(kind, share):
    assert evaluation_share(kind, 0.01, 0.02, 0.03, 0.05) == share


def test_each_layer_adds_one_error_and_without_errors_all_are_the_truth():
    own, unserved, population, overstated, known_population, known = 0.12, 0.03, 0.02, 0.05, 0.01, 0.04
    layers = [
        layer_change(k, own, unserved, population, overstated, known_population, known)
        for k in (EFFECT, DEADWEIGHT, SELECTION, GAMING)
    ]
    assert np.diff(layers) == pytest.approx(
        [population - known_population, (unserved - known) - (population - known_population), overstated]
    )
    assert layers[GAMING] == pytest.approx(own - known + overstated)
    ideal = [layer_change(k, own, unserved, unserved, 0.0, unserved, unserved) for k in range(LAYERS)]
    assert ideal == pytest.approx([own - unserved] * LAYERS)


# ---- closed forms


def test_an_estimate_errs_by_its_standard_error():
    """The mean of n measured weighted changes, each domain measured with error s, has s·√(Σ w²)/√n."""
    weights, noise, families = (0.6, 0.4), 0.14, 25
    means = [
        math.fsum(
            weight * noise * normal(run, MEASURE, 0, i, d) for i in range(families) for d, weight in enumerate(weights)
        )
        / families
        for run in range(4000)
    ]
    squares = math.fsum(weight**2 for weight in weights)
    assert np.std(means) == pytest.approx(standard_error(noise, squares, float(families)), rel=0.04)


def test_an_error_of_one_family_is_that_of_its_result_and_of_none_no_smaller():
    assert standard_error(0.2, 0.25, 1.0) == pytest.approx(0.1)
    assert standard_error(0.2, 0.25, 0.0) == pytest.approx(0.1)
    assert standard_error(0.2, 0.25, 4.0) == pytest.approx(0.05)


def test_a_difference_of_two_groups_errs_by_the_root_of_both_variances():
    """SE = √(s²(1/n_T + 1/n_C)); drawn, and as the two groups' own standard errors say."""
    noise, treated, compared = 0.1, 40, 10
    one, two = standard_error(noise, 1.0, float(treated)), standard_error(noise, 1.0, float(compared))
    expected = noise * math.sqrt(1.0 / treated + 1.0 / compared)
    assert math.hypot(one, two) == pytest.approx(expected)
    drawn = [one * normal(run, MEASURE, 0, 0, 0) - two * normal(run, MEASURE, 0, 1, 0) for run in range(8000)]
    assert np.std(drawn) == pytest.approx(expected, rel=0.03)


@pytest.mark.parametrize(("effect", "target", "error"), [(0.084, 0.10, 0.05), (0.09, 0.075, 0.035), (0.0, 0.075, 0.07)])
def test_the_probability_of_payment_is_that_of_the_normal(effect, target, error):
    """P(pay) = Φ((δ − θ)/SE), by formula and drawn: at 8.4 % against 10 % about .37, with neither 0 nor 1 in sight."""
    paid = np.mean([effect + error * normal(run, MEASURE, 0, 0, 0) >= target for run in range(20_000)])
    assert reached_share(effect, target, error) == pytest.approx(paid, abs=0.012)
    assert reached_share(effect, target, error) == pytest.approx(
        0.5 * (1.0 + math.erf((effect - target) / error / math.sqrt(2.0))), abs=1e-6
    )


@pytest.mark.parametrize("months", [1, 6, 18])
def test_those_chosen_for_being_low_come_back_by_one_minus_rho(months):
    """Regression to the mean: expected change (1 − ρ)(μ − x), ρ = (1 − return)^months, as the model's families recover."""
    natural, rate = 0.5, 0.06
    for start in (0.35, 0.42, 0.5):
        y = start
        for _ in range(months):
            y = next_wellbeing(y, natural, 0.0, rate, 0.0)
        rho = (1.0 - rate) ** months
        assert y - start == pytest.approx((1.0 - rho) * (natural - start))
