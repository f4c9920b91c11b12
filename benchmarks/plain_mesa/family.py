"""The family: who it is, what it needs, and how it comes into the service and out of it."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import mesa

from abm.rules.attribution import LAYERS
from abm.rules.coproduction import able_share, attend_probability, spare_hours
from abm.rules.interventions import willingness
from abm.rules.outcomes import need
from abm.rules.selection import apply_probability, switch_probability
from abm.streams import APPLY, CRISIS, LEAVE, SWITCH
from benchmarks.plain_mesa.comparison import Compared
from benchmarks.plain_mesa.family_judgement import Judging
from benchmarks.plain_mesa.family_life import Living
from benchmarks.plain_mesa.rate_card import Claim

HOURS_TO_COME = 3.0  # that a family must have to spare in order to come to a survey or a meeting


@dataclass(eq=False)
class Slot:
    """A provider that a family knows, and what it gives the family under the contract."""

    provider: Any
    enrolled: bool = False
    hours: float = 0.0
    payment_per_hour: float = 0.0  # € that one more hour adds to the provider's payment

    def release(self) -> None:
        """The provider serves the family no more."""
        self.enrolled, self.hours, self.payment_per_hour = False, 0.0, 0.0


class Family(Living, Judging, Compared, mesa.Agent):
    """A family that is eligible for the service."""

    def __init__(self, model: Any, number: int, office: Any, start: dict[str, Any]) -> None:
        super().__init__(model)
        self.number, self.office = number, office
        self.team, self.territory = start["team"], start["territory"]
        self.complexity, self.resources = start["complexity"], start["resources"]
        self.complexity_third, self.resources_third = start["complexity_third"], start["resources_third"]
        self.free_hours, self.importance = start["free_hours"], start["importance"]
        self.wellbeing, self.baseline = list(start["wellbeing"]), list(start["baseline"])
        self.unserved_wellbeing, self.unserved_baseline = list(start["wellbeing"]), list(start["baseline"])
        self.start_wellbeing = start["start_wellbeing"]
        self.engagement, self.own_engagement = start["engagement"], start["own_engagement"]
        self.capability = start["capability"]
        self.package = [Slot(provider) for provider in start["package"]]
        self.peers: list[Family] = []  # the same one may stand twice
        self.main_provider: Any = None  # the one that took it in
        self.enrolled = self.applied = self.was_served = self.cohort = self.crisis = False
        self.waiting_months = self.served_months = 0
        self.claims: dict[tuple[int, int], Claim] = {}
        self.earned = self.unserved_earned = 0  # cents
        self.layer_earned, self.closing = [0] * LAYERS, False
        self.filed_complexity = start["filed_complexity"]
        self.reported = self.overstated = 0.0
        self.at_meeting, self.voice = False, 0.0
        self.encouraged = self.respite_hours = 0.0
        self.relief = self.granted_hours = self.event_hours = 0.0  # by interventions, this month
        self.begin_life(len(self.wellbeing))
        self.begin_judging()
        self.begin_comparing(len(self.wellbeing))

    @property
    def needs(self) -> list[float]:
        """Need by domain: importance × (1 − wellbeing)."""
        return [need(weight, y) for weight, y in zip(self.importance, self.wellbeing, strict=True)]

    @property
    def need(self) -> float:
        """Need over all domains."""
        found = 0.0
        for needed in self.needs:
            found += needed
        return found

    def knows(self, provider: Any) -> bool:
        """Whether a provider is in its package."""
        return any(slot.provider is provider for slot in self.package)

    def served_by(self, provider: Any) -> bool:
        """Whether a provider serves it under the contract."""
        return any(slot.provider is provider and slot.enrolled for slot in self.package)

    @property
    def serving(self) -> list[Slot]:
        """The part of its package that serves it under the contract."""
        return [slot for slot in self.package if slot.enrolled]

    @property
    def first_partner(self) -> Any:
        """The provider that would take it in: its first that holds a part of the contract."""
        return next((slot.provider for slot in self.package if slot.provider.partner), None)

    @property
    def association(self) -> Any:
        """The families' association of which it is a member."""
        here = (slot.provider for slot in self.package)
        return next((provider for provider in here if provider.kind == "association" and provider.active), None)

    # ---- being heard

    @property
    def come_probability(self) -> float:
        """Probability that it comes when it is invited to a survey or a meeting."""
        office, case = self.office, self.office.case
        typical = 2.0 * case.family.free_hours
        hours = self.free_hours + self.respite_hours
        free = min(1.0, hours / typical) * (1.0 - self.fatigue) if typical > 0.0 else 0.0
        coming = attend_probability(
            self.willing, self.model.trust.in_(self, office), free, self.resources, office.outreach,
            office.design.coproduction.information, self.eased_by_money,
        )  # fmt: skip
        return min(0.98, coming * office.role("coproducer"), self.able(HOURS_TO_COME))

    @property
    def willing(self) -> float:
        """Engagement, as letters raise it."""
        return willingness(self.engagement, self.encouraged, self.office.case.work.encouragement_effect)

    @property
    def eased_by_money(self) -> float:
        """How far expense money or an intervention makes good what few resources cost it."""
        return max(self.relief, min(1.0, self.office.contract.expenses_per_hour / self.office.case.money.wage))

    def able(self, asked: float) -> float:
        """How far its spare hours go for what is asked; wholly without scarcity."""
        scarcity = self.office.case.family.scarcity
        if not self.office.design.mechanisms.slack or scarcity <= 0.0:
            return 1.0
        bound = self.integration_hours + self.red_tape_hours
        spare = spare_hours(
            self.free_hours, self.resources, bound, self.eased_by_money, self.respite_hours, scarcity
        )  # fmt: skip
        return able_share(spare, asked)

    def voice_in_absence(self, intensity: float) -> tuple[float, list[float]]:
        """The weight of what its association says in its place, and what that says; nothing where it has none."""
        weight, association = intensity * self.office.case.work.association_voice, self.association
        return (weight, association.known_need) if weight > 0.0 and association is not None else (0.0, [])

    # ---- coming and going

    def meet_fate(self) -> None:
        """A crisis happens or not."""
        self.crisis = self.model.uniform(CRISIS, self.number) < self.office.case.family.crisis_rate

    def maybe_leave(self) -> None:
        """Leave at the end of the programme or contract, early by chance, or when no partner is left to serve it."""
        for slot in self.package:
            if not slot.provider.partner:
                slot.release()
        office, facts = self.office, self.office.case.family
        done = self.closing or self.served_months >= facts.programme_months
        early = self.model.uniform(LEAVE, self.number) < facts.turnover * office.role("consumer")
        if done or early or not self.serving or not office.contract.serving:
            self._leave()

    def _leave(self) -> None:
        self.enrolled, self.was_served, self.hours_received = False, True, 0.0
        for slot in self.package:
            slot.release()
        taken, third = self.main_provider, self.complexity_third
        taken.mission_intake[third] -= taken.mission_intake[third] / taken.real_intake[third]  # at the same rate
        taken.real_intake[third] -= 1.0
        taken.main_families -= 1

    def maybe_switch(self) -> None:
        """Perhaps replace the provider that it trusts least; the one that took it in stays."""
        office, model, trust = self.office, self.model, self.model.trust
        if model.uniform(SWITCH, self.number) >= office.case.family.switching * office.role("consumer"):
            return
        others = [slot for slot in self.package if slot.provider is not self.main_provider]
        found = office.providers[int(model.uniform(SWITCH, self.number, 1) * len(office.providers))]
        if not others or not found.partner or self.knows(found):
            return
        worst = min(others, key=lambda slot: trust.in_(self, slot.provider))
        start = office.case.trust.family_provider
        odds = switch_probability(trust.in_(self, worst.provider), start)
        if model.uniform(SWITCH, self.number, 2) < odds:
            trust.remove_edge(self, worst.provider)
            trust.relate(self, found, "family_provider", start, True)
            worst.provider, worst.enrolled, worst.hours, worst.payment_per_hour = found, True, 0.0, 0.0

    def maybe_apply(self) -> None:
        """Apply by need, trust, engagement, resources and information, or in a crisis; or go on waiting."""
        office, facts, model = self.office, self.office.case.family, self.model
        if self.was_served:
            return
        if self.applied:
            self.waiting_months += 1
            if model.uniform(LEAVE, self.number, 1) < facts.give_up * (2.0 - office.role("client")):
                self.forget_waiting()
            return
        odds = apply_probability(
            facts.apply_rate, self.need, model.trust.in_(self, self.package[0].provider), self.willing, self.resources,
            office.outreach, office.design.coproduction.information,
        )  # fmt: skip
        applies = self.crisis or model.uniform(APPLY, self.number) < odds
        if applies and model.uniform(APPLY, self.number, 1) >= office.turned_away:
            self.applied, self.waiting_months = True, 0

    def forget_waiting(self) -> None:
        """Wait no longer."""
        self.applied, self.waiting_months = False, 0

    def enrol(self, provider: Any) -> None:
        """Begin the programme: change counts from here."""
        self.forget_waiting()
        self.enrolled = self.cohort = True
        self.main_provider, self.served_months = provider, 0
        self.earned = self.unserved_earned = 0
        self.layer_earned, self.closing, self.claims = [0] * LAYERS, False, {}
        self.population_intake, self.population_last = list(self.office.natural), list(self.office.natural)
        self.intake_wellbeing, self.last_wellbeing = list(self.wellbeing), list(self.wellbeing)
        self.unserved_intake, self.unserved_last = list(self.unserved_wellbeing), list(self.unserved_wellbeing)
        self.added = [0.0] * len(self.wellbeing)
        for slot in self.package:
            slot.enrolled = slot.provider.partner
        self.find_match()

    # ---- what may be claimed for it

    def claim(self, line: Any, domain: int) -> Claim:
        """Its state on a line of the rate card in a domain."""
        return self.claims.setdefault((line.number, domain), Claim())

    def take_hours(self, hours: float) -> None:
        """Hours that a claim in haste takes next month from those who serve it, by their hours with it."""
        for slot in self.serving:
            if self.hours_received > 0.0:
                slot.provider.shifting_hours += hours * slot.hours / self.hours_received

    @property
    def months_ahead(self) -> float:
        """Months that remain to its programme or the contract, whichever is fewer; at least 1."""
        calendar, programme = self.model.calendar, self.office.case.family.programme_months
        left = calendar.service_months - calendar.service_month
        return max(1.0, float(min(left, programme - self.served_months)))

    def forecast_noise(self, months: float) -> float:
        """Standard deviation of a measured change some months ahead."""
        case = self.office.case
        remembered = min(months, 1.0 / (2.0 * case.outcome.return_rate + 1e-9))
        return math.sqrt(case.measurement.noise**2 + case.outcome.noise**2 * remembered)
