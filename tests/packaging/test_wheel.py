"""A wheel, installed in an environment of its own, works outside the checkout: presets, pages and commands are in it."""

from __future__ import annotations

import os
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest

from abm import __version__

ROOT = Path(__file__).parents[2]


def test_version_is_the_same_everywhere():
    declared = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]
    cited = (ROOT / "CITATION.cff").read_text(encoding="utf-8")
    assert declared == __version__
    assert f"\nversion: {declared}\n" in cited


def test_citation_is_complete():
    yaml = pytest.importorskip("yaml")
    cited = yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))
    assert {"cff-version", "message", "title", "authors", "version", "license"} <= set(cited)
    assert cited["license"] == "MIT"


@pytest.mark.slow
def test_a_wheel_works_outside_the_checkout(tmp_path):
    def call(*command, **more):
        return subprocess.run(list(map(str, command)), check=True, cwd=tmp_path, capture_output=True, text=True, **more)

    call(sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--wheel-dir", tmp_path, ROOT)
    (wheel,) = tmp_path.glob("*.whl")
    names = set(zipfile.ZipFile(wheel).namelist())
    assert {
        "abm/configs/designs/block_grant.toml",
        "abm/configs/experiments/parts/low_trust.toml",
        "abm/docs/odd.md",
    } <= names
    assert {"abm/docs/CITATION.cff", "abm/docs/LICENSE", "abm/sources.toml"} <= names
    assert not [name for name in names if name.startswith(("tests/", "benchmarks/", "docs/"))]

    call(sys.executable, "-m", "venv", tmp_path / "venv")
    folder = tmp_path / "venv" / ("Scripts" if os.name == "nt" else "bin")
    python, obc = folder / "python", folder / "obc"
    call(python, "-m", "pip", "install", "--quiet", "-c", ROOT / "constraints.txt", wheel)
    clean = {key: value for key, value in os.environ.items() if key not in ("PYTHONPATH", "PYTHONHOME")}
    assert call(obc, "--version", env=clean).stdout.strip() == f"obc {__version__}"
    where = call(python, "-c", "import abm; print(abm.__file__)", env=clean).stdout
    assert str(tmp_path / "venv") in where
    assert "attributable_gain" in call(obc, "run", "generic", "block_grant", "--months", "30", env=clean).stdout
    (tmp_path / "mine.toml").write_text(
        'name = "mine"\ncase = "generic"\ndesigns = ["block_grant"]\nseeds = 2\nmonths = 12\ntwins = false\n',
        encoding="utf-8",
    )
    call(obc, "batch", "mine.toml", "--workers", "1", env=clean)
    call(obc, "bundle", tmp_path / "results" / "mine", env=clean)
    packed = zipfile.ZipFile(tmp_path / "results" / "mine.zip").namelist()
    assert {"mine/docs/odd.md", "mine/CITATION.cff", "mine/results/runs.parquet"} <= set(packed)
    assert (
        "obc"
        in call(
            obc, "--show-completion", "bash", env=clean | {"_TYPER_COMPLETE_TEST_DISABLE_SHELL_DETECTION": "1"}
        ).stdout
    )
