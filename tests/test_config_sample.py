"""Samples and listed points: what is drawn, that it is the same everywhere, and that blocks stay paired."""

# ruff: noqa: E501  (tables of bad input: one line each)

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
from abm.lab.results import batch
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
        name="listed", cases=(load_case("generic"),), designs=(load_design("social_impact_bond"),), seeds=1, points=points, **more
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
    text = '[sample]\nmethod = "latin"\nn = 4\n[sample.over]\ncontrol.audit = "plausible"\n"control.penalty" = { range = [1, 2], scale = "log" }'
    (tmp_path / "drawn.toml").write_text(HEAD + text)
    assert load_experiment("./drawn.toml").sample == Sample(**tomllib.loads(text)["sample"])


SAMPLE = '[sample]\nmethod = "latin"\nn = 4\n[sample.over]\n'
BAD = [
    ('[[points]]\n"control.audit" = 0.2\n[[points]]\n"control.penalty" = 1', "bad.toml:7: points[2]: expected the same keys as in the first point"),
    ('[[points]]\n"control.audit" = 0.2\n[[points]]\n"control.audit" = 0.2', "bad.toml:7: points[2]: is the same as points[1]"),
    ('[[points]]\n"control.audit" = [0.2]', "bad.toml:6: points[1].control.audit: expected a number, a name, or true or false, got [0.2]"),
    ('[[points]]\n"control.audit" = 0.1\n[[points]]\n"control.audit" = 2', "bad.toml:7: points[2]: control.audit: expected a number from 0 to 1, got 2"),
    ('[[points]]\n"control.audi" = 0.1', "bad.toml:5: points[1]: control.audi: unknown key; did you mean 'control.audit'?"),
    ("[[points]]", "bad.toml:5: points[1]: expected a table of settings, each with one value, got an empty one"),
    ("points = 3", "bad.toml:5: points: expected a list of at most 50,000 tables, got 3"),
    ('set = { control.audit = 1 }\n[[points]]\ncontrol.audit = 0.5', "points[1].control.audit: is also set to one value"),
    ('factors = { "control.audit" = [0, 1] }\n[[points]]\ncontrol.audit = 0.5', "points[1].control.audit: is a factor too"),
    ("points = [{ control.audit = 1 }]\n" + SAMPLE + "control.penalty = [1, 2]", "bad.toml:5: points: give either points or a sample, not both"),
    ('[sample]\nmethod = "sobl"\nn = 4\nover = { control.audit = [0, 1] }', "sample.method: expected one of 'latin', 'sobol', got \"sobl\"; did you mean 'sobol'?"),
    ('[sample]\nmethod = "sobol"\nn = 100\nover = { control.audit = [0, 1] }', "bad.toml:7: sample.n: a Sobol sequence is even at powers of 2 only, expected 64 or 128"),
    ('[sample]\nmethod = "latin"\nn = 1\nover = { control.audit = [0, 1] }', "bad.toml:7: sample.n: expected a whole number from 2 to 10,000, got 1"),
    ('[sample]\nmethod = "latin"\nn = 4\nsed = 3\nover = { control.audit = [0, 1] }', "bad.toml:8: sample.sed: unknown key; did you mean 'sample.seed'?"),
    ('[sample]\nmethod = "latin"\nn = 4', "bad.toml:5: sample.over: missing, expected a table"),
    ('[sample]\nmethod = "latin"\nn = 4\nover = {}', "sample.over: expected a table that is not empty, got an empty table"),
    ('[sample]\nmethod = "latin"\nn = 4\nover = 3', "bad.toml:8: sample.over: expected a table"),
    (SAMPLE + "control.audi = [0, 1]", "bad.toml:9: sample.over.control.audi: unknown key; did you mean 'control.audit'?"),
    (SAMPLE + '"trust.asymmetry" = [1, 2]', "did you mean 'case.trust.asymmetry', a fact of the case?"),
    (SAMPLE + "control.audit = [0, 2]", "bad.toml:9: sample.over.control.audit: both ends must be a number from 0 to 1, got [0, 2]"),
    (SAMPLE + "control.audit = [0.5, 0.5]", "sample.over.control.audit: the low end must be below the high one, got [0.5, 0.5]"),
    (SAMPLE + "control.audit = [nan, 1]", "sample.over.control.audit: expected 'plausible' or two numbers [low, high], or a table with values, got [nan, 1]"),
    (SAMPLE + "control.audit = [0, 0.5, 1]", "two numbers [low, high], or a table with values, got [0, 0.5, 1]"),
    (SAMPLE + "control.audit = 0.5", "two numbers [low, high], or a table with values, got 0.5"),
    (SAMPLE + 'control.audit = "plausibel"', "got \"plausibel\"; did you mean 'plausible'?"),
    (SAMPLE + 'control.audit = { range = [0, 1], scale = "log" }', "bad.toml:9: sample.over.control.audit: a logarithmic scale needs a low end above 0"),
    (SAMPLE + 'control.audit = { range = [0, 1], scale = "logg" }', "scale: expected one of 'linear', 'log', got \"logg\""),
    (SAMPLE + "control.audit = { range = [0, 1], values = [0, 1] }", "got a table of 'range', 'values'"),
    (SAMPLE + "control.audit = { values = [0, 2] }", "sample.over.control.audit: expected a list of at least two values, each a number from 0 to 1, got 2"),
    (SAMPLE + "payment.lag_months = [1, 2.5]", "two whole numbers [low, high], or a table with values, got [1, 2.5]"),
    (SAMPLE + 'structure.decision_rights = ["hub", "team"]', "one of 'hierarchy', 'hub', 'teams', 'members', got \"team\"; did you mean 'teams'?"),
    (SAMPLE + 'structure.decision_rights = ["hub"]', "expected a list of at least two values"),
    (SAMPLE + 'structure.decision_rights = ["hub", "hub"]', "a value stands twice"),
    (SAMPLE + 'structure.decision_rights = { range = ["hub", "teams"], scale = "log" }', "scale: only a number has one"),
    (SAMPLE + "mechanisms.gaming = [0, 1]", "each true or false, got 0"),
    (SAMPLE + 'payment.milestone = ["a", "b"]', "sample.over.payment.milestone: is a table or a list; name one of its settings"),
    (SAMPLE + "payment.milestone.kept.pric = [0, 1]", "unknown key; did you mean 'payment.milestone.kept.price'?"),
    (SAMPLE + "payment.milestone.kep.price = [0, 1]", "bad.toml:9: payment.milestone.kep.price: no 'kep' in payment.milestone; did you mean 'kept'?"),
    (SAMPLE + "payment.milestone.kept.price = [0, 1]", "no 'kept' in payment.milestone, which has no lines in 'block_grant'"),
    (SAMPLE + "payment.step.3.share = [0, 1]", "no '3' in payment.step, which has no lines"),
    (SAMPLE + "case.families = [10, 1000000000]", "both ends must be a whole number from 1 to 100,000,000"),
    (SAMPLE + 'case.families = "plausible"', "declares no plausible range, expected [low, high]"),
    (SAMPLE + "case.locality.twn.families = [10, 100]", "bad.toml:9: case.locality.twn.families: no such locality; did you mean 'town'?"),
    (SAMPLE + "case.measurability.helth = [0.1, 0.9]", "no 'helth' in measurability; did you mean 'health'?"),
    (SAMPLE + 'name = ["a", "b"]', "sample.over.name: belongs to the file and cannot be set"),
    ("[set]\ncontrol.audit = 0.1\n" + SAMPLE + "control.audit = [0, 1]", "bad.toml:11: sample.over.control.audit: is also set to one value"),
    (SAMPLE + "finance.bridge.state = [0, 0.5]", "bad.toml:9: finance.bridge: the shares must sum to 1"),
    (SAMPLE + '"control.audit" = [0, 1]\ncontrol.audit = [0, 1]', "bad.toml:10: sample.over.control.audit: stands twice"),
    ("[sample]\nmethod = 'latin'\nn = 10000\nover = { control.audit = [0, 1] }\n[factors]\n'control.penalty' = [1, 2, 3]",
     "points: 60,000 combinations of cases, designs and factors and points, at most 50,000 are possible"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "words"), BAD, ids=range(len(BAD)))
def test_bad_points_and_samples_are_told(refused, text, words):
    errors = refused(text)
    assert words in "\n".join(errors)
    assert all(error.startswith("bad.toml") and len(error) < 500 for error in errors)


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
