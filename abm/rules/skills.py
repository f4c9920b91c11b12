"""Skills: what practice gives, what turnover takes, what a skill makes of the same effort."""

from abm.compiled import compiled

USUAL_SATISFACTION = 0.6  # at which professionals leave at the usual rate; providers start there


@compiled
def next_skill(skill, entry, practice, gain, loss):
    """Skill grows by practice in the room left and returns to its entry level: s + g·practice·(1 − s) + l·(entry − s).

    All in [0, 1] but practice, which may exceed 1. The loss is forgetting, or the share of people who are replaced.
    """
    return min(1.0, max(0.0, skill + gain * practice * (1.0 - skill) + loss * (entry - skill)))


@compiled
def skill_factor(skill, start, effect):
    """What the same effort achieves, relative to the start: 1 + effect·(skill − start), at least 0; exactly 1 at the start."""
    return max(0.0, 1.0 + effect * (skill - start))


@compiled
def supported(support, skill, start, effect):
    """Support in [0, 1] as far as skill makes it arrive: support × factor, at most 1."""
    return min(1.0, support * skill_factor(skill, start, effect))


@compiled
def staff_turnover(base, sensitivity, satisfaction):
    """Share of professionals replaced a month: base × (1 + sensitivity·(usual − satisfaction)), in [0, 1]."""
    return min(1.0, base * max(0.0, 1.0 + sensitivity * (USUAL_SATISFACTION - satisfaction)))
