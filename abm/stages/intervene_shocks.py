"""Shocks: cuts, withdrawal, cancellation, missing referrals, a partner's exit, a scandal, an election."""

import numpy as np

from abm.compiled import compiled, compiled_with_arrays
from abm.network import INTEGRITY, live_event
from abm.rules.interventions import (
    CANCELLATION,
    ELECTION,
    EXIT,
    REFERRAL_SHORTFALL,
    SCANDAL,
    UNIT_PLACE,
    UNIT_PROVIDER,
    together,
)
from abm.rules.learning import revised
from abm.stages.contract_terms import contract_hours
from abm.stages.leave import give_up, leave
from abm.streams import INTERVENTION, uniform
from abm.tables import (
    COMMISSIONER_PROVIDER,
    FAMILY_PROVIDER,
    INVESTOR_PROVIDER,
    PROVIDER_PROVIDER,
    VOLUNTEER_PROVIDER,
)


@compiled
def reached(event, marks, unit, row, locality):
    """Whether an intervention is for the unit in this row of its table: drawn itself, or in a place that is."""
    if event.unit == unit:
        return marks[row].treated == 1
    return event.unit == UNIT_PLACE and marks[locality].treated == 1


@compiled
def strike(world, n, row, cuts):
    """A shock comes over a place; `cuts` gathers what is cut of each place's money this month."""
    place, event, clock = world.localities[row], world.interventions[n], world.clock[0]
    if event.kind == SCANDAL:
        _break_faith(world, n, row)
        return
    if not reached(event, world.assignments[n], UNIT_PLACE, row, row):
        return
    if event.kind == REFERRAL_SHORTFALL:
        place.turned_away = together(place.turned_away, event.strength)
    elif event.kind == ELECTION:
        if world.settings[row].mechanisms_politics:
            office, drawn = world.commissioners[row], uniform(clock.seed, INTERVENTION, clock.month, row, n)
            office.political_support = revised(office.political_support, drawn, event.strength)
    elif event.kind == EXIT:
        _lose_key_partner(world, row, event.strength)
    else:
        cuts[row] = together(cuts[row], event.strength)
        if event.kind == CANCELLATION and clock.month == event.first:
            _cancel(world, row, event.strength)


@compiled
def cut_money(world, row, cut):
    """Put the month's cut of a contract's money into force: plans shrink or recover; where all is cut, service stands still."""
    place = world.localities[row]
    if cut != place.cut:
        place.cut = cut
        if place.launched:
            hours = contract_hours(world, row)
            for p in range(place.provider_first, place.provider_end):
                provider = world.providers[p]  # each has its part of the money, at its own price
                bought = place.fee_per_hour / provider.price_per_hour if provider.partner else 0.0
                provider.planned_hours = hours * provider.award_share * bought
    if cut >= 1.0:
        place.serving = 0


@compiled
def _cancel(world, row, strength):
    """Less can still be claimed; where all is cancelled, what is owed is due at once and advances are settled."""
    place, month = world.localities[row], world.clock[0].month
    room = max(0, place.claim_ceiling - place.outcome_claimed)
    place.claim_ceiling = place.outcome_claimed + int(room * (1.0 - strength))
    if strength < 1.0:
        return
    place.closing = 1
    for p in range(place.provider_first, place.provider_end):
        for later in range(month + 1, world.dues.shape[0]):
            world.dues[month, p] += world.dues[later, p]
            world.dues[later, p] = 0


@compiled
def _lose_key_partner(world, row, strength):
    """The partner with the largest part of the contract gives up this share of it, or leaves."""
    place, key = world.localities[row], -1
    for p in range(place.provider_first, place.provider_end):
        provider = world.providers[p]
        if provider.partner and (key < 0 or provider.award_share > world.providers[key].award_share):
            key = p
    if key < 0:
        return
    if strength < 1.0:
        give_up(place, world.providers, key, strength)
    else:
        leave(world, row, key)


@compiled_with_arrays
def _break_faith(world, n, row):
    """Providers that are struck lose faith with all who trust them; others of their sector by a share of that."""
    place, facts = world.localities[row], world.settings[row]
    event, marks = world.interventions[n], world.assignments[n]
    weight = np.zeros(world.providers.shape[0])
    chosen = _struck_in_place(world, n, row) if reached(event, marks, UNIT_PLACE, row, row) else -1
    for p in range(place.provider_first, place.provider_end):
        drawn = event.unit == UNIT_PROVIDER and world.providers[p].active and marks[p].treated == 1
        if not (drawn or p == chosen):
            continue
        for q in range(place.provider_first, place.provider_end):
            if world.providers[q].kind == world.providers[p].kind:
                share = 1.0 if q == p else facts.intervention_scandal_spread
                weight[q] = max(weight[q], share * event.strength * facts.trust_event_weight)
    for relation in (FAMILY_PROVIDER, VOLUNTEER_PROVIDER, COMMISSIONER_PROVIDER, PROVIDER_PROVIDER, INVESTOR_PROVIDER):
        ties = world.relations[relation]
        for e in range(ties.first, ties.end):
            if world.edges[e].active and weight[world.edges[e].target] > 0.0:
                live_event(world.edges[e], facts, INTEGRITY, 0.0, weight[world.edges[e].target])


@compiled
def _struck_in_place(world, n, row):
    """The provider that a place's scandal is about, drawn among its partners, or before there are any among all; −1 if none."""
    place, clock, count, contracted = world.localities[row], world.clock[0], 0.0, 0
    for p in range(place.provider_first, place.provider_end):
        contracted = max(contracted, int(world.providers[p].partner))
    for p in range(place.provider_first, place.provider_end):
        count += world.providers[p].partner if contracted else world.providers[p].active
    mark = uniform(clock.seed, INTERVENTION, clock.month, row, n) * count
    for p in range(place.provider_first, place.provider_end):
        mark -= world.providers[p].partner if contracted else world.providers[p].active
        if mark <= 0.0 and count > 0.0:
            return p
    return -1
