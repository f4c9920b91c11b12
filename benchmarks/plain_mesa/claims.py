"""Claims: fees for hours, and milestones of families, under the caps of person, line and contract."""

from __future__ import annotations

import math
from typing import Any

from abm.rules.payment import room_under
from abm.streams import CLAIM
from benchmarks.plain_mesa.claim_dates import chosen_shift, count_anew
from benchmarks.plain_mesa.earning import earned_now, make_due
from benchmarks.plain_mesa.estimates import error_of, overstatement
from benchmarks.plain_mesa.layers import claim_milestones_in_layers


def claim_fees(office: Any) -> None:
    """Every contract hour worked earns its fee."""
    for partner in office.partners:
        make_due(partner, math.floor(100.0 * partner.contract_hours * partner.price_per_hour + 0.5))


def claim_card(office: Any) -> None:
    """A month of claims under a rate card; at a deadline counts begin anew."""
    contract, before = office.contract, office.contract.outcome_claimed
    for family in office.families:
        if family.enrolled:
            claim_milestones(family)
    if office.model.calendar.is_deadline(office.design.payment.claim_deadline_months):
        contract.deadline_claims += contract.outcome_claimed - before
        count_anew(office)


def claim_milestones(family: Any) -> None:
    """Milestones of one family: on its own path they are paid, on the no-service path they count as deadweight."""
    contract, added = family.office.contract, overstatement(family)
    shift = chosen_shift(family, added)
    claim_milestones_in_layers(family, added, shift)
    hastened = False
    for d in range(len(family.wellbeing)):
        error = error_of(family, d)
        change = family.wellbeing[d] - family.intake_wellbeing[d] + error + added - contract.counterfactual
        alone = family.unserved_wellbeing[d] - family.unserved_intake[d] + error - contract.counterfactual
        for line in contract.card.paid(d):
            hastened |= claim_line(family, line, d, change, shift)
            claim_unserved(family, line, family.claim(line, d), alone)
    if hastened:
        family.closing = True
        family.take_hours(0.5 * family.office.case.provider.shift_hours * shift * shift)


def claim_line(family: Any, line: Any, d: int, change: float, shift: int) -> bool:
    """What a family earns on one line by its change; whether that was brought forward."""
    contract, claim = family.office.contract, family.claim(line, d)
    claim.held = claim.held + 1 if change >= line.threshold else 0
    on_time = earned_now(line, claim.reached, claim.held, change, family.served_months, 0)
    units = earned_now(line, claim.reached, claim.held, change, family.served_months, shift)
    if units <= 0.0 or not contract.card.is_open(line, family):
        return False
    claim.reached = True
    price = contract.card.price_for(line, family)
    due = room_under(contract.person_cap, family.earned, int(100.0 * price * units))
    if due > 0 and lacks_evidence(family, line, d):
        contract.unclaimed += due
    else:
        pay_family_claim(family, line, due)
    return units > on_time


def claim_unserved(family: Any, line: Any, claim: Any, alone: float) -> None:
    """What the family would have earned on a line without service."""
    contract = family.office.contract
    claim.unserved_held = claim.unserved_held + 1 if alone >= line.threshold else 0
    units = earned_now(line, claim.unserved_reached, claim.unserved_held, alone, family.served_months, 0)
    nobody_enters = line.kind == "entry"  # a service that does not exist
    if nobody_enters or units <= 0.0 or not contract.card.is_open_unserved(line, family):
        return
    claim.unserved_reached = True
    price = contract.card.price_for(line, family)
    amount = room_under(contract.person_cap, family.unserved_earned, int(100.0 * price * units))
    family.unserved_earned += amount
    contract.unserved_claimed += amount


def lacks_evidence(family: Any, line: Any, d: int) -> bool:
    """Whether an earned milestone is never claimed because it cannot be proved."""
    model, share = family.model, family.office.case.measurement.unclaimed
    item = line.number * len(family.wellbeing) + d
    return share > 0.0 and model.uniform(CLAIM, family.number, item, month=model.calendar.contract) < share


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
