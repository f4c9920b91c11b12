"""Plans that learn: revision on experience, and hours that follow outcome information."""

from abm.compiled import compiled
from abm.rules.control import changed
from abm.rules.learning import revised
from abm.rules.outcomes import need
from abm.stages.follow_up import note_revision

REALLOCATION_MONTHS = 6


@compiled
def revise_plan(world, row):
    """Emergent learning: every few months priorities and knowledge move toward what those in service need, as assessed."""
    place, facts, clock = world.localities[row], world.settings[row], world.clock[0]
    if facts.learning_mode == 0.0 or clock.service_month % int(facts.learning_every_months) != 0:
        return
    commissioner, found, seen = world.commissioners[row], 0.0, 0.0
    for i in range(place.family_first, place.family_end):
        seen += world.families[i].enrolled
    if seen == 0.0:
        return
    total = 0.0
    known = facts.learning_gain * (0.3 + 0.7 * facts.coproduction_assessment)
    for d in range(place.measured.shape[0]):
        found = 0.0
        for i in range(place.family_first, place.family_end):
            family = world.families[i]
            if family.enrolled:
                found += need(family.importance[d], family.wellbeing[d]) / seen
        commissioner.known_need[d] = revised(commissioner.known_need[d], found, known)
        total += commissioner.known_need[d]
        for p in range(place.provider_first, place.provider_end):
            provider = world.providers[p]
            provider.known_need[d] = revised(provider.known_need[d], found, known)
    commissioner.knowledge = revised(commissioner.knowledge, 1.0, known)
    moved = 0.0
    for d in range(place.measured.shape[0]):
        wanted, before = commissioner.known_need[d] / total, commissioner.priorities[d]
        commissioner.priorities[d] = revised(before, wanted, known)
        moved += 0.5 * abs(commissioner.priorities[d] - before)
    note_revision(place, world.providers, moved)


@compiled
def reallocate(world, row):
    """Decisions on outcome information: part of the hours moves to providers whose families did better, twice a year."""
    place, facts, clock = world.localities[row], world.settings[row], world.clock[0]
    use = facts.outcomes_use_decisions
    if use <= 0.0 or clock.service_month % REALLOCATION_MONTHS != 0:
        return
    total, planned = 0.0, 0.0
    for p in range(place.provider_first, place.provider_end):
        provider = world.providers[p]
        total += provider.award_share * _better(provider, place.result)
        planned += provider.planned_hours
    for p in range(place.provider_first, place.provider_end):
        provider = world.providers[p]
        if provider.partner and total > 0.0:
            wanted = provider.award_share * _better(provider, place.result) / total
            before, provider.award_share = provider.award_share, revised(provider.award_share, wanted, 0.5 * use)
            provider.results_used |= changed(before, provider.award_share)
            provider.planned_hours = planned * provider.award_share


@compiled
def _better(provider, mean_result):
    """Weight of a provider's result beside the mean, between a third and three times."""
    if provider.caseload == 0:
        return 1.0
    return min(3.0, max(1.0 / 3.0, 1.0 + 5.0 * (provider.result - mean_result)))
