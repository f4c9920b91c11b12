"""Revision: plans, targets and prices that follow experience, hours that follow outcomes, practice that is shared."""

from __future__ import annotations

import math
from typing import Any

from abm.rules.control import changed
from abm.rules.learning import next_target, revised
from abm.streams import REVISION
from benchmarks.plain_mesa.accountability import note_revision
from benchmarks.plain_mesa.arithmetic import within

REALLOCATION_MONTHS = 6
SEEN_ANYWAY = 0.3  # of those in service, whose need a revision sees without co-assessment
SPREAD = 0.02  # of the gap to the best practice that is closed in a month
PRICE_STEP = 2.0  # a revision at most doubles a price or halves it


def revise(office: Any) -> None:
    """All that a month of service changes in plans."""
    revise_plan(office)
    reallocate(office)
    if office.model.calendar.every(12) and office.design.structure.annual_budget:
        office.contract.open_year()
    share_practice(office)


def revise_plan(office: Any) -> None:
    """Emergent learning: now and then priorities, beliefs, targets and prices move toward what a sample shows."""
    learning, calendar, contract = office.design.learning, office.model.calendar, office.contract
    if learning.mode != "emergent" or not calendar.every(learning.every_months):
        return
    served = [family for family in office.families if family.enrolled]
    if not served:
        return
    known = SEEN_ANYWAY + (1.0 - SEEN_ANYWAY) * office.coassessment
    step = learning.gain * office.decided
    error = office.case.measurement.noise / math.sqrt(max(1.0, known * len(served)))
    learn_need(office, served, known * step, error)
    result = contract.result + error * office.model.normal(REVISION, office.number, 1000)
    if contract.expected_result > 0.0 and calendar.service_month > REALLOCATION_MONTHS:
        if office.design.payment.rule == "rate_card":
            revise_card(contract, step, learning.ratchet, result)
        before = contract.expected_result
        contract.expected_result = max(0.0, next_target(before, result, step, learning.ratchet))
        moved = contract.expected_result / before
        contract.expected_change = [change * moved for change in contract.expected_change]
    contract.plan.revise(step)


def learn_need(office: Any, served: list[Any], step: float, error: float) -> None:
    """Priorities, beliefs of commissioner and providers, and metric weights move toward the need that was found."""
    domains, whole = len(office.priorities), 0.0
    for d in range(domains):
        found = 0.0
        for family in served:
            found += family.needs[d] / len(served)
        found += error * office.model.normal(REVISION, office.number, d) / domains
        found = max(0.0, found)
        office.known_need[d] = revised(office.known_need[d], found, step)
        whole += office.known_need[d]
        for provider in office.providers:
            provider.known_need[d] = revised(provider.known_need[d], found, step)
    office.knowledge = revised(office.knowledge, 1.0, step)
    moved = 0.0
    for d, before in enumerate(office.priorities):
        wanted = office.known_need[d] / whole if whole > 0.0 else before
        office.priorities[d] = revised(before, wanted, step)
        moved += 0.5 * abs(office.priorities[d] - before)
    reweigh(office)
    note_revision(office, moved)


def reweigh(office: Any) -> None:
    """Metric weights follow the priorities; they stay where none of the measured domains has any."""
    contract, weights = office.contract, 0.0
    for priority, metric in zip(office.priorities, contract.measured, strict=True):
        weights += priority if metric else 0.0
    if weights > 0.0:
        for d, metric in enumerate(contract.measured):
            if metric:
                contract.metric_weight[d] = office.priorities[d] / weights


def revise_card(contract: Any, step: float, ratchet: float, result: float) -> None:
    """Prices move so that what is left of the budget meets what is left to come; ratcheted thresholds rise with results."""
    ahead = within(contract.expected_claims / max(1.0, contract.outcome_claimed), 1.0 / PRICE_STEP, PRICE_STEP)
    for line in contract.card:
        line.price = revised(line.price, line.price * ahead, step * (1.0 - ratchet))
        if result > contract.expected_result:
            line.threshold += ratchet * (result - contract.expected_result)


def reallocate(office: Any) -> None:
    """Decisions on outcome information: part of the hours moves to partners whose families did better, twice a year."""
    use, result = office.design.outcomes_use.decisions, office.contract.result
    if use <= 0.0 or not office.model.calendar.every(REALLOCATION_MONTHS):
        return
    whole, money = 0.0, 0.0
    for partner in office.partners:
        whole += partner.award_share * better(partner, result)
        money += partner.planned_hours * partner.price_per_hour
    if whole <= 0.0:
        return
    for partner in office.partners:
        wanted, before = partner.award_share * better(partner, result) / whole, partner.award_share
        partner.award_share = revised(before, wanted, 0.5 * use)
        partner.results_used |= changed(before, partner.award_share)
        partner.planned_hours = money * partner.award_share / partner.price_per_hour


def better(partner: Any, mean_result: float) -> float:
    """Weight of a partner's result beside the mean, between a third and three times."""
    if partner.caseload == 0:
        return 1.0
    return within(1.0 + 5.0 * (partner.result - mean_result), 1.0 / 3.0, 3.0)


def share_practice(office: Any) -> None:
    """Where partners see each other's results, services come to fit as the best of theirs do, month by month."""
    sharing, specified = office.design.structure.data_sharing, office.design.payment.input_specification
    if sharing <= 0.0:
        return
    step = SPREAD * sharing * (1.0 - specified)
    for d in range(len(office.priorities)):
        best = max((partner.fit[d] for partner in office.partners), default=0.0)
        for partner in office.partners:
            partner.fit[d] = revised(partner.fit[d], best, step)
