"""Every number says where it comes from: the sources file is complete, and every declared source is in it."""

from __future__ import annotations

import re
import tomllib
from collections import Counter
from pathlib import Path

import pytest

from abm.config import load_case
from abm.declare import ASSUMED
from abm.show.parameters import counts, declared, from_elsewhere, is_number, page
from abm.sources import CHECKED, FIGURE, FORM, NO_PLACE, basis, provenance, sources

ROOT = Path(__file__).parents[1]
SOURCES = tomllib.loads((ROOT / "abm" / "sources.toml").read_text(encoding="utf-8"))
DECLARED = dict(declared())
ASSUMED_SHARE_AT_MOST = 0.60


@pytest.mark.parametrize("key", SOURCES)
def test_a_source_is_complete(key):
    source = SOURCES[key]
    assert re.fullmatch(r"[a-z][a-z0-9_]*", key)
    assert set(source) - {"doi", "figures"} == {"authors", "year", "title", "where", "checked", "place", "note"}
    assert isinstance(source["year"], int)
    assert 1900 <= source["year"] <= 2026
    assert source["checked"] in CHECKED
    assert all(source[word].strip() for word in ("authors", "title", "where", "place", "note"))
    assert len(source["note"]) <= 140, "one line: which figure, or that there is none"
    assert re.fullmatch(r"10\.\d{4,9}/\S+", source.get("doi", "10.0000/none"))


def test_no_source_stands_twice():
    for word in ("doi", "title"):
        entries = [source[word] for source in SOURCES.values() if word in source]
        assert len(set(entries)) == len(entries)


def test_every_declared_source_resolves():
    assert {key: one.source for key, one in DECLARED.items() if one.source not in {ASSUMED, *SOURCES}} == {}


def test_figures_of_a_source_are_numbers_that_name_it():
    for name, source in sources().items():
        for key in source.figures:
            assert DECLARED[key].source == name, key
            assert is_number(DECLARED[key]), key
        assert not source.figures or source.place != NO_PLACE, f"{name}: where are its figures from?"


def test_assumptions_are_counted():
    """The share that is openly assumed may fall as evidence is found; it rises only by a decision taken here."""
    assumed = [key for key, one in DECLARED.items() if one.source == ASSUMED]
    assert len(assumed) / len(DECLARED) <= ASSUMED_SHARE_AT_MOST, f"{len(assumed)} of {len(DECLARED)} are assumed"


def test_what_numbers_rest_on_is_counted_and_said():
    found = Counter(basis(key, one) for key, one in DECLARED.items() if is_number(one))
    text = "\n".join(counts(declared()))
    told = [list(map(int, re.findall(r"(\d+) (?:with|where|assumed)", line))) for line in text.splitlines()[:2]]
    assert [sum(pair) for pair in zip(*told, strict=True)] == [found[FIGURE], found[FORM], found[ASSUMED]]


@pytest.mark.parametrize(
    ("key", "words"),
    [
        ("case.work.volunteer_exit", "cncs2007 (as another text reports it, United States)"),
        ("control.threshold", "aghion2010 (abstract or opening read, several countries); size assumed"),
        ("case.locality.NAME.region_share", "sicilia2016 (read, the paper of the case, Italy)"),
        ("mechanisms.gaming", "courty2004 (abstract or opening read, United States)"),
        ("case.money.wage", "assumed"),
    ],
)
def test_a_setting_says_how_far_its_source_was_checked(key, words):
    assert provenance(key, DECLARED[key]) == words


def test_italian_families_are_given_no_foreign_number_in_silence():
    text = page()
    borrowed = from_elsewhere(declared())
    assert borrowed
    section = text[text.index("## From elsewhere") : text.index("## `payment`")]
    for key, one in borrowed:
        assert f"| `{key}` | " in section
        assert f"| {sources()[one.source].place} | " in section
    assert "borrowed from other countries" in " ".join(load_case("lombardy").description.split())


def test_the_page_of_parameters_is_what_is_declared():
    written = (ROOT / "docs" / "parameters.md").read_text(encoding="utf-8")
    assert written == page(), "run `make docs`"
    for key, one in DECLARED.items():
        assert f"| `{key}` | " in written
        assert one.meaning in written
