"""The volunteer: helps a provider, learns, tires, leaves and joins."""

from __future__ import annotations

from typing import Any

import mesa

from abm.rules.coproduction import next_fatigue
from abm.rules.crowding import crowded
from abm.rules.menu import VOLUNTEER_COURSE
from abm.rules.volunteering import exit_probability, hour_worth
from abm.streams import EXPERIENCE, SUPPORT
from benchmarks.plain_mesa.arithmetic import within

NOISE = 0.08  # standard deviation of one experience
DOOR_OUTSIDE = 0.3  # how open families' work is to newcomers where no contract is served


class Volunteer(mesa.Agent):
    """Somebody who is ready to volunteer; active while helping."""

    def __init__(self, model: Any, number: int, office: Any, provider: Any, motivation: float, active: bool) -> None:
        super().__init__(model)
        self.number, self.office, self.provider, self.active = number, office, provider, active
        self.own_motivation = self.motivation = motivation
        self.trained = self.fatigue = self.hours = 0.0
        self.joined = self.left = False

    def work(self) -> None:
        """Give the month's hours, as far as families' work is open and one is not tired."""
        office = self.office
        door = office.design.coproduction.delivery if office.contract.serving else 0.0
        self.hours = office.case.work.volunteer_hours * door * (1.0 - self.fatigue) if self.active else 0.0

    def help(self) -> None:
        """The provider has more hours with families, by what these are worth and how open its professionals are."""
        if self.provider.partner and self.hours > 0.0:
            worth = hour_worth(self.office.case.work.volunteer_quality, self.trained)
            self.provider.service_hours += self.hours * worth * (0.5 + 0.5 * self.provider.openness)

    def judge(self) -> None:
        """Judge the provider's mission, one's training and the red tape."""
        if self.active and self.hours > 0.0:
            provider = self.provider
            noise = NOISE * self.model.normal(EXPERIENCE, self.number, 2)
            helped, tape = 0.4 + 0.6 * self.trained, 1.0 - provider.red_tape
            lived = 0.5 * provider.motivation + 0.25 * helped + 0.25 * tape
            parts = within(helped + noise), within(provider.motivation + noise), within(tape + noise)
            self.model.trust.live_parts(self, provider, within(lived + noise), parts, 1.0)

    def adapt(self, training: float, recruiting: float) -> None:
        """Tire and rest; learn and answer to expense money; leave, or come."""
        self.joined = self.left = False
        paid = min(1.0, self.office.contract.expenses_per_hour / self.office.case.money.wage)
        self._tire(training, paid)
        if self.active:
            self._learn(training, recruiting, paid)
            self._maybe_leave()
        else:
            self._maybe_join(recruiting)

    def _tire(self, training: float, paid: float) -> None:
        work = self.office.case.work
        if self.office.design.mechanisms.fatigue and work.volunteer_hours > 0.0:
            load = (self.hours / work.volunteer_hours) * (1.0 - 0.4 * training) * (1.0 - paid)
            self.fatigue = next_fatigue(self.fatigue, load, work.volunteer_fatigue, work.fatigue_recovery)

    def _learn(self, training: float, recruiting: float, paid: float) -> None:
        case, design = self.office.case, self.office.design
        if self.hours <= 0.0:
            return
        course = case.menu.strength * (VOLUNTEER_COURSE in self.provider.team.offers)
        self.trained += 0.1 * min(1.0, training * recruiting + course) * (1.0 - self.trained)
        if design.mechanisms.crowding:
            self.motivation += crowded(self.motivation, paid, case.work.volunteer_crowding)

    def _maybe_leave(self) -> None:
        trust, felt = self.model.trust.in_(self, self.provider), 0.3 * self.provider.red_tape
        moved = 0.05 * (trust - 0.5) + 0.05 * (self.own_motivation - self.motivation) - 0.05 * felt
        self.motivation = within(self.motivation + moved)
        base = self.office.case.work.volunteer_exit
        leaving = exit_probability(base, self.motivation, trust, 0.1 * felt, self.fatigue)
        if not self.provider.active or self.model.uniform(SUPPORT, self.number) < leaving:
            self.active, self.left = False, True
            self.model.trust.activate(self, self.provider, False)

    def _maybe_join(self, recruiting: float) -> None:
        office = self.office
        door = office.design.coproduction.delivery if office.contract.serving else DOOR_OUTSIDE
        entry = office.case.work.volunteer_entry * door * recruiting
        if self.provider.active and self.model.uniform(SUPPORT, self.number, 1) < entry:
            self.active = self.joined = True
            self.model.trust.activate(self, self.provider)
