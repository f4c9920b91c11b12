"""Dates of claims: what is brought forward to a deadline because afterwards its months would be counted anew.

A claim is brought forward by closing the family's programme with an assessment before its change has settled. Haste takes hours
from next month's service.
"""

import numpy as np

from abm.compiled import compiled, compiled_with_arrays
from abm.rules.claiming import best_shift, chance_later, months_to_deadline
from abm.rules.payment import ATTAINED, ENTRY, GAIN, SUSTAINED, reached_share
from abm.stages.contract_entries import FIRST_REVIEW, GAIN_REVIEW
from abm.stages.contract_prices import may_claim, price_for
from abm.stages.measure_estimates import error_of

MOST_MONTHS = 12  # by which a claim can be brought forward


@compiled
def is_deadline(facts, clock):
    """Whether claims of a performance year must be made by this month."""
    months = int(facts.payment_claim_deadline_months)
    return months > 0 and months_to_deadline(clock.service_month, clock.service_months, months) == 0


@compiled
def months_lacking(milestone, held, served_months):
    """Months that a line at its threshold lacks before it can be claimed, this month's holding counted; 0 where none."""
    missing = 0
    if milestone.kind == SUSTAINED:
        missing = milestone.months - held
    elif milestone.kind == ATTAINED:
        missing = FIRST_REVIEW - served_months
    elif milestone.kind == GAIN:
        missing = GAIN_REVIEW - served_months
    return max(0, missing)


@compiled_with_arrays
def chosen_shift(world, row, i, added):
    """Months by which a family's claims are brought forward to this month; 0 but in the month of a deadline."""
    place, facts, family, clock = world.localities[row], world.settings[row], world.families[i], world.clock[0]
    bears = facts.finance_risk_to_provider
    if facts.mechanisms_claim_timing <= 0.0 or bears <= 0.0 or not is_deadline(facts, clock):
        return 0
    gains, going_on, domains = np.zeros(MOST_MONTHS + 1), 0.0, place.measured.shape[0]
    left = clock.service_months - clock.service_month
    left = int(min(left, facts.family_programme_months - family.served_months))
    for d in range(domains):
        change = family.wellbeing[d] - family.intake_wellbeing[d] + error_of(world, facts, i, d) + added
        change -= place.counterfactual
        for line in range(world.milestones.shape[1]):
            milestone, claim = world.milestones[row, line], world.claims[i, line * domains + d]
            if milestone.price <= 0.0 or not (milestone.domain == d or (milestone.domain < 0 and place.measured[d])):
                continue
            lacks = months_lacking(milestone, claim.held + 1, family.served_months)
            stands = change >= milestone.threshold
            if claim.reached or milestone.kind == ENTRY or (lacks == 0 and (stands or milestone.kind == GAIN)):
                continue  # what is due now is claimed, however long the programme goes on
            value = bears * price_for(facts, milestone, family) * may_claim(world, row, i, line, True)
            value *= max(0.0, change) if milestone.kind == GAIN else 1.0
            needed = milestone.months if milestone.kind == SUSTAINED else max(1, lacks)
            reach = reached_share(change, milestone.threshold, facts.measurement_noise)
            going_on += value * chance_later(reach, facts.family_turnover, needed, left)
            if stands and lacks <= MOST_MONTHS:
                gains[lacks] += value
    room = 0.01 * bears * (place.claim_ceiling - place.outcome_claimed)
    cost = facts.provider_shift_hours * facts.money_wage * (1.0 + facts.money_overhead)
    return best_shift(gains, going_on, room, cost)


@compiled
def take_hours(world, i, slots, hours):
    """Hours that a claim brought forward takes next month from those who serve the family, by their hours with it."""
    received = world.families[i].hours_received
    for slot in range(i * slots, (i + 1) * slots):
        package = world.packages[slot]
        if package.enrolled and received > 0.0:
            world.providers[package.provider].shifting_hours += hours * package.hours / received


@compiled
def count_anew(world, row):
    """After a deadline the months that results have stood are counted from nought, in fact and in every layer."""
    place = world.localities[row]
    for i in range(place.family_first, place.family_end):
        for k in range(world.claims.shape[1]):
            claim = world.claims[i, k]
            claim.held = claim.unserved_held = 0
            for layer in range(claim.layer_held.shape[0]):
                claim.layer_held[layer] = 0
