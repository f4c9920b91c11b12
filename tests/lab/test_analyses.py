"""Analyses come back as they were kept, and a damaged one says so."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from abm.config import ConfigError
from abm.lab.analyses import Analysis, load_analysis

TABLE = pd.DataFrame({"design": ["block", "None"], "share": [0.1, float("nan")], "n": [3, 4]})


def test_an_analysis_comes_back_as_it_was_kept(tmp_path: Path) -> None:
    Analysis("explain", {"seeds": [1, 2]}, {"shares": TABLE}).save(tmp_path)
    found = load_analysis(tmp_path, "explain")
    assert found is not None
    assert found.about == {"seeds": [1, 2]}
    pd.testing.assert_frame_equal(found.tables["shares"], TABLE)


def test_there_is_none_before_one_is_made(tmp_path: Path) -> None:
    assert load_analysis(tmp_path, "explain") is None


def test_a_new_one_takes_the_place_of_the_old(tmp_path: Path) -> None:
    Analysis("explain", {}, {"shares": TABLE, "curves": TABLE}).save(tmp_path)
    Analysis("explain", {}, {"shares": TABLE}).save(tmp_path)
    assert sorted(path.name for path in (tmp_path / "analysis" / "explain").iterdir()) == ["about.json", "shares.csv"]


def test_a_damaged_one_says_so(tmp_path: Path) -> None:
    Analysis("explain", {}, {"shares": TABLE}).save(tmp_path)
    (tmp_path / "analysis" / "explain" / "shares.csv").unlink()
    with pytest.raises(ConfigError, match="damaged"):
        load_analysis(tmp_path, "explain")
