"""Coordination: who meets whom, what they disagree on, how far their hours go, and how strong it makes every link.

Members meet in pairs within their team; a lead agency or an administrative organisation meets each partner. Relations ask for
hours, disagreements for more, and hours are what the holders of coordination rights may spend.
"""

from __future__ import annotations

from itertools import combinations
from typing import Any

import numpy as np

from abm.rules.control import burden_target, passed_on
from abm.rules.coordination import clash_probability, difference, either_way, link, reach
from abm.streams import BROKER, CONFLICT

ADMINISTRATION = 0.25  # hours of an administrative organisation for itself, per hour of links
REVISION_EFFORT = 0.05  # share of a month that a revision of the plan takes
JOINT_HOUR = 1.0  # hours of joint work a month that a relation with all its hours allows
MOST_REACH = 2.0  # × that: no relation takes more
HOURS_OF_BROKERAGE = 2.0  # that bring two partners together for a month
EASED = 0.5  # of a disagreement's hours, at full network management


def absorb_burden(office: Any) -> None:
    """The region's rules, as its trust in the authority makes them; what the authority's people deal with takes hours."""
    design, rules, hours = office.design, office.case.rules, 0.0
    for partner in office.partners:
        hours += partner.planned_hours
    office.region_burden = rules.region_burden
    if design.mechanisms.burden_response and office.funded:
        trust = office.model.trust.in_(office.model.region, office)
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
    partners = office.partners if serving else []
    for provider in office.providers:
        provider.conflict = False
    if design.learning.mode == "emergent" and office.model.calendar.every(design.learning.every_months):
        for partner in partners:
            partner.coordination_hours += REVISION_EFFORT * partner.contract_hours
    if serving and rights == "members":
        disagree_in_pairs(office)
        meet_in_pairs(office)
    elif serving and rights != "none":
        meet_through_hub(office, own_body=rights == "nao")
    if design.structure.network_management > 0.0 and len(partners) > 1:
        broker(office, partners)
    through_hub = serving and rights in ("lead", "nao")
    for one, other in combinations(office.partners, 2):
        met = through_hub and not work.edges[one, other]["rival"]
        contact = JOINT_HOUR * min(MOST_REACH, office.reach) if met else 0.0
        work.remember(one, other, contact, office.case.network.fade)


def odds_of_clash(office: Any, one: Any, other: Any, wants: list[list[float]]) -> float:
    """Probability that two disagree this month: by what they want, and how little they trust each other."""
    trust = min(office.model.trust.in_(one, other), office.model.trust.in_(other, one))
    apart = difference(np.array(wants[0]), np.array(wants[1]))
    return clash_probability(office.case.network.conflict_rate, apart, trust)


def hours_of_clash(office: Any) -> float:
    """Hours of each side that a disagreement takes, with what network management eases."""
    return office.case.network.conflict_hours * (1.0 - EASED * office.design.structure.network_management)


def disagree_in_pairs(office: Any) -> None:
    """Members who want different things clash now and then."""
    if not office.design.mechanisms.conflict:
        return
    model = office.model
    for one, other in combinations(office.partners, 2):
        if model.work.mates(one, other):
            odds = odds_of_clash(office, one, other, [one.known_need, other.known_need])
            clashed = model.uniform(CONFLICT, one.number, other.number) < odds
            model.work.edges[one, other]["conflict"] = clashed


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
        one.reach = reach(effort * one.contract_hours, demand + left_over if demand > 0.0 else 0.0, MOST_REACH)
        if demand > 0.0:
            demand += left_over
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


def mates_of(work: Any, one: Any, partners: list[Any]) -> list[Any]:
    """The members whom a member meets."""
    return [other for other in partners if work.mates(one, other)]


def meet_through_hub(office: Any, own_body: bool) -> None:
    """A hub meets each partner; a lead agency has only its people's hours, a body of its own costs an administration."""
    clash, tie, partners = hours_of_clash(office), office.case.network.tie_hours, office.partners
    hours = 0.0
    for partner in partners:
        hours += partner.contract_hours
    clashes = disagree_with_hub(office)
    supply = 0.5 * office.design.structure.coordination_effort * hours  # the other half are the partners' own
    if not own_body:
        supply = min(supply, max(0.0, office.case.network.hub_hours - office.absorbed_hours))
    unsettled = clashes * clash + office.backlog
    office.reach = reach(supply, len(partners) * tie + clashes * clash + office.backlog, MOST_REACH)
    served = min(1.0, office.reach)
    office.settled, office.backlog, office.decided = served * unsettled, (1.0 - served) * unsettled, served
    office.hub_hours = office.reach * len(partners) * tie + office.settled
    cost = office.hub_hours * (1.0 + ADMINISTRATION) if own_body else office.hub_hours
    for partner in partners:
        if hours > 0.0:
            partner.coordination_hours += office.reach * tie + served * clash * partner.conflict
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


def broker(office: Any, partners: list[Any]) -> None:
    """The commissioner's people bring partners together, as many pairs as their hours allow."""
    model, structure = office.model, office.design.structure
    pairs = structure.network_management * office.case.network.brokerage_hours / HOURS_OF_BROKERAGE
    chance = pairs / (0.5 * len(partners) * (len(partners) - 1.0))
    for one, other in combinations(partners, 2):
        pair = model.work.edges[one, other]
        if not pair["rival"] and model.uniform(BROKER, one.number, other.number) < chance:
            pair["spent"] += JOINT_HOUR
            model.trust.live(one, other, 0.6, 0.25)
            model.trust.live(other, one, 0.6, 0.25)


def set_link_strengths(office: Any) -> None:
    """Strength of every link: trust × what joint hours allow, face to face or through a hub that both trust."""
    trust, facts = office.model.trust, office.case.network
    own_body = office.design.structure.coordination_rights == "nao"
    for one, other in combinations(office.providers, 2):
        pair = office.model.work.edges[one, other]
        pair["strength"] = 0.0
        if one.active and other.active:
            mutual = min(trust.in_(one, other), trust.in_(other, one))
            in_hub = mutual if own_body else min(trust.in_(one, office), trust.in_(other, office))
            brokered = link(in_hub, facts.brokered * pair["brokered_hours"], facts.link_hours)
            pair["strength"] = either_way(link(mutual, pair["joint_hours"], facts.link_hours), brokered)
