"""Estimators of field studies beside scipy's and statsmodels', and where there is nothing to estimate."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import stats

from abm.lab.estimates import NOTHING, cluster_means, within_strata


def study(rng, sizes, treated):
    """Values, clusters and arms of units: clusters of these sizes, of which the first `treated` are treated."""
    clusters = np.repeat(np.arange(len(sizes)), sizes)
    return rng.normal(size=len(clusters)) + 0.5 * rng.normal(size=len(sizes))[clusters], clusters, clusters < treated


@pytest.mark.parametrize(("sizes", "treated"), [([3, 1, 4, 2, 9, 5, 2], 3), ([2, 7, 5, 4], 2), ([1, 1, 1, 1, 1], 3)])
def test_clusters_are_compared_by_welchs_t(sizes, treated):
    values, clusters, arm = study(np.random.default_rng(1), sizes, treated)
    means = np.array([values[clusters == c].mean() for c in range(len(sizes))])
    oracle = stats.ttest_ind(means[:treated], means[treated:], equal_var=False)
    found = cluster_means(values, 7 - clusters, arm.astype(float))  # names of clusters are any numbers
    assert found.effect == pytest.approx(means[:treated].mean() - means[treated:].mean())
    assert found.freedom == pytest.approx(oracle.df)
    assert found.error == pytest.approx(found.effect / oracle.statistic)
    assert found.p == pytest.approx(oracle.pvalue)
    low, high = oracle.confidence_interval(0.95)
    assert found.half == pytest.approx((high - low) / 2.0)


@pytest.mark.parametrize(("clusters", "treated"), [(3, 1), (3, 2), (4, 1), (5, 4), (2, 1), (4, 0)])
def test_too_few_clusters_of_an_arm_tell_nothing(clusters, treated):
    found = cluster_means(*study(np.random.default_rng(2), [3] * clusters, treated))
    assert all(math.isnan(one) for one in found)


def test_clusters_that_are_alike_in_each_arm_tell_nothing_of_error():
    values, clusters, arm = np.array([1.0, 1.0, 2.0, 2.0]), np.arange(4), np.array([1, 1, 0, 0])
    assert cluster_means(values, clusters, arm) is NOTHING
    one_apart = cluster_means(np.array([1.0, 3.0, 1.0, 1.0]), clusters, arm)
    assert one_apart.error == pytest.approx(1.0)
    assert one_apart.effect == pytest.approx(1.0)


def by_regression(values, strata, treated):
    """(effect, error, degrees of freedom) of statsmodels' least squares with HC1."""
    sm = pytest.importorskip("statsmodels.api")
    dummies = (strata[:, None] == np.unique(strata)[None, :]).astype(float)
    fit = sm.OLS(values, np.column_stack([treated, dummies])).fit(cov_type="HC1")
    return fit.params[0], fit.bse[0], fit.df_resid


@pytest.mark.parametrize(("units", "strata"), [(40, 4), (9, 2), (4, 2)])
def test_units_within_strata_are_least_squares(units, strata):
    rng = np.random.default_rng(3)
    kinds, arm = np.arange(units) % strata, (np.arange(units) // strata) % 2
    values = rng.normal(size=units) + kinds + 0.3 * arm
    found = within_strata(values, kinds, arm.astype(float))
    effect, error, freedom = by_regression(values, kinds, arm)
    assert (found.effect, found.error, found.freedom) == pytest.approx((effect, error, freedom))
    assert found.p == pytest.approx(2.0 * stats.t.sf(abs(effect / error), freedom))


def test_strata_without_both_arms_or_units_to_spare_tell_nothing():
    values = np.array([1.0, 2.0, 4.0, 8.0])
    assert within_strata(values, np.array([0, 0, 1, 1]), np.array([1.0, 1.0, 0.0, 0.0])) is NOTHING  # no arm within
    assert within_strata(values[:3], np.array([0, 0, 1]), np.array([1.0, 0.0, 1.0])) is NOTHING  # none to spare
    assert within_strata(np.ones(6), np.zeros(6), np.arange(6) % 2) is NOTHING  # no error
    few = within_strata(np.array([1.0, 2.0, 4.0]), np.zeros(3), np.array([1.0, 0.0, 0.0]))
    assert few.freedom == 1
    assert few.effect == pytest.approx(-2.0)


def test_an_effect_on_one_in_four_is_estimated_whatever_its_squares():
    """With Σd² = 1 exactly: one of two in each of two strata is treated."""
    found = within_strata(np.array([3.0, 1.0, 5.0, 2.0]), np.array([0, 0, 1, 1]), np.array([1.0, 0.0, 1.0, 0.0]))
    assert found.effect == pytest.approx(2.5)
