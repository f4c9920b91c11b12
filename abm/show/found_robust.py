"""When designs fail, as tables for a terminal."""

from __future__ import annotations

from rich.console import Group, RenderableType
from rich.text import Text

from abm.lab.analyses import Analysis
from abm.show.found import heading, note, table_of, with_interval
from abm.show.tables import decimals_for, number


def when_it_fails(found: Analysis) -> Group:
    """Regret and acceptability by metric, and boxes of failure in sentences."""
    regret, acceptable, boxes = (found.tables[name] for name in ("regret", "acceptable", "boxes"))
    shown: list[RenderableType] = []
    for metric, part in regret.groupby("metric", sort=False):
        digits = decimals_for(part["worst"], 3)
        rows = [
            (row.design, number(row.mean, digits), number(row.q95, digits), number(row.worst, digits))
            for row in part.itertuples()
        ]
        title = f"{heading(str(metric))}: what is lost by not having the best design, over {part['n'].iloc[0]} contexts"
        shown.append(table_of(title, ["regret", "mean", "95 % quantile", "worst"], rows))
    for criterion, part in acceptable.groupby("criterion", sort=False):
        shares = [
            (row.design, with_interval(row.share, row.low, row.high, 2, signed=False), str(row.n))
            for row in part.itertuples()
        ]
        shown.append(table_of(f"{criterion}: in what share of contexts", ["design", "share [95 %]", "n"], shares))
    for row in boxes.drop_duplicates(["design", "metric", "box"]).itertuples():
        shown.append(Text(f"{row.sentence} Coverage {row.coverage:.0%}, density {row.density:.0%}.\n"))
    if not len(boxes):
        shown.append(
            Text("No box of contexts, told apart from luck, in which a design fails more often than elsewhere.\n")
        )
    shown.append(
        note(f"Contexts: {found.about['over']}. A share is over contexts as they were drawn: not a probability.")
    )
    return Group(*shown)
