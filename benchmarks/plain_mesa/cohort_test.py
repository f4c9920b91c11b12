"""The cohort's test: what a period's results earn, what all cohorts together make good, and how partners share it."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from abm.rules.payment import all_reached, binary_payment, graduated_payment, room_under
from benchmarks.plain_mesa.arithmetic import total
from benchmarks.plain_mesa.earning import make_due
from benchmarks.plain_mesa.estimates import error_of


def claim_period(office: Any) -> None:
    """The test at the end of a period: partners share what it earns by their part of the contract."""
    contract, full = office.contract, full_cents(office)
    cohort = [family for family in office.families if family.cohort]
    results = [result - contract.counterfactual for result in contract.domain_result]
    alone = [result_alone(cohort, d) - contract.counterfactual for d in range(len(results))]
    contract.period_paid, alone_paid = share_earned(office, results), share_earned(office, alone)
    due, unserved = int(full * contract.period_paid), int(full * alone_paid)
    if office.design.payment.rule == "tranche":
        contract.missed += 1.0 - contract.period_paid
        contract.missed_alone += 1.0 - alone_paid
        pool(contract, results, alone, float(len(cohort)))
        if office.model.calendar.service_month == office.model.calendar.service_months:
            due += int(full * contract.missed * second_chance(office, contract.pooled_result))
            unserved += int(full * contract.missed_alone * second_chance(office, contract.pooled_alone))
    due = room_under(contract.claim_ceiling, contract.outcome_claimed, due)
    contract.outcome_claimed += due
    contract.unserved_claimed += unserved
    share_among_partners(office, due)


def result_alone(cohort: list[Any], d: int) -> float:
    """Mean measured change of a cohort in a domain on the path without service."""
    changes = [family.unserved_last[d] - family.unserved_intake[d] + error_of(family, d) for family in cohort]
    return total(changes) / max(1.0, len(cohort))


def full_cents(office: Any) -> float:
    """Cents that a period's test pays at most."""
    contract = office.contract
    periods = max(1.0, math.ceil(contract.service_months / office.design.payment.period_months))
    return 100.0 * contract.expected_outcome_payment * contract.full_payment / periods


def share_earned(office: Any, results: list[float]) -> float:
    """Share of a period's full payment that results by domain earn."""
    payment, contract = office.design.payment, office.contract
    if payment.rule in ("binary", "tranche"):
        return reach(contract, results, payment.target)
    result, expected = contract.weighted(results), contract.expected_result
    if payment.rule == "stepped":
        return contract.stepped_share(result, expected)
    return graduated_payment(result, payment.floor * expected, payment.ceiling * expected)


def second_chance(office: Any, pooled: list[float]) -> float:
    """Whether the pooled result makes missed tranches good."""
    target = office.design.payment.pooled_target
    return reach(office.contract, pooled, target) if target > 0.0 else 0.0


def reach(contract: Any, results: list[float], target: float) -> float:
    """Whether results come to a multiple of the forecast: each measured domain its own, or all of them in the mean."""
    if contract.asks_each_domain:
        thresholds = np.array([target * expected for expected in contract.expected_change])
        return all_reached(np.array(results), thresholds, np.array(contract.measured))
    return binary_payment(contract.weighted(results), target * contract.expected_result)


def pool(contract: Any, results: list[float], alone: list[float], families: float) -> None:
    """Means over all cohorts so far, by their families."""
    contract.pooled_families += families
    share = families / max(1.0, contract.pooled_families)
    for pooled, new in ((contract.pooled_result, results), (contract.pooled_alone, alone)):
        for d, result in enumerate(new):
            pooled[d] += share * (result - pooled[d])


def share_among_partners(office: Any, due: int) -> None:
    """Whole cents by parts of the contract; the last partner gets what is left over."""
    left, partners = due, office.partners
    for partner in partners:
        part = min(left, math.floor(due * partner.award_share))
        left -= part
        make_due(partner, part)
    if partners:
        make_due(partners[-1], left)
