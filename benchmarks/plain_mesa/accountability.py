"""Accountability: shortfalls that become known and what answers them; hours on control and what they changed.

Nothing of the month depends on it: it is kept to be observed.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from abm.rules.control import changed
from abm.streams import SHORTFALL

LOOK_MONTHS = 6  # results are looked at twice a year
ANSWER_MONTHS = 6  # a shortfall is answered in the month in which it becomes known or the five after it
FAR_BELOW = 0.5  # of the result that was foreseen by now
CONTROL_RAISED = 0.01  # of contract hours: from here, more control is a consequence
PRIORITIES_MOVED = 0.01  # distance of priorities from which a revision has changed something


@dataclass
class Shortfall:
    """A known shortfall of a provider that is not answered yet."""

    share: float  # its part of the contract then
    burden: float  # control on it then
    explained: bool
    months: int = 1
    consequence: bool = False


def note_shortfalls(office: Any) -> None:
    """Open a shortfall for each partner that was caught or whose result a look finds far below the forecast."""
    model, calendar, contract = office.model, office.model.calendar, office.contract
    elapsed = min(1.0, calendar.service_month / calendar.service_months)
    foreseen = contract.expected_result * elapsed
    for partner in office.partners:
        looked = calendar.every(LOOK_MONTHS) and foreseen > 0.0 and partner.caseload > 0
        found = looked and model.uniform(SHORTFALL, partner.number) < seen_probability(office)
        below = found and partner.result < FAR_BELOW * foreseen
        partner.results_used |= below
        if (below or partner.caught) and partner.shortfall is None:
            explained = model.uniform(SHORTFALL, partner.number, 1) < office.coassessment
            partner.shortfall = Shortfall(partner.award_share, partner.burden, explained)


def seen_probability(office: Any) -> float:
    """Probability that a look sees a result: the largest with which results are used or discussed with families."""
    use = office.design.outcomes_use
    return max(office.design.payment.outcome_share, use.responsibility, use.decisions, office.coassessment)


def note_revision(office: Any, moved: float) -> None:
    """A revision of the plan explains open shortfalls; if it moved priorities, reported results changed a decision."""
    for provider in office.providers:
        if provider.shortfall is not None:
            provider.shortfall.explained = True
        if provider.partner and moved > PRIORITIES_MOVED:
            provider.results_used = True


def follow_up(office: Any) -> None:
    """Close what was answered or is out of time; keep the month's hours of work and of control."""
    forms = share_forms(office)
    work, control = 0.0, 0.0
    for family in office.families:
        work += family.coproduction_hours + family.integration_hours + family.red_tape_hours
    for volunteer in office.volunteers:
        work += volunteer.hours
    for provider in office.providers:
        decided = provider.shortfall is not None and answer(provider)
        work += provider.contract_hours
        control += keep_hours(provider, forms[provider], decided)
    office.work_hours.append(work)
    office.control_hours.append(control)


def share_forms(office: Any) -> dict[Any, float]:
    """Families' hours on forms by provider: each family's are for those that serve it, in equal parts."""
    forms = dict.fromkeys(office.providers, 0.0)
    for family in office.families:
        if family.red_tape_hours > 0.0:
            for slot in family.serving:
                forms[slot.provider] += family.red_tape_hours / len(family.serving)
    return forms


def answer(provider: Any) -> bool:
    """A month of an open shortfall; true where control led to a decision: less of the contract, or more control."""
    shortfall = provider.shortfall
    less = not provider.exited and provider.award_share < shortfall.share
    less = less and changed(shortfall.share, provider.award_share)
    stricter = provider.burden > shortfall.burden + CONTROL_RAISED
    decided = not shortfall.consequence and (less or stricter)
    shortfall.consequence |= decided
    answered = shortfall.explained and shortfall.consequence
    if answered or shortfall.months >= ANSWER_MONTHS:
        provider.shortfalls_closed += 1
        provider.shortfalls_answered += answered
        provider.shortfall = None
    else:
        shortfall.months += 1
    return decided


def keep_hours(provider: Any, forms: float, decided: bool) -> float:
    """Keep a month's hours on control as idle until something rests on them; returns them.

    General control is cleared by an audit that found something or a decision; hours on metrics and claims where results
    changed a payment, finding or decision. Families' forms are divided as the provider's own reporting is.
    """
    on_metrics = provider.metric_hours / provider.reporting_hours if provider.reporting_hours > 0.0 else 0.0
    general = max(0.0, provider.reporting_hours - provider.metric_hours + forms * (1.0 - on_metrics))
    results = provider.metric_hours + provider.claim_hours + forms * on_metrics
    provider.idle_control.append(general)
    provider.idle_results.append(results)
    if provider.caught or decided:
        provider.idle_control.clear()
    if provider.results_used:
        provider.idle_results.clear()
    return general + results
