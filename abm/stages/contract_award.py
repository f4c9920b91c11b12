"""The award: entry, bids on noisy estimates, ranking, and what competing does to links."""

from abm.compiled import compiled
from abm.network import live, pair_row
from abm.rules.market import award_score, award_weight, bid_discount
from abm.streams import BID, JOIN, RIVALRY, normal, uniform
from abm.tables import (
    COMMISSIONER_PROVIDER,
    FAMILY_PROVIDER,
    FOR_PROFIT,
    PROVIDER_COMMISSIONER,
    PROVIDER_PROVIDER,
    PUBLIC,
)  # fmt: skip

SPOKEN_LINK = 0.5  # joint hours a month that count as a link when rivals part
QUALITY_NOISE = 0.1
FIRM_DISCOUNT, NONPROFIT_DISCOUNT, PUBLIC_DISCOUNT = 0.15, 0.08, 0.03


@compiled
def _enter(world, row):
    """For-profit firms enter where competition is open; a required partnership halves the door."""
    place, facts, clock = world.localities[row], world.settings[row], world.clock[0]
    door = facts.structure_competition * (0.5 if facts.structure_partnership_required else 1.0)
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
    """Bids on noisy estimates, ranked by price and quality; shares follow capacity and, with competition, rank."""
    _enter(world, row)
    place, facts, clock = world.localities[row], world.settings[row], world.clock[0]
    competition, domains = facts.structure_competition, place.measured.shape[0]
    shared = 0.4 if facts.structure_partnership_required else 1.0
    mean_score, bidders = 0.0, 0
    place.bid_hours = 0.0
    for p in range(place.provider_first, place.provider_end):
        provider = world.providers[p]
        provider.partner = provider.active
        if provider.active:
            provider.tender_hours = facts.money_bid_hours * shared * (0.3 + 0.7 * competition)
            place.bid_hours += provider.tender_hours
            mean_score += _score(provider, facts, clock, p, domains)
            bidders += 1
    mean_score /= max(1, bidders)
    total, discount = 0.0, 0.0
    for p in range(place.provider_first, place.provider_end):
        provider = world.providers[p]
        provider.award_share = 0.0
        if provider.partner:
            score = _score(provider, facts, clock, p, domains)
            if not facts.structure_partnership_required and score < mean_score * (0.4 + 0.5 * competition):
                provider.partner = 0  # a losing bid
                continue
            provider.award_share = award_weight(provider.staff_hours, score, mean_score, competition)
            total += provider.award_share
    for p in range(place.provider_first, place.provider_end):
        provider = world.providers[p]
        provider.award_share = provider.award_share / total if total > 0.0 else 0.0
        discount += provider.award_share * _discount(provider, facts, clock, p)
        if clock.contract == 0 and provider.partner:
            provider.at_start = 1
    place.fee_per_hour = facts.money_wage * (1.0 + facts.money_overhead) * (1.0 - discount)


@compiled
def _discount(provider, facts, clock, p):
    kind = provider.kind
    lean = FIRM_DISCOUNT if kind == FOR_PROFIT else (PUBLIC_DISCOUNT if kind == PUBLIC else NONPROFIT_DISCOUNT)
    return bid_discount(facts.structure_competition, lean, normal(clock.seed, BID, clock.contract, p))


@compiled
def _score(provider, facts, clock, p, domains):
    quality = 0.0
    for d in range(domains):
        quality += provider.competence[d] * provider.fit[d] / domains
    quality += QUALITY_NOISE * normal(clock.seed, BID, clock.contract, p, 1)
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
