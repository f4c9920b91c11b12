"""Dated changes in runs and batches: recorded, resumed, drawn again from the seed."""

from __future__ import annotations

import json

import pytest

from abm import cli
from abm.config import Change, ConfigError, Experiment, load_case, load_design, treated_places
from abm.lab.results import Results
from abm.lab.running import batch, run

CHANGES = (
    Change(month=10, set={"control.audit": 0.3}),
    Change(month=50, who="half", set={"control.audit": 0.5}),
)


@pytest.fixture
def dated(fake_engine):
    """Two designs and two wages in two places under three seeds, with a draw."""
    return Experiment(
        name="dated",
        cases=(load_case("lombardy", {"case.families": 120}),),
        designs=(load_design("social_impact_bond"), load_design("block_grant")),
        seeds=3,
        months=60,
        factors={"case.money.wage": (25, 30)},
        changes=CHANGES,
    )


def test_who_was_drawn_is_known_of_every_run(dated, tmp_path):
    results = batch(dated, workers=1, out=tmp_path / "r")
    drawn = results.assignment
    assert drawn.columns.tolist() == [
        "case", "design", "case.money.wage", "seed", "change", "month", "locality", "treated"
    ]  # fmt: skip
    keys = ["case", "design", "case.money.wage", "seed"]
    assert len(drawn) == 12 * 2
    assert drawn.merge(results.runs[keys], on=keys).shape == drawn.shape
    assert (drawn["change"] == 2).all()
    assert (drawn["month"] == 50).all()
    assert (drawn.groupby(keys)["treated"].sum() == 1).all()
    for seed, rows in drawn[drawn["treated"]].groupby("seed"):
        assert {*rows["locality"]} == {*treated_places(dated.cases[0], CHANGES, seed)[1]}
    assert Results.load(tmp_path / "r").assignment.equals(drawn)


def test_without_a_half_nobody_is_drawn(dated, tmp_path):
    results = batch(dated.model_copy(update={"changes": CHANGES[:1]}), workers=1, out=tmp_path / "r")
    assert results.assignment.empty
    assert "treated" in results.assignment


def test_a_batch_goes_on_with_the_same_changes_and_with_no_others(dated, tmp_path, monkeypatch):
    results = batch(dated, workers=1, out=tmp_path / "r")
    assert Experiment.model_validate_json(json.dumps(results.manifest["configuration"])) == dated
    monkeypatch.setattr("abm.lab.run.simulate_unit", None)  # nothing is left to do
    assert batch(dated, workers=1, out=tmp_path / "r").runs.equals(results.runs)
    for others in (CHANGES[:1], (CHANGES[0], Change(month=51, who="half", set={"control.audit": 0.5}))):
        with pytest.raises(ConfigError, match=r"changes: \[.* in the folder, \[.* now"):
            batch(dated.model_copy(update={"changes": others}), workers=1, out=tmp_path / "r")


def test_a_batch_of_changes_that_cannot_be_writes_nothing(dated, tmp_path):
    wrong = dated.model_copy(update={"changes": (Change(month=10, set={"structure.teams": 2}),)})
    with pytest.raises(ConfigError, match=r"structure\.teams: cannot change"):
        batch(wrong, workers=1, out=tmp_path / "r")
    assert not (tmp_path / "r").exists()


def test_a_run_refuses_changes_before_anything_is_compiled(fake_engine):
    with pytest.raises(ConfigError, match=r"control\.audi: unknown key"):
        run("lombardy", "block_grant", changes=[{"month": 50, "set": {"control.audi": 0.3}}])
    result = run("lombardy", "block_grant", changes=[{"month": 50, "set": {"control.audit": 0.3}}])
    assert result.changes == (Change(month=50, set={"control.audit": 0.3}),)


@pytest.fixture
def obc(monkeypatch, capsys, in_folder, fake_engine):
    """Runs the command: (exit code, standard output, standard error)."""

    def command(*words):
        monkeypatch.setattr("sys.argv", ["obc", *words])
        with pytest.raises(SystemExit) as end:
            cli.main()
        return end.value.code or 0, *capsys.readouterr()

    return command


def test_the_command_takes_changes_and_says_who_was_drawn(obc):
    words = ("run", "lombardy", "block_grant", "--seed", "3", "--change", "50:control.audit=0.3")
    assert obc(*words)[0] == 0
    code, out, _ = obc(*words, "--change", "60:half:control.penalty=3.0")
    half = treated_places(load_case("lombardy"), [CHANGES[0], CHANGES[1]], 3)[1]
    assert code == 0
    assert f"change 2 in {half[0]}" in " ".join(out.split())


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("control.audit=0.3", "change: expected MONTH:KEY=VALUE"),
        ("500:control.audit=0.3", "changes[1]: month: the run has"),
        ("50:structure.teams=3", "structure.teams: cannot change in a run"),
        ("50:payment.lag_months=1", "does not use it"),
        ("50:half:case.money.wage=30.0", "facts are the same for all places"),
    ],
)
def test_a_change_at_fault_gets_one_message(obc, in_folder, text, said):
    code, out, err = obc("run", "lombardy", "block_grant", "--change", text)
    assert (code, out) == (2, "")
    assert said in err
    assert len(err.splitlines()) == 1
    assert list(in_folder.iterdir()) == []
