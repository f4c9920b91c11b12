"""Dates of claims: what is brought forward to a deadline, or held back to the next performance year, because it pays.

A claim is brought forward by closing the family's programme with an assessment before its change has settled. Haste, and the
care that a kept-back file needs, take hours from next month's service.
"""

import math

import numpy as np

from abm.compiled import compiled
from abm.rules.claiming import best_shift, months_missing, months_to_deadline, worth_holding, worth_later
from abm.rules.payment import ENTRY, GAIN, reached_share
from abm.stages.contract_prices import year_of_claims
from abm.stages.measure_estimates import error_of

MOST_MONTHS = 12  # by which a claim can be moved


@compiled
def dates_matter(facts):
    """Whether providers choose the months of claims: there are deadlines, they bear some risk, and the mechanism is on."""
    return (
        facts.mechanisms_claim_timing
        and facts.payment_claim_deadline_months > 0
        and facts.finance_risk_to_provider > 0.0
    )


@compiled
def months_left(clock, facts):
    """Months until the next deadline, 0 in its month."""
    return months_to_deadline(clock.service_month, clock.service_months, int(year_of_claims(facts)))


@compiled
def _euro_per_square_month(facts):
    return facts.provider_shift_hours * facts.money_wage * (1.0 + facts.money_overhead)


@compiled
def _worth_later(place, facts, clock):
    """What € 1 of claims is worth in later years, as the plan has it: room that is still to open ÷ claims still to come."""
    ceiling, months = 100.0 * facts.payment_contract_cap * place.expected_outcome_payment, year_of_claims(facts)
    years = math.ceil((clock.service_months - clock.service_month) / months)
    room = min(ceiling - place.outcome_claimed, years * ceiling * min(1.0, months / clock.service_months))
    room = room if clock.service_month < clock.service_months else 0.0
    return worth_later(room, 100.0 * place.expected_outcome_payment - place.outcome_claimed)


@compiled
def chosen_shift(world, row, i, added):
    """Months by which a family's claims are brought forward to this month; 0 but in the month of a deadline."""
    place, facts, family, clock = world.localities[row], world.settings[row], world.families[i], world.clock[0]
    if not dates_matter(facts) or months_left(clock, facts) > 0:
        return 0
    gains, going_on, later = np.zeros(MOST_MONTHS + 1), 0.0, _worth_later(place, facts, clock)
    domains = place.measured.shape[0]
    for d in range(domains):
        change = family.wellbeing[d] - family.intake_wellbeing[d] + error_of(world, facts, i, d) + added
        change -= place.counterfactual
        for line in range(world.milestones.shape[1]):
            milestone, claim = world.milestones[row, line], world.claims[i, line * domains + d]
            if milestone.price <= 0.0 or not (milestone.domain == d or (milestone.domain < 0 and place.measured[d])):
                continue
            if claim.reached or milestone.kind == ENTRY:
                continue
            value = milestone.price * facts.finance_risk_to_provider * (change if milestone.kind == GAIN else 1.0)
            chance = reached_share(change, milestone.threshold, facts.measurement_noise)
            going_on += max(0.0, value) * later * chance
            lacks = months_lacking(milestone, claim.held + 1, family.served_months)
            if change >= milestone.threshold and 0 < lacks <= MOST_MONTHS:
                gains[lacks] += max(0.0, value)
    room = 0.01 * (place.claim_ceiling - place.outcome_claimed) * facts.finance_risk_to_provider
    return best_shift(gains, going_on, room, _euro_per_square_month(facts))


@compiled
def months_lacking(milestone, held, served_months):
    """Months that a line at its threshold lacks, this month's holding counted."""
    return months_missing(milestone.kind, held, milestone.months, served_months)


@compiled
def is_held_back(world, row, i, slots, milestone, now):
    """Whether a claim that this year has no room for waits for the next; the care that it needs takes hours."""
    place, facts, clock = world.localities[row], world.settings[row], world.clock[0]
    if now <= 0.0 or milestone.kind == GAIN or not dates_matter(facts) or place.claim_ceiling > place.outcome_claimed:
        return False
    months = months_left(clock, facts) + 1
    if clock.service_month + months > clock.service_months:
        return False
    value = milestone.price * facts.finance_risk_to_provider * _worth_later(place, facts, clock)
    if not worth_holding(value, months, _euro_per_square_month(facts)):
        return False
    take_hours(world, i, slots, facts.provider_shift_hours * (months - 0.5))  # s²/2 less (s − 1)²/2
    return True


@compiled
def take_hours(world, i, slots, hours):
    """Hours that a moved claim takes next month from those who serve the family, by their hours with it."""
    received = world.families[i].hours_received
    for slot in range(i * slots, (i + 1) * slots):
        package = world.packages[slot]
        if package.enrolled and received > 0.0:
            world.providers[package.provider].shifting_hours += hours * package.hours / received
