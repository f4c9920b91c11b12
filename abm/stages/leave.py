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
    slots, providers = int(world.settings[row].family_known_providers), place.provider_end - place.provider_first
    investors = place.investor_end - place.investor_first
    _end_ties(world.edges, world.relations[PROVIDER_PROVIDER].first + place.pair_first, providers * providers, p, True)
    known = world.relations[FAMILY_PROVIDER].first + place.family_first * slots
    _end_ties(world.edges, known, (place.family_end - place.family_first) * slots, p, False)
    stakes = world.relations[INVESTOR_PROVIDER].first + place.stake_first
    _end_ties(world.edges, stakes, investors * providers, p, False)


@compiled
def _end_ties(edges, first, count, p, its_own):
    """End the ties to a provider among some of its place, and its own to others."""
    for e in range(first, first + count):
        if edges[e].target == p or (its_own and edges[e].source == p):
            edges[e].active = 0


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
