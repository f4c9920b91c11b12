"""Sums and bounds."""

from __future__ import annotations

from collections.abc import Iterable


def total(numbers: Iterable[float]) -> float:
    """Sum from the left in plain floats; Python's own `sum` adds in another way from release to release."""
    found = 0.0
    for number in numbers:
        found += number
    return found


def within(x: float, low: float = 0.0, high: float = 1.0) -> float:
    """x kept between low and high."""
    return min(high, max(low, x))


def mixed(experience: float, fair: float | None, part: float) -> float:
    """An experience in which fairness has a part; the experience itself where nothing of it was seen."""
    return experience if fair is None else (1.0 - part) * experience + part * fair


def shares(amounts: list[float]) -> list[float] | None:
    """Amounts as parts of their sum; None where there is nothing to divide."""
    whole = total(amounts)
    return [amount / whole for amount in amounts] if whole > 0.0 else None
