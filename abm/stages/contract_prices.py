"""Prices: the rate card scaled once, so that the payment expected at the commissioner's forecast fits the budget."""

from abm.compiled import compiled
from abm.rules.coordination import service_after_fragmentation
from abm.rules.coproduction import combined_input
from abm.rules.outcomes import improvement, next_wellbeing, response
from abm.rules.payment import ENTRY, GAIN, GRADUATED, SUSTAINED, graduated_payment, reached_share
from abm.streams import power

EXPECTED_INTENSITY, EXPECTED_WORK, EXPECTED_INTEGRATION = (
    0.8,
    0.75,
    0.3,
)  # taken for granted in a commissioner's forecast
NO_TURNOVER = 1e-9  # a month; below it 1 − (1 − turnover)^months would lose its digits


@compiled
def set_prices(world, row):
    """Scale the rate card, once, so that the expected payment at the commissioner's forecast is what outcomes may cost."""
    place, facts = world.localities[row], world.settings[row]
    net = facts.locality_grant_eur - place.overhead_budget
    place.expected_outcome_payment = net * facts.payment_outcome_share
    place.claimed_before += place.outcome_claimed
    place.outcome_claimed = place.expected_claims = 0
    open_year(place, facts, world.clock[0].service_months)
    place.need_scale = need_scale(facts.family_need_concentration, place.measured.shape[0])
    place.expected_result = 0.0
    for line in range(world.milestones.shape[1]):
        milestone = world.milestones[row, line]
        milestone.expected = milestone.price = 0.0  # what nobody is expected to reach is not paid for
        milestone.cap = milestone.claimed = 0
    for i in range(place.family_first, place.family_end):
        _forecast_family(world, row, i)
    place.expected_result = max(0.0, place.expected_result)  # nobody contracts for less than nothing
    entries = expected_entries(place, facts, world.clock[0].service_months)
    total = 0.0
    for line in range(world.milestones.shape[1]):
        total += entries * world.milestones[row, line].expected
    if total <= 0.0:
        return
    scale = place.expected_outcome_payment / (total * facts.money_forecast_optimism)
    for line in range(world.milestones.shape[1]):
        milestone = world.milestones[row, line]
        milestone.price = min(
            milestone.relative_price * scale, place.expected_outcome_payment
        )  # what nobody will reach
        milestone.cap = int(min(9e15, 100.0 * milestone.metric_cap * milestone.expected * entries * scale))


@compiled
def open_year(place, facts, service_months):
    """What may be claimed by now: all of it, or with annual budgets a year's part on top of what was claimed before."""
    ceiling = 100.0 * facts.payment_contract_cap * place.expected_outcome_payment
    part = min(1.0, 12.0 / service_months) if facts.structure_annual_budget else 1.0
    place.claim_ceiling = int(min(ceiling, place.outcome_claimed + ceiling * part))


@compiled
def need_scale(concentration, domains):
    """E[Σ w²], the mean overlap of a family's importance weights with themselves: 1/D when flat, more when concentrated."""
    return (1.0 - concentration * concentration) / domains + concentration * concentration * 3.0 / (domains + 2.0)


@compiled
def expected_stay(facts):
    """Mean months in the programme: its length, cut short by turnover."""
    if facts.family_turnover < NO_TURNOVER:
        return facts.family_programme_months
    stayed = 1.0 - power(1.0 - facts.family_turnover, facts.family_programme_months)
    return min(facts.family_programme_months, stayed / facts.family_turnover)


@compiled
def expected_entries(place, facts, service_months):
    """Families that a contract will take in: its places, filled again as families leave; at most nearly all of them."""
    families = place.family_end - place.family_first
    return min(0.95 * families, place.places * max(1.0, service_months / expected_stay(facts)))


@compiled
def _forecast_family(world, row, i):
    """Add one family's part, as the commissioner foresees it, to the expected result and to each line's expected payment."""
    place, facts, family = world.localities[row], world.settings[row], world.families[i]
    priorities = world.commissioners[row].priorities
    months = int(min(expected_stay(facts), world.clock[0].service_months))
    share = 1.0 / (place.family_end - place.family_first)
    quality = facts.provider_competence * facts.provider_fit * EXPECTED_INTENSITY
    quality = service_after_fragmentation(quality, facts.outcome_fragmentation, EXPECTED_INTEGRATION)
    own = response(facts.outcome_effect, family.complexity, facts.outcome_complexity_effect)
    crises = facts.family_crisis_rate * facts.family_crisis_dip
    for d in range(priorities.shape[0]):
        if not place.measured[d]:
            continue
        served = place.promised_hours * priorities[d] * quality
        served /= facts.outcome_typical_hours * facts.outcome_typical_quality * place.need_scale
        input_now = combined_input(served, EXPECTED_WORK, facts.outcome_family_weight, facts.outcome_complementarity)
        y = start = family.wellbeing[d]
        for _ in range(months):
            added = improvement(y, own, input_now)
            y = next_wellbeing(y, family.baseline[d], added, facts.outcome_return_rate, -crises)
        place.expected_result += share * place.metric_weight[d] * (y - start)
        for line in range(world.milestones.shape[1]):
            milestone = world.milestones[row, line]
            if milestone.relative_price > 0.0 and (milestone.domain < 0 or milestone.domain == d):
                count = _expected_count(milestone, y - start, facts.measurement_noise, months)
                milestone.expected += share * milestone.relative_price * count


@compiled
def _expected_count(milestone, change, noise, months):
    if milestone.kind == ENTRY:
        return 1.0
    if milestone.kind == GAIN:
        return max(0.0, change)
    if milestone.kind == SUSTAINED and milestone.months > months:
        return 0.0
    return reached_share(change, milestone.threshold, noise)


@compiled
def full_payment(facts):
    """Full payment relative to the expected one: a graduated rule pays its expected part at the forecast."""
    if facts.payment_rule == GRADUATED:
        at_forecast = graduated_payment(1.0, facts.payment_floor, facts.payment_ceiling)
        return 1.0 / at_forecast if at_forecast > 0.0 else 1.0
    return 1.0
