"""People who learn and tire: families, volunteers, professionals, and the authority's own skills."""

from abm.attendance import relief_of
from abm.compiled import compiled
from abm.rules.coproduction import next_capability, next_engagement, next_fatigue
from abm.rules.crowding import crowded
from abm.rules.interventions import next_encouragement
from abm.rules.menu import PARENT_TRAINING, VOLUNTEER_COURSE, WEEKEND
from abm.rules.skills import next_skill, staff_turnover, supported
from abm.rules.volunteering import exit_probability
from abm.stages.assess import red_tape
from abm.streams import SUPPORT, uniform
from abm.tables import VOLUNTEER_PROVIDER


@compiled
def training_of(world, row):
    """A locality's training as far as the authority's skill in empowering makes it arrive."""
    facts, skill = world.settings[row], world.commissioners[row].empowerment_skill
    return supported(
        facts.coproduction_training, skill, facts.commissioner_skill_start, facts.commissioner_skill_effect
    )


@compiled
def adapt_family(facts, family, offers, trust, trained, invited, expenses):
    """Load tires, support relieves, letters encourage; training and doing make capable; engagement follows trust and voice.

    `trust` is its mean trust in those it knows, `offers` are its team's, `expenses` what its place pays for an hour.
    """
    if facts.mechanisms_fatigue:
        hours = family.coproduction_hours + family.integration_hours + family.red_tape_hours
        load = min(1.5, hours / max(1.0, family.free_hours + family.respite_hours))
        relief = relief_of(family, expenses, facts.money_wage) * (1.0 - family.resources)
        eased = load * (1.0 - 0.4 * trained) * (1.0 - relief)
        rest = min(1.0, facts.work_fatigue_recovery * (1.0 + facts.menu_strength * offers[WEEKEND]))
        family.fatigue = next_fatigue(family.fatigue, eased, facts.work_fatigue_gain, rest)
    letters = facts.coproduction_encouragement if invited else 0.0
    family.encouraged = next_encouragement(family.encouraged, letters, facts.work_encouragement_memory)
    training = trained * (1.0 if family.took_part > 0.0 else 0.0) * family.engagement
    training += facts.menu_strength * offers[PARENT_TRAINING] * family.enrolled * family.engagement
    family.capability = next_capability(
        family.capability,
        training,
        family.took_part,
        facts.work_training_gain,
        facts.work_doing_gain,
        facts.work_capability_loss,
    )
    family.engagement = next_engagement(family.engagement, family.own_engagement, trust, family.fatigue, family.voice)
    family.tailoring += 0.02 * family.took_part * (1.0 - family.tailoring) - 0.03 * family.tailoring


@compiled
def invites(world, row):
    """Whether a place has anything to invite families to: surveys and meetings before its first service, and service."""
    place, clock = world.localities[row], world.clock[0]
    return place.serving > 0 or (place.funded > 0 and clock.month < clock.service_first)


@compiled
def adapt_volunteer(world, row, v, trained, recruiting):
    """Volunteers train, tire, answer to expense money, leave and join; `recruiting` is what associations make of it."""
    facts, clock, volunteer = world.settings[row], world.clock[0], world.volunteers[v]
    provider = world.providers[volunteer.provider]
    edge = world.edges[world.relations[VOLUNTEER_PROVIDER].first + v]
    volunteer.joined = volunteer.left = 0
    paid = min(1.0, world.localities[row].expenses_per_hour / facts.money_wage)
    if facts.mechanisms_fatigue and facts.work_volunteer_hours > 0.0:
        load = (volunteer.hours / facts.work_volunteer_hours) * (1.0 - 0.4 * trained) * (1.0 - paid)
        recovery = facts.work_fatigue_recovery
        volunteer.fatigue = next_fatigue(volunteer.fatigue, load, facts.work_volunteer_fatigue, recovery)
    if volunteer.active:
        if volunteer.hours > 0.0:
            course = facts.menu_strength * world.teams[provider.team].offers[VOLUNTEER_COURSE]
            volunteer.trained += 0.1 * min(1.0, trained * recruiting + course) * (1.0 - volunteer.trained)
            crowding = facts.work_volunteer_crowding if facts.mechanisms_crowding else 0.0
            volunteer.motivation += crowded(volunteer.motivation, paid, crowding)
        felt = 0.3 * red_tape(facts, provider)
        volunteer.motivation += (
            0.05 * (edge.trust - 0.5) + 0.05 * (volunteer.own_motivation - volunteer.motivation) - 0.05 * felt
        )
        volunteer.motivation = min(1.0, max(0.0, volunteer.motivation))
        leaving = exit_probability(
            facts.work_volunteer_exit, volunteer.motivation, edge.trust, 0.1 * felt, volunteer.fatigue
        )
        if not provider.active or uniform(clock.seed, SUPPORT, clock.month, v) < leaving:
            volunteer.active = edge.active = 0
            volunteer.left = 1
        return
    door = facts.coproduction_delivery if world.localities[row].serving else 0.3
    entry = facts.work_volunteer_entry * door * recruiting
    if provider.active and uniform(clock.seed, SUPPORT, clock.month, v, 1) < entry:
        volunteer.active = edge.active = volunteer.joined = 1


@compiled
def adapt_staff(facts, provider):
    """Under the contract professionals learn by doing, and those who leave take competence and openness with them.

    In usual services both are taken to balance: competence stays as it is.
    """
    rate = staff_turnover(facts.provider_staff_turnover, facts.provider_turnover_sensitivity, provider.job_satisfaction)
    provider.staff_turnover = rate
    provider.openness += rate * (provider.own_openness - provider.openness)
    domains = provider.competence.shape[0]
    for d in range(domains):
        done = min(2.0, domains * provider.attention[d]) * provider.liquidity
        entry = facts.provider_entry_skill * provider.own_competence[d]
        provider.competence[d] = next_skill(provider.competence[d], entry, done, facts.provider_skill_gain, rate)


@compiled
def practise(world, row):
    """The authority's three skills: listening by co-planning, collaboration by design meetings, empowering by co-delivery."""
    place, facts, clock, office = world.localities[row], world.settings[row], world.clock[0], world.commissioners[row]
    asked = facts.coproduction_planning if place.funded and clock.planning else 0.0
    met = facts.coproduction_design if place.meeting_experience >= 0.0 else 0.0
    produced = facts.coproduction_delivery if place.serving else 0.0
    start, gain, loss = facts.commissioner_skill_start, facts.commissioner_skill_gain, facts.commissioner_skill_loss
    office.outreach_skill = next_skill(office.outreach_skill, start, asked, gain, loss)
    office.collaboration_skill = next_skill(office.collaboration_skill, start, met, gain, loss)
    office.empowerment_skill = next_skill(office.empowerment_skill, start, produced, gain, loss)
