"""V11: after one breach, trust comes back slowly where bad news weighs more than good (100 seeds in the slow suite)."""

from __future__ import annotations

import tomllib
from pathlib import Path

import numpy as np
import pytest

from abm.lab import patterns
from abm.lab.patterns import PATTERNS, SMALLEST, Figure, trust
from abm.lab.patterns.trust import FOLLOWED

V11 = next(pattern for pattern in PATTERNS if pattern.key == "V11")
QUICK = range(1, 13)
FULL = range(1001, 1101)  # seeds that nothing was looked at with


@pytest.mark.parametrize("seeds", [QUICK, pytest.param(FULL, marks=pytest.mark.slow)], ids=["quick", "full"])
def test_trust_falls_fast_and_rises_slowly(seeds):
    figures = V11.measure(seeds)
    assert V11.holds(figures), figures


@pytest.mark.parametrize("control", V11.controls, ids=lambda control: control.title)
@pytest.mark.parametrize("seeds", [QUICK, pytest.param(FULL, marks=pytest.mark.slow)], ids=["quick", "full"])
def test_it_is_gone_without_its_mechanism(control, seeds):
    figures = control.measure(seeds)
    assert control.gone(figures), figures
    assert not V11.holds(figures)


def test_months_to_regain_are_counted_to_the_last_month_with_something_missing():
    half = SMALLEST / 2
    missing = np.full((4, FOLLOWED + 1), half)
    missing[1, 0] = SMALLEST  # the month of the breach only
    missing[2, [0, 5]] = 0.1  # comes back
    missing[3] = 0.1  # never regained
    assert trust._months_to_regain(missing).tolist() == [0, 1, 6, FOLLOWED + 1]


def test_what_is_not_known_does_not_hold():
    unknown = Figure(float("nan"), float("nan"), float("nan"), 0)
    assert not any((unknown.below(1.0), unknown.above(-1.0), unknown.within(1.0)))


@pytest.mark.parametrize("pattern", PATTERNS, ids=lambda pattern: pattern.key)
def test_a_pattern_names_its_sources(pattern):
    known = tomllib.loads((Path(patterns.__file__).parents[2] / "sources.toml").read_text(encoding="utf-8"))
    assert pattern.sources
    assert set(pattern.sources) <= set(known)
