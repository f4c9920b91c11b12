"""The award: entry, bids on noisy estimates, ranking, and what competing does to links."""

import math

from abm.compiled import compiled
from abm.ledger import provider_account
from abm.network import live, pair_row
from abm.rules.finance import expected_margin, peak_need
from abm.rules.market import award_score, award_weight, bid_discount, track_record
from abm.rules.payment import RATE_CARD, pays_by_period
from abm.stages.contract_terms import deferred_share
from abm.streams import BID, JOIN, RIVALRY, normal, uniform
from abm.tables import (
    COMMISSIONER_PROVIDER,
    FAMILY_PROVIDER,
    FOR_PROFIT,
    PROVIDER_COMMISSIONER,
    PROVIDER_PROVIDER,
    PUBLIC,
)  # fmt: skip

MONTHS_TO_A_MILESTONE = 6.0  # as bidders reckon
LEAST_SUPPORT = 0.15  # political support below which nothing is renewed
SPOKEN_LINK = 0.5  # joint hours a month that count as a link when rivals part
QUALITY_NOISE = 0.1
FIRM_DISCOUNT, NONPROFIT_DISCOUNT, PUBLIC_DISCOUNT = 0.15, 0.08, 0.03


@compiled
def _wait_months(facts):
    """Months from work to money, as a bidder reckons: the lag, and the time until something can be claimed."""
    if facts.payment_rule == RATE_CARD:
        return facts.payment_lag_months + MONTHS_TO_A_MILESTONE
    if pays_by_period(facts.payment_rule):
        return facts.payment_lag_months + facts.payment_period_months
    return facts.payment_lag_months + 1.0


@compiled
def _can_carry(world, row, p, staff):
    """Whether a provider could carry its prudent part of the peak need of working capital from cash and credit."""
    facts, provider = world.settings[row], world.providers[p]
    monthly = facts.locality_grant_eur / world.clock[0].service_months * provider.staff_hours / staff
    needed = peak_need(monthly, deferred_share(facts), facts.finance_bridge_provider, _wait_months(facts))
    cash = 0.01 * world.balances[provider_account(p, world.localities.shape[0])]
    return not facts.mechanisms_liquidity or cash + provider.credit >= facts.money_prudence * needed


@compiled
def _enter(world, row):
    """For-profit firms enter where competition is open and a price leaves something; a required partnership halves the door."""
    place, facts, clock = world.localities[row], world.settings[row], world.clock[0]
    door = facts.structure_competition * (0.5 if facts.structure_partnership_required else 1.0)
    wait = _wait_months(facts)
    left = expected_margin(
        facts.money_margin, deferred_share(facts), facts.finance_bridge_provider, wait, facts.money_interest
    )
    if left <= 0.0:
        return
    for p in range(place.provider_first, place.provider_end):
        provider = world.providers[p]
        outside = provider.kind == FOR_PROFIT and not provider.active and not provider.exited
        if outside and uniform(clock.seed, JOIN, 0, p) < door - 0.1:
            activate(world, row, p)


@compiled
def activate(world, row, p):
    """A provider comes in: its relations begin to exist."""
    place = world.localities[row]
    world.providers[p].active = 1
    world.edges[world.relations[PROVIDER_COMMISSIONER].first + p].active = 1
    world.edges[world.relations[COMMISSIONER_PROVIDER].first + p].active = 1
    for q in range(place.provider_first, place.provider_end):
        if q != p and world.providers[q].active:
            world.edges[world.relations[PROVIDER_PROVIDER].first + pair_row(place, p, q)].active = 1
            world.edges[world.relations[PROVIDER_PROVIDER].first + pair_row(place, q, p)].active = 1
    slots = int(world.settings[row].family_known_providers)
    for i in range(place.family_first, place.family_end):
        for slot in range(i * slots, (i + 1) * slots):
            if world.packages[slot].provider == p:
                world.edges[world.relations[FAMILY_PROVIDER].first + slot].active = 1


@compiled
def award(world, row):
    """Bids on noisy estimates, ranked by price, quality and record; shares follow capacity and, with competition, rank.

    Returns whether there is a contract: a launch fails where nobody can carry the working capital that is asked for, a
    renewal also where political support is gone.
    """
    place, facts, clock = world.localities[row], world.settings[row], world.clock[0]
    place.launched = place.serving = 0
    staff = 0.0
    for p in range(place.provider_first, place.provider_end):
        world.providers[p].partner = 0
        world.providers[p].award_share = world.providers[p].planned_hours = 0.0
    gone = facts.mechanisms_politics and world.commissioners[row].political_support < LEAST_SUPPORT
    if clock.contract > 0 and gone:
        return False
    _enter(world, row)
    for p in range(place.provider_first, place.provider_end):
        staff += world.providers[p].staff_hours if world.providers[p].active else 0.0
    competition, domains = facts.structure_competition, place.measured.shape[0]
    shared = 0.4 if facts.structure_partnership_required else 1.0
    mean_score, bidders = 0.0, 0
    place.bid_hours = 0.0
    for p in range(place.provider_first, place.provider_end):
        provider = world.providers[p]
        provider.partner = 1 if provider.active and _can_carry(world, row, p, staff) else 0
        if provider.partner:
            provider.tender_hours = facts.money_bid_hours * shared * (0.3 + 0.7 * competition)
            place.bid_hours += provider.tender_hours
            mean_score += _score(provider, place, facts, clock, p, domains)
            bidders += 1
    if bidders == 0:
        return False
    mean_score /= bidders
    total, discount = 0.0, 0.0
    for p in range(place.provider_first, place.provider_end):
        provider = world.providers[p]
        if provider.partner:
            score = _score(provider, place, facts, clock, p, domains)
            if not facts.structure_partnership_required and score < mean_score * (0.4 + 0.5 * competition):
                provider.partner = 0  # a losing bid
                continue
            provider.award_share = award_weight(provider.staff_hours, score, mean_score, competition)
            total += provider.award_share
    if total <= 0.0:
        return False
    for p in range(place.provider_first, place.provider_end):
        provider = world.providers[p]
        provider.award_share /= total
        discount += provider.award_share * _discount(provider, facts, clock, p)
        if clock.contract == 0 and provider.partner:
            provider.at_start = 1
    standard = facts.money_wage * (1.0 + facts.money_overhead) * (1.0 + facts.money_margin)
    place.fee_per_hour = standard * (1.0 - discount)
    _sign(place, facts, clock)
    return True


@compiled
def _sign(place, facts, clock):
    """Negotiation takes hours for each investor and line of a rate card; the more there is to do, the later the signature."""
    parties = place.investor_end - place.investor_first if facts.finance_bridge_investor > 0.0 else 0
    place.negotiation_hours = facts.money_negotiation_hours * (parties + place.lines)
    place.launched, place.signed = 1, clock.month
    if clock.contract == 0:  # renewals are negotiated while the contract runs
        hours = place.bid_hours + place.negotiation_hours
        place.signed += int(math.ceil(hours / facts.money_negotiation_capacity))
    place.serving = 1 if clock.serving and clock.month >= place.signed else 0


@compiled
def _discount(provider, facts, clock, p):
    kind = provider.kind
    lean = FIRM_DISCOUNT if kind == FOR_PROFIT else (PUBLIC_DISCOUNT if kind == PUBLIC else NONPROFIT_DISCOUNT)
    return bid_discount(facts.structure_competition, lean, normal(clock.seed, BID, clock.contract, p))


@compiled
def _score(provider, place, facts, clock, p, domains):
    quality = 0.0
    for d in range(domains):
        quality += provider.competence[d] * provider.fit[d] / domains
    quality += QUALITY_NOISE * normal(clock.seed, BID, clock.contract, p, 1)
    if clock.contract > 0 and provider.at_start:
        quality += track_record(provider.result, place.result, place.expected_result, facts.outcomes_use_responsibility)
    return award_score(_discount(provider, facts, clock, p), max(0.0, quality), facts.structure_price_weight)


@compiled
def part_rivals(world, row):
    """Those who bid against each other stop sharing work; a required partnership keeps its links."""
    place, facts, clock = world.localities[row], world.settings[row], world.clock[0]
    place.links_start = place.links_cut = 0.0
    for p in range(place.provider_first, place.provider_end):
        for q in range(p + 1, place.provider_end):
            if not (world.providers[p].active and world.providers[q].active):
                continue
            there, back = pair_row(place, p, q), pair_row(place, q, p)
            linked = world.pairs[there].joint_hours >= SPOKEN_LINK
            place.links_start += 1.0 if linked else 0.0
            world.pairs[there].rival = world.pairs[back].rival = 0
            if facts.structure_partnership_required or facts.structure_competition <= 0.0:
                continue
            if uniform(clock.seed, RIVALRY, clock.contract, p, q) < 0.6 * facts.structure_competition:
                world.pairs[there].rival = world.pairs[back].rival = 1
                place.links_cut += 1.0 if linked else 0.0
                world.pairs[there].joint_hours = world.pairs[back].joint_hours = 0.0
                first = world.relations[PROVIDER_PROVIDER].first
                live(world.edges[first + there], facts, 0.25, 0.5 * facts.trust_event_weight)
                live(world.edges[first + back], facts, 0.25, 0.5 * facts.trust_event_weight)
