"""The page of metrics is what is declared."""

from __future__ import annotations

from pathlib import Path

from abm.metrics import METRICS
from abm.show.metrics import page

PAGE = Path(__file__).parents[2] / "docs" / "metrics.md"


def test_the_page_is_what_is_declared():
    assert PAGE.read_text(encoding="utf-8") == page(), "run `make docs`"


def test_it_names_every_metric_with_its_unit():
    text = page()
    for metric in METRICS:
        assert f"| `{metric.name}` | {metric.unit} | {metric.meaning} | " in text
