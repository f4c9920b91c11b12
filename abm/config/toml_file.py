"""A TOML file as a table that knows on which line each key stands, which `tomllib` does not tell."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

MAX_BYTES = 1_000_000
MAX_DEPTH = 12
MAX_KEYS = 1000  # of one table
LONGEST_LINE = 900  # of a message
MOST_TOLD = 50  # things at fault; more are counted
KeyPath = tuple[str | int, ...]


class ConfigError(Exception):
    """Input that cannot be used: one line for each thing at fault, at most fifty."""

    def __init__(self, *errors: str) -> None:
        told = list(dict.fromkeys(map(_visible, errors)))
        more = [f"… and {len(told) - MOST_TOLD:,} more"] if len(told) > MOST_TOLD + 1 else []
        super().__init__(*(told[:MOST_TOLD] if more else told), *more)

    @property
    def errors(self) -> tuple[str, ...]:
        """The lines, in the order in which they were found."""
        return self.args

    def __str__(self) -> str:
        return "\n".join(self.args)


def _visible(text: str) -> str:
    """A text with what no screen shows, or obeys, written out: an invisible space, a new line; cut where it is endless."""
    text = text if len(text) <= LONGEST_LINE else text[:LONGEST_LINE] + "…"
    return "".join(char if char.isprintable() else char.encode("unicode_escape").decode() for char in text)


class Problem(NamedTuple):
    """One thing at fault: where it stands, the dotted key (may be empty), and what is wrong with it."""

    place: str
    key: str
    text: str

    def __str__(self) -> str:
        return ": ".join(part for part in self if part)


@dataclass
class Table:
    """A tree of settings, the place where each key was written, and what is already known to be wrong with it."""

    values: dict[str, Any]
    places: dict[KeyPath, str]
    problems: list[Problem] = field(default_factory=list)
    incomplete: bool = False  # a part is unusable, so nothing can be said about what is missing or contradicts it
    about: str = ""  # goes after contradictions, which concern a whole that the place alone does not tell

    def place(self, path: KeyPath) -> str:
        """File and line of a key, or of the innermost table around it that was written."""
        return self.places[next(path[:n] for n in range(len(path), -1, -1) if path[:n] in self.places)]

    def refuse(self, path: KeyPath, text: str) -> None:
        """Note that something is wrong at a key."""
        self.problems.append(Problem(self.place(path), dotted(path), text))

    def leaves(self, path: KeyPath, prefix: str = "") -> Iterator[tuple[str, Any, str]]:
        """Every value beneath a table: its dotted key (a quoted key may have dots of its own), itself, its place."""
        tree: Any = self.values
        for part in path:
            tree = tree[int(part)] if isinstance(tree, list) else tree.get(part, {})
        for key, value in tree.items():
            if isinstance(value, Mapping):
                yield from self.leaves((*path, key), f"{prefix}{key}.")
            else:
                yield f"{prefix}{key}", value, self.place((*path, key))

    def over(self, parent: Table) -> Table:
        """This table laid over its parent: tables are merged, everything else is replaced."""
        places = dict(parent.places)
        values = _merged(parent.values, self.values, (), places)
        problems = parent.problems + self.problems
        own = {
            path: self.place(path) for path in _paths(self.values)
        }  # within inline tables too, whose keys have no lines
        return Table(values, places | own | self.places, problems, parent.incomplete or self.incomplete, self.about)


def _paths(values: Mapping[str, Any], path: KeyPath = ()) -> Iterator[KeyPath]:
    """The path of every key of a tree."""
    for key, value in values.items():
        yield (*path, key)
        if isinstance(value, Mapping):
            yield from _paths(value, (*path, key))


def _merged(
    below: Mapping[str, Any], above: Mapping[str, Any], path: KeyPath, places: dict[KeyPath, str]
) -> dict[str, Any]:
    """`above` over `below`; places beneath a replaced value are forgotten."""
    merged = dict(below)
    for key, value in above.items():
        here = (*path, key)
        if isinstance(value, Mapping) and isinstance(merged.get(key), Mapping):
            merged[key] = _merged(merged[key], value, here, places)
            continue
        merged[key] = value
        for old in [place for place in places if place[: len(here)] == here]:
            del places[old]
    return merged


def dotted(path: KeyPath) -> str:
    """A key as messages show it; the lines of a list count from 1."""
    key = ""
    for part in path:
        if isinstance(part, int):
            key += f"[{part + 1}]"
        else:
            key += ("." if key else "") + (part or '""')
    return key


def undotted(key: str) -> KeyPath:
    """The path of a key as messages show it."""
    path: KeyPath = ()
    for part in key.split("."):
        line = re.fullmatch(r"(.+)\[(\d+)\]", part)
        path = (*path, line[1], int(line[2]) - 1) if line else (*path, part)
    return path


def shown_path(path: Path) -> str:
    """A path as messages show it: from the working directory where it lies beneath it."""
    try:
        return str(path.resolve().relative_to(Path.cwd()))
    except (ValueError, OSError, RuntimeError):
        return str(path)


def read_toml(path: Path) -> Table:
    """The table of a TOML file, with the line of every key; `ConfigError` where it cannot be read."""
    name = shown_path(path)
    text = _read_text(path, name)
    try:
        values = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(_syntax_error(name, text, str(error))) from None
    except RecursionError:
        raise ConfigError(f"{name}: nested too deep") from None
    except ValueError as error:  # a number longer than Python reads
        raise ConfigError(f"{name}: not valid TOML: {str(error).split(';')[0]}") from None
    if _deeper_than(values, MAX_DEPTH):
        raise ConfigError(f"{name}: nested too deep: at most {MAX_DEPTH} tables or lists within one another")
    found = _larger_than(values, MAX_KEYS)
    if found is not None:
        where = f": {dotted(found)}" if found else ""
        raise ConfigError(f"{name}{where}: a table of more than {MAX_KEYS:,} keys, which no configuration has")
    return Table(values, {(): name} | {path: f"{name}:{line}" for path, line in key_lines(text).items()})


def _read_text(path: Path, name: str) -> str:
    """A small UTF-8 file's text."""
    try:
        if path.is_dir():
            raise ConfigError(f"{name}: a directory, expected a TOML file")
        if not path.exists():
            raise ConfigError(f"{name}: no such file")
        if not path.is_file():
            raise ConfigError(f"{name}: not a regular file, expected a TOML file")
        size = path.stat().st_size
        if size > MAX_BYTES:
            raise ConfigError(f"{name}: too large for a configuration: {size:,} bytes, at most {MAX_BYTES:,}")
        raw = path.read_bytes()
    except OSError as error:
        raise ConfigError(f"{name}: cannot be read: {error.strerror or error}") from None
    except ValueError:
        raise ConfigError(f"{name!r}: not a file name") from None
    try:
        return raw.decode("utf-8-sig")  # Windows editors write a byte order mark, which tomllib refuses
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        raise ConfigError(f"{name}:{line}: not UTF-8 text, expected a TOML file") from None


def _syntax_error(name: str, text: str, message: str) -> str:
    """A TOML syntax error, with its line."""
    where = re.search(r" \(at (?:line (\d+), column \d+|end of document)\)$", message)
    line = int(where[1]) if where and where[1] else text.rstrip("\n").count("\n") + 1
    message = message[: where.start()] if where else message
    if "overwrite a value" in message or "mutate" in message:
        return f"{name}:{line}: a key stands twice, or both as a value and as a table"
    if "twice" in message:
        return f"{name}:{line}: a table stands twice"
    written = text.splitlines()[line - 1].strip() if line <= len(text.splitlines()) else ""
    here = f": {json.dumps(written[:60], ensure_ascii=False)}" if written else ""
    return f"{name}:{line}: not valid TOML: {message[:1].lower()}{message[1:]}{here}"


def _deeper_than(values: Any, depth: int) -> bool:
    """Whether tables and lists nest deeper than `depth`; level by level, so that depth itself cannot break it."""
    level = [values]
    for _ in range(depth):
        items = [item for outer in level for item in (outer.values() if isinstance(outer, dict) else outer)]
        level = [item for item in items if isinstance(item, dict | list)]
    return bool(level)


def _larger_than(tree: Any, most: int, path: KeyPath = ()) -> KeyPath | None:
    """The path of a table with more keys than `most`, None where there is none."""
    if isinstance(tree, dict) and len(tree) > most:
        return path
    items = tree.items() if isinstance(tree, dict) else enumerate(tree) if isinstance(tree, list) else ()
    found = (_larger_than(inner, most, (*path, key)) for key, inner in items if isinstance(inner, dict | list))
    return next((one for one in found if one is not None), None)


_WORD = r"""(?:[A-Za-z0-9_-]+|"(?:[^"\\\n]|\\.)*"|'[^'\n]*')"""
_DOTTED = rf"{_WORD}(?:[ \t]*\.[ \t]*{_WORD})*"
_HEADER = re.compile(rf"[ \t]*(\[\[?)[ \t]*({_DOTTED})[ \t]*\]\]?")
_KEY = re.compile(rf"[ \t]*({_DOTTED})[ \t]*=")
_STRINGS = r'"""(?:[^\\]|\\.)*?"{3,5}|' + r"'''.*?'{3,5}|" + r'"(?:[^"\\\n]|\\.)*"|' + r"'[^'\n]*'"
_PIECE = re.compile(_STRINGS + r"|#[^\n]*|[\[\]{}]|\n|[^\"'#\[\]{}\n]+", re.DOTALL)


def key_lines(text: str) -> dict[KeyPath, int]:
    """The line of each table and key of a valid TOML text (keys of an inline table: the line where it begins)."""
    text = text.replace("\r\n", "\n")
    lines: dict[KeyPath, int] = {}
    counts: dict[KeyPath, int] = {}
    table: KeyPath = ()
    position, line = 0, 1
    while position < len(text):
        start = position
        if header := _HEADER.match(text, position):
            table = _table_path(_words(header[2]), header[1] == "[[", counts)
            lines[table] = line
            _note(lines, (), table, line)
            start = header.end()
        elif key := _KEY.match(text, position):
            _note(lines, table, tuple(_words(key[1])), line)
            start = key.end()
        end = _end_of_line(text, start)
        line += text.count("\n", position, end)
        position = end
    return lines


def _note(lines: dict[KeyPath, int], table: KeyPath, key: KeyPath, line: int) -> None:
    """A key's line, and that of the tables on its way where they have none yet."""
    for n in range(1, len(key) + 1):
        lines.setdefault((*table, *key[:n]), line)


def _table_path(words: list[str], is_array: bool, counts: dict[KeyPath, int]) -> KeyPath:
    """The path of a table header: names, with the position of the last table of each array on the way."""
    path: KeyPath = ()
    for n, word in enumerate(words):
        path = (*path, word)
        if is_array and n == len(words) - 1:
            counts[path] = counts.get(path, -1) + 1
        if path in counts:
            path = (*path, counts[path])
    return path


def _words(key: str) -> list[str]:
    """The names of a dotted key as it is written."""
    words = re.findall(_WORD, key)
    return [next(iter(tomllib.loads(f"{word} = 0"))) if word[0] in "\"'" else word for word in words]


def _end_of_line(text: str, position: int) -> int:
    """Where the next line of keys begins: brackets closed, strings ended."""
    depth = 0
    while piece := _PIECE.match(text, position):
        position = piece.end()
        if piece[0] in ("[", "{"):
            depth += 1
        elif piece[0] in ("]", "}"):
            depth -= 1
        elif piece[0] == "\n" and depth <= 0:
            return position
    return len(text)
