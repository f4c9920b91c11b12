"""Lines of lists within dotted keys: `payment.milestone.kept.price`, `payment.step.2.share`, `measurability.health`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from abm.config.toml_file import KeyPath
from abm.config.words import did_you_mean, listed


def numbered(values: Any, names: Sequence[str]) -> KeyPath:
    """A key with the position of each line of a list that it names; as far as there are such lines."""
    path: KeyPath = ()
    inner = values
    for name in names:
        part: str | int = name
        if isinstance(inner, list | tuple):
            known = _line_names(values, inner)
            if name not in known:
                return path
            part = known.index(name)
        path = (*path, part)
        inner = inner[part] if isinstance(part, int) else inner.get(part) if isinstance(inner, Mapping) else None
    return path


def _line_names(values: Mapping[str, Any], lines: Sequence[Any]) -> list[str]:
    """How settings call the lines of a list: by name where they have one, domains by theirs, else from 1."""
    if lines and all(isinstance(line, Mapping) and isinstance(line.get("name"), str) for line in lines):
        return [line["name"] for line in lines]
    if lines is values.get("measurability") and len(lines) == len(values.get("domains", ())):
        return list(map(str, values["domains"]))
    return [str(n + 1) for n in range(len(lines))]


def no_such_line(values: Mapping[str, Any], path: KeyPath, key: str) -> str:
    """What is said where a list has no such line; `path` leads to the list."""
    lines: Any = values
    for part in path:
        lines = lines[part]
    known, asked = _line_names(values, lines), key.split(".")[len(path)]
    here = f"no '{asked}' in {'.'.join(key.split('.')[: len(path)])}"
    if not known:
        return f"{here}, which has no lines in '{values['name']}'"
    return here + (did_you_mean(asked, known) or f", expected one of {listed(known)}")


def put(values: dict[str, Any], path: KeyPath, new: Any) -> None:
    """Put a value at a key of a tree, whose lists become ones of its own on the way."""
    inner: Any = values
    for part in path[:-1]:
        if isinstance(inner[part], list | tuple):
            inner[part] = list(inner[part])
        inner = inner[part]
        if not isinstance(inner, dict | list):  # a table was set to a value, which is told by itself
            return
    inner[path[-1]] = new
