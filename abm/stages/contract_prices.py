"""Prices: the rate card scaled once, so that the payment expected at the commissioner's forecast fits the budget."""

import numpy as np

from abm.compiled import compiled, compiled_with_arrays
from abm.rules.attribution import GROSS, LAYERS
from abm.rules.coordination import service_after_fragmentation
from abm.rules.coproduction import combined_input
from abm.rules.outcomes import improvement, next_wellbeing, response
from abm.rules.payment import (
    BINARY,
    ENTRY,
    GAIN,
    GRADUATED,
    STEPPED,
    SUSTAINED,
    TRANCHE,
    graduated_payment,
    net_price,
    reached_share,
    reached_with_core,
    stepped_payment,
    tariff,
)  # fmt: skip
from abm.stages.contract_entries import entries_by_month, expected_stay, in_time, months_asked
from abm.streams import DEADWEIGHT, exp, normal

EXPECTED_INTENSITY, EXPECTED_WORK, EXPECTED_INTEGRATION = (
    0.8,
    0.75,
    0.3,
)  # taken for granted in a commissioner's forecast


@compiled
def set_prices(world, row):
    """Scale the rate card, once, so that the expected payment at the commissioner's forecast is what outcomes may cost."""
    place, facts = world.localities[row], world.settings[row]
    net = facts.locality_grant_eur - place.overhead_budget - 0.01 * place.development
    place.expected_outcome_payment = net * facts.payment_outcome_share
    place.claimed_before += place.outcome_claimed
    place.outcome_claimed = place.expected_claims = place.room_moved = 0
    for layer in range(LAYERS):
        place.layer_before[layer] += place.layer_claimed[layer]
        place.layer_claimed[layer] = 0
        place.layer_missed[layer] = place.layer_pooled[layer] = 0.0
        for line in range(world.milestones.shape[1]):
            world.milestones[row, line].layer_claimed[layer] = 0
    open_year(place, facts, world.clock[0].service_months)
    place.need_scale = need_scale(facts.family_need_concentration, place.measured.shape[0])
    place.expected_result = 0.0
    for d in range(place.expected_change.shape[0]):
        place.expected_change[d] = 0.0
    _begin_pool(place)
    for line in range(world.milestones.shape[1]):
        milestone = world.milestones[row, line]
        milestone.expected = milestone.unserved = milestone.price = (
            0.0  # what nobody is expected to reach is not paid for
        )
        milestone.cap = milestone.claimed = 0
    for i in range(place.family_first, place.family_end):
        _forecast_family(world, row, i)
    optimism = facts.money_forecast_optimism
    place.expected_result = optimism * max(0.0, place.expected_result)  # nobody contracts for less than nothing
    for d in range(place.expected_change.shape[0]):
        place.expected_change[d] = optimism * max(0.0, place.expected_change[d])
    _scale_card(place, facts, world.milestones[row], world.clock[0], row)


@compiled
def _begin_pool(place):
    """No cohort has been tested under the contract yet."""
    place.pooled_families = place.missed = place.missed_alone = 0.0
    for d in range(place.pooled_result.shape[0]):
        place.pooled_result[d] = place.pooled_alone[d] = 0.0


@compiled_with_arrays
def _scale_card(place, facts, lines, clock, row):
    """Prices and caps of the lines; prices are net of deadweight as it is estimated, their scale of what is forecast.

    So a deadweight taken for too small is a windfall, and one taken for too large starves.
    """
    entries, deducted = entries_by_month(place, facts, clock), facts.payment_deadweight_deducted
    error = normal(clock.seed, DEADWEIGHT, clock.contract, row)
    misjudged = exp(facts.measurement_deadweight_error * error)
    deadweight, claims, total = np.zeros(lines.shape[0]), np.zeros(lines.shape[0]), 0.0
    for line in range(lines.shape[0]):
        if lines[line].expected > 0.0:
            deadweight[line] = lines[line].unserved / lines[line].expected
        lines[line].expected = net_price(lines[line].expected, deducted, deadweight[line])
        claims[line] = in_time(facts, entries, months_asked(lines[line]))
        total += claims[line] * lines[line].expected
    if total <= 0.0:
        return
    optimism = facts.money_forecast_optimism
    scale = place.expected_outcome_payment / (total * optimism)
    for line in range(lines.shape[0]):
        milestone = lines[line]
        price = net_price(milestone.relative_price, deducted, misjudged * deadweight[line]) * scale
        milestone.price = min(price, place.expected_outcome_payment)  # what nobody will reach
        most = 100.0 * milestone.metric_cap * milestone.expected * claims[line] * scale * optimism
        milestone.cap = int(min(9e15, most))


@compiled
def price_for(facts, milestone, family):
    """€ that a line of the rate card pays for a family: its price × that of the family's tariff group."""
    return milestone.price * tariff(facts.payment_tariff_groups, facts.payment_tariff_ratio, family.filed_complexity)


@compiled
def may_claim(world, row, i, line, served):
    """Whether a line may be claimed for a family, 1 or 0: an optional one only once a core line has been reached.

    Without `served`, on its path without service, where being enrolled counts as entered.
    """
    lines, domains = world.milestones[row], world.localities[row].measured.shape[0]
    if lines[line].core:
        return 1.0
    for k in range(lines.shape[0]):
        for c in range(k * domains, (k + 1) * domains):
            claim = world.claims[i, c]
            reached = claim.reached if served or lines[k].kind == ENTRY else claim.unserved_reached
            if lines[k].core and reached:
                return 1.0
    return 0.0


@compiled
def open_year(place, facts, service_months):
    """What may be claimed by now: all of it, or with annual budgets a year's part on top of what was claimed before."""
    ceiling = 100.0 * facts.payment_contract_cap * place.expected_outcome_payment + place.room_moved
    part = min(1.0, 12.0 / service_months) if facts.structure_annual_budget else 1.0
    part = part + facts.finance_fund_share * (1.0 - part)  # a fund's money is bound to no year
    place.claim_ceiling = int(min(ceiling, place.outcome_claimed + ceiling * part))


@compiled
def need_scale(concentration, domains):
    """E[Σ w²], the mean overlap of a family's importance weights with themselves: 1/D when flat, more when concentrated."""
    return (1.0 - concentration * concentration) / domains + concentration * concentration * 3.0 / (domains + 2.0)


@compiled_with_arrays
def _forecast_family(world, row, i):
    """Add one family's part, as the commissioner foresees it, to the expected result and to each line's expected payment."""
    place, facts, family = world.localities[row], world.settings[row], world.families[i]
    priorities, lines, domains = world.commissioners[row].priorities, world.milestones[row], place.measured.shape[0]
    months = int(min(expected_stay(facts), world.clock[0].service_months))
    share = 1.0 / (place.family_end - place.family_first)
    quality = facts.provider_competence * facts.provider_fit * EXPECTED_INTENSITY
    quality = service_after_fragmentation(quality, facts.outcome_fragmentation, EXPECTED_INTEGRATION)
    own = response(facts.outcome_effect, family.complexity, facts.outcome_complexity_effect)
    crises = facts.family_crisis_rate * facts.family_crisis_dip
    change, alone = np.zeros((months + 1, domains)), np.zeros((months + 1, domains))
    for d in range(domains):
        served = place.promised_hours * priorities[d] * quality
        served /= facts.outcome_typical_hours * facts.outcome_typical_quality * place.need_scale
        input_now = combined_input(served, EXPECTED_WORK, facts.outcome_family_weight, facts.outcome_complementarity)
        y = without = start = family.wellbeing[d]
        for month in range(1, months + 1):
            added = improvement(y, own, input_now)
            y = next_wellbeing(y, family.baseline[d], added, facts.outcome_return_rate, -crises)
            without = next_wellbeing(without, family.baseline[d], 0.0, facts.outcome_return_rate, -crises)
            change[month, d], alone[month, d] = y - start, without - start
            if facts.payment_attribution != GROSS:  # who subtracts what comes by itself foresees that too
                change[month, d], alone[month, d] = y - without, 0.0
        place.expected_result += share * place.metric_weight[d] * change[months, d]
        place.expected_change[d] += share * change[months, d]
    noise = facts.measurement_noise
    share *= tariff(facts.payment_tariff_groups, facts.payment_tariff_ratio, family.filed_complexity)
    for d in range(domains):
        for line in range(lines.shape[0]):
            worth, by = share * lines[line].relative_price, reached_by(lines[line], months)
            if worth > 0.0:
                lines[line].expected += worth * expected_count(
                    lines, line, d, place.measured, change[by], noise, months
                )
            if worth > 0.0 and lines[line].kind != ENTRY:  # nobody enters a service that does not exist
                lines[line].unserved += worth * expected_count(lines, line, d, place.measured, alone[by], noise, months)


@compiled
def reached_by(milestone, months):
    """Month of a stay by which a threshold must be reached: what is to stand for some months, so many before the end."""
    return max(0, months - milestone.months + 1) if milestone.kind == SUSTAINED else months


@compiled
def expected_count(lines, line, d, measured, change, noise, months):
    """How often a line is expected to be claimed in a domain by a family with these changes ahead."""
    milestone = lines[line]
    if not _pays_in(milestone, d, measured):
        return 0.0
    count = _count(milestone, change[d], noise, months)
    if milestone.core:
        return count
    here, nowhere_else = 0.0, 1.0
    for other in range(change.shape[0]):
        chance = 0.0
        for k in range(lines.shape[0]):
            if lines[k].core and lines[k].relative_price > 0.0 and _pays_in(lines[k], other, measured):
                chance = max(chance, _chance(lines[k], change[other], noise, months))
        if other == d:
            here = chance
        else:
            nowhere_else *= 1.0 - chance
    if milestone.kind == GAIN:  # an amount, not a chance
        return count * reached_with_core(1.0, here, 1.0 - nowhere_else)
    return reached_with_core(count, here, 1.0 - nowhere_else)


@compiled
def _pays_in(milestone, d, measured):
    """Whether a line pays in a domain: in its own, or in each measured one."""
    return milestone.domain == d or (milestone.domain < 0 and measured[d] > 0)


@compiled
def _chance(milestone, change, noise, months):
    """Chance that a line is claimed at all; a gain is where the measured change is above 0."""
    if milestone.kind == GAIN:
        return reached_share(change, 0.0, noise)
    return _count(milestone, change, noise, months)


@compiled
def _count(milestone, change, noise, months):
    if milestone.kind == ENTRY:
        return 1.0
    if milestone.kind == GAIN:
        return max(0.0, change)
    if milestone.kind == SUSTAINED and milestone.months > months:
        return 0.0
    return reached_share(change, milestone.threshold, noise)


@compiled
def full_payment(place, facts):
    """Full payment relative to the expected one: a ramp or steps pay their expected part at the forecast."""
    at_forecast = 1.0
    if facts.payment_rule == GRADUATED:
        at_forecast = graduated_payment(1.0, facts.payment_floor, facts.payment_ceiling)
    elif facts.payment_rule == STEPPED:
        at_forecast = stepped_payment(1.0, 1.0, place.step_result, place.step_share, place.steps)
    return 1.0 / at_forecast if at_forecast > 0.0 else 1.0


@compiled
def asks_each_domain(facts):
    """Whether every measured domain must reach its own target, instead of their weighted mean."""
    by_target = facts.payment_rule == BINARY or facts.payment_rule == TRANCHE
    return by_target and facts.payment_all_indicators > 0.0
