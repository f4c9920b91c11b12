"""Configuration: what is read, and what is said of what cannot be read."""

from __future__ import annotations

import json
import pickle
import sys
import tomllib
import types
from pathlib import Path

import numpy as np
import pytest

from abm.case import Case
from abm.config import (
    ConfigError,
    Design,
    Experiment,
    changed_case,
    changed_design,
    check_pair,
    load_any,
    load_case,
    load_design,
    load_experiment,
    parse_assignment,
    parse_assignments,
    preset_names,
    preset_path,
    resolved,
    scaled,
    unused_settings,
)
from abm.config.settings import READ_BY_EVERY_RULE, READ_BY_RULE
from abm.config.toml_file import key_lines
from abm.declare import parameters, value_of
from abm.design import GovernanceDesign, Payment

EIGHT = (
    "block_grant",
    "old_public_administration",
    "new_public_management",
    "new_public_governance",
    "cremona_devolved",
    "monza_lead_agency",
    "social_impact_bond",
    "provider_financed_pbr",
)
OTHERS = (
    "upfront_outcomes_contract", "binary_bond", "blended_fund", "social_prime", "requisite_contract", "relational_obc",
)  # fmt: skip
STORIES = {  # case: its own design
    "peterborough": "peterborough_bond", "rikers": "rikers_bond", "utah_preschool": "utah_bond",
    "work_programme": "work_programme_pbr", "troubled_families": "troubled_families_pbr",
    "fair_chance_fund": "fair_chance_bond", "innovation_fund": "innovation_fund_bond", "surrey": "surrey_commissioning",
}  # fmt: skip


@pytest.fixture(autouse=True)
def world_of_little_memory(monkeypatch):
    """A stand-in for the world: reading a configuration asks it only how much memory a run needs."""
    world = types.ModuleType("abm.world")
    world.memory_bytes = lambda case, design, months=None: 50 * case.families * (months or case.calendar.months)
    monkeypatch.setitem(sys.modules, "abm.world", world)


@pytest.fixture
def write(tmp_path, monkeypatch):
    """Write a file into the working directory of the test."""
    monkeypatch.chdir(tmp_path)

    def write_file(name: str, text: str | bytes) -> str:
        data = text if isinstance(text, bytes) else text.encode()
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(data)
        return f"./{name}"

    return write_file


LOADERS_OF = {"cases": load_case, "designs": load_design, "experiments": load_experiment}
LOADERS = {"case": load_case, "design": load_design, "experiment": load_experiment}


def errors_of(kind: str, reference: str) -> tuple[str, ...]:
    with pytest.raises(ConfigError) as refusal:
        LOADERS[kind](reference)
    return refusal.value.errors


def errors_if_any(kind: str, reference: str) -> tuple[str, ...]:
    try:
        LOADERS[kind](reference)
    except ConfigError as error:
        return error.errors or ("nothing said",)
    return ()


# --- presets ---------------------------------------------------------------------------------------------------------


def test_every_preset_loads_under_its_own_name():
    assert set(preset_names("cases")) == {
        "generic",
        "lombardy",
        "lombardy_cremona",
        "lombardy_monza",
        "italy",
        *STORIES,
    }
    assert set(preset_names("designs")) == {*EIGHT, *OTHERS, *STORIES.values()}
    for kind, load in LOADERS_OF.items():
        for name in preset_names(kind):
            value = load(name)
            assert value.name == name
            assert value.title
            assert len(value.title) <= (80 if kind == "experiments" else 40)
            assert value.description
            assert "\n" not in value.description
            alone = sum(name in preset_names(other) for other in LOADERS_OF) == 1
            assert not alone or type(load_any(name)) is type(value)


def test_every_preset_design_suits_every_preset_case():
    for case in map(load_case, preset_names("cases")):
        for design in map(load_design, preset_names("designs")):
            check_pair(case, design)


def test_italy_has_every_province():
    case = load_case("italy")
    assert len(case.locality) == 107
    assert 1_450_000 < case.families < 1_500_000
    smallest, *_, largest = sorted(case.locality.values(), key=lambda place: place.families)
    assert (smallest.title, largest.title) == ("Isernia", "Roma")


def test_lombardy_is_as_it_was_studied():
    case = load_case("lombardy")
    assert list(case.locality) == ["cremona", "monza", "rest"]
    assert case.families == sum(place.families for place in case.locality.values()) == 1430
    cremona, monza = case.locality["cremona"], case.locality["monza"]
    at_bid = [place.public + place.third_sector + place.associations for place in (cremona, monza)]
    assert at_bid == [17, 19]
    assert [n + place.joiners for n, place in zip(at_bid, (cremona, monza), strict=True)] == [22, 22]
    assert (cremona.grant_eur, monza.grant_eur, case.locality["rest"].grant_eur) == (324_000, 411_000, 0)
    assert case.calendar.service_months == 24
    assert "NOT an outcome contract" in case.description


def test_single_places_are_those_of_lombardy():
    whole = load_case("lombardy")
    for place in ("cremona", "monza"):
        alone = load_case(f"lombardy_{place}")
        assert alone.locality == {place: whole.locality[place]}
        assert alone.families == whole.locality[place].families
        assert alone.calendar == whole.calendar
        assert "NOT an outcome contract" in alone.description


def test_generic_serves_sixty_months():
    calendar = load_case("generic").calendar
    assert calendar.service_months * (1 + calendar.renewals) == 60


def test_cremona_and_monza_differ_in_the_two_rights_only():
    one, other = load_design("cremona_devolved").base, load_design("monza_lead_agency").base
    keys = [key for key, _ in parameters(GovernanceDesign) if value_of(one, key) != value_of(other, key)]
    assert keys == ["structure.decision_rights", "structure.coordination_rights"]


def test_lombardy_designs_is_the_experiment_of_the_demo():
    experiment = load_experiment("lombardy_designs")
    assert tuple(design.name for design in experiment.designs) == EIGHT
    assert experiment.baseline == "block_grant"
    assert experiment.seeds == tuple(range(1, 41))
    assert [case.name for case in experiment.cases] == ["lombardy"]


def test_a_story_is_a_case_and_its_design_beside_a_grant_of_the_same_money():
    for case, design in STORIES.items():
        story = load_experiment(f"{case}_story")
        assert ([case], [design, "block_grant"], "block_grant") == (
            [own.name for own in story.cases],
            [own.name for own in story.designs],
            story.baseline,
        )
        assert "assumed" in preset_path("cases", case).read_text()
    assert "NOT an outcome contract" in load_case("surrey").description


def test_presets_write_only_differences():
    for name in set(preset_names("designs")) - {"block_grant", "monza_lead_agency"}:
        text = preset_path("designs", name).read_text()
        parent = load_design(tomllib.loads(text)["extends"]).base
        own = load_design(name).base
        for path in key_lines(text):
            key = ".".join(map(str, path))
            if len(path) > 1 and key in dict(parameters(GovernanceDesign)):
                assert value_of(own, key) != value_of(parent, key), f"{name}: {key} is the parent's"


def test_named_designs_of_parameters_exist():
    for model in (GovernanceDesign, Case):
        assert {declared.acts_in for _, declared in parameters(model)} <= set(preset_names("designs"))


# --- extends, only, places -------------------------------------------------------------------------------------------


def test_extends_merges_tables_and_replaces_lists(write):
    write("parent.toml", preset_path("designs", "social_impact_bond").read_text())
    child = write(
        "child.toml",
        """
        extends = "parent.toml"
        payment.milestone = [{ name = "only", price = 2.0 }]
        finance.bridge = { provider = 0.0, investor = 1.0 }
        """,
    )
    design, parent = load_design(child), load_design("social_impact_bond")
    assert (design.name, design.title, design.description) == ("child", "Child", "")
    assert [line.name for line in design.base.payment.milestone] == ["only"]
    assert design.base.finance.bridge.model_dump() == {"state": 0.0, "provider": 0.0, "investor": 1.0}
    assert design.base.structure == parent.base.structure


def test_extends_counts_paths_from_the_file(write):
    write("a/root.toml", "[control]\naudit = 0.7")
    write("a/b/middle.toml", 'extends = "../root.toml"\n[control]\npenalty = 3')
    leaf = load_design(write("leaf.toml", 'extends = "a/b/middle.toml"'))
    assert (leaf.base.control.audit, leaf.base.control.penalty) == (0.7, 3)


def test_extends_in_a_circle_is_refused(write):
    write("a.toml", 'extends = "b.toml"')
    write("b.toml", 'extends = "./a.toml"')
    (error,) = errors_of("design", "a.toml")
    assert error == "b.toml:1: extends: a circle: a.toml extends b.toml extends a.toml"


def test_a_child_may_have_the_name_of_a_preset_that_it_extends(write):
    own = write("block_grant.toml", 'extends = "block_grant"\n[control]\naudit = 0.9')
    assert load_design(own).base.control.audit == 0.9


def test_an_error_in_the_parent_is_told_at_its_own_line(write):
    write("parent.toml", "[control]\n\naudit = 3")
    errors = errors_of("design", write("child.toml", 'extends = "parent.toml"\n[control]\npenalty = -1'))
    assert "parent.toml:3: control.audit: expected a number from 0 to 1, got 3" in errors
    assert "child.toml:3: control.penalty: expected a number from 0 to 20, got -1" in errors


def test_only_and_a_total_of_the_parent_are_refused_together(write):
    write("large.toml", 'extends = "lombardy"\nfamilies = 2860')
    (error,) = errors_of("case", write("small.toml", 'extends = "large.toml"\nonly = ["monza"]'))
    assert "small.toml:2: only: the parent scales its families" in error
    case = load_case(write("small.toml", 'extends = "large.toml"\nonly = ["monza"]\nfamilies = 246'))
    assert case.locality["monza"].families == 246


def test_a_place_may_differ(write):
    text = """
    extends = "block_grant"
    [structure]
    decision_rights = "members"
    [locality.cremona.structure]
    decision_rights = "teams"
    [locality.monza.payment]
    input_specification = 0.9
    """
    design = load_design(write("mixed.toml", text))
    assert design.for_locality("cremona").structure.decision_rights == "teams"
    assert design.for_locality("monza").structure.decision_rights == "members"
    assert design.for_locality("monza").payment.input_specification == 0.9
    assert design.for_locality("rest") is design.base
    assert {place.name for place in design.by_locality.values()} == {"mixed"}

    changed = changed_design(design, {"structure.decision_rights": "hub", "locality.rest.control.audit": 0.5})
    assert {changed.for_locality(n).structure.decision_rights for n in ("cremona", "monza", "rest")} == {"hub"}
    assert changed.for_locality("monza").payment.input_specification == 0.9
    assert (changed.for_locality("rest").control.audit, changed.base.control.audit) == (0.5, 0.1)

    check_pair(load_case("lombardy"), design)
    check_pair(load_case("lombardy_cremona"), design)
    with pytest.raises(ConfigError, match="tables for 'cremona', 'monza', but the case has 'town'"):
        check_pair(load_case("generic"), design)


def test_what_is_wrong_in_one_place_is_told_once_and_there(write):
    text = """[control]
audit = 2
[locality.monza.control]
penalti = 1
[locality.cremona.finance]
bridge = { state = 0.5 }
[locality.cremona]
name = "other"
"""
    errors = errors_of("design", write("mixed.toml", text))
    assert sorted(errors) == [
        "mixed.toml:2: control.audit: expected a number from 0 to 1, got 2",
        "mixed.toml:4: locality.monza.control.penalti: unknown key; did you mean 'control.penalty'?",
        "mixed.toml:6: locality.cremona.finance.bridge.state: block pay comes in advance, so there is nothing for others "
        "to bridge; must be 1",
        "mixed.toml:6: locality.cremona.finance.bridge: the shares must sum to 1, these sum to 0.5",
        "mixed.toml:8: locality.cremona.name: unknown key, for a design has one name in all places",
    ]


def test_trust_has_facets_in_all_places_or_in_none(write):
    """A relation may join two places, and evidence fades by one rule."""
    text = 'extends = "block_grant"\n[locality.cremona.mechanisms]\nfacets = false\n'
    words = "locality.cremona.mechanisms.facets: must be the same in all places: say mechanisms.facets for all of them"
    assert errors_of("design", write("split.toml", text)) == (f"split.toml:3: {words}",)
    design = load_design("block_grant")
    with pytest.raises(ConfigError, match=words):
        changed_design(design, {"locality.cremona.mechanisms.facets": False})
    whole = changed_design(design, {"mechanisms.facets": False, "locality.cremona.mechanisms.facets": False})
    assert not whole.for_locality("cremona").mechanisms.facets


# --- settings --------------------------------------------------------------------------------------------------------


def test_settings_change_case_and_design_apart():
    settings = {"case.trust.asymmetry": 3.0, "payment.input_specification": 0.5, "finance": {"return_cap": 0.1}}
    case, design = load_case("generic", settings), load_design("block_grant", settings)
    assert case.trust.asymmetry == 3.0
    assert (design.base.payment.input_specification, design.base.finance.return_cap) == (0.5, 0.1)
    assert changed_case(case, {"payment.lag_months": 1}) is case
    assert changed_design(design, {"case.families": 10}) is design


def test_settings_of_numpy_and_lists_are_taken():
    settings = {
        "payment.lag_months": np.int64(4),
        "control.audit": np.float64(0.25),
        "case.calendar.plan": [2, 5],
    }
    design = load_design("social_impact_bond", settings)
    assert (design.base.payment.lag_months, design.base.control.audit) == (4, 0.25)
    assert load_case("generic", settings).calendar.plan == (2, 5)


SETTINGS = [
    (
        {"payment.outcome_shar": 0.5},
        "setting: payment.outcome_shar: unknown key; did you mean 'payment.outcome_share'?",
    ),
    ({"outcome_share": 0.5}, "did you mean 'payment.outcome_share'?"),
    ({"paymnt.outcome_share": 0.5}, "did you mean 'payment.outcome_share'?"),
    ({"payment.outcome_share": 1.5}, "setting: payment.outcome_share: expected a number from 0 to 1, got 1.5"),
    ({"payment.outcome_share": float("nan")}, "expected a number from 0 to 1, got nan"),
    ({"payment.lag_months": 2.5}, "expected a whole number from 0 to 36, got 2.5"),
    ({"payment": 3}, "setting: payment: expected a table, got 3"),
    ({"payment.rule.kind": 3}, "setting: payment.rule.kind: unknown key"),
    (
        {"payment.milestone.0.price": 3},
        "payment.milestone.0.price: no '0' in payment.milestone, expected one of 'entered', 'kept'",
    ),
    (
        {"payment.milestone.kept.price": -3},
        "setting: payment.milestone.kept.price: expected a number from 0 to 1,000,000, got -3",
    ),
    (
        {"payment.milestone.kept.pric": 3},
        "payment.milestone.kept.pric: unknown key; did you mean 'payment.milestone.kept.price'?",
    ),
    ({"payment.step.1.share": 1}, "no '1' in payment.step, which has no lines in 'social_impact_bond'"),
    ({"payment.rule": "block"}, "payment.outcome_share: must be 0 where payment.rule is 'block'"),
    ({"payment.rule": "block"}, "(in 'social_impact_bond' with these settings)"),
    ({"name": "x"}, "setting: name: belongs to the file and cannot be set"),
    ({"trust.asymmetry": 2}, "did you mean 'case.trust.asymmetry', a fact of the case?"),
    ({"case.control.audit": 0.2}, "did you mean 'control.audit', a rule of the design?"),
    ({"case.trust.asymmetri": 2}, "setting: case.trust.asymmetri: unknown key; did you mean 'case.trust.asymmetry'?"),
    ({"case.trust.asymmetry": 0}, "setting: case.trust.asymmetry: expected a number from 1 to 20, got 0"),
    ({"case.families": 2}, "setting: case.families: expected at least one for each of the 3 localities, got 2"),
    ({"case.families": 10**8}, "expected a whole number from 0 to 100,000"),
    ({"case.families": "many"}, 'expected a whole number from 1 to 100,000,000, got "many"'),
    ({"case.locality.milan.families": 9}, "no such locality, the case has 'cremona', 'monza', 'rest'"),
    (
        {"case.locality.monzo.families": 9},
        "setting: case.locality.monzo.families: no such locality; did you mean 'monza'?",
    ),
    ({"case.calendar.tender": 2}, "calendar.plan: must end by the tender"),
    ({"case.": 2}, "unknown key"),
    ({"": 2}, "unknown key"),
    (
        {"locality.monza.control.audit": 2},
        "setting: locality.monza.control.audit: expected a number from 0 to 1, got 2",
    ),
    ({"locality.monza.control.audi": 1}, "locality.monza.control.audi: unknown key; did you mean 'control.audit'?"),
]


@pytest.mark.parametrize(("settings", "message"), SETTINGS)
def test_wrong_settings_are_refused(settings, message):
    errors = []
    for load, name in ((load_case, "lombardy"), (load_design, "social_impact_bond")):
        try:
            load(name, settings)
        except ConfigError as error:
            errors.append(str(error))
    assert message in "".join(errors)


def test_all_wrong_settings_are_told():
    with pytest.raises(ConfigError) as refusal:
        load_design("block_grant", {"control.audit": 2, "control.penalty": "x", "contrl.burden_min": 0})
    assert len(refusal.value.errors) == 3


def test_scaling_keeps_proportions_and_sums():
    case = load_case("lombardy")
    twice = scaled(case, 2860)
    assert [place.families for place in twice.locality.values()] == [104, 246, 2510]
    assert twice.locality["cremona"].grant_eur == 648_000
    assert [getattr(twice.locality["cremona"], kind) for kind in ("public", "third_sector", "joiners")] == [14, 16, 10]
    assert (twice.locality["rest"].for_profit, twice.locality["rest"].joiners) == (0, 0)
    assert scaled(twice, 1430).model_copy(update={"money": case.money}) == case
    assert twice.money.negotiation_capacity == 2 * case.money.negotiation_capacity  # or many would sign later than few

    tiny = scaled(case, 3)
    assert [place.families for place in tiny.locality.values()] == [1, 1, 1]
    assert tiny.locality["cremona"].associations == 1
    for families in (4, 7, 99, 1429, 1431, 14_301):
        assert sum(place.families for place in scaled(case, families).locality.values()) == families


def test_total_families_come_after_all_other_settings(write):
    case = load_case("lombardy", {"case.families": 2860, "case.locality.rest.families": 1325})
    assert case.families == sum(place.families for place in case.locality.values()) == 2860
    assert case.locality["cremona"].families == 99
    assert load_case("lombardy", {"case.locality.rest.families": 100}).families == 275
    assert load_case(write("more.toml", 'extends = "lombardy"\nfamilies = 2860')).locality["monza"].families == 246


ASSIGNMENTS = [
    ("payment.outcome_share=0.6", ("payment.outcome_share", 0.6)),
    (" payment.lag_months = 6 ", ("payment.lag_months", 6)),
    ("payment.rule=rate_card", ("payment.rule", "rate_card")),
    ('payment.rule="rate_card"', ("payment.rule", "rate_card")),
    ("mechanisms.gaming=false", ("mechanisms.gaming", False)),
    ("case.calendar.plan=[1, 4]", ("case.calendar.plan", [1, 4])),
    ("finance.bridge={state = 0, investor = 1}", ("finance.bridge", {"state": 0, "investor": 1})),
    ("a=-1e-3", ("a", -0.001)),
    ("a=True", ("a", "True")),
]


@pytest.mark.parametrize(("text", "parsed"), ASSIGNMENTS)
def test_assignments_are_read(text, parsed):
    assert parse_assignment(text) == parsed


@pytest.mark.parametrize(
    "text", ["", "=", "a", "a=", "=1", "a b=1", "a=[1", "a=1\nb=2", "a=.5", "a..b=1", "a=5%", "a=" + "[" * 9999]
)
def test_other_assignments_are_refused(text):
    with pytest.raises(ConfigError, match="expected"):
        parse_assignment(text)


def test_all_wrong_assignments_are_told():
    assert parse_assignments(["a=1", "b=x"]) == {"a": 1, "b": "x"}
    with pytest.raises(ConfigError) as refusal:
        parse_assignments(["a=1", "b", "a=2", "c=[", "d=3"])
    assert len(refusal.value.errors) == 3
    assert "a: set twice" in str(refusal.value)


def test_nan_gets_through_an_assignment_and_is_refused_by_its_key():
    with pytest.raises(ConfigError, match=r"payment\.outcome_share: expected a number from 0 to 1, got nan"):
        load_design("social_impact_bond", dict([parse_assignment("payment.outcome_share=nan")]))


def test_every_payment_key_is_read_by_some_rule():
    read = {*READ_BY_EVERY_RULE, *(key for keys in READ_BY_RULE.values() for key in keys)}
    assert read == set(Payment.model_fields)
    assert list(READ_BY_RULE) == list(Payment.model_fields["rule"].annotation.__args__)


def test_unused_settings_are_named_with_the_rule():
    unused = unused_settings(load_design("block_grant"), ["payment.lag_months", "payment.alignment", "control.audit"])
    assert unused == {"payment.lag_months": "design 'block_grant' does not use it, its payment.rule is 'block'"}
    assert unused_settings(load_design("social_impact_bond"), ["payment.lag_months", "payment.milestone"]) == {}


# --- experiments -----------------------------------------------------------------------------------------------------


FULL = """
name = "full"
cases = ["lombardy_monza", "generic"]
designs = ["block_grant", "social_impact_bond"]
seeds = [3, 1, 2]
months = 30
[set]
"coproduction.training" = 0.3
case.families = 200
[designs_set.social_impact_bond]
payment.outcome_share = 0.6
[factors]
"payment.lag_months" = [6, 1]
"case.trust.asymmetry" = [1, 2, 4]
"""


def test_arms_are_every_combination_in_the_order_of_the_file(write):
    experiment = load_experiment(write("full.toml", FULL))
    assert (experiment.baseline, experiment.seeds, experiment.months) == ("block_grant", (3, 1, 2), 30)
    arms = list(experiment.arms())
    assert len(arms) == 2 * 2 * 2 * 3
    assert [(arm.case.name, arm.design.name) for arm in arms[::6]] == [
        ("lombardy_monza", "block_grant"),
        ("lombardy_monza", "social_impact_bond"),
        ("generic", "block_grant"),
        ("generic", "social_impact_bond"),
    ]
    assert [tuple(arm.factors.values()) for arm in arms[:6]] == [(6, 1), (6, 2), (6, 4), (1, 1), (1, 2), (1, 4)]
    assert list(arms[0].factors) == ["payment.lag_months", "case.trust.asymmetry"]
    for arm in arms:
        assert arm.design.base.coproduction.training == 0.3
        assert arm.case.families == 200
        assert arm.case.trust.asymmetry == arm.factors["case.trust.asymmetry"]
        assert arm.design.base.payment.lag_months == arm.factors["payment.lag_months"]
    assert arms[6].design.base.payment.outcome_share == 0.6


def test_an_experiment_refers_to_files_beside_it(write):
    write("deep/mine.toml", 'extends = "block_grant"\nname = "mine"')
    write("deep/town.toml", 'extends = "generic"')
    text = 'case = "town.toml"\ndesigns = ["block_grant", "./mine.toml"]\nbaseline = "./mine.toml"\nseeds = 1'
    experiment = load_experiment(write("deep/two.toml", text + '\n[designs_set."./mine.toml"]\n"control.audit" = 0.9'))
    assert (experiment.name, experiment.title, experiment.baseline) == ("two", "Two", "mine")
    assert [case.name for case in experiment.cases] == ["town"]
    assert [arm.design.base.control.audit for arm in experiment.arms()] == [0.1, 0.9]


def test_values_survive_json_and_pickle(write):
    experiment = load_experiment(write("full.toml", FULL))
    place = load_design(write("place.toml", 'extends = "block_grant"\n[locality.monza.control]\naudit = 0.9'))
    for value in (load_case("lombardy"), load_design("social_impact_bond"), place, experiment):
        plain = json.dumps(resolved(value), allow_nan=False)
        again = type(value).model_validate_json(plain)
        assert again == value
        assert pickle.loads(pickle.dumps(value)) == value
    assert list(Experiment.model_validate_json(plain).arms()) == list(experiment.arms())


def test_an_experiment_can_be_made_without_a_file():
    case, designs = load_case("generic"), (load_design("binary_bond"), load_design("block_grant"))
    experiment = Experiment(name="mine", cases=(case,), designs=designs, seeds=3, set={"control": {"audit": 0.2}})
    assert (experiment.baseline, experiment.seeds) == ("binary_bond", (1, 2, 3))
    assert {arm.design.base.control.audit for arm in experiment.arms()} == {0.2}


def test_what_would_not_fit_in_memory_is_refused(write, monkeypatch):
    monkeypatch.setattr("abm.config.check.physical_memory", lambda: 10**7)
    with pytest.raises(ConfigError) as refusal:
        check_pair(load_case("generic"), load_design("block_grant"), months=1000)
    assert str(refusal.value) == (
        "case 'generic': case.families: 400 families over 1,000 months need about 0 GB of memory, this machine has 0 GB; "
        "ask for fewer families or months"
    )
    check_pair(load_case("generic"), load_design("block_grant"))
    text = 'case = "generic"\ndesigns = ["block_grant"]\nseeds = 1\n[factors]\n"case.families" = [400, 4000]'
    (error,) = errors_of("experiment", write("large.toml", text))
    assert "4,000 families over 74 months" in error


# --- what is said of bad input: the rest of it is data, in tests/bad_input -------------------------------------------

ONE_CASE = 'domains = ["a", "b"]\nmeasurability = [0.5, 0.5]\n[locality.x]\n'


def test_bad_references_are_refused(write, tmp_path):
    (tmp_path / "folder.toml").mkdir()
    write("folder.toml/x", "")
    for reference, words in [
        (
            "lombardi",
            "'lombardi': no such case, expected a preset's name or a path to a .toml file; did you mean 'lombardy'?",
        ),
        ("block_grant", "there is a design of that name"),
        ("qqqq", "presets: 'fair_chance_fund', 'generic'"),
        ("", "no such case"),
        ("missing.toml", "missing.toml: no such file"),
        ("./folder.toml", "folder.toml: a directory, expected a TOML file"),
        ("../", "a directory"),
        ("/dev/null/x.toml", "x.toml"),
        ("~nobody_here/x.toml", "no such file"),
        ("x" * 300 + ".toml", "cannot be read"),
        ("a\0.toml", ".toml: no"),
        (Path("lombardy"), "lombardy: no such file"),
    ]:
        with pytest.raises(ConfigError) as refusal:
            load_case(reference)
        assert words in str(refusal.value)
        with pytest.raises(ConfigError):
            load_any(reference if reference != "block_grant" else "block_grand")


def test_a_file_that_may_not_be_read_is_refused(write, monkeypatch):
    path = write("secret.toml", "")

    def refuse(self):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "read_bytes", refuse)
    assert errors_of("design", path) == ("secret.toml: cannot be read: Permission denied",)


def test_a_byte_order_mark_and_windows_lines_are_read(write):
    path = write("windows.toml", "\ufeff[control]\r\naudit = 0.9\r\n")
    assert load_design(path).base.control.audit == 0.9
    (error,) = errors_of("design", write("windows.toml", "\ufeff[control]\r\n\r\naudit = 9\r\n"))
    assert error.startswith("windows.toml:3: control.audit")


def test_all_errors_of_a_file_are_told_at_once(write):
    text = """
    extends = "block_grand"
    name = "Bad Name"
    [payment]
    rule = "ratecard"
    lag_months = "3"
    [control]
    audit = nan
    penalti = 1
    [structurre]
    competition = 0.5
    """
    errors = errors_of("design", write("bad.toml", text))
    assert [error.split(": ")[1] for error in sorted(errors, key=lambda error: int(error.split(":")[1]))] == [
        "extends", "name", "payment.rule", "payment.lag_months", "control.audit", "control.penalti", "structurre",
    ]  # fmt: skip


def test_contradictions_are_told_beside_other_errors_that_are_not_their_cause(write):
    text = '[control]\naudit = 7\n[payment]\nrule = "binary"\n[finance.bridge]\nstate = 0.5\ninvestor = "x"'
    keys = {error.split(": ")[1] for error in errors_of("design", write("bad.toml", text))}
    assert keys == {"control.audit", "payment.rule", "finance.bridge.investor"}
    text = ONE_CASE.replace("0.5]", "1.5]") + "[calendar]\ntender = 2\n[trust]\nmemory = 7"
    keys = {error.split(": ")[1] for error in errors_of("case", write("bad.toml", text))}
    assert keys == {"measurability", "calendar.plan", "trust.memory"}


def test_all_errors_of_an_experiment_and_its_files_are_told_at_once(write):
    write("mine.toml", "[control]\naudit = 2\npenalty = 99")
    text = 'case = "generik"\ndesigns = ["mine.toml", "block_grant"]\nseeds = -1\nmonths = 0.5\nfoo = 1'
    errors = errors_of("experiment", write("bad.toml", text))
    assert {error.split(": ")[1] for error in errors} == {
        "case", "seeds", "months", "foo", "control.audit", "control.penalty",
    }  # fmt: skip


def test_an_error_survives_pickle():
    error = ConfigError("a", "b", "a")
    again = pickle.loads(pickle.dumps(error))
    assert again.errors == error.errors == ("a", "b")
    assert str(again) == "a\nb"


LINES = '''# a comment with [brackets] and "quotes
name = "x" # name = 2
text = """
fake = 1
[fake]
"""
other = \'\'\'
fake = "
\'\'\'
list = [ # [
  "a]", 1,
  { b = 1 },
]
"quoted.key" = 1
a . "b c" = 2
inline = { x = 1, y = { z = 2 } }
[ t.u ]
"\\u0061" = 1
[[t.rows]]
k = 1
[t.rows.sub]
k = 2
[[t.rows]]
k = 3
[[t.rows.deep]]
k = 4
'''


def test_lines_of_keys():
    assert key_lines(LINES) == {
        ("name",): 2, ("text",): 3, ("other",): 7, ("list",): 10, ("quoted.key",): 14, ("a",): 15, ("a", "b c"): 15,
        ("inline",): 16, ("t",): 17, ("t", "u"): 17, ("t", "u", "a"): 18, ("t", "rows"): 19, ("t", "rows", 0): 19,
        ("t", "rows", 0, "k"): 20, ("t", "rows", 0, "sub"): 21, ("t", "rows", 0, "sub", "k"): 22, ("t", "rows", 1): 23,
        ("t", "rows", 1, "k"): 24, ("t", "rows", 1, "deep"): 25, ("t", "rows", 1, "deep", 0): 25,
        ("t", "rows", 1, "deep", 0, "k"): 26,
    }  # fmt: skip


def test_a_design_is_frozen():
    design = load_design("block_grant")
    assert isinstance(design, Design)
    with pytest.raises(ValueError, match="frozen"):
        design.base.payment.lag_months = 3
