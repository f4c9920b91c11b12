"""The plan of a contract: what is to be earned and measured by when, made at the award and revised as experience comes in."""

from __future__ import annotations

from typing import Any

from abm.rules.forecast import settling_share
from abm.rules.learning import revised
from abm.rules.payment import reached_share
from abm.streams import power
from benchmarks.plain_mesa.arithmetic import within

GAIN_MONTHS, REVIEW_MONTHS = 6, 3  # in service, until a gain is paid and until a threshold can be reached
MOST_ENTER = 0.95  # of a place's families
PACE_STEP = 3.0  # a revision sees at most three times what was planned, or a third of it


class PlanOfPayments:
    """Payments earned since the start (€) and the mean result of all served, by month: as first planned, as now planned."""

    def __init__(self, contract: Any) -> None:
        self.contract = contract
        months = contract.office.model.calendar.months
        self.made = 0  # month of the latest plan; 0: there is none
        self.first_payment, self.payment = [0.0] * (months + 1), [0.0] * (months + 1)
        self.first_result, self.result = [0.0] * (months + 1), [0.0] * (months + 1)

    def make(self) -> None:
        """The first plan of a contract, on top of what earlier ones planned and earned."""
        contract, calendar = self.contract, self.contract.office.model.calendar
        if contract.expected_outcome_payment <= 0.0:
            return
        begun = calendar.dates.service[0] + calendar.contract * calendar.service_months
        late, entries = contract.months_late, expected_entries(contract)
        months = len(entries)
        on_card = contract.office.design.payment.rule == "rate_card"
        shares = shares_of_card(contract, entries) if on_card else shares_of_tests(contract, months, late)
        whole = contract.expected_outcome_payment * min(1.0, contract.office.design.payment.contract_cap)
        planned, earned = self.first_payment[max(0, calendar.month - 1)], 0.01 * contract.claimed_before
        for month in range(calendar.month, calendar.months + 1):
            served = min(months, month - begun + 1 - late)
            share = shares[served - 1] if served > 0 else 0.0
            self.first_payment[month], self.payment[month] = planned + whole * share, earned + whole * share
            if served > 0:
                self.first_result[month] = self.result[month] = mean_result(contract, entries, served)
        self.made = calendar.month

    def revise(self, step: float) -> None:
        """What is ahead moves, by this step, toward the pace since the last plan."""
        contract, calendar = self.contract, self.contract.office.model.calendar
        if self.made == 0:
            return
        now, before = calendar.month, self.payment[self.made]
        earned, planned = 0.01 * (contract.claimed_before + contract.outcome_claimed), self.payment[now]
        faster = revised(1.0, pace(earned - before, planned - before), step)
        better = revised(1.0, pace(contract.result, self.result[now]), step)
        cap = contract.office.design.payment.contract_cap * contract.expected_outcome_payment
        most = max(earned, 0.01 * contract.claimed_before + cap + 0.01 * contract.room_moved)
        self.payment[now], self.result[now] = earned, contract.result
        for month in range(now + 1, calendar.months + 1):
            self.payment[month] = min(most, earned + (self.payment[month] - planned) * faster)
            self.result[month] *= better
        self.made = now


def pace(done: float, planned: float) -> float:
    """What was done beside what was planned."""
    return within(done / planned, 1.0 / PACE_STEP, PACE_STEP) if planned > 0.0 else 1.0


def leaving_after(facts: Any, months: int) -> float:
    """Probability that a family leaves after exactly so many months: by turnover, or as its programme ends."""
    if months > facts.programme_months:
        return 0.0
    still_there = power(1.0 - facts.turnover, months - 1.0) if months > 1 else 1.0
    return still_there * (1.0 if months == facts.programme_months else facts.turnover)


def expected_entries(contract: Any) -> list[float]:
    """Families that enter in each month: all places in the first, then as many as leave, until nearly all have been."""
    facts, entries = contract.office.case.family, []
    months = max(1, contract.office.model.calendar.service_months - contract.months_late)
    room = MOST_ENTER * len(contract.office.families)
    for month in range(months):
        places = contract.places if month == 0 else 0.0
        for entered, number in enumerate(entries):
            places += number * leaving_after(facts, month - entered)
        entries.append(min(room, places))
        room -= entries[-1]
    return entries


def in_time(contract: Any, line: Any) -> float:
    """Families expected to be in service long enough for a line: who enter early enough, and have not left before."""
    facts = contract.office.case.family
    asked = {"entry": 1, "attained": REVIEW_MONTHS, "gain": GAIN_MONTHS}.get(line.kind, line.months)
    entries = expected_entries(contract)
    if asked > facts.programme_months:
        return 0.0
    early = 0.0
    for number in entries[: max(0, len(entries) - asked + 1)]:
        early += number
    return early * power(1.0 - facts.turnover, asked - 1.0) if asked > 1 else early


def result_after(contract: Any, months: float) -> float:
    """Change expected after some months, on the way to what is forecast for a stay."""
    rate, stay = contract.office.case.outcome.return_rate, contract.expected_stay
    settled = settling_share(rate, stay)
    if settled <= 0.0:
        return contract.expected_result
    return contract.expected_result * settling_share(rate, min(stay, months)) / settled


def mean_result(contract: Any, entries: list[float], served: int) -> float:
    """Mean change expected of all who entered by a month of service."""
    change, families = 0.0, 0.0
    for entered, number in enumerate(entries[:served]):
        change += number * result_after(contract, float(served - entered))
        families += number
    return change / families if families > 0.0 else 0.0


def claimed_by(contract: Any, line: Any, months: int) -> float:
    """Share of a line's claims that families make in their first so many months, if they stay."""
    if line.kind == "entry":
        return 1.0
    if line.kind == "gain":
        return float(months >= GAIN_MONTHS)
    before = line.months - 1 if line.kind == "sustained" else 0  # months that it must have stood already
    if months < REVIEW_MONTHS or months <= before:
        return 0.0
    noise, stay = contract.office.case.measurement.noise, contract.expected_stay
    in_the_end = reached_share(result_after(contract, stay), line.threshold, noise)
    if in_the_end <= 0.0:
        return float(months >= stay)
    now = reached_share(result_after(contract, float(months - before)), line.threshold, noise)
    return min(1.0, now / in_the_end)


def shares_of_card(contract: Any, entries: list[float]) -> list[float]:
    """Share of the card's expected payment that is earned by the end of each month of service."""
    facts, months = contract.office.case.family, len(entries)
    by_stay, staying = [], 1.0  # what one family earns in each month of its own
    for stayed in range(1, months + 1):
        earned = 0.0
        for line in contract.card:
            if line.expected > 0.0:
                before = claimed_by(contract, line, stayed - 1) if stayed > 1 else 0.0
                earned += line.expected * (claimed_by(contract, line, stayed) - before) * staying
        by_stay.append(earned)
        staying -= leaving_after(facts, stayed)
    sums, whole = [], 0.0
    for month in range(months):
        for entered in range(month + 1):
            whole += entries[entered] * by_stay[month - entered]
        sums.append(whole)
    return [earned / whole if whole > 0.0 else (month + 1.0) / months for month, earned in enumerate(sums)]


def shares_of_tests(contract: Any, months: int, late: int) -> list[float]:
    """The same where cohorts are tested: equal parts, each at its test; the last test is at the end."""
    period, tests, sums = contract.office.design.payment.period_months, 0, []
    for month in range(1, months + 1):
        tests += (month + late) % period == 0 or month == months
        sums.append(tests)
    return [done / tests for done in sums]
