"""Links: who meets whom, what they disagree on, how far their hours go, and how strong it makes every link.

Members meet in pairs within their team; a lead agency or a network administrative organisation meets each partner, and what
partners have in common then runs through it. Nothing else differs between the forms of governance: relations ask for hours,
disagreements for more, and hours are what the holders of coordination rights may spend.
"""

from abm.compiled import compiled
from abm.network import pair_row
from abm.rules.control import burden_target, passed_on
from abm.rules.coordination import clash_probability, difference, either_way, link, next_joint_hours, reach, reliance
from abm.rules.network import eased, handed_on
from abm.stages.deliver_network import EASED, HANDED_ON, align, broker, facilitate, rules_reach
from abm.streams import CONFLICT, uniform
from abm.tables import COMMISSIONER_PROVIDER, PROVIDER_COMMISSIONER, PROVIDER_PROVIDER, REGION_COMMISSIONER

COORDINATION_NONE, COORDINATION_MEMBERS, COORDINATION_LEAD, COORDINATION_NAO = range(4)
NAO_ADMINISTRATION = 0.25  # hours of its own administration per hour of links
REVISION_EFFORT = 0.05  # share of a month that a revision of the plan takes
JOINT_HOUR = 1.0  # hours of joint work a month that a relation with all its hours allows
MOST_REACH = 2.0  # × that: no relation takes more
MOST_LOAD = 99.0  # hours asked ÷ hours available that are told apart


@compiled
def coordinate(world, row):
    """Spend the month's hours on links, out of the contract, by who holds coordination rights."""
    place, facts = world.localities[row], world.settings[row]
    who, partners, hours = facts.structure_coordination_rights, 0.0, 0.0
    for p in range(place.provider_first, place.provider_end):
        provider = world.providers[p]
        provider.conflict, provider.load = 0, 0.0
        if place.serving and provider.partner:
            partners += 1.0
            hours += provider.contract_hours
            if facts.learning_mode != 0.0 and world.clock[0].service_month % int(facts.learning_every_months) == 0:
                provider.coordination_hours += REVISION_EFFORT * provider.contract_hours
    place.settled = place.hub_hours = place.facilitated = place.bottleneck = 0.0
    place.decided = 1.0
    for p in range(place.provider_first, place.provider_end):
        for q in range(place.provider_first, place.provider_end):
            pair = world.pairs[pair_row(place, p, q)]
            pair.spent, pair.conflict = 0.0, 0
    if place.serving and partners > 1.0:
        align(world, row, partners)
    if place.serving and who == COORDINATION_MEMBERS:
        facilitate(place, facts, _disagree_in_pairs(world, row))
        _meet_in_pairs(world, row, partners)
    elif place.serving and who != COORDINATION_NONE:
        _meet_through_hub(world, row, partners, hours)
    if place.serving and facts.structure_network_management_brokerage > 0.0 and partners > 1.0:
        broker(world, row)
    _keep_ties(world, row)


@compiled
def _keep_ties(world, row):
    """Joint hours of partners, face to face and through the hub; those of who has left fade."""
    place, facts = world.localities[row], world.settings[row]
    hub = place.serving and facts.structure_coordination_rights > COORDINATION_MEMBERS
    for p in range(place.provider_first, place.provider_end):
        for q in range(place.provider_first, place.provider_end):
            if q != p and world.providers[p].partner and world.providers[q].partner:
                pair = world.pairs[pair_row(place, p, q)]
                contact = JOINT_HOUR * min(MOST_REACH, place.reach) if hub and not pair.rival else 0.0
                pair.joint_hours = next_joint_hours(pair.joint_hours, pair.spent, facts.network_fade)
                pair.brokered_hours = next_joint_hours(pair.brokered_hours, contact, facts.network_fade)
            elif world.providers[p].left or world.providers[q].left:
                pair = world.pairs[pair_row(place, p, q)]
                pair.joint_hours = next_joint_hours(pair.joint_hours, 0.0, facts.network_fade)
                pair.brokered_hours = next_joint_hours(pair.brokered_hours, 0.0, facts.network_fade)


@compiled
def absorb_burden(world, row):
    """The region's rules, as its trust in the authority makes them; what the authority's people deal with takes their hours."""
    place, facts, hours = world.localities[row], world.settings[row], 0.0
    for p in range(place.provider_first, place.provider_end):
        hours += world.providers[p].planned_hours if world.providers[p].partner else 0.0
    place.region_burden = facts.rules_region_burden
    if facts.mechanisms_burden_response and place.funded:
        trust = world.edges[world.relations[REGION_COMMISSIONER].first + row].trust
        most = 2.0 * facts.rules_region_burden
        place.region_burden = burden_target(trust, 0.0, most, facts.trust_propensity, facts.control_steepness)
    absorbed = facts.structure_burden_absorbed
    place.passed_burden = passed_on(place.region_burden, absorbed, facts.network_hub_hours, hours)
    place.absorbed_hours = (place.region_burden - place.passed_burden) * hours


@compiled
def _mates(one, other, pair):
    """Whether two partners meet as members: in one team, and no rivals."""
    return one.partner and other.partner and one.team == other.team and not pair.rival


@compiled
def _disagree_in_pairs(world, row):
    """Members who want different things, and trust each other little, clash; returns how many disagreements there are."""
    place, facts, clock, clashes = world.localities[row], world.settings[row], world.clock[0], 0.0
    if not facts.mechanisms_conflict:
        return clashes
    first = world.relations[PROVIDER_PROVIDER].first
    for p in range(place.provider_first, place.provider_end):
        for q in range(p + 1, place.provider_end):
            one, other = world.providers[p], world.providers[q]
            there, back = pair_row(place, p, q), pair_row(place, q, p)
            if _mates(one, other, world.pairs[there]):
                trust = min(world.edges[first + there].trust, world.edges[first + back].trust)
                odds = clash_probability(
                    facts.network_conflict_rate, difference(one.known_need, other.known_need), trust
                )
                if uniform(clock.seed, CONFLICT, clock.month, p, q) < odds:
                    world.pairs[there].conflict = world.pairs[back].conflict = 1
                    clashes += 1.0
    return clashes


@compiled
def _meet_in_pairs(world, row, partners):
    """Each member's hours go round its mates; a pair does what the busier of the two has hours for."""
    place, facts = world.localities[row], world.settings[row]
    clash, tie = eased(facts.network_conflict_hours, place.facilitated, EASED), facts.network_tie_hours
    asked = done = asked_clash = 0.0
    for p in range(place.provider_first, place.provider_end):
        mine, demand = world.providers[p], 0.0
        for q in range(place.provider_first, place.provider_end):
            pair = world.pairs[pair_row(place, p, q)]
            if q != p and _mates(mine, world.providers[q], pair):
                demand += tie + clash * pair.conflict
        if demand > 0.0:  # what was left over from last month comes first
            demand += place.backlog / partners
        supply = facts.structure_coordination_effort * mine.contract_hours
        mine.reach = reach(supply, demand, MOST_REACH)
        if demand > 0.0:
            mine.load = min(MOST_LOAD, demand / supply) if supply > 0.0 else MOST_LOAD
            place.bottleneck = max(place.bottleneck, mine.load)
        asked, done = asked + demand, done + demand * min(1.0, mine.reach)
        if demand > 0.0:
            mine.coordination_hours += min(1.0, mine.reach) * place.backlog / partners
            place.settled += min(1.0, mine.reach) * place.backlog / partners
            asked_clash += place.backlog / partners
    for p in range(place.provider_first, place.provider_end):
        for q in range(place.provider_first, place.provider_end):
            pair = world.pairs[pair_row(place, p, q)]
            if q != p and _mates(world.providers[p], world.providers[q], pair):
                kept = min(world.providers[p].reach, world.providers[q].reach)
                pair.spent = kept * JOINT_HOUR
                world.providers[p].coordination_hours += kept * tie + min(1.0, kept) * clash * pair.conflict
                place.settled += min(1.0, kept) * clash * pair.conflict
                asked_clash += clash * pair.conflict
    place.backlog = max(0.0, asked_clash - place.settled)
    place.decided = done / asked if asked > 0.0 else 1.0


@compiled
def _meet_through_hub(world, row, partners, hours):
    """A hub meets each partner; a lead agency has only its people's hours, a body of its own costs an administration."""
    place, facts, clock = world.localities[row], world.settings[row], world.clock[0]
    tie, clashes = facts.network_tie_hours, 0.0
    wanted = world.commissioners[row].priorities
    for p in range(place.provider_first, place.provider_end):
        provider = world.providers[p]
        if provider.partner and facts.mechanisms_conflict:
            there = world.edges[world.relations[PROVIDER_COMMISSIONER].first + p].trust
            back = world.edges[world.relations[COMMISSIONER_PROVIDER].first + p].trust
            odds = clash_probability(
                facts.network_conflict_rate, difference(provider.known_need, wanted), min(there, back)
            )
            if uniform(clock.seed, CONFLICT, clock.month, p, p) < odds:
                provider.conflict = 1
                clashes += 1.0
    facilitate(place, facts, clashes)
    clash = eased(facts.network_conflict_hours, place.facilitated, EASED)
    supply = 0.5 * facts.structure_coordination_effort * hours  # the other half are the partners' own
    own_body = facts.structure_coordination_rights == COORDINATION_NAO
    if not own_body:
        supply = min(supply, max(0.0, facts.network_hub_hours - place.absorbed_hours))
    ties, quarrels = partners * tie, clashes * clash + place.backlog
    demand = ties + quarrels
    place.bottleneck = min(MOST_LOAD, demand / supply) if supply > 0.0 else MOST_LOAD
    left_to_partners = handed_on(demand, supply, rules_reach(facts, partners))
    demand -= left_to_partners
    place.reach = reach(supply, demand, MOST_REACH)
    served = min(1.0, place.reach)
    place.settled = served * quarrels
    place.backlog = (1.0 - served) * quarrels
    place.decided = served
    handed = max(0.0, left_to_partners - ties)  # of the quarrels: relations are handed on first
    place.hub_hours = place.reach * max(0.0, ties - left_to_partners) + served * max(0.0, quarrels - handed)
    cost = place.hub_hours * (1.0 + NAO_ADMINISTRATION) if own_body else place.hub_hours
    for p in range(place.provider_first, place.provider_end):
        provider = world.providers[p]
        if provider.partner and hours > 0.0:
            provider.coordination_hours += place.reach * tie + served * clash * provider.conflict
            provider.coordination_hours += HANDED_ON * left_to_partners / partners
            provider.coordination_hours += cost * provider.contract_hours / hours


@compiled
def _safeguard(place, facts):
    """What specification is worth: by the share of domains that are measured, and how much depends on what is measured."""
    measured, domains = 0.0, place.measured.shape[0]
    for d in range(domains):
        measured += place.measured[d] / domains
    asked = max(facts.payment_outcome_share, facts.outcomes_use_responsibility, facts.outcomes_use_decisions)
    return facts.network_safeguard * measured * asked


@compiled
def set_link_strengths(world, row):
    """Strength of every link: trust × what joint hours allow, face to face or through the hub that both trust."""
    place, facts = world.localities[row], world.settings[row]
    agreed = _safeguard(place, facts) if place.serving else 0.0
    first, office = world.relations[PROVIDER_PROVIDER].first, world.relations[PROVIDER_COMMISSIONER].first
    own_body = facts.structure_coordination_rights == COORDINATION_NAO
    for p in range(place.provider_first, place.provider_end):
        for q in range(p + 1, place.provider_end):
            there, back = pair_row(place, p, q), pair_row(place, q, p)
            pair, strength = world.pairs[there], 0.0
            if world.providers[p].active and world.providers[q].active:
                trust = min(world.edges[first + there].trust, world.edges[first + back].trust)
                in_hub = trust if own_body else min(world.edges[office + p].trust, world.edges[office + q].trust)
                scale = facts.network_link_hours
                brokered = link(reliance(in_hub, agreed), facts.network_brokered * pair.brokered_hours, scale)
                strength = either_way(link(reliance(trust, agreed), pair.joint_hours, scale), brokered)
            pair.strength = world.pairs[back].strength = strength
