"""Observed outcomes: wellbeing and its gains, voice and what is known of need, gaps, drift."""

import numpy as np

from abm.compiled import compiled, compiled_with_arrays
from abm.rules.indices import ratio
from abm.rules.outcomes import need
from abm.stages.deliver_intake import need_of

ROUNDING = 1e-12  # hours that are the same, summed in another order, differ by less


@compiled
def observe_wellbeing(families, localities, row):
    """Wellbeing, gains, and what families bring, over the families of funded localities."""
    count = served = 0.0
    level = gain = attributable = attributable_served = engaged = able = tired = 0.0
    measured = measured_weight = unmeasured = unmeasured_weight = 0.0
    for i in range(families.shape[0]):
        family = families[i]
        place = localities[family.locality]
        if not place.funded:
            continue
        now = alone = 0.0
        for d in range(family.wellbeing.shape[0]):
            part = family.importance[d] * family.wellbeing[d]
            now += part
            alone += family.importance[d] * family.unserved_wellbeing[d]
            if place.measured[d]:
                measured, measured_weight = measured + part, measured_weight + family.importance[d]
            else:
                unmeasured, unmeasured_weight = unmeasured + part, unmeasured_weight + family.importance[d]
        count += 1.0
        level, gain, attributable = level + now, gain + now - family.start_wellbeing, attributable + now - alone
        if family.enrolled:
            served += 1.0
            attributable_served += now - alone
        engaged, able, tired = engaged + family.engagement, able + family.capability, tired + family.fatigue
    row.wellbeing_mean = row.quality_of_life = ratio(level, count)
    row.wellbeing_measured = ratio(measured, measured_weight)
    row.wellbeing_unmeasured = ratio(unmeasured, unmeasured_weight)
    row.wellbeing_gain = ratio(gain, count)
    row.attributable_gain = ratio(attributable, count)
    row.attributable_gain_served = ratio(attributable_served, served)
    row.engagement, row.capability, row.fatigue = ratio(engaged, count), ratio(able, count), ratio(tired, count)


@compiled_with_arrays
def observe_objectives(localities, families, teams, commissioners, row):
    """Governance as a vector: voice, and the distance of the commissioner's belief, and of what was heard, from the truth."""
    domains = commissioners[0].priorities.shape[0]
    truth, heard = np.zeros(domains), np.zeros(domains)
    distance = heard_distance = seen = heard_in = voice = meetings = spoken = met = 0.0
    for loc in range(localities.shape[0]):
        place = localities[loc]
        if not place.funded:
            continue
        voices = need_sum = heard_sum = believed_sum = 0.0
        for d in range(domains):
            truth[d] = heard[d] = 0.0
        for i in range(place.family_first, place.family_end):
            family = families[i]
            for d in range(domains):
                truth[d] += need(family.importance[d], family.wellbeing[d])
        for t in range(place.team_first, place.team_end):
            voices += teams[t].voices
            for d in range(domains):
                heard[d] += teams[t].heard_need[d]
        for d in range(domains):
            need_sum, heard_sum = need_sum + truth[d], heard_sum + heard[d]
            believed_sum += commissioners[loc].known_need[d]
        apart = heard_apart = 0.0
        for d in range(domains):
            apart += 0.5 * abs(commissioners[loc].known_need[d] / believed_sum - truth[d] / need_sum)
            if voices > 0.0:
                heard_apart += 0.5 * abs(heard[d] / heard_sum - truth[d] / need_sum)
        distance, seen = distance + apart, seen + 1.0
        if voices > 0.0:
            heard_distance, heard_in = heard_distance + heard_apart, heard_in + 1.0
        voice += place.voice
        if place.meeting_experience >= 0.0:
            spoken, met = spoken + place.meeting_experience, met + 1.0
        meetings += place.meetings
    row.governance_voice = ratio(voice, seen)
    row.governance_transparency = 1.0 - ratio(distance, seen)
    row.representation_gap = ratio(heard_distance, heard_in)
    row.meeting_experience = ratio(spoken, met)


@compiled_with_arrays
def observe_gaps(families, localities, row):
    """Wellbeing, and part taken in co-delivery, of the better placed third less that of the worse placed."""
    level, count = np.zeros((3, 3)), np.zeros((3, 3))
    for i in range(families.shape[0]):
        family = families[i]
        if localities[family.locality].funded:
            now = 1.0 - need_of(family)
            level[0, family.complexity_third] += now
            count[0, family.complexity_third] += 1.0
            level[1, family.resources_third] += now
            count[1, family.resources_third] += 1.0
            if family.enrolled:
                level[2, family.resources_third] += family.took_part
                count[2, family.resources_third] += 1.0
    row.wellbeing_gap_complexity = ratio(level[0, 0], count[0, 0]) - ratio(level[0, 2], count[0, 2])
    row.participation_gap = ratio(level[2, 2], count[2, 2]) - ratio(level[2, 0], count[2, 0])
    row.wellbeing_gap_resources = ratio(level[1, 2], count[1, 2]) - ratio(level[1, 0], count[1, 0])


@compiled_with_arrays
def observe_drift(cells, row):
    """Distances between shares over the cells: done, done if unpaid for results, needed; of all places together."""
    domains = cells[0, 0].delivered.shape[0]
    whole = np.zeros((3, 3, domains))
    for loc in range(cells.shape[0]):
        for third in range(3):
            cell = cells[loc, third]
            for d in range(domains):
                whole[0, third, d] += cell.delivered[d]
                whole[1, third, d] += cell.mission[d]
                whole[2, third, d] += cell.needed[d]
    delivered, mission, need_left = whole[0], whole[1], whole[2]
    done = unpaid = needed = 0.0
    for third in range(3):
        for d in range(domains):
            done, unpaid = done + delivered[third, d], unpaid + mission[third, d]
            needed += need_left[third, d]
    if done <= 0.0 or unpaid <= 0.0 or needed <= 0.0:
        return
    drift = misfit = missed = 0.0
    for third in range(3):
        for d in range(domains):
            drift += 0.5 * abs(delivered[third, d] / done - mission[third, d] / unpaid)
            misfit += 0.5 * abs(mission[third, d] / unpaid - need_left[third, d] / needed)
            missed += 0.5 * abs(delivered[third, d] / done - need_left[third, d] / needed)
    row.mission_drift = drift if drift > ROUNDING else 0.0
    row.misfit = misfit
    row.realignment = misfit - missed if drift > ROUNDING else 0.0
