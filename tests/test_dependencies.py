"""What the package rests on: few libraries, no network at run time, nothing unpickled from a disk."""

from __future__ import annotations

import ast
import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from abm import cli

ROOT = Path(__file__).parents[1]
CORE = {
    "mesa", "networkx", "numpy", "pandas", "numba", "pyarrow", "scipy", "matplotlib", "pydantic", "typer", "rich",
    "salib",
}  # fmt: skip
STANDARD = sys.stdlib_module_names
PIPES = {"abm/lab/workers.py"}  # pickles go between a process and its own workers, through pipes
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
TREES = {
    path.relative_to(ROOT).as_posix(): ast.parse(path.read_text(encoding="utf-8"))
    for path in (ROOT / "abm").rglob("*.py")
}


def name_of(requirement: str) -> str:
    return re.match(r"[\w.-]+", requirement)[0].lower()


def test_direct_dependencies_are_few_and_these():
    assert {name_of(one) for one in PROJECT["dependencies"]} == CORE
    assert all(">=" in one for one in PROJECT["dependencies"]), "each has the oldest version that is tested"


def test_what_is_imported_is_declared():
    """The core at any time; what an extra brings only within functions."""
    groups = [group for name, group in PROJECT["optional-dependencies"].items() if name != "test"]
    extras = {name_of(one).replace("-", "_") for group in groups for one in group}
    for path, tree in TREES.items():
        for node in ast.walk(tree):
            found = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            found += [node.module] if isinstance(node, ast.ImportFrom) and node.module else []
            for module in found:
                top = module.split(".")[0]
                known = top in STANDARD or top in CORE | {"abm"} or top in extras
                assert known or _only_within_functions(tree, top), (
                    f"{path} imports {module}, which pyproject.toml lacks"
                )


def _only_within_functions(tree: ast.Module, top: str) -> bool:
    """Whether a module is imported by functions alone, which say so where it is missing."""
    outside = [node for node in tree.body if isinstance(node, ast.Import | ast.ImportFrom)]
    names = [alias.name for node in outside if isinstance(node, ast.Import) for alias in node.names]
    names += [str(node.module) for node in outside if isinstance(node, ast.ImportFrom)]
    return top not in {name.split(".")[0] for name in names}


def test_the_oldest_versions_are_those_that_are_allowed():
    lines = (ROOT / "constraints-oldest.txt").read_text(encoding="utf-8").splitlines()
    oldest = dict(line.split("==") for line in lines if "==" in line)
    for requirement in PROJECT["dependencies"]:
        lowest = re.search(r">=([\d.]+)", requirement)[1]
        pinned = oldest[name_of(requirement)]
        assert pinned == lowest or pinned.startswith(f"{lowest}."), (
            f"{requirement}: constraints-oldest.txt has {pinned}"
        )


# ---- nothing unpickled from a disk

LOADERS = re.compile(
    r"(pickle|cPickle|dill|cloudpickle|joblib|shelve|marshal|jsonpickle)\.(loads?|open|Unpickler)|.*read_pickle"
)


def unpickled(tree: ast.Module):
    """Calls that would read pickled data."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            name = ast.unparse(node.func)
            if LOADERS.fullmatch(name):
                yield f"line {node.lineno}: {name}"
            if name.endswith(".load") and any(keyword.arg == "allow_pickle" for keyword in node.keywords):
                yield f"line {node.lineno}: {name}(allow_pickle)"
        if isinstance(node, ast.ImportFrom) and node.module in ("pickle", "shelve", "joblib", "dill", "marshal"):
            yield f"line {node.lineno}: from {node.module}"


@pytest.mark.parametrize("path", TREES)
def test_nothing_is_unpickled_from_a_disk(path):
    found = list(unpickled(TREES[path]))
    if path in PIPES:
        assert all("pickle.load" in one for one in found)
        text = (ROOT / path).read_text(encoding="utf-8")
        assert set(re.findall(r"pickle\.loads?\(([\w.]+)", text)) <= {
            "process.stdout",
            "sys.stdin.buffer",
            "call",
        }
    else:
        assert found == []


def test_the_search_for_pickles_finds_them():
    text = "import pickle, pandas as pd, numpy as np\npickle.load(f)\npd.read_pickle(p)\n"
    text += "np.load(p, allow_pickle=True)\nfrom shelve import open"
    assert len(list(unpickled(ast.parse(text)))) == 4


# ---- no network

GUARD = """
import sys

def guard(event, args):
    address = args[1] if event in ("socket.connect", "socket.bind", "socket.sendto") and len(args) > 1 else None
    local = isinstance(address, (str, bytes)) or address is None
    if event == "socket.getaddrinfo" or event == "urllib.Request" or not local:
        sys.stderr.write(f"NETWORK {event} {args}\\n")
        raise RuntimeError(f"no network: {event}")

sys.addaudithook(guard)
"""
EXPERIMENT = 'case = "generic"\ndesigns = ["block_grant", "social_impact_bond"]\nseeds = 2\nmonths = 14\n'
EXPERIMENT += '[set]\n"case.families" = 40\n'


def run_guarded(folder: Path, words: list[list[str]], start: str = "") -> subprocess.CompletedProcess:
    """Commands in one process without a network, nor that of its workers."""
    (folder / "sitecustomize.py").write_text(GUARD)
    (folder / "small.toml").write_text(EXPERIMENT)
    code = f"import sys\n{start}\nfrom abm import cli\nfor words in {words!r}:\n    sys.argv = ['obc', *words]\n"
    code += (
        "    try:\n        cli.main()\n    except SystemExit as end:\n        assert not end.code, (words, end.code)\n"
    )
    places = os.pathsep.join([str(folder), str(ROOT), str(ROOT / "tests")])
    environment = {**os.environ, "PYTHONPATH": places, "COLUMNS": "80"}
    return subprocess.run(
        [sys.executable, "-c", code], cwd=folder, env=environment, capture_output=True, text=True, check=False
    )


COMMANDS = [
    ["check", "small.toml"],
    ["run", "generic", "block_grant", "--months", "14", "--out", "one"],
    ["batch", "small.toml", "--workers", "2"],
    ["compare", "results/small"],
    ["export", "results/small"],
]
STAND_IN = """
import pytest, conftest
conftest.put_in_place(pytest.MonkeyPatch())
from abm.lab.running import batch
batch("./small.toml", workers=2)
"""


@pytest.mark.parametrize("start", [STAND_IN, pytest.param("", marks=pytest.mark.slow)], ids=["stand-in", "engine"])
def test_no_command_needs_a_network(tmp_path, start):
    """With the stand-in, the command `batch`, which draws figures, is left to the slow test."""
    done = run_guarded(tmp_path, [words for words in COMMANDS if not start or words[0] != "batch"], start)
    assert done.returncode == 0, done.stderr
    assert "NETWORK" not in done.stderr
    assert (tmp_path / "results" / "small" / "csv" / "runs.csv").is_file()


def test_the_guard_sees_a_network(tmp_path):
    done = run_guarded(tmp_path, [], "import socket\nsocket.create_connection(('localhost', 9))")
    assert done.returncode == 1
    assert "NETWORK" in done.stderr


def test_commands_are_known():
    assert {words[0] for words in COMMANDS} <= {name for _, name, _ in cli.COMMANDS}
