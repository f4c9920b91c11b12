"""Entries as a commissioner foresees them: how long families stay, who enters when, and who is in service long enough."""

import numpy as np

from abm.compiled import compiled, compiled_with_arrays
from abm.rules.payment import ATTAINED, ENTRY, GAIN
from abm.streams import power

FIRST_REVIEW, GAIN_REVIEW = 3, 6  # months in service at which `attained` may first be claimed, and `gain` is
MOST_ENTER = 0.95  # of a place's families
NO_TURNOVER = 1e-9  # a month; below it 1 − (1 − turnover)^months would lose its digits


@compiled
def expected_stay(facts):
    """Mean months in the programme: its length, cut short by turnover."""
    if facts.family_turnover < NO_TURNOVER:
        return facts.family_programme_months
    stayed = 1.0 - power(1.0 - facts.family_turnover, facts.family_programme_months)
    return min(facts.family_programme_months, stayed / facts.family_turnover)


@compiled
def months_before(clock):
    """Months before the service of the contract that is let or served now."""
    return clock.service_first + clock.contract * clock.service_months - 1


@compiled
def months_late(place, clock):
    """Months of its service that a contract loses because it is signed late."""
    return max(0, place.signed - months_before(clock) - 1)


@compiled
def leaving(facts, age):
    """Probability that a family leaves after so many months in service: turnover, and the end of the programme."""
    length = int(facts.family_programme_months)
    if age > length:
        return 0.0
    stayed = power(1.0 - facts.family_turnover, age - 1.0) if age > 1 else 1.0
    return stayed if age == length else stayed * facts.family_turnover


@compiled_with_arrays
def entries_by_month(place, facts, clock):
    """Families expected to enter in each month of service: places are filled at once, and again as families leave."""
    months = max(1, clock.service_months - months_late(place, clock))
    entries = np.zeros(months)
    room = MOST_ENTER * (place.family_end - place.family_first)
    for k in range(months):
        enter = place.places if k == 0 else 0.0
        for j in range(k):
            enter += entries[j] * leaving(facts, k - j)
        entries[k] = min(room, enter)
        room -= entries[k]
    return entries


@compiled
def months_asked(milestone):
    """Months in service before which a line cannot be claimed."""
    if milestone.kind == ENTRY:
        return 1
    if milestone.kind == ATTAINED:
        return FIRST_REVIEW
    return GAIN_REVIEW if milestone.kind == GAIN else milestone.months


@compiled
def in_time(facts, entries, asked):
    """Of families that enter in these months, how many are expected to be in service for as many months as asked.

    Σ over months k of entries[k]·(1 − turnover)^(asked − 1), where the programme and what is left of the contract are that
    long: who enters late or leaves early cannot be paid for.
    """
    if asked > facts.family_programme_months:
        return 0.0
    total = 0.0
    for k in range(entries.shape[0] - asked + 1):
        total += entries[k]
    return total * power(1.0 - facts.family_turnover, asked - 1.0) if asked > 1 else total
