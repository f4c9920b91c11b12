"""Morris and Sobol' on a function whose answers are known, and the whole analysis on a stand-in for the engine."""

from __future__ import annotations

import math

import numpy as np
import pytest

from abm.config import ConfigError
from abm.lab import sensitivity
from abm.lab.ensemble import assumed_numbers, parse_over
from abm.lab.running import batch
from abm.lab.sensitivity import Effort, matters, morris_rows, sobol_rows

NAMES = ["x1", "x2", "x3"]


def ishigami(units):
    """sin x1 + 7 sin² x2 + 0.1 x3⁴ sin x1, x from −π to π (Ishigami & Homma 1990)."""
    x = np.pi * (2.0 * units - 1.0)
    return (np.sin(x[:, 0]) + 7.0 * np.sin(x[:, 1]) ** 2 + 0.1 * x[:, 2] ** 4 * np.sin(x[:, 0]))[:, None]


def test_sobol_finds_the_shares_of_ishigami():
    rows = {row[1]: row[2:] for row in sobol_rows(NAMES, ["y"], 1024, ishigami)}
    truth = {"x1": (0.3139, 0.5576), "x2": (0.4424, 0.4424), "x3": (0.0, 0.2437)}
    for name, (first, total) in truth.items():
        found = rows[name]
        assert found[0] == pytest.approx(first, abs=0.05)
        assert found[3] == pytest.approx(total, abs=0.05)
        assert found[1] <= found[0] <= found[2]


def test_morris_finds_what_moves_and_what_does_not():
    def model(units):
        return (3.0 * units[:, 0] + units[:, 1] ** 2)[:, None]

    rows = {row[1]: row[2:] for row in morris_rows(NAMES, ["y"], 20, model)}
    assert rows["x1"][0] == pytest.approx(3.0)
    assert rows["x1"][1] == pytest.approx(0.0, abs=1e-9)  # linear
    assert rows["x2"][1] > 0.1
    assert rows["x3"][0] == 0.0


def test_a_metric_that_does_not_vary_has_no_shares():
    assert sobol_rows(NAMES, ["y"], 16, lambda units: np.ones((len(units), 1))) == []


def test_assumed_numbers_are_of_the_case_and_have_a_range():
    found = assumed_numbers()
    assert "case.measurement.noise" not in found  # has a source
    assert "case.network.fade" in found
    assert all(key.startswith("case.") for key in found)


def test_ranges_of_a_command_line():
    assert parse_over(["case.network.fade", "case.money.wage=[20, 30]"]) == {
        "case.network.fade": "plausible", "case.money.wage": [20, 30]
    }  # fmt: skip
    assert {"case.network.fade", "case.network.link_hours"} <= set(parse_over(["case.network.*"]))
    with pytest.raises(ConfigError, match="no setting matches"):
        parse_over(["case.nonsense.*"])


@pytest.fixture
def planted(monkeypatch, fake_engine, experiment, tmp_path):
    """A small batch, and runs of it whose trust depends on two numbers of the case in a known way."""
    results = batch(experiment.model_copy(update={"factors": {}}), workers=1, out=tmp_path / "small")

    def at(self, points, metrics, seeds=()):
        used = tuple(seeds) or self.seeds
        values = np.zeros((len(self.designs), len(points), len(used), len(metrics)))
        for p, point in enumerate(points):
            fade, wage = point.get("case.network.fade", 0.06), point.get("case.money.wage", 25.0)
            for s, seed in enumerate(used):
                luck = np.random.default_rng(seed).normal()
                values[0, p, s] = luck
                values[1, p, s] = luck + 10.0 * (fade - 0.06) + 0.001 * (wage - 25.0)
        return values

    monkeypatch.setattr(sensitivity.Field, "at", at)
    return results


def test_what_matters_is_found(planted):
    over = {"case.network.fade": "plausible", "case.money.wage": "plausible", "case.money.margin": "plausible"}
    effort = Effort(morris=2, sobol=2, ensemble=2, curves=1, sobol_points=32, points=40)
    found = matters(planted, over=over, metrics=["trust_mean"], effort=effort)
    tables = found.tables
    assert found.about["went_on"] == ["case.network.fade", "case.money.wage"]
    assert tables["deciders"].iloc[0]["parameter"] == "case.network.fade"
    assert list(tables["deciders"]["changes"]) == ["yes", "yes"]
    assert found.about["tried"] == 3
    curve = tables["curves"]
    assert list(curve["parameter"].unique()) == ["case.network.fade"]
    assert list(curve["difference"]) == pytest.approx([10.0 * (value - 0.06) for value in curve["value"]], abs=1e-9)
    morris = tables["morris"].set_index("parameter")
    assert morris.loc["case.network.fade", "mu_star"] == pytest.approx(1.3)  # 10 × the plausible range, .02 to .15
    sobol = tables["sobol"].set_index("parameter")
    assert sobol.loc["case.network.fade", "total"] > 0.95
    information = tables["information"].set_index("parameter")["value"]
    assert information["case.network.fade"] > 5 * information["case.money.wage"]
    assert set(tables["variance"]["component"]) == {"design", "parameters", "interaction", "chance"}
    assert math.isclose(tables["variance"]["share"].sum(), 1.0)


def test_a_metric_without_better_and_worse_decides_nothing(planted):
    with pytest.raises(ConfigError, match="no better and worse"):
        matters(planted, metrics=["spend_public"])


def test_nothing_that_moves_is_said(planted):
    with pytest.raises(ConfigError, match="none of these 1 numbers moves"):
        matters(planted, over={"case.money.margin": "plausible"}, metrics=["trust_mean"])
