"""Payment: what a result earns, and what one more hour of work would add to it.

Each rule is a payment and its slope. The slope is the mathematical derivative of the expected payment at the provider's
present position: with forecast x of the result, its noise s and the effect of an hour ∂x/∂h. Sources: schedules as recorded
in the INDIGO impact-bond data (Government Outcomes Lab); Peterborough for the threshold.
"""

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


PAYMENT_RULES = ("block", "fee_for_service", "binary", "graduated", "rate_card")
BLOCK, FEE_FOR_SERVICE, BINARY, GRADUATED, RATE_CARD = range(5)

MILESTONE_KINDS = ("entry", "gain", "attained", "sustained")
ENTRY, GAIN, ATTAINED, SUSTAINED = range(4)
