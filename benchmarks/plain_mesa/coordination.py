"""Coordination: who meets whom, what they disagree on, how far their hours go, and how strong it makes every link.

Members meet in pairs within their team; a lead agency or an administrative organisation meets each partner. Relations ask for
hours, disagreements for more, and hours are what the holders of coordination rights may spend.
"""

from __future__ import annotations

from itertools import combinations
from typing import Any

import numpy as np

from abm.rules.control import burden_target, passed_on
from abm.rules.coordination import clash_probability, difference, either_way, link, reach, reliance
from abm.rules.network import eased, handed_on
from abm.streams import CONFLICT
from benchmarks.plain_mesa.management import align, broker, facilitate, rules_in_force

ADMINISTRATION = 0.25  # hours of an administrative organisation for itself, per hour of links
REVISION_EFFORT = 0.05  # share of a month that a revision of the plan takes
JOINT_HOUR = 1.0  # hours of joint work a month that a relation with all its hours allows
MOST_REACH = 2.0  # × that: no relation takes more
MOST_LOAD = 99.0  # hours asked ÷ hours available that are told apart
EASED = 0.5  # of a disagreement's hours, where a facilitator sits in on it
HANDED_ON = 2.0  # hours of partners for each that a hub hands on, for there are two of them


def absorb_burden(office: Any) -> None:
    """The region's rules, as its trust in the authority makes them; what the authority's people deal with takes hours."""
    design, rules, hours = office.design, office.case.rules, 0.0
    for partner in office.partners:
        hours += partner.planned_hours
    office.region_burden = rules.region_burden
    if design.mechanisms.burden_response and office.funded:
        trust = office.model.trust.in_(office.region, office)
        propensity = office.case.trust.propensity
        office.region_burden = burden_target(
            trust, 0.0, 2.0 * rules.region_burden, propensity, design.control.steepness
        )
    absorbed, people = design.structure.burden_absorbed, office.case.network.hub_hours
    office.passed_burden = passed_on(office.region_burden, absorbed, people, hours)
    office.absorbed_hours = (office.region_burden - office.passed_burden) * hours


def coordinate(office: Any) -> None:
    """Spend the month's hours on links, out of the contract, by who holds coordination rights."""
    design, work, serving = office.design, office.model.work, office.contract.serving
    rights = design.structure.coordination_rights
    work.forget_month(office.providers)
    office.settled, office.hub_hours, office.decided = 0.0, 0.0, 1.0
    office.facilitated = office.bottleneck = 0.0
    partners = office.partners if serving else []
    for provider in office.providers:
        provider.conflict, provider.load = False, 0.0
    if design.learning.mode == "emergent" and office.model.calendar.every(design.learning.every_months):
        for partner in partners:
            partner.coordination_hours += REVISION_EFFORT * partner.contract_hours
    if len(partners) > 1:
        align(office)
    if serving and rights == "members":
        facilitate(office, disagree_in_pairs(office))
        meet_in_pairs(office)
    elif serving and rights != "none":
        meet_through_hub(office, own_body=rights == "nao")
    if len(partners) > 1:
        broker(office)
    keep_ties(office, through_hub=serving and rights in ("lead", "nao"))


def keep_ties(office: Any, through_hub: bool) -> None:
    """Joint hours of partners, face to face and through the hub, are remembered; those of who has left fade."""
    work, fade = office.model.work, office.case.network.fade
    for one, other in combinations(office.providers, 2):
        pair = work.edges[one, other]
        if one.partner and other.partner:
            met = through_hub and not pair["rival"]
            contact = JOINT_HOUR * min(MOST_REACH, office.reach) if met else 0.0
            work.remember(one, other, pair["spent"], contact, fade)
        elif one.left or other.left:
            work.remember(one, other, 0.0, 0.0, fade)


def odds_of_clash(office: Any, one: Any, other: Any, wants: list[list[float]]) -> float:
    """Probability that two disagree this month: by what they want, and how little they trust each other."""
    trust = min(office.model.trust.in_(one, other), office.model.trust.in_(other, one))
    apart = difference(np.array(wants[0]), np.array(wants[1]))
    return clash_probability(office.case.network.conflict_rate, apart, trust)


def hours_of_clash(office: Any) -> float:
    """Hours of each side that a disagreement takes, less where facilitators sit in on it."""
    return eased(office.case.network.conflict_hours, office.facilitated, EASED)


def disagree_in_pairs(office: Any) -> int:
    """Members who want different things clash now and then; how many disagreements there are."""
    model, clashes = office.model, 0
    if not office.design.mechanisms.conflict:
        return 0
    for one, other in combinations(office.partners, 2):
        if model.work.mates(one, other):
            odds = odds_of_clash(office, one, other, [one.known_need, other.known_need])
            clashed = model.uniform(CONFLICT, one.number, other.number) < odds
            model.work.edges[one, other]["conflict"] = clashed
            clashes += clashed
    return clashes


def meet_in_pairs(office: Any) -> None:
    """Each member's hours go round its mates; a pair does what the busier of the two has hours for."""
    work, clash, tie = office.model.work, hours_of_clash(office), office.case.network.tie_hours
    partners, effort = office.partners, office.design.structure.coordination_effort
    left_over = office.backlog / len(partners) if partners else 0.0  # of each, from last month; it comes first
    asked = done = to_settle = 0.0
    for one in partners:
        demand = 0.0
        for mate in mates_of(work, one, partners):
            demand += tie + clash * work.edges[one, mate]["conflict"]
        supply = effort * one.contract_hours
        one.reach = reach(supply, demand + left_over if demand > 0.0 else 0.0, MOST_REACH)
        if demand > 0.0:
            demand += left_over
            one.load = load(demand, supply)
            office.bottleneck = max(office.bottleneck, one.load)
            share = min(1.0, one.reach)
            asked, done = asked + demand, done + demand * share
            one.coordination_hours += share * left_over
            office.settled += share * left_over
            to_settle += left_over
    for one in partners:
        for mate in mates_of(work, one, partners):
            pair, kept = work.edges[one, mate], min(one.reach, mate.reach)
            pair["spent"] = kept * JOINT_HOUR
            settled = min(1.0, kept) * clash * pair["conflict"]
            one.coordination_hours += kept * tie + settled
            office.settled += settled
            to_settle += clash * pair["conflict"]
    office.backlog = max(0.0, to_settle - office.settled)
    office.decided = done / asked if asked > 0.0 else 1.0


def load(asked: float, available: float) -> float:
    """Hours asked of somebody by the hours that it has."""
    return min(MOST_LOAD, asked / available) if available > 0.0 else MOST_LOAD


def mates_of(work: Any, one: Any, partners: list[Any]) -> list[Any]:
    """The members whom a member meets."""
    return [other for other in partners if work.mates(one, other)]


def meet_through_hub(office: Any, own_body: bool) -> None:
    """A hub meets each partner; a lead agency has only its people's hours, a body of its own costs an administration."""
    tie, partners, hours = office.case.network.tie_hours, office.partners, 0.0
    for partner in partners:
        hours += partner.contract_hours
    clashes = disagree_with_hub(office)
    facilitate(office, clashes)
    clash = hours_of_clash(office)
    supply = 0.5 * office.design.structure.coordination_effort * hours  # the other half are the partners' own
    if not own_body:
        supply = min(supply, max(0.0, office.case.network.hub_hours - office.absorbed_hours))
    ties, unsettled = len(partners) * tie, clashes * clash + office.backlog
    demand = ties + unsettled
    office.bottleneck = load(demand, supply)
    left_to_partners = handed_on(demand, supply, rules_in_force(office))
    office.reach = reach(supply, demand - left_to_partners, MOST_REACH)
    served = min(1.0, office.reach)
    office.settled, office.backlog, office.decided = served * unsettled, (1.0 - served) * unsettled, served
    kept = max(0.0, unsettled - max(0.0, left_to_partners - ties))  # relations are handed on before quarrels
    office.hub_hours = office.reach * max(0.0, ties - left_to_partners) + served * kept
    cost = office.hub_hours * (1.0 + ADMINISTRATION) if own_body else office.hub_hours
    for partner in partners:
        if hours > 0.0:
            partner.coordination_hours += office.reach * tie + served * clash * partner.conflict
            partner.coordination_hours += HANDED_ON * left_to_partners / len(partners)
            partner.coordination_hours += cost * partner.contract_hours / hours


def disagree_with_hub(office: Any) -> int:
    """Partners who want something else than the authority clash with the hub now and then; how many did."""
    model = office.model
    if not office.design.mechanisms.conflict:
        return 0
    for partner in office.partners:
        odds = odds_of_clash(office, partner, office, [partner.known_need, office.priorities])
        partner.conflict = model.uniform(CONFLICT, partner.number, partner.number) < odds
    return sum(partner.conflict for partner in office.partners)


def set_link_strengths(office: Any) -> None:
    """Strength of every link: trust × what joint hours allow, face to face or through a hub that both trust."""
    trust, facts, agreed = office.model.trust, office.case.network, safeguard(office)
    own_body = office.design.structure.coordination_rights == "nao"
    for one, other in combinations(office.providers, 2):
        pair = office.model.work.edges[one, other]
        pair["strength"] = 0.0
        if one.active and other.active:
            mutual = min(trust.in_(one, other), trust.in_(other, one))
            in_hub = mutual if own_body else min(trust.in_(one, office), trust.in_(other, office))
            brokered = link(reliance(in_hub, agreed), facts.brokered * pair["brokered_hours"], facts.link_hours)
            face_to_face = link(reliance(mutual, agreed), pair["joint_hours"], facts.link_hours)
            pair["strength"] = either_way(face_to_face, brokered)


def safeguard(office: Any) -> float:
    """What a contract's specification is worth beside trust: the share of what is measured, by what depends on it."""
    design, contract, measured = office.design, office.contract, 0.0
    if not contract.serving:
        return 0.0
    for metric in contract.measured:
        measured += metric / len(contract.measured)
    use = design.outcomes_use
    return (
        office.case.network.safeguard * measured * max(design.payment.outcome_share, use.responsibility, use.decisions)
    )
