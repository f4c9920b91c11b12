"""Every number says where it comes from: the sources file is complete, and every declared source is in it."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

from abm.case import Case, Locality
from abm.declare import ASSUMED, parameters
from abm.design import GovernanceDesign, Milestone, Step

SOURCES = tomllib.loads((Path(__file__).parents[1] / "abm" / "sources.toml").read_text(encoding="utf-8"))
DECLARED = {
    f"{part.__name__}.{key}": declared.source
    for part in (GovernanceDesign, Milestone, Step, Case, Locality)
    for key, declared in parameters(part)
}
ASSUMED_SHARE_AT_MOST = 0.60


@pytest.mark.parametrize("key", SOURCES)
def test_a_source_is_complete(key):
    source = SOURCES[key]
    assert re.fullmatch(r"[a-z][a-z0-9_]*", key)
    assert set(source) - {"doi"} == {"authors", "year", "title", "where", "checked", "note"}
    assert isinstance(source["year"], int)
    assert 1900 <= source["year"] <= 2026
    assert source["checked"] in {"read", "abstract", "secondary", "known"}
    assert all(source[word].strip() for word in ("authors", "title", "where", "note"))
    assert len(source["note"]) <= 140, "one line: which figure, or that there is none"
    assert re.fullmatch(r"10\.\d{4,9}/\S+", source.get("doi", "10.0000/none"))


def test_no_source_stands_twice():
    for word in ("doi", "title"):
        entries = [source[word] for source in SOURCES.values() if word in source]
        assert len(set(entries)) == len(entries)


def test_every_declared_source_resolves():
    assert {key: source for key, source in DECLARED.items() if source != ASSUMED and source not in SOURCES} == {}


def test_assumptions_are_counted():
    """The share that is openly assumed may fall as evidence is found; it rises only by a decision taken here."""
    assumed = [key for key, source in DECLARED.items() if source == ASSUMED]
    assert len(assumed) / len(DECLARED) <= ASSUMED_SHARE_AT_MOST, f"{len(assumed)} of {len(DECLARED)} are assumed"
