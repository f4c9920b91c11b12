"""Interventions: what is read, what is refused and why, and who is drawn."""

# ruff: noqa: E501  (tables of bad input: one line each)

from __future__ import annotations

import json
from typing import get_args

import pytest

from abm.config import (
    ConfigError,
    Experiment,
    Intervention,
    as_interventions,
    check_interventions,
    load_case,
    load_experiment,
    parse_interventions,
    resolved,
    treated_units,
)
from abm.config.interventions import strata_of
from abm.rules.interventions import KIND_NAMES, UNITS

GENERIC = load_case("generic", {"case.families": 40})
LOMBARDY = load_case("lombardy", {"case.families": 120})


def event(kind="workshop", month=12, **more):
    return Intervention(month=month, kind=kind, **more)


def test_kinds_and_units_are_those_of_the_rules():
    assert get_args(Intervention.model_fields["kind"].annotation) == KIND_NAMES
    assert event().unit_or_usual == "provider"
    assert event(unit="place").unit_or_usual == "place"


def test_interventions_are_given_as_values_or_tables():
    table = {"month": 12, "kind": "workshop"}
    assert as_interventions([event(), table]) == (event(), event())
    assert Intervention.model_validate_json(event().model_dump_json()) == event()
    wrong = [
        {"month": 12, "kind": "workshp"}, {"month": 12, "kind": "exit", "strength": 2}, {"kind": "exit", "unit": "famly", "month": 1},
        {"month": 1, "kind": "exit", "strengh": 0.5}, "50:exit",
    ]  # fmt: skip
    with pytest.raises(ConfigError) as error:
        as_interventions(wrong)
    said = error.value.errors
    assert said[0].startswith("interventions[1]: kind: expected one of 'workshop', 'guidance'")
    assert said[0].endswith("got \"workshp\"; did you mean 'workshop'?")
    assert said[1:4] == (
        "interventions[2]: strength: expected a number from 0 to 1, got 2",
        "interventions[3]: unit: expected one of 'place', 'provider', 'family', got \"famly\"; did you mean 'family'?",
        "interventions[4]: strengh: unknown key; did you mean 'strength'?",
    )
    assert said[4].startswith("interventions[5]: expected an Intervention or a table of month, kind")


def test_the_command_line_s_way_to_write_them():
    texts = ["50:half:workshop=0.5", "50-61:family:information", " 20 : scandal = 1", "7:place:half:workshop"]
    assert parse_interventions(texts) == (
        event(month=50, who="half", strength=0.5),
        event("information", 50, unit="family", months=12),
        event("scandal", 20),
        event(month=7, unit="place", who="half"),
    )


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("workshop", "intervention: expected MONTH:KIND=STRENGTH, such as 50:half:workshop=0.5"),
        ("50:hlf:workshop", "intervention \"50:hlf:workshop\": expected one of 'all', 'half', 'place', 'provider', 'family' before the kind, got \"hlf\"; did you mean 'half'?"),
        ("50:half:all:workshop", 'intervention "50:half:all:workshop": who: given twice'),
        ("50:workshop=much", 'intervention "50:workshop=much": strength: expected a number from 0 to 1, got "much"'),
        ("50-40:workshop", 'intervention "50-40:workshop": months: the last must not be before the first'),
        ("50:worksop", "interventions[1]: kind: expected one of 'workshop'"),
        ("50:workshop=nan", "interventions[1]: strength: expected a number from 0 to 1, got nan"),
    ],
)  # fmt: skip
def test_a_word_that_is_wrong_is_told(text, said):
    with pytest.raises(ConfigError) as error:
        parse_interventions([text])
    assert len(error.value.errors) == 1
    assert error.value.errors[0].startswith(said)


REFUSED = [
    (GENERIC, event(month=999), "interventions[1]: month: the run has "),
    (GENERIC, event("exit", months=2), "interventions[1]: months: 'exit' lasts one month, so no number of months can be given"),
    (GENERIC, event("withdrawal", months=2), "interventions[1]: months: 'withdrawal' lasts for good"),
    (GENERIC, event("information", unit="provider"), "interventions[1]: unit: 'information' is for 'family', 'place', got 'provider'"),
    (GENERIC, event("budget_cut", who="half"), "interventions[1]: who: a half needs two at least of the unit 'place' with a grant, case 'generic'"),
]  # fmt: skip


@pytest.mark.parametrize(("case", "one", "said"), REFUSED)
def test_what_cannot_be_is_refused_with_the_reason(case, one, said):
    with pytest.raises(ConfigError) as error:
        check_interventions(case, [one])
    assert [line[: len(said)] for line in error.value.errors] == [said]


def test_all_are_the_units_of_places_with_a_grant():
    counts = {
        "place": 2,
        "provider": sum(LOMBARDY.locality[n].providers for n in ("cremona", "monza")),
        "family": sum(LOMBARDY.locality[n].families for n in ("cremona", "monza")),
    }
    for unit, count in counts.items():
        (rows,) = treated_units(LOMBARDY, [event("engagement" if unit != "provider" else "workshop", unit=unit)], 1)
        assert len(rows) == len(set(rows)) == count
        assert sum(map(len, strata_of(LOMBARDY, unit))) == count


@pytest.mark.parametrize("unit", UNITS)
def test_a_half_is_half_of_each_stratum_and_known_from_the_seed(unit):
    one = event("workshop" if unit != "family" else "information", unit=unit, who="half")
    draws = [treated_units(LOMBARDY, [one], seed)[0] for seed in range(60)]
    for drawn in draws:
        for stratum in strata_of(LOMBARDY, unit):
            assert sum(row in drawn for row, _ in stratum) == len(stratum) // 2
    assert draws == [treated_units(LOMBARDY, [one], seed)[0] for seed in range(60)]
    assert len(set(draws)) > 1
    everyone = [row for stratum in strata_of(LOMBARDY, unit) for row, _ in stratum if len(stratum) > 1]
    assert {row for drawn in draws for row in drawn} == set(everyone)


def test_a_draw_depends_on_seed_and_position_alone():
    one, two = event(who="half"), event("professional_training", 30, who="half", strength=0.1)
    first = [treated_units(GENERIC, [one, two], seed) for seed in range(20)]
    assert first == [treated_units(GENERIC, [two, one], seed) for seed in range(20)]
    assert any(a != b for a, b in first)


TEXT = 'case = "generic"\ndesigns = ["block_grant"]\nseeds = 2\n'


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[[interventions]]\nmonth = 3\nkind = 'workshp'", "bad.toml:6: interventions[1].kind: expected one of 'workshop'"),
        ("[[interventions]]\nmonth = 3\nkind = 'exit'\nstrenth = 1.0", "bad.toml:7: interventions[1].strenth: unknown key; did you mean 'interventions[1].strength'?"),
        ("[[interventions]]\nmonth = 3\nkind = 'exit'\nunit = 'family'", "bad.toml:4: interventions[1]: unit: 'exit' is for 'place', got 'family'"),
        ("interventions = 3", "bad.toml:4: interventions: expected a list of tables, got 3"),
    ],
)  # fmt: skip
def test_a_file_s_interventions_are_refused_with_their_line(tmp_path, monkeypatch, text, said):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "bad.toml").write_text(TEXT + text)
    with pytest.raises(ConfigError) as error:
        load_experiment("./bad.toml")
    assert any(line.startswith(said) for line in error.value.errors), error.value.errors


def test_every_arm_has_the_interventions_and_a_manifest_gives_them_back(tmp_path):
    path = tmp_path / "good.toml"
    path.write_text(
        TEXT + "[[interventions]]\nmonth = 30\nkind = 'workshop'\nwho = 'half'\nstrength = 0.5\nmonths = 6\n"
    )
    experiment = load_experiment(path)
    assert experiment.interventions == (event(month=30, who="half", strength=0.5, months=6),)
    assert [arm.interventions for arm in experiment.arms()] == [experiment.interventions]
    assert Experiment.model_validate_json(json.dumps(resolved(experiment))) == experiment
