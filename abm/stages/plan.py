"""plan: families are asked what they need; who comes is not everyone, and associations speak for members only."""

from abm.associations import HEARD_A_MONTH, hear_members, speak_for_absent
from abm.attendance import come_probability
from abm.compiled import compiled
from abm.rules.learning import knowledge_share
from abm.rules.outcomes import need
from abm.streams import ATTEND, uniform

WRITES = (
    "families.coproduction_hours", "teams.heard_need", "teams.voices", "providers.prior_need", "providers.known_need",
)  # fmt: skip
HOURS_OF_A_SURVEY = 2.0


@compiled
def plan(world):
    """Open the month's account of families' hours; in a round of co-planning, hear those who come. In the world's part."""
    for row in range(world.part[0], world.part[1]):
        place = world.localities[row]
        for i in range(place.family_first, place.family_end):
            world.families[i].coproduction_hours = world.families[i].event_hours
        hear_members(world, row, HEARD_A_MONTH)
        if world.clock[0].planning and _has_trigger(world, row):
            _hear(world, row)


@compiled
def _has_trigger(world, row):
    """A round is held where political support × gap in knowledge is large enough (Joshi & Moore 2004: governance drivers)."""
    place, facts, voices = world.localities[row], world.settings[row], 0.0
    if not (place.funded and facts.coproduction_planning > 0.0):
        return False
    for t in range(place.team_first, place.team_end):
        voices += world.teams[t].voices
    gap = 1.0 - knowledge_share(voices, facts.network_voices_for_knowledge)
    wanted = world.commissioners[row].political_support * gap >= facts.rules_plan_trigger
    return wanted or not facts.mechanisms_politics


@compiled
def _hear(world, row):
    """Those who come speak for themselves; of the others, associations speak for their members."""
    place, facts, clock = world.localities[row], world.settings[row], world.clock[0]
    for i in range(place.family_first, place.family_end):
        family = world.families[i]
        team = world.teams[family.team]
        if uniform(clock.seed, ATTEND, clock.month, i) < facts.coproduction_planning * come_probability(world, i):
            family.coproduction_hours += HOURS_OF_A_SURVEY
            team.voices += 1.0
            for d in range(family.wellbeing.shape[0]):
                team.heard_need[d] += need(family.importance[d], family.wellbeing[d])
        else:
            team.voices += speak_for_absent(world, i, facts.coproduction_planning, team.heard_need)
