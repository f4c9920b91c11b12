"""Commands that ask a finished batch for more, on the stand-in for the engine: what they print, keep and refuse."""

from __future__ import annotations

import pytest
from typer.testing import CliRunner

from abm.cli import app, code_of
from abm.config import load_design
from abm.lab.analyses import load_analysis
from abm.lab.running import batch


@pytest.fixture
def folder(fake_engine, experiment, in_folder):
    """A results folder of two designs without factors."""
    alone = {"factors": {}, "designs": (load_design("requisite_contract"), load_design("relational_obc"))}
    batch(experiment.model_copy(update=alone | {"baseline": "requisite_contract"}), workers=1, out="small")
    return in_folder / "small"


def obc(*words):
    """Run a command; its output, or the error that it raised."""
    return CliRunner().invoke(app, [*map(str, words), "--workers", "1"])


BOTH = ("--design", "requisite_contract", "--design", "relational_obc")
FADE, NOISE = "case.network.fade", "case.measurement.noise"


@pytest.mark.parametrize(
    ("name", "words", "said", "tables"),
    [
        ("explain", ("--from", "requisite_contract", "--to", "relational_obc"), "share [95 %]", {"shares", "switches"}),
        (
            "robust",
            (*BOTH, "--over", NOISE, "--points", "10", "--seeds", "2"),
            "regret",
            {"regret", "acceptable", "boxes"},
        ),
        (
            "calibrate",
            ("--target", "satisfaction=0.5:0.1", "--over", FADE, "--draws", "200"),
            "ranks",
            {"posterior", "ranks"},
        ),
        (
            "search",
            ("--quick", "--objective", "satisfaction", "--objective", "-spend_public"),
            "P(front)",
            {"front", "tried"},
        ),
    ],
)
def test_a_command_prints_and_keeps_what_it_found(folder, name, words, said, tables):
    if name == "search":
        pytest.importorskip("optuna")
    found = obc(name, folder, *words)
    assert found.exit_code == 0, found.output
    assert said in found.output
    kept = load_analysis(folder, "calibration" if name == "calibrate" else name)
    assert kept is not None
    assert set(kept.tables) == tables
    assert "written:" in found.output


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("explain", "small", "--from", "requisite", "--to", "relational_obc"), "did you mean 'requisite_contract'"),
        (
            ("explain", "small", "--from", "requisite_contract", "--to", "relational_obc", "--group", "money"),
            "NAME=KEY,KEY",
        ),
        (("matters", "small", *BOTH, "--over", "case.network.fad"), "case.network.fade"),
        (("matters", "small", *BOTH, "--metric", "happiness"), "metric: no 'happiness'"),
        (("robust", "small", "--accept", "satisfaction"), "METRIC>=NUMBER"),
        (("calibrate", "small", "--target", "satisfaction", "--over", FADE), "METRIC=VALUE"),
        (("search", "small", "--over", "case.money.wage"), "a fact of the case"),
        (("trial", "small", "--kind", "worksop"), "workshop"),
        (("explain", "nowhere", "--from", "a", "--to", "b"), "no such folder"),
    ],
)
def test_what_is_at_fault_is_said_in_one_message(folder, words, message):
    found = obc(*words)
    assert found.exception is not None
    assert code_of(found.exception) == 2
    assert message in str(found.exception)
    assert not (folder / "analysis").exists()


@pytest.mark.parametrize("name", ["explain", "matters", "robust", "calibrate", "search", "trial"])
def test_help_has_an_example_and_says_how_long(name):
    found = CliRunner().invoke(app, [name, "--help"])
    assert f"Example: obc {name} results/" in " ".join(found.output.split())
    assert "runs" in found.output
