"""Intake: whom a provider takes, by its own order or the gateway's, and whom it would take if nothing were paid for results."""

from __future__ import annotations

from typing import Any, NamedTuple

from abm.rules.coproduction import combined_input
from abm.rules.forecast import settling_share, wellbeing_ahead
from abm.rules.outcomes import improvement, response
from abm.rules.selection import applicant_score, gateway_score
from abm.streams import GATEWAY
from benchmarks.plain_mesa.arithmetic import total
from benchmarks.plain_mesa.network import CONDUCT_MEMORY
from benchmarks.plain_mesa.pricing import OWN_WORK


class Applicant(NamedTuple):
    """A family that waits, and where it stands in three orders."""

    family: Any
    score: float  # € a month that it is worth to the provider
    unpaid: float  # the same if nothing were paid for results
    gateway: float  # need and waiting


class TakingIn:
    """How a provider fills its places."""

    office: Any
    model: Any

    def take_in(self, families: list[Any]) -> None:
        """Fill free places with applicants, until there are none, or none that is worth taking."""
        self.intake_weight *= CONDUCT_MEMORY
        free = int(min(self.places - self.main_families, len(families))) if self.partner else 0
        if free <= 0:
            return
        waiting = [self._consider(family) for family in families]
        waiting_unpaid = list(waiting)
        for place in range(free):
            by_gateway = self._asks_gateway(place)
            chosen = max(waiting, key=lambda applicant: applicant.gateway if by_gateway else applicant.score)
            if not by_gateway and chosen.score < 0.0:
                break
            waiting.remove(chosen)
            instead = chosen if by_gateway else max(waiting_unpaid, key=lambda applicant: applicant.unpaid)
            if instead in waiting_unpaid:
                waiting_unpaid.remove(instead)
            self.real_intake[chosen.family.complexity_third] += 1.0
            self.mission_intake[instead.family.complexity_third] += 1.0
            self.main_families += 1
            chosen.family.enrol(self)
        self._file_intake(families)

    def _file_intake(self, families: list[Any]) -> None:
        """File how hard to help those are who were taken in, and all who had applied; files fade."""
        taken = [family.complexity for family in families if family.enrolled]
        self.intake_weight += len(taken)
        if taken:
            step = len(taken) / self.intake_weight
            applied = total(family.complexity for family in families) / len(families)
            self.complexity_taken += step * (total(taken) / len(taken) - self.complexity_taken)
            self.complexity_on_file += step * (applied - self.complexity_on_file)

    def _asks_gateway(self, place: int) -> bool:
        """Whether this place is filled by need and waiting instead of by choice."""
        design = self.office.design
        mark = self.model.uniform(GATEWAY, self.number, place)
        return not design.mechanisms.selection or mark < design.payment.cohort_definition

    def _consider(self, family: Any) -> Applicant:
        design, facts = self.office.design, self.office.case.provider
        cost, need = facts.accept_cost * family.complexity, family.need
        unpaid = applicant_score(self.motivation, facts.value_of_need, need, self.promised_hours, 0.0, cost)
        score, risk = unpaid, design.finance.risk_to_provider
        if design.payment.rule == "rate_card" and risk > 0.0 and design.mechanisms.incentives:
            score += self.expected_payment(family) * risk
        return Applicant(family, score, unpaid, gateway_score(need, float(family.waiting_months)))

    def expected_payment(self, family: Any) -> float:
        """€ a month that a family would earn it over its programme, as it foresees it."""
        case, contract, calendar = self.office.case, self.office.contract, self.model.calendar
        outcome = case.outcome
        left = calendar.service_months - calendar.service_month + 1.0
        months = min(float(case.family.programme_months), left)
        settled, noise = settling_share(outcome.return_rate, months), family.forecast_noise(months)
        own = response(outcome.effect, family.complexity, outcome.complexity_effect)
        changes = []
        for d, y in enumerate(family.wellbeing):
            served = contract.promised_hours * self.attention[d] * self.hour_effect(d)
            input_now = combined_input(served, OWN_WORK, outcome.family_weight, outcome.complementarity)
            added = improvement(y, own, input_now)
            changes.append(wellbeing_ahead(y, family.baseline[d], added, outcome.return_rate, settled) - y)
        earned = 0.0
        for d in range(len(changes)):
            for line in contract.card.paid(d):
                count = contract.card.expected_count(line, d, changes, noise, months)
                earned += contract.card.price_for(line, family) * count
        return earned / months / case.family.known_providers
