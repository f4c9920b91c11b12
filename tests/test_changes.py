"""Dated changes: what is read, what is refused and why, and what is in force when."""

# ruff: noqa: E501  (tables of bad input: one line each)

from __future__ import annotations

import ast
import json
from pathlib import Path

import pytest

from abm.config import (
    Change,
    ConfigError,
    Experiment,
    as_changes,
    changed_design,
    check_changes,
    load_case,
    load_design,
    load_experiment,
    parse_changes,
    resolved,
    steps,
    treated_places,
)
from abm.config.changes import DRAWN, ONLY_IN, SHAPING, award_months, everywhere, is_term, why_fixed
from abm.world import SETTINGS, _places_of_settings

ABM = Path(__file__).parents[1] / "abm"
GENERIC = load_case("generic", {"case.families": 40})  # awards in months 5, 29 and 49
LOMBARDY = load_case("lombardy", {"case.families": 120})
BLOCK, CARD = load_design("block_grant"), load_design("social_impact_bond")
AUDIT = {"control.audit": 0.3}


def change(month, settings=AUDIT, who="all"):
    return Change(month=month, who=who, set=settings)


def in_force(case, design, *changes, seed=1, months=None):
    """Month → step."""
    found = steps(case, design, changes, treated_places(case, changes, seed), months)
    return {step.month: step for step in found}


def refusal(case, design, *changes, months=None):
    """What is said of changes that cannot be."""
    with pytest.raises(ConfigError) as error:
        check_changes(case, design, changes, [1, 2, 3], months)
    return error.value.errors


# ---- the value


def test_nested_tables_become_dotted_keys_and_survive_json():
    found = change(3, {"control": {"audit": 0.3}, "payment.milestone": ({"name": "in"},)})
    assert found.set == {"control.audit": 0.3, "payment.milestone": [{"name": "in"}]}
    assert Change.model_validate_json(found.model_dump_json()) == found


def test_changes_are_given_as_values_or_tables():
    assert as_changes([change(3), {"month": 3, "set": AUDIT}]) == (change(3), change(3))
    with pytest.raises(ConfigError) as error:
        as_changes([{"month": 0, "set": AUDIT}, {"month": 2, "how": "half", "set": AUDIT}, {"month": 2}, "5:x=1"])
    assert error.value.errors == (
        "changes[1]: month: expected a whole number from 1 to 2,400, got 0",
        "changes[2]: how: unknown key; did you mean 'who'?",
        "changes[3]: set: missing, expected a table",
        'changes[4]: expected a Change or a table of month, who and set, got "5:x=1"',
    )


def test_the_command_line_s_way_to_write_them():
    texts = [
        "50:control.audit=0.3",
        "50:half:learning.mode=emergent",
        " 50 : control.penalty = 3.0",
        "60:control.audit=0.1",
    ]
    assert parse_changes(texts) == (
        change(50, {"control.audit": 0.3, "control.penalty": 3.0}),
        change(50, {"learning.mode": "emergent"}, "half"),
        change(60, {"control.audit": 0.1}),
    )
    with pytest.raises(ConfigError) as error:
        parse_changes(["control.audit=0.3", "50:control.audit", "50:x=1", "50:all:x=2"])
    assert [line.split(",")[0] for line in error.value.errors] == [
        "change: expected MONTH:KEY=VALUE or MONTH:half:KEY=VALUE such as 50:control.audit=0.3",
        'change "50:control.audit": setting: expected KEY=VALUE such as payment.outcome_share=0.6',
        "change: x: set twice in month 50",
    ]
    with pytest.raises(ConfigError, match=r"changes\[1\]: month: expected a whole number from 1 to 2,400"):
        parse_changes(["0:control.audit=0.3"])


# ---- what is in force when


def test_rules_and_facts_change_with_the_month():
    found = in_force(
        GENERIC, BLOCK, change(30), change(20, {"case.money.wage": 30.0}), change(20, {"control.penalty": 3.0})
    )
    assert list(found) == [20, 30]
    assert found[20].case.money.wage == found[30].case.money.wage == 30.0
    assert [found[month].design.base.control.audit for month in (20, 30)] == [BLOCK.base.control.audit, 0.3]
    assert [found[month].design.base.control.penalty for month in (20, 30)] == [3.0, 3.0]
    assert in_force(GENERIC, BLOCK) == {}


def test_the_terms_of_a_contract_hold_until_the_next_award():
    awards = award_months(GENERIC.calendar, GENERIC.calendar.months)
    assert len(awards) == 3
    later = change(awards[1] - 1, {"payment.outcome_share": 0.5, "control.audit": 0.4})
    found = in_force(
        GENERIC, CARD, change(awards[0] + 1, {"payment.outcome_share": 0.7}), later, change(awards[1], AUDIT)
    )
    assert list(found) == [awards[1] - 1, awards[1]]
    assert found[awards[1] - 1].design.base.payment.outcome_share == CARD.base.payment.outcome_share
    assert found[awards[1] - 1].design.base.control.audit == 0.4
    assert found[awards[1]].design.base.payment.outcome_share == 0.5  # the later change is the last word
    assert found[awards[1]].design.base.control.audit == 0.3
    before = in_force(GENERIC, CARD, change(awards[0] - 2, {"payment.outcome_share": 0.7}))
    assert list(before) == [awards[0] - 2]  # there is no contract yet whose terms could hold
    assert is_term("payment.rule")
    assert is_term("locality.monza.finance.return_cap")
    assert not is_term("payment.lag_months")
    assert not is_term("control.audit")


def test_one_place_can_be_named():
    found = in_force(LOMBARDY, BLOCK, change(50, {"locality.monza.control.audit": 0.3, "control.audit": 0.2}))
    assert [found[50].design.for_locality(name).control.audit for name in LOMBARDY.locality] == [0.2, 0.3, 0.2]


def test_half_of_the_places_with_a_grant_are_drawn():
    halves = [treated_places(LOMBARDY, [change(50, who="half")], seed) for seed in range(400)]
    assert {places for ((*places,),) in halves for places in places} == {"cremona", "monza"}
    assert all(len(places) == 1 for (places,) in halves)
    assert 140 <= sum(places == ("monza",) for (places,) in halves) <= 260
    four = dict(LOMBARDY.locality)
    four |= dict.fromkeys(("lodi", "pavia", "lecco"), LOMBARDY.locality["monza"])
    five = LOMBARDY.model_copy(update={"locality": four})
    drawn = [treated_places(five, [change(50, who="half")], seed)[0] for seed in range(400)]
    assert {len(places) for places in drawn} == {2}
    assert len(set(drawn)) == 10
    assert "rest" not in {name for places in drawn for name in places}


def test_a_draw_depends_on_seed_and_position_alone():
    one, two = change(50, who="half"), change(60, {"control.penalty": 1.0}, "half")
    draws = [treated_places(LOMBARDY, [one, two], seed) for seed in range(60)]
    assert draws == [treated_places(LOMBARDY, [two, one], seed) for seed in range(60)]
    assert any(first != second for first, second in draws)
    assert any(first == second for first, second in draws)
    assert treated_places(LOMBARDY, [change(50), one], 1)[0] == ()


def test_a_half_has_rules_of_its_own():
    changes = (change(50, who="half"), change(60, {"control.audit": 0.9}))
    ((treated, *_), _) = treated_places(LOMBARDY, changes, 1)
    found = in_force(LOMBARDY, CARD, *changes)
    for name in LOMBARDY.locality:
        expected = 0.3 if name == treated else CARD.base.control.audit
        assert found[50].design.for_locality(name).control.audit == expected
        assert found[60].design.for_locality(name).control.audit == 0.9
        assert found[50].design.for_locality(name).payment == CARD.base.payment


def test_a_draw_without_a_treatment_is_a_change_of_nothing():
    assert in_force(LOMBARDY, CARD, change(50, {}, "half")) == {}


# ---- what is refused

LAST = award_months(GENERIC.calendar, GENERIC.calendar.months)[-1]
REFUSED = [
    (GENERIC, BLOCK, [change(200)], "changes[1]: month: the run has "),
    (GENERIC, BLOCK, [change(20, {"control.audi": 0.3})], "changes[1]: control.audi: unknown key; did you mean 'control.audit'?"),
    (GENERIC, BLOCK, [change(20), change(21, {"control.audit": 2})], "changes[2]: control.audit: expected a number from 0 to 1, got 2"),
    (GENERIC, BLOCK, [change(20, {"name": "x"})], "changes[1]: name: belongs to the file and cannot be set"),
    (GENERIC, BLOCK, [change(20, {"control.burden_min": 0.5})], "changes[1]: control.burden_max: must not be below control.burden_min"),
    (GENERIC, BLOCK, [change(20, {"structure.teams": 2})], "changes[1]: structure.teams: cannot change in a run, for populations, tables"),
    (GENERIC, BLOCK, [change(20, {"case.calendar.tender": 2})], "changes[1]: case.calendar.tender: cannot change in a run"),
    (GENERIC, BLOCK, [change(20, {"case.locality.here.families": 2})], "changes[1]: case.locality.here.families: cannot change in a run"),
    (GENERIC, BLOCK, [change(20, {"case.families": 2})], "changes[1]: case.families: cannot change in a run"),
    (GENERIC, BLOCK, [change(20, {"case.work.capability": 0.5})], "changes[1]: case.work.capability: cannot change in a run, for people and ties"),
    (GENERIC, BLOCK, [change(LAST + 1, {"payment.alignment": 1.0})], "changes[1]: payment.alignment: a term of the contract, which holds until the next award, and none follows in this run"),
    (GENERIC, BLOCK, [change(LAST + 1, {"structure.competition": 1.0})], "changes[1]: structure.competition: acts at an award only"),
    (GENERIC, BLOCK, [change(20, {"coproduction.planning": 1.0})], "changes[1]: coproduction.planning: acts at co-planning only, and none follows in this run"),
    (GENERIC, BLOCK, [change(20, {"payment.lag_months": 1})], "changes[1]: payment.lag_months: design 'block_grant' does not use it"),
    (GENERIC, BLOCK, [change(20), change(20)], "changes[2]: control.audit: changes[1] changes it in the same month"),
    (LOMBARDY, BLOCK, [change(50), change(50, who="half")], "changes[2]: control.audit: changes[1] changes it in the same month"),
    (LOMBARDY, BLOCK, [change(50, {"locality.monza.control.audit": 0.2}), change(50)], "changes[2]: control.audit: changes[1] changes it"),
    (GENERIC, BLOCK, [change(20, who="half")], "changes[1]: who: half of the places with a grant needs two at least, case 'generic' has 1"),
    (LOMBARDY, BLOCK, [change(50, {"case.money.wage": 30.0}, "half")], "changes[1]: case.money.wage: facts are the same for all places"),
    (LOMBARDY, BLOCK, [change(50, {"locality.monza.control.audit": 0.2}, "half")], "changes[1]: locality.monza.control.audit: names its place"),
    (LOMBARDY, BLOCK, [change(3, {"case.locality.rest.grant_eur": 1e5})], "changes[1]: case.locality.rest.grant_eur: a place has a grant from the start or never"),
    (GENERIC, CARD, [change(2, {"payment.milestone": [{"name": str(n)} for n in range(9)]})], "changes[1]: payment.milestone: at most "),
    (GENERIC, CARD, [change(20, {"finance.risk_to_provider": 1.0})], "changes[1]: payment.rule, finance.bridge, finance.risk_to_provider, finance.intermediary, finance.fund_share: what is owed"),
    (GENERIC, CARD, [change(2, {"payment.milestone": [{"name": "x", "domain": "wealth"}]})], "payment.milestone 'x': domain: expected one of 'measured'"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("case", "design", "changes", "said"), REFUSED, ids=lambda value: value if isinstance(value, str) else ""
)
def test_what_cannot_be_is_refused_with_the_reason(case, design, changes, said):
    assert any(said in line for line in refusal(case, design, *changes)), refusal(case, design, *changes)


def test_all_that_is_wrong_is_said_at_once():
    wrong = change(20, {"structure.teams": 2, "case.family.peers": 2, "coproduction.planning": 1.0})
    assert len(refusal(GENERIC, BLOCK, wrong, change(999))) == 4


def test_the_length_of_the_run_decides_what_is_too_late():
    awards = award_months(GENERIC.calendar, GENERIC.calendar.months)
    late = change(awards[0] + 1, {"structure.competition": 1.0})
    check_changes(GENERIC, BLOCK, [late], [1])
    assert "none follows in this run" in refusal(GENERIC, BLOCK, late, months=awards[1] - 1)[0]
    assert refusal(GENERIC, BLOCK, change(2, late.set), months=3) == (
        "changes[1]: structure.competition: acts at an award only, and none follows in this run",
    )


def test_places_side_by_side_may_change_in_one_month():
    both = [change(50, {f"locality.{name}.control.audit": 0.2}) for name in ("monza", "cremona")]
    assert list(in_force(LOMBARDY, BLOCK, *both)) == [50]
    check_changes(LOMBARDY, BLOCK, [change(50), change(51, who="half")], range(9))


def test_who_is_paid_and_how_may_change_where_nothing_is_owed():
    """Before the first award, and after a contract that was paid in advance."""
    awards = award_months(GENERIC.calendar, GENERIC.calendar.months)
    pay = CARD.base.payment.model_dump(include={"rule", "outcome_share", "contract_cap", "person_cap"})
    card = {f"payment.{key}": value for key, value in pay.items()}
    lines = [{"name": "only"}]
    found = in_force(GENERIC, BLOCK, change(awards[0] + 1, card | {"payment.milestone": lines}))
    assert found[awards[1]].design.base.payment.rule == "rate_card"
    risk = {"finance.risk_to_provider": 1.0}
    assert found[awards[1]].design.base.finance == BLOCK.base.finance
    assert in_force(GENERIC, CARD, change(awards[0], risk))[awards[0]].design.base.finance.risk_to_provider == 1.0


# ---- the lists of keys are those that the sources show

PHASES = {"plan": {"plan"}, "codesign": {"codesign"}, "contract": {"award"}, "menu": {"codesign", "award"}}


def readers():
    """For each declared setting, by its dotted key as an experiment writes it: the files that read it."""
    keys = {field: ("" if owner == "design" else "case.") + ("locality." if owner == "locality" else "") + key
            for field, owner, key, _ in _places_of_settings()}  # fmt: skip
    found = {key: set() for key in keys.values()}
    for path in (
        *ABM.glob("population*.py"),
        *(ABM / f"{n}.py" for n in ("network", "associations", "attendance")),
        *(ABM / "stages").glob("*.py"),
    ):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Attribute) and node.attr in keys:
                found[keys[node.attr]].add(path.stem.split("_")[0])
    assert set(keys) == set(SETTINGS.names)
    return found


READERS = readers()
# What people are drawn by at the start, but which acts by itself from then on.
ACTS_ON = {
    "control.burden_min", "case.money.wage", "case.trust.propensity", "case.locality.grant_eur", "case.rules.support",
    "case.commissioner.skill_start", "case.family.crisis_rate", "case.family.crisis_dip", "case.outcome.return_rate",
}  # fmt: skip
RARELY = {"population", "intervene"}  # at the start, and in the months of an intervention, which few runs have
PRACTISED = {"coproduction.planning", "coproduction.design"}  # adapt reads them too, in months in which they act
READ_ELSEWHERE = {"payment.alignment"}  # by world.py, into `localities.measured`


def test_what_nothing_but_the_start_reads_cannot_change():
    silent = {key for key, files in READERS.items() if files <= {"population"}} - READ_ELSEWHERE
    assert sorted(key for key in silent if not why_fixed(key)) == [], "give it a line in SHAPING or DRAWN"


def test_what_the_start_reads_cannot_change_unless_it_acts_on():
    drawn = {key for key, files in READERS.items() if "population" in files} - ACTS_ON
    assert sorted(key for key in drawn if not why_fixed(key)) == [], "give it a line in DRAWN, or in ACTS_ON here"


def test_nothing_else_is_refused():
    known = {key for key in READERS if why_fixed(key)}
    drawn = {key for key, files in READERS.items() if files <= {"population"} or "population" in files}
    assert sorted(known - drawn - READ_ELSEWHERE - {"case.family.peers", "case.family.known_providers"}) == []
    assert sorted(set(DRAWN) - set(READERS)) == []
    assert sorted(ACTS_ON & {*DRAWN, *SHAPING}) == []


def test_what_some_months_only_read_is_known():
    expected = {}
    for key, files in READERS.items():
        files = files - RARELY - ({"adapt"} if key in PRACTISED else set())
        phases = set().union(*(PHASES.get(f, {"always"}) for f in files))
        if phases and "always" not in phases and not why_fixed(key):
            expected[key] = tuple(phase for phase in ("plan", "codesign", "award") if phase in phases)
    assert expected == {key: ONLY_IN.get(key, ("award",) if is_term(key) else None) for key in expected}
    assert sorted(ONLY_IN.keys() - expected.keys()) == []


def test_a_key_is_the_same_in_every_place():
    assert everywhere("locality.monza.control.audit") == everywhere("control.audit") == "control.audit"
    assert everywhere("case.locality.monza.families") == "case.locality.families"
    assert everywhere("case.money.wage") == "case.money.wage"


# ---- experiments

TEXT = 'case = "generic"\ndesigns = ["block_grant"]\nseeds = 2\n'


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[[changes]]\nmonth = 3\nwho = 'hal'\nset = {}", "bad.toml:6: changes[1].who: expected one of 'all', 'half', got \"hal\"; did you mean 'half'?"),
        ("[[changes]]\nmonth = 3\nset = {}\n[[changes]]\nmonths = 3\nset = {}", "bad.toml:8: changes[2].months: unknown key; did you mean 'changes[2].month'?"),
        ("changes = 3", "bad.toml:4: changes: expected a list of tables, got 3"),
        ("[[changes]]\nmonth = 30\nset = 3", "bad.toml:6: changes[1].set: expected a table, got 3"),
        ('[[changes]]\nmonth = 30\nset = { "control.audit" = 2 }', "bad.toml:4: changes[1]: control.audit: expected a number from 0 to 1, got 2"),
        ("[[changes]]\nmonth = 30\n[changes.set]\nstructure.teams = 2", "bad.toml:4: changes[1]: structure.teams: cannot change in a run"),
        ("months = 20\n[[changes]]\nmonth = 30\n[changes.set]\ncontrol.audit = 0.2", "bad.toml:5: changes[1]: month: the run has 20 months"),
    ],
)  # fmt: skip
def test_a_file_s_changes_are_refused_with_their_line(tmp_path, monkeypatch, text, said):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "bad.toml").write_text(TEXT + text)
    with pytest.raises(ConfigError) as error:
        load_experiment("./bad.toml")
    assert any(line.startswith(said) for line in error.value.errors), error.value.errors


def test_every_arm_has_the_changes_and_a_manifest_gives_them_back(tmp_path):
    path = tmp_path / "good.toml"
    path.write_text(
        TEXT + "[[changes]]\nmonth = 30\n[changes.set]\ncontrol.audit = 0.2\n[[changes]]\nmonth = 40\nset = {}"
    )
    experiment = load_experiment(path)
    assert experiment.changes == (change(30, {"control.audit": 0.2}), change(40, {}))
    assert [arm.changes for arm in experiment.arms()] == [experiment.changes]
    assert Experiment.model_validate_json(json.dumps(resolved(experiment))) == experiment


def test_a_half_is_checked_for_the_draws_of_the_experiment_s_seeds():
    """The minimum is above the maximum in one place only, so only runs that draw that place contradict themselves."""
    design = changed_design(BLOCK, {"locality.monza.control.burden_max": 0.1})
    rise = change(50, {"control.burden_min": 0.15}, "half")
    cremona = [seed for seed in range(20) if treated_places(LOMBARDY, [rise], seed) == (("cremona",),)]
    check_changes(LOMBARDY, design, [rise], cremona)
    with pytest.raises(ConfigError, match="must not be below"):
        check_changes(LOMBARDY, design, [rise], range(20))


def test_the_preset_is_read():
    experiment = load_experiment("lombardy_audits")
    assert experiment.changes == (change(56),)
    assert experiment.changes[0].set["control.audit"] > max(d.base.control.audit for d in experiment.designs)
