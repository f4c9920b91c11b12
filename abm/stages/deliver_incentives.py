"""Incentives: what one more hour is worth to the mission and in payment; attention and intensity follow, paid and unpaid."""

import math

import numpy as np

from abm.compiled import compiled, compiled_with_arrays
from abm.rules.effort import attention_weight, incentive, intensity
from abm.rules.forecast import settling_share, wellbeing_ahead
from abm.rules.learning import foreseen
from abm.rules.outcomes import effect_of_input, response
from abm.rules.payment import ENTRY, FEE_FOR_SERVICE, GAIN, RATE_CARD, pays_by_period, reached_slope
from abm.stages.contract_prices import asks_each_domain, full_payment, may_claim, price_for
from abm.stages.deliver_cohort import result_slopes


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
        elif pays_by_period(facts.payment_rule):
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
    """Slope of the expected payment of one family by its result in a domain (€ per unit), over lines not yet claimed.

    Optional lines count once a core line has been reached.
    """
    place, facts = world.localities[row], world.settings[row]
    domains = place.measured.shape[0]
    value = 0.0
    for line in range(world.milestones.shape[1]):
        milestone = world.milestones[row, line]
        if milestone.price <= 0.0 or not (milestone.domain == d or (milestone.domain < 0 and place.measured[d])):
            continue
        if milestone.kind == ENTRY or milestone.claimed >= milestone.cap:
            continue
        price = price_for(facts, milestone, world.families[i]) * may_claim(world, row, i, line, True)
        if milestone.kind == GAIN:
            value += price * per_unit
        elif not world.claims[i, line * domains + d].reached:
            value += price * reached_slope(change, milestone.threshold, noise, per_unit)
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


@compiled_with_arrays
def _cohort_slopes(world, row):
    """β under a cohort test: the provider's part of the payment × its slope × what an hour moves of the cohort's mean."""
    place, facts, clock = world.localities[row], world.settings[row], world.clock[0]
    periods = max(1.0, math.ceil(clock.service_months / facts.payment_period_months))
    full = place.expected_outcome_payment * full_payment(place, facts) / periods
    room = place.claim_ceiling - place.outcome_claimed
    forecast, cohort, per_input, by_domain = 0.0, 0.0, 0.0, np.zeros(place.measured.shape[0])
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
            by_domain[d] += ahead - family.intake_wellbeing[d]
    if cohort == 0.0 or room <= 0:
        return
    forecast = forecast / cohort - place.counterfactual
    for d in range(by_domain.shape[0]):
        by_domain[d] = by_domain[d] / cohort - place.counterfactual
    noise = math.sqrt(facts.measurement_noise**2 / cohort + 1e-6)
    slopes = np.zeros(by_domain.shape[0])
    of_all = result_slopes(place, facts, clock, forecast, by_domain, cohort, noise, slopes)
    for p in range(place.provider_first, place.provider_end):
        own = full * facts.finance_risk_to_provider * foreseen(world.providers[p].award_share, facts.learning_ratchet)
        _value_results(place, facts, world.providers[p], own, per_input, cohort, slopes, of_all)


@compiled
def _value_results(place, facts, provider, own, per_input, cohort, slopes, of_all):
    """What an hour on a domain, and a unit of its families' results, add to a partner's own part of the payment."""
    if not provider.partner:
        return
    for d in range(slopes.shape[0]):
        if place.measured[d]:
            weight = 1.0 if asks_each_domain(facts) else place.metric_weight[d]
            effect = weight * per_input / cohort / cohort * hour_effect(provider, facts, place.need_scale, d)
            provider.payment_per_hour[d] = own * (slopes[d] * effect)
    provider.result_value = own * of_all / facts.payment_period_months


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
