"""Network management and the life of a partnership: what facilitators, brokers and rules reach, and who leaves."""

from abm.compiled import compiled


@compiled
def reached(hours, needed):
    """Share of what is needed that these hours reach, at most 1; nothing is reached without hours."""
    if hours <= 0.0:
        return 0.0
    return min(1.0, hours / needed) if needed > 0.0 else 1.0


@compiled
def eased(hours, facilitated, most):
    """Hours that a disagreement takes where facilitators sit in on this share: hours × (1 − most × facilitated)."""
    return hours * (1.0 - most * facilitated)


@compiled
def handed_on(demand, supply, rules):
    """Hours beyond a hub's own that rules of the game leave to those concerned: share × (demand − supply), at least 0."""
    return rules * max(0.0, demand - supply)


@compiled
def below(level, usual):
    """How far a level lies below the usual one, as a share of it: 0 at or above."""
    return max(0.0, usual - level) / usual if usual > 0.0 else 0.0


@compiled
def leaving_probability(rate, unsatisfied, distrusting, unsettled):
    """Probability that a partner leaves this month: rate × (unsatisfied + distrusting + unsettled), each in [0, 1]."""
    return min(1.0, rate * (unsatisfied + distrusting + unsettled))
