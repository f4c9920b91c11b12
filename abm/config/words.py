"""Validation in plain words: what was expected, what was found, the nearest known name; all errors of a table at once."""

from __future__ import annotations

import datetime
import difflib
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from types import UnionType
from typing import Any, Literal, TypeVar, Union, get_args, get_origin

from pydantic import BaseModel, ValidationError
from pydantic.fields import FieldInfo

from abm.config.toml_file import MOST_TOLD, KeyPath, Problem, Table, dotted, undotted

Model = TypeVar("Model", bound=BaseModel)
NAME_WORDS = "a name of small letters, digits, '_' and '-' that begins with a letter or a digit"
_RULES = ("ge", "le", "pattern", "min_length", "max_length")
_COUNTS = ("no", "one", "two", "three", "four")


def did_you_mean(word: str, known: Iterable[str], closeness: float = 0.6) -> str:
    """`; did you mean 'x'?`, or nothing where no known name is near."""
    near = _nearest(word, known, closeness)
    return f"; did you mean '{near}'?" if near else ""


def _nearest(word: str, known: Iterable[str], closeness: float) -> str | None:
    """The known name that is most like a word, or None."""
    found = difflib.get_close_matches(word.lower(), list(known), 1, closeness)
    return found[0] if found else None


def listed(names: Iterable[str]) -> str:
    """Names as a sentence lists them."""
    return ", ".join(f"'{name}'" for name in names)


def shown(value: Any) -> str:
    """A value as messages show it, in TOML's own spelling, shortened."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Mapping):
        return "a table" if value else "an empty table"
    if isinstance(value, int) and value.bit_length() > 128:  # Python refuses to print the longest
        return "a very large number"
    if isinstance(value, list | tuple):
        text = "[" + ", ".join(map(shown, value[:9])) + (", …]" if len(value) > 9 else "]")
    elif isinstance(value, str):
        text = json.dumps(value[:100], ensure_ascii=False)
    elif isinstance(value, datetime.date | datetime.time):
        text = f"the date or time {value.isoformat()}"
    else:
        text = repr(value)
    return text if len(text) <= 60 else text[:59] + "…"


def field_at(model: type[BaseModel], path: KeyPath) -> tuple[Any, FieldInfo | None] | None:
    """Type and declaration of a key of a model; None where it has no such key."""
    annotation: Any = model
    declared: FieldInfo | None = None
    for part in path:
        inner = get_args(annotation)
        if _is_model(annotation):
            declared = annotation.model_fields.get(part)
            if declared is None:
                return None
            annotation = _without_none(declared.annotation)
        elif get_origin(annotation) is dict:
            annotation, declared = inner[1], None
        elif get_origin(annotation) is tuple and isinstance(part, int):
            annotation, declared = inner[0], None
        else:
            return None
    return annotation, declared


def _is_model(annotation: Any) -> bool:
    return isinstance(annotation, type) and issubclass(annotation, BaseModel)


def _without_none(annotation: Any) -> Any:
    """The type of an optional value."""
    if get_origin(annotation) in (Union, UnionType):
        return next(inner for inner in get_args(annotation) if inner is not type(None))
    return annotation


def known_keys(model: type[BaseModel], prefix: KeyPath = ()) -> Iterator[KeyPath]:
    """Every key of a model and of its tables (not of lists, of tables whose names are free, or of an imported network)."""
    for name, declared in model.model_fields.items():
        yield (*prefix, name)
        inner = declared.annotation  # an optional table is no place for keys, but a value that a file refers to
        if isinstance(inner, type) and issubclass(inner, BaseModel):
            yield from known_keys(inner, (*prefix, name))


def expected(annotation: Any, declared: FieldInfo | None) -> str:
    """What a key takes."""
    metadata = declared.metadata if declared else []
    rules = {name: getattr(rule, name) for rule in metadata for name in _RULES if hasattr(rule, name)}
    if get_origin(annotation) is Literal:
        return f"one of {listed(get_args(annotation))}"
    if annotation is bool:
        return "true or false"
    if annotation in (int, float):
        number = "a whole number" if annotation is int else "a number"
        return f"{number} from {_number(rules['ge'])} to {_number(rules['le'])}" if "le" in rules else number
    if annotation is str:
        return _expected_text(declared, rules)
    if get_origin(annotation) is tuple:
        return _expected_list(get_args(annotation), rules)
    return "a table that is not empty" if rules.get("min_length") else "a table"


def _expected_text(declared: FieldInfo | None, rules: Mapping[str, Any]) -> str:
    """What a text takes; a pattern is told by the default, which follows it."""
    if rules.get("pattern") and declared:
        if not declared.is_required():
            return f'text such as "{declared.default}"'
        return NAME_WORDS + (f", at most {rules['max_length']} of them" if "max_length" in rules else "")
    return "text that is not empty" if rules.get("min_length") else "text"


def _expected_list(items: tuple[Any, ...], rules: Mapping[str, Any]) -> str:
    """What a list takes."""
    words = {int: "whole numbers", float: "numbers", str: "names"}.get(items[0], "tables")
    if items[-1] is not Ellipsis:
        return f"a list of {_COUNTS[len(items)]} {words}"
    if rules.get("max_length"):
        least = f"{rules['min_length']:,} to" if "min_length" in rules else "at most"
        return f"a list of {least} {rules['max_length']:,} {words}"
    return f"a list of {words}" + (", not empty" if rules.get("min_length") else "")


def _number(value: float) -> str:
    """A bound of a range."""
    return f"{value:,.0f}" if abs(value) < 1e9 and value == int(value) else f"{value:g}"


def validated(model: type[Model], table: Table, prefix: str = "") -> tuple[Model | None, list[Problem]]:
    """A table as a frozen value, or everything that is wrong with it.

    Contradictions are looked for even beside wrong keys, but told only where no wrong key could be their cause.
    `prefix` goes before every key in messages.
    """
    values = _tuples(table.values)
    try:
        return model.model_validate(values), []
    except ValidationError as error:
        wrong = error.errors(include_url=False)
    problems = _contradictions(wrong, table, set(), prefix)
    touched: set[KeyPath] = set()
    for told, item in enumerate(wrong):
        if told == MOST_TOLD:
            problems.append(Problem(table.places[()], "", f"… and {len(wrong) - told:,} more"))
            return None, problems
        if item["type"] == "value_error" or (item["type"] == "missing" and table.incomplete):
            continue
        path, text, meant = _in_words(model, item, prefix)
        # a calendar's contradictions name one of the dates that they compare: a wrong date casts doubt on all
        touched |= {key[:1] if key[0] == "calendar" else key for key in (path, meant) if key}
        values = _without(values, path)
        problems.append(Problem(table.place(path), prefix + dotted(path), text))
    if touched and not table.incomplete and ("payment", "rule") not in touched:
        try:
            model.model_validate(values)
        except ValidationError as error:
            problems += _contradictions(error.errors(include_url=False), table, touched, prefix)
    return None, problems


def _in_words(model: type[BaseModel], item: Any, prefix: str) -> tuple[KeyPath, str, KeyPath | None]:
    """One pydantic error as the key, what is wrong with it, and the key that was probably meant."""
    path: KeyPath = item["loc"]
    if item["type"] == "extra_forbidden":
        meant = meant_key(model, path)
        hint = f"; did you mean '{prefix}{dotted(meant)}'?" if meant else known_beside(model, path)
        return path, "unknown key" + hint, meant
    value = item["input"]
    if item["type"] == "missing" and isinstance(path[-1], int):  # a pair with one number
        path = path[:-1]
    found = field_at(model, path)
    words = expected(*found) if found else "another value"
    if item["type"] == "missing" and path == item["loc"]:
        return path, f"missing, expected {words}", None
    is_choice = found and get_origin(found[0]) is Literal and isinstance(value, str)
    hint = did_you_mean(value, get_args(found[0]), 0.5) if found and is_choice else ""
    return path, f"expected {words}, got {shown(value)}{hint}", None


def meant_key(model: type[BaseModel], path: KeyPath) -> KeyPath | None:
    """The known key that an unknown one probably stands for: alike in the same table, or the same in another one."""
    around, word = field_at(model, path[:-1]), str(path[-1])
    siblings = tuple(around[0].model_fields) if around and _is_model(around[0]) else ()
    if near := _nearest(word, siblings, 0.75):
        return (*path[:-1], near)
    in_a_list = any(isinstance(part, int) for part in path)
    if elsewhere := [key for key in known_keys(model) if key[-1] == word and not in_a_list]:
        return elsewhere[0]
    begun = [name for name in siblings if len(word) > 2 and name.startswith(word)]
    near = begun[0] if len(begun) == 1 else _nearest(word, siblings, 0.55)
    return (*path[:-1], near) if near else None


def known_beside(model: type[BaseModel], path: KeyPath) -> str:
    """`; known here: …`, the keys of the table in which an unknown key stands."""
    around = field_at(model, path[:-1])
    return f"; known here: {', '.join(around[0].model_fields)}" if around and _is_model(around[0]) else ""


def _contradictions(wrong: Iterable[Any], table: Table, touched: set[KeyPath], prefix: str) -> list[Problem]:
    """What the models' own validators found, each sentence at the key that it begins with."""
    joined = "; ".join(str(item["ctx"]["error"]) for item in wrong if item["type"] == "value_error")
    problems = []
    for sentence in re.split(r"; (?=[a-z_]+(?:\[\d+\])?(?:\.[\w-]+)*: )", joined)[: 2 * MOST_TOLD] if joined else ():
        key, _, text = sentence.partition(": ")
        named = [undotted(word) for word in (key, *re.findall(r"\b[a-z_]+(?:\.[a-z_]+)+", text))]
        if any(one[: len(other)] == other[: len(one)] for one in named for other in touched):
            continue
        root = table.places[()]
        beneath = (path for path in table.places if any(path[: len(one)] == one for one in named))
        written = next((path for path in (*named, *beneath) if table.place(path) != root), named[0])
        problems.append(Problem(table.place(written), prefix + key, text + table.about))
    return problems


def _tuples(value: Any) -> Any:
    """Lists as tuples, which frozen values hold."""
    if isinstance(value, Mapping):
        return {key: _tuples(inner) for key, inner in value.items()}
    return tuple(_tuples(inner) for inner in value) if isinstance(value, list | tuple) else value


def _without(values: Any, path: KeyPath) -> Any:
    """A copy of a tree without one key; a wrong item takes its whole list with it."""
    head, rest = path[0], path[1:]
    if isinstance(values, tuple) and isinstance(head, int):
        return (*values[:head], _without(values[head], rest), *values[head + 1 :])
    inner = values.get(head)
    if rest and (isinstance(inner, Mapping) or (isinstance(inner, tuple) and len(rest) > 1)):
        return {**values, head: _without(inner, rest)}
    return {key: value for key, value in values.items() if key != head}
