"""The words of declarations, and what holds for everything that is declared with them."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import get_args

import pytest
from pydantic import BaseModel, ValidationError

from abm.case import Case, Locality
from abm.declare import ASSUMED, Param, Part, choice, param, parameters, switch, value_of
from abm.design import GovernanceDesign, Milestone, Step


def parts(part: type[BaseModel]) -> Iterator[type[BaseModel]]:
    """A part and all parts within it."""
    yield part
    for field in part.model_fields.values():
        if isinstance(field.annotation, type) and issubclass(field.annotation, BaseModel):
            yield from parts(field.annotation)


PARTS = [part for top in (GovernanceDesign, Milestone, Step, Case, Locality) for part in parts(top)]
DECLARED = [
    (part, name, field.json_schema_extra["param"])
    for part in PARTS
    for name, field in part.model_fields.items()
    if isinstance(field.json_schema_extra, dict) and "param" in field.json_schema_extra
]
CHOICES = [entry for entry in DECLARED if entry[2].is_choice]
SWITCHES = [entry for entry in DECLARED if entry[2].unit == "switch"]
NUMBERS = [entry for entry in DECLARED if entry not in CHOICES and entry not in SWITCHES]


def faults(part: type[BaseModel], name: str, value: object) -> list[str]:
    """The kinds of fault found at one key when it is given a value (faults of other keys left aside)."""
    try:
        part.model_validate({name: value})
    except ValidationError as error:
        return [fault["type"] for fault in error.errors() if fault["loc"] == (name,)]
    return []


def test_there_is_much_to_declare():
    assert len(NUMBERS) > 150
    assert len(CHOICES) >= 6
    assert len(SWITCHES) >= 10


def test_a_declaration_says_everything():
    silent = [(part, name) for part, name, p in DECLARED if not (p.unit and p.meaning and p.source and p.acts_in)]
    assert silent == []


def test_default_and_plausible_range_are_possible():
    for part, name, declared in NUMBERS:
        low, high = declared.possible
        where = f"{part.__name__}.{name}"
        assert low < high, where
        assert low <= declared.default <= high, where
        assert low <= declared.plausible[0] < declared.plausible[1] <= high, where
        assert faults(part, name, declared.default) == [], where


def test_bounds_hold_and_belong_to_the_range():
    for part, name, declared in NUMBERS:
        where = f"{part.__name__}.{name}"
        whole = part.model_fields[name].annotation is int
        kind, step = (int, 1) if whole else (float, 1e-6 * (declared.possible[1] - declared.possible[0]))
        low, high = (kind(bound) for bound in declared.possible)
        assert faults(part, name, low) == faults(part, name, high) == [], where
        assert faults(part, name, low - step) == ["greater_than_equal"], where
        assert faults(part, name, high + step) == ["less_than_equal"], where


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf, "0.5", True, None, [0.5]], ids=repr)
def test_only_finite_numbers_are_numbers(value):
    assert [f"{part.__name__}.{name}" for part, name, _ in NUMBERS if not faults(part, name, value)] == []


def test_a_whole_number_is_not_a_fraction():
    whole = [(part, name) for part, name, _ in NUMBERS if part.model_fields[name].annotation is int]
    assert whole
    assert [f"{part.__name__}.{name}" for part, name in whole if not faults(part, name, 1.5)] == []


def test_a_choice_offers_what_its_type_allows():
    for part, name, declared in CHOICES:
        assert declared.possible == get_args(part.model_fields[name].annotation), name
        assert declared.default in declared.possible, name
        assert faults(part, name, "nonsense") == ["literal_error"], name
        assert [option for option in declared.possible if faults(part, name, option)] == [], name


def test_a_switch_is_true_or_false():
    for part, name, declared in SWITCHES:
        assert isinstance(declared.default, bool), name
        assert faults(part, name, 1), name
        assert faults(part, name, "yes"), name


def test_unknown_keys_are_refused():
    assert [part for part in PARTS if faults(part, "no_such_key", 1) != ["extra_forbidden"]] == []


def test_every_key_has_a_meaning():
    silent = [
        f"{part.__name__}.{name}"
        for part in PARTS
        for name, field in part.model_fields.items()
        if field.annotation not in PARTS and not field.description
    ]
    assert silent == []


class Inner(Part):
    """A part inside another."""

    number: float = param(0.5, "share", (0.0, 1.0), "a number", "somebody2020", plausible=(0.2, 0.8), acts_in="block")


class Outer(Part):
    """A part with one declaration of each kind."""

    count: int = param(3, "providers", (1, 9), "a count")
    rule: str = choice("a", ("a", "b"), "a choice")
    works: bool = switch("a switch")
    inner: Inner = Inner()
    label: str = ""


def test_parameters_come_in_order_with_dotted_keys():
    found = dict(parameters(Outer))
    assert list(found) == ["count", "rule", "works", "inner.number"]
    assert found["inner.number"] == Param(0.5, "share", (0.0, 1.0), (0.2, 0.8), "a number", "somebody2020", "block")
    assert found["count"].plausible == (1, 9)
    assert found["count"].source == ASSUMED
    assert found["rule"].is_choice
    assert not found["count"].is_choice


def test_a_value_is_found_by_its_dotted_key():
    outer = Outer(inner=Inner(number=0.25))
    assert value_of(outer, "inner.number") == 0.25
    assert value_of(outer, "count") == 3


def test_parts_are_frozen():
    with pytest.raises(ValidationError, match="frozen"):
        Outer().count = 4


def test_all_faults_are_told_at_once():
    with pytest.raises(ValidationError) as caught:
        Outer.model_validate({"count": 0, "inner": {"number": 2.0}, "other": 1})
    assert {fault["loc"] for fault in caught.value.errors()} == {("count",), ("inner", "number"), ("other",)}
