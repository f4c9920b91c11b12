"""Incentives: what one more hour is worth to the mission and in payment, and how hours follow it, paid and unpaid."""

from __future__ import annotations

from typing import Any

from abm.rules.effort import attention_weight, incentive, intensity
from abm.rules.forecast import settling_share, wellbeing_ahead
from abm.rules.outcomes import effect_of_input, response
from benchmarks.plain_mesa.arithmetic import shares
from benchmarks.plain_mesa.cohort_incentives import pay_for_cohort


class Choosing:
    """How a provider chooses where its hours go and how intensely they are worked."""

    office: Any
    model: Any

    def hour_effect(self, domain: int) -> float:
        """Input that one of its hours on a domain makes, before the family's own response."""
        outcome, floor = self.office.case.outcome, self.office.case.provider.intensity_floor
        worth = self.competence[domain] * self.fit[domain] * max(self.intensity, floor)
        return worth / (outcome.typical_hours * outcome.typical_quality * self.office.contract.need_scale)

    def forget_payment(self) -> None:
        """Begin the month without any incentive from payment."""
        self.result_value, self.payment_per_hour = 0.0, [0.0] * len(self.payment_per_hour)

    def attend(self) -> None:
        """Divide attention and set intensity, as paid and as it would be unpaid; prescriptions bind what is attended to."""
        office, facts = self.office, self.office.case.provider
        prescribed = office.design.payment.input_specification if office.funded else 0.0
        known = 0.0
        for need in self.known_need:
            known += need
        views = [
            (1.0 - prescribed) * need + prescribed * priority * known
            for need, priority in zip(self.known_need, office.priorities, strict=True)
        ]
        unpaid = [incentive(self.motivation, facts.value_of_need, view, 0.0) for view in views]
        paid = [
            incentive(self.motivation, facts.value_of_need, view, pay)
            for view, pay in zip(views, self.payment_per_hour, strict=True)
        ]
        self.mission_attention, self.mission_intensity = self._divide(unpaid)
        self.attention, self.intensity = self._divide(paid)

    def _divide(self, incentives: list[float]) -> tuple[list[float], float]:
        facts, domains, whole = self.office.case.provider, len(incentives), 0.0
        for pull in incentives:
            whole += pull
        weights = [attention_weight(pull, facts.attention_sharpness) for pull in incentives]
        attention = shares(weights) or [1.0 / domains] * domains
        return attention, intensity(whole, facts.incentive_scale, facts.intensity_floor)


def weigh_incentives(office: Any) -> None:
    """Set what one more hour adds to the payment that each provider bears; then everybody chooses."""
    design = office.design
    for provider in office.providers:
        provider.forget_payment()
    at_risk = design.finance.risk_to_provider > 0.0
    if office.contract.serving and design.mechanisms.incentives and at_risk:
        if design.payment.rule == "rate_card":
            for family in office.families:
                if family.enrolled:
                    pay_for_milestones(office, family)
        elif office.contract.tests_cohorts:
            pay_for_cohort(office)
        elif design.payment.rule == "fee_for_service":
            pay_for_hours(office)
    for provider in office.providers:
        provider.attend()


def pay_for_milestones(office: Any, family: Any) -> None:
    """What an hour with a family adds to the payment expected for it, mean over a provider's families."""
    case, risk, months = office.case, office.design.finance.risk_to_provider, family.months_ahead
    rate = case.outcome.return_rate
    settled, noise = settling_share(rate, months), family.forecast_noise(months)
    own = response(case.outcome.effect, family.complexity, case.outcome.complexity_effect)
    serving = [slot for slot in family.package if slot.enrolled]
    for slot in family.package:
        slot.payment_per_hour = 0.0
    for d, y in enumerate(family.wellbeing):
        ahead = wellbeing_ahead(y, family.baseline[d], family.added[d], rate, settled)
        slope = office.contract.card.value_of_result(family, d, ahead - family.intake_wellbeing[d], noise)
        if slope <= 0.0:
            continue
        per_input = effect_of_input(y, own, 1.0) * settled / (rate * months)
        for slot in serving:
            provider = slot.provider
            provider.result_value += slope * risk / len(serving) / months
            value = slope * per_input * provider.hour_effect(d)
            value *= risk / len(serving)
            provider.payment_per_hour[d] += value / max(1.0, provider.caseload)
            slot.payment_per_hour += value * provider.attention[d]


def pay_for_hours(office: Any) -> None:
    """Fee for service: the fee on any hour, as far as the partner bears its risk."""
    for partner in office.partners:
        fee = partner.price_per_hour * office.design.finance.risk_to_provider
        partner.payment_per_hour = [fee] * len(partner.payment_per_hour)
