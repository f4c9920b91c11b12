"""Learning: what was heard becomes knowledge, and services come to fit."""

from abm.compiled import compiled
from abm.streams import exp


@compiled
def knowledge_share(voices, scale):
    """Weight of what was heard against the prior view: 1 − exp(−voices / scale)."""
    return 1.0 - exp(-voices / scale)


@compiled
def revised(view, found, share):
    """A view moved toward what was found: (1 − share)·view + share·found."""
    return view + share * (found - view)


@compiled
def next_fit(fit, room, adaptation, input_specification):
    """Fit grows by what a meeting teaches, in the room that prescribed activities leave; `room` is what is still wrong."""
    return min(1.0, fit + adaptation * (1.0 - input_specification) * room * (1.0 - fit))


@compiled
def next_target(target, result, gain, ratchet):
    """A target revised on a result: by `gain` both ways, and by `ratchet` only upwards (Weitzman 1980).

    target + gain·(1 − ratchet)·(result − target) + ratchet·max(0, result − target)
    """
    return target + gain * (1.0 - ratchet) * (result - target) + ratchet * max(0.0, result - target)


@compiled
def foreseen(slope, ratchet):
    """What is left of an incentive where a better result raises the next target: slope × (1 − ratchet)."""
    return slope * (1.0 - ratchet)


@compiled
def next_support(support, own_level, pull, noise, struck):
    """Political support: a slow walk with a pull to its own level; an event halves it."""
    s = support + pull * (own_level - support) + noise
    if struck:
        s = 0.5 * s
    return min(1.0, max(0.0, s))
