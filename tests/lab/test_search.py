"""A front that is known is found, seen again on fresh seeds; domination by hand."""

from __future__ import annotations

import numpy as np
import pytest

from abm.config import ConfigError, load_design
from abm.config.sample import Axis
from abm.lab.running import batch
from abm.lab.search import Effort, Field, Objective, dominance, nondominated, optimiser, parse_objectives, search

pytest.importorskip("optuna")


def test_domination_by_hand():
    values = np.array([[1.0, 1.0], [2.0, 0.0], [0.5, 0.5], [2.0, 0.0]])
    assert nondominated(values).tolist() == [True, True, False, True]
    by_seed = np.stack([values] * 3, axis=1)
    assert dominance(by_seed).tolist() == [1.0, 1.0, 0.0, 1.0]


def test_the_optimiser_finds_a_known_front():
    """Objectives −x² and −(x − 1)²: every x from 0 to 1 is on the front, none outside; a name that only costs is left."""
    axes = {"x": Axis((), -4.0, 4.0), "kind": Axis(("good", "bad"))}
    ask, last = optimiser(axes, 2, 24), []
    for _ in range(12):
        asked, answer = next(ask)
        values = [
            np.array([-(one["x"] ** 2), -((one["x"] - 1.0) ** 2)]) - 5.0 * (one["kind"] == "bad") for one in asked
        ]
        answer(values)
        last = asked
    inside = [one for one in last if -0.2 <= one["x"] <= 1.2 and one["kind"] == "good"]
    assert len(inside) >= 0.6 * len(last)  # drawn at random it would be 0.09


def test_the_optimiser_repeats_itself():
    axes = {"x": Axis((), 0.0, 1.0)}
    first, again = (next(optimiser(axes, 2, 8))[0] for _ in range(2))
    assert first == again


@pytest.fixture
def planted(monkeypatch, fake_engine, experiment, tmp_path):
    """A requisite contract whose gain has an inner optimum in alignment, and whose cost rises with it."""
    alone = {"designs": (load_design("requisite_contract"),), "baseline": "requisite_contract", "factors": {}}
    results = batch(experiment.model_copy(update=alone), workers=1, out=tmp_path / "small")

    def at(self, points, metrics, seeds=()):
        values = np.zeros((1, len(points), len(seeds), 2))
        for p, point in enumerate(points):
            alignment = point.get("payment.alignment", 1.0)
            if point.get("payment.attribution") == "gross":
                values[0, p] = np.nan  # cannot be run
                self.failures.append("no such luck")
                continue
            luck = np.array([np.random.default_rng(seed).normal() for seed in seeds]) * 0.001
            values[0, p, :, 0] = -((alignment - 0.6) ** 2) + luck
            values[0, p, :, 1] = alignment
        return values

    monkeypatch.setattr(Field, "at", at)
    return results


def test_a_search_finds_the_inner_optimum_and_nothing_beyond(planted):
    goals = [Objective("attributable_gain", 1), Objective("admin_cost", -1)]
    over = {"payment.alignment": [0.25, 1.0], "payment.attribution": "plausible"}
    found = search(planted, over=over, contexts={}, objectives=goals, effort=Effort(12, 6, 2, 2, 5))
    front = found.tables["front"]
    assert front["which"].tolist()[-1] == "as it is"
    best = front.iloc[:-1]
    assert best["payment.alignment"].max() <= 0.65
    assert best["payment.alignment"].min() <= 0.35
    assert best.iloc[0]["attributable_gain"] == best["attributable_gain"].max()
    assert (best["attributable_gain_low"] <= best["attributable_gain"]).all()
    assert front.iloc[-1]["nondominated"] < 0.05
    assert front.iloc[-1]["payment.alignment"] == 1.0
    assert "gross" not in set(best["payment.attribution"])
    assert not set(found.about["seeds"]) & set(found.about["fresh_seeds"])


def test_what_cannot_be_searched_is_refused(planted):
    for arguments, message in (
        ({"over": {"case.money.wage": "plausible"}}, "a fact of the case"),
        ({"over": {"payment.person_cap": "plausible"}}, "does not use it"),
        ({"objectives": [Objective("trust_mean", 1)]}, "two at least"),
    ):
        with pytest.raises(ConfigError, match=message):
            search(planted, **arguments)
    with pytest.raises(ConfigError, match="no better and worse"):
        parse_objectives(["spend_public"])
    assert parse_objectives(["-spend_public", "trust_mean"]) == [
        Objective("spend_public", -1),
        Objective("trust_mean", 1),
    ]
