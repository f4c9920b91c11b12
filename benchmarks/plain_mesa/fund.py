"""The outcomes fund: room under ceilings that one place will not use goes to where a ceiling is reached."""

from __future__ import annotations

from typing import Any

SETTLED_MONTHS = 12  # of service, before falling behind counts


def pool_ceilings(offices: list[Any]) -> None:
    """Each month move as much room as those at their ceiling earn in a mean month, as far as others are behind."""
    offered, asked = 0.0, 0.0
    for office in offices:
        offered += offer_of(office)
        asked += demand_of(office)
    if offered <= 0.0 or asked <= 0.0:
        return
    moved, left = min(offered, asked), 0
    for office in offices:
        away = int(moved * (offer_of(office) / offered))
        move_room(office, -away)
        left += away
    for office in offices:
        wanted = demand_of(office)
        if wanted > 0.0 and left > 0:
            here = min(left, int(moved * (wanted / asked)) + 1)
            move_room(office, here)
            left -= here


def move_room(office: Any, amount: int) -> None:
    """Raise or lower a place's ceiling."""
    office.contract.claim_ceiling += amount
    office.contract.room_moved += amount


def takes_part(office: Any) -> bool:
    """Whether a place is served under a contract that a fund pays a share of."""
    contract = office.contract
    return contract.serving and contract.plan.made > 0 and office.design.finance.fund_share > 0.0


def offer_of(office: Any) -> float:
    """Cents: the fund's share of what a place is behind its first plan, less what was taken from it before."""
    contract, calendar = office.contract, office.model.calendar
    if not takes_part(office) or calendar.service_month <= SETTLED_MONTHS:
        return 0.0
    planned = 100.0 * contract.plan.first_payment[calendar.month]
    behind = planned - contract.outcome_claimed - contract.claimed_before
    offer = office.design.finance.fund_share * behind + min(0, contract.room_moved)
    return max(0.0, min(offer, float(contract.room)))


def demand_of(office: Any) -> float:
    """Cents: what a place earns in a mean month, where it has less room than that."""
    contract, calendar = office.contract, office.model.calendar
    if not takes_part(office):
        return 0.0
    usual = contract.outcome_claimed / calendar.service_month
    return usual if contract.room < usual else 0.0
