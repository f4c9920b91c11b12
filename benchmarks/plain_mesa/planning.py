"""Co-planning: families are asked what they need; who comes is not everyone, and associations speak for members only."""

from __future__ import annotations

from typing import Any

from abm.streams import ATTEND

HEARD_A_MONTH = 0.1  # of the way to what its members need now, an association
HOURS_OF_A_SURVEY = 2.0


def plan(model: Any) -> None:
    """Associations listen to their members; in a round of co-planning authorities hear those who come."""
    for family in model.families:
        family.coproduction_hours = family.event_hours
    for provider in model.providers:
        provider.hear_members(HEARD_A_MONTH)
    if model.calendar.planning:
        for office in model.offices:
            if office.wants_round():
                hear_families(office)


def hear_families(office: Any) -> None:
    """Those who come speak for themselves; of the others, associations speak for their members."""
    intensity = office.design.coproduction.planning
    for family in office.families:
        if office.model.uniform(ATTEND, family.number) < intensity * family.come_probability:
            family.coproduction_hours += HOURS_OF_A_SURVEY
            voice, need = 1.0, family.needs
        else:
            voice, need = family.voice_in_absence(intensity)
        add_voice(family.team.heard_need, voice, need)
        family.team.voices += voice


def add_voice(voiced: list[float], weight: float, need: list[float]) -> None:
    """Add somebody's needs, with their weight, to those that were voiced."""
    for d, needed in enumerate(need):
        voiced[d] += weight * needed
