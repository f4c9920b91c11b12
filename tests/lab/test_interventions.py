"""Interventions in runs and batches: recorded, resumed, and who was drawn known of every run."""

from __future__ import annotations

import json

import pytest

from abm import cli
from abm.config import ConfigError, Experiment, Intervention, load_case, load_design, treated_units
from abm.lab.results import Results
from abm.lab.running import batch, run
from abm.lab.twins import twins_of

HALF = Intervention(month=20, kind="workshop", who="half", strength=0.5)


@pytest.fixture
def trial(fake_engine):
    """Two designs in two places under three seeds, with workshops for half of the providers."""
    return Experiment(
        name="trial",
        cases=(load_case("lombardy", {"case.families": 120}),),
        designs=(load_design("social_impact_bond"), load_design("block_grant")),
        seeds=3,
        months=60,
        interventions=(HALF, Intervention(month=30, kind="election")),
    )


def test_who_was_drawn_is_known_of_every_run(trial, tmp_path):
    results = batch(trial, workers=1, out=tmp_path / "r")
    drawn = results.reached
    assert drawn.columns.tolist() == [
        "case", "design", "seed", "intervention", "kind", "month", "unit", "id", "locality", "treated"
    ]  # fmt: skip
    assert set(drawn["kind"]) == {"workshop"}
    providers = sum(trial.cases[0].locality[name].providers for name in ("cremona", "monza"))
    assert len(drawn) == 6 * providers
    for (_, seed), rows in drawn.groupby(["design", "seed"]):
        assert rows["treated"].sum() == len(treated_units(trial.cases[0], trial.interventions, seed)[0])
        assert 0.4 <= rows["treated"].mean() <= 0.5
    assert Results.load(tmp_path / "r").reached.equals(drawn)


def test_a_batch_goes_on_with_the_same_interventions_and_with_no_others(trial, tmp_path, monkeypatch):
    results = batch(trial, workers=1, out=tmp_path / "r")
    assert Experiment.model_validate_json(json.dumps(results.manifest["configuration"])) == trial
    monkeypatch.setattr("abm.lab.run.simulate_unit", None)  # nothing is left to do
    assert batch(trial, workers=1, out=tmp_path / "r").runs.equals(results.runs)
    with pytest.raises(ConfigError, match=r"interventions: \[.* in the folder, \[.* now"):
        batch(trial.model_copy(update={"interventions": (HALF,)}), workers=1, out=tmp_path / "r")


def test_twins_have_the_same_interventions_and_arms_that_differ_in_them_are_others(trial):
    arms = list(trial.arms())
    further, _ = twins_of([*arms, arms[1]._replace(interventions=())])
    assert [arm.interventions for arm in further] == [trial.interventions]
    assert twins_of([arms[1], arms[1]._replace(interventions=())])[1] == [0, 1]


def test_what_cannot_be_writes_nothing(trial, tmp_path):
    wrong = trial.model_copy(update={"interventions": (Intervention(month=70, kind="exit"),)})
    with pytest.raises(ConfigError, match=r"interventions\[1\]: month: the run has 60 months"):
        batch(wrong, workers=1, out=tmp_path / "r")
    assert not (tmp_path / "r").exists()
    with pytest.raises(ConfigError, match="is for 'place', got 'family'"):
        run("generic", "block_grant", interventions=[{"month": 5, "kind": "exit", "unit": "family"}])


def test_the_command_line_says_who_was_drawn(fake_engine, capsys, monkeypatch):
    words = ["obc", "run", "generic", "block_grant", "--set", "case.families=40", "--months", "30"]
    monkeypatch.setattr("sys.argv", [*words, "--intervention", "20:half:workshop=0.5"])
    with pytest.raises(SystemExit) as end:
        cli.main()
    assert end.value.code == 0
    assert "intervention 1 (workshop) by provider, " in capsys.readouterr().out.replace("\n", " ")


def test_the_command_line_lists_every_kind(capsys, monkeypatch):
    from abm.rules.interventions import KIND_NAMES

    monkeypatch.setattr("sys.argv", ["obc", "list", "interventions"])
    with pytest.raises(SystemExit):
        cli.main()
    said = capsys.readouterr().out
    assert all(name in said for name in KIND_NAMES)
