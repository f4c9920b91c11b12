"""Coordination: links between providers, and who does the integrating that professionals leave undone."""

from abm.compiled import compiled
from abm.streams import exp


@compiled
def link(trust, joint_hours, scale):
    """Strength of a link in [0, 1]: trust × (1 − exp(−joint hours / scale))."""
    return 0.0 if joint_hours == 0.0 else trust * (1.0 - exp(-joint_hours / scale))


@compiled
def reliance(trust, safeguard):
    """How far two count on each other: 1 − (1 − trust)(1 − s); where s is below 0, trust × (1 + s).

    A contract that says and checks what each owes lowers the temptation to let the other down and so stands in for trust that
    is missing (after Baker, Gibbons & Murphy 2002); it adds nothing where trust is full. Below 0 it is felt as distrust and
    displaces trust (Falk & Kosfeld 2006).
    """
    if safeguard > 0.0:
        return 1.0 - (1.0 - trust) * (1.0 - safeguard)
    return trust * (1.0 + safeguard)


@compiled
def service_after_fragmentation(service, fragmentation, integration):
    """Service that arrives: service × (1 − fragmentation·(1 − integration))."""
    return service * (1.0 - fragmentation * (1.0 - integration))


@compiled
def family_integration_hours(providers, integration):
    """Hours a month that a family spends on holding its package together: 2 for each pair of providers left unlinked."""
    return providers * (providers - 1.0) * (1.0 - integration)


@compiled
def next_joint_hours(joint_hours, spent, fade):
    """Joint hours of a pair: what was spent this month, and what is remembered of before."""
    return (1.0 - fade) * joint_hours + spent * fade


@compiled
def clash_probability(rate, apart, trust):
    """Probability that two who work together disagree this month: rate × distance of what they want × (1 − trust), ≤ 1."""
    return min(1.0, rate * apart * (1.0 - trust))


@compiled
def reach(supply, demand, most):
    """Share of the hours that relations ask for which are there; above 1 they deepen, up to `most`."""
    if demand <= 0.0:
        return most
    return min(most, supply / demand)


@compiled
def either_way(direct, brokered):
    """Strength of a link that holds directly or through a hub: 1 − (1 − direct)(1 − brokered)."""
    return 1.0 - (1.0 - direct) * (1.0 - brokered)


@compiled
def waiting_months(backlog, settled, longest):
    """Months that a disagreement waits, by Little's law: backlog ÷ settled a month, at most `longest`."""
    if backlog <= 0.0:
        return 0.0
    return min(longest, backlog / settled) if settled > 0.0 else longest


@compiled
def difference(one, other):
    """Distance, in [0, 1], of what two want: half the sum of differences of their shares over domains."""
    first = second = distance = 0.0
    for d in range(one.shape[0]):
        first += one[d]
        second += other[d]
    for d in range(one.shape[0]):
        distance += 0.5 * abs(one[d] / max(1e-9, first) - other[d] / max(1e-9, second))
    return distance
