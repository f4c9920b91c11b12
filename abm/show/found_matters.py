"""What matters, as tables for a terminal."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from rich.console import Group, RenderableType
from rich.text import Text

from abm.show.found import decimals_of, heading, note, table_of, with_interval
from abm.show.tables import decimals_for, number

if TYPE_CHECKING:
    import pandas as pd

    from abm.lab.analyses import Analysis

MOST = 12  # rows of a table


def what_matters(found: Analysis, metrics: Sequence[str]) -> Group:
    """Shares of variance, the numbers that move the difference, what knowing them is worth, and which decide."""
    tables, main = found.tables, found.about["metrics"][0]
    first, second = found.about["designs"][:2]
    shown: list[RenderableType] = [_variance(tables["variance"], metrics)]
    for metric in metrics:
        shown += _moves(tables["morris"], tables["sobol"], metric, f"{second} less {first}")
    shown += _curves(tables["curves"], main)
    shown += _information(tables["information"], main)
    shown += _deciders(tables["deciders"], main, found.about["tried"])
    if found.about["left_out"]:
        shown.append(note(f"Left out, for they cannot be moved alone: {', '.join(found.about['left_out'])}."))
    return Group(*shown)


def _variance(table: pd.DataFrame, metrics: Sequence[str]) -> RenderableType:
    rows = []
    for metric in metrics:
        part = table[table["metric"] == metric]
        rows.append(
            (metric, *(with_interval(row.share, row.low, row.high, 2, signed=False) for row in part.itertuples()))
        )
    heads = ["share [95 %]", "design", "parameters", "interaction", "chance"]
    return table_of("Where variance comes from, over the ensemble", heads, rows)


def _moves(morris: pd.DataFrame, sobol: pd.DataFrame, metric: str, difference: str) -> list[RenderableType]:
    """Elementary effects with Sobol shares beside them."""
    part = morris[morris["metric"] == metric].sort_values("mu_star", ascending=False)
    shares = sobol[sobol["metric"] == metric].set_index("parameter")
    digits, rows = decimals_of(part, "mu_star"), []
    for row in part.itertuples():
        of_sobol = ["", ""]
        if row.parameter in shares.index:
            one = shares.loc[row.parameter]
            of_sobol = [
                with_interval(one[key], one[f"{key}_low"], one[f"{key}_high"], 2, signed=False)
                for key in ("first", "total")
            ]
        moved = with_interval(row.mu_star, row.low, row.high, digits, signed=False)
        rows.append((row.parameter, moved, number(row.sigma, digits), *of_sobol))
    if not rows:
        return [Text(f"{heading(metric)}: no value in some of these runs, so no effects")]
    title = f"{heading(metric)}: what moves {difference}"
    return [
        table_of(title, ["parameter", "Morris μ* [95 %]", "σ", "Sobol first", "Sobol total"], rows[:MOST]),
        note(
            "μ*: mean change of the difference over the parameter's whole range; σ: how much that depends on the others. "
            "first: share of the difference's variance by this parameter alone; total: with its interactions."
        ),
    ]


def _curves(table: pd.DataFrame, metric: str) -> list[RenderableType]:
    """The curve of the parameter that moves most."""
    part = table[table["metric"] == metric]
    if not len(part):
        return []
    spread = part.groupby(["parameter", "design"])["difference"].agg(lambda one: one.max() - one.min())
    parameter = spread.idxmax()[0]
    part = part[part["parameter"] == parameter]
    designs, digits = list(dict.fromkeys(part["design"])), decimals_of(part, "difference")
    rows = []
    for value, block in part.groupby("value"):
        cells = {row.design: with_interval(row.difference, row.low, row.high, digits) for row in block.itertuples()}
        rows.append(
            (
                f"{value:g}" if isinstance(value, float | int) else str(value),
                *(cells.get(name, "–") for name in designs),
            )
        )
    return [
        table_of(f"{heading(metric)}: difference along {parameter} (others: curves.csv)", ["value", *designs], rows)
    ]


def _information(table: pd.DataFrame, metric: str) -> list[RenderableType]:
    if not (table["high"] > 0).any():
        return [Text(f"To know one of these numbers, or all, would change no choice of design by {metric}: worth 0.\n")]
    rows = []
    digits = decimals_for(table["high"], 3)
    for row in table.head(MOST).itertuples():
        source = "" if row.source != row.source else row.source
        rows.append((row.parameter, source, with_interval(row.value, row.low, row.high, digits, signed=False)))
    title = f"What it would be worth to know a number before choosing a design ({heading(metric)})"
    return [table_of(title, ["parameter", "source", "value of perfect information [95 %]"], rows, 2)]


def _deciders(table: pd.DataFrame, metric: str, total: int) -> list[RenderableType]:
    """Numbers that change which design is best."""
    if not len(table):
        return [
            Text(
                f"None of {total} numbers, each alone over its plausible range, changes which design is best in {metric}.\n"
            )
        ]
    rows = [
        (row.parameter, row.changes, f"{row.at_low:g}: {row.best_low}", f"{row.at_high:g}: {row.best_high}")
        for row in table.head(MOST).itertuples()
    ]
    sure = int((table["changes"] == "yes").sum())
    title = (
        f"Numbers that change which design is best in {metric}: {sure} of {total} surely, {len(table) - sure} perhaps"
    )
    return [table_of(title, ["parameter", "changes", "best at low", "best at high"], rows, 4)]
