"""Brings docs/found.md up to date with docs/found: answers and figures between marks, a section for what is new.

What the answers mean is written by hand, below the marks.
"""

from __future__ import annotations

import csv
from functools import partial
from pathlib import Path

from abm.handbook.blocks import refresh, table

HERE = Path(__file__).parent
DOCS = HERE.parent / "docs"
PAGE = DOCS / "found.md"
EXPECTED = "expected: "


def rows(name: str) -> list[dict[str, str]]:
    """What an experiment has kept."""
    with (DOCS / "found" / f"{name}.csv").open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


def answers(name: str) -> str:
    """How many expectations held, which, and the figure; all figures with intervals are in the CSV file."""
    kept = rows(name)
    asked = {row["what"].removeprefix(EXPECTED): row["mean"] for row in kept if row["what"].startswith(EXPECTED)}
    held = sum(answer == "yes" for answer in asked.values())
    lines = table(
        ("expected", "held"), [(what, answer if answer == "yes" else "**no**") for what, answer in asked.items()]
    )
    all_of_it = f"All {len(kept) - len(asked)} figures with their 95 % intervals: [{name}.csv](found/{name}.csv)."
    return f"{held} of {len(asked)} expectations held. {all_of_it}\n\n{lines}\n\n![What was found in {name}](found/{name}.png)"


def title(name: str) -> str:
    """The heading of an experiment's section in README.md."""
    text = (HERE / "README.md").read_text(encoding="utf-8")
    return next(line for line in text.splitlines() if line.startswith(f"## {name[:2]} "))


def main() -> None:
    """A section for each experiment that was run, in order; then the blocks anew."""
    names = sorted(path.stem for path in (DOCS / "found").glob("*.csv"))
    text = PAGE.read_text(encoding="utf-8")
    for name in names:
        if f"<!-- generated: {name} -->" not in text:
            text = f"{text.rstrip()}\n\n{title(name)}\n\n<!-- generated: {name} -->\n<!-- end -->\n"
    PAGE.write_text(text, encoding="utf-8")
    refresh(PAGE, {name: partial(answers, name) for name in names})


if __name__ == "__main__":
    main()
