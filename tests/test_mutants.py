"""What is said of mutants is what was found, and enough of them are killed."""

from __future__ import annotations

import importlib.util
import json
from pathlib import Path

import pytest

_spec = importlib.util.spec_from_file_location("mutants_run", Path(__file__).parent / "mutants" / "__main__.py")
mutants = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(mutants)


@pytest.fixture(scope="module")
def found():
    return json.loads(mutants.FOUND.read_text(encoding="utf-8"))


def test_the_page_is_what_was_found(found):
    assert mutants.PAGE.read_text(encoding="utf-8") == mutants.page(found), "run `python -m tests.mutants --page`"


def test_enough_mutants_are_killed(found):
    whole = mutants.total(found)
    assert mutants.share(whole) >= mutants.LEAST
    assert sum(whole.values()) - whole["killed"] == len(found["alive"])


def test_every_file_of_the_list_was_tried(found):
    assert set(found["counts"]) == set(mutants.changed_files())
    assert all(counts for counts in found["counts"].values())


def test_what_is_explained_is_what_survived(found):
    """And stands in the source of today, up to spaces."""
    alive = {(one["file"], one["before"], one["after"]) for one in found["alive"]}
    for file, before, after in mutants.explained():
        assert (file, before, after) in alive, f"no such survivor any more: {file}: {before}"
        source = " ".join((mutants.ROOT / file).read_text(encoding="utf-8").split())
        assert before in source, f"{file} has no such line any more: {before}"


def test_code_in_a_table_has_no_bars_of_its_own():
    assert mutants.code("a | b") == "`a \\| b`"
    assert mutants.code("") == ""
