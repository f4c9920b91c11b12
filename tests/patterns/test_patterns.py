"""Every pattern holds with its mechanism at work and is gone with it off: on few seeds here, on 100 in the slow suite."""

from __future__ import annotations

import math
import re

import pytest

from abm.lab.patterns import FULL, PATTERNS, Figure
from abm.lab.validation import judge, measure, titles
from abm.sources import sources

MEASUREMENTS = [
    pytest.param(pattern, part, id=f"{pattern.key}-{title}")
    for pattern in PATTERNS
    for part, title in enumerate(titles(pattern))
]


@pytest.mark.parametrize(("pattern", "part"), MEASUREMENTS)
def test_on_few_seeds(pattern, part):
    if not pattern.reached:
        pytest.skip(pattern.remark)
    found = judge(pattern, part, measure(pattern.key, part, pattern.quick))
    assert found.as_expected, found.figures


@pytest.mark.slow
@pytest.mark.parametrize("pattern", PATTERNS, ids=lambda pattern: pattern.key)
def test_on_seeds_that_nothing_was_looked_at_with(pattern):
    """A pattern that is said not to hold must not: what is said of it would be out of date."""
    found = [judge(pattern, part, measure(pattern.key, part, FULL)) for part in range(1 + len(pattern.controls))]
    assert all(one.as_expected for one in found) is pattern.reached, [
        one.figures for one in found if not one.as_expected
    ]


@pytest.mark.parametrize("pattern", PATTERNS, ids=lambda pattern: pattern.key)
def test_a_pattern_says_everything(pattern):
    assert re.fullmatch(r"V[1-9]\d?", pattern.key)
    assert pattern.sources
    assert set(pattern.sources) <= set(sources())
    assert pattern.title.strip()
    assert pattern.expectation.endswith(".")
    assert pattern.controls, "a pattern counts only where it is gone with its mechanism off"
    assert pattern.reached or pattern.remark, "why does it not hold?"
    assert (pattern.measure.__doc__ or "").strip(), "the page says what is measured"
    assert not set(pattern.quick) & set(FULL)


def test_no_pattern_stands_twice():
    assert len({pattern.key for pattern in PATTERNS}) == len(PATTERNS)


def test_what_is_not_known_does_not_hold():
    unknown = Figure(math.nan, math.nan, math.nan, 0)
    assert not any((unknown.below(1.0), unknown.above(-1.0), unknown.within(1.0)))
