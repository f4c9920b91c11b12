"""Volunteering: who stays, who leaves, what an hour is worth."""

from abm.compiled import compiled
from abm.streams import exp


@compiled
def exit_probability(base, motivation, trust, red_tape, fatigue):
    """Monthly probability of leaving: the base at middling motivation and trust.

    It is higher with red tape (share of time) and fatigue.
    """
    worn = 1.0 + 1.5 * (0.5 - motivation) + 1.0 * (0.5 - trust) + 4.0 * red_tape + fatigue
    return min(1.0, max(0.0, base * worn))


@compiled
def through_associations(share, hours_per_family, scale):
    """Rate of recruiting and training, relative to full: 1 − share·exp(−hours of associations per family / scale)."""
    return 1.0 - share * exp(-hours_per_family / scale)


@compiled
def hour_worth(untrained, trained):
    """Worth of a volunteer's hour beside a professional's: what it is untrained, plus half the room when fully trained."""
    return untrained + trained * 0.5 * (1.0 - untrained)
