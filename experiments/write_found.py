"""Brings the answers in FOUND.md up to date with experiments/found, between its marks; what they mean is written by hand there."""

from __future__ import annotations

import csv
from functools import partial
from pathlib import Path

from abm.handbook.blocks import refresh, table

HERE = Path(__file__).parent
EXPECTED = "expected: "


def rows(name: str) -> list[dict[str, str]]:
    """What an experiment has kept."""
    with (HERE / "found" / f"{name}.csv").open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


def answers(name: str) -> str:
    """How many expectations held, which, and the figure."""
    asked = [
        (row["what"].removeprefix(EXPECTED), row["mean"]) for row in rows(name) if row["what"].startswith(EXPECTED)
    ]
    held = sum(answer == "yes" for _, answer in asked)
    lines = table(("expected", "held"), [(what, answer if answer == "yes" else "**no**") for what, answer in asked])
    return f"{held} of {len(asked)} expectations held.\n\n{lines}\n\n![What was found in {name}](found/{name}.png)"


BLOCKS = {path.stem: partial(answers, path.stem) for path in sorted((HERE / "found").glob("*.csv"))}

if __name__ == "__main__":
    refresh(HERE / "FOUND.md", BLOCKS)
