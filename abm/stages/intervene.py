"""intervene: dated interventions and shocks act, at the opening of a month, on those that they are for.

Supports (workshops, guidance, training, letters, resources) are here, shocks in `intervene_shocks.py`. What they move are
columns that the month reads anyway. A world without interventions is left alone.
"""

import numpy as np

from abm.attendance import HOURS_TO_COME, come_probability
from abm.compiled import compiled, compiled_with_arrays
from abm.ledger import HOUSEHOLD, INTERVENTION_COST, STAFF, cents, single_account
from abm.network import BENEVOLENCE, live, live_event, pair_row
from abm.rules.coproduction import next_capability
from abm.rules.interventions import (
    ENGAGEMENT,
    FAMILY_TRAINING,
    GUIDANCE,
    INFORMATION,
    RESOURCES,
    UNIT_FAMILY,
    UNIT_PLACE,
    UNIT_PROVIDER,
    WORKSHOP,
    forgotten,
    taught,
)
from abm.rules.learning import knowledge_share, revised
from abm.rules.outcomes import need
from abm.rules.trust import experience_against
from abm.stages.intervene_shocks import cut_money, reached, strike
from abm.stages.pay_moves import pay_public
from abm.streams import INTERVENTION, uniform
from abm.tables import FAMILY_COMMISSIONER, PROVIDER_PROVIDER

WRITES = (
    "balances", "commissioners.collaboration_skill", "commissioners.empowerment_skill", "commissioners.known_need",
    "commissioners.knowledge", "commissioners.outreach_skill", "commissioners.political_support", "dues",
    "edges.active", "edges.against", "edges.damage", "edges.lived", "edges.lived_weight", "edges.support",
    "families.capability", "families.encouraged", "families.event_hours", "families.granted_hours", "families.relief",
    "families.voice", "flows", "localities.backlog", "localities.claim_ceiling", "localities.closing",
    "localities.cut", "localities.serving", "localities.turned_away", "localities.voice", "pairs.joint_hours",
    "providers.active", "providers.award_share", "providers.clarity", "providers.competence",
    "providers.contracting_skill", "providers.exited", "providers.known_need", "providers.openness",
    "providers.partner", "providers.planned_hours", "providers.training_hours", "teams.heard_need", "teams.voices",
)  # fmt: skip

SHARED_WORK = 0.1  # joint hours a month that an hour at one workshop leaves, as at a design meeting (assumed)
GOOD_MEETING = 0.6  # what meeting at a workshop is lived as, against what was expected (assumed)


@compiled_with_arrays
def intervene(world):
    """Let this month's interventions and shocks act, in the order in which they were given."""
    if world.interventions.shape[0] == 0:
        return
    month = world.clock[0].month
    _begin(world)
    cuts = np.zeros(world.localities.shape[0])
    for n in range(world.interventions.shape[0]):
        event = world.interventions[n]
        if event.strength <= 0.0 or not event.first <= month <= event.last:
            continue
        for row in range(world.localities.shape[0]):
            if not world.localities[row].funded:
                continue
            if event.kind > RESOURCES:
                strike(world, n, row, cuts)
            elif event.kind == ENGAGEMENT:
                _engage(world, n, row)
            elif event.kind >= FAMILY_TRAINING:
                _support_families(world, n, row)
            else:
                _support_providers(world, n, row)
    for row in range(world.localities.shape[0]):
        cut_money(world, row, cuts[row])


@compiled
def _begin(world):
    """What holds for a month only ends; what was taught is forgotten, and leaves with those who leave."""
    for row in range(world.localities.shape[0]):
        world.localities[row].turned_away, world.localities[row].closing = 0.0, 0
    for p in range(world.providers.shape[0]):
        provider = world.providers[p]
        loss = world.settings[provider.locality].commissioner_skill_loss
        provider.training_hours = 0.0
        provider.contracting_skill = forgotten(provider.contracting_skill, loss, provider.staff_turnover)
        provider.clarity = forgotten(provider.clarity, loss, provider.staff_turnover)
    for i in range(world.families.shape[0]):
        family = world.families[i]
        family.relief = family.granted_hours = family.event_hours = 0.0


@compiled
def _support_providers(world, n, row):
    """Workshops, guidance and training of professionals: what is taught, the hours that it takes, what it costs."""
    place, facts = world.localities[row], world.settings[row]
    event, marks = world.interventions[n], world.assignments[n]
    here, count = reached(event, marks, UNIT_PLACE, row, row), 0.0
    if here and event.kind == WORKSHOP:
        _teach_authority(world.commissioners[row], event.strength, facts.commissioner_skill_gain)
    if here and event.kind == GUIDANCE:
        place.backlog *= 1.0 - event.strength * facts.intervention_transaction_ease
    for p in range(place.provider_first, place.provider_end):
        provider = world.providers[p]
        if provider.active and reached(event, marks, UNIT_PROVIDER, p, row):
            count += 1.0
            if event.kind == GUIDANCE:
                provider.clarity = taught(provider.clarity, event.strength, 1.0)
                continue
            provider.training_hours += event.strength * facts.intervention_course_hours
            if event.kind == WORKSHOP:
                gain = facts.intervention_workshop_gain
                provider.contracting_skill = taught(provider.contracting_skill, event.strength, gain)
                continue
            gain = facts.intervention_professional_gain
            provider.openness = taught(provider.openness, event.strength, gain)
            for d in range(provider.competence.shape[0]):
                provider.competence[d] = taught(provider.competence[d], event.strength, gain)
    if event.kind == WORKSHOP:
        _meet(world, n, row)
    price = facts.intervention_letter_eur if event.kind == GUIDANCE else facts.intervention_course_eur
    amount = cents(price * event.strength * count)
    pay_public(world, row, single_account(STAFF), STAFF, INTERVENTION_COST, amount)


@compiled
def _teach_authority(office, strength, gain):
    """Workshops by place teach the authority's people too, as practice does."""
    office.outreach_skill = taught(office.outreach_skill, strength, gain)
    office.collaboration_skill = taught(office.collaboration_skill, strength, gain)
    office.empowerment_skill = taught(office.empowerment_skill, strength, gain)


@compiled
def _meet(world, n, row):
    """Providers that are at a workshop together get to know one another."""
    place, facts = world.localities[row], world.settings[row]
    event, marks = world.interventions[n], world.assignments[n]
    first = world.relations[PROVIDER_PROVIDER].first
    for p in range(place.provider_first, place.provider_end):
        for q in range(place.provider_first, place.provider_end):
            both = world.providers[p].active and world.providers[q].active and p != q
            both = both and reached(event, marks, UNIT_PROVIDER, p, row)
            if both and reached(event, marks, UNIT_PROVIDER, q, row):
                pair = pair_row(place, p, q)
                world.pairs[pair].joint_hours += SHARED_WORK * facts.intervention_course_hours * event.strength
                edge = world.edges[first + pair]
                live(edge, facts, experience_against(GOOD_MEETING, edge.trust), 0.5 * event.strength)


@compiled_with_arrays
def _engage(world, n, row):
    """Families are asked; authority and providers move toward what those who came said, and these see how far.

    Who comes depends on what it always depends on. A hierarchy hears and moves nothing.
    """
    place, facts, office = world.localities[row], world.settings[row], world.commissioners[row]
    hall, domains = world.relations[FAMILY_COMMISSIONER].first, office.known_need.shape[0]
    heard, present = np.zeros(domains), np.zeros(place.family_end - place.family_first)
    voices = _hear(world, n, row, heard, present)
    if voices == 0.0:
        return
    decides = facts.structure_decision_rights != 0.0
    moved = knowledge_share(voices, facts.network_voices_for_knowledge) if decides else 0.0
    for d in range(domains):
        office.known_need[d] = revised(office.known_need[d], heard[d] / voices, moved)
        for p in range(place.provider_first, place.provider_end):
            known = world.providers[p].known_need
            known[d] = revised(known[d], heard[d] / voices, moved)
    office.knowledge, place.voice = revised(office.knowledge, 1.0, moved), moved
    for i in range(place.family_first, place.family_end):
        if present[i - place.family_first] > 0.0:
            tie = world.edges[hall + i]
            live_event(tie, facts, BENEVOLENCE, experience_against(moved, tie.trust), 0.5 * facts.trust_event_weight)
            world.families[i].voice += 0.3 * (moved - world.families[i].voice)


@compiled
def _hear(world, n, row, heard, present):
    """Invite those whom an engagement is for; what is voiced goes into `heard`, who came into `present`. Returns how many."""
    place, facts = world.localities[row], world.settings[row]
    event, marks = world.interventions[n], world.assignments[n]
    clock, voices, asked = world.clock[0], 0.0, 0.0
    for i in range(place.family_first, place.family_end):
        family = world.families[i]
        if not reached(event, marks, UNIT_FAMILY, i, row):
            continue
        asked += 1.0
        if uniform(clock.seed, INTERVENTION, clock.month, i, n) < event.strength * come_probability(world, i):
            present[i - place.family_first], voices = 1.0, voices + 1.0
            family.event_hours += HOURS_TO_COME
            world.teams[family.team].voices += 1.0
            for d in range(heard.shape[0]):
                needed = need(family.importance[d], family.wellbeing[d])
                heard[d] += needed
                world.teams[family.team].heard_need[d] += needed
    amount = cents(facts.intervention_letter_eur * event.strength * asked)
    pay_public(world, row, single_account(STAFF), STAFF, INTERVENTION_COST, amount)
    return voices


@compiled
def _support_families(world, n, row):
    """Letters go to all families that they are for; training and resources to those of them that are in service."""
    place, facts = world.localities[row], world.settings[row]
    event, marks = world.interventions[n], world.assignments[n]
    strength, count = event.strength, 0.0
    for i in range(place.family_first, place.family_end):
        family = world.families[i]
        letters = event.kind == INFORMATION
        if not reached(event, marks, UNIT_FAMILY, i, row) or not (letters or family.enrolled):
            continue
        count += 1.0
        if letters:
            family.encouraged = taught(family.encouraged, strength, 1.0)
        elif event.kind == RESOURCES:
            family.relief = max(family.relief, strength)
            family.granted_hours += strength * facts.intervention_respite_hours
        else:
            came, gain = strength * family.engagement, facts.work_training_gain
            family.capability = next_capability(family.capability, came, 0.0, gain, 0.0, 0.0)
            family.event_hours += came * HOURS_TO_COME
    price = facts.intervention_letter_eur if event.kind == INFORMATION else facts.intervention_family_eur
    amount, payee = cents(price * strength * count), HOUSEHOLD if event.kind == RESOURCES else STAFF
    pay_public(world, row, single_account(payee), payee, INTERVENTION_COST, amount)
    if event.kind == RESOURCES:
        relieved = cents(facts.intervention_respite_hours * strength * count * facts.money_wage)
        pay_public(world, row, single_account(STAFF), STAFF, INTERVENTION_COST, relieved)
