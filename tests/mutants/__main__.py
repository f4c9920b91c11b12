"""Mutation testing: `python -m tests.mutants` puts one small error at a time into rules, ledger, trust and statistics.

mutmut leaves functions with a decorator alone, and all compiled ones have one; so it works in a copy (`build/mutants`)
without it, which without the compiler is the same code. What is changed and by which tests it must be noticed stands in
`pyproject.toml` under `[tool.mutmut]`. The counts are kept in `found.json`; docs/mutants.md is written from them.
"""

from __future__ import annotations

import argparse
import datetime
import importlib.metadata
import json
import os
import platform
import random
import re
import shutil
import subprocess
import sys
import textwrap
import tomllib
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

ROOT = Path(__file__).parents[2]
WORK = ROOT / "build" / "mutants"
FOUND = Path(__file__).with_name("found.json")
SURVIVORS = Path(__file__).with_name("survivors.toml")
PLANTED = ROOT / "tests" / "planted" / "bugs.toml"
PAGE = ROOT / "docs" / "mutants.md"
ONLY = {
    "abm/network.py": {"live", "live_parts", "live_event", "_add_to_facet", "_add", "_remember"}
}  # trust, not graphs
FIRST = "abm.ledger.*"  # tried first, because mutmut makes mutants only when it tries some
SEED = "mutants"  # of the draw from each file
LEAST = 0.85  # of all mutants, to be killed
INTRODUCTION = """\
Do the tests notice when the model is wrong? A **mutant** is the code with one small error, made by a program: a sign, a bound,
a constant, a factor. It is *killed* when a quick test fails, and *survives* when none does; a *timeout* counts as not killed.
Decorators, docstrings, annotations and the words of errors are not changed. Tests run without the compiler, on the same source.
"""
OUTCOMES = ("killed", "survived", "no tests", "timeout")


def settings() -> dict:
    """What `pyproject.toml` says of mutmut."""
    return tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["mutmut"]


def changed_files() -> list[str]:
    """The files into which errors are put."""
    found = [path for pattern in settings()["only_mutate"] for path in ROOT.glob(pattern)]
    return sorted(path.relative_to(ROOT).as_posix() for path in found if path.name != "__init__.py")


def stage(again: bool) -> None:
    """A copy of sources and tests, in which functions have no decorator; `again`: only what has changed is copied anew."""
    if not again:
        shutil.rmtree(WORK, ignore_errors=True)
    changed = {ROOT / name for name in changed_files()}
    for path in (ROOT / "pyproject.toml", *(one for f in ("abm", "configs", "tests") for one in (ROOT / f).rglob("*"))):
        if path.is_file() and "__pycache__" not in path.parts:
            content, there = path.read_bytes(), WORK / path.relative_to(ROOT)
            if path in changed:
                content = content.replace(b"@compiled\n", b"")
            if not there.is_file() or there.read_bytes() != content:
                there.parent.mkdir(parents=True, exist_ok=True)
                there.write_bytes(content)


def mutmut(*words: str, quiet: bool = True) -> str:
    """The output of a command of mutmut in the copy."""
    plain = os.environ | {"NUMBA_DISABLE_JIT": "1", "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", "PYTHONPATH": ""}
    plain |= dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"), "1")  # a mutant is a fork
    command = [sys.executable, "-m", "mutmut", *words]
    done = subprocess.run(command, cwd=WORK, env=plain, text=True, stdout=subprocess.PIPE if quiet else None)
    if done.returncode != 0:
        raise SystemExit(f"{' '.join(command)} in {WORK}: exit code {done.returncode}")
    return done.stdout or ""


def outcomes() -> dict[str, str]:
    """What became of each mutant, by its name."""
    lines = (line.strip().rpartition(": ") for line in mutmut("results", "--all", "true").splitlines())
    return {name: outcome for name, _, outcome in lines if "__mutmut_" in name}


def file_of(name: str) -> str:
    """The file of a mutant."""
    return re.split(r"\.x[_ǁ]", name)[0].replace(".", "/") + ".py"


def function_of(name: str) -> str:
    """The function of a mutant, or the class and its method."""
    return re.sub(r"^x[_ǁ]", "", name.rpartition(".")[2].split("__mutmut_")[0]).replace("ǁ", ".")


def drawn(every: Iterable[str], most: int) -> list[str]:
    """Of each file's mutants all, or so many drawn by a seed of its own."""
    by_file: dict[str, list[str]] = {}
    for name in sorted(every):
        file = file_of(name)
        if file not in ONLY or function_of(name) in ONLY[file]:
            by_file.setdefault(file, []).append(name)
    return [
        name
        for file, names in sorted(by_file.items())
        for name in (random.Random(f"{SEED} {file}").sample(names, most) if 0 < most < len(names) else names)
    ]


def attempt(most: int, workers: int, again: bool) -> dict:
    """Make all mutants, try those that are drawn (or of those only what was not killed before), and say what became of them."""
    stage(again)
    mutmut("run", FIRST)
    before = outcomes()
    chosen = drawn(before, most)
    pending = [name for name in chosen if before[name] != "killed"]
    if pending:
        mutmut("run", "--max-children", str(workers), *pending, quiet=False)
    after = outcomes()
    counts: dict[str, Counter] = {name: Counter() for name in changed_files()}
    alive = []
    for name in chosen:
        if after[name] not in OUTCOMES:
            raise SystemExit(f"{name}: {after[name]}")
        counts[file_of(name)][after[name]] += 1
        if after[name] != "killed":
            before_after = dict(zip(("before", "after"), difference(mutmut("show", name)), strict=True))
            alive.append({"file": file_of(name), "function": function_of(name), "outcome": after[name]} | before_after)
    made = Counter(file_of(name) for name in drawn(before, 0))
    return {
        "made": when(), "most": most, "mutants": dict(sorted(made.items())),
        "counts": {file: dict(sorted(one.items())) for file, one in counts.items()}, "alive": alive,
    }  # fmt: skip


def difference(text: str) -> tuple[str, str]:
    """The lines that a mutant replaces and those in their place, as one line each."""
    lines = [line for line in text.splitlines() if re.match(r"[+-](?![+-]{2} )", line)]
    sides = ([line[1:].strip() for line in lines if line[0] == sign] for sign in "-+")
    before, after = (" ".join(side) for side in sides)
    return before, after


def when() -> dict:
    """When and with what."""
    return {
        "date": datetime.datetime.now(datetime.UTC).date().isoformat(),
        "mutmut": importlib.metadata.version("mutmut"),
        "python": platform.python_version(),
    }


def share(counts: dict[str, int]) -> float:
    """Killed ones among all."""
    return counts.get("killed", 0) / max(1, sum(counts.values()))


def total(found: dict) -> dict[str, int]:
    """Counts over all files."""
    return dict(sum((Counter(one) for one in found["counts"].values()), Counter()))


def explained() -> dict[tuple[str, str, str], str]:
    """Why a mutant may live, by file, line before and line after."""
    entries = tomllib.loads(SURVIVORS.read_text(encoding="utf-8")).get("survivor", [])
    return {(one["file"], one["before"], one["after"]): one["why"] for one in entries}


def code(text: str) -> str:
    """A line of code in a cell of a table."""
    return f"`{text}`".replace("|", "\\|") if text else ""


def scope(found: dict) -> str:
    """Which mutants were tried."""
    if not found["most"]:
        return "All mutants are tried."
    words = f"Of each file at most {found['most']} are tried, drawn by a fixed seed, so the files weigh alike; "
    return words + "`python -m tests.mutants --most 0` tries all."


def page(found: dict) -> str:
    """The page of mutants and planted errors."""
    whole, why = total(found), explained()
    lines = [
        "# Mutants and planted errors", "",
        f"Generated by `make mutants` ({found['made']['date']}, mutmut {found['made']['mutmut']}, Python "
        f"{found['made']['python']}). Do not edit.", "",
        *textwrap.wrap(INTRODUCTION + scope(found), 120), "",
        f"**{whole.get('killed', 0):,} of {sum(whole.values()):,} mutants killed ({share(whole):.1%}).** "
        f"At least {LEAST:.0%} is asked for.", "",
        "| file | mutants | tried | killed | survived | no test | timeout | killed, share |",
        "|---|--:|--:|--:|--:|--:|--:|--:|",
    ]  # fmt: skip
    for file, counts in sorted(found["counts"].items()):
        cells = " | ".join(str(counts.get(outcome, 0)) for outcome in OUTCOMES)
        lines.append(
            f"| `{file}` | {found['mutants'][file]} | {sum(counts.values())} | {cells} | {share(counts):.0%} |"
        )
    known = [one for one in found["alive"] if (one["file"], one["before"], one["after"]) in why]
    said = f"{len(known)} of {len(found['alive'])} are explained; the others are open: a test for them is welcome."
    lines += ["", "## What survived", "", said]
    for one in found["alive"]:
        reason = why.get((one["file"], one["before"], one["after"]), f"open ({one['outcome']})")
        lines += ["", f"{code(one['file'])}, {code(one['function'])}: {reason}", ""]
        lines += ["```diff", f"- {one['before']}", f"+ {one['after']}", "```"]
    return "\n".join(lines + planted()) + "\n"


def planted() -> list[str]:
    """The list of planted errors, as it stands in tests/planted/bugs.toml."""
    bugs = tomllib.loads(PLANTED.read_text(encoding="utf-8"))["bug"]
    lines = [
        "", "## Planted errors", "",
        f"{len(bugs)} errors that a scientist could make, each put into a copy by itself; the named test fails with it and",
        "passes without (`tests/planted`, run by `make test-all`).", "",
        "| error | kind | file | caught by |", "|---|---|---|---|",
    ]  # fmt: skip
    for bug in bugs:
        caught = ", ".join(code(test.removeprefix("tests/")) for test in bug["tests"])
        lines.append(f"| {bug['name']} | {bug['kind']} | {code(bug['file'])} | {caught} |")
    return lines


def main(words: list[str]) -> int:
    """Try all mutants (or, with `--page`, none) and write the page; returns 1 where too few are killed."""
    parser = argparse.ArgumentParser(prog="python -m tests.mutants", description=main.__doc__)
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1, help="processes at work")
    parser.add_argument("--most", type=int, default=60, help="mutants to draw from each file; 0 for all")
    parser.add_argument("--again", action="store_true", help="tests were added: only what was not killed last time")
    parser.add_argument("--page", action="store_true", help="only write the page from what was found last")
    asked = parser.parse_args(words)
    if not asked.page:
        found = attempt(asked.most, asked.workers, asked.again)
        FOUND.write_text(json.dumps(found, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    found = json.loads(FOUND.read_text(encoding="utf-8"))
    PAGE.write_text(page(found), encoding="utf-8")
    whole = total(found)
    print(f"{whole.get('killed', 0)} of {sum(whole.values())} mutants killed ({share(whole):.1%}): {PAGE.name}")
    return int(share(whole) < LEAST)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
