"""What analyses found, as tables for a terminal: every number with its interval and its unit."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from rich.box import SIMPLE_HEAD
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from abm.lab.asked import UNITS
from abm.show.tables import decimals_for, number

if TYPE_CHECKING:
    import pandas as pd

    from abm.lab.analyses import Analysis


def table_of(title: str, heads: Sequence[str], rows: Iterable[Sequence[str]], names: int = 1) -> Group:
    """A table under its title: the first `names` columns are names, which wrap where they must, the others numbers."""
    table = Table(box=SIMPLE_HEAD, pad_edge=False, padding=(0, 1, 0, 0))
    for place, head in enumerate(heads):
        is_name = place < names
        table.add_column(
            head, justify="left" if is_name else "right", vertical="bottom" if not is_name else "top",
            no_wrap=not is_name, overflow="fold",
        )  # fmt: skip
    for row in rows:
        table.add_row(*row)
    return Group(Text(title, style="bold"), table)


def with_interval(value: float, low: float, high: float, decimals: int, *, signed: bool = True) -> str:
    """A number with its interval: +0.012 [0.003, 0.021]."""
    if math.isnan(value):
        return "–"
    ends = f" [{number(low, decimals)}, {number(high, decimals)}]" if math.isfinite(low) else ""
    return number(value, decimals, signed=signed) + ends


def decimals_of(table: pd.DataFrame, column: str) -> int:
    """Decimals for a column and its interval: two digits of the largest."""
    return decimals_for(table[column], 3)


def heading(metric: str) -> str:
    """A metric with its unit."""
    return f"{metric} ({UNITS[metric]})"


def note(*lines: str) -> Text:
    """Sentences that say how to read what stands above."""
    return Text("\n".join(lines) + "\n", style="dim")


def explanation(found: Analysis, metrics: Sequence[str]) -> Group:
    """Shares of the difference between two designs, and mechanisms that moved it, metric by metric."""
    shown: list[RenderableType] = []
    about, shares = found.about, found.tables["shares"]
    for metric in metrics:
        part = shares[shares["metric"] == metric]
        if not len(part) or part["n"].iloc[0] == 0:
            shown.append(Text(f"{heading(metric)}: no value in these runs"))
            continue
        digits = decimals_of(part, "share")
        rows = [
            (row.mechanism, with_interval(row.share, row.low, row.high, digits), number(row.alone, digits, signed=True),
             number(row.last, digits, signed=True))
            for row in part.itertuples()
        ]  # fmt: skip
        total = number(part["share"].sum(), digits, signed=True)
        title = f"{heading(metric)}: {about['to']} less {about['from']}, {part['n'].iloc[0]} paired runs"
        shown.append(
            table_of(title, ["group", "share [95 %]", "alone", "last"], [*rows, ("difference", total, "", "")])
        )
    shown += _switches(found, metrics)
    shown.append(
        note(
            "share: what a group adds when groups change over one after the other, mean over all orders; shares sum to the "
            "difference. alone: changed over first; last: after all others. Where these differ much, groups act together.",
        )
    )
    return Group(*shown)


def _switches(found: Analysis, metrics: Sequence[str]) -> list[RenderableType]:
    """What changes in the second design with a mechanism off: those with an interval beside 0 for a metric that is shown."""
    table = found.tables.get("switches")
    if table is None:
        return []
    table = table[table["metric"].isin(metrics)]
    clear = table[(table["low"] > 0) | (table["high"] < 0)]
    names = list(dict.fromkeys(clear["mechanism"]))
    shown: list[RenderableType] = []
    title = f"Each mechanism of {found.about['to']} off by itself, less the design as it is"
    for place in range(0, len(metrics) if names else 0, 2):
        columns = [_effects(table[table["metric"] == metric], names) for metric in metrics[place : place + 2]]
        heads = ["mechanism", *map(_stacked, metrics[place : place + 2])]
        shown.append(table_of(title, heads, zip(names, *columns, strict=True)))
    quiet = [name for name in dict.fromkeys(table["mechanism"]) if name not in names]
    if quiet:
        shown.append(note(f"no clear effect on these metrics: {', '.join(quiet)}"))
    return shown


def _effects(table: pd.DataFrame, names: Sequence[str]) -> list[str]:
    """The effect of each mechanism on one metric, with its interval."""
    digits = decimals_of(table, "difference")
    rows = {row.mechanism: (row.difference, row.low, row.high) for row in table.itertuples()}
    return [with_interval(*rows[name], digits) for name in names]


def _stacked(metric: str) -> str:
    return f"{metric}\n{UNITS[metric]}"


def rows_of(table: pd.DataFrame, columns: Sequence[str]) -> list[tuple[Any, ...]]:
    """Rows of some columns of a table."""
    return list(table[list(columns)].itertuples(index=False, name=None))
