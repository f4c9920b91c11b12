"""The plan of outcomes and payments: made at the award, by month; with emergent learning revised as experience builds up.

It follows the forecast that prices rest on: who enters and leaves when, how far a result has come after some months, when
each line of a rate card falls due. A cohort's test pays at the end of its period. Earned payments, before their lag.
"""

import numpy as np

from abm.compiled import compiled, compiled_with_arrays
from abm.rules.forecast import settling_share
from abm.rules.learning import revised
from abm.rules.payment import ENTRY, GAIN, RATE_CARD, SUSTAINED, reached_share
from abm.stages.contract_entries import (
    FIRST_REVIEW,
    GAIN_REVIEW,
    entries_by_month,
    expected_stay,
    leaving,
    months_before,
    months_late,
)  # fmt: skip

PACE_STEP = 3.0  # a revision sees at most three times, or a third of, what was planned


@compiled_with_arrays
def plan_payments(world, row):
    """The first plan of a contract, on top of what earlier contracts earned."""
    place, facts, clock = world.localities[row], world.settings[row], world.clock[0]
    if place.expected_outcome_payment <= 0.0:
        return
    before, late = months_before(clock), months_late(place, clock)
    entries = entries_by_month(place, facts, clock)
    months = entries.shape[0]
    if facts.payment_rule == RATE_CARD:
        shares = _card_shares(place, facts, world.milestones[row], entries)
    else:
        shares = _cohort_shares(months, late, int(facts.payment_period_months))
    total = place.expected_outcome_payment * min(1.0, facts.payment_contract_cap)
    start, earned = world.plans[row, max(0, clock.month - 1)].first_payment, 0.01 * place.claimed_before
    for month in range(clock.month, clock.months + 1):
        plan, served = world.plans[row, month], month - before - late
        share = shares[min(served, months) - 1] if served > 0 else 0.0
        plan.first_payment, plan.payment = start + total * share, earned + total * share
        if served > 0:
            plan.first_result = plan.result = _mean_result(place, facts, entries, min(served, months))
    place.plan_month = clock.month


@compiled
def revise_payments(world, row, step):
    """The rest of the plan moves, by the step of a revision, toward the pace since the last one; the past is what it was."""
    place, facts, clock = world.localities[row], world.settings[row], world.clock[0]
    if place.plan_month == 0:
        return
    last, now = world.plans[row, place.plan_month], world.plans[row, clock.month]
    earned, foreseen, result = 0.01 * (place.claimed_before + place.outcome_claimed), now.payment, now.result
    pace = revised(1.0, _pace(earned - last.payment, foreseen - last.payment), step)
    better = revised(1.0, _pace(place.result, result), step)
    most = 0.01 * place.claimed_before + facts.payment_contract_cap * place.expected_outcome_payment
    most = max(earned, most + 0.01 * place.room_moved)
    now.payment, now.result = earned, place.result
    for month in range(clock.month + 1, clock.months + 1):
        plan = world.plans[row, month]
        plan.payment = min(most, earned + (plan.payment - foreseen) * pace)
        plan.result *= better
    place.plan_month = clock.month


@compiled
def _pace(done, planned):
    """What was done ÷ what was planned, between a third and three times; 1 where nothing was planned."""
    return min(PACE_STEP, max(1.0 / PACE_STEP, done / planned)) if planned > 0.0 else 1.0


@compiled
def _result_after(place, facts, months):
    """Expected measured change after some months in service: its way to what is forecast for a whole stay."""
    stay = expected_stay(facts)
    settled = settling_share(facts.outcome_return_rate, stay)
    if settled <= 0.0:
        return place.expected_result
    return place.expected_result * settling_share(facts.outcome_return_rate, min(stay, months)) / settled


@compiled
def _mean_result(place, facts, entries, served):
    """Expected mean change of all who entered by a month of service, leavers at their last value."""
    total = count = 0.0
    for k in range(served):
        total += entries[k] * _result_after(place, facts, float(served - k))
        count += entries[k]
    return total / count if count > 0.0 else 0.0


@compiled
def _due_by(place, facts, milestone, age):
    """Share of a line's claims that a family makes within so many months, if it stays."""
    if milestone.kind == ENTRY:
        return 1.0
    if milestone.kind == GAIN:
        return 1.0 if age >= GAIN_REVIEW else 0.0
    held = milestone.months - 1 if milestone.kind == SUSTAINED else 0
    if age < FIRST_REVIEW or age <= held:
        return 0.0
    noise = facts.measurement_noise
    at_end = reached_share(_result_after(place, facts, expected_stay(facts)), milestone.threshold, noise)
    if at_end <= 0.0:
        return 1.0 if age >= expected_stay(facts) else 0.0
    return min(1.0, reached_share(_result_after(place, facts, float(age - held)), milestone.threshold, noise) / at_end)


@compiled_with_arrays
def _card_shares(place, facts, lines, entries):
    """Share of a rate card's expected payment that is earned by the end of each month of service; 1 at the end."""
    months = entries.shape[0]
    by_age, shares = np.zeros(months), np.zeros(months)
    staying = 1.0
    for age in range(1, months + 1):
        for line in range(lines.shape[0]):
            if lines[line].expected > 0.0:
                new = _due_by(place, facts, lines[line], age)
                new -= _due_by(place, facts, lines[line], age - 1) if age > 1 else 0.0
                by_age[age - 1] += lines[line].expected * new * staying
        staying -= leaving(facts, age)
    earned = 0.0
    for k in range(months):
        for j in range(k + 1):
            earned += entries[j] * by_age[k - j]
        shares[k] = earned
    for k in range(months):
        shares[k] = shares[k] / earned if earned > 0.0 else (k + 1.0) / months
    return shares


@compiled_with_arrays
def _cohort_shares(months, late, period):
    """The same where a cohort is tested: an equal part at the end of each period of service, the last at its end."""
    shares, tests = np.zeros(months), 0.0
    for k in range(months):
        tests += 1.0 if (k + 1 + late) % period == 0 or k == months - 1 else 0.0
        shares[k] = tests
    for k in range(months):
        shares[k] /= tests
    return shares
