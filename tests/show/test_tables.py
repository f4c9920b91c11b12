"""Tables for a terminal: narrow enough, and every number with what it needs."""

from __future__ import annotations

import math

import pytest
from rich.console import Console

from abm.lab.compare import KEY_METRICS
from abm.lab.running import run
from abm.metrics import METRICS
from abm.show.tables import comparison, decimals_for, end_values, number


def printed(renderable, width):
    """What a plain console of a width shows."""
    console = Console(width=width, highlight=False, color_system=None)
    with console.capture() as capture:
        console.print(renderable)
    return capture.get()


@pytest.mark.parametrize("width", [80, 100])
def test_the_comparison_fits_and_leaves_nothing_out(designs_of_demo, width):
    text = printed(comparison(designs_of_demo, None, width), width)
    assert max(map(len, text.splitlines())) <= width
    assert "…" not in text
    for design in designs_of_demo.designs:
        assert design in text
    joined = text.replace(" ", "").replace("\n", "")
    for names in KEY_METRICS.values():
        for name in names:
            assert name.split("_")[0] in joined
    assert text.count("±") == 7 * 12 + 3 * 6 + 1  # three designs are not paid by block grant
    assert text.count("Against its block twin") == 2  # in two tables of three metrics
    assert "6 paired runs" in text


def test_another_baseline_comes_first(designs_of_demo):
    text = printed(comparison(designs_of_demo, "social_impact_bond", 100), 100)
    rows = [line.split()[0] for line in text.splitlines() if line.strip()[:5] in ("block", "socia")]
    assert rows[0] == "social_impact_bond"


def test_fewer_pairs_are_marked(designs_of_demo):
    results = type(designs_of_demo)(
        designs_of_demo.runs.copy(), designs_of_demo.series, designs_of_demo.manifest, designs_of_demo.folder
    )
    results.runs.loc[results.runs["design"].eq("cremona_devolved") & results.runs["seed"].eq(2), "gaming"] = math.nan
    assert "†" not in printed(comparison(designs_of_demo, None, 100), 100).rpartition("↑ ↓")[0]
    assert printed(comparison(results, None, 100), 100).rpartition("↑ ↓")[0].count("†") == 1


def test_one_run_is_shown_with_units_and_meaning(fake_engine):
    text = printed(end_values(run("generic", "block_grant", months=30), METRICS), 80)
    assert max(map(len, text.splitlines())) <= 80
    assert "spend_public" in text
    assert "€" in text
    assert "(mean in" in text


@pytest.mark.parametrize(
    ("value", "decimals", "signed", "text"),
    [
        (1234567.8, 0, False, "1,234,568"),
        (-0.0312, 3, True, "−0.031"),
        (0.0312, 3, True, "+0.031"),
        (-0.0001, 3, True, "0.000"),
        (0.0, 2, True, "0.00"),
        (math.nan, 2, True, "–"),
    ],
)
def test_numbers(value, decimals, signed, text):
    assert number(value, decimals, signed=signed) == text


def test_decimals_follow_size():
    assert [decimals_for([x], 2) for x in (350.0, 12.0, 1.2, 0.034, 0.0004, 0.0, math.nan)] == [0, 0, 1, 3, 4, 3, 3]
