"""Closed forms that the rules must agree with, exact up to sampling and linearisation.

Providers here divide attention and intensity by rules of thumb, not by an optimal contract, and no rule of the model looks for
one. So the textbook optima are tested as the numerical optimum of a commissioner's problem (the small solver below) who faces
the model's own response to incentives: where incentives are small against `incentive_scale` that response is linear, which is
the response of an agent with quadratic cost, and the closed forms apply.

Elsewhere: slopes of expected payment are derivatives (test_payment), ceilings hold (test_payment, laws/test_money), money is
conserved and nothing is paid for outcomes at a share of 0 (laws/test_money), no drift without paid incentives
(laws/test_no_drift), the order of agents changes nothing (laws/test_providers, laws/test_families).
"""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import integrate, optimize, stats

from abm.rules.coproduction import free_riding
from abm.rules.effort import attention_weight, incentive, intensity
from abm.rules.gaming import best_misreport
from abm.rules.payment import binary_payment, graduated_payment, reached_share
from abm.rules.trust import fade_prior, trust_level
from abm.streams import MEASURE, normal

SCALE, FLOOR = 4000.0, 0.4  # € per hour: large, so that incentives of some € stay where the response is linear


def efforts(payment, mission, sharpness, scale=SCALE, floor=FLOOR):
    """Effective hours on each task, of one hour, as a provider divides and works them; `mission` in € per hour."""
    incentives = [incentive(1.0, own, 1.0, paid) for own, paid in zip(mission, payment, strict=True)]
    weights = np.array([attention_weight(one, sharpness) for one in incentives])
    return intensity(sum(incentives), scale, floor) * weights / weights.sum()


def best_incentive(worth, paid, mission, sharpness, risk, floor=FLOOR):
    """The power of incentives that a commissioner would choose, by numerical search.

    It gains `worth` from effective hours on each task and pays `paid` × power per hour on it; it bears the provider's cost of
    effort, and ½·risk·power² for the risk put on it (risk: aversion × variance of the measure). The cost is the quadratic one
    whose marginal cost is the model's response to small incentives.
    """
    tasks = len(worth)
    rest, small = efforts(np.zeros(tasks), mission, sharpness, floor=floor), 1e-3 * np.eye(tasks)
    response = np.array([(efforts(step, mission, sharpness, floor=floor) - rest) / 1e-3 for step in small]).T

    def loss(power):
        moved = efforts(power * np.asarray(paid), mission, sharpness, floor=floor) - rest
        cost = 0.5 * moved @ np.linalg.solve(response, moved)
        return cost + 0.5 * risk * power**2 - np.asarray(worth) @ moved

    found = optimize.minimize_scalar(loss, bounds=(-2.0, 2.0), method="bounded", options={"xatol": 1e-10})
    return found.x, np.linalg.inv(response)


@pytest.mark.parametrize("noise", [0.0, 1.0, 5.0])
@pytest.mark.parametrize("aversion", [1e-5, 1e-4, 1e-3])
def test_the_optimal_incentive_of_one_task_is_that_of_holmstrom_and_milgrom(noise, aversion):
    """β* = B/(1 + r·σ²·C): one task, whose cost C is scale ÷ (1 − floor)."""
    worth, mission = 1.0, [20.0]
    best, cost = best_incentive([worth], [1.0], mission, 1.5, aversion * noise**2)
    assert cost[0, 0] == pytest.approx(SCALE / (1.0 - FLOOR), rel=0.02)
    assert best == pytest.approx(worth / (1.0 + aversion * noise**2 * cost[0, 0]), rel=0.01)


@pytest.mark.parametrize("unmeasured", [0.0, 0.5, 0.9])
@pytest.mark.parametrize("risk", [0.0, 5e-3, 5e-2])
@pytest.mark.parametrize("sharpness", [0.8, 1.5, 3.0])
def test_where_one_task_cannot_be_measured_incentives_are_weaker(unmeasured, risk, sharpness):
    """β1* = (B1 − B2·C12/C22)/(1 + r·σ1²·(C11 − C12²/C22)), where attention makes tasks substitutes (C12 > 0)."""
    mission = [40.0, 40.0]
    best, cost = best_incentive([1.0, unmeasured], [1.0, 0.0], mission, sharpness, risk)
    assert cost[0, 1] > 0.0
    closed = (1.0 - unmeasured * cost[0, 1] / cost[1, 1]) / (1.0 + risk * (cost[0, 0] - cost[0, 1] ** 2 / cost[1, 1]))
    assert best == pytest.approx(closed, abs=0.02)
    if unmeasured > 0.0:
        assert best < best_incentive([1.0, 0.0], [1.0, 0.0], mission, sharpness, risk)[0]


@pytest.mark.parametrize("risk", [0.0, 1e-4, 1e-3])
@pytest.mark.parametrize("angle", [0.0, 0.4, 0.9, 1.4])
def test_the_optimal_incentive_on_a_distorted_measure_is_that_of_baker(angle, risk):
    """b* = |f|·|g|·cos θ/(|g|² + 2rσ²) for worth f and measure g; with the model's cost scale × ½a² the last term has scale.

    Without mission or floor, and attention in proportion to incentives, effort on a task is payment ÷ scale.
    """
    worth, paid = np.array([1.0, 0.2]), np.array([np.cos(0.2 + angle), np.sin(0.2 + angle)])
    worth /= np.linalg.norm(worth)
    paid = 0.5 * np.abs(paid)

    def loss(power):
        made = efforts(power * paid, [1e-12, 1e-12], 1.0, floor=0.0)
        return 0.5 * SCALE * made @ made + risk * power**2 - worth @ made

    best = optimize.minimize_scalar(loss, bounds=(0.0, 10.0), method="bounded", options={"xatol": 1e-10}).x
    cosine = worth @ paid / np.linalg.norm(paid)
    closed = np.linalg.norm(paid) * cosine / (paid @ paid + 2.0 * risk * SCALE)
    assert best == pytest.approx(closed, rel=0.005)


@settings(derandomize=True, deadline=None, max_examples=50)
@given(st.lists(st.floats(0.01, 1.0), min_size=2, max_size=6), st.floats(0.0, 50.0), st.floats(0.1, 5.0))
def test_nobody_drifts_where_all_tasks_are_paid_alike(need, rate, sharpness):
    """Payment in proportion to what the mission makes of each task leaves the division of attention as it was."""
    mission = 120.0 * np.array(need)
    paid, unpaid = (efforts(rate_ * mission, mission, sharpness) for rate_ in (rate / 120.0, 0.0))
    np.testing.assert_allclose(paid / paid.sum(), unpaid / unpaid.sum(), rtol=1e-9)


@pytest.mark.parametrize("found", [0.0, 0.1, 0.4])
@pytest.mark.parametrize("fine", [0.0, 1.0, 3.0])
@pytest.mark.parametrize("integrity", [0.0, 0.3])
@pytest.mark.parametrize("convexity", [0.5, 1.5, 5.0])
def test_the_optimal_misreport_is_the_closed_form_and_the_best(found, fine, integrity, convexity):
    """m* = ((p − a·φ − ψ)/γ)⁺ maximises p·m − a·φ·m − ψ·m − (γ/2)·m²; a caught claim is lost and fined, φ = p·(1 + fine)."""
    pay = 1.0
    closed = max(0.0, (pay - found * pay * (1.0 + fine) - integrity) / convexity)
    best = optimize.minimize_scalar(
        lambda m: 0.5 * convexity * m**2 - (pay - found * pay * (1.0 + fine) - integrity) * m,
        bounds=(0.0, 1.0),
        method="bounded",
        options={"xatol": 1e-9},
    ).x
    ours = best_misreport(pay, found, fine, integrity, 1.0, convexity)
    assert ours == pytest.approx(min(1.0, closed), abs=1e-12)
    assert ours == pytest.approx(best, abs=1e-6)


# ---- payment on an estimate


@pytest.mark.parametrize(("true", "threshold"), [(0.084, 0.10), (0.09, 0.075), (0.0, 0.075), (0.10, 0.10)])
def test_the_probability_of_payment_is_that_of_a_normal_estimate(true, threshold):
    """P(paid) = Φ((δ − θ)/SE) with SE = s·√(1/n_T + 1/n_C): the rule's own, and the frequency of simulated payment."""
    noise, treated, compared, runs = 0.3, 30, 20, 2000
    error = noise * np.sqrt(1.0 / treated + 1.0 / compared)
    paid = 0.0
    for run in range(runs):
        served = sum(true + noise * normal(7, MEASURE, run, i) for i in range(treated)) / treated
        others = sum(noise * normal(8, MEASURE, run, i) for i in range(compared)) / compared
        paid += binary_payment(served - others, threshold)
    closed = stats.norm.cdf((true - threshold) / error)
    assert reached_share(true, threshold, error) == pytest.approx(closed, abs=1e-6)
    assert paid / runs == pytest.approx(closed, abs=4.0 * np.sqrt(closed * (1.0 - closed) / runs))


@pytest.mark.parametrize("ramp", [2.5, 3.0, 5.0])
@pytest.mark.parametrize("off_centre", [-1.5, -0.5, 0.0, 0.5, 1.5])
def test_a_ramp_of_some_standard_errors_more_than_halves_the_variance_of_payment(ramp, off_centre):
    """Variance under the graduated rule less than half of the binary rule's, m·(1 − m), at the same mean m."""

    def moment(order):
        return integrate.quad(
            lambda z: graduated_payment(z + off_centre, -0.5 * ramp, 0.5 * ramp) ** order * stats.norm.pdf(z), -9, 9
        )[0]

    mean = moment(1)
    assert moment(2) - mean**2 < 0.5 * mean * (1.0 - mean)


# ---- trust and peers


@settings(derandomize=True, deadline=None, max_examples=50)
@given(st.lists(st.booleans(), max_size=40), st.floats(0.05, 0.95), st.floats(0.5, 20.0))
def test_trust_is_the_mean_of_the_beta_posterior(lived, prior, weight):
    """(a + a0)/(a + b + a0 + b0): the posterior mean after Bernoulli experiences from a beta prior."""
    posterior = stats.beta(sum(lived) + prior * weight, len(lived) - sum(lived) + (1.0 - prior) * weight)
    assert trust_level(sum(lived), len(lived) - sum(lived), 0.0, prior, weight) == pytest.approx(posterior.mean())


@pytest.mark.parametrize("memory", [0.5, 0.91, 0.99])
@pytest.mark.parametrize("lived", [0.2, 0.8])
def test_with_fading_trust_rests_where_a_geometric_series_puts_it(memory, lived):
    """Evidence of one experience a month settles at m/(1 − m), so trust at (x·m/(1 − m) + a0)/(m/(1 − m) + a0 + b0)."""
    support = against = 0.0
    prior, propensity, weight = 0.3, 0.6, 6.0
    for _ in range(5000):
        support, against = memory * (support + lived), memory * (against + 1.0 - lived)
        prior = fade_prior(prior, propensity, memory)
    evidence = memory / (1.0 - memory)
    rests = (lived * evidence + propensity * weight) / (evidence + weight)
    assert trust_level(support, against, 0.0, prior, weight) == pytest.approx(rests, rel=1e-9)


def test_the_peer_multiplier_of_collective_work():
    """y = (I − βG)⁻¹αx for work that everybody's collective work takes away from, where free riding is slight.

    Each gives x·free_riding(rate, enjoyed), and enjoys the mean of what its neighbours give. To first order that is
    y = x − rate·diag(x)·G·y: a linear-in-means game with β = −rate·x.
    """
    graph = np.array([[0, 1, 0, 1], [1, 0, 1, 0], [0, 1, 0, 1], [1, 1, 1, 0]], float)
    graph /= graph.sum(axis=1, keepdims=True)
    alone = np.array([0.9, 0.2, 0.6, 0.4])

    def settled(rate):
        work = np.zeros(4)
        for _ in range(500):
            work = alone * np.array([free_riding(rate, enjoyed) for enjoyed in graph @ work])
        return work

    def linear(rate):
        return np.linalg.solve(np.eye(4) + rate * np.diag(alone) @ graph, alone)

    errors = [np.abs(settled(rate) - linear(rate)).max() for rate in (0.02, 0.01)]
    assert errors[1] < 1e-4
    assert errors[0] / errors[1] == pytest.approx(4.0, rel=0.1), "what is left is of second order"
    assert np.abs(settled(0.01) - alone).max() > 20 * errors[1], "peers do matter"
