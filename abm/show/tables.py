"""What was found, as tables for a terminal, from results and declarations only: they fit 80 columns and say units."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

from rich.box import SIMPLE_HEAD
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from abm.lab.compare import AGAINST_TWIN, KEY_AGAINST_TWIN, KEY_METRICS

if TYPE_CHECKING:
    import pandas as pd

    from abm.lab.result import Result
    from abm.lab.results import Results

AT_END = {"last": "last month", "mean_in_service": "mean in service", "total": "total"}
BETTER = {"up": " ↑", "down": " ↓"}
MOST_BLOCKS = 6  # combinations of case and factors that a terminal shows; the rest is in differences.csv


def number(value: float, decimals: int, *, signed: bool = False) -> str:
    """A number with thousands apart and a true minus sign; – where it is missing."""
    if math.isnan(value):
        return "–"
    shown = round(value, decimals) or 0.0  # no minus before a zero
    return format(shown, f"{'+' if signed and shown else ''},.{decimals}f").replace("-", "−")


def decimals_for(values: Iterable[float], digits: int) -> int:
    """Decimals that show the largest of some magnitudes with so many digits; at most four."""
    most = max((abs(value) for value in values if math.isfinite(value)), default=0.0)
    return 3 if most == 0 else min(4, max(0, digits - 1 - math.floor(math.log10(most))))


def comparison(results: Results, baseline: str | None, width: int) -> Group:
    """Key metrics by design, for each case and setting of the factors: the baseline's means, then the others' differences.

    Each group of metrics is a table, or several where `width` columns do not hold it. A short table after them has each
    design's difference to its own block twin.
    """
    baseline = baseline or results.baseline
    table = results.compare(baseline)
    against = table["metric"].str.endswith(AGAINST_TWIN)
    twins = table[against & ~table["design"].isin(results.own_twins())] if against.any() else table[:0]
    twins = twins.assign(metric=twins["metric"].str.removesuffix(AGAINST_TWIN))
    table = table[table["metric"].isin(list(results.units))]
    combinations = list(dict.fromkeys(zip(table["case"], table["factors"], strict=True)))
    shown: list[RenderableType] = []
    for case, factors in combinations[:MOST_BLOCKS]:
        block, of_twins = (one[(one["case"] == case) & (one["factors"] == factors)] for one in (table, twins))
        about = f"{results.title(case)}{': ' if factors else ''}{factors}"
        pairs = f"{block['n'].max()} {'points' if results.points else 'paired runs a design'}"
        shown.append(Text(f"{about}, {pairs}", style="bold"))
        designs = [baseline, *(name for name in dict.fromkeys(block["design"]) if name != baseline)]
        for group, names in KEY_METRICS.items():
            columns = [_column(results, block, name, designs, first_is_mean=True) for name in _known(results, names)]
            shown += _tables_of_group(group, designs, columns, width)
        if len(of_twins):
            designs = list(dict.fromkeys(of_twins["design"]))
            known = _known(results, KEY_AGAINST_TWIN)
            columns = [_column(results, of_twins, name, designs, first_is_mean=False) for name in known]
            shown += _tables_of_group("Against its block twin", designs, columns, width)
    if len(combinations) > MOST_BLOCKS:
        shown.append(Text(f"… and {len(combinations) - MOST_BLOCKS} more combinations: see differences.csv"))
    lines = [
        f"{baseline}: means. Others: difference ± half of its 95 % interval, paired.",
        f"Over the points of {', '.join(results.points)}; at each, over its seeds." if results.points else "",
        "Block twin: the same design with block pay and state finance." if len(twins) else "",
        "↑ ↓ which way is better. † fewer pairs than above. – no value.",
    ]
    shown.append(Text("\n".join(filter(None, lines)), style="dim"))
    return Group(*shown)


def _known(results: Results, names: Iterable[str]) -> list[str]:
    """Those of the metrics that the results hold."""
    return [name for name in names if name in results.units]


def _tables_of_group(
    group: str, designs: Sequence[str], columns: Sequence[tuple[str, list[Text]]], width: int
) -> Iterator[Table]:
    """The metrics of a group, in as many tables as the width asks for."""
    room = width - 2 - max(len(text) for text in (*designs, group))
    tables = 1
    while any(sum(2 + _width(column) for column in part) > room for part in _shared(columns, tables)):
        tables += 1
        if tables >= len(columns):
            break
    for part in _shared(columns, tables):
        table = Table(box=SIMPLE_HEAD, pad_edge=False, padding=(0, 1, 0, 0))
        table.add_column(group, no_wrap=True, vertical="bottom")
        for heading, _ in part:
            table.add_column(heading, justify="right", no_wrap=True, vertical="bottom")
        for place, design in enumerate(designs):
            table.add_row(design, *(cells[place] for _, cells in part))
        yield table


def _shared(columns: Sequence[Any], tables: int) -> list[Sequence[Any]]:
    """Columns in parts of nearly equal length."""
    size = max(1, math.ceil(len(columns) / tables))
    return [columns[start : start + size] for start in range(0, len(columns), size)]


def _width(column: tuple[str, list[Text]]) -> int:
    heading, cells = column
    return max(*map(len, heading.split("\n")), *(cell.cell_len for cell in cells))


def _column(
    results: Results, block: pd.DataFrame, metric: str, designs: Sequence[str], *, first_is_mean: bool
) -> tuple[str, list[Text]]:
    """A metric's heading, the first design's mean if asked for, and each other's difference with half its interval."""
    declared = results.metric(metric)
    rows = {row.design: row for row in block[block["metric"] == metric].itertuples()}
    halves = {design: (row.high - row.low) / 2 for design, row in rows.items()}
    changes = [row.difference for row in rows.values()]
    decimals = min(decimals_for(halves.values(), 2), decimals_for(changes, 3))
    pairs = int(block["n"].max())
    cells = [Text(number(rows[designs[0]].mean, decimals))] if first_is_mean else []
    for design in designs[len(cells) :]:
        row, half = rows[design], halves[design]
        text = number(row.difference, decimals, signed=True)
        text += f" ±{number(half, decimals)}" if not math.isnan(half) else ""
        text += "†" if 0 < row.n < pairs else ""
        clear = row.low > 0 or row.high < 0
        cells.append(Text(text, style="bold" if clear else "dim"))
    return "\n".join([*_broken(metric, 14), declared["unit"] + BETTER.get(declared["direction"], "")]), cells


def _broken(name: str, width: int) -> list[str]:
    """A name in lines of at most `width`, broken after underscores."""
    lines = [""]
    for part in name.replace("_", "_\n").split("\n"):
        if lines[-1] and len(lines[-1]) + len(part) > width:
            lines.append("")
        lines[-1] += part
    return lines


def end_values(result: Result, metrics: Sequence[Any]) -> Table:
    """Key metrics of one run at its end; `metrics` are the declarations."""
    declared = {metric.name: metric for metric in metrics}
    table = Table(box=SIMPLE_HEAD, pad_edge=False, padding=(0, 1, 0, 0))
    table.add_column("metric", no_wrap=True)
    table.add_column("at the end", justify="right", no_wrap=True)
    table.add_column("unit", no_wrap=True)
    table.add_column("what it is", ratio=1)
    for names in KEY_METRICS.values():
        for name in names:
            if name in declared:
                metric, value = declared[name], result.summary[name]
                text = number(value, 0 if abs(value) >= 1000 else 3)
                table.add_row(name, text, metric.unit, f"{metric.meaning} ({AT_END[metric.at_end]})")
        table.add_section()
    return table
