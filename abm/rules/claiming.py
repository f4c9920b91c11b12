"""Claiming: when a claim is made, where money is lost that is not claimed by a deadline (after Courty & Marschke 2004)."""

from abm.compiled import compiled
from abm.rules.payment import ATTAINED, GAIN, SUSTAINED

FIRST_REVIEW, GAIN_REVIEW = 3, 6  # months in service at which `attained` may first be claimed, and `gain` is


@compiled
def months_missing(kind, months_held, months_asked, months_served):
    """Months that a line whose threshold is reached lacks before it can be claimed; 0 where none, or where time is no matter.

    `months_held` counts this month, as in `reached_now`.
    """
    missing = 0
    if kind == SUSTAINED:
        missing = months_asked - months_held
    elif kind == ATTAINED:
        missing = FIRST_REVIEW - months_served
    elif kind == GAIN:
        missing = GAIN_REVIEW - months_served
    return max(0, missing)


@compiled
def months_to_deadline(service_month, service_months, year_months):
    """Months until the next deadline, 0 in its month: the end of each performance year and of the contract."""
    ends = (service_month + year_months - 1) // year_months * year_months
    return min(ends, service_months) - service_month


@compiled
def worth_later(room_ahead, claims_ahead):
    """What € 1 of claims is worth after the deadline: min(1, room that is still to open ÷ claims still to come)."""
    return min(1.0, max(0.0, room_ahead) / max(1.0, claims_ahead))


@compiled
def best_shift(gains, going_on, room, cost):
    """Months by which claims of a family are best brought forward to now; 0 where none pays.

    Maximises over s: min(Σ_{m ≤ s} gains[m], room) − going_on − ½·cost·s². `gains[m]`: € of the claims that lack m months;
    `going_on`: € that the family would earn if its programme went on; `room`: € that may still be claimed; `cost`: € per
    month². The cost is convex, as in Courty & Marschke's test of timing.
    """
    best, chosen, total = 0.0, 0, 0.0
    for shift in range(1, gains.shape[0]):
        total += gains[shift]
        net = min(total, room) - going_on - 0.5 * cost * shift * shift
        if net > best:
            best, chosen = net, shift
    return chosen


@compiled
def worth_holding(value, months, cost):
    """Whether a claim is kept back until the next performance year: its worth then (€) covers ½·cost·months²."""
    return value > 0.0 and value >= 0.5 * cost * months * months
