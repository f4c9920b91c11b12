"""Known parameters are recovered, posteriors are as wide as they should be, and their points can be run."""

from __future__ import annotations

import math
import tomllib

import numpy as np
import pytest

from abm.config import ConfigError, Experiment
from abm.lab import calibrate as module
from abm.lab.calibrate import Target, as_toml, calibrate, parse_targets, points_of
from abm.lab.rejection import abc, rank_rows, ranks
from abm.lab.running import batch
from abm.lab.smc import smc


def linear(units, seed, noise=0.1):
    """Two summaries of two parameters, with noise: cheap, and its posterior is known."""
    draw = np.random.default_rng(seed)
    sums = np.column_stack([units[:, 0] + units[:, 1], units[:, 0] - units[:, 1]])
    return sums + noise * draw.normal(size=sums.shape)


def uniform(n, seed):
    return np.random.default_rng(seed).uniform(1e-6, 1 - 1e-6, size=(n, 2))


@pytest.mark.parametrize("truth", [(0.3, 0.6), (0.5, 0.5), (0.7, 0.4)])
def test_a_known_posterior_is_found(truth):
    """Flat prior, two sums with noise 0.1: each parameter is normal about its estimate with sd 0.1/√2."""
    units = uniform(8000, 1)
    observed = linear(np.array([truth]), 5)[0]
    found = abc(units, linear(units, 2), observed, 0.03)
    mean = found.weights @ found.units
    spread = np.sqrt(found.weights @ (found.units - mean) ** 2)
    estimate = [(observed[0] + observed[1]) / 2, (observed[0] - observed[1]) / 2]
    assert mean == pytest.approx(estimate, abs=0.02)
    assert spread == pytest.approx([0.1 / math.sqrt(2)] * 2, rel=0.2)
    assert found.weights.sum() == pytest.approx(1.0)


def test_the_regression_narrows_what_rejection_leaves_too_wide():
    units = uniform(2000, 1)
    arguments = (units, linear(units, 2, 0.02), np.array([1.0, 0.0]), 0.2)
    spreads = [abc(*arguments, adjust=adjust).units.std() for adjust in (True, False)]
    assert spreads[0] < 0.5 * spreads[1]


def test_ranks_are_uniform():
    """Three parameters' worth of χ² tests at 0.1 %: a false alarm once in 500 such tests."""
    units = uniform(1500, 3)
    below = ranks(units, linear(units, 4), 0.1, most=250)
    rows = rank_rows(["a", "b"], below)
    assert min(row[-1] for row in rows) > 0.001
    assert sum(row[2] for row in rows) == 2 * 250


def test_ranks_of_a_posterior_that_is_too_narrow_are_not():
    units = uniform(1500, 3)
    summaries = linear(units, 4, 0.3)
    below = []
    for n in range(200):
        rest = np.arange(1500) != n
        found = abc(units[rest], summaries[rest], summaries[n])
        middle = found.weights @ found.units
        narrow = middle + 0.3 * (found.units - middle)
        below.append((found.weights[:, None] * (narrow < units[n])).sum(axis=0))
    assert max(row[-1] for row in rank_rows(["a", "b"], np.array(below))) < 1e-6


@pytest.fixture
def planted(monkeypatch, fake_engine, experiment, tmp_path):
    """A batch whose satisfaction is 10 × a number of the case, with noise."""
    results = batch(experiment.model_copy(update={"factors": {}}), workers=1, out=tmp_path / "small")

    def summaries(field, axes, units, metrics, seeds):
        fade = np.array([module.point_of(axes, unit)["case.network.fade"] for unit in units])
        return (10.0 * fade + 0.05 * np.random.default_rng(1).normal(size=len(units)))[:, None]

    monkeypatch.setattr(module, "_summaries", summaries)
    return results


def test_a_parameter_of_the_case_is_recovered(planted):
    over = {"case.network.fade": "plausible", "case.money.wage": "plausible"}
    found = calibrate(planted, [Target("satisfaction", 0.9, 0.02)], over)
    table = found.tables["posterior"]
    mean = (table["weight"] * table["case.network.fade"]).sum()
    assert mean == pytest.approx(0.09, abs=0.005)
    assert table["case.money.wage"].std() > 0.2 * (35 - 20)  # nothing was learned of it
    assert found.about["never_reached"] == []
    points = points_of(found, 12)
    assert 1 < len(points) <= 12
    again = Experiment(**dict(planted.experiment) | {"points": points, "name": "again"})
    assert again.points == points
    assert tomllib.loads(as_toml(points).replace('"case.', '"case.'))["points"] == list(points)


def test_what_no_draw_reaches_is_said(planted):
    found = calibrate(planted, [Target("satisfaction", 5.0)], {"case.network.fade": "plausible"})
    assert found.about["never_reached"] == ["satisfaction"]


def test_targets_are_read_and_refused(planted):
    assert parse_targets(["satisfaction=0.7:0.03", "trust_mean=0.5"]) == [
        Target("satisfaction", 0.7, 0.03),
        Target("trust_mean", 0.5),
    ]
    for text in ("satisfaction", "satisfaction=high", "satisfaction=0.5:-1", "happiness=0.5"):
        with pytest.raises(ConfigError, match=r"target|metric"):
            parse_targets([text])
    with pytest.raises(ConfigError, match="over: say which"):
        calibrate(planted, [Target("satisfaction", 0.5)], {})
    with pytest.raises(ConfigError, match="at least 20"):
        calibrate(planted, [Target("satisfaction", 0.5)], {"case.network.fade": "plausible"}, draws=40, keep=0.1)


@pytest.mark.slow
def test_step_by_step_comes_to_the_same_and_repeats_itself():
    """As `test_a_known_posterior_is_found`, by pyabc; its last distance is not 0, so a little wider."""
    pytest.importorskip("pyabc")
    observed, state = np.array([0.9, -0.3]), np.random.get_state()[1].copy()  # noqa: NPY002

    def simulate(unit, n):
        return linear(unit[None, :], n)[0]

    found, again = (smc(simulate, 2, observed, np.ones(2), 2500, 150, 1) for _ in range(2))
    assert found.weights @ found.units == pytest.approx([0.3, 0.6], abs=0.04)
    assert np.array_equal(found.units, again.units)
    assert np.array_equal(np.random.get_state()[1], state)  # noqa: NPY002


@pytest.mark.slow
def test_a_parameter_of_the_model_is_recovered(tmp_path):
    """Satisfaction and integration as they come out at a known value of the hours that a link takes find that value again."""
    from abm.config import load_case, load_design
    from abm.lab.ensemble import Field, mean_over_seeds

    case, design = load_case("generic", {"case.families": 40}), load_design("relational_obc")
    results = batch(
        Experiment(name="t", cases=(case,), designs=(design,), seeds=1, months=30, twins=False),
        workers=1,
        out=tmp_path / "r",
    )
    truth, key, names = 0.8, "case.network.link_hours", ["integration", "trust_provider_provider"]
    seen = Field(results.experiment, case, [design], tuple(range(500, 520))).at([{key: truth}], names)
    targets = [
        Target(name, float(value), 0.005) for name, value in zip(names, mean_over_seeds(seen)[0, 0], strict=True)
    ]
    found = calibrate(results, targets, {key: "plausible"}, draws=200, workers=2)
    table = found.tables["posterior"].sort_values(key)
    ends = table["weight"].cumsum().to_numpy()
    low, high = (
        table[key].to_numpy()[min(int(np.searchsorted(ends, level)), len(table) - 1)] for level in (0.025, 0.975)
    )
    assert low <= truth <= high
    assert high - low < 0.6 * (3.0 - 0.3)
