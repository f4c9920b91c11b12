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
from abm.config import Design, Intervention, as_interventions, load_case, preset_names, treated_units
from abm.engine import run_months
from abm.metrics import METRICS
from abm.rules.interventions import KINDS, MONTHS
from abm.world import new_world, with_interventions
from benchmarks.plain_mesa import PlainModel

TOLERANCE = 1e-9  # relative above 1: both add up in their own order
FAMILIES = (30, 80)


def alike(one: float, other: float) -> bool:
    """Whether two values of a metric are the same, or both missing."""
    if math.isnan(one) or math.isnan(other):
        return math.isnan(one) and math.isnan(other)
    return abs(one - other) <= TOLERANCE * max(1.0, abs(one), abs(other))


def told(metric: str, value: float, spent: float) -> float:
    """A metric's value; of a cost per gain the gain (points), for a gain near 0 makes a quotient of any size of a rounding."""
    return spent / value if metric == "cost_per_gain" and value != 0.0 else value


def first_difference(case: Case, design: Design, seed: int, events: tuple[Intervention, ...] = ()) -> str:
    """The first month in which the two differ, and where; empty where they agree to the end."""
    world = with_interventions(new_world(case, design, seed), events, treated_units(case, events, seed))
    model = PlainModel(case, design, seed, interventions=events)
    run_months(world, case.calendar.months)
    for month in range(case.calendar.months + 1):
        if month > 0:
            model.step()
        apart = [
            f"{metric.name} {world.series[metric.name][month]!r} and {model.observed[metric.name]!r}"
            for metric in METRICS
            if not alike(
                told(metric.name, float(world.series[metric.name][month]), float(world.series.spend_public[month])),
                told(metric.name, model.observed[metric.name], model.observed["spend_public"]),
            )
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


def test_both_say_the_same_under_two_regions(designs):
    places = {f"case.locality.{name}.region": region for name, region in (("cremona", "South"), ("monza", "North"))}
    case = load_case("lombardy", {"case.families": 120, **places})
    assert len(case.regions) == 3
    assert first_difference(case, designs["social_impact_bond"], 1) == ""


EVENTS = (
    {"month": 2, "kind": "engagement", "who": "half", "unit": "family", "strength": 0.8},
    {"month": 6, "kind": "workshop", "who": "half", "months": 12, "strength": 0.7},
    {"month": 8, "kind": "guidance", "months": 10},
    {"month": 14, "kind": "professional_training", "who": "half", "months": 6},
    {"month": 14, "kind": "family_training", "who": "half", "months": 12},
    {"month": 15, "kind": "information", "who": "half", "months": 6, "strength": 0.6},
    {"month": 16, "kind": "resources", "who": "half", "months": 12},
    {"month": 18, "kind": "referral_shortfall", "months": 4, "strength": 0.5},
    {"month": 20, "kind": "budget_cut", "months": 5, "strength": 0.3},
    {"month": 22, "kind": "exit", "strength": 0.5},
    {"month": 24, "kind": "scandal", "unit": "place"},
    {"month": 26, "kind": "election", "strength": 0.5},
    {"month": 28, "kind": "exit"},
    {"month": 34, "kind": "cancellation"},
)


@pytest.mark.parametrize("design", ["new_public_governance", "new_public_management", "social_impact_bond"])
def test_both_say_the_same_under_interventions(designs, design):
    case = load_case("generic", {"case.families": 60})
    assert first_difference(case, designs[design], 1, as_interventions(EVENTS)) == ""


@st.composite
def any_events(draw, months: int) -> tuple[Intervention, ...]:
    """A few interventions of any kind, each for all."""
    events = []
    for kind in draw(st.lists(st.sampled_from(KINDS), min_size=1, max_size=5)):
        event = {"month": draw(st.integers(1, months)), "kind": kind.name, "unit": draw(st.sampled_from(kind.units))}
        event["months"] = draw(st.integers(1, 12)) if kind.lasts == MONTHS else 1
        events.append(event | {"strength": draw(st.sampled_from([0.2, 0.5, 0.9, 1.0]))})
    return as_interventions(events)


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
@given(larger_case(facts=False), any_design(), seeds, st.data())
def test_both_say_the_same_under_many_interventions(case, design, seed, data):
    assert first_difference(case, design, seed, data.draw(any_events(case.calendar.months))) == ""


@pytest.mark.slow
@settings(random_worlds, max_examples=60)
@given(larger_case(facts=True), any_design(), seeds)
def test_both_say_the_same_in_many_cases(case, design, seed):
    assert first_difference(case, design, seed) == ""
