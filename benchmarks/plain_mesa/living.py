"""What the month was for everybody, and how it changes them: experiences, then adaptation."""

from __future__ import annotations

from itertools import permutations
from typing import Any

from abm.rules.trust import experience_against
from benchmarks.plain_mesa.accountability import follow_up
from benchmarks.plain_mesa.network import FACETS
from benchmarks.plain_mesa.partnership import leave_partnership, reckon
from benchmarks.plain_mesa.revision import revise

HEARSAY = 0.2  # of what is passed on, a month
QUARREL = 0.3  # experience of a rival, or of a disagreement that was left open
PASSING_CONTACT = 0.1  # experiences a month with whom one has no hours
JOINT_HOUR = 1.0  # hours of contact through a hub that has time for everybody


def assess(model: Any) -> None:
    """Everybody updates trust from what they lived."""
    for office in model.offices:
        office.families.do("judge")
        if model.calendar.month == model.case.trust.breach_month:
            break_faith(office)
        if office.contract.serving:
            for partner in office.partners:
                partner.judge()
                quarrel_with_hub(partner)
            judge_partners(office)
            office.investors.do("judge")
            judge_rules(office)
    for office in model.offices:
        office.volunteers.do("judge")


def break_faith(office: Any) -> None:
    """Every provider breaks faith with its families once."""
    for family in office.families:
        for slot in family.package:
            if office.model.trust.exists(family, slot.provider):
                office.model.trust.live_event(family, slot.provider, "integrity", 0.0, office.case.trust.event_weight)


def judge_partners(office: Any) -> None:
    """Partners who spend hours together learn whether the other keeps its part; rivals learn the opposite."""
    trust, facts = office.model.trust, office.case.network
    own_body = office.design.structure.coordination_rights == "nao"
    for one, other in permutations(office.partners, 2):
        if not trust.exists(one, other):
            continue
        pair = office.model.work.edges[one, other]
        contact = pair["joint_hours"] + facts.brokered * pair["brokered_hours"]
        joint = contact / (contact + facts.link_hours)
        if pair["rival"] or (pair["conflict"] and pair["spent"] < JOINT_HOUR):  # nobody had the time to settle it
            trust.live_event(one, other, "benevolence", QUARREL, PASSING_CONTACT + joint)
        else:
            trust.live(one, other, 0.5 + 0.35 * joint * other.liquidity, PASSING_CONTACT + joint)
        if own_body and (left_open(one) or left_open(other)):  # the body is what they have in common
            trust.live_event(one, other, "benevolence", QUARREL, weight_of_quarrel(office))


def left_open(partner: Any) -> bool:
    """Whether its disagreement with the hub was left open, for the hub had not the hours for all."""
    return partner.conflict and partner.office.reach < 1.0


def weight_of_quarrel(office: Any) -> float:
    """Experiences that an open disagreement with the hub is worth: those of the month's contact through it."""
    facts, contact = office.case.network, JOINT_HOUR * office.reach
    return facts.open_quarrel * (PASSING_CONTACT + contact / (contact + facts.link_hours))


def quarrel_with_hub(partner: Any) -> None:
    """Where the authority leads, an open disagreement with it costs both of them good will."""
    office, trust = partner.office, partner.model.trust
    if office.design.structure.coordination_rights == "lead" and left_open(partner):
        for source, target in ((partner, office), (office, partner)):
            trust.live_event(source, target, "benevolence", QUARREL, weight_of_quarrel(office))


def judge_rules(office: Any) -> None:
    """The region judges what families say of the authority; the authority judges the region by the burden of its rules."""
    trust, region, said = office.model.trust, office.region, 0.0
    for family in office.families:
        said += trust.in_(family, office)
    trust.live(region, office, said / len(office.families), 0.5)
    trust.live(office, region, experience_against(1.0 - 5.0 * office.region_burden, 0.5), 0.5)


def adapt(model: Any) -> None:
    """All that changes between months; trust that others see next month is found last."""
    for office in model.offices:
        for provider in office.providers:
            if provider.active:
                provider.adapt()
        office.partners_left = 0
        if office.contract.serving:
            revise(office)
            leave_partnership(office)
            reckon(office)
        training, recruiting = office.training, office.recruiting
        office.families.do("adapt", training)
        office.volunteers.do("adapt", training, recruiting)
        office.practise()
        follow_up(office)
    pass_on_reputation(model)
    model.trust.fade()


def pass_on_reputation(model: Any) -> None:
    """Peers who know the same provider pass on their own evidence, until both hold the same; never first attitudes.

    All hear before anybody has told on: nobody ends with more than the peer who had most.
    """
    told = [news for family in model.families for slot in family.package for news in hear(family, slot.provider)]
    for evidence, facet, more in told:
        evidence[facet] += more


def hear(family: Any, provider: Any) -> list[tuple[dict[str, float], str, float]]:
    """What a family's peers add to what it knows of a provider: for which evidence, in which facet, how much."""
    trust, office = family.model.trust, family.office
    share = office.case.trust.reputation if office.design.mechanisms.reputation else 0.0
    tellers = [peer for peer in family.peers if peer is not family and peer.knows(provider)]
    if share <= 0.0 or not tellers:
        return []
    mine, news = trust.edges[family, provider], []
    for kind in ("support", "against"):
        for facet in FACETS:
            heard = most = 0.0
            for peer in tellers:
                more = max(0.0, trust.edges[peer, provider][kind][facet] - mine[kind][facet])
                heard += HEARSAY * share * more
                most = max(most, more)
            news.append((mine[kind], facet, min(heard, most)))
    return news
