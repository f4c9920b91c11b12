"""Verdicts and winners for a terminal."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping
from typing import TYPE_CHECKING

from rich.box import SIMPLE_HEAD
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from abm.lab.objectives import COMPONENTS
from abm.lab.verdict import BETTER, EQUAL, HIGHER, LOWER, NO_VALUE, UNDECIDED, WORSE
from abm.show.forest import SIGNS
from abm.show.tables import MOST_BLOCKS, decimals_for, number

if TYPE_CHECKING:
    import pandas as pd

    from abm.lab.results import Results

FRONT = (
    "quality_of_life",
    "service_quality",
    *(name for name in COMPONENTS if name.startswith("governance")),
    "spend_public",
)
HEADS = {
    "quality_of_life": "life", "service_quality": "serv", "governance_voice": "voice", "governance_fairness": "fair",
    "governance_accountability": "acct", "governance_transparency": "tran", "spend_public": "money",
}  # fmt: skip
STYLES = {
    BETTER: "green",
    WORSE: "red",
    UNDECIDED: "yellow",
    HIGHER: "cyan",
    LOWER: "cyan",
    EQUAL: "dim",
    NO_VALUE: "dim",
}


def verdicts(results: Results, baseline: str | None = None, matters: Mapping[str, float] | None = None) -> Group:
    """A word for every design and objective, read against the smallest effects that matter; and how many are undecided."""
    from abm.lab.objectives import pareto

    baseline = baseline or results.baseline
    table = results.compare(baseline, matters)
    table = table[table["metric"].isin(list(results.units)) & (table["design"] != baseline)]
    fronts = pareto(results)
    metrics = [name for name in FRONT if name in results.units]
    shown: list[RenderableType] = []
    combinations = list(dict.fromkeys(zip(table["case"], table["factors"], strict=True)))
    for case, factors in combinations[:MOST_BLOCKS]:
        rows = table[(table["case"] == case) & (table["factors"] == factors)]
        front = fronts[(fronts["case"] == case) & (fronts["factors"] == factors)].set_index("design")["probability"]
        if len(combinations) > 1:
            shown.append(Text(f"{results.title(case)}{': ' if factors else ''}{factors}", style="bold"))
        shown.append(_table(rows, metrics, baseline, front))
    if table.empty:
        return Group()
    counted = Counter(table["verdict"])
    told = ", ".join(f"{SIGNS[word]} {counted[word]}" for word in SIGNS if counted[word])
    shown.append(
        Text(
            f"Against {baseline}, by intervals for all designs at once and the smallest difference that matters:\n"
            "▲ better ▼ worse △ higher ▽ lower ≈ practically equal; ? n undecided, about n more runs;\n"
            f"front: probability of not being dominated. All metrics: {told}.",
            style="dim",
        )
    )
    return Group(*shown)


def _table(rows: pd.DataFrame, metrics: list[str], baseline: str, front: pd.Series) -> Table:
    table = Table(box=SIMPLE_HEAD, pad_edge=False, padding=(0, 1, 0, 0))
    table.add_column("Verdict", no_wrap=True)
    for metric in metrics:
        table.add_column(HEADS[metric], no_wrap=True)
    table.add_column("front", justify="right", no_wrap=True)
    by = {(row.design, row.metric): row for row in rows.itertuples()}
    for design in [baseline, *dict.fromkeys(rows["design"])]:
        cells = [_cell(by.get((design, metric))) for metric in metrics]
        table.add_row(design, *cells, f"{100 * front[design]:.0f} %" if design in front.index else "–")
    return table


def _cell(row: object) -> Text:
    if row is None:
        return Text("")
    word, more = row.verdict, row.more_runs  # type: ignore[attr-defined]
    text = SIGNS.get(word, "–")
    if word == UNDECIDED:
        text += "  …" if math.isinf(more) else f" {more:,.0f}"
    return Text(text, style=STYLES[word])


def winners(table: pd.DataFrame) -> Group:
    """The winner of each metric: its difference when it was chosen, and on fresh seeds."""
    shown = Table(box=SIMPLE_HEAD, pad_edge=False, padding=(0, 1, 0, 0))
    for heading in ("Winner", "design"):
        shown.add_column(heading, no_wrap=True)
    for heading in ("when chosen", "on fresh seeds", "unit"):
        shown.add_column(heading, justify="right" if heading != "unit" else "left", no_wrap=True)
    for row in table.itertuples():
        halves = [(row.high - row.low) / 2, (row.fresh_high - row.fresh_low) / 2]
        decimals = decimals_for(halves, 2)
        cells = [
            f"{number(mean, decimals, signed=True)} ±{number(half, decimals)}"
            for mean, half in zip((row.difference, row.fresh_difference), halves, strict=True)
        ]
        shown.add_row(row.metric, row.design + (f" {row.factors}" if row.factors else ""), *cells, row.unit)
    note = "A winner looks better than it is to the runs that chose it; the fresh seeds had no part in that."
    return Group(shown, Text(note, style="dim"))
