"""Partners: who leaves the partnership, and what a contract has left to those who held it."""

from abm.compiled import compiled
from abm.ledger import provider_account
from abm.network import pair_row
from abm.rules.network import below, leaving_probability
from abm.rules.skills import USUAL_SATISFACTION
from abm.stages.deliver_hours import own_part
from abm.streams import PARTING, uniform
from abm.tables import PROVIDER_PROVIDER

FEWEST = 2.0  # partners: of two, neither leaves


@compiled
def leave_partnership(world, row):
    """Partners without satisfaction or trust in the others, or with unsettled disagreements, may leave."""
    place, facts, clock, partners = world.localities[row], world.settings[row], world.clock[0], 0.0
    if facts.network_leaving <= 0.0:
        return
    for p in range(place.provider_first, place.provider_end):
        partners += float(world.providers[p].partner)
    for p in range(place.provider_first, place.provider_end):
        provider = world.providers[p]
        if not provider.partner or partners <= FEWEST:
            continue
        trust, unsettled = _with_the_others(world, row, p)
        odds = leaving_probability(
            facts.network_leaving,
            below(provider.job_satisfaction, USUAL_SATISFACTION),
            below(trust, facts.trust_propensity),
            unsettled,
        )
        if uniform(clock.seed, PARTING, clock.month, p) < odds:
            _part(place, world.providers, p)
            partners -= 1.0


@compiled
def _with_the_others(world, row, p):
    """Mean trust of a partner in the others, and how much of its disagreements of this month stayed unsettled."""
    place, first = world.localities[row], world.relations[PROVIDER_PROVIDER].first
    trust, count, clashes = 0.0, 0.0, float(world.providers[p].conflict)
    for q in range(place.provider_first, place.provider_end):
        if q != p and world.providers[q].partner:
            pair = pair_row(place, p, q)
            trust, count = trust + world.edges[first + pair].trust, count + 1.0
            clashes += float(world.pairs[pair].conflict)
    unsettled = 1.0 - place.decided if clashes > 0.0 else 0.0
    return trust / max(1.0, count), unsettled


@compiled
def _part(place, providers, p):
    """A partner leaves and goes on with its usual services; the others take over its hours."""
    left = 1.0 - providers[p].award_share
    if left <= 1e-9:  # it does all the work
        return
    for q in range(place.provider_first, place.provider_end):
        if q != p and providers[q].partner:
            providers[q].award_share /= left
            providers[q].planned_hours /= left
    providers[p].partner, providers[p].months_in, providers[p].left = 0, 0, 1
    providers[p].award_share = providers[p].planned_hours = 0.0
    place.partners_left += 1.0


@compiled
def reckon(world, row):
    """At the end of a contract each partner reckons what it has lost: cash and dues less advances, against its beginning."""
    place, clock = world.localities[row], world.clock[0]
    if clock.service_month != clock.service_months:
        return
    for p in range(place.provider_first, place.provider_end):
        provider = world.providers[p]
        if not provider.partner:
            continue
        worth = world.balances[provider_account(p, world.localities.shape[0])] - provider.loan
        for month in range(clock.month + 1, world.dues.shape[0]):
            worth += own_part(world, row, world.dues[month, p])
        value = 100.0 * provider.planned_hours * provider.price_per_hour * clock.service_months
        provider.loss = (provider.worth - worth) / value if value > 0.0 else 0.0
        provider.worth = worth
