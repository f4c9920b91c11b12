"""Delivery: hours are worked, families move, hours are divided among them, and everybody lives the month."""

from __future__ import annotations

from typing import Any

from abm.rules.selection import hours_weight
from benchmarks.plain_mesa.coordination import absorb_burden, coordinate, set_link_strengths
from benchmarks.plain_mesa.family_life import TAKES_PART
from benchmarks.plain_mesa.prime import share_payable
from benchmarks.plain_mesa.provider_hours import relieve, share_menu_hours
from benchmarks.plain_mesa.provider_incentives import weigh_incentives

MOST_HOURS = 2.5  # × promised: nobody is served more than this
THIRDS = range(3)


class Cells:
    """Hours over thirds of complexity × domains: as delivered, as they would be unpaid for results, and need."""

    def __init__(self, domains: int) -> None:
        self.delivered, self.mission, self.needed = ([[0.0] * domains for _ in THIRDS] for _ in range(3))

    @staticmethod
    def add(table: list[list[float]], third: int, parts: list[float], weight: float = 1.0) -> None:
        """Add parts by domain, with a weight, to a third's row."""
        for d, part in enumerate(parts):
            table[third][d] += weight * part


def deliver(model: Any) -> None:
    """One month of service in every locality; where no contract runs, usual services go on."""
    for office in model.offices:
        work_hours(office)
        weigh_incentives(office)
        move_families(office)
    model.cells = Cells(len(model.case.domains))
    for office in model.offices:
        for provider in office.providers:
            provider.caseload = 0
        if office.contract.serving:
            divide_hours(office)
        coproduce(office)
        for family in office.families:
            family.advance()


def work_hours(office: Any) -> None:
    """Set the month's hours of volunteers and providers."""
    office.volunteers.do("work")
    absorb_burden(office)
    share_paid = share_payable(office) if office.contract.serving else 1.0
    for provider in office.providers:
        provider.work(share_paid)
    coordinate(office)
    set_link_strengths(office)
    if not office.contract.serving:
        return
    share_menu_hours(office)
    for provider in office.providers:
        if provider.contract_hours > 0.0:
            provider.leave_hours_for_families()
    relieve(office)
    office.volunteers.do("help")


def move_families(office: Any) -> None:
    """Crises happen; families leave, apply and are taken in."""
    for family in office.families:
        family.meet_fate()
    if not office.funded:
        return
    for family in office.families:
        if family.enrolled:
            family.maybe_leave()
    if not office.contract.serving:
        for family in office.families:
            family.forget_waiting()
        for provider in office.providers:
            provider.mission_intake, provider.real_intake = [0.0] * 3, [0.0] * 3
        return
    for family in office.families:
        if family.enrolled:
            family.maybe_switch()
        else:
            family.maybe_apply()
    applicants = {provider: [] for provider in office.providers}
    for family in office.families:
        if family.applied and family.first_partner is not None:
            applicants[family.first_partner].append(family)
    for provider, families in applicants.items():
        provider.take_in(families)


def coproduce(office: Any) -> None:
    """Families do their part for themselves, for one another, and for all."""
    taking_part, work = 0, 0.0
    for family in office.families:
        family.coproduce()
        taking_part += family.took_part > TAKES_PART
        work += family.took_part * family.capability
    office.participation, office.collective_work = taking_part / len(office.families), work / len(office.families)


def weight_of(family: Any, slot: Any, paid: bool) -> float:
    """Weight of a family in the division of a provider's hours."""
    facts, design = family.office.case.provider, family.office.design
    payment = slot.payment_per_hour if paid and design.mechanisms.parking else 0.0
    return hours_weight(slot.provider.motivation, facts.value_of_need, family.need, payment)


def divide_hours(office: Any) -> None:
    """Hours within the caseload follow need and payment, above a guaranteed minimum; the unpaid division is beside it."""
    cells, paid = office.model.cells, dict.fromkeys(office.providers, 0.0)
    unpaid = {provider: [0.0] * 3 for provider in office.providers}  # by third of complexity
    for family in office.families:
        if family.enrolled:
            for slot in family.serving:
                slot.provider.caseload += 1
                paid[slot.provider] += weight_of(family, slot, True)
                unpaid[slot.provider][family.complexity_third] += weight_of(family, slot, False)
    ratios = [mission_ratio(office, third) for third in THIRDS]
    whole = {provider: weigh_thirds(weights, ratios) for provider, weights in unpaid.items()}
    for family in office.families:
        family.hours_received, third = 0.0, family.complexity_third
        for slot in family.serving:
            slot.hours = share_of(slot.provider, weight_of(family, slot, True), paid[slot.provider])
            family.hours_received += slot.hours
            alone = ratios[third] * share_of(slot.provider, weight_of(family, slot, False), whole[slot.provider])
            cells.add(cells.delivered, third, family.personal(slot.provider.attention), slot.hours)
            cells.add(cells.mission, third, family.personal(slot.provider.mission_attention), alone)
        if family.enrolled or family.applied:
            cells.add(cells.needed, third, family.needs)


def mission_ratio(office: Any, third: int) -> float:
    """Families of a third that would have been taken in unpaid, per family that was; one more on both sides."""
    real = mission = 0.0
    for provider in office.providers:
        real += provider.real_intake[third]
        mission += provider.mission_intake[third]
    return (mission + 1.0) / (real + 1.0)


def weigh_thirds(weights: list[float], ratios: list[float]) -> float:
    """Weight of the caseload that the same applicants would have made if nothing were paid for results."""
    found = 0.0
    for weight, ratio in zip(weights, ratios, strict=True):
        found += weight * ratio
    return found


def share_of(provider: Any, weight: float, whole: float) -> float:
    """Hours of one family: the guaranteed minimum, and the rest by weight; never above the most."""
    hours, caseload, promised = provider.service_hours, provider.caseload, provider.promised_hours
    guaranteed = min(provider.office.design.structure.minimum_hours * promised, hours / caseload)
    part = weight / whole if whole > 0.0 else 1.0 / caseload
    return min(MOST_HOURS * promised, guaranteed + (hours - guaranteed * caseload) * part)
