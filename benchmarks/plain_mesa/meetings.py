"""Design meetings: families and partners shape the services, partners join, and everybody lives what the meeting was."""

from __future__ import annotations

from itertools import combinations
from typing import Any

import numpy as np

from abm.rules.coordination import difference
from abm.rules.learning import next_fit, revised
from abm.rules.network import reached
from abm.rules.skills import skill_factor
from abm.rules.trust import experience_against
from abm.streams import JOIN, MEETING
from benchmarks.plain_mesa.menu import choose_menu, granted
from benchmarks.plain_mesa.planning import add_voice
from benchmarks.plain_mesa.tender import plan_work

FULL_HEARING = 8.0  # voices from which a plan moves as far as a meeting can move it
MENU_PART = 0.5  # of a family's voice: decisions on new services beside those on plans
EASED = 0.5  # of what partners do not agree on, where a facilitator chairs the meeting


def design_services(model: Any) -> None:
    """Hold this month's design meetings where the design has any."""
    for office in model.offices:
        office.meeting_experience = None
        for provider in office.providers:
            provider.coordination_hours = 0.0
        wanted = office.contract.launched and office.design.coproduction.design > 0.0
        if model.calendar.codesigning and wanted:
            Meeting(office).hold()


class Meeting:
    """A month's design meeting of a locality. A first one only hears, and a hierarchy never decides here."""

    def __init__(self, office: Any) -> None:
        self.office, self.design, self.case, self.model = office, office.design, office.case, office.model
        office.meetings += 1
        self.first = office.meetings == 1
        self.decides = not self.first and office.decides_with_others
        members = self.design.structure.decision_rights == "members"
        office.agreement = self.facilitated(agreement(office.partners)) if members else 1.0

    def facilitated(self, agreed: float) -> float:
        """What partners agree on where facilitators have hours to chair some of the meetings."""
        hours = self.design.structure.network_management.facilitation * self.case.network.facilitation_hours
        chaired = reached(hours, self.case.network.meeting_hours * len(self.office.teams))
        return revised(agreed, 1.0, EASED * chaired)

    def hold(self) -> None:
        """Those who come ask; plans and the menu move; the meeting is lived; newcomers join."""
        office = self.office
        present = self.gather()
        if not present:
            return
        for partner in office.partners:
            self.work_on_plan(partner)
        if not self.first:
            choose_menu(office, self.design.coproduction.design if office.decides_with_others else 0.0)
        self.be_lived(present)
        self.let_join()

    def gather(self) -> list[Any]:
        """Who comes speaks for itself; members of associations who stay away are spoken for."""
        intensity = self.design.coproduction.design
        for team in self.office.teams:
            team.present, team.asked_need = 0.0, [0.0] * len(team.asked_need)
        for family in self.office.families:
            mark = self.model.uniform(MEETING, family.number)
            family.at_meeting = mark < intensity * family.come_probability
            if family.at_meeting:
                family.coproduction_hours += self.case.network.meeting_hours
                voice, need = 1.0, family.needs
            else:
                voice, need = family.voice_in_absence(intensity)
            add_voice(family.team.asked_need, voice, need)
            family.team.present += voice
        return [family for family in self.office.families if family.at_meeting]

    def asked(self, team: Any) -> tuple[list[float], float]:
        """Mean need voiced where plans are made for a team, and how many voices spoke there."""
        teams = [team] if self.office.teams_decide else self.office.teams
        voices, need = 0.0, [0.0] * len(team.asked_need)
        for one in teams:
            voices += one.present
            add_voice(need, 1.0, one.asked_need)
        return [asked / voices if voices > 0.0 else 0.0 for asked in need], voices

    def hearing(self, voices: float) -> float:
        """How far a meeting of so many voices can move a plan, with the authority's skill of collaboration."""
        facts = self.case.commissioner
        made = skill_factor(self.office.collaboration_skill, facts.skill_start, facts.skill_effect)
        return min(1.0, made * self.office.agreement * voices / FULL_HEARING)

    def work_on_plan(self, partner: Any) -> None:
        """A partner opens to families; where the meeting decides, its plans and services move toward what was asked."""
        adaptation, specified = self.case.provider.adaptation, self.design.payment.input_specification
        partner.coordination_hours += self.case.network.meeting_hours * self.design.coproduction.design
        asked, voices = self.asked(partner.team)
        heard = self.hearing(voices)
        partner.openness += adaptation * heard * (1.0 - partner.openness)
        if not self.decides or heard <= 0.0:
            return
        step = min(1.0, 2.0 * adaptation * (1.0 - specified) * heard)
        for d, need in enumerate(asked):
            partner.known_need[d] = revised(partner.known_need[d], need, step)
            partner.fit[d] = next_fit(partner.fit[d], heard, adaptation, specified)

    def voice_of(self, family: Any) -> float:
        """Share of decisions that moved toward what a family asked: on plans, and on the new services that it wished."""
        if not self.decides:
            return 0.0
        asked, voices = self.asked(family.team)
        specified = self.design.payment.input_specification
        step = self.hearing(voices) * (1.0 - 0.5 * specified)  # prescriptions bind part of what could be decided
        toward = wished = 0.0
        for need, planned, mean in zip(family.needs, family.package[0].provider.known_need, asked, strict=True):
            wish, moved = need - planned, mean - planned
            wished += abs(wish)
            toward += abs(wish) if wish * moved > 0.0 else 0.0
        on_plans = step * toward / wished if wished > 0.0 else 0.0
        on_menu = self.design.coproduction.design * granted(family)  # as far as the vote was families'
        return (1.0 - MENU_PART) * on_plans + MENU_PART * on_menu

    def be_lived(self, present: list[Any]) -> None:
        """Everybody lives the meeting against what they expected; work done together leaves links."""
        office, trust = self.office, self.model.trust
        weight = (0.25 if self.first else 0.5) * self.case.trust.event_weight
        lived = voiced = 0.0
        for family in present:
            voice = self.voice_of(family)
            x = experience_against(max(0.0, voice - family.dumped), trust.in_(family, office))
            trust.live_event(family, office, "benevolence", x, weight)
            for slot in family.package:
                if slot.provider.partner:
                    trust.live_event(family, slot.provider, "benevolence", x, 0.5 * weight)
            family.voice += 0.3 * (voice - family.voice)
            if not self.first:
                family.tailoring += 0.1 * (1.0 - family.tailoring)
            lived, voiced = lived + x, voiced + voice
        office.meeting_experience, office.voice = lived / len(present), voiced / len(present)
        for partner in office.partners:
            x = experience_against(0.5 + 0.5 * office.voice, trust.in_(partner, office))
            trust.live_event(partner, office, "benevolence", x, 0.5 * weight)
        for one, other in combinations(office.partners, 2):
            if one.team is other.team or not office.teams_decide:
                self.link(one, other)

    def link(self, one: Any, other: Any) -> None:
        """Two partners who met have worked together."""
        hours = self.case.network.meeting_hours * self.design.coproduction.design
        self.model.work.edges[one, other]["joint_hours"] += 0.1 * hours
        for source, target in ((one, other), (other, one)):
            x = experience_against(0.45 if self.first else 0.6, self.model.trust.in_(source, target))
            self.model.trust.live(source, target, x, 0.5)

    def let_join(self) -> None:
        """Nonprofits that were not at the bid come in and share the contract."""
        office, joined, staff = self.office, False, 0.0
        for partner in office.partners:
            staff += partner.staff_hours
        for provider in office.providers:
            if provider.active or provider.exited or provider.kind == "for_profit":
                continue
            if self.model.uniform(JOIN, provider.number) < 0.35 * self.design.coproduction.design:
                provider.come_in()
                share = provider.staff_hours / (staff + provider.staff_hours)
                for other in office.providers:
                    other.award_share *= 1.0 - share
                provider.partner, provider.award_share = True, share
                provider.price_per_hour = office.contract.fee_per_hour
                provider.worth = self.model.ledger.balance(provider)
                for investor in office.investors:
                    investor.relate_to(provider)
                staff += provider.staff_hours
                joined = True
        if joined:
            plan_work(office)


def agreement(partners: list[Any]) -> float:
    """How far partners want the same, in [0, 1]: members decide only what they agree on."""
    if not partners:
        return 1.0
    whole = [0.0] * len(partners[0].known_need)
    for partner in partners:
        add_voice(whole, 1.0, partner.known_need)
    apart = 0.0
    for partner in partners:
        apart += difference(np.array(partner.known_need), np.array(whole))
    return 1.0 - apart / len(partners)
