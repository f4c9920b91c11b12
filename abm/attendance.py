"""Attendance: who comes when families are invited, and how far the authority's outreach arrives."""

from abm.compiled import compiled
from abm.rules.coproduction import attend_probability, role_factor
from abm.rules.skills import supported
from abm.tables import FAMILY_COMMISSIONER


@compiled
def come_probability(world, i):
    """Probability that an invited family comes to a survey or a meeting."""
    family = world.families[i]
    facts = world.settings[family.locality]
    trust = world.edges[world.relations[FAMILY_COMMISSIONER].first + i].trust
    typical = 2.0 * facts.family_free_hours
    free = min(1.0, family.free_hours / typical) * (1.0 - family.fatigue) if typical > 0.0 else 0.0
    relief = min(1.0, world.localities[family.locality].expenses_per_hour / facts.money_wage)
    coming = attend_probability(
        family.engagement, trust, free, family.resources, outreach_of(world, family.locality), facts.coproduction_information,
        relief,
    )  # fmt: skip
    return min(0.98, coming * role_factor(facts.coproduction_roles_coproducer, facts.family_roles_effect))


@compiled
def outreach_of(world, row):
    """A locality's outreach as far as the authority's skill makes it arrive."""
    facts, skill = world.settings[row], world.commissioners[row].outreach_skill
    return supported(
        facts.coproduction_outreach, skill, facts.commissioner_skill_start, facts.commissioner_skill_effect
    )
