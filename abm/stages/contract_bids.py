"""Bids: who can and wants to bid, what each takes its work to cost and to bring, and what it asks for it."""

from abm.compiled import compiled
from abm.ledger import provider_account
from abm.network import pair_row
from abm.rules.finance import expected_margin, peak_need
from abm.rules.market import (
    award_score,
    bid_price,
    bids_again,
    held_up,
    known_before,
    lost_to_start_up,
    spread_of_estimate,
    track_record,
)  # fmt: skip
from abm.rules.payment import RATE_CARD, pays_by_period
from abm.stages.contract_terms import deferred_share, own_bridge
from abm.streams import BID, JOIN, exp, normal, uniform
from abm.tables import (
    COMMISSIONER_PROVIDER,
    FAMILY_PROVIDER,
    FOR_PROFIT,
    PROVIDER_COMMISSIONER,
    PROVIDER_PROVIDER,
    PUBLIC,
)  # fmt: skip

MONTHS_TO_A_MILESTONE = 6.0  # as bidders reckon
QUALITY_NOISE = 0.1
FIRM_SHADING, NONPROFIT_SHADING, PUBLIC_SHADING = 0.15, 0.08, 0.03  # of the price, forgone to win (assumed)
SHARED_BID = 0.4  # of a bid's hours, where partners write it together
UNCONTESTED_BID = 0.3  # of them, where nobody competes
ERROR_OF_COST, NOISE_OF_QUALITY, ERROR_OF_RESULTS = 0, 1, 3  # items of a bidder's draws


@compiled
def wait_months(facts):
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
    needed = peak_need(monthly, deferred_share(facts), own_bridge(facts), wait_months(facts))
    cash = 0.01 * world.balances[provider_account(p, world.localities.shape[0])]
    cash += facts.locality_grant_eur * facts.finance_development_grant * provider.staff_hours / staff
    return not facts.mechanisms_liquidity or cash + provider.credit >= facts.money_prudence * needed


@compiled
def enter(world, row):
    """For-profit firms enter where competition is open and a price leaves something; a required partnership halves the door."""
    place, facts, clock = world.localities[row], world.settings[row], world.clock[0]
    door = facts.structure_competition * (0.5 if facts.structure_partnership_required else 1.0)
    wait = wait_months(facts)
    left = expected_margin(facts.money_margin, deferred_share(facts), own_bridge(facts), wait, facts.money_interest)
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
def _hours_of_bid(facts, provider):
    """Hours of one bid: less with partners to share it, without rivals, and for who has held contracts before."""
    shared = SHARED_BID if facts.structure_partnership_required else 1.0
    asked = facts.money_bid_hours * shared * (UNCONTESTED_BID + (1.0 - UNCONTESTED_BID) * facts.structure_competition)
    return asked * known_before(facts.money_contract_learning, provider.contracts)


@compiled
def _wants_to(facts, provider, trust):
    """Whether a provider wants to bid: those that held the last contract know what it cost them; public ones must."""
    if provider.months_in == 0 or provider.kind == PUBLIC:
        return True
    return bids_again(provider.loss, facts.money_loss_tolerance, trust, facts.money_trust_to_bid)


@compiled
def collect_bids(world, row):
    """Mark those that bid as partners until the award, with the hours that it takes them; returns how many they are."""
    place, facts = world.localities[row], world.settings[row]
    office, staff = world.relations[PROVIDER_COMMISSIONER].first, 0.0
    for p in range(place.provider_first, place.provider_end):
        staff += world.providers[p].staff_hours if world.providers[p].active else 0.0
    place.bid_hours = place.bidders = 0.0
    for p in range(place.provider_first, place.provider_end):
        provider = world.providers[p]
        hours = _hours_of_bid(facts, provider)
        provider.partner = 0
        if not provider.active or hours > facts.money_bid_capacity * provider.staff_hours:
            continue
        if _can_carry(world, row, p, staff) and _wants_to(facts, provider, world.edges[office + p].trust):
            provider.partner, provider.tender_hours = 1, hours
            place.bid_hours += hours
            place.bidders += 1.0
    if place.first_bidders == 0.0:
        place.first_bidders = place.bidders
    place.rivals_gone = max(0.0, 1.0 - place.bidders / place.first_bidders) if place.first_bidders > 0.0 else 0.0
    return place.bidders


@compiled
def standard_price(facts):
    """What an hour of contract work is paid where nobody competes, €: wage, overhead and the usual margin."""
    return facts.money_wage * (1.0 + facts.money_overhead) * (1.0 + facts.money_margin)


@compiled
def ask(provider, place, facts, clock, p):
    """A bidder's noisy estimates of the cost of an hour and of the results that it brings, and the price that follows.

    An hour is taken to cost e^error of what it does. Where results are paid, who foresees more of them can ask less, as far
    as they are paid.
    """
    kind, contracts = provider.kind, provider.contracts
    spread = spread_of_estimate(facts.money_cost_error, contracts)
    cost = -spread * normal(clock.seed, BID, clock.contract, p, ERROR_OF_COST)
    spread = spread_of_estimate(facts.money_forecast_error, contracts)
    results = spread * normal(clock.seed, BID, clock.contract, p, ERROR_OF_RESULTS)
    error = cost - facts.payment_outcome_share * results
    provider.estimate, provider.outlook = exp(error), exp(results)
    lean = FIRM_SHADING if kind == FOR_PROFIT else (PUBLIC_SHADING if kind == PUBLIC else NONPROFIT_SHADING)
    price = bid_price(standard_price(facts), facts.structure_competition, lean, error)
    if provider.months_in > 0:
        price = held_up(price, facts.money_hold_up, place.rivals_gone)
    provider.price_per_hour = price


@compiled
def score(provider, place, facts, clock, p):
    """A bid's score: its price against its quality as it is seen, with its record; newcomers' build-up counts against them."""
    quality, domains = 0.0, place.measured.shape[0]
    for d in range(domains):
        quality += provider.competence[d] * provider.fit[d] / domains
    quality += QUALITY_NOISE * normal(clock.seed, BID, clock.contract, p, NOISE_OF_QUALITY)
    if clock.contract > 0 and provider.at_start:
        quality += track_record(provider.result, place.result, place.expected_result, facts.outcomes_use_responsibility)
    if clock.contract > 0 and provider.months_in == 0:
        quality *= 1.0 - lost_to_start_up(facts.money_start_up_months, clock.service_months)
    discount = 1.0 - provider.price_per_hour / standard_price(facts)
    return award_score(discount, max(0.0, quality), facts.structure_price_weight)


@compiled
def note_forecasts(world, row):
    """What the commissioner publishes as its forecast of results, and what the winners make of it."""
    place, foreseen = world.localities[row], 0.0
    place.forecast = place.expected_result  # with its optimism
    for p in range(place.provider_first, place.provider_end):
        provider = world.providers[p]
        foreseen += provider.award_share * provider.outlook if provider.partner else 0.0
    place.bidders_forecast = place.forecast * foreseen
