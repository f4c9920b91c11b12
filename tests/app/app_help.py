"""What the tests of the page share."""

from __future__ import annotations


def at_month(page, month):
    """Wait until the page shows a month and nothing is under way."""
    page.wait_for_selector(f".obc[data-month='{month}'][data-busy=no] [data-shown-month]", timeout=60_000)
