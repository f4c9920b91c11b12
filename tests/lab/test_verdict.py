"""Verdicts and the intervals that they rest on, against synthetic experiments and statsmodels."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import stats
from synthetic import paired, results_of

from abm.config import ConfigError
from abm.lab.verdict import UNDECIDED, Verdict, critical, holm, in_words, margins, verdict
from abm.metrics import METRICS

EXPERIMENTS = 2500  # the standard error of a coverage of 95 % is then 0.44 points, so 93.5 to 96.5 is 3.4 of them


@pytest.mark.parametrize(
    ("low", "high", "direction", "word"),
    [
        (0.02, 0.05, "up", "better"),
        (0.02, 0.05, "down", "worse"),
        (0.02, 0.05, "context", "higher"),
        (-0.05, -0.02, "up", "worse"),
        (-0.05, -0.02, "down", "better"),
        (-0.05, -0.02, "context", "lower"),
        (-0.009, 0.009, "up", "practically equal"),
        (0.002, 0.008, "up", "practically equal"),
        (0.002, 0.02, "up", "undecided"),
        (0.01, 0.02, "up", "undecided"),
        (-0.02, -0.01, "up", "undecided"),
        (-0.03, 0.03, "down", "undecided"),
        (math.nan, math.nan, "up", "no value"),
        (0.0, 0.0, "up", "practically equal"),
    ],
)
def test_a_verdict_needs_the_whole_interval(low, high, direction, word):
    found = verdict(low, high, 0.01, direction, 40)
    assert found.word == word
    assert math.isnan(found.more_runs) == (word != "undecided")


def test_more_runs_are_those_that_bring_the_interval_clear():
    found = verdict(
        0.005, 0.025, 0.01, "up", 40
    )  # 0.015 ± 0.010, 0.005 beyond what matters: half the width, four times the runs
    assert found.more_runs == pytest.approx(120, abs=1)
    assert in_words(found) == "undecided (needs about 100 more runs)"
    assert in_words(verdict(0.0, 0.02, 0.01, "up", 40)) == "undecided (it lies where it begins to matter)"
    assert in_words(verdict(0.0099, 0.03, 0.01, "up", 40)) == "undecided (needs about 1 more run)"
    for runs, said in (
        (2, "2 more runs"),
        (9, "9 more runs"),
        (10, "10 more runs"),
        (16, "20 more runs"),
        (1449, "1,000 more runs"),
    ):
        assert in_words(Verdict(UNDECIDED, float(runs))) == f"undecided (needs about {said})"


def test_what_matters_is_declared_for_every_metric_and_can_be_replaced():
    units = {metric.name: metric.unit for metric in METRICS}
    found = margins(units)
    assert all(one.of(100.0) > 0 for one in found.values())
    assert found["attributable_gain"].of(5.0) == 0.01
    assert found["spend_public"].of(-1000.0) == 10.0
    assert margins(units, {"attributable_gain": 0.02})["attributable_gain"].of(5.0) == 0.02
    assert margins(units, {"attributable_gain": 0})["attributable_gain"].of(5.0) == 0.0  # any difference matters
    with pytest.raises(ConfigError, match="no metric 'atributable_gain'; did you mean 'attributable_gain'"):
        margins(units, {"atributable_gain": 0.02})
    for wrong in (-1, math.inf, math.nan, "much", True):
        with pytest.raises(ConfigError, match=r"matters\.gaming: expected a number from 0, in wellbeing"):
            margins(units, {"gaming": wrong})


def test_one_difference_has_students_interval_and_none_has_none():
    change = np.random.default_rng(1).normal(size=(12, 1))
    assert critical(change) == pytest.approx(stats.t.ppf(0.975, 11))
    assert math.isnan(critical(change[:1]))
    still = np.column_stack([change, np.zeros(12)])  # what does not vary needs no room
    assert critical(still) == critical(change)
    twice = np.column_stack([change, change])  # nor does the same difference again
    assert critical(twice) == pytest.approx(critical(change), rel=0.03)


def test_several_differences_lie_between_students_and_bonferronis():
    change = paired(np.random.default_rng(2), 30, [0] * 5)
    assert stats.t.ppf(0.975, 29) < critical(change) < stats.t.ppf(1 - 0.025 / 5, 29) * 1.01
    few = change[:4]  # fewer blocks than designs: Bonferroni
    assert critical(few) == pytest.approx(stats.t.ppf(1 - 0.025 / 5, 3))
    assert critical(change[:2]) == pytest.approx(stats.t.ppf(1 - 0.025 / 5, 1))
    assert critical(change[:6]) == pytest.approx(stats.t.ppf(1 - 0.025 / 5, 5))
    assert critical(1e-3 * change) == pytest.approx(critical(change))  # whatever it is counted in


def test_independent_differences_are_dunnetts_problem():
    """With one control and equal variances the exact value is Dunnett's, which scipy has."""
    rng = np.random.default_rng(3)
    values = []
    for _ in range(40):
        sample = rng.normal(size=(25, 5))
        values.append(critical(sample[:, 1:] - sample[:, :1]))
    # the correlation is ½ and known to Dunnett, estimated here; degrees of freedom are 24 here and 4 times as many there
    z = rng.multivariate_normal(np.zeros(4), np.full((4, 4), 0.5) + 0.5 * np.eye(4), 200_000)
    assert np.quantile(np.abs(z).max(axis=1), 0.95) < np.mean(values) < stats.t.ppf(1 - 0.025 / 4, 24)


@pytest.mark.parametrize(
    ("draw", "blocks", "least", "most"), [("normal", 20, 0.935, 0.965), ("lognormal", 100, 0.90, 0.97)]
)
def test_intervals_cover(draw, blocks, least, most):
    rng, covered = np.random.default_rng(4), 0
    for _ in range(EXPERIMENTS):
        change = np.diff(paired(rng, blocks, [0.0, 0.7], draw=draw), axis=1)[:, 0]
        half = critical(change[:, None]) * change.std(ddof=1) / math.sqrt(blocks)
        covered += abs(change.mean() - 0.7) <= half
    assert least <= covered / EXPERIMENTS <= most


def test_the_family_wise_error_is_kept():
    """Five designs like the baseline: any interval without 0 is an error; at 1,000 experiments 6 % is 1.5 errors away."""
    rng, errors = np.random.default_rng(5), 0
    for _ in range(1000):
        values = paired(rng, 20, [0.0] * 6) * [1, 1, 2, 1, 3, 1]
        change = values[:, 1:] - values[:, :1]
        half = critical(change) * change.std(axis=0, ddof=1) / math.sqrt(20)
        errors += (np.abs(change.mean(axis=0)) > half).any()
    assert errors / 1000 <= 0.06


def test_holm_and_t_agree_with_statsmodels():
    weightstats = pytest.importorskip("statsmodels.stats.weightstats")
    from statsmodels.stats.multitest import multipletests

    rng = np.random.default_rng(6)
    for size in (1, 2, 7):
        p = rng.uniform(0, 0.2, size)
        assert holm(list(p)) == pytest.approx(multipletests(p, method="holm")[1])
    assert holm([0.01, math.nan, 0.04])[[0, 2]] == pytest.approx([0.02, 0.04])
    values = paired(rng, 15, [0.0, 1.0])
    results = results_of({"gain": values})
    row = results.compare().query("design == 'b'").iloc[0]
    of_statsmodels = weightstats.DescrStatsW(values[:, 1] - values[:, 0])
    assert (row["low"], row["high"]) == pytest.approx(of_statsmodels.tconfint_mean())
    pair = results.pairs().iloc[0]
    assert pair["p"] == pytest.approx(of_statsmodels.ttest_mean()[1])


def test_all_pairs_are_corrected_together():
    values = paired(np.random.default_rng(7), 25, [0, 0.2, 1.5, 1.6])
    found = results_of({"gain": values}).pairs()
    assert len(found) == 6
    assert list(found["p_holm"]) == pytest.approx(list(holm(list(found["p"]))))
    assert (found["p_holm"] >= found["p"]).all()
    assert "p" not in results_of({"gain": values}).compare().columns  # no p-value in the front row


def test_a_design_compared_with_itself_differs_by_nothing_everywhere(designs_of_demo):
    table = designs_of_demo.compare()
    own = table[(table["design"] == designs_of_demo.baseline) & table["metric"].isin(list(designs_of_demo.units))]
    own = own[own["n"] > 0]
    assert (own[["difference", "low", "high", "sd", "sim_low", "sim_high", "effect"]] == 0.0).all(axis=None)
    assert (own["won"] == 0.5).all()
    assert set(own["verdict"]) == {"practically equal"}


def test_the_columns_of_a_comparison_say_what_they_are():
    values = paired(np.random.default_rng(8), 30, [0.0, 2.0, -2.0])
    table = results_of({"gain": values, "cost": values}, {"cost": "down"}).compare().set_index(["design", "metric"])
    row = table.loc["b", "gain"]
    change = values[:, 1] - values[:, 0]
    assert row["won"] == pytest.approx((change > 0).mean())
    assert table.loc["b", "cost"]["won"] == pytest.approx((change < 0).mean())
    assert row["effect"] == pytest.approx(change.mean() / values[:, 0].std(ddof=1))
    assert row["sim_low"] < row["low"] < row["difference"] < row["high"] < row["sim_high"]
    assert (row["verdict"], table.loc["c", "gain"]["verdict"], table.loc["b", "cost"]["verdict"]) == (
        "better",
        "worse",
        "worse",
    )
