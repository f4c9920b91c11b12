"""Network management: the authority's people facilitate, broker and set rules, as far as the hours that are paid for go."""

from __future__ import annotations

from itertools import combinations
from typing import Any

from abm.rules.learning import revised
from abm.rules.network import reached
from abm.streams import BROKER

HOURS_OF_BROKERAGE = 2.0  # that bring two partners together for a month
BROKERED_HOURS = 1.0  # of joint work that come of it
LINKED = 0.5  # joint hours a month from which two partners need no broker
HOURS_OF_RULES = 0.5  # a month for each partner that keep rules of the game in force
ALIGNED = 0.05  # of what a partner wants otherwise than all together, a month under rules in force


def facilitate(office: Any, disagreements: int) -> None:
    """Find the share of this month's disagreements that facilitators have hours for."""
    hours = office.design.structure.network_management.facilitation * office.case.network.facilitation_hours
    office.facilitated = reached(hours, disagreements * office.case.network.conflict_hours)


def rules_in_force(office: Any) -> float:
    """How far rules of the game are in force, by the hours that there are for each partner."""
    hours = office.design.structure.network_management.meta_governance * office.case.network.meta_governance_hours
    return reached(hours, len(office.partners) * HOURS_OF_RULES)


def align(office: Any) -> None:
    """Under rules of the game, what each partner takes need to be comes closer to what all and the authority do."""
    partners, step = office.partners, ALIGNED * rules_in_force(office)
    if step <= 0.0:
        return
    for d, known in enumerate(office.known_need):
        together = 0.5 * known
        for partner in partners:
            together += 0.5 * partner.known_need[d] / len(partners)
        for partner in partners:
            partner.known_need[d] = revised(partner.known_need[d], together, step)


def broker(office: Any) -> None:
    """Partners who are no rivals and have no link yet are brought together, as many pairs as brokers' hours allow."""
    model, apart = office.model, []
    for one, other in combinations(office.partners, 2):
        pair = model.work.edges[one, other]
        if not pair["rival"] and max(pair["joint_hours"], pair["spent"]) < LINKED:
            apart.append((one, other))
    hours = office.design.structure.network_management.brokerage * office.case.network.brokerage_hours
    chance = reached(hours, len(apart) * HOURS_OF_BROKERAGE)
    for one, other in apart:
        if model.uniform(BROKER, one.number, other.number) < chance:
            model.work.edges[one, other]["spent"] += BROKERED_HOURS
            model.trust.live(one, other, 0.6, 0.25)
            model.trust.live(other, one, 0.6, 0.25)
