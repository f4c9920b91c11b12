"""Leaving: what is left of the work of a provider that is gone, or gives up part of it, goes to its partners."""

from abm.compiled import compiled
from abm.rules.interventions import handed_on
from abm.tables import (
    COMMISSIONER_PROVIDER,
    FAMILY_PROVIDER,
    INVESTOR_PROVIDER,
    PROVIDER_COMMISSIONER,
    PROVIDER_PROVIDER,
)


@compiled
def leave(world, row, p):
    """A provider is gone: partners take over its hours, its ties end, its families are released at their next move."""
    place, provider = world.localities[row], world.providers[p]
    provider.active = provider.partner = 0
    provider.exited = 1
    left = 1.0 - provider.award_share
    if left > 1e-9:
        for q in range(place.provider_first, place.provider_end):
            other = world.providers[q]
            if other.partner:
                other.award_share /= left
                other.planned_hours /= left
    provider.award_share = provider.planned_hours = 0.0
    world.edges[world.relations[PROVIDER_COMMISSIONER].first + p].active = 0
    world.edges[world.relations[COMMISSIONER_PROVIDER].first + p].active = 0
    first = world.relations[PROVIDER_PROVIDER]
    for edge in range(first.first, first.end):
        if world.edges[edge].source == p or world.edges[edge].target == p:
            world.edges[edge].active = 0
    for relation in (FAMILY_PROVIDER, INVESTOR_PROVIDER):
        ties = world.relations[relation]
        for edge in range(ties.first, ties.end):
            if world.edges[edge].target == p:
                world.edges[edge].active = 0


@compiled
def give_up(place, providers, p, given_up):
    """A partner gives up part of its part of the contract; the others take it over in proportion to theirs."""
    provider, own = providers[p], providers[p].award_share
    if own >= 1.0 - 1e-9:
        return
    for q in range(place.provider_first, place.provider_end):
        if q != p and providers[q].partner:
            providers[q].award_share = handed_on(providers[q].award_share, given_up, own)
            providers[q].planned_hours = handed_on(providers[q].planned_hours, given_up, own)
    provider.award_share *= 1.0 - given_up
    provider.planned_hours *= 1.0 - given_up
