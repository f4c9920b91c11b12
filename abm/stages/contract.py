"""contract: what was heard becomes knowledge, partners are chosen, work is priced so that every design has the same budget."""

import math

from abm.compiled import compiled
from abm.network import live, pair_row
from abm.rules.attribution import evaluation_share
from abm.rules.coordination import service_after_fragmentation
from abm.rules.coproduction import combined_input
from abm.rules.finance import investor_surplus
from abm.rules.learning import knowledge_share, revised
from abm.rules.market import award_score, award_weight, bid_discount
from abm.rules.outcomes import improvement, next_wellbeing, response
from abm.rules.payment import BLOCK, ENTRY, FEE_FOR_SERVICE, GAIN, SUSTAINED, reached_share
from abm.streams import BID, JOIN, RIVALRY, normal, power, uniform
from abm.tables import (
    COMMISSIONER_PROVIDER,
    FAMILY_PROVIDER,
    FOR_PROFIT,
    INVESTOR_COMMISSIONER,
    INVESTOR_PROVIDER,
    PROVIDER_COMMISSIONER,
    PROVIDER_PROVIDER,
    PUBLIC,
)  # fmt: skip

WRITES = (
    "commissioners.priorities", "commissioners.known_need", "commissioners.knowledge", "providers.known_need",
    "providers.active", "providers.partner", "providers.at_start", "providers.award_share", "providers.tender_hours",
    "providers.planned_hours", "providers.promised_hours", "providers.places", "pairs.rival", "pairs.joint_hours",
    "edges.support", "edges.against", "edges.damage", "edges.active", "investors.active", "milestones.price",
    "milestones.cap", "milestones.claimed", "milestones.expected", "families.was_served", "localities.voice",
    "localities.bid_hours", "localities.links_start", "localities.links_cut", "localities.metric_weight",
    "localities.need_scale", "localities.places", "localities.promised_hours", "localities.service_budget",
    "localities.fee_per_hour", "localities.overhead_budget", "localities.expected_outcome_payment",
    "localities.expected_result", "localities.outcome_claimed", "localities.claimed_before", "localities.expected_claims",
)  # fmt: skip

SPOKEN_LINK = 0.5  # joint hours a month that count as a link when rivals part
QUALITY_NOISE = 0.1
EXPECTED_INTENSITY, EXPECTED_WORK, EXPECTED_INTEGRATION = (
    0.8,
    0.75,
    0.3,
)  # what a commissioner takes for granted in its forecast
FIRM_DISCOUNT, NONPROFIT_DISCOUNT, PUBLIC_DISCOUNT = 0.15, 0.08, 0.03


@compiled
def contract(world):
    """In a month of tender, let the contract of every funded locality."""
    if world.clock[0].tendering == 0:
        return
    for row in range(world.localities.shape[0]):
        if world.localities[row].funded:
            _learn_what_was_heard(world, row)
            _award(world, row)
            _part_rivals(world, row)
            _finance(world, row)
            _promise(world, row)
            plan_work(world, row)
            _price(world, row)


@compiled
def _learn_what_was_heard(world, row):
    """Knowledge by decision rights: each team hears its own, hub and members hear all, the hierarchy hears nobody."""
    place, facts, commissioner = world.localities[row], world.settings[row], world.commissioners[row]
    domains = commissioner.priorities.shape[0]
    hears, pooled = facts.structure_decision_rights != 0.0, facts.structure_decision_rights != 2.0
    voices = 0.0
    for t in range(place.territory_first, place.territory_end):
        voices += world.territories[t].voices
    known = knowledge_share(voices, facts.network_voices_for_knowledge) if hears else 0.0
    commissioner.knowledge = known
    total, moved = 0.0, 0.0
    for d in range(domains):
        heard = 0.0
        for t in range(place.territory_first, place.territory_end):
            heard += world.territories[t].heard_need[d]
        heard = heard / voices if voices > 0.0 else commissioner.known_need[d]
        commissioner.known_need[d] = revised(commissioner.known_need[d], heard, known)
        total += commissioner.known_need[d]
    for d in range(domains):
        wanted = commissioner.known_need[d] / total
        before = commissioner.priorities[d]
        commissioner.priorities[d] = revised(before, wanted, facts.outcomes_use_priorities if hears else 0.0)
        moved += abs(commissioner.priorities[d] - before)
    if voices > 0.0:
        place.voice = min(1.0, moved * 4.0)
    for p in range(place.provider_first, place.provider_end):
        provider = world.providers[p]
        team = world.territories[provider.territory]
        spoken = voices if pooled else team.voices
        share = knowledge_share(spoken, facts.network_voices_for_knowledge) if hears else 0.0
        for d in range(domains):
            heard = commissioner.known_need[d]
            if not pooled and team.voices > 0.0:
                heard = team.heard_need[d] / team.voices
            provider.known_need[d] = revised(provider.prior_need[d], heard, share)
    _weigh_metrics(place, commissioner)


@compiled
def _weigh_metrics(place, commissioner):
    """Metric weights are the priorities over measured domains; they sum to 1."""
    total = 0.0
    for d in range(place.metric_weight.shape[0]):
        place.metric_weight[d] = commissioner.priorities[d] if place.measured[d] else 0.0
        total += place.metric_weight[d]
    for d in range(place.metric_weight.shape[0]):
        if total > 0.0:
            place.metric_weight[d] /= total


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
def _award(world, row):
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
def _part_rivals(world, row):
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


@compiled
def _finance(world, row):
    """What evaluation, governance and investors' expected return leave of the grant buys work."""
    place, facts = world.localities[row], world.settings[row]
    share = evaluation_share(
        facts.payment_attribution, facts.money_evaluation_comparison, facts.money_evaluation_randomised
    )
    grant = facts.locality_grant_eur
    place.overhead_budget = grant * (share + facts.finance_overhead_share)
    net = grant - place.overhead_budget
    called = deferred_share(facts) * facts.finance_bridge_investor
    years = 0.5 * world.clock[0].service_months / 12.0 + facts.payment_lag_months / 12.0
    cost = called * years * 0.5 * (facts.finance_return_cap + min(facts.finance_return_cap, facts.investor_hurdle))
    place.service_budget = net / (1.0 + cost)
    _investors_decide(world, row, called)


@compiled
def deferred_share(facts):
    """Share of the contract's value that is paid after the work: all of fee for service, the outcome share otherwise."""
    if facts.payment_rule == BLOCK:
        return 0.0
    return 1.0 if facts.payment_rule == FEE_FOR_SERVICE else facts.payment_outcome_share


@compiled
def _investors_decide(world, row, called):
    place, facts = world.localities[row], world.settings[row]
    providers = place.provider_end - place.provider_first
    for v in range(place.investor_first, place.investor_end):
        investor = world.investors[v]
        tie = world.edges[world.relations[INVESTOR_COMMISSIONER].first + v]
        risk = (1.0 - facts.finance_risk_to_provider) * facts.payment_outcome_share
        surplus = investor_surplus(
            facts.finance_return_cap, risk, facts.investor_risk_aversion, investor.social_motivation, tie.trust,
            facts.investor_hurdle,
        )  # fmt: skip
        investor.active = 1 if called > 0.0 and surplus >= 0.0 else 0
        tie.active = investor.active
        for p in range(place.provider_first, place.provider_end):
            stake = place.stake_first + (v - place.investor_first) * providers + p - place.provider_first
            edge = world.edges[world.relations[INVESTOR_PROVIDER].first + stake]
            edge.active = 1 if investor.active and world.providers[p].partner else 0


@compiled
def investors_in(world, row):
    """Share of a locality's investors that take part; the provider carries what the others do not advance."""
    place = world.localities[row]
    count, active = place.investor_end - place.investor_first, 0
    for v in range(place.investor_first, place.investor_end):
        active += int(world.investors[v].active)
    return active / count if count > 0 else 0.0


@compiled
def _promise(world, row):
    """Places and promises that the money allows; whoever was served under an earlier contract may come again."""
    place, facts = world.localities[row], world.settings[row]
    families = place.family_end - place.family_first
    place.places = max(1.0, math.floor(families / facts.locality_demand_ratio + 0.5))
    spent = 0.05 + facts.control_burden_min + facts.rules_region_burden + facts.structure_coordination_effort
    place.promised_hours = contract_hours(world, row) * (1.0 - min(0.6, spent)) / place.places
    for i in range(place.family_first, place.family_end):
        world.families[i].was_served = 0


@compiled
def contract_hours(world, row):
    """Hours a month that the contract's money buys."""
    place = world.localities[row]
    return place.service_budget / world.clock[0].service_months / place.fee_per_hour


@compiled
def plan_work(world, row):
    """Each partner's hours, places and promise, by its share of the contract and the families that know it."""
    place, facts, clock = world.localities[row], world.settings[row], world.clock[0]
    slots, hours = int(facts.family_known_providers), contract_hours(world, row)
    chance = place.places / (place.family_end - place.family_first)
    for p in range(place.provider_first, place.provider_end):
        world.providers[p].planned_hours = hours * world.providers[p].award_share
        world.providers[p].places = world.providers[p].promised_hours = 0.0
    for i in range(place.family_first, place.family_end):
        main = main_slot(world, i, slots)
        for slot in range(i * slots, (i + 1) * slots):
            provider = world.providers[world.packages[slot].provider]
            if provider.partner:
                provider.promised_hours += chance  # counts its expected caseload first
                if slot == main:
                    provider.places += chance
    for p in range(place.provider_first, place.provider_end):
        provider = world.providers[p]
        served = provider.promised_hours
        known = place.promised_hours * place.places * provider.award_share
        provider.promised_hours = known / served if served > 0.0 else 0.0
        provider.places = math.floor(provider.places + uniform(clock.seed, BID, clock.contract, p, 2))


@compiled
def main_slot(world, i, slots):
    """Row of the package slot whose provider takes the family in: its first provider that is a partner; −1 if none."""
    for slot in range(i * slots, (i + 1) * slots):
        if world.providers[world.packages[slot].provider].partner:
            return slot
    return -1


@compiled
def _price(world, row):
    """Scale the rate card, once, so that the expected payment at the commissioner's forecast is what outcomes may cost."""
    place, facts = world.localities[row], world.settings[row]
    net = facts.locality_grant_eur - place.overhead_budget
    place.expected_outcome_payment = net * facts.payment_outcome_share
    place.claimed_before += place.outcome_claimed
    place.outcome_claimed = place.expected_claims = 0
    place.need_scale = need_scale(facts.family_need_concentration, place.measured.shape[0])
    place.expected_result = 0.0
    for line in range(world.milestones.shape[1]):
        world.milestones[row, line].expected = 0.0
    for i in range(place.family_first, place.family_end):
        _forecast_family(world, row, i)
    entries = expected_entries(place, facts, world.clock[0].service_months)
    total = 0.0
    for line in range(world.milestones.shape[1]):
        total += entries * world.milestones[row, line].expected
    if total <= 0.0:
        return
    scale = place.expected_outcome_payment / (total * facts.money_forecast_optimism)
    for line in range(world.milestones.shape[1]):
        milestone = world.milestones[row, line]
        milestone.price = milestone.relative_price * scale
        milestone.cap = int(min(9e15, 100.0 * milestone.metric_cap * milestone.expected * entries * scale))
        milestone.claimed = 0


@compiled
def need_scale(concentration, domains):
    """E[Σ w²], the mean overlap of a family's importance weights with themselves: 1/D when flat, more when concentrated."""
    return (1.0 - concentration * concentration) / domains + concentration * concentration * 3.0 / (domains + 2.0)


@compiled
def expected_stay(facts):
    """Mean months in the programme: its length, cut short by turnover."""
    if facts.family_turnover <= 0.0:
        return facts.family_programme_months
    stayed = 1.0 - power(1.0 - facts.family_turnover, facts.family_programme_months)
    return min(facts.family_programme_months, stayed / facts.family_turnover)


@compiled
def expected_entries(place, facts, service_months):
    """Families that a contract will take in: its places, filled again as families leave; at most nearly all of them."""
    families = place.family_end - place.family_first
    return min(0.95 * families, place.places * max(1.0, service_months / expected_stay(facts)))


@compiled
def _forecast_family(world, row, i):
    """Add one family's part, as the commissioner foresees it, to the expected result and to each line's expected payment."""
    place, facts, family = world.localities[row], world.settings[row], world.families[i]
    priorities = world.commissioners[row].priorities
    months = int(min(expected_stay(facts), world.clock[0].service_months))
    share = 1.0 / (place.family_end - place.family_first)
    quality = facts.provider_competence * facts.provider_fit * EXPECTED_INTENSITY
    quality = service_after_fragmentation(quality, facts.outcome_fragmentation, EXPECTED_INTEGRATION)
    own = response(facts.outcome_effect, family.complexity, facts.outcome_complexity_effect)
    crises = facts.family_crisis_rate * facts.family_crisis_dip
    for d in range(priorities.shape[0]):
        if not place.measured[d]:
            continue
        served = place.promised_hours * priorities[d] * quality
        served /= facts.outcome_typical_hours * facts.outcome_typical_quality * place.need_scale
        input_now = combined_input(served, EXPECTED_WORK, facts.outcome_family_weight, facts.outcome_complementarity)
        y = start = family.wellbeing[d]
        for _ in range(months):
            added = improvement(y, own, input_now)
            y = next_wellbeing(y, family.baseline[d], added, facts.outcome_return_rate, -crises)
        place.expected_result += share * place.metric_weight[d] * (y - start)
        for line in range(world.milestones.shape[1]):
            milestone = world.milestones[row, line]
            if milestone.relative_price > 0.0 and (milestone.domain < 0 or milestone.domain == d):
                count = _expected_count(milestone, y - start, facts.measurement_noise, months)
                milestone.expected += share * milestone.relative_price * count


@compiled
def _expected_count(milestone, change, noise, months):
    if milestone.kind == ENTRY:
        return 1.0
    if milestone.kind == GAIN:
        return max(0.0, change)
    if milestone.kind == SUSTAINED and milestone.months > months:
        return 0.0
    return reached_share(change, milestone.threshold, noise)
