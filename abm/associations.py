"""Family associations: what they know of their members, for whom they speak, and whom they recruit.

A member is a family that has an active association in its package. An association knows and speaks for its members only, so
that it can be unrepresentative.
"""

import numpy as np

from abm.compiled import compiled, compiled_with_arrays
from abm.rules.learning import revised
from abm.rules.outcomes import need
from abm.rules.volunteering import through_associations
from abm.tables import ASSOCIATION

HEARD_A_MONTH = 0.1  # of the way to what its members need now (assumed)


@compiled
def association_of(world, i):
    """Row of the first active association in a family's package; −1 if it has none."""
    slots = int(world.settings[world.families[i].locality].family_known_providers)
    for slot in range(i * slots, (i + 1) * slots):
        p = world.packages[slot].provider
        if world.providers[p].kind == ASSOCIATION and world.providers[p].active:
            return int(p)
    return -1


@compiled_with_arrays
def hear_members(world, row, share):
    """Each association's view of need moves by this share, times its insight, to the mean need of its members."""
    place, insight = world.localities[row], world.settings[row].provider_association_insight
    if insight <= 0.0:
        return
    slots, domains = int(world.settings[row].family_known_providers), world.providers[0].known_need.shape[0]
    needs = np.zeros((place.provider_end - place.provider_first, domains))
    members = np.zeros(place.provider_end - place.provider_first)
    for i in range(place.family_first, place.family_end):
        family = world.families[i]
        for slot in range(i * slots, (i + 1) * slots):
            p = world.packages[slot].provider
            if world.providers[p].kind == ASSOCIATION:
                members[p - place.provider_first] += 1.0
                for d in range(domains):
                    needs[p - place.provider_first, d] += need(family.importance[d], family.wellbeing[d])
    for p in range(place.provider_first, place.provider_end):
        provider, n = world.providers[p], members[p - place.provider_first]
        if provider.kind == ASSOCIATION and provider.active and n > 0.0:
            for d in range(domains):
                found = needs[p - place.provider_first, d] / n
                provider.prior_need[d] = revised(provider.prior_need[d], found, share * insight)
                provider.known_need[d] = revised(provider.known_need[d], found, share * insight)


@compiled
def speak_for_absent(world, i, intensity, voiced):
    """Add what a member's association says in its place to the needs that were voiced; returns the weight of that voice.

    For a family that was asked and did not come. `intensity` is that of the round or meeting; weight 0 where the family has no
    association, or `work.association_voice` is 0.
    """
    weight = intensity * world.settings[world.families[i].locality].work_association_voice
    p = association_of(world, i) if weight > 0.0 else -1
    if p < 0:
        return 0.0
    for d in range(voiced.shape[0]):
        voiced[d] += weight * world.providers[p].known_need[d]
    return weight


@compiled
def recruiting(world, row):
    """Rate at which volunteers are recruited and trained in a locality, relative to full: by its associations' hours."""
    place, facts = world.localities[row], world.settings[row]
    hours = 0.0
    for p in range(place.provider_first, place.provider_end):
        provider = world.providers[p]
        if provider.kind == ASSOCIATION and provider.active:
            hours += provider.usual_hours + provider.contract_hours
    families = place.family_end - place.family_first
    return through_associations(facts.work_association_recruiting, hours / families, facts.work_association_hours)
