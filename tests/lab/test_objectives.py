"""Three objectives: who is dominated, how surely, and whether objectives change together."""

from __future__ import annotations

import math

import numpy as np
import pytest
from synthetic import results_of

from abm.lab.objectives import COMPONENTS, OBJECTIVES, WITHIN_ALL, clusters, dominated, pareto
from abm.metrics import METRICS

SHIFTS = np.array([0, 10, 20])


def of_objectives(rng, blocks, means, noise=0.01):
    """Results whose components have these means (designs × components), with noise."""
    return results_of(
        {
            name: rng.normal(0, noise, (blocks, len(means))) + np.asarray(means)[:, k]
            for k, name in enumerate(COMPONENTS)
        }
    )


def test_the_objectives_are_the_declared_ones_and_better_upward():
    declared = {metric.name: metric for metric in METRICS if metric.group == "objectives"}
    assert set(declared) == set(COMPONENTS)
    assert all(metric.direction == "up" for metric in declared.values())
    assert len(OBJECTIVES) == 3


def test_domination_is_paretos():
    values = np.array([[[1.0, 1.0], [2.0, 1.0], [1.0, 2.0], [0.5, 3.0]]])
    assert dominated(values)[0].any(axis=1).tolist() == [True, False, False, False]
    assert not dominated(np.ones((1, 2, 3))).any()  # equals do not dominate one another
    with_gap = np.array([[[math.nan, 1.0], [2.0, 1.5]]])
    assert dominated(with_gap)[0].any(axis=1).tolist() == [True, False]  # judged on what both have
    assert not dominated(values, 5.0).any()
    brute = np.random.default_rng(1).normal(size=(30, 5, 3))
    for draw, found in zip(brute, dominated(brute), strict=True):
        for a in range(5):
            for b in range(5):
                assert found[a, b] == bool((draw[b] >= draw[a]).all() and (draw[b] > draw[a]).any())


def test_a_clear_front_is_sure_and_a_close_one_is_not():
    rng = np.random.default_rng(2)
    best, worst = [0.6] * 6, [0.4] * 6
    other = [0.9, *[0.5] * 5]
    table = pareto(of_objectives(rng, 40, [best, worst, other])).set_index("design")
    assert table["on_front"].tolist() == [True, False, True]
    assert table["probability"].tolist() == [1.0, 0.0, 1.0]
    assert table.loc["b", "dominated_by"] in ("a", "c")
    close = pareto(of_objectives(rng, 40, [[0.5] * 6, [*[0.6] * 5, 0.5]])).set_index("design")
    assert 0.2 < close.loc["a", "probability"] < 0.8  # one component decides, and it is the same
    assert close.loc["b", "probability"] > 0.99
    small = pareto(of_objectives(rng, 40, [[0.5] * 6, [0.505] * 6], 0.001)).set_index("design")
    assert (small.loc["a", "probability"], small.loc["a", "practical"]) == (0.0, 1.0)  # better by less than matters


def test_a_component_that_a_design_never_has_is_left_out_for_it():
    rng = np.random.default_rng(3)
    results = of_objectives(rng, 20, [[0.5] * 6, [0.6] * 6])
    results.runs.loc[results.runs["design"] == "a", "governance_accountability"] = math.nan
    assert pareto(results)["on_front"].tolist() == [False, True]
    table = clusters(results)
    assert not (table["one"] == "governance_accountability").any()


def test_correlations_are_of_changes_within_designs():
    """Designs that are good in everything do not make objectives go together; luck that moves two of them does."""
    rng = np.random.default_rng(4)
    blocks = 200
    together = rng.normal(0, 1, (blocks, 3))
    values = {name: rng.normal(0, 1, (blocks, 3)) + SHIFTS for name in COMPONENTS}
    values["service_quality"] = together + SHIFTS
    values["quality_of_life"] = 0.6 * together + 0.8 * rng.normal(0, 1, (blocks, 3)) + SHIFTS
    table = clusters(results_of(values))
    pooled = table[table["design"] == WITHIN_ALL].set_index(["one", "other"])
    row = pooled.loc["service_quality", "quality_of_life"]
    assert row["low"] < 0.6 < row["high"]
    assert row["low"] > 0.4
    rest = pooled.drop(index=[("service_quality", "quality_of_life")])
    assert (rest["correlation"].abs() < 0.25).all()  # levels would correlate at .99
    assert ((rest["low"] < 0) & (rest["high"] > 0)).mean() > 0.75
    by_hand = np.corrcoef(
        *(values[name][:, 1] - values[name][:, 0] for name in ("service_quality", "quality_of_life"))
    )[0, 1]
    own = table[(table["design"] == "b") & (table["one"] == "service_quality") & (table["other"] == "quality_of_life")]
    assert own["correlation"].iloc[0] == pytest.approx(by_hand)
