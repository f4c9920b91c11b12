"""The experiments: each is short, says what it expects before it runs, and runs; small on a stand-in, whole when asked."""

from __future__ import annotations

import csv
import re
import runpy
import subprocess
import sys
from pathlib import Path

import pytest

from abm.config import load_experiment

FOLDER = Path(__file__).parents[2] / "experiments"
FOUND = FOLDER.parent / "docs" / "found.md"
SCRIPTS = sorted(FOLDER.glob("[0-9][0-9]_*.py"))
LONGEST = 60  # lines


def configurations(script: Path) -> list[str]:
    """The configurations that a script runs."""
    return re.findall(r'run\("(\w+)"\)', script.read_text(encoding="utf-8"))


def test_they_are_numbered_without_gaps():
    assert [int(script.stem[:2]) for script in SCRIPTS] == list(range(1, len(SCRIPTS) + 1))


@pytest.mark.parametrize("script", [*SCRIPTS, FOLDER / "lombardy.py"], ids=lambda script: script.stem)
def test_a_script_is_short(script):
    assert len(script.read_text(encoding="utf-8").splitlines()) <= LONGEST


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda script: script.stem)
def test_what_is_expected_and_what_would_surprise_is_written(script):
    text = (FOLDER / "README.md").read_text(encoding="utf-8")
    own = text.split(f"\n## {script.stem[:2]} ")[1].split("\n## ")[0]
    assert all(word in own for word in ("**Compared**", "**Expected**", "**Would surprise**"))


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda script: script.stem)
def test_it_runs(script, fake_engine, tmp_path, monkeypatch):
    monkeypatch.setattr(sys, "argv", [script.name, "--seeds", "3", "--workers", "1", "--out", str(tmp_path)])
    monkeypatch.syspath_prepend(str(FOLDER))
    runpy.run_path(str(script), run_name="__main__")
    with (tmp_path / "found" / f"{script.stem}.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) > 5
    assert {row["mean"] for row in rows if row["what"].startswith("expected: ")} <= {"yes", "no"}
    assert (tmp_path / "found" / f"{script.stem}.png").stat().st_size > 10_000


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda script: script.stem)
def test_what_was_found_is_kept_and_answers_what_the_script_asks(script):
    kept = FOUND.with_suffix("") / f"{script.stem}.csv"
    if not kept.exists():
        pytest.skip("not run yet")
    assert kept.with_suffix(".png").exists()
    with kept.open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    answers = {
        row["what"].removeprefix("expected: "): row["mean"] for row in rows if row["what"].startswith("expected: ")
    }
    assert answers
    reported = FOUND.read_text(encoding="utf-8")
    section = reported.split(f"\n## {script.stem[:2]} ")[1].split("\n## ")[0]
    held = sum(answer == "yes" for answer in answers.values())
    assert f"{held} of {len(answers)} expectations held" in section


@pytest.mark.slow
@pytest.mark.parametrize("script", SCRIPTS, ids=lambda script: script.stem)
def test_it_runs_on_the_model(script, tmp_path):
    command = [sys.executable, str(script), "--seeds", "2", "--workers", "2", "--out", str(tmp_path)]
    subprocess.run(command, check=True, cwd=FOLDER.parent)
    assert (tmp_path / "found" / f"{script.stem}.csv").exists()
    assert {load_experiment(name).name for name in configurations(script)} <= {
        p.name.rsplit("_", 1)[0] for p in tmp_path.iterdir()
    }
