"""docs/results.md: the same questions in every language give the same answers, and its experiment can be run."""

from __future__ import annotations

import re
from pathlib import Path

import pandas as pd
import pytest

from abm.config import load_experiment

PAGE = (Path(__file__).parents[2] / "docs" / "results.md").read_text(encoding="utf-8")
ANSWERS = ("difference", "trust", "drift")


def snippet(language: str) -> str:
    """The code under a heading."""
    return re.search(rf"### {language}\n.*?```\w+\n(.*?)```", PAGE, re.DOTALL)[1]


def answers(language: str, folder: Path, monkeypatch) -> dict[str, dict]:
    """What a snippet finds in a folder of results: for each question, the value of each design (and month)."""
    (folder / "results").mkdir(exist_ok=True)
    monkeypatch.chdir(folder)
    found: dict[str, object] = {}
    exec(compile(snippet(language), language, "exec"), found)
    return {name: as_mapping(found[name]) for name in ANSWERS}


def as_mapping(table) -> dict:
    if not isinstance(table, pd.Series):  # polars: the last column by the others
        table = pd.DataFrame(table.to_dict(as_series=False)).set_index(table.columns[:-1]).iloc[:, 0]
        table.index = table.index.map(lambda key: key[0] if isinstance(key, tuple) and len(key) == 1 else key)
    return {key: pytest.approx(value, rel=1e-12, abs=1e-15) for key, value in table.items() if value == value}


@pytest.fixture
def folder(tmp_path, designs_of_demo):
    (tmp_path / "results").mkdir()
    (tmp_path / "results" / "lombardy_designs").symlink_to(designs_of_demo.folder)
    return tmp_path


@pytest.mark.parametrize("language", ["DuckDB", "polars"])
def test_other_languages_find_what_pandas_finds(language, folder, monkeypatch):
    pytest.importorskip(language.lower())
    expected = answers("pandas", folder, monkeypatch)
    found = answers(language, folder, monkeypatch)
    for name in ANSWERS:
        assert expected[name].keys() == found[name].keys()
        assert {key: value.expected for key, value in found[name].items()} == expected[name]


def test_pandas_finds_what_the_package_finds(folder, designs_of_demo, monkeypatch):
    found = answers("pandas", folder, monkeypatch)
    table = designs_of_demo.compare("block_grant").set_index(["metric", "design"])["difference"]
    for design in designs_of_demo.designs:
        assert table["attributable_gain", design] == found["difference"][design]
        assert table["mission_drift_vs_block", design] == found["drift"][design]
    assert len(found["trust"]) > 8 * 30


def test_the_experiment_of_the_page_can_be_run(tmp_path):
    path = tmp_path / "sampled.toml"
    path.write_text(re.search(r"```toml\n(case.*?)```", PAGE, re.DOTALL)[1])
    experiment = load_experiment(path)
    assert len(experiment.points) == 64
    assert len(experiment.varied) == 7
