"""A trial's estimators: unbiased where nothing spills over, false alarms as promised, power as the closed form says."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest

from abm.config import ConfigError, load_case
from abm.lab.estimates import cluster_means, within_strata
from abm.lab.running import batch
from abm.lab.trial import ARMS, CHANGE, POWER, Size, clustered, judged, trial, usual_trial

TRIALS = 1200


def field(draw, clusters, size, effect, spread=0.3):
    """Units of clusters with means of their own, half of the clusters treated: values, clusters, treated."""
    names = np.repeat(np.arange(clusters), size)
    treated = np.isin(names, draw.permutation(clusters)[: clusters // 2])
    values = spread * draw.normal(size=clusters)[names] + draw.normal(size=clusters * size) + effect * treated
    return values, names, treated.astype(float)


def by_clusters(clusters, effect, trials=TRIALS, size=20):
    draw = np.random.default_rng(clusters)
    return [cluster_means(*field(draw, clusters, size, effect)) for _ in range(trials)]


def test_means_of_clusters_are_unbiased_and_raise_false_alarms_as_promised():
    """False alarms of 1,200 trials at 5 %: outside 3.3 to 6.9 % with a probability below 0.005."""
    found = by_clusters(12, 0.0)
    assert 0.033 <= np.mean([one.p < 0.05 for one in found]) <= 0.069
    shifted = by_clusters(12, 0.4)
    assert np.mean([one.effect for one in shifted]) == pytest.approx(0.4, abs=4 * 0.216 / math.sqrt(TRIALS))


def test_units_of_a_cluster_are_not_independent():
    """What a study does wrong that takes each unit for itself: many times as many false alarms."""
    draw = np.random.default_rng(1)
    found = []
    for _ in range(300):
        values, names, treated = field(draw, 12, 20, 0.0, spread=0.6)
        found.append(within_strata(values, np.zeros(len(names)), treated).p < 0.05)
    assert np.mean(found) > 0.25


def test_power_grows_with_clusters_as_it_should():
    stats = pytest.importorskip("scipy.stats")
    power = []
    for clusters in (8, 16, 40):
        found = np.mean([one.p < 0.05 for one in by_clusters(clusters, 0.3, 400)])
        error = math.sqrt((0.09 + 1 / 20) * 4 / clusters)
        limit, shift = stats.t.ppf(0.975, clusters - 2), 0.3 / error
        truth = 1 - stats.nct.cdf(limit, clusters - 2, shift) + stats.nct.cdf(-limit, clusters - 2, shift)
        assert found == pytest.approx(truth, abs=0.09)
        power.append(found)
    assert power[0] < power[1] < power[2]


def test_effects_within_strata_are_those_of_least_squares():
    smf = pytest.importorskip("statsmodels.formula.api")
    draw = np.random.default_rng(2)
    places = np.repeat(["a", "b", "c"], [7, 12, 9])
    treated = (draw.uniform(size=28) < 0.5).astype(float)
    values = draw.normal(size=28) * (1 + treated) + treated
    oracle = smf.ols("y ~ t + C(p)", pd.DataFrame({"y": values, "t": treated, "p": places})).fit(
        cov_type="HC1", use_t=True
    )
    found = within_strata(values, places, treated)
    assert found.effect == pytest.approx(oracle.params["t"])
    assert found.error == pytest.approx(oracle.bse["t"])
    assert found.p == pytest.approx(oracle.pvalues["t"])


def test_false_alarms_within_strata():
    """At 5 %, of 1,200 trials: outside 3.3 to 6.9 % with a probability below 0.005."""
    draw, found = np.random.default_rng(3), []
    for _ in range(TRIALS):
        places = np.repeat(np.arange(6), 10)
        treated = np.concatenate([draw.permutation([1.0] * 5 + [0.0] * 5) for _ in range(6)])
        values = draw.normal(size=6)[places] + draw.normal(size=60)
        found.append(within_strata(values, places, treated).p < 0.05)
    assert 0.033 <= np.mean(found) <= 0.069


def worlds(effect, spill, trials=60):
    """Units of trials in which half of the places are treated and the others gain `spill` from it."""
    draw, found = np.random.default_rng(4), []
    for n in range(trials):
        values, names, treated = field(draw, 20, 5, 0.0)
        worlds = {"half": values + np.where(treated, effect, spill), "nobody": values, "everybody": values + effect}
        found.append(pd.DataFrame({"trial": n, "locality": names.astype(str), "treated": treated > 0.5, **worlds}))
    return pd.concat(found)


COLUMNS = POWER[POWER.index("power") :]


@pytest.mark.parametrize("spill", [0.0, 0.3])
def test_what_spills_over_is_seen_as_bias(spill):
    plan = usual_trial("workshop", 10, unit="place", error=0.0)
    found = dict(zip(COLUMNS, judged(plan, worlds(0.6, spill)), strict=True))
    assert found["truth"] == pytest.approx(0.6)
    assert found["spill_over"] == pytest.approx(spill)
    assert found["on_treated"] == pytest.approx(0.6)
    assert found["bias_low"] <= -spill <= found["bias_high"]
    assert found["low"] <= found["power"] <= found["high"]
    assert found["trials"] == 60


def test_errors_of_measurement_cost_power_and_bring_no_bias():
    found = []
    for error in (0.0, 2.0):
        plan = usual_trial("workshop", 10, unit="place", estimator="difference", error=error)
        found.append(dict(zip(COLUMNS, judged(plan, worlds(0.8, 0.0)), strict=True)))
    assert found[1]["power"] < found[0]["power"]
    assert found[1]["bias_low"] <= 0.0 <= found[1]["bias_high"]
    assert found[1]["truth"] == found[0]["truth"]


def test_a_place_is_copied():
    case = clustered(load_case("lombardy"), Size(6, 26, 12))
    assert len(case.locality) == 6
    assert {place.families for place in case.locality.values()} == {26}
    own = load_case("lombardy").locality["cremona"]
    assert {place.grant_eur for place in case.locality.values()} == {own.grant_eur / 2}


def test_what_cannot_be_tried_is_refused():
    for words, message in (
        ({"outcome": "providers.trust"}, "outcome: no 'providers.trust'"),
        ({"outcome": "families.satisfaction"}, "providers are drawn"),
        ({"trials": 1}, "at least 2"),
        ({"error": -0.1}, "error: expected"),
        ({"estimator": "regression"}, "estimator: expected"),
    ):
        with pytest.raises(ConfigError, match=message):
            usual_trial("workshop", 10, **words)
    with pytest.raises(ConfigError, match="known at the end only"):
        usual_trial("engagement", 10, unit="place", outcome="families.satisfaction", estimator=CHANGE)
    with pytest.raises(ConfigError, match="kind"):
        usual_trial("workshops", 10)


@pytest.mark.slow
def test_a_real_trial(tmp_path):
    """The whole way on the model itself; a second time nothing is run."""
    from abm.config import Experiment, load_design

    case, design = load_case("generic", {"case.families": 30}), load_design("block_grant")
    results = batch(
        Experiment(name="t", cases=(case,), designs=(design,), seeds=1, months=12), workers=1, out=tmp_path / "r"
    )
    plan, told = usual_trial("workshop", 10, unit="place", trials=4), []
    arguments = {"clusters": (4, 6, 8), "families": (30,), "months": (4,), "workers": 1}
    found = trial(results, None, plan, **arguments, tell=told.append)
    again = trial(results, None, plan, **arguments)
    table = found.tables["power"]
    pd.testing.assert_frame_equal(table, again.tables["power"])
    assert list(table["clusters"]) == [4, 6, 8]
    assert (table["truth"].abs() > 0).all()
    assert len(told) == 3
    assert len(ARMS) == 3
