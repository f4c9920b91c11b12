"""Attendance: who comes when families are invited, and how far the authority's outreach arrives."""

from abm.compiled import compiled
from abm.rules.coproduction import able_share, attend_probability, role_factor, spare_hours
from abm.rules.interventions import willingness
from abm.rules.skills import supported
from abm.tables import FAMILY_COMMISSIONER

HOURS_TO_COME = 3.0  # that a family must have to spare in order to come to a survey or a meeting (assumed)


@compiled
def come_probability(world, i):
    """Probability that an invited family comes to a survey or a meeting."""
    family = world.families[i]
    facts = world.settings[family.locality]
    trust = world.edges[world.relations[FAMILY_COMMISSIONER].first + i].trust
    typical, hours = 2.0 * facts.family_free_hours, family.free_hours + family.respite_hours
    free = min(1.0, hours / typical) * (1.0 - family.fatigue) if typical > 0.0 else 0.0
    relief = relief_of(family, world.localities[family.locality].expenses_per_hour, facts.money_wage)
    willing = willingness(family.engagement, family.encouraged, facts.work_encouragement_effect)
    coming = attend_probability(
        willing, trust, free, family.resources, outreach_of(world, family.locality), facts.coproduction_information,
        relief,
    )  # fmt: skip
    coming = min(0.98, coming * role_factor(facts.coproduction_roles_coproducer, facts.family_roles_effect))
    return min(coming, able(family, facts, relief, HOURS_TO_COME))


@compiled
def relief_of(family, expenses, wage):
    """What expense money (in wages) or an intervention makes good of what few resources cost a family, in [0, 1]."""
    return max(family.relief, min(1.0, expenses / wage))


@compiled
def able(family, facts, relief, asked):
    """How far a family's spare hours go for the hours asked of it, in [0, 1]; 1 without scarcity."""
    if not facts.mechanisms_slack or facts.family_scarcity <= 0.0:
        return 1.0
    bound = family.integration_hours + family.red_tape_hours
    spare = spare_hours(family.free_hours, family.resources, bound, relief, family.respite_hours, facts.family_scarcity)
    return able_share(spare, asked)


@compiled
def outreach_of(world, row):
    """A locality's outreach as far as the authority's skill makes it arrive."""
    facts, skill = world.settings[row], world.commissioners[row].outreach_skill
    return supported(
        facts.coproduction_outreach, skill, facts.commissioner_skill_start, facts.commissioner_skill_effect
    )
