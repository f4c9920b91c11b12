"""What pages say of the code is what the code says now; and how it is read."""

from __future__ import annotations

from pathlib import Path

import pytest

from abm.config import ConfigError
from abm.engine import MONTH, STAGES
from abm.handbook import commands, front, mechanisms, odd
from abm.handbook.blocks import OPENED, refreshed, table
from abm.handbook.words import modules_of, reasons, rules_of
from abm.tables import TABLES

DOCS = Path(__file__).parents[2] / "docs"
PAGES = {"odd.md": odd.BLOCKS, "trace.md": odd.BLOCKS, "mechanisms.md": mechanisms.BLOCKS, "../README.md": front.BLOCKS}


@pytest.mark.parametrize("name", PAGES)
def test_blocks_are_fresh(name, monkeypatch):
    monkeypatch.chdir(DOCS.parent)
    text = (DOCS / name).read_text(encoding="utf-8")
    assert OPENED.findall(text)
    assert refreshed(text, PAGES[name]) == text, "run `make docs`"


def test_the_page_of_commands_is_fresh():
    assert (DOCS / "cli.md").read_text(encoding="utf-8") == commands.page(), "run `make docs`"


def test_every_block_that_can_be_written_stands_somewhere():
    for blocks in (odd.BLOCKS, mechanisms.BLOCKS, front.BLOCKS):
        pages = [DOCS / page for page, own in PAGES.items() if own is blocks]
        shown = {name for page in pages for name in OPENED.findall(page.read_text(encoding="utf-8"))}
        assert shown == set(blocks)


def test_every_mechanism_says_what_would_speak_against_it():
    text = (DOCS / "mechanisms.md").read_text(encoding="utf-8")
    sections = text.split("\n## ")[1:]
    assert len(sections) == len(modules_of("rules"))
    assert all("**Switch**" in one and "**Would speak against it**: " in one for one in sections)


def test_every_public_rule_has_words():
    silent = [f"{module}.{rule.name}" for module in modules_of("rules") for rule in rules_of(module) if not rule.about]
    assert silent == []


def test_every_table_and_stage_is_described():
    assert set(odd.ROWS) == set(TABLES)
    assert set(reasons("engine", "STAGES")) == {stage.__name__ for stage in STAGES}
    assert all(f"`{stage.__name__}`" in odd.schedule() for stage in MONTH)


def test_seven_elements_stand_in_their_order():
    text = (DOCS / "odd.md").read_text(encoding="utf-8")
    heads = [f"\n## {n}. {word}" for n, word in enumerate(
        ("Purpose and patterns", "Entities, state variables and scales", "Process overview and scheduling", "Design concepts",
         "Initialisation", "Input data", "Submodels"), 1)]  # fmt: skip
    places = [text.index(head) for head in heads]
    assert places == sorted(places)


def test_a_block_that_nothing_writes_is_refused():
    with pytest.raises(ConfigError, match="'sums': nothing writes it"):
        refreshed("<!-- generated: sums -->\n<!-- end -->\n", {"sum": lambda: "2"})
    with pytest.raises(ConfigError, match="does not end"):
        refreshed("<!-- generated: sum -->\n", {"sum": lambda: "2"})
    once = refreshed("<!-- generated: sum -->\nold\n<!-- end -->\n", {"sum": lambda: "2"})
    assert once == refreshed(once, {"sum": lambda: "2"})
    assert "old" not in once
    assert table(("a",), [("1 | 2",)]).endswith("| 1 \\| 2 |")
