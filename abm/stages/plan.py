"""plan: families are asked what they need; who comes is not everyone."""

from abm.compiled import compiled
from abm.rules.coproduction import attend_probability
from abm.rules.outcomes import need
from abm.streams import ATTEND, uniform
from abm.tables import FAMILY_COMMISSIONER

WRITES = ("families.coproduction_hours", "teams.heard_need", "teams.voices")
HOURS_OF_A_SURVEY = 2.0


@compiled
def plan(world):
    """Open the month's account of families' hours; in a round of co-planning, hear those who come."""
    clock = world.clock[0]
    for i in range(world.families.shape[0]):
        world.families[i].coproduction_hours = 0.0
    if clock.planning == 0:
        return
    for i in range(world.families.shape[0]):
        family = world.families[i]
        facts = world.settings[family.locality]
        if world.localities[family.locality].funded == 0 or facts.coproduction_planning <= 0.0:
            continue
        if uniform(clock.seed, ATTEND, clock.month, i) < facts.coproduction_planning * come_probability(world, i):
            family.coproduction_hours += HOURS_OF_A_SURVEY
            team = world.teams[family.team]
            team.voices += 1.0
            for d in range(family.wellbeing.shape[0]):
                team.heard_need[d] += need(family.importance[d], family.wellbeing[d])


@compiled
def come_probability(world, i):
    """Probability that an invited family comes to a survey or a meeting."""
    family = world.families[i]
    facts = world.settings[family.locality]
    trust = world.edges[world.relations[FAMILY_COMMISSIONER].first + i].trust
    free = min(1.0, family.free_hours / (2.0 * facts.family_free_hours)) * (1.0 - family.fatigue)
    return attend_probability(family.engagement, trust, free, family.resources, facts.coproduction_outreach)
