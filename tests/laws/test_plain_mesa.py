"""Two implementations say the same: the compiled engine, and an ordinary Mesa model with one object an agent.

Over presets, and over random legal designs, cases and settings: month by month, every metric.
"""

from __future__ import annotations

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from laws.test_bounds import any_case, any_design, random_worlds, seeds

from abm.case import Case
from abm.config import Design, preset_names
from abm.engine import run_months
from abm.metrics import METRICS
from abm.world import new_world
from benchmarks.plain_mesa import PlainModel

TOLERANCE = 1e-9  # relative above 1: both add up in their own order
FAMILIES = (30, 80)


def alike(one: float, other: float) -> bool:
    """Whether two values of a metric are the same, or both missing."""
    if math.isnan(one) or math.isnan(other):
        return math.isnan(one) and math.isnan(other)
    return abs(one - other) <= TOLERANCE * max(1.0, abs(one), abs(other))


def first_difference(case: Case, design: Design, seed: int) -> str:
    """The first month in which the two differ, and where; empty where they agree to the end."""
    world, model = new_world(case, design, seed), PlainModel(case, design, seed)
    run_months(world, case.calendar.months)
    for month in range(case.calendar.months + 1):
        if month > 0:
            model.step()
        apart = [
            f"{metric.name} {world.series[metric.name][month]!r} and {model.observed[metric.name]!r}"
            for metric in METRICS
            if not alike(float(world.series[metric.name][month]), model.observed[metric.name])
        ]
        if apart:
            return f"month {month} (engine and plain model): {'; '.join(apart)}"
    assert not model.running
    return ""


@st.composite
def larger_case(draw, facts: bool) -> Case:
    """A random case with as many families as both can be run with in a second."""
    case = draw(any_case(facts=facts))
    places = {
        name: place.model_copy(update={"families": draw(st.integers(*FAMILIES))})
        for name, place in case.locality.items()
    }
    return case.model_copy(update={"locality": places})


@pytest.mark.parametrize(
    ("case", "design"),
    [
        ("generic", "new_public_governance"),
        ("generic", "social_impact_bond"),
        ("scarce", "capped_card"),
        ("lombardy", "upfront_outcomes_contract"),
    ],
)
def test_both_say_the_same_on_presets(cases, designs, case, design):
    assert first_difference(cases[case], designs[design], 1) == ""


@settings(random_worlds, max_examples=6)
@given(any_case(facts=True), any_design(), seeds)
def test_both_say_the_same_on_random_worlds(case, design, seed):
    assert first_difference(case, design, seed) == ""


@pytest.mark.slow
@pytest.mark.parametrize("case", ["generic", "lombardy", "scarce"])
@pytest.mark.parametrize("design", [*preset_names("designs"), "fee_for_service", "capped_card"])
def test_both_say_the_same_on_all_presets(cases, designs, case, design):
    assert first_difference(cases[case], designs[design], 2) == ""


@pytest.mark.slow
@settings(random_worlds, max_examples=60)
@given(larger_case(facts=False), any_design(), seeds)
def test_both_say_the_same_under_many_designs(case, design, seed):
    assert first_difference(case, design, seed) == ""


@pytest.mark.slow
@settings(random_worlds, max_examples=60)
@given(larger_case(facts=True), any_design(), seeds)
def test_both_say_the_same_in_many_cases(case, design, seed):
    assert first_difference(case, design, seed) == ""
