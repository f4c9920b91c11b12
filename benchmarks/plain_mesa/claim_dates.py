"""Dates of claims: at a deadline, what would have to be counted anew may be claimed early, by ending a programme in haste."""

from __future__ import annotations

from typing import Any

import numpy as np

from abm.rules.claiming import best_shift, chance_later
from abm.rules.payment import reached_share
from benchmarks.plain_mesa.earning import months_lacking
from benchmarks.plain_mesa.estimates import error_of

MOST_MONTHS = 12  # by which a claim can be brought forward


def chosen_shift(family: Any, added: float) -> int:
    """Months by which it pays best to bring a family's claims forward; 0 in any month without a deadline."""
    office, calendar = family.office, family.model.calendar
    design, facts, money = office.design, office.case.provider, office.case.money
    bears = design.finance.risk_to_provider
    deadline = calendar.is_deadline(design.payment.claim_deadline_months)
    if not (design.mechanisms.claim_timing and bears > 0.0 and deadline):
        return 0
    gains, going_on = np.zeros(MOST_MONTHS + 1), 0.0
    for d in range(len(family.wellbeing)):
        change = family.wellbeing[d] - family.intake_wellbeing[d] + error_of(family, d) + added
        change -= office.contract.counterfactual
        for line in office.contract.card.paid(d):
            lacks = months_lacking(line, family.claim(line, d).held + 1, family.served_months)
            stands = change >= line.threshold
            due_or_never = lacks == 0 and (stands or line.kind == "gain")
            if family.claim(line, d).reached or line.kind == "entry" or due_or_never:
                continue
            value = bears * worth(family, line, change)
            going_on += value * chance_if_going_on(family, line, change, lacks)
            if stands and lacks <= MOST_MONTHS:
                gains[lacks] += value
    room = 0.01 * bears * office.contract.room
    return int(best_shift(gains, going_on, room, facts.shift_hours * money.wage * (1.0 + money.overhead)))


def worth(family: Any, line: Any, change: float) -> float:
    """€ that a line would be paid for a family now."""
    card = family.office.contract.card
    if not card.is_open(line, family):
        return 0.0
    return card.price_for(line, family) * (max(0.0, change) if line.kind == "gain" else 1.0)


def chance_if_going_on(family: Any, line: Any, change: float, lacks: int) -> float:
    """Probability that a line is claimed later, if the programme goes on and months are counted from nought."""
    case, calendar = family.office.case, family.model.calendar
    left = calendar.service_months - calendar.service_month
    left = int(min(left, case.family.programme_months - family.served_months))
    needed = line.months if line.kind == "sustained" else max(1, lacks)
    reach = reached_share(change, line.threshold, case.measurement.noise)
    return chance_later(reach, case.family.turnover, needed, left)


def count_anew(office: Any) -> None:
    """After a deadline months that results have stood are counted from nought."""
    for family in office.families:
        for claim in family.claims.values():
            claim.count_anew()
