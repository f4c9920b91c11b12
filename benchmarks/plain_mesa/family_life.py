"""A family's month: what it is given, what it does itself, and what becomes of its wellbeing, with service and without."""

from __future__ import annotations

from itertools import combinations
from typing import Any

from abm.rules.coordination import family_integration_hours, service_after_fragmentation
from abm.rules.coproduction import combined_input, free_riding, logistical_trigger
from abm.rules.menu import DAY_CENTRE, MUTUAL_HELP
from abm.rules.outcomes import improvement, next_baseline, next_wellbeing, response
from abm.streams import OUTCOME

TAKES_PART = 0.1  # from here a family counts as taking part


class Living:
    """How a family works with services and how its wellbeing goes on."""

    office: Any
    model: Any

    def begin_life(self, domains: int) -> None:
        """Nothing has happened yet."""
        nothing = [0.0] * domains
        self.intake_wellbeing, self.last_wellbeing = list(nothing), list(nothing)
        self.unserved_intake, self.unserved_last, self.added = list(nothing), list(nothing), list(nothing)
        self.hours_received = self.integration = self.match = self.tailoring = 0.0
        self.work = self.took_part = self.fatigue = 0.0
        self.coproduction_hours = self.integration_hours = self.red_tape_hours = 0.0

    def coproduce(self) -> None:
        """Take part in the service as far as its door is open and one is engaged, rested and drawn in; do one's own work."""
        office = self.office
        door = office.design.coproduction.delivery if office.contract.serving else 0.0
        self.respite_hours = self.granted_hours
        if self.enrolled:
            taken = self.main_provider
            relieved = taken.respite_hours / max(1, taken.main_families)
            self.respite_hours += min(office.design.coproduction.respite, relieved)
        self.took_part = self._part(door) if self.enrolled and door > 0.0 else 0.0
        self.coproduction_hours += 0.5 * self.took_part * self.free_hours
        own, individual = 0.5 + 0.6 * self.capability, office.design.coproduction.levels.individual
        self.work = own + 2.5 * individual * self.took_part * (0.4 + self.capability)

    def _part(self, door: float) -> float:
        office, work = self.office, self.office.case.work
        openness, trust, providers = 0.0, 0.0, [slot.provider for slot in self.serving]
        for provider in providers:
            openness += provider.openness
            trust += self.model.trust.in_(self, provider)
        count = max(1.0, len(providers))
        rest = 1.0 - self.fatigue if office.design.mechanisms.fatigue else 1.0
        part = door * self.willing * rest * (0.5 + 0.5 * openness / count)
        drawn_in = logistical_trigger(work.logistics, self.integration, trust / count)
        kept_up = free_riding(work.free_riding, office.collective_input)
        part = min(1.0, part * drawn_in * kept_up * office.role("coproducer"))
        return min(part, self.able(0.5 * self.free_hours))

    def find_integration(self) -> None:
        """Mean link over the pairs of one's package; a package of one is whole. What is missing one does oneself."""
        providers = [slot.provider for slot in self.package if slot.provider.active]
        links, pairs = 0.0, 0
        for one, other in combinations(providers, 2):
            links += self.model.work.edges[one, other]["strength"]
            pairs += 1
        self.integration = links / pairs if pairs else 1.0
        hours = family_integration_hours(float(len(providers)), self.integration)
        self.integration_hours = hours if self.enrolled else 0.0

    def personal(self, attention: list[float]) -> list[float]:
        """What a provider attends to with this family: its own view, tailored to what the family needs."""
        needed = max(1e-9, self.need)
        return [
            (1.0 - self.tailoring) * part + self.tailoring * need / needed
            for part, need in zip(attention, self.needs, strict=True)
        ]

    def receive(self) -> list[float]:
        """Service by domain: contract hours by paid attention, usual hours by unpaid attention; how well it meets need."""
        domains = range(len(self.wellbeing))
        service, attention, received = [0.0 for _ in domains], [0.0 for _ in domains], 0.0
        usual = self.office.case.provider.usual_hours / len(self.package)
        for slot in self.package:
            provider = slot.provider
            if not provider.active:
                continue
            hours, met = slot.hours if slot.enrolled else 0.0, self.personal(provider.attention)
            received += hours
            for d in domains:
                skill = provider.competence[d] * provider.fit[d]
                service[d] += hours * provider.intensity * met[d] * skill
                service[d] += usual * provider.mission_intensity * provider.mission_attention[d] * skill
                attention[d] += hours * met[d]
        if received > 0.0:
            needed, overlap = max(1e-9, self.need), 0.0
            for d, need in enumerate(self.needs):
                overlap += min(attention[d] / received, need / needed)
            self.match = overlap
        return service

    def peer_input(self) -> float:
        """Input from mutual help, for those who take part, and from collective work, for all."""
        office, case = self.office, self.office.case
        if not office.design.mechanisms.peer_learning:
            return 0.0
        collective = office.collective_input
        if self.took_part <= 0.0 or not self.peers:
            return collective
        given = 0.0
        for peer in self.peers:
            given += peer.took_part * peer.capability / self.office.case.family.peers
        organised = 1.0 + case.menu.strength * (MUTUAL_HELP in self.team.offers)
        return collective + case.work.peer_effect * office.design.coproduction.levels.group * given * organised

    def _centre_gain(self, domain: int) -> float:
        """What a day centre multiplies service on a domain by."""
        team = self.team
        here = self.enrolled and self.office.contract.serving
        runs = here and DAY_CENTRE in team.offers and team.centre_domain == domain
        return 1.0 + self.office.case.menu.strength if runs else 1.0

    def advance(self) -> None:
        """A month of wellbeing, with service and without, under the same luck."""
        facts, outcome = self.office.case.family, self.office.case.outcome
        self.find_integration()
        service, helped = self.receive(), self.peer_input()
        own = response(outcome.effect, self.complexity, outcome.complexity_effect)
        dip = facts.crisis_dip if self.crisis else 0.0
        for d in range(len(self.wellbeing)):
            served = service_after_fragmentation(
                service[d] * self._centre_gain(d), outcome.fragmentation, self.integration
            )
            served /= outcome.typical_hours * outcome.typical_quality * self.office.need_scale
            made = combined_input(served, self.work, outcome.family_weight, outcome.complementarity) + helped
            self.added[d] = improvement(self.wellbeing[d], own, made)
            self._go_on(d, outcome.noise * self.model.normal(OUTCOME, self.number, d) - dip)
        if self.enrolled:
            self.last_wellbeing, self.unserved_last = list(self.wellbeing), list(self.unserved_wellbeing)
            self.served_months += 1

    def _go_on(self, d: int, shock: float) -> None:
        outcome = self.office.case.outcome
        rate, lasting, drift = outcome.return_rate, outcome.lasting, outcome.drift
        before, alone = self.wellbeing[d], self.unserved_wellbeing[d]
        able, untaught = self.capability, self.office.case.work.capability
        self.wellbeing[d] = next_wellbeing(before, self.baseline[d], self.added[d], rate, shock)
        self.baseline[d] = next_baseline(self.baseline[d], before, able, lasting, drift)
        self.unserved_wellbeing[d] = next_wellbeing(alone, self.unserved_baseline[d], 0.0, rate, shock)
        self.unserved_baseline[d] = next_baseline(self.unserved_baseline[d], alone, untaught, lasting, drift)
