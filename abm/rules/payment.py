"""Payment: what a result earns, and what one more hour of work would add to it.

Each rule is a payment and its slope. The slope is the mathematical derivative of the expected payment at the provider's
present position: with forecast x of the result, its noise s and the effect of an hour ∂x/∂h. Sources: schedules as recorded
in the INDIGO impact-bond data (Government Outcomes Lab); Peterborough for the threshold and the pooled test.
"""

import math

from abm.compiled import compiled
from abm.streams import normal_density, normal_share


@compiled
def reached_share(forecast, threshold, noise):
    """P(a measured result reaches the threshold) = Φ((x − θ)/s); with s = 0 a step."""
    if noise <= 0.0:
        return 1.0 if forecast >= threshold else 0.0
    return normal_share((forecast - threshold) / noise)


@compiled
def reached_slope(forecast, threshold, noise, effect_of_hour):
    """∂P(reached)/∂hour = φ((x − θ)/s)/s · ∂x/∂h, per hour."""
    if noise <= 0.0:
        return 0.0
    return normal_density((forecast - threshold) / noise) / noise * effect_of_hour


@compiled
def binary_payment(result, target):
    """Share of the full payment: 1 at the target or above, else 0."""
    return 1.0 if result >= target else 0.0


@compiled
def binary_slope(forecast, target, noise, effect_of_hour):
    """Slope of the expected share per hour: φ((x − θ)/s)/s · ∂x/∂h: large near the target, none far away."""
    return reached_slope(forecast, target, noise, effect_of_hour)


@compiled
def graduated_payment(result, floor, ceiling):
    """Share of the full payment, rising in a straight line from floor to ceiling: clip((x − θ0)/(θ1 − θ0), 0, 1).

    A ramp without width is a step at its floor.
    """
    if ceiling <= floor:
        return binary_payment(result, floor)
    return min(1.0, max(0.0, (result - floor) / (ceiling - floor)))


@compiled
def graduated_slope(forecast, floor, ceiling, noise, effect_of_hour):
    """Slope of the expected share per hour: [Φ((θ1 − x)/s) − Φ((θ0 − x)/s)]/(θ1 − θ0) · ∂x/∂h."""
    if ceiling <= floor:
        return binary_slope(forecast, floor, noise, effect_of_hour)
    if noise <= 0.0:
        return effect_of_hour / (ceiling - floor) if floor < forecast < ceiling else 0.0
    inside = normal_share((ceiling - forecast) / noise) - normal_share((floor - forecast) / noise)
    return inside / (ceiling - floor) * effect_of_hour


@compiled
def stepped_payment(result, forecast, results, shares, steps):
    """Share of the full payment: that of the last step reached, at a multiple of the forecast each; 0 before the first."""
    share = 0.0
    for k in range(steps):
        if result >= results[k] * forecast:
            share = shares[k]
    return share


@compiled
def stepped_slope(ahead, forecast, results, shares, steps, noise, effect_of_hour):
    """Slope of the expected share per hour: Σ Δshare · φ((x − θ)/s)/s · ∂x/∂h over the steps."""
    slope, before = 0.0, 0.0
    for k in range(steps):
        slope += (shares[k] - before) * reached_slope(ahead, results[k] * forecast, noise, effect_of_hour)
        before = shares[k]
    return slope


@compiled
def tranche_payment(result, target, bar, missed):
    """Tranches that a cohort's result earns in the end: its own at the target, it and those missed before at the bar.

    `bar` is the result of this cohort from which the pooled result of all cohorts reaches its own, lower threshold.
    """
    return binary_payment(result, min(target, bar)) + missed * binary_payment(result, bar)


@compiled
def tranche_slope(forecast, target, bar, missed, noise, effect_of_hour):
    """Slope of the expected number of tranches per hour: that of its own and of the missed ones, each at its threshold."""
    own = reached_slope(forecast, min(target, bar), noise, effect_of_hour)
    return own + missed * reached_slope(forecast, bar, noise, effect_of_hour)


@compiled
def pooled_bar(threshold, earlier_mean, earlier, cohort, later, forecast):
    """Result of this cohort at which the mean over all cohorts reaches a threshold, if later ones do as this is forecast to.

    `earlier`, `cohort` and `later` are numbers of families (cohort above 0), `earlier_mean` the mean result of the earlier.
    """
    return (threshold * (earlier + cohort + later) - earlier_mean * earlier - forecast * later) / cohort


@compiled
def all_reached(results, thresholds, counted):
    """Whether every result that counts reaches its own threshold: 1 or 0."""
    for d in range(results.shape[0]):
        if counted[d] and results[d] < thresholds[d]:
            return 0.0
    return 1.0


@compiled
def all_reached_slope(forecasts, thresholds, counted, noise, moved):
    """∂P(all reached)/∂x of one result: φ((x − θ)/s)/s × Π Φ((x' − θ')/s) over the others that count (product rule)."""
    slope = reached_slope(forecasts[moved], thresholds[moved], noise, 1.0)
    for d in range(forecasts.shape[0]):
        if counted[d] and d != moved:
            slope *= reached_share(forecasts[d], thresholds[d], noise)
    return slope


@compiled
def net_price(price, deducted, deadweight):
    """A price less the part of it that would be earned without the service: p · (1 − deducted · deadweight in [0, 1])."""
    return price * (1.0 - deducted * min(1.0, max(0.0, deadweight)))


@compiled
def tariff(groups, ratio, complexity):
    """Price of a family's tariff group ÷ that of the easiest: groups of equal width by complexity, linear up to the ratio."""
    if groups <= 1.0:
        return 1.0
    group = min(groups - 1.0, math.floor(groups * complexity))
    return 1.0 + (ratio - 1.0) * group / (groups - 1.0)


@compiled
def reached_with_core(reached, core_here, core_elsewhere):
    """P(an optional line and some core line are reached) from the chances of the line, of a core line in the same domain,
    and of one in another: one result decides in the same domain, so the harder one counts; domains are independent.
    """
    return min(reached, core_here) + max(0.0, reached - core_here) * core_elsewhere


@compiled
def pays_by_period(rule):
    """Whether a payment rule tests a cohort at the end of each period."""
    return rule == BINARY or rule == GRADUATED or rule == TRANCHE or rule == STEPPED


@compiled
def reached_now(kind, change, threshold, months_held, months_asked, already):
    """Whether a milestone is reached in this month: 1 or 0; each is reached at most once (a gain is paid by amount).

    `kind` is the position in MILESTONE_KINDS, `months_held` how long the change has stood at the threshold, this month
    included.
    """
    if already != 0:
        return 0
    if kind == ENTRY:
        return 1
    if kind == ATTAINED:
        return 1 if change >= threshold else 0
    if kind == SUSTAINED:
        return 1 if months_held >= months_asked else 0
    return 0


@compiled
def room_under(cap, paid, due):
    """The part of a due amount that a ceiling leaves (cents): never below 0, never above the room."""
    return max(0, min(due, cap - paid))


PAYMENT_RULES = ("block", "fee_for_service", "binary", "graduated", "rate_card", "tranche", "stepped")
BLOCK, FEE_FOR_SERVICE, BINARY, GRADUATED, RATE_CARD, TRANCHE, STEPPED = range(7)
MOST_STEPS = 8  # of a stepped payment

MILESTONE_KINDS = ("entry", "gain", "attained", "sustained")
ENTRY, GAIN, ATTAINED, SUSTAINED = range(4)
