"""Claims: fees for hours, milestones of families, and the cohort's test, under the caps of person, line and contract."""

from __future__ import annotations

import math
from typing import Any

from abm.rules.payment import MILESTONE_KINDS, binary_payment, graduated_payment, reached_now, room_under
from benchmarks.plain_mesa.estimates import error_of, overstatement

MONTHS_TO_A_GAIN, MONTHS_TO_A_REVIEW = 6, 3  # in service, until a gain is paid, and a first milestone can be


def make_due(provider: Any, amount: int) -> None:
    """An earned amount becomes payable after the lag; what would come too late, in the last month."""
    calendar, lag = provider.model.calendar, provider.office.design.payment.lag_months
    provider.dues[min(calendar.month + lag, calendar.months)] += amount
    provider.claimed += amount
    if amount > 0 and provider.office.contract.pays_results:
        provider.results_used = True


def claim_fees(office: Any) -> None:
    """Every contract hour worked earns its fee."""
    for partner in office.partners:
        make_due(partner, cents_of(partner.contract_hours, office.contract.fee_per_hour))


def cents_of(hours: float, fee: float) -> int:
    """Whole cents for hours at a fee in €."""
    return math.floor(100.0 * hours * fee + 0.5)


def claim_milestones(family: Any) -> None:
    """Milestones of one family: on its own path they are paid, on the no-service path they count as deadweight."""
    contract, added = family.office.contract, overstatement(family)
    for d in range(len(family.wellbeing)):
        error = error_of(family, d)
        change = family.wellbeing[d] - family.intake_wellbeing[d] + error + added - contract.counterfactual
        alone = family.unserved_wellbeing[d] - family.unserved_intake[d] + error - contract.counterfactual
        for line in contract.card:
            if line.price > 0.0 and line.pays_for(d, contract.measured):
                claim_line(family, line, family.claim(line, d), change, alone)


def claim_line(family: Any, line: Any, claim: Any, change: float, alone: float) -> None:
    """What a family earns on one line by its change, and what it would have earned by that without service."""
    contract, cap = family.office.contract, family.office.contract.person_cap
    claim.held = claim.held + 1 if change >= line.threshold else 0
    claim.unserved_held = claim.unserved_held + 1 if alone >= line.threshold else 0
    units = earned_now(line, claim.reached, claim.held, change, family.served_months)
    unserved = earned_now(line, claim.unserved_reached, claim.unserved_held, alone, family.served_months)
    if line.kind == "entry":
        unserved = 0.0  # nobody enters a service that does not exist
    claim.reached = claim.reached or units > 0.0
    claim.unserved_reached = claim.unserved_reached or unserved > 0.0
    pay_family_claim(family, line, room_under(cap, family.earned, int(100.0 * line.price * units)))
    if unserved > 0.0:
        amount = room_under(cap, family.unserved_earned, int(100.0 * line.price * unserved))
        family.unserved_earned += amount
        contract.unserved_claimed += amount


def earned_now(line: Any, reached: bool, held: int, change: float, served_months: int) -> float:
    """Units of a line earned this month: 0 or 1; a gain once, by amount."""
    if line.kind == "gain":
        return max(0.0, change) if not reached and served_months == MONTHS_TO_A_GAIN else 0.0
    if line.kind == "attained" and served_months < MONTHS_TO_A_REVIEW:
        return 0.0
    kind = MILESTONE_KINDS.index(line.kind)
    return float(reached_now(kind, change, line.threshold, held, line.months, int(reached)))


def pay_family_claim(family: Any, line: Any, due: int) -> None:
    """Claim under the caps of line and contract; providers share by their hours with the family."""
    contract = family.office.contract
    due = room_under(line.cap, line.claimed, due)
    due = room_under(contract.claim_ceiling, contract.outcome_claimed, due)
    if due <= 0:
        return
    line.claimed += due
    contract.outcome_claimed += due
    family.earned += due
    *others, last = family.serving
    left = due
    for slot in others:
        part = int(due * slot.hours / family.hours_received) if family.hours_received > 0.0 else 0
        part = min(left, part)
        left -= part
        make_due(slot.provider, part)
    make_due(last.provider, left)


def claim_period(office: Any) -> None:
    """The cohort's test at the end of a period: partners share what it earns by their part of the contract."""
    contract, payment = office.contract, office.design.payment
    periods = max(1.0, math.ceil(office.model.calendar.service_months / payment.period_months))
    full = 100.0 * contract.expected_outcome_payment * contract.full_payment / periods
    alone, cohort = 0.0, 0
    for family in office.families:
        if family.cohort:
            cohort += 1
            for d, weight in enumerate(contract.metric_weight):
                alone += weight * (family.unserved_last[d] - family.unserved_intake[d] + error_of(family, d))
    alone = alone / max(1.0, cohort) - contract.counterfactual
    earned = int(full * share_earned(office, contract.result - contract.counterfactual))
    due = room_under(contract.claim_ceiling, contract.outcome_claimed, earned)
    contract.outcome_claimed += due
    contract.unserved_claimed += int(full * share_earned(office, alone))
    share_among_partners(office, due)


def share_earned(office: Any, result: float) -> float:
    """Share of a period's full payment that a result earns."""
    payment, expected = office.design.payment, office.contract.expected_result
    if payment.rule == "binary":
        return binary_payment(result, payment.target * expected)
    return graduated_payment(result, payment.floor * expected, payment.ceiling * expected)


def share_among_partners(office: Any, due: int) -> None:
    """Whole cents by parts of the contract; the last partner gets what is left over."""
    left, partners = due, office.partners
    for partner in partners:
        part = min(left, math.floor(due * partner.award_share))
        left -= part
        make_due(partner, part)
    if partners:
        make_due(partners[-1], left)
