"""Incentives: what one more hour is worth to the mission and in payment; attention and intensity follow, paid and unpaid."""

import math

from abm.compiled import compiled
from abm.rules.effort import attention_weight, incentive, intensity
from abm.rules.forecast import settling_share, wellbeing_ahead
from abm.rules.learning import foreseen
from abm.rules.outcomes import effect_of_input, response
from abm.rules.payment import (
    BINARY,
    ENTRY,
    FEE_FOR_SERVICE,
    GAIN,
    GRADUATED,
    RATE_CARD,
    binary_slope,
    graduated_slope,
    reached_slope,
)  # fmt: skip
from abm.stages.contract_prices import full_payment


@compiled
def weigh_incentives(world, row):
    """Set payment per hour, attention and intensity of every provider, as paid and as it would be unpaid for results."""
    place, facts = world.localities[row], world.settings[row]
    under_contract = place.serving
    for p in range(place.provider_first, place.provider_end):
        provider = world.providers[p]
        provider.result_value = 0.0
        for d in range(provider.attention.shape[0]):
            provider.payment_per_hour[d] = 0.0
    if under_contract and facts.mechanisms_incentives and facts.finance_risk_to_provider > 0.0:
        if facts.payment_rule == RATE_CARD:
            _rate_card_slopes(world, row)
        elif facts.payment_rule == BINARY or facts.payment_rule == GRADUATED:
            _cohort_slopes(world, row)
        elif facts.payment_rule == FEE_FOR_SERVICE:
            _fee_slopes(world, row)
    for p in range(place.provider_first, place.provider_end):
        _attend(world, row, p)


@compiled
def months_ahead(world, facts, served_months):
    """Months that remain to a family's programme or the contract, whichever is fewer; at least 1."""
    clock = world.clock[0]
    left = clock.service_months - clock.service_month
    return max(1.0, min(left, facts.family_programme_months - served_months))


@compiled
def hour_effect(provider, facts, need_scale, d):
    """Input that an hour of a provider on a domain makes, before the family's own response."""
    worth = provider.competence[d] * provider.fit[d] * max(provider.intensity, facts.provider_intensity_floor)
    return worth / (facts.outcome_typical_hours * facts.outcome_typical_quality * need_scale)


@compiled
def forecast_noise(facts, months):
    """Standard deviation of a measured change some months ahead."""
    return math.sqrt(
        facts.measurement_noise**2
        + facts.outcome_noise**2 * min(months, 1.0 / (2.0 * facts.outcome_return_rate + 1e-9))
    )


@compiled
def card_value(world, row, i, d, change, noise, per_unit):
    """Slope of the expected payment of one family by its result in a domain (€ per unit), over lines not yet claimed."""
    place, facts = world.localities[row], world.settings[row]
    domains = place.measured.shape[0]
    value = 0.0
    for line in range(world.milestones.shape[1]):
        milestone = world.milestones[row, line]
        if milestone.price <= 0.0 or not (milestone.domain == d or (milestone.domain < 0 and place.measured[d])):
            continue
        if milestone.kind == ENTRY or milestone.claimed >= milestone.cap:
            continue
        if milestone.kind == GAIN:
            value += milestone.price * per_unit
        elif not world.claims[i, line * domains + d].reached:
            value += milestone.price * reached_slope(change, milestone.threshold, noise, per_unit)
    room = place.claim_ceiling - place.outcome_claimed
    return foreseen(value, facts.learning_ratchet) if room > 0 else 0.0


@compiled
def _rate_card_slopes(world, row):
    """β of each provider and domain: mean over its families of Σ price · ∂P(reached)/∂hour · the risk it bears."""
    place, facts = world.localities[row], world.settings[row]
    slots = int(facts.family_known_providers)
    for i in range(place.family_first, place.family_end):
        family = world.families[i]
        if not family.enrolled:
            continue
        months = months_ahead(world, facts, family.served_months)
        settled = settling_share(facts.outcome_return_rate, months)
        own = response(facts.outcome_effect, family.complexity, facts.outcome_complexity_effect)
        noise, serving = forecast_noise(facts, months), 0.0
        for slot in range(i * slots, (i + 1) * slots):
            serving += world.packages[slot].enrolled
            world.packages[slot].payment_per_hour = 0.0
        for d in range(family.wellbeing.shape[0]):
            ahead = wellbeing_ahead(
                family.wellbeing[d], family.baseline[d], family.added[d], facts.outcome_return_rate, settled
            )
            slope = card_value(world, row, i, d, ahead - family.intake_wellbeing[d], noise, 1.0)
            if slope <= 0.0:
                continue
            per_input = effect_of_input(family.wellbeing[d], own, 1.0) * settled / (facts.outcome_return_rate * months)
            for slot in range(i * slots, (i + 1) * slots):
                if world.packages[slot].enrolled:
                    provider = world.providers[world.packages[slot].provider]
                    provider.result_value += slope * facts.finance_risk_to_provider / serving / months
                    value = slope * per_input * hour_effect(provider, facts, place.need_scale, d)
                    value *= facts.finance_risk_to_provider / serving
                    provider.payment_per_hour[d] += value / max(1.0, provider.caseload)
                    world.packages[slot].payment_per_hour += value * provider.attention[d]


@compiled
def _cohort_slopes(world, row):
    """β under a cohort test: the provider's part of the payment × its slope × what an hour moves of the cohort's mean."""
    place, facts, clock = world.localities[row], world.settings[row], world.clock[0]
    periods = max(1.0, math.ceil(clock.service_months / facts.payment_period_months))
    full = place.expected_outcome_payment * full_payment(facts) / periods
    room = place.claim_ceiling - place.outcome_claimed
    forecast, cohort, per_input = 0.0, 0.0, 0.0
    for i in range(place.family_first, place.family_end):
        family = world.families[i]
        if not family.enrolled:
            continue
        cohort += 1.0
        months = months_ahead(world, facts, family.served_months)
        settled = settling_share(facts.outcome_return_rate, months)
        own = response(facts.outcome_effect, family.complexity, facts.outcome_complexity_effect)
        per_input += effect_of_input(0.5, own, 1.0) * settled / (facts.outcome_return_rate * months)
        for d in range(family.wellbeing.shape[0]):
            ahead = wellbeing_ahead(
                family.wellbeing[d], family.baseline[d], family.added[d], facts.outcome_return_rate, settled
            )
            forecast += place.metric_weight[d] * (ahead - family.intake_wellbeing[d])
    if cohort == 0.0 or room <= 0:
        return
    forecast = forecast / cohort - place.counterfactual
    noise = math.sqrt(facts.measurement_noise**2 / cohort + 1e-6)
    for p in range(place.provider_first, place.provider_end):
        provider = world.providers[p]
        own = full * facts.finance_risk_to_provider * foreseen(provider.award_share, facts.learning_ratchet)
        for d in range(provider.attention.shape[0]):
            if not (provider.partner and place.measured[d]):
                continue
            effect = (
                place.metric_weight[d] * per_input / cohort / cohort * hour_effect(provider, facts, place.need_scale, d)
            )
            provider.payment_per_hour[d] = own * _cohort_slope(place, facts, forecast, noise, effect)
        if provider.partner:
            provider.result_value = (
                own * _cohort_slope(place, facts, forecast, noise, 1.0) / facts.payment_period_months
            )


@compiled
def _cohort_slope(place, facts, forecast, noise, effect):
    expected = place.expected_result
    if facts.payment_rule == BINARY:
        return binary_slope(forecast, facts.payment_target * expected, noise, effect)
    return graduated_slope(forecast, facts.payment_floor * expected, facts.payment_ceiling * expected, noise, effect)


@compiled
def _fee_slopes(world, row):
    """Fee for service: the hourly fee on any hour, as far as the provider bears its risk."""
    place, facts = world.localities[row], world.settings[row]
    for p in range(place.provider_first, place.provider_end):
        provider = world.providers[p]
        for d in range(provider.attention.shape[0]):
            provider.payment_per_hour[d] = (
                provider.price_per_hour * facts.finance_risk_to_provider if provider.partner else 0.0
            )


@compiled
def _attend(world, row, p):
    """Attention and intensity from incentives; prescribed activities follow the priorities instead."""
    facts, provider, priorities = world.settings[row], world.providers[p], world.commissioners[row].priorities
    domains = provider.attention.shape[0]
    prescribed = facts.payment_input_specification if world.localities[row].funded else 0.0
    known = 0.0
    for d in range(domains):
        known += provider.known_need[d]
    paid_sum, unpaid_sum, paid_weight, unpaid_weight = 0.0, 0.0, 0.0, 0.0
    for d in range(domains):
        view = (1.0 - prescribed) * provider.known_need[d] + prescribed * priorities[d] * known
        unpaid = incentive(provider.motivation, facts.provider_value_of_need, view, 0.0)
        paid = incentive(provider.motivation, facts.provider_value_of_need, view, provider.payment_per_hour[d])
        unpaid_sum, paid_sum = unpaid_sum + unpaid, paid_sum + paid
        provider.mission_attention[d] = attention_weight(unpaid, facts.provider_attention_sharpness)
        provider.attention[d] = attention_weight(paid, facts.provider_attention_sharpness)
        unpaid_weight, paid_weight = unpaid_weight + provider.mission_attention[d], paid_weight + provider.attention[d]
    for d in range(domains):
        provider.mission_attention[d] = (
            provider.mission_attention[d] / unpaid_weight if unpaid_weight > 0.0 else 1.0 / domains
        )
        provider.attention[d] = provider.attention[d] / paid_weight if paid_weight > 0.0 else 1.0 / domains
    provider.intensity = intensity(paid_sum, facts.provider_incentive_scale, facts.provider_intensity_floor)
    provider.mission_intensity = intensity(unpaid_sum, facts.provider_incentive_scale, facts.provider_intensity_floor)
