"""Supports: workshops, guidance, training, engagement, letters and resources, for those whom they are for."""

from __future__ import annotations

from collections.abc import Collection
from itertools import combinations
from typing import Any

from abm.ledger import INTERVENTION_COST, cents
from abm.rules.coproduction import next_capability
from abm.rules.interventions import taught
from abm.rules.learning import knowledge_share, revised
from abm.rules.trust import experience_against
from abm.streams import INTERVENTION
from benchmarks.plain_mesa.family import HOURS_TO_COME
from benchmarks.plain_mesa.money import HOUSEHOLDS, STAFF_PURSE
from benchmarks.plain_mesa.planning import add_voice

SHARED_WORK = 0.1  # joint hours a month that an hour at one workshop leaves
GOOD_MEETING = 0.6  # what meeting at a workshop is lived as
SKILLS = ("outreach_skill", "collaboration_skill", "empowerment_skill")
TEACHING = ("workshop", "guidance", "professional_training")
HELPING = ("family_training", "information", "resources")


def begin_month(model: Any) -> None:
    """What holds for a month ends; what was taught is forgotten, and leaves with those who leave."""
    for provider in model.providers:
        provider.forget_what_was_taught()
    for family in model.families:
        family.relief = family.granted_hours = family.event_hours = 0.0
    for office in model.offices:
        office.turned_away, office.closing = 0.0, False


def pay_for(office: Any, price: float, payee: Any = STAFF_PURSE) -> None:
    """The authority pays for an intervention (€)."""
    office.model.ledger.pay_publicly(office, payee, INTERVENTION_COST, cents(price))


def support(event: Any, office: Any) -> None:
    """A month of a support in a locality."""
    if event.kind in TEACHING:
        teach(event, office)
    elif event.kind == "engagement":
        engage(event, office)
    else:
        help_families(event, office)


def teach(event: Any, office: Any) -> None:
    """Workshops, guidance and training of professionals: what is taught, the hours that it takes, what it costs."""
    facts, strength = office.case.intervention, event.strength
    if event.reaches_place(office) and event.kind == "workshop":
        for skill in SKILLS:  # the authority's people are taught too
            gain = office.case.commissioner.skill_gain
            setattr(office, skill, taught(getattr(office, skill), strength, gain))
    if event.reaches_place(office) and event.kind == "guidance":
        office.backlog *= 1.0 - strength * facts.transaction_ease
    there = [provider for provider in office.providers if provider.active and event.reaches(provider)]
    for provider in there:
        provider.learn(event.kind, strength)
    if event.kind == "workshop":
        meet(there, strength)
    price = facts.letter_eur if event.kind == "guidance" else facts.course_eur
    pay_for(office, price * strength * len(there))


def meet(there: Collection[Any], strength: float) -> None:
    """Providers that are at a workshop together get to know one another."""
    for one, other in combinations(there, 2):
        model, hours = one.model, one.office.case.intervention.course_hours
        model.work.edges[one, other]["joint_hours"] += SHARED_WORK * hours * strength
        for source, target in ((one, other), (other, one)):
            lived = experience_against(GOOD_MEETING, model.trust.in_(source, target))
            model.trust.live(source, target, lived, 0.5 * strength)


def engage(event: Any, office: Any) -> None:
    """Families are asked; authority and providers move toward what those who came said, and these see how far."""
    model, design, trust = office.model, office.design, office.model.trust
    asked = [family for family in office.families if event.reaches(family)]
    present, heard = [], [0.0] * len(office.known_need)
    for family in asked:
        mark = model.uniform(INTERVENTION, family.number, event.number)
        if mark < event.strength * family.come_probability:
            present.append(family)
            family.event_hours += HOURS_TO_COME
            family.team.voices += 1.0
            add_voice(family.team.heard_need, 1.0, family.needs)
            add_voice(heard, 1.0, family.needs)
    pay_for(office, office.case.intervention.letter_eur * event.strength * len(asked))
    if not present:
        return
    scale, voices = office.case.network.voices_for_knowledge, float(len(present))
    decides = design.structure.decision_rights != "hierarchy"
    moved = knowledge_share(voices, scale) if decides else 0.0
    for d, voiced in enumerate(heard):
        for who in (office, *office.providers):
            who.known_need[d] = revised(who.known_need[d], voiced / voices, moved)
    office.knowledge, office.voice = revised(office.knowledge, 1.0, moved), moved
    for family in present:
        lived = experience_against(moved, trust.in_(family, office))
        trust.live_event(family, office, "benevolence", lived, 0.5 * office.case.trust.event_weight)
        family.voice += 0.3 * (moved - family.voice)


def help_families(event: Any, office: Any) -> None:
    """Letters go to all families that they are for; training and resources to those of them that are in service."""
    facts, strength, letters = office.case.intervention, event.strength, event.kind == "information"
    helped = [f for f in office.families if event.reaches(f) and (letters or f.enrolled)]
    for family in helped:
        if letters:
            family.encouraged = taught(family.encouraged, strength, 1.0)
        elif event.kind == "resources":
            family.relief = max(family.relief, strength)
            family.granted_hours += strength * facts.respite_hours
        else:
            came, gain = strength * family.engagement, office.case.work.training_gain
            family.capability = next_capability(family.capability, came, 0.0, gain, 0.0, 0.0)
            family.event_hours += came * HOURS_TO_COME
    price = facts.letter_eur if letters else facts.family_eur
    in_money = event.kind == "resources"
    pay_for(office, price * strength * len(helped), HOUSEHOLDS if in_money else STAFF_PURSE)
    if in_money:
        pay_for(office, facts.respite_hours * strength * len(helped) * office.case.money.wage)
