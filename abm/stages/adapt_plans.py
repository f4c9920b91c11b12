"""Plans that learn: revision on experience, targets and prices that follow results, hours that follow outcomes."""

import math

from abm.compiled import compiled
from abm.rules.control import changed
from abm.rules.learning import next_target, revised
from abm.rules.outcomes import need
from abm.rules.payment import RATE_CARD
from abm.stages.contract_prices import open_year
from abm.stages.follow_up import note_revision
from abm.streams import REVISION, normal

REALLOCATION_MONTHS = 6
SEEN_ANYWAY = 0.3  # of those in service, whose need a revision sees without co-assessment
SPREAD = 0.02  # of the gap to the best practice that is closed in a month
PRICE_STEP = 2.0  # a revision at most doubles a price or halves it


@compiled
def revise_plan(world, row):
    """Emergent learning: every few months priorities, knowledge, targets and prices move toward what was found.

    What is found is the need of a sample of those in service, larger with co-assessment, with its sampling error; how far
    it moves plans depends on how much of its coordination the network gets done.
    """
    place, facts, clock = world.localities[row], world.settings[row], world.clock[0]
    if facts.learning_mode == 0.0 or clock.service_month % int(facts.learning_every_months) != 0:
        return
    seen = 0.0
    for i in range(place.family_first, place.family_end):
        seen += world.families[i].enrolled
    if seen == 0.0:
        return
    known = SEEN_ANYWAY + (1.0 - SEEN_ANYWAY) * facts.coproduction_assessment * clock.assessing
    step = facts.learning_gain * place.decided
    error = facts.measurement_noise / math.sqrt(max(1.0, known * seen))
    _learn_need(world, row, seen, known * step, error)
    error *= normal(clock.seed, REVISION, clock.month, row, 1000)
    result = place.result + error
    if place.expected_result > 0.0 and clock.service_month > REALLOCATION_MONTHS:
        ratchet = facts.learning_ratchet
        if facts.payment_rule == RATE_CARD:
            _revise_card(place, facts, world.milestones[row], step, ratchet, result)
        before = place.expected_result
        place.expected_result = max(0.0, next_target(before, result, step, ratchet))
        for d in range(place.expected_change.shape[0]):
            place.expected_change[d] *= place.expected_result / before


@compiled
def _learn_need(world, row, seen, step, error):
    """Priorities, beliefs of commissioner and providers, and metric weights move toward the need that was found."""
    place, clock, commissioner = world.localities[row], world.clock[0], world.commissioners[row]
    total = weights = moved = 0.0
    for d in range(place.measured.shape[0]):
        found = 0.0
        for i in range(place.family_first, place.family_end):
            family = world.families[i]
            if family.enrolled:
                found += need(family.importance[d], family.wellbeing[d]) / seen
        found += error * normal(clock.seed, REVISION, clock.month, row, d) / place.measured.shape[0]
        found = max(0.0, found)
        commissioner.known_need[d] = revised(commissioner.known_need[d], found, step)
        total += commissioner.known_need[d]
        for p in range(place.provider_first, place.provider_end):
            provider = world.providers[p]
            provider.known_need[d] = revised(provider.known_need[d], found, step)
    commissioner.knowledge = revised(commissioner.knowledge, 1.0, step)
    for d in range(place.measured.shape[0]):
        before = commissioner.priorities[d]
        wanted = commissioner.known_need[d] / total if total > 0.0 else before
        commissioner.priorities[d] = revised(before, wanted, step)
        moved += 0.5 * abs(commissioner.priorities[d] - before)
        weights += commissioner.priorities[d] * place.measured[d]
    for d in range(place.measured.shape[0]):
        if place.measured[d] and weights > 0.0:
            place.metric_weight[d] = commissioner.priorities[d] / weights
    note_revision(place, world.providers, moved)


@compiled
def _revise_card(place, facts, lines, step, ratchet, result):
    """Prices move so that what is left of the budget meets what is left to come; ratcheted thresholds rise with results."""
    ahead = place.expected_claims / max(1.0, place.outcome_claimed)
    ahead = min(PRICE_STEP, max(1.0 / PRICE_STEP, ahead))
    for line in range(lines.shape[0]):
        milestone = lines[line]
        milestone.price = revised(milestone.price, milestone.price * ahead, step * (1.0 - ratchet))
        if result > place.expected_result:
            milestone.threshold = milestone.threshold + ratchet * (result - place.expected_result)


@compiled
def turn_year(world, row):
    """At the end of a year of service: with annual budgets, the next year's claims begin anew."""
    clock = world.clock[0]
    if clock.service_month % 12 == 0 and world.settings[row].structure_annual_budget:
        open_year(world.localities[row], world.settings[row], clock.service_months)


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


@compiled
def share_practice(world, row):
    """Where partners see each other's results, services come to fit as the best among those who share do, month by month."""
    place, facts = world.localities[row], world.settings[row]
    if facts.structure_data_sharing <= 0.0:
        return
    for d in range(place.measured.shape[0]):
        best = 0.0
        for p in range(place.provider_first, place.provider_end):
            best = max(best, world.providers[p].fit[d] if world.providers[p].partner else 0.0)
        for p in range(place.provider_first, place.provider_end):
            provider = world.providers[p]
            if provider.partner:
                room = SPREAD * facts.structure_data_sharing * (1.0 - facts.payment_input_specification)
                provider.fit[d] = revised(provider.fit[d], max(best, provider.fit[d]), room)
