"""Differences between designs, on plain tables."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from abm.lab.compare import KEY_METRICS, differences, factor_text, summary
from abm.metrics import METRICS

UNITS = {"gain": "wellbeing", "spend": "€"}
DESIGNS = ("plain", "other")


def table(n=12, **changes):
    """Runs of two designs that share luck under a seed."""
    rng = np.random.default_rng(3)
    luck = rng.normal(0, 1, n)
    parts = []
    for design, shift in (("plain", 0.0), ("other", 0.4)):
        own = {"gain": luck + shift + rng.normal(0, 0.1, n), "spend": 1000 + luck}
        parts.append(
            pd.DataFrame({"case": "here", "design": design, "lag": 1, "seed": range(1, n + 1), "status": "done", **own})
        )
    runs = pd.concat(parts, ignore_index=True)
    for (design, seed, column), value in changes.get("set", {}).items():
        runs.loc[(runs["design"] == design) & (runs["seed"] == seed), column] = value
    return runs


def one(found, design="other", metric="gain"):
    return found[(found["design"] == design) & (found["metric"] == metric)].iloc[0]


def test_a_design_differs_from_itself_by_exactly_nothing():
    found = differences(table(), UNITS, [], DESIGNS, "plain")
    own = found[found["design"] == "plain"]
    assert (own[["difference", "low", "high"]] == 0.0).all(axis=None)
    assert (own["mean"] == own["baseline"]).all()


def test_the_interval_is_the_paired_t_interval():
    runs = table()
    row = one(differences(runs, UNITS, [], DESIGNS, "plain"))
    plain, other = (runs[runs["design"] == name]["gain"].to_numpy() for name in DESIGNS)
    low, high = stats.ttest_rel(other, plain).confidence_interval(0.95)
    assert (row["n"], row["unit"]) == (12, "wellbeing")
    assert [row["low"], row["high"]] == pytest.approx([low, high], rel=1e-12)
    assert row["difference"] == pytest.approx(other.mean() - plain.mean(), rel=1e-12)
    assert row["high"] - row["low"] < 0.2 < runs["gain"].std()  # pairing pays


def test_missing_values_leave_their_pair_out_and_n_says_so():
    runs = table(
        set={("plain", 3, "gain"): math.nan, ("other", 4, "gain"): math.nan, ("other", 5, "status"): "failed: x"}
    )
    found = differences(runs, UNITS, [], DESIGNS, "plain")
    assert one(found)["n"] == 9
    assert one(found, metric="spend")["n"] == 11
    assert one(found, "plain")["n"] == 11  # with itself: its own values
    kept = runs[~runs["seed"].isin([3, 4, 5])]
    assert one(found)["baseline"] == pytest.approx(kept[kept["design"] == "plain"]["gain"].mean())


def test_one_pair_has_no_interval_and_none_no_difference():
    row = one(differences(table(1), UNITS, [], DESIGNS, "plain"))
    assert row["n"] == 1
    assert math.isfinite(row["difference"])
    assert math.isnan(row["low"])
    assert math.isnan(row["high"])
    runs = table(2, set={("other", 1, "gain"): math.nan, ("other", 2, "gain"): math.nan})
    row = one(differences(runs, UNITS, [], DESIGNS, "plain"))
    assert row["n"] == 0
    assert math.isnan(row["difference"])


def test_pairs_stay_within_case_and_factors():
    first, second = table(), table()
    second["lag"], second["gain"] = 6, second["gain"] * 2
    found = differences(pd.concat([first, second]), UNITS, ["lag"], DESIGNS, "plain")
    by_lag = found[(found["design"] == "other") & (found["metric"] == "gain")].set_index("factors")["difference"]
    assert list(by_lag.index) == ["lag=1", "lag=6"]
    assert by_lag["lag=6"] == pytest.approx(2 * by_lag["lag=1"])


def test_summary_has_each_design_by_itself():
    runs = table()
    row = one(summary(runs, UNITS, [], DESIGNS))
    values = runs[runs["design"] == "other"]["gain"]
    assert row["n"] == 12
    assert [row["mean"], row["sd"]] == pytest.approx([values.mean(), values.std()])
    low, high = stats.t.interval(0.95, 11, values.mean(), values.sem())
    assert [row["low"], row["high"]] == pytest.approx([low, high])


def test_key_metrics_are_declared():
    named = [name for names in KEY_METRICS.values() for name in names]
    assert set(named) <= {metric.name for metric in METRICS}
    assert len(set(named)) == len(named)


def test_factors_as_text():
    assert factor_text(["payment.lag_months", "control.audit"], [1, 0.3]) == "payment.lag_months=1, control.audit=0.3"
    assert factor_text([], []) == ""


def test_points_count_once_each_with_the_mean_of_their_seeds():
    runs = table()
    runs["point"] = (runs["seed"] - 1) % 4  # four points, three seeds each
    runs.loc[(runs["design"] == "other") & (runs["seed"] == 5), "gain"] = math.nan
    row = one(differences(runs, UNITS, [], DESIGNS, "plain", ["point"]))
    wide = runs.pivot_table("gain", ["point", "seed"], "design").dropna()
    means = (wide["other"] - wide["plain"]).groupby("point").mean()
    low, high = stats.ttest_1samp(means, 0).confidence_interval(0.95)
    assert row["n"] == 4
    assert [row["difference"], row["low"], row["high"]] == pytest.approx([means.mean(), low, high], rel=1e-12)
    own = one(summary(runs, UNITS, [], DESIGNS, ["point"]))
    means = runs[runs["design"] == "other"].groupby("point")["gain"].mean()
    assert (own["n"], own["mean"], own["sd"]) == (4, pytest.approx(means.mean()), pytest.approx(means.std()))
    apart = differences(runs, UNITS, ["point"], DESIGNS, "plain")
    assert sorted(apart[(apart["design"] == "other") & (apart["metric"] == "gain")]["n"]) == [2, 3, 3, 3]


def test_two_runs_have_a_spread_and_a_baseline_that_never_varies_has_no_effect_in_its_own():
    row = one(differences(table(n=2), UNITS, [], DESIGNS, "plain"))
    assert row["n"] == 2
    assert row["sd"] > 0.0
    assert math.isfinite(row["effect"])
    assert row["low"] < row["difference"] < row["high"]
    alone = summary(table(n=2), UNITS, [], DESIGNS)
    assert (alone["sd"] > 0.0).all()
    assert (alone["low"] < alone["high"]).all()
    runs = table()
    runs.loc[runs["design"] == "plain", "gain"] = 1.0
    apart = one(differences(runs, UNITS, [], DESIGNS, "plain"))
    assert math.isnan(apart["effect"])
    assert apart["difference"] != 0.0


def test_a_label_needs_a_value_for_every_factor():
    with pytest.raises(ValueError, match="shorter"):
        factor_text(["payment.lag_months", "control.audit"], [1])
