"""The award: bids ranked, shares and prices settled, the contract signed, and what competing does to links."""

import math

from abm.compiled import compiled
from abm.ledger import provider_account
from abm.network import BENEVOLENCE, live_event, pair_row
from abm.rules.attribution import GROSS
from abm.rules.finance import SOCIAL_PRIME, peak_need
from abm.rules.market import award_weight, known_before
from abm.rules.skills import skill_factor
from abm.stages.contract_bids import ask, collect_bids, enter, score, wait_months
from abm.stages.contract_terms import deferred_share, early_hours, investors_in, manager_hours, prime_reserves
from abm.streams import RIVALRY, uniform
from abm.tables import PROVIDER_PROVIDER

LEAST_SUPPORT = 0.15  # political support below which nothing is renewed
AUTHORITY_NEGOTIATES = 0.5  # of the hours of negotiation (assumed)
SPOKEN_LINK = 0.5  # joint hours a month that count as a link when rivals part


@compiled
def award(world, row):
    """Bids on noisy estimates, ranked by price, quality and record; shares follow capacity and, with competition, rank.

    Returns whether there is a contract: a launch fails where nobody bids who can carry the working capital that is asked
    for, a renewal also where political support is gone.
    """
    place, facts, clock = world.localities[row], world.settings[row], world.clock[0]
    place.launched = place.serving = 0
    for p in range(place.provider_first, place.provider_end):
        provider = world.providers[p]
        provider.contracts += int(provider.partner)
        provider.partner = provider.left = 0
        provider.award_share = provider.planned_hours = 0.0
    gone = facts.mechanisms_politics and world.commissioners[row].political_support < LEAST_SUPPORT
    if clock.contract > 0 and gone:
        return False
    enter(world, row)
    if collect_bids(world, row) == 0.0 or not _rank(world, row):
        return False
    _settle_prices(world, row)
    _sign(place, facts, clock, world.commissioners[row].collaboration_skill)
    early = early_hours(place, facts)
    place.development_hours = early * (place.bid_hours + place.negotiation_hours)
    for p in range(place.provider_first, place.provider_end):
        world.providers[p].tender_hours *= 1.0 - early
    return True


@compiled
def _rank(world, row):
    """Each bidder's part of the contract; losing bids are out. Returns whether anybody has a part."""
    place, facts, clock = world.localities[row], world.settings[row], world.clock[0]
    competition, mean_score, total = facts.structure_competition, 0.0, 0.0
    for p in range(place.provider_first, place.provider_end):
        provider = world.providers[p]
        if provider.partner:
            ask(provider, place, facts, clock, p)
            mean_score += score(provider, place, facts, clock, p)
    mean_score /= place.bidders
    for p in range(place.provider_first, place.provider_end):
        provider = world.providers[p]
        if provider.partner:
            own = score(provider, place, facts, clock, p)
            if not facts.structure_partnership_required and own < mean_score * (0.4 + 0.5 * competition):
                provider.partner = 0  # a losing bid
                continue
            provider.award_share = award_weight(provider.staff_hours, own, mean_score, competition)
            total += provider.award_share
    if total <= 0.0:
        return False
    for p in range(place.provider_first, place.provider_end):
        world.providers[p].award_share /= total
    return True


@compiled
def _settle_prices(world, row):
    """Who bids alone is paid its own price; a partnership has one, the mean of its members' by their parts."""
    place, facts, clock = world.localities[row], world.settings[row], world.clock[0]
    place.fee_per_hour = 0.0
    for p in range(place.provider_first, place.provider_end):
        provider = world.providers[p]
        place.fee_per_hour += provider.award_share * provider.price_per_hour
        if clock.contract == 0 and provider.partner:
            provider.at_start = 1
        if not provider.partner:
            provider.months_in = 0
        elif provider.months_in == 0:
            provider.worth = world.balances[provider_account(p, world.localities.shape[0])] - provider.loan
    for p in range(place.provider_first, place.provider_end):
        provider = world.providers[p]
        if facts.structure_partnership_required or not provider.partner:
            provider.price_per_hour = place.fee_per_hour


@compiled
def _sign(place, facts, clock, skill):
    """Preparing, specifying, reviewing bids and negotiating take hours before signature, less with skill and experience.

    Hours of bids and negotiation also delay it. Preparing and specifying are over when the tender opens.
    """
    parties = place.investor_end - place.investor_first if facts.finance_bridge_investor > 0.0 else 0
    terms = float(parties + place.lines)
    if facts.payment_outcome_share > 0.0:
        terms += 1.0 if facts.payment_attribution != GROSS else 0.0
        for d in range(place.measured.shape[0]):
            terms += place.measured[d]
    left = known_before(facts.money_contract_learning, clock.contract)
    left /= max(0.5, skill_factor(skill, facts.commissioner_skill_start, facts.commissioner_skill_effect))
    place.contract_value = facts.locality_grant_eur
    place.negotiation_hours = left * facts.money_negotiation_hours * terms
    prepared = facts.money_preparation_hours + facts.money_specification_hours * terms
    prepared = left * (prepared + facts.money_review_hours * place.bidders)
    place.exante_hours = prepared + place.bid_hours + place.negotiation_hours
    place.authority_hours = prepared + AUTHORITY_NEGOTIATES * place.negotiation_hours
    place.launched, place.signed = 1, clock.month
    if clock.contract == 0:  # renewals are negotiated while the contract runs
        hours = (place.bid_hours + place.negotiation_hours) * (1.0 - early_hours(place, facts))
        capacity = facts.money_negotiation_capacity + manager_hours(facts, clock.service_months)
        place.signed += int(math.ceil(hours / capacity))
    place.serving = 1 if clock.serving and clock.month >= place.signed else 0


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
                for pair in (there, back):
                    live_event(world.edges[first + pair], facts, BENEVOLENCE, 0.25, 0.5 * facts.trust_event_weight)


@compiled
def prime_starts(world, row):
    """Whether a social prime can carry its prudent part of what neither state nor investors advance; if not, no contract."""
    place, facts, months = world.localities[row], world.settings[row], world.clock[0].service_months
    if facts.finance_intermediary != SOCIAL_PRIME or not facts.mechanisms_liquidity:
        return True
    alone = facts.finance_bridge_provider + facts.finance_bridge_investor * (1.0 - investors_in(world, row))
    needed = peak_need(facts.locality_grant_eur / months, deferred_share(facts), alone, wait_months(facts))
    if prime_reserves(facts, months) >= facts.money_prudence * needed:
        return True
    place.launched = place.serving = 0
    for p in range(place.provider_first, place.provider_end):
        world.providers[p].partner = 0
        world.providers[p].award_share = world.providers[p].planned_hours = 0.0
    return False
