"""Trust: the posterior mean of a beta distribution, with damage and a fading first attitude."""

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from abm.rules.trust import (
    asymmetry_of,
    certainty,
    damage_of,
    experience_against,
    fade_prior,
    fairness,
    trust_level,
    weighed,
)  # fmt: skip

share = st.floats(0.0, 1.0)
evidence = st.floats(0.0, 1e4)


@pytest.mark.parametrize(("prior", "weight"), [(0.5, 2.0), (0.45, 6.0), (0.9, 20.0)])
def test_trust_is_the_mean_of_the_beta_posterior(prior, weight):
    lived = np.array([1.0, 0.0, 1.0, 1.0, 0.0, 1.0, 1.0])
    support, against = lived.sum(), (1.0 - lived).sum()
    posterior = stats.beta(support + prior * weight, against + (1.0 - prior) * weight)
    assert trust_level(support, against, 0.0, prior, weight) == pytest.approx(posterior.mean(), rel=1e-12)


def test_without_experience_trust_is_the_first_attitude():
    for prior in (0.0, 0.3, 1.0):
        assert trust_level(0.0, 0.0, 0.0, prior, 6.0) == pytest.approx(prior)
        assert certainty(0.0, 0.0, 0.0, 6.0) == 0.0


def test_much_experience_is_believed():
    assert trust_level(7e6, 3e6, 0.0, 0.1, 6.0) == pytest.approx(0.7, abs=1e-5)
    assert certainty(7e6, 3e6, 0.0, 6.0) == pytest.approx(1.0, abs=1e-5)


@settings(derandomize=True, deadline=None, max_examples=80)
@given(evidence, evidence, evidence, share, st.floats(0.1, 1000.0))
def test_trust_and_certainty_are_shares(support, against, damage, prior, weight):
    level = trust_level(support, against, damage, prior, weight)
    assert 0.0 <= level <= 1.0
    assert 0.0 <= certainty(support, against, damage, weight) < 1.0
    assert trust_level(support + 1.0, against, damage, prior, weight) >= level
    assert trust_level(support, against + 1.0, damage, prior, weight) <= level
    assert trust_level(support, against, damage + 1.0, prior, weight) <= level


def test_only_a_disappointment_does_damage():
    assert damage_of(0.8, 0.5, 3.0, 0.05) == 0.0
    assert damage_of(0.46, 0.5, 3.0, 0.05) == 0.0  # within the tolerance
    assert damage_of(0.25, 0.5, 3.0, 0.25) == 0.0  # at its edge
    assert damage_of(0.2, 0.5, 3.0, 0.05) == pytest.approx(1.6)
    assert damage_of(0.2, 0.5, 1.0, 0.05) == 0.0  # without asymmetry


def after(months, lived, asymmetry, memory=0.92, damage_memory=0.97):
    """Trust after months of the same experience, with fading, as the month has it."""
    support = against = damage = 0.0
    prior = trust = 0.5
    for _ in range(months):
        support, against = support + lived, against + 1.0 - lived
        damage += damage_of(lived, trust, asymmetry, 0.05)
        support, against, damage = support * memory, against * memory, damage * damage_memory
        prior = fade_prior(prior, 0.5, memory)
        trust = trust_level(support, against, damage, prior, 6.0)
    return trust


def test_asymmetry_does_not_move_the_level_while_nothing_breaks():
    assert after(60, 0.7, 5.0) == after(60, 0.7, 1.0)


def test_asymmetry_makes_loss_faster_than_gain():
    gained, lost, lost_evenly = after(3, 0.9, 3.0) - 0.5, 0.5 - after(3, 0.1, 3.0), 0.5 - after(3, 0.1, 1.0)
    assert lost > gained
    assert lost_evenly == pytest.approx(gained, rel=1e-9)


def test_first_attitudes_fade_to_the_general_propensity():
    assert fade_prior(0.8, 0.5, 1.0) == 0.8
    assert fade_prior(0.8, 0.5, 0.0) == 0.5
    prior = 0.8
    for _ in range(12):
        prior = fade_prior(prior, 0.5, 0.92)
    assert prior == pytest.approx(0.5 + 0.3 * 0.92**12, rel=1e-12)


@settings(derandomize=True, deadline=None, max_examples=60)
@given(share, share)
def test_an_experience_against_what_was_expected(lived, expected):
    x = experience_against(lived, expected)
    assert 0.0 <= x <= 1.0
    assert experience_against(expected, expected) == 0.5
    assert x == pytest.approx(0.5 + (lived - expected) / 2.0)
    assert experience_against(lived - 2.0, expected) == 0.0  # red tape without end
    assert experience_against(lived + 2.0, expected) == 1.0
    assert (x > 0.5) == (lived > expected) or abs(lived - expected) < 1e-12


@settings(derandomize=True, deadline=None, max_examples=60)
@given(share, share, share, share, share)
def test_three_facets_make_one_trust(ability, benevolence, integrity, first, second):
    weights = sorted((0.0, first, second, 1.0))
    of = [high - low for low, high in itertools.pairwise(weights)]
    level = weighed(ability, benevolence, integrity, *of)
    assert min(ability, benevolence, integrity) - 1e-12 <= level <= max(ability, benevolence, integrity) + 1e-12
    assert weighed(ability, ability, ability, *of) == pytest.approx(ability, abs=1e-12)


def test_asymmetry_of_a_facet_is_relative_to_that_of_trust():
    assert asymmetry_of(3.0, 1.0) == 3.0
    assert asymmetry_of(3.0, 0.0) == 1.0  # no facet of its own asymmetry
    assert asymmetry_of(1.0, 4.0) == 1.0  # nowhere any
    assert asymmetry_of(2.0, 2.0) == 3.0


@settings(derandomize=True, deadline=None, max_examples=60)
@given(st.floats(0.0, 100.0), st.floats(0.0, 100.0))
def test_what_is_fair_is_seen_from_both_sides(own, others):
    x = fairness(own, others)
    assert 0.0 <= x <= 1.0
    assert x + fairness(others, own) == pytest.approx(1.0, abs=1e-12)
    assert fairness(own, own) == 0.5
    assert fairness(0.5, 0.25) == pytest.approx(0.5 + 1.0 / 3.0)
    assert own <= 1e-9 or (fairness(own, 3.0 * own), fairness(3.0 * own, own)) == pytest.approx((0.0, 1.0), abs=1e-12)
