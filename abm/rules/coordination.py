"""Coordination: links between providers, and who does the integrating that professionals leave undone."""

from abm.compiled import compiled
from abm.streams import exp


@compiled
def link(trust, joint_hours, scale):
    """Strength of a link in [0, 1]: trust × (1 − exp(−joint hours / scale))."""
    return trust * (1.0 - exp(-joint_hours / scale))


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
