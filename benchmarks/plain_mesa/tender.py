"""The tender: what was heard becomes knowledge, bids are ranked, rivals part, money and work are planned."""

from __future__ import annotations

import math
from itertools import combinations
from typing import Any

from abm.rules.finance import expected_margin
from abm.rules.market import award_weight
from abm.streams import BID, JOIN, RIVALRY
from benchmarks.plain_mesa.grant import divide_grant, early_hours
from benchmarks.plain_mesa.investor import set_classes
from benchmarks.plain_mesa.menu import choose_menu
from benchmarks.plain_mesa.pricing import set_prices
from benchmarks.plain_mesa.prime import can_start

LEAST_SUPPORT = 0.15  # political support below which nothing is renewed
SPOKEN_LINK = 0.5  # joint hours a month that count as a link when rivals part
SHARED_BID = 0.4  # of a bid's hours, where partners bid together


def hold_tenders(model: Any) -> None:
    """In a month of tender every funded authority lets its contract."""
    if not model.calendar.tendering:
        return
    for office in model.offices:
        if office.funded:
            let_contract(office)


def let_contract(office: Any) -> None:
    """From what was heard to a signed contract with prices, work and a menu; or to none."""
    if office.model.calendar.contract == 0:
        office.learn_what_was_heard()
    office.contract.weigh_metrics()
    if not award(office):
        return
    part_rivals(office)
    divide_grant(office)
    set_classes(office)
    for investor in office.investors:
        investor.decide()
    if not can_start(office):
        give_back(office)
        return
    promise(office)
    plan_work(office)
    set_prices(office)
    office.contract.plan.make()
    renew_menu(office)


def award(office: Any) -> bool:
    """Those who can carry their part bid; shares follow capacity and, with competition, rank. False where nothing is let."""
    contract, structure = office.contract, office.design.structure
    contract.launched = contract.serving = False
    for provider in office.providers:
        provider.partner = False
        provider.award_share = provider.planned_hours = 0.0
    no_support = office.design.mechanisms.politics and office.political_support < LEAST_SUPPORT
    if office.model.calendar.contract > 0 and no_support:
        return False
    let_firms_in(office)
    staff = 0.0
    for provider in office.providers:
        staff += provider.staff_hours if provider.active else 0.0
    bidders = [provider for provider in office.providers if provider.active and provider.can_carry(staff)]
    effort = SHARED_BID if structure.partnership_required else 1.0
    contract.bid_hours = 0.0
    for bidder in bidders:
        bidder.tender_hours = office.case.money.bid_hours * effort * (0.3 + 0.7 * structure.competition)
        contract.bid_hours += bidder.tender_hours
    return bool(bidders) and rank(office, bidders)


def rank(office: Any, bidders: list[Any]) -> bool:
    """Choose among bids and divide the contract; with a required partnership the whole group is taken."""
    contract, structure, money = office.contract, office.design.structure, office.case.money
    scores = [bidder.bid_score() for bidder in bidders]
    mean_score = 0.0
    for score in scores:
        mean_score += score
    mean_score /= len(bidders)
    whole, least = 0.0, mean_score * (0.4 + 0.5 * structure.competition)
    for bidder, score in zip(bidders, scores, strict=True):
        if structure.partnership_required or score >= least:
            bidder.partner = True
            bidder.award_share = award_weight(bidder.staff_hours, score, mean_score, structure.competition)
            whole += bidder.award_share
    if whole <= 0.0:
        return False
    discount = 0.0
    for provider in office.partners:
        provider.award_share /= whole
        discount += provider.award_share * provider.bid_discount()
        if office.model.calendar.contract == 0:
            provider.at_start = True
    standard = money.wage * (1.0 + money.overhead) * (1.0 + money.margin)
    contract.fee_per_hour = standard * (1.0 - discount)
    for provider in office.partners:
        provider.price_per_hour = contract.fee_per_hour
    sign(office)
    return True


def sign(office: Any) -> None:
    """Negotiation takes hours for each investor and line of a rate card; the more there is to do, the later the signature."""
    contract, calendar, money = office.contract, office.model.calendar, office.case.money
    investors = len(office.investors) if office.design.finance.bridge.investor > 0.0 else 0
    contract.negotiation_hours = money.negotiation_hours * (investors + len(contract.card))
    hours, early = contract.bid_hours + contract.negotiation_hours, early_hours(office)
    contract.launched, contract.signed = True, calendar.month
    if calendar.contract == 0:  # renewals are negotiated while the contract runs
        contract.signed += math.ceil(hours * (1.0 - early) / (money.negotiation_capacity + contract.manager_hours))
    contract.development_hours = early * hours
    for provider in office.providers:
        provider.tender_hours *= 1.0 - early
    contract.serving = calendar.serving and calendar.month >= contract.signed


def let_firms_in(office: Any) -> None:
    """Firms enter where competition is open and a price leaves something; a required partnership halves the door."""
    structure, money = office.design.structure, office.case.money
    left = expected_margin(
        money.margin, office.contract.deferred_share, office.contract.own_bridge, office.wait_months, money.interest
    )
    if left <= 0.0:
        return
    door = structure.competition * (0.5 if structure.partnership_required else 1.0)
    for provider in office.providers:
        outside = provider.kind == "for_profit" and not provider.active and not provider.exited
        if outside and office.model.uniform(JOIN, provider.number, month=0) < door - 0.1:
            provider.come_in()


def give_back(office: Any) -> None:
    """No contract begins after all, and nobody has a part of it."""
    office.contract.launched = office.contract.serving = False
    for provider in office.providers:
        provider.partner = False
        provider.award_share = provider.planned_hours = 0.0


def part_rivals(office: Any) -> None:
    """Those who bid against each other stop sharing work; a required partnership keeps its links."""
    model, structure, contract = office.model, office.design.structure, office.contract
    contract.links_start = contract.links_cut = 0.0
    weight = 0.5 * office.case.trust.event_weight
    for one, other in combinations(office.providers, 2):
        if not (one.active and other.active):
            continue
        tie = model.work.edges[one, other]
        linked = tie["joint_hours"] >= SPOKEN_LINK
        contract.links_start += linked
        tie["rival"] = False
        if structure.partnership_required or structure.competition <= 0.0:
            continue
        mark = model.uniform(RIVALRY, one.number, other.number, month=model.calendar.contract)
        if mark < 0.6 * structure.competition:
            tie.update(rival=True, joint_hours=0.0)
            contract.links_cut += linked
            model.trust.live(one, other, 0.25, weight)
            model.trust.live(other, one, 0.25, weight)


def promise(office: Any) -> None:
    """Places and promised hours that the money allows; whoever was served under an earlier contract may come again."""
    contract, case, design = office.contract, office.case, office.design
    contract.places = max(1.0, math.floor(len(office.families) / office.place.demand_ratio + 0.5))
    spent = 0.05 + design.control.burden_min + case.rules.region_burden + design.structure.coordination_effort
    contract.promised_hours = contract.contract_hours * (1.0 - min(0.6, spent)) / contract.places
    for family in office.families:
        family.was_served = False


def plan_work(office: Any) -> None:
    """Each partner's hours, places and promise, by its share of the contract and the families that know it."""
    contract, hours, model = office.contract, office.contract.contract_hours, office.model
    chance = contract.places / len(office.families)
    expected = dict.fromkeys(office.providers, 0.0)  # families in service that have it in their package
    for provider in office.providers:
        provider.planned_hours = hours * provider.award_share
        provider.places = 0.0
    for family in office.families:
        for slot in family.package:
            if slot.provider.partner:
                expected[slot.provider] += chance
        if family.first_partner is not None:
            family.first_partner.places += chance
    for provider, families in expected.items():
        known = contract.promised_hours * contract.places * provider.award_share
        provider.promised_hours = known / families if families > 0.0 else 0.0
        mark = model.uniform(BID, provider.number, 2, month=model.calendar.contract)
        provider.places = math.floor(provider.places + mark)


def renew_menu(office: Any) -> None:
    """Partners plan the menu before families are heard; at a renewal those in service are asked too."""
    renewal = office.model.calendar.contract > 0 and office.decides_with_others
    for family in office.families:
        family.at_meeting = renewal and family.enrolled
    choose_menu(office, office.design.coproduction.design if renewal else 0.0)
