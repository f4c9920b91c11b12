"""Shocks: cuts, withdrawal, cancellation, missing referrals, a partner's exit, a scandal, an election."""

from __future__ import annotations

from typing import Any

from abm.rules.interventions import handed_on, together
from abm.rules.learning import revised
from abm.streams import INTERVENTION
from benchmarks.plain_mesa.partnership import leave

SHAKEN = (
    "family_provider",
    "volunteer_provider",
    "commissioner_provider",
    "provider_provider",
    "investor_provider",
)
CUTS = ("budget_cut", "withdrawal", "cancellation")


def strike(event: Any, office: Any) -> float:
    """A shock comes over a locality; returns the share of its money that it cuts this month."""
    if event.kind == "scandal":
        break_faith(event, office)
        return 0.0
    if not event.reaches_place(office):
        return 0.0
    if event.kind == "referral_shortfall":
        office.turned_away = together(office.turned_away, event.strength)
    elif event.kind == "election":
        if office.design.mechanisms.politics:
            drawn = office.model.uniform(INTERVENTION, office.number, event.number)
            office.political_support = revised(office.political_support, drawn, event.strength)
    elif event.kind == "exit":
        lose_key_partner(office, event.strength)
    elif event.kind == "cancellation" and office.model.calendar.month == event.first:
        cancel(office, event.strength)
    return event.strength if event.kind in CUTS else 0.0


def cut_money(office: Any, cut: float) -> None:
    """Put the month's cut into force: plans shrink or recover; where all is cut, service stands still."""
    contract = office.contract
    if cut != contract.cut:
        contract.cut = cut
        if contract.launched:
            for provider in office.providers:
                bought = contract.fee_per_hour / provider.price_per_hour if provider.partner else 0.0
                provider.planned_hours = contract.contract_hours * provider.award_share * bought
    if cut >= 1.0:
        contract.serving = False


def cancel(office: Any, strength: float) -> None:
    """Less can still be claimed; where all is cancelled, what is owed is due at once and advances are settled."""
    contract, now = office.contract, office.model.calendar.month
    contract.claim_ceiling = contract.outcome_claimed + int(max(0, contract.room) * (1.0 - strength))
    if strength < 1.0:
        return
    office.closing = True
    for provider in office.providers:
        for later in [month for month in provider.dues if month > now]:
            provider.dues[now] += provider.dues.pop(later)


def lose_key_partner(office: Any, strength: float) -> None:
    """The partner with the largest part of the contract gives up this share of it, or is gone."""
    if not office.partners:
        return
    key = max(office.partners, key=lambda partner: partner.award_share)
    if strength < 1.0:
        give_up(key, strength)
    else:
        leave(key)


def give_up(partner: Any, given_up: float) -> None:
    """A partner gives up part of its part of the contract; the others take it over in proportion to theirs."""
    own = partner.award_share
    if own >= 1.0 - 1e-9:
        return
    for other in partner.office.partners:
        if other is not partner:
            other.award_share = handed_on(other.award_share, given_up, own)
            other.planned_hours = handed_on(other.planned_hours, given_up, own)
    partner.award_share *= 1.0 - given_up
    partner.planned_hours *= 1.0 - given_up


def break_faith(event: Any, office: Any) -> None:
    """Those who are struck lose faith with all who trust them; others of their sector by a share of that."""
    trust, spread = office.model.trust, office.case.intervention.scandal_spread
    full, weight = event.strength * office.case.trust.event_weight, dict.fromkeys(office.providers, 0.0)
    for struck in struck_by(event, office):
        for provider in office.providers:
            if provider.kind == struck.kind:
                share = 1.0 if provider is struck else spread
                weight[provider] = max(weight[provider], share * full)
    for provider in office.providers:
        for source, _, tie in trust.in_edges(provider, data=True):
            if weight[provider] > 0.0 and tie["active"] and tie["relation"] in SHAKEN:
                trust.live_event(source, provider, "integrity", 0.0, weight[provider])


def struck_by(event: Any, office: Any) -> list[Any]:
    """The providers that a scandal is about: by place one drawn among its partners, or before there are any among all."""
    if event.unit != "place":
        return [provider for provider in office.providers if provider.active and event.reaches(provider)]
    if not event.reaches_place(office):
        return []
    among = office.partners or [provider for provider in office.providers if provider.active]
    mark = office.model.uniform(INTERVENTION, office.number, event.number) * len(among)
    for provider in among:
        mark -= 1.0
        if mark <= 0.0:
            return [provider]
    return []
