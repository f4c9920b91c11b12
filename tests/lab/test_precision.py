"""Enough runs: what a precision takes, what pairing saves, and how sure it is which design is best."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
from scipy import stats
from synthetic import paired, results_of

from abm.lab.precision import needed, pairing, precision, ranks, stability
from abm.lab.resample import means, share_interval


@pytest.mark.parametrize(("spread", "half"), [(1.0, 0.1), (1.0, 2.0), (0.02, 0.0031), (5.0, 0.05)])
def test_the_number_of_blocks_is_the_least_that_is_enough(spread, half):
    n = needed(spread, half)
    width = [stats.t.ppf(0.975, k - 1) * spread / math.sqrt(k) for k in (n - 1, n) if k > 1]
    assert width[-1] <= half
    assert len(width) == 1 or width[0] > half
    assert needed(0.0, half) == 2


def test_the_number_promised_by_a_pilot_is_reached():
    rng = np.random.default_rng(11)
    values = paired(rng, 400, [0.0, 0.3], noise=0.1)
    row = precision(results_of({"gain": values}), ["gain"], {"gain": 0.015}).iloc[0]
    change = values[:, 1] - values[:, 0]
    assert row["pilot"] == 50
    assert row["sd"] == pytest.approx(change[:50].std(ddof=1))
    promised = change[: int(row["needed"])]
    reached = stats.t.ppf(0.975, len(promised) - 1) * promised.std(ddof=1) / math.sqrt(len(promised))
    assert reached == pytest.approx(0.015, rel=0.25)  # the deviation of 50 is known to about 10 %
    assert bool(row["enough"]) == (row["half_width"] <= 0.015)
    usual = precision(results_of({"gain": values}), ["gain"]).iloc[0]
    assert usual["wanted"] == 0.01  # half of what matters in a share
    few = precision(results_of({"gain": values[:3]}), ["gain"]).iloc[0]
    assert math.isnan(few["needed"])


def test_stability_ends_at_the_comparison():
    results = results_of({"gain": paired(np.random.default_rng(2), 30, [0.0, 0.4])})
    table, row = stability(results, "gain"), results.compare().query("design == 'b'").iloc[0]
    assert list(table["n"]) == list(range(2, 31))
    last = table.iloc[-1]
    assert list(last[["difference", "low", "high"]]) == pytest.approx(list(row[["difference", "low", "high"]]))


def test_pairing_saves_what_designs_have_in_common():
    rng = np.random.default_rng(3)
    values = paired(rng, 300, [0.0, 0.4], noise=1.0, luck=3.0)
    row = pairing(results_of({"gain": values}), ["gain"]).iloc[0]
    assert row["paired"] == pytest.approx((values[:, 1] - values[:, 0]).var(ddof=1))
    assert row["low"] < 10.0 < row["high"]  # (9 + 9 + 1 + 1) ÷ (1 + 1)
    shifted = [np.var(values[:, 1] - np.roll(values[:, 0], k), ddof=1) for k in range(1, 300)]
    assert row["independent"] == pytest.approx(np.mean(shifted), rel=1e-9)  # over all ways of pairing anew
    apart = rng.normal(size=(300, 2))
    assert pairing(results_of({"gain": apart}), ["gain"]).iloc[0]["ratio"] == pytest.approx(1.0, abs=0.2)
    same = results_of({"gain": np.repeat(apart[:, :1], 2, axis=1)})
    assert math.isnan(pairing(same, ["gain"]).iloc[0]["ratio"])


def test_the_probability_of_being_best_is_kept():
    """What is said to be best with probability p is so in about p of the experiments: effects vary as much as means."""
    rng, said, so = np.random.default_rng(4), [], []
    for _ in range(200):
        shifts = rng.normal(0, 0.25, 3)
        table = ranks(results_of({"gain": paired(rng, 30, shifts)}), ["gain"])
        said += list(table["best"])
        so += list(shifts == shifts.max())
    said, so = np.array(said), np.array(so)
    assert said.reshape(-1, 3).sum(axis=1) == pytest.approx(1.0)
    for low, high in ((0.0, 0.1), (0.1, 0.4), (0.4, 0.8), (0.8, 1.01)):
        some = (said >= low) & (said < high)
        error = math.sqrt(0.25 / some.sum())  # at most
        assert abs(so[some].mean() - said[some].mean()) < 3 * error, (low, high, so[some].mean(), said[some].mean())


def test_ranks_follow_the_direction_and_share_first_places():
    values = np.random.default_rng(5).normal(size=(40, 3)) * 0.01 + [0.0, 1.0, 2.0]
    both = ranks(
        results_of({"gain": values, "cost": values, "size": values}, {"cost": "down", "size": "context"}),
        ["gain", "cost", "size"],
    )
    first = both[both["rank"] == 1].set_index("metric")["design"]
    assert dict(first) == {"gain": "c", "cost": "a"}
    assert (both["rank_low"] <= both["rank"]).all()
    alike = ranks(results_of({"gain": np.repeat(values[:, :1], 2, axis=1)}), ["gain"])
    assert list(alike["best"]) == [0.5, 0.5]


def test_resampled_means_have_the_variance_of_the_mean():
    values = np.random.default_rng(6).normal(size=(25, 2))
    draws = means(values, 20_000)
    assert draws.mean(axis=0) == pytest.approx(values.mean(axis=0), abs=0.01)
    assert draws.var(axis=0) == pytest.approx(values.var(axis=0, ddof=1) / 25, rel=0.05)
    assert (means(values) == means(values)).all()


def test_a_share_has_wilsons_interval():
    proportion = pytest.importorskip("statsmodels.stats.proportion")
    for count, n in ((0, 10), (7, 20), (30, 30)):
        assert share_interval(count, n) == pytest.approx(
            proportion.proportion_confint(count, n, method="wilson"), abs=1e-12
        )
    assert all(map(math.isnan, share_interval(0, 0)))


def test_points_are_blocks():
    """With points the mean over a point's seeds is one observation."""
    values = paired(np.random.default_rng(7), 12, [0.0, 1.0])
    results = results_of({"gain": values}, points=[{"x": k} for k in range(4)])
    results.runs["x"] = (results.runs["seed"] - 1) // 3
    table = precision(results, ["gain"])
    assert table["n"].iloc[0] == 4
    by_point = pd.Series(values[:, 1] - values[:, 0]).groupby(np.arange(12) // 3).mean()
    row = results.compare().query("design == 'b'").iloc[0]
    assert (row["n"], row["sd"]) == (4, pytest.approx(by_point.std()))
