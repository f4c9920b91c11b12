"""Blocks drawn anew: weights, means as far apart as the mean's own error, and the middle of draws."""

from __future__ import annotations

import math

import numpy as np
import pytest

from abm.lab.resample import RESAMPLES, interval, means, share_interval, weights


@pytest.mark.parametrize("blocks", [1, 2, 7, 40])
def test_weights_are_shares_of_whole_draws(blocks):
    found = weights(blocks)
    assert found.shape == (RESAMPLES, blocks)
    assert found.sum(axis=1) == pytest.approx(1.0)
    assert (np.round(found * blocks, 9) % 1.0 == 0.0).all()
    assert found.mean(axis=0) == pytest.approx(1.0 / blocks, abs=5.0 * math.sqrt(1.0 / blocks / RESAMPLES))
    assert np.array_equal(found, weights(blocks, RESAMPLES))
    assert blocks == 1 or not np.array_equal(weights(blocks, 50, 1), weights(blocks, 50, 2))


def test_means_are_weighted_sums_of_deviations_widened():
    values = np.random.default_rng(1).normal(size=(6, 2, 3))
    found = means(values, 500)
    assert found.shape == (500, 2, 3)
    drawn, mean = weights(6, 500), values.mean(axis=0)
    for k in (0, 250, 499):
        by_hand = mean + math.sqrt(6 / 5) * sum(drawn[k, b] * (values[b] - mean) for b in range(6))
        assert found[k] == pytest.approx(by_hand)
    assert means(np.full((4, 1), 3.0)) == pytest.approx(3.0)
    assert np.isnan(means(np.ones((1, 2)))).all(), "one block has no spread"
    assert means(np.array([0.0, 1.0]), 10).shape == (10,)


def test_an_interval_is_the_middle_of_draws():
    draws = np.random.default_rng(2).permutation(np.arange(1001.0))
    low, high = interval(np.column_stack([draws, 2.0 * draws]))
    assert low == pytest.approx([25.0, 50.0])
    assert high == pytest.approx([975.0, 1950.0])


def test_an_interval_of_a_share_stays_within_and_narrows_with_the_root_of_n():
    assert share_interval(0, 10)[0] == 0.0
    assert share_interval(10, 10)[1] == pytest.approx(1.0, abs=1e-12)
    low, high = share_interval(5, 10)
    assert low + high == pytest.approx(1.0)
    wide, narrow = (high - low for low, high in (share_interval(50, 100), share_interval(5000, 10_000)))
    assert wide / narrow == pytest.approx(10.0, rel=0.02)
