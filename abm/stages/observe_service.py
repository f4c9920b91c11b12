"""Observed service: satisfaction, integration, access, fairness and co-production of the month."""

import numpy as np

from abm.compiled import compiled_with_arrays
from abm.rules.indices import MISSING, ratio
from abm.stages.deliver_intake import need_of


@compiled_with_arrays
def observe_service(families, localities, providers, row):
    """What families in service get and lose, and who gets it."""
    served = satisfied = tape = mismatch = unheard = tied = needed_all = holding = reported = overstated = 0.0
    waiting = asked = taking_part = eligible = own_hours = 0.0
    count, in_service, hours = np.zeros(3), np.zeros(3), np.zeros(3)
    needs = np.zeros(3)
    for i in range(families.shape[0]):
        family = families[i]
        if not localities[family.locality].funded:
            continue
        third, needed = family.complexity_third, need_of(family)
        eligible, count[third], needs[third] = eligible + 1.0, count[third] + 1.0, needs[third] + needed
        own_hours += family.coproduction_hours
        taking_part += 1.0 if family.took_part > 0.1 else 0.0
        if family.enrolled or family.applied:
            asked, waiting = asked + 1.0, waiting + family.lost_waiting
        if family.enrolled:
            served, in_service[third] = served + 1.0, in_service[third] + 1.0
            hours[third] += family.hours_received
            satisfied, tape = satisfied + family.satisfaction, tape + family.lost_red_tape
            mismatch, unheard = mismatch + family.lost_mismatch, unheard + family.lost_voice
            tied, needed_all = tied + family.integration * needed, needed_all + needed
            holding += family.integration_hours
            reported, overstated = reported + family.reported, overstated + family.overstated
    row.satisfaction, row.dissatisfaction_red_tape = ratio(satisfied, served), ratio(tape, served)
    row.dissatisfaction_mismatch, row.dissatisfaction_voice = ratio(mismatch, served), ratio(unheard, served)
    row.dissatisfaction_waiting = ratio(waiting, asked)
    row.integration, row.family_integration_hours = ratio(tied, needed_all), ratio(holding, served)
    row.reported_gain, row.gaming = ratio(reported, served), ratio(overstated, served)
    row.participation = ratio(taking_part, eligible)
    row.access_gap = ratio(in_service[0], count[0]) - ratio(in_service[2], count[2])
    mean = ratio(hours[0] + hours[1] + hours[2], needs[0] + needs[1] + needs[2])
    row.hours_gap = (ratio(hours[0], needs[0]) - ratio(hours[2], needs[2])) / mean if mean > 0.0 else MISSING
    row.governance_fairness = 1.0 - _concentration_over_need(families)
    paid_hours = 0.0
    for p in range(providers.shape[0]):
        paid_hours += providers[p].contract_hours
    unpaid_hours = own_hours + row.volunteer_hours
    row.coproduced_share = ratio(unpaid_hours, unpaid_hours + paid_hours)


@compiled_with_arrays
def _concentration_over_need(families):
    """Gini coefficient of contract hours over need among the served: 0 when everyone gets hours in proportion to need."""
    members = 0
    for i in range(families.shape[0]):
        members += int(families[i].enrolled)
    rates, needs, hours, k = np.empty(members), np.empty(members), np.empty(members), 0
    for i in range(families.shape[0]):
        family = families[i]
        if family.enrolled:
            needs[k], hours[k] = need_of(family), family.hours_received
            rates[k] = hours[k] / max(1e-9, needs[k])
            k += 1
    order = np.argsort(rates)
    total_need = total_hours = 0.0
    for k in range(members):
        total_need, total_hours = total_need + needs[k], total_hours + hours[k]
    if total_need <= 0.0 or total_hours <= 0.0:
        return MISSING
    area = share = 0.0
    for position in range(members):
        k = order[position]
        step = hours[k] / total_hours
        area += needs[k] / total_need * (share + 0.5 * step)
        share += step
    return max(0.0, 1.0 - 2.0 * area)
