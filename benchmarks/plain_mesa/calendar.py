"""The calendar of a case: what each month is for."""

from __future__ import annotations

from typing import Any

from abm.rules.claiming import months_to_deadline

PLAN_ROUND_MONTHS = 6


class Calendar:
    """The month, and which phases of the contract's cycle fall in it."""

    def __init__(self, dates: Any, months: int) -> None:
        self.dates, self.months = dates, months
        self.month, self.contract = 0, -1
        self.service_months: int = dates.service_months
        self.planning = self.tendering = self.codesigning = self.serving = self.assessing = False
        self.service_month = 0  # within the contract's service, from 1; 0 outside

    def turn(self) -> None:
        """Go on to the next month."""
        self.month += 1
        dates, month = self.dates, self.month
        begin, length = dates.service[0], self.service_months
        self.planning = dates.plan[0] <= month <= dates.plan[1] and (month - dates.plan[0]) % PLAN_ROUND_MONTHS == 0
        self.serving = begin <= month < begin + length * (1 + dates.renewals)
        self.service_month = (month - begin) % length + 1 if self.serving else 0
        renewed = self.service_month == 1 and month != begin
        self.tendering = month == dates.tender or renewed
        if self.tendering:
            self.contract += 1
        self.codesigning = dates.codesign[0] <= month <= dates.codesign[1]
        self.assessing = dates.assess[0] <= month <= dates.assess[1] + dates.renewals * length

    @property
    def last_month(self) -> bool:
        """Whether the run ends with this month."""
        return self.month == self.months

    def is_deadline(self, year_months: int) -> bool:
        """Whether a year of so many months of service, or the contract, ends with this month; with 0, never."""
        return year_months > 0 and months_to_deadline(self.service_month, self.service_months, year_months) == 0

    def every(self, months: int) -> bool:
        """Whether a whole number of such periods of service ends with this month."""
        return self.service_month % months == 0
