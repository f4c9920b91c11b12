"""What the month was for everybody, and how it changes them: experiences, then adaptation."""

from __future__ import annotations

from itertools import permutations
from typing import Any

from abm.rules.trust import experience_against
from benchmarks.plain_mesa.accountability import follow_up
from benchmarks.plain_mesa.revision import revise

HEARSAY = 0.2  # of what is passed on, a month


def assess(model: Any) -> None:
    """Everybody updates trust from what they lived."""
    for office in model.offices:
        office.families.do("judge")
        if model.calendar.month == model.case.trust.breach_month:
            break_faith(office)
        if office.contract.serving:
            for partner in office.partners:
                partner.judge()
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
                office.model.trust.live(family, slot.provider, 0.0, office.case.trust.event_weight)


def judge_partners(office: Any) -> None:
    """Partners who spend hours together learn whether the other keeps its part; rivals learn the opposite."""
    trust, facts = office.model.trust, office.case.network
    for one, other in permutations(office.partners, 2):
        if not trust.exists(one, other):
            continue
        pair = office.model.work.edges[one, other]
        contact = pair["joint_hours"] + facts.brokered * pair["brokered_hours"]
        joint = contact / (contact + facts.link_hours)
        kept = 0.5 + 0.35 * joint * other.liquidity
        if pair["rival"] or (pair["conflict"] and pair["spent"] < 1.0):
            kept = 0.3  # a disagreement that nobody had the time to settle is as bad as rivalry
        trust.live(one, other, kept, 0.1 + joint)


def judge_rules(office: Any) -> None:
    """The region judges what families say of the authority; the authority judges the region by the burden of its rules."""
    trust, region, said = office.model.trust, office.model.region, 0.0
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
        if office.contract.serving:
            revise(office)
        training, recruiting = office.training, office.recruiting
        office.families.do("adapt", training)
        office.volunteers.do("adapt", training, recruiting)
        office.practise()
        follow_up(office)
    pass_on_reputation(model)
    model.trust.fade()


def pass_on_reputation(model: Any) -> None:
    """Peers who know the same provider pass on their own evidence, until both hold the same; never first attitudes."""
    for family in model.families:
        share = family.office.case.trust.reputation if family.office.design.mechanisms.reputation else 0.0
        if share <= 0.0:
            continue
        for peer in family.peers:
            for slot in family.package:
                if peer is not family and peer.knows(slot.provider):
                    mine, theirs = model.trust.edges[family, slot.provider], model.trust.edges[peer, slot.provider]
                    for evidence in ("support", "against"):
                        mine[evidence] += share * max(0.0, theirs[evidence] - mine[evidence]) * HEARSAY
