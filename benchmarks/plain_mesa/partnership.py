"""Partnership: who leaves it, and what a contract has left to those who held it."""

from __future__ import annotations

from typing import Any

from abm.rules.network import below, leaving_probability
from abm.rules.skills import USUAL_SATISFACTION
from abm.streams import PARTING

ENDED = (
    "provider_commissioner",
    "commissioner_provider",
    "provider_provider",
    "family_provider",
    "investor_provider",
)  # with a provider that is gone
FEWEST = 2  # partners: of two, neither leaves


def leave_partnership(office: Any) -> None:
    """Partners without satisfaction or trust in the others, or with unsettled disagreements, may leave, one after the other."""
    facts, model = office.case.network, office.model
    if facts.leaving <= 0.0:
        return
    for partner in office.partners:
        if len(office.partners) <= FEWEST:
            return
        trust, unsettled = among_the_others(partner)
        unsatisfied = below(partner.job_satisfaction, USUAL_SATISFACTION)
        distrusting = below(trust, office.case.trust.propensity)
        odds = leaving_probability(facts.leaving, unsatisfied, distrusting, unsettled)
        if model.uniform(PARTING, partner.number) < odds:
            part(partner)


def among_the_others(partner: Any) -> tuple[float, float]:
    """Mean trust of a partner in the others, and how much of its disagreements of this month stayed unsettled."""
    model, office, trust, clashed = partner.model, partner.office, 0.0, partner.conflict
    others = [other for other in office.partners if other is not partner]
    for other in others:
        trust += model.trust.in_(partner, other)
        clashed = clashed or model.work.edges[partner, other]["conflict"]
    return trust / max(1, len(others)), 1.0 - office.decided if clashed else 0.0


def part(partner: Any) -> None:
    """A partner goes back to its usual services alone; the others take over its hours."""
    if 1.0 - partner.award_share <= 1e-9:  # it does all the work
        return
    partner.partner, partner.months_in, partner.left = False, 0, True
    hand_over(partner)
    partner.office.partners_left += 1


def hand_over(provider: Any) -> None:
    """The others take over the hours of who is no partner any more."""
    left = 1.0 - provider.award_share
    if left > 1e-9:
        for partner in provider.office.partners:
            partner.award_share /= left
            partner.planned_hours /= left
    provider.award_share = provider.planned_hours = 0.0


def leave(provider: Any) -> None:
    """A provider is gone: the others take over its hours, its ties end, its families are released at their next move."""
    provider.active, provider.partner, provider.exited = False, False, True
    hand_over(provider)
    provider.model.trust.end_all(provider, ENDED)


def reckon(office: Any) -> None:
    """At the end of a contract partners reckon what they lost on it: cash and dues less advances, against its beginning."""
    model, calendar = office.model, office.model.calendar
    if calendar.service_month != calendar.service_months:
        return
    for partner in office.partners:
        worth = model.ledger.balance(partner) - partner.loan
        for month, due in sorted(partner.dues.items()):
            worth += partner.own_part(due) if month > calendar.month else 0
        value = 100.0 * partner.planned_hours * partner.price_per_hour * calendar.service_months
        partner.loss = (partner.worth - worth) / value if value > 0.0 else 0.0
        partner.worth = worth
