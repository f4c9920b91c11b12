"""Claiming: when a claim is made, where counts begin anew after a deadline (after Courty & Marschke 2004)."""

from abm.compiled import compiled
from abm.streams import power


@compiled
def months_to_deadline(service_month, service_months, year_months):
    """Months until the next deadline, 0 in its month: the end of each performance year and of the contract."""
    ends = (service_month + year_months - 1) // year_months * year_months
    return min(ends, service_months) - service_month


@compiled
def chance_later(reach, leaving, months_needed, months_left):
    """P(a claim is made later) = reach · (1 − leaving)^months needed, and 0 where fewer months are left.

    `reach`: probability that the result stands then; `leaving`: monthly probability that the family leaves.
    """
    if months_needed > months_left:
        return 0.0
    return reach * power(1.0 - leaving, float(months_needed))


@compiled
def best_shift(gains, going_on, room, cost):
    """Months by which claims of a family are best brought forward to now; 0 where none pays.

    Maximises over s: min(Σ_{m ≤ s} gains[m], room) − going_on − ½·cost·s². `gains[m]`: € of the claims that lack m months;
    `going_on`: € that the family can be expected to earn if its programme goes on; `room`: € that may still be claimed;
    `cost`: € per month², convex as in Courty & Marschke.
    """
    best, chosen, total = 0.0, 0, 0.0
    for shift in range(1, gains.shape[0]):
        total += gains[shift]
        net = min(total, room) - going_on - 0.5 * cost * shift * shift
        if net > best:
            best, chosen = net, shift
    return chosen
