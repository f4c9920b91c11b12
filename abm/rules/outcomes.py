"""Outcomes: how input becomes wellbeing, and what remains."""

from abm.compiled import compiled
from abm.streams import exp


@compiled
def need(importance, wellbeing):
    """Need of a family in a domain: importance × (1 − wellbeing)."""
    return importance * (1.0 - wellbeing)


@compiled
def response(effect, complexity, complexity_effect):
    """A family's own response to input: effect × (1 − complexity × its effect), per month."""
    return effect * (1.0 - complexity * complexity_effect)


@compiled
def improvement(wellbeing, own_response, input_now):
    """What a month's input adds: (1 − y)·(1 − exp(−response × input))."""
    return (1.0 - wellbeing) * (1.0 - exp(-own_response * max(0.0, input_now)))


@compiled
def next_wellbeing(wellbeing, baseline, added, return_rate, shock):
    """y ← y + added − return·(y − b) + shock, kept in [0, 1]."""
    y = wellbeing + added - return_rate * (wellbeing - baseline) + shock
    return min(1.0, max(0.0, y))


@compiled
def next_baseline(baseline, wellbeing, capability, lasting, drift):
    """b ← b + lasting·capability·max(0, y − b) + drift·(1 − b): what a family has learned lasts after funding ends."""
    b = baseline + lasting * capability * max(0.0, wellbeing - baseline) + drift * (1.0 - baseline)
    return min(1.0, max(0.0, b))


@compiled
def effect_of_input(wellbeing, own_response, input_now):
    """∂improvement/∂input = (1 − y)·response·exp(−response × input)."""
    return (1.0 - wellbeing) * own_response * exp(-own_response * max(0.0, input_now))
