"""Incentives: what one more hour is worth to the mission and in payment, and how hours follow it, paid and unpaid."""

from __future__ import annotations

import math
from typing import Any

from abm.rules.effort import attention_weight, incentive, intensity
from abm.rules.forecast import settling_share, wellbeing_ahead
from abm.rules.learning import foreseen
from abm.rules.outcomes import effect_of_input, response
from abm.rules.payment import binary_slope, graduated_slope
from benchmarks.plain_mesa.arithmetic import shares


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
        elif design.payment.rule in ("binary", "graduated"):
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
        slope = office.contract.value_of_result(family, d, ahead - family.intake_wellbeing[d], noise)
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


def pay_for_cohort(office: Any) -> None:
    """What an hour adds to the payment for the cohort's result, of which each partner has its part."""
    contract, case, design = office.contract, office.case, office.design
    forecast, cohort, per_input = 0.0, 0, 0.0
    for family in office.families:
        if family.enrolled:
            cohort += 1
            per_input += input_effect(office, family)
            forecast = add_forecast(forecast, contract, family, case.outcome.return_rate)
    if cohort == 0 or contract.room <= 0:
        return
    forecast = forecast / cohort - contract.counterfactual
    noise = math.sqrt(case.measurement.noise**2 / cohort + 1e-6)
    full = full_payment_of_period(office)
    for partner in office.partners:
        part = foreseen(partner.award_share, design.learning.ratchet)
        own = full * design.finance.risk_to_provider * part
        for d, metric in enumerate(contract.measured):
            if metric:
                effect = contract.metric_weight[d] * per_input / cohort / cohort * partner.hour_effect(d)
                partner.payment_per_hour[d] = own * slope_of_test(office, forecast, noise, effect)
        partner.result_value = own * slope_of_test(office, forecast, noise, 1.0) / design.payment.period_months


def input_effect(office: Any, family: Any) -> float:
    """What a month's input of 1 adds to a family's result at the end, at middling wellbeing."""
    outcome, months = office.case.outcome, family.months_ahead
    own = response(outcome.effect, family.complexity, outcome.complexity_effect)
    settled = settling_share(outcome.return_rate, months)
    return effect_of_input(0.5, own, 1.0) * settled / (outcome.return_rate * months)


def add_forecast(forecast: float, contract: Any, family: Any, rate: float) -> float:
    """A sum of forecast results with one family's in it."""
    settled = settling_share(rate, family.months_ahead)
    for d, y in enumerate(family.wellbeing):
        ahead = wellbeing_ahead(y, family.baseline[d], family.added[d], rate, settled)
        forecast += contract.metric_weight[d] * (ahead - family.intake_wellbeing[d])
    return forecast


def full_payment_of_period(office: Any) -> float:
    """€ that a period's test pays at most."""
    periods = max(1.0, math.ceil(office.model.calendar.service_months / office.design.payment.period_months))
    return office.contract.expected_outcome_payment * office.contract.full_payment / periods


def slope_of_test(office: Any, forecast: float, noise: float, effect: float) -> float:
    """What an effect on the cohort's mean result adds to the expected share of the full payment."""
    payment, expected = office.design.payment, office.contract.expected_result
    if payment.rule == "binary":
        return binary_slope(forecast, payment.target * expected, noise, effect)
    return graduated_slope(forecast, payment.floor * expected, payment.ceiling * expected, noise, effect)


def pay_for_hours(office: Any) -> None:
    """Fee for service: the fee on any hour, as far as the partner bears its risk."""
    fee = office.contract.fee_per_hour * office.design.finance.risk_to_provider
    for partner in office.partners:
        partner.payment_per_hour = [fee] * len(partner.payment_per_hour)
