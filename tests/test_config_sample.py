"""Samples and listed points: what is drawn, that it is the same everywhere, and that blocks stay paired."""

from __future__ import annotations

import json
import math
import tomllib
import warnings

import numpy as np
import pytest

from abm.case import Case
from abm.config import ConfigError, Experiment, Sample, load_case, load_design, load_experiment, resolved
from abm.config.sample import WORDS, axis
from abm.config.words import known_keys
from abm.declare import parameters
from abm.design import GovernanceDesign
from abm.lab.running import batch
from abm.lab.twins import twins_of

HEAD = 'case = "generic"\ndesigns = ["social_impact_bond", "block_grant"]\nseeds = [4, 2]\nmonths = 20\n'
OVER = {
    "case.outcome.effect": "plausible",
    "case.provider.usual_hours": {"range": [1.0, 100.0], "scale": "log"},
    "case.calendar.runoff": [3, 6],
    "structure.decision_rights": ["hub", "teams", "members"],
    "mechanisms.gaming": "plausible",
    "case.locality.town.demand_ratio": [1.2, 1.7],
    "case.measurability.health": [0.25, 0.75],
}


LATIN = [
    (0.800535203289, 1.71017958756),
    (0.602162220643, 3.34838114249),
    (0.0676650832809, 3.123129184),
    (0.477926898055, 1.95173031736),
]
SOBOL = [
    (0.650426851586, 3.75193048455),
    (0.152697536163, 2.49660800025),
    (0.307257463224, 2.68532336224),
    (0.80952623859, 1.31280197855),
]


def sampled(**changes) -> Experiment:
    given = {"method": "latin", "n": 12, "over": OVER} | changes
    return Experiment(
        name="sampled", cases=(load_case("generic"),), designs=(load_design("social_impact_bond"), load_design("block_grant")),
        seeds=(4, 2), months=20, sample=given,
    )  # fmt: skip


def test_the_same_seed_gives_the_same_points_for_good():
    """These points are in results folders that were written before: if they change, old folders cannot be gone on with."""
    latin = Sample(method="latin", n=4, seed=7, over={"control.audit": [0, 1], "control.penalty": [1.0, 4.0]})
    assert [tuple(point.values()) for point in latin.points()] == LATIN
    sobol = Sample(method="sobol", n=4, seed=7, over={"control.audit": [0, 1], "control.penalty": [1.0, 4.0]})
    assert [tuple(point.values()) for point in sobol.points()] == SOBOL
    assert latin.points() == latin.model_copy().points()
    assert latin.points() != latin.model_copy(update={"seed": 8}).points()


@pytest.mark.parametrize("method", ["latin", "sobol"])
def test_each_part_of_a_range_has_one_point(method):
    over = {"control.audit": [0.0, 1.0], "case.money.interest": {"range": [0.001, 1.0], "scale": "log"}}
    points = Sample(method=method, n=64, seed=3, over=over).points()
    audits = [point["control.audit"] for point in points]
    logs = [math.log(point["case.money.interest"]) / math.log(0.001) for point in points]
    for places in (audits, logs):
        assert sorted(math.floor(64 * min(place, 1 - 1e-12)) for place in places) == list(range(64))


def test_whole_numbers_names_and_switches_come_alike_often():
    points = Sample(method="sobol", n=64, over=OVER | {"payment.lag_months": {"values": [1, 6]}}).points()
    for key, each in (("case.calendar.runoff", 16), ("mechanisms.gaming", 32), ("payment.lag_months", 32)):
        counts = {value: [point[key] for point in points].count(value) for value in {point[key] for point in points}}
        assert set(counts.values()) == {each}
    assert {point["structure.decision_rights"] for point in points} == {"hub", "teams", "members"}
    assert {type(point["case.calendar.runoff"]) for point in points} == {int}
    assert {type(point["mechanisms.gaming"]) for point in points} == {bool}
    assert {type(point["case.outcome.effect"]) for point in points} == {float}


def test_every_declared_setting_can_be_sampled_over_its_plausible_range():
    asked = 0
    for model, prefix in ((GovernanceDesign, ""), (Case, "case.")):
        for key, declared in parameters(model, prefix):
            drawn = axis(key, "plausible")
            lowest, highest = (drawn.value(0.0), drawn.value(1.0 - 1e-12))
            if drawn.values:
                assert drawn.values == declared.possible
            else:
                assert declared.plausible[0] <= lowest < highest <= declared.plausible[1]
                assert highest - lowest > 0.99 * (declared.plausible[1] - declared.plausible[0]) - (
                    0 if isinstance(highest, float) else 1
                )
            asked += 1
    assert asked > 200


def test_a_sobol_sequence_goes_on_from_the_same_points():
    few, many = (Sample(method="sobol", n=n, over=OVER).points() for n in (16, 64))
    assert many[:16] == few


def test_points_that_come_again_stand_once():
    points = Sample(
        method="latin", n=50, over={"mechanisms.gaming": [True, False], "case.calendar.runoff": [3, 4]}
    ).points()
    assert len(points) == 4


def test_points_keep_to_the_ends_of_their_range_and_to_twelve_digits():
    for end in (0.0, 1.0 - 2**-53, 1.0):
        low, high = (
            axis("control.audit", [0.1, 0.3]),
            axis("case.money.interest", {"range": [0.01, 0.2], "scale": "log"}),
        )
        assert 0.1 <= low.value(end) <= 0.3
        assert 0.01 <= high.value(end) <= 0.2
        assert axis("case.calendar.runoff", [3, 6]).value(end) == (3 if end == 0 else 6)
    for point in sampled().points:
        assert all(value == float(f"{value:.12g}") for value in point.values() if isinstance(value, float))


def test_every_design_meets_every_point_under_every_seed():
    experiment = sampled()
    arms = list(experiment.arms())
    assert len(arms) == 2 * 12
    assert [arm.factors for arm in arms[:12]] == [arm.factors for arm in arms[12:]] == list(experiment.points)
    for arm in arms:
        assert arm.case.outcome.effect == arm.factors["case.outcome.effect"]
        assert arm.case.locality["town"].demand_ratio == arm.factors["case.locality.town.demand_ratio"]
        assert arm.case.measurability[arm.case.domains.index("health")] == arm.factors["case.measurability.health"]
        assert arm.design.base.structure.decision_rights == arm.factors["structure.decision_rights"]
    assert experiment.varied == tuple(OVER)


def test_points_stand_beside_factors():
    one = sampled().model_dump() | {"factors": {"control.penalty": [1.0, 2.0]}}
    experiment = Experiment.model_validate_json(json.dumps(one))
    assert len(list(experiment.arms())) == 2 * 2 * 12
    assert experiment.varied == ("control.penalty", *OVER)
    assert len({tuple(arm.factors.values()) for arm in experiment.arms()}) == 24


def test_twins_of_sampled_arms_have_their_facts():
    arms = list(sampled().arms())
    further, twin_of = twins_of(arms)
    for arm, number in zip(arms, twin_of, strict=True):
        twin = [*arms, *further][number]
        assert twin.case == arm.case
        assert twin.design.base.payment.rule == "block"
        assert twin.design.base.structure == arm.design.base.structure


def test_points_become_columns_of_results(fake_engine, tmp_path):
    experiment = sampled(n=4)
    results = batch(experiment, workers=1, out=tmp_path / "results")
    assert results.factors == list(OVER)
    assert list(results.runs.columns[: 3 + len(OVER)]) == ["case", "design", *OVER, "seed"]
    assert len(results.runs) == 2 * 4 * 2
    drawn = {tuple(point.values()) for point in experiment.points}
    assert {tuple(row) for row in results.runs[list(OVER)].itertuples(index=False)} == drawn
    assert len(results.twins) == len(results.runs)
    assert results.experiment == experiment
    table = results.compare()
    assert (table[table["metric"] == "trust_mean"].groupby("design")["n"].sum() == 4).all()
    again = batch(experiment, workers=1, out=tmp_path / "results")
    assert again.runs.equals(results.runs)


# ---- points that are listed


def listed_points(points, **more):
    return Experiment(
        name="listed", cases=(load_case("generic"),), designs=(load_design("social_impact_bond"),), seeds=1,
        points=points, **more,
    )  # fmt: skip


def test_points_may_be_listed_in_python():
    points = [
        {"control.audit": np.float64(0.1), "payment.lag_months": np.int64(2)},
        {"payment": {"lag_months": 4}, "control.audit": 0.2},
    ]
    experiment = listed_points(points)
    assert experiment.points == (
        {"control.audit": 0.1, "payment.lag_months": 2},
        {"control.audit": 0.2, "payment.lag_months": 4},
    )
    assert [list(arm.factors) for arm in experiment.arms()] == [["control.audit", "payment.lag_months"]] * 2
    assert [arm.design.base.payment.lag_months for arm in experiment.arms()] == [2, 4]
    assert Experiment.model_validate_json(json.dumps(resolved(experiment))) == experiment


def test_lines_of_a_rate_card_are_varied_by_name():
    experiment = listed_points([{"payment.milestone.kept.price": 1.0}, {"payment.milestone.kept.price": 3.5}])
    cards = [{line.name: line.price for line in arm.design.base.payment.milestone} for arm in experiment.arms()]
    assert [card["kept"] for card in cards] == [1.0, 3.5]
    assert (
        cards[0].keys()
        == cards[1].keys()
        == {line.name for line in load_design("social_impact_bond").base.payment.milestone}
    )
    steps = {
        "payment.rule": "stepped",
        "payment.outcome_share": 1.0,
        "payment.milestone": [],
        "payment.step": [{"share": 0.5}],
    }
    stepped = load_design("social_impact_bond", {"payment.step.1.share": 0.25} | steps)
    assert stepped.base.payment.step[0].share == 0.25
    whole_first = {"payment.milestone.only.price": 2.0, "payment.milestone": [{"name": "only"}]}
    assert load_design("social_impact_bond", whole_first).base.payment.milestone[0].price == 2.0


@pytest.fixture
def refused(tmp_path, monkeypatch):
    """The lines that refuse an experiment's text."""
    monkeypatch.chdir(tmp_path)

    def errors_of(text: str) -> tuple[str, ...]:
        (tmp_path / "bad.toml").write_text(HEAD + text)
        with pytest.raises(ConfigError) as refusal:
            load_experiment("./bad.toml")
        return refusal.value.errors

    return errors_of


def test_points_in_a_file(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "good.toml").write_text(HEAD + '[[points]]\n"control.audit" = 0.2\n[[points]]\ncontrol.audit = 0.3\n')
    assert load_experiment("./good.toml").points == ({"control.audit": 0.2}, {"control.audit": 0.3})
    text = '[sample]\nmethod = "latin"\nn = 4\n[sample.over]\ncontrol.audit = "plausible"\n'
    text += '"control.penalty" = { range = [1, 2], scale = "log" }'
    (tmp_path / "drawn.toml").write_text(HEAD + text)
    assert load_experiment("./drawn.toml").sample == Sample(**tomllib.loads(text)["sample"])


def test_what_is_wrong_at_thousands_of_points_is_told_fifty_times(refused):
    errors = refused('[sample]\nmethod = "latin"\nn = 1000\nover = { finance.bridge.state = [0, 0.5] }')
    assert len(errors) == 51
    assert errors[-1] == "bad.toml: … and more"


def test_no_setting_ends_like_a_word_of_a_sample():
    ends = {path[-1] for model in (GovernanceDesign, Case) for path in known_keys(model)}
    assert not ends & set(WORDS)


def test_sampling_warns_of_nothing():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        sampled(method="sobol", n=16)
