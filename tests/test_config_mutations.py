"""Two thousand random mutations of valid files: each is read, or refused in words that name the file."""

from __future__ import annotations

import copy
import datetime
import json
import math
import random
import tomllib

import pytest

from abm.config import ConfigError, load_case, load_design, load_experiment, preset_names, preset_path

LOADERS = {"cases": load_case, "designs": load_design, "experiments": load_experiment}
SOURCES = [(kind, preset_path(kind, name).read_text()) for kind in LOADERS for name in preset_names(kind)]
# fmt: off
PIECES = [
    "",
    '"',
    "'",
    "[",
    "]]",
    "= 3\n",
    "nan",
    "-1",
    "\\",
    "é",
    "\n\n",
    "{",
    "x.",
    "\r",
    "\ufeff",
    "1e999",
    "#",
    '"""',
]
# fmt: on
SAMPLE = '\n[sample]\nmethod = "sobol"\nn = 4\n[sample.over]\n"control.audit" = [0.0, 1.0]\n"case.money.wage" = "plausible"\n'
POINTS = '\n[[points]]\n"control.audit" = 0.1\n[[points]]\n"control.audit" = 0.2\n'
EVENTS = (
    '\n[[interventions]]\nmonth = 50\nkind = "workshop"\n[[changes]]\nmonth = 50\nset = { "control.audit" = 0.3 }\n'
)
ODD = [
    0, 1, -1, 2, 0.5, -0.0, 1e308, 1e-320, math.nan, math.inf, -math.inf, 2**63, -(2**70), True, False, "", "x",
    "block_grant", "lombardy", "\u0430", "\u200b", "x" * 300, [], {}, [[]], [{}], [1, 2], ["a", "b"], [1, "a"],
    {"a": 1}, {"": ""}, {"a": {"b": {"c": 1}}}, datetime.date(2005, 1, 1), datetime.time(7), datetime.datetime(2005, 1, 1, 12),
]  # fmt: skip


PARENTS = str(preset_path("designs", "block_grant").parents[1])  # a contradiction may be told at the parent's line


def toml(value) -> str:
    """A value as inline TOML."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, dict):
        return "{" + ", ".join(f"{json.dumps(key)} = {toml(inner)}" for key, inner in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(toml, value)) + "]"
    if isinstance(value, str):
        return json.dumps(value)
    return str(value) if isinstance(value, int | float) else value.isoformat()


def document(tree: dict) -> str:
    return "".join(f"{json.dumps(key)} = {toml(value)}\n" for key, value in tree.items())


def places(tree, path=()):
    """The paths of all values of a tree."""
    for key, inner in tree.items() if isinstance(tree, dict) else enumerate(tree):
        yield (*path, key)
        if isinstance(inner, dict | list):
            yield from places(inner, (*path, key))


def mutated_tree(text: str, rng: random.Random) -> str:
    """A file with one or two values replaced, moved, renamed or gone."""
    tree = copy.deepcopy(tomllib.loads(text))
    for _ in range(rng.randrange(1, 3)):
        path = rng.choice(list(places(tree)) or [("name",)])
        around = tree
        for key in path[:-1]:
            around = around[key]
        last, how = path[-1], rng.randrange(6)
        if how <= 2 or isinstance(last, int):
            around[last] = copy.deepcopy(rng.choice(ODD))
        elif how == 3:
            around.pop(last, None)
        elif how == 4:
            around[last[:-1] + rng.choice("aeiou_ .\u0430")] = around.pop(last, 1)
        else:
            tree[last] = copy.deepcopy(around.get(last, 1))
    return document(tree)


def mutated_text(text: str, rng: random.Random) -> str:
    """A file with a few pieces of text put in or over others."""
    for _ in range(rng.randrange(1, 4)):
        at = rng.randrange(len(text))
        text = text[:at] + rng.choice(PIECES) + text[at + rng.randrange(0, 12) :]
    return text


@pytest.mark.parametrize("mutated", [mutated_text, mutated_tree])
def test_mutated_files_are_read_or_refused_in_words(tmp_path, monkeypatch, mutated):
    monkeypatch.chdir(tmp_path)
    rng = random.Random(2011)
    refused = read = 0
    for n in range(1000):
        kind, text = SOURCES[n % len(SOURCES)]
        if kind == "experiments":
            text = text.replace("seeds = 40", "seeds = 2").replace("seeds = 100", "seeds = 2")
            text += rng.choice(["", SAMPLE, POINTS, EVENTS, SAMPLE + EVENTS])
        damaged = mutated(text, rng)
        (tmp_path / "damaged.toml").write_bytes(damaged.encode("utf-8", "surrogatepass"))
        try:
            LOADERS[kind]("./damaged.toml")
            lines: tuple[str, ...] = ()
            read += 1
        except ConfigError as error:
            lines = error.errors or ("nothing was said",)
            refused += 1
        for line in lines:
            assert line.startswith(("damaged.toml", "… and", PARENTS)), (damaged, line)
            assert len(line) < 1000
            assert line.isprintable(), line
    assert min(refused, read) > 50  # neither all nor none: most mutations break a file
