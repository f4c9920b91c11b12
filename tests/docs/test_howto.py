"""How-to pages that change code: their changes fit today's code, are as many as they say, and what comes out works."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys

import pytest
from pages import DOCS, ROOT, blocks

PAGES = ("metric", "payment_rule", "mechanism")
HUNK = re.compile(r"^@@ .*? @@\n(.*?)(?=^@@ |\Z)", re.MULTILINE | re.DOTALL)


def changes(page):
    """For each file that a page changes, what is taken out and what is put in its place, hunk by hunk."""
    found = {}
    for block in blocks(DOCS / "howto" / f"{page}.md"):
        if block.language == "diff":
            name = re.search(r"^\+\+\+ b/(.*)$", block.text, re.MULTILINE)[1]
            found[name] = [(side(hunk, "+"), side(hunk, "-")) for hunk in HUNK.findall(block.text)]
    return found


def side(hunk, without):
    """The text of a hunk before the change (without its + lines) or after it."""
    return "".join(line[1:] or "\n" for line in hunk.splitlines(keepends=True) if not line.startswith(without))


def apply(page, root):
    """Make a page's changes in a copy of the project."""
    for name, hunks in changes(page).items():
        text = (root / name).read_text(encoding="utf-8")
        for before, after in hunks:
            assert text.count(before) == 1, f"howto/{page}.md does not fit {name} any more:\n{before}"
            text = text.replace(before, after)
        (root / name).write_text(text, encoding="utf-8")


def copy(root):
    """A copy of the project's sources."""
    for folder in ("abm", "configs", "tests", "benchmarks"):
        shutil.copytree(ROOT / folder, root / folder, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", root)
    return root


@pytest.mark.parametrize("page", PAGES)
def test_the_changes_fit_and_are_counted(page, tmp_path):
    for name in changes(page):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, tmp_path / name)
    apply(page, tmp_path)
    said = re.search(r"\*\*Files touched: (\d+)\*\*", (DOCS / "howto" / f"{page}.md").read_text(encoding="utf-8"))
    assert int(said[1]) == len(changes(page)) > 0
    for name in changes(page):
        compile((tmp_path / name).read_text(encoding="utf-8"), name, "exec")


TRY = """
import abm
case = {"case.families": 40, "case.calendar.renewals": 0}
smooth = {"payment.rule": "smooth", "payment.width": 0.3}
one = abm.run("generic", "binary_bond", 1, 30, case | smooth)
other = abm.run("generic", "binary_bond", 1, 30, case | smooth | {"payment.width": 1.0})
assert one.series["outcome_payments"].iloc[-1] > 0
assert not one.series.equals(other.series)
assert 0 < one.summary["service_hours"] < 100
restless = case | {"case.family.habit": 5.0, "case.family.switching": 0.5}
habit = abm.run("generic", "block_grant", 1, 30, restless)
plain = abm.run("generic", "block_grant", 1, 30, restless | {"mechanisms.habit": False})
assert not habit.series.equals(plain.series)
"""


@pytest.mark.slow
def test_all_three_work_together(tmp_path):
    root = copy(tmp_path)
    for page in PAGES:
        apply(page, root)
    off = os.environ | {"NUMBA_DISABLE_JIT": "1", "PYTHONPATH": str(root)}
    subprocess.run([sys.executable, "-c", TRY], cwd=root, env=off, check=True)
    tests = ["tests/rules/test_payment.py", "tests/rules/test_selection.py"]
    subprocess.run([sys.executable, "-m", "pytest", "-q", "-n", "0", *tests], cwd=root, env=off, check=True)
