"""Volunteering: who stays, who leaves, what an hour is worth."""

from abm.compiled import compiled


@compiled
def exit_probability(base, motivation, trust, red_tape):
    """Monthly probability of leaving: the base at middling motivation and trust; more with red tape (share of time)."""
    return min(1.0, max(0.0, base * (1.0 + 1.5 * (0.5 - motivation) + 1.0 * (0.5 - trust) + 4.0 * red_tape)))


@compiled
def hour_worth(untrained, trained):
    """Worth of a volunteer's hour beside a professional's: what it is untrained, plus half the room when fully trained."""
    return untrained + trained * 0.5 * (1.0 - untrained)
