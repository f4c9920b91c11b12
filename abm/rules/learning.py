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
