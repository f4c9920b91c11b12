"""Earning: when an event on a rate card counts as reached, and when what was earned becomes payable."""

from __future__ import annotations

from typing import Any

from abm.rules.payment import MILESTONE_KINDS, reached_now

FIRST_REVIEW, GAIN_REVIEW = 3, 6  # months in service until a threshold can count, and until a gain is paid


def make_due(provider: Any, amount: int) -> None:
    """An earned amount becomes payable after the lag; what would come too late, in the last month."""
    calendar, lag = provider.model.calendar, provider.office.design.payment.lag_months
    provider.dues[min(calendar.month + lag, calendar.months)] += amount
    provider.claimed += amount
    if amount > 0 and provider.office.contract.pays_results:
        provider.results_used = True


def months_lacking(line: Any, held: int, served_months: int) -> int:
    """Months until a line could be claimed if the change stays where it is, at the threshold."""
    until = {
        "sustained": line.months - held,
        "attained": FIRST_REVIEW - served_months,
        "gain": GAIN_REVIEW - served_months,
    }
    return max(0, until.get(line.kind, 0))


def earned_now(line: Any, reached: bool, held: int, change: float, served_months: int, shift: int) -> float:
    """Units of a line earned this month: 0 or 1; a gain once, by amount; a shift makes good so many months that lack."""
    hastened = not reached and line.kind != "entry" and change >= line.threshold
    if hastened and 0 < months_lacking(line, held, served_months) <= shift:
        return max(0.0, change) if line.kind == "gain" else 1.0
    if line.kind == "gain":
        return max(0.0, change) if not reached and served_months == GAIN_REVIEW else 0.0
    if line.kind == "attained" and served_months < FIRST_REVIEW:
        return 0.0
    kind = MILESTONE_KINDS.index(line.kind)
    return float(reached_now(kind, change, line.threshold, held, line.months, int(reached)))
