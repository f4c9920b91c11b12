"""Every observed quantity as a page of the documentation."""

from __future__ import annotations

import math
import textwrap
from pathlib import Path

from abm.declare import Metric
from abm.lab.files import write_whole
from abm.metrics import METRICS
from abm.show.tables import AT_END

USUAL = Path("docs/metrics.md")
WRAP = 130  # columns of the page's sentences
BETTER = {"up": "more", "down": "less", "context": ""}


def page() -> str:
    """The page of all metrics, a table a group."""
    about = (
        f"Generated from the declarations by `make docs`; do not edit. {len(METRICS)} quantities are observed every month; "
        "*at the end* says how a run's months become one value. *Better* is what a commissioner would call better: it is a "
        "word for reading tables, and moves nothing. A quantity without a denominator is missing, and comparisons say over "
        "how many pairs they are. `<metric>_vs_block` is the difference to the design's own block twin."
    )
    lines = ["# Metrics", "", *textwrap.wrap(about, WRAP, break_on_hyphens=False)]
    for group in dict.fromkeys(metric.group for metric in METRICS):
        lines += ["", f"## {group.capitalize()}", "", "| metric | unit | what it is | at the end | better | range |"]
        lines.append("|---|---|---|---|---|---|")
        lines += [_row(metric) for metric in METRICS if metric.group == group]
    return "\n".join(lines) + "\n"


def _row(metric: Metric) -> str:
    cells = (
        f"`{metric.name}`",
        metric.unit,
        metric.meaning,
        AT_END[metric.at_end],
        BETTER[metric.direction],
        _range(metric),
    )
    return f"| {' | '.join(cells)} |"


def _range(metric: Metric) -> str:
    low, high = metric.possible
    if math.isinf(low) and math.isinf(high):
        return ""
    if math.isinf(high):
        return f"from {low:g}"
    return f"{low:g} … {high:g}"


if __name__ == "__main__":
    write_whole(USUAL, lambda to: to.write_text(page(), encoding="utf-8"))
