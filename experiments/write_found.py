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


def asked_of(name: str) -> dict[str, str]:
    """What an experiment expected, and whether it held: yes or no."""
    return {row["what"].removeprefix(EXPECTED): row["mean"] for row in rows(name) if row["what"].startswith(EXPECTED)}


def answers(name: str) -> str:
    """How many expectations held, which, and the figure; all figures with intervals are in the CSV file."""
    kept, asked = rows(name), asked_of(name)
    held = sum(answer == "yes" for answer in asked.values())
    lines = table(
        ("expected", "held"), [(what, answer if answer == "yes" else "**no**") for what, answer in asked.items()]
    )
    all_of_it = f"All {len(kept) - len(asked)} figures with their 95 % intervals: [{name}.csv](found/{name}.csv)."
    return f"{held} of {len(asked)} expectations held. {all_of_it}\n\n{lines}\n\n![What was found in {name}](found/{name}.png)"


def summary(names: list[str]) -> str:
    """How many expectations held in all, and in each experiment."""
    asked = {name: list(asked_of(name).values()) for name in names}
    count, held = (sum(map(len, asked.values())), sum(answers.count("yes") for answers in asked.values()))
    lines = [(title(name).removeprefix("## "), f"{one.count('yes')} of {len(one)}") for name, one in asked.items()]
    return f"**Of {count} expectations {held} held.**\n\n{table(('experiment', 'held'), lines)}"


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
            section = f"{title(name)}\n\n<!-- generated: {name} -->\n<!-- end -->\n"
            later = [at for other in names if other > name and (at := text.find(f"\n{title(other)}\n")) >= 0]
            at = min(later, default=len(text))
            text = f"{text[:at].rstrip()}\n\n{section}{text[at:]}"
    PAGE.write_text(text, encoding="utf-8")
    refresh(PAGE, {name: partial(answers, name) for name in names} | {"found": partial(summary, names)})


if __name__ == "__main__":
    main()
