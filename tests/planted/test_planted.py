"""Planted errors: each of the listed ones, put into a copy of the project by itself, is caught by a quick test.

Without the compiler, so that nothing is compiled anew; the same tests pass on the copy as it is.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
BUGS = tomllib.loads((Path(__file__).parent / "bugs.toml").read_text(encoding="utf-8"))["bug"]
TESTS_FAILED = 1  # pytest's exit code; others say that nothing was tested


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    """A copy of the project's sources."""
    root = tmp_path_factory.mktemp("planted")
    for folder in ("abm", "configs", "tests", "benchmarks"):
        shutil.copytree(ROOT / folder, root / folder, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", root)
    return root


def outcome(root, tests):
    """The exit code of the quick tests in these files."""
    plain = os.environ | {"NUMBA_DISABLE_JIT": "1", "PYTHONPATH": str(root), "PYTHONDONTWRITEBYTECODE": "1"}
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-q",
        "-x",
        "-n",
        "0",
        "-m",
        "not slow",
        "-p",
        "no:cacheprovider",
        *tests,
    ]
    return subprocess.run(command, cwd=root, env=plain, capture_output=True).returncode


def test_there_are_twenty_and_each_fits_once():
    assert len(BUGS) >= 20
    assert len({bug["name"] for bug in BUGS}) == len(BUGS)
    for bug in BUGS:
        assert (ROOT / bug["file"]).read_text(encoding="utf-8").count(bug["before"]) == 1, bug["name"]
        assert all((ROOT / test.split("::")[0]).exists() for test in bug["tests"]), bug["name"]


@pytest.mark.slow
def test_the_copy_passes_as_it_is(project):
    assert outcome(project, sorted({test for bug in BUGS for test in bug["tests"]})) == 0


@pytest.mark.slow
@pytest.mark.parametrize("bug", BUGS, ids=lambda bug: bug["name"].replace(" ", "_"))
def test_a_planted_error_is_caught(project, bug):
    path = project / bug["file"]
    right = path.read_text(encoding="utf-8")
    try:
        path.write_text(right.replace(bug["before"], bug["after"]), encoding="utf-8")
        assert outcome(project, bug["tests"]) == TESTS_FAILED
    finally:
        path.write_text(right, encoding="utf-8")
