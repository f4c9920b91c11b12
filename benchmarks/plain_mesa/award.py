"""The award: who bids and what for, how bids rank, what is signed when, and what competing does to links."""

from __future__ import annotations

import math
from itertools import combinations
from typing import Any

from abm.rules.finance import expected_margin
from abm.rules.market import award_weight, known_before
from abm.rules.skills import skill_factor
from abm.streams import JOIN, RIVALRY
from benchmarks.plain_mesa.grant import early_hours

LEAST_SUPPORT = 0.15  # political support below which nothing is renewed
SPOKEN_LINK = 0.5  # joint hours a month that count as a link when rivals part
AUTHORITY_NEGOTIATES = 0.5  # of the hours of negotiation
LEAST_EASE = 0.5  # of the usual speed, at which the least skilled authority negotiates


def award(office: Any) -> bool:
    """Bids are ranked; shares follow capacity and, with competition, rank. False where there is no contract."""
    contract = office.contract
    contract.launched = contract.serving = False
    for provider in office.providers:
        provider.contracts += provider.partner
        provider.partner = provider.left = False
        provider.award_share = provider.planned_hours = 0.0
    no_support = office.design.mechanisms.politics and office.political_support < LEAST_SUPPORT
    if office.model.calendar.contract > 0 and no_support:
        return False
    let_firms_in(office)
    bidders = collect_bids(office)
    if not bidders or not rank(office, bidders):
        return False
    settle_prices(office)
    sign(office)
    early = early_hours(office)
    contract.development_hours = early * (contract.bid_hours + contract.negotiation_hours)
    for provider in office.providers:
        provider.tender_hours *= 1.0 - early
    return True


def let_firms_in(office: Any) -> None:
    """Firms enter where competition is open and a price leaves something; a required partnership halves the door."""
    structure, money, contract = office.design.structure, office.case.money, office.contract
    left = expected_margin(
        money.margin, contract.deferred_share, contract.own_bridge, office.wait_months, money.interest
    )
    if left <= 0.0:
        return
    door = structure.competition * (0.5 if structure.partnership_required else 1.0)
    for provider in office.providers:
        outside = provider.kind == "for_profit" and not provider.active and not provider.exited
        if outside and office.model.uniform(JOIN, provider.number, month=0) < door - 0.1:
            provider.come_in()


def collect_bids(office: Any) -> list[Any]:
    """Those who bid, with the hours that it takes them; and how many rivals of the first tender are gone."""
    staff, bidders, contract = 0.0, [], office.contract
    for provider in office.providers:
        staff += provider.staff_hours if provider.active else 0.0
    contract.bid_hours = 0.0
    for provider in office.providers:
        hours = provider.hours_of_bid
        too_much = hours > office.case.money.bid_capacity * provider.staff_hours
        if provider.active and not too_much and provider.can_carry(staff) and provider.wants_to_bid:
            provider.tender_hours = hours
            contract.bid_hours += hours
            bidders.append(provider)
    office.bidders = len(bidders)
    if office.first_bidders == 0:
        office.first_bidders = office.bidders
    office.rivals_gone = max(0.0, 1.0 - office.bidders / office.first_bidders) if office.first_bidders > 0 else 0.0
    return bidders


def rank(office: Any, bidders: list[Any]) -> bool:
    """Choose among bids and divide the contract; with a required partnership the whole group is taken."""
    structure, scores, mean_score = office.design.structure, [], 0.0
    for bidder in bidders:
        bidder.ask()
        scores.append(bidder.bid_score())
        mean_score += scores[-1]
    mean_score /= len(bidders)
    whole, least = 0.0, mean_score * (0.4 + 0.5 * structure.competition)
    for bidder, score in zip(bidders, scores, strict=True):
        if structure.partnership_required or score >= least:
            bidder.partner = True
            bidder.award_share = award_weight(bidder.staff_hours, score, mean_score, structure.competition)
            whole += bidder.award_share
    if whole <= 0.0:
        return False
    for provider in office.providers:
        provider.award_share /= whole
    return True


def settle_prices(office: Any) -> None:
    """Who bids alone is paid its own price; a partnership has one, the mean of its members' by their parts."""
    contract, ledger = office.contract, office.model.ledger
    contract.fee_per_hour = 0.0
    for provider in office.providers:
        contract.fee_per_hour += provider.award_share * provider.price_per_hour
        provider.at_start |= provider.partner and office.model.calendar.contract == 0
        if not provider.partner:
            provider.months_in = 0
        elif provider.months_in == 0:
            provider.worth = ledger.balance(provider) - provider.loan
    for provider in office.providers:
        if office.design.structure.partnership_required or not provider.partner:
            provider.price_per_hour = contract.fee_per_hour


def terms_of(office: Any) -> float:
    """What there is to agree on: investors, lines of a rate card, paid metrics, and how results are attributed."""
    payment, contract = office.design.payment, office.contract
    terms = float(len(payment.milestone))
    terms += len(office.investors) if office.design.finance.bridge.investor > 0.0 else 0
    if payment.outcome_share > 0.0:
        terms += payment.attribution != "gross"
        terms += sum(contract.measured)
    return terms


def sign(office: Any) -> None:
    """Preparing, specifying, reviewing bids and negotiating take hours, of which the latter two delay the signature."""
    contract, calendar, money, facts = (
        office.contract,
        office.model.calendar,
        office.case.money,
        office.case.commissioner,
    )
    terms = terms_of(office)
    left = known_before(money.contract_learning, calendar.contract)
    left /= max(LEAST_EASE, skill_factor(office.collaboration_skill, facts.skill_start, facts.skill_effect))
    contract.value = office.place.grant_eur
    contract.negotiation_hours = left * money.negotiation_hours * terms
    prepared = money.preparation_hours + money.specification_hours * terms
    prepared = left * (prepared + money.review_hours * office.bidders)
    contract.exante_hours = prepared + contract.bid_hours + contract.negotiation_hours
    contract.authority_hours = prepared + AUTHORITY_NEGOTIATES * contract.negotiation_hours
    contract.launched, contract.signed = True, calendar.month
    if calendar.contract == 0:  # renewals are negotiated while the contract runs
        hours = (contract.bid_hours + contract.negotiation_hours) * (1.0 - early_hours(office))
        contract.signed += math.ceil(hours / (money.negotiation_capacity + contract.manager_hours))
    contract.serving = calendar.serving and calendar.month >= contract.signed


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
            model.trust.live_event(one, other, "benevolence", 0.25, weight)
            model.trust.live_event(other, one, "benevolence", 0.25, weight)
