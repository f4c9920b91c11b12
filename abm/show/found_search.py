"""What a search found, as a table for a terminal."""

from __future__ import annotations

from rich.console import Group

from abm.lab.analyses import Analysis
from abm.show.found import note, table_of
from abm.show.tables import decimals_for, number

MOST = 15


def what_a_search_finds(found: Analysis) -> Group:
    """The front, best in the first objective first, and the design as it is."""
    about, front = found.about, found.tables["front"]
    keys, goals = list(about["over"]), list(about["objectives"])
    digits = {goal: decimals_for(front[goal], 3) for goal in goals}
    shown = front if len(front) <= MOST else front.iloc[[*range(MOST - 1), len(front) - 1]]
    rows = []
    for _, row in shown.iterrows():
        cells = [_value(row[key]) for key in keys]
        cells[0] += "" if row["which"] == "found" else " *"
        for goal in goals:
            half = (row[f"{goal}_high"] - row[f"{goal}_low"]) / 2
            cells.append(f"{number(row[goal], digits[goal])} ±{number(half, digits[goal])}")
        rows.append((*cells, number(row["nondominated"], 2)))
    heads = [*(key.rpartition(".")[2].replace("_", "_\n") for key in keys)]
    heads += [goal.replace("_", "_\n") + f"\n({about['objectives'][goal]})" for goal in goals]
    title = (
        f"Designs near {about['design']} that no other beats in all objectives: {len(front) - 1} of "
        f"{len(found.tables['tried'])} that were tried"
    )
    more = f" {len(front) - len(shown)} more: front.csv." if len(front) > len(shown) else ""
    return Group(
        table_of(title, [*heads, "P\n(front)"], rows, 0),
        note(
            f"Means ± half of their 95 % interval over {len(about['fresh_seeds'])} seeds that the search did not use. *: the "
            "design as it is. P(front): share of resamples of these seeds in which no other row beats it. These are "
            f"trade-offs: which one is best is not the model's to say.{more}"
        ),
    )


def _value(value: object) -> str:
    return f"{value:.2f}" if isinstance(value, float) else str(value)
