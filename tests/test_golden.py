"""Baselines: runs are to the last bit what they were, unless the changelog says what changed and why."""

from __future__ import annotations

import importlib.util
import json
import shutil
from pathlib import Path

import numpy as np
import pytest

HERE = Path(__file__).parent / "golden"
_spec = importlib.util.spec_from_file_location("golden_runs", HERE / "__main__.py")
golden = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(golden)
KEPT = json.loads((HERE / "runs.json").read_text(encoding="utf-8"))


def test_there_are_enough_and_they_are_those_that_are_asked_for():
    assert len(KEPT) >= 24
    assert len({one["design"] for one in KEPT}) >= 12
    asked = [(case, design, settings, seed) for case, design, settings in golden.RUNS for seed in golden.SEEDS]
    assert [(one["case"], one["design"], one["settings"], one["seed"]) for one in KEPT] == asked
    assert len({one["digest"] for one in KEPT}) == len(KEPT)


@pytest.mark.parametrize("kept", KEPT, ids=lambda one: f"{one['case']} {one['design']} {one['seed']}")
def test_a_run_is_what_it_was(kept):
    now = golden.measured(kept["case"], kept["design"], kept["settings"], kept["seed"])
    assert now["at_end"] == kept["at_end"], "make golden WHY='…' keeps the new values"
    assert now == kept


def test_the_changelog_says_why_the_baselines_are_these():
    text = golden.CHANGELOG.read_text(encoding="utf-8")
    assert f"`{golden.name_of(KEPT)}`" in golden.regression_lines(text), "make golden WHY='…' writes the line"


def test_a_digest_sees_the_last_bit_and_no_other_name_of_missing():
    values = np.array([[1.0, np.nan], [0.1, -0.0]])
    other = values.copy()
    other[1, 0] = np.nextafter(0.1, 1)
    assert golden.digest(values) == golden.digest(values.copy())
    assert golden.digest(values) != golden.digest(other)
    assert golden.digest(np.array([[np.nan]])) == golden.digest(-np.array([[np.nan]]))


def test_baselines_change_only_with_a_reason(tmp_path, monkeypatch, capsys):
    for name in ("FILE", "CHANGELOG"):
        shutil.copy(getattr(golden, name), tmp_path / getattr(golden, name).name)
        monkeypatch.setattr(golden, name, tmp_path / getattr(golden, name).name)
    monkeypatch.setattr(golden, "everything", lambda: KEPT)
    assert golden.main([]) == 0
    new = [KEPT[0] | {"digest": "0" * 32}, *KEPT[1:]]
    monkeypatch.setattr(golden, "everything", lambda: new)
    before = golden.FILE.read_bytes()
    assert golden.main([]) == 2
    assert golden.FILE.read_bytes() == before
    assert "1 of" in capsys.readouterr().err
    assert golden.main(["costs are rounded"]) == 0
    assert json.loads(golden.FILE.read_text(encoding="utf-8")) == new
    lines = golden.regression_lines(golden.CHANGELOG.read_text(encoding="utf-8"))
    assert f"`{golden.name_of(new)}`" in lines
    assert "costs are rounded" in lines
