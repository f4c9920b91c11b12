"""Network management: the commissioner's people facilitate, broker and set rules, as far as their hours go.

Facilitators sit in on disagreements, brokers bring together who is not linked yet, meta-governance brings closer what partners
want and lets a hub hand on what it has no hours for. All of it is paid out of the contract's money.
"""

import numpy as np

from abm.compiled import compiled, compiled_with_arrays
from abm.network import live, pair_row
from abm.rules.learning import revised
from abm.rules.network import reached
from abm.streams import BROKER, uniform
from abm.tables import PROVIDER_PROVIDER

EASED = 0.5  # of a disagreement's hours, where a facilitator sits in on it (assumed)
HOURS_OF_BROKERAGE = 2.0  # that bring two partners together for a month
BROKERED_HOURS = 1.0  # of joint work that come of it
LINKED = 0.5  # joint hours a month from which two partners need no broker
HOURS_OF_RULES = 0.5  # a month for each partner that keep rules of the game in force (assumed)
ALIGNED = 0.05  # of the distance between what a partner and all together want, a month under rules in force (assumed)
HANDED_ON = 2.0  # hours of partners for each hour that a hub hands on, for there are two of them


@compiled
def facilitate(place, facts, disagreements):
    """Share of this month's disagreements that facilitators have hours for."""
    hours = facts.structure_network_management_facilitation * facts.network_facilitation_hours
    place.facilitated = reached(hours, disagreements * facts.network_conflict_hours)


@compiled
def rules_reach(facts, partners):
    """How far rules of the game are in force, in [0, 1]: by the hours that there are for each partner."""
    hours = facts.structure_network_management_meta_governance * facts.network_meta_governance_hours
    return reached(hours, partners * HOURS_OF_RULES)


@compiled
def align(world, row, partners):
    """Rules of the game: what each partner takes need to be moves toward what partners and commissioner do together."""
    place, facts, office = world.localities[row], world.settings[row], world.commissioners[row]
    step = ALIGNED * rules_reach(facts, partners)
    if step <= 0.0:
        return
    for d in range(place.measured.shape[0]):
        together = 0.5 * office.known_need[d]
        for p in range(place.provider_first, place.provider_end):
            if world.providers[p].partner:
                together += 0.5 * world.providers[p].known_need[d] / partners
        for p in range(place.provider_first, place.provider_end):
            provider = world.providers[p]
            if provider.partner:
                provider.known_need[d] = revised(provider.known_need[d], together, step)


@compiled_with_arrays
def broker(world, row):
    """Partners who are no rivals and have no link yet are brought together, as many pairs as brokers' hours allow."""
    place, facts, clock = world.localities[row], world.settings[row], world.clock[0]
    count, first = place.provider_end - place.provider_first, place.provider_first
    apart, unlinked = np.zeros((count, count), np.bool_), 0.0
    for p in range(place.provider_first, place.provider_end):
        for q in range(p + 1, place.provider_end):
            pair = world.pairs[pair_row(place, p, q)]
            partners = world.providers[p].partner and world.providers[q].partner
            if partners and not pair.rival and max(pair.joint_hours, pair.spent) < LINKED:
                apart[p - first, q - first] = True
                unlinked += 1.0
    hours = facts.structure_network_management_brokerage * facts.network_brokerage_hours
    chance = reached(hours, unlinked * HOURS_OF_BROKERAGE)
    ties = world.relations[PROVIDER_PROVIDER].first
    for p in range(place.provider_first, place.provider_end):
        for q in range(p + 1, place.provider_end):
            if apart[p - first, q - first] and uniform(clock.seed, BROKER, clock.month, p, q) < chance:
                for pair in (pair_row(place, p, q), pair_row(place, q, p)):
                    world.pairs[pair].spent += BROKERED_HOURS
                    live(world.edges[ties + pair], facts, 0.6, 0.25)
