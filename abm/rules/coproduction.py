"""Co-production: what families and professionals make together, and what it does to families.

Families' and professionals' input combine with a constant elasticity of substitution (Parks et al. 1981); the exponent is
signed, because families may work more or less where professionals do more.
"""

from abm.compiled import compiled, inlined
from abm.streams import power


@inlined
def combined_input(service, family_work, weight, rho):
    """CES: [(1 − w)·s^ρ + w·u^ρ]^(1/ρ), equal to 1 at s = u = 1.

    ρ below 0: complements; near 1: substitutes. |ρ| < 0.02 is taken as the Cobb–Douglas limit. `family_work` has a floor
    of 0.05, since a family is never without any part in its own life.
    """
    u = max(0.05, family_work)
    s = max(0.0, service)
    if s <= 0.0:
        return 0.0 if rho <= 0.02 else power(weight, 1.0 / rho) * u
    if -0.02 < rho < 0.02:
        return power(s, 1.0 - weight) * power(u, weight)
    return power((1.0 - weight) * power(s, rho) + weight * power(u, rho), 1.0 / rho)


@compiled
def attend_probability(engagement, trust, free_share, resources, outreach, information, relief):
    """Probability that an invited family comes: higher with engagement, trust, free time, resources and information.

    What resources decide is less with outreach, and where they are few less with expense money (`relief`, in wages).
    """
    barrier = 1.0 - outreach
    if resources < 0.5:
        barrier *= 1.0 - relief
    p = (
        0.15
        + 0.35 * engagement
        + 0.3 * (trust - 0.5)
        + 0.2 * (free_share - 0.5)
        + 0.4 * barrier * (resources - 0.5)
        + 0.1 * information
    )
    return min(0.98, max(0.02, p))


@compiled
def role_factor(weight, effect):
    """How much more or less people do what belongs to a role: 1 + effect·(3·weight − 1), which is 1 at an equal third."""
    return 1.0 + effect * (3.0 * weight - 1.0)


@compiled
def logistical_trigger(weight, integration, trust):
    """How much more or less families take part: 1 + λ·((1 − χ)·trust − 3/8), the form assumed.

    Families step in where services are not integrated (χ) and they trust who serves them; 3/8 is three quarters unlinked at
    a trust of one half.
    """
    return 1.0 + weight * ((1.0 - integration) * trust - 0.375)


@compiled
def free_riding(rate, enjoyed):
    """Share of its part that a family keeps up while others' collective work reaches it: 1/(1 + rate × input enjoyed)."""
    return 1.0 / (1.0 + rate * enjoyed)


@compiled
def expenses_reserve(rate, delivery, places, free_hours, volunteers, volunteer_hours, months, most):
    """€ put aside for expenses: rate × hours expected, at most `most`.

    Expected are a quarter of the free hours of the families served and half of the people ready to volunteer (assumed).
    """
    hours = 0.25 * places * free_hours + 0.5 * volunteers * volunteer_hours
    return min(most, rate * delivery * hours * months)


@compiled
def complain_probability(rate, satisfaction, trust, voice):
    """Monthly probability that a family complains: rate × dissatisfaction × (½ + trust in the authority) × role."""
    return min(1.0, rate * (1.0 - satisfaction) * (0.5 + trust) * voice)


@compiled
def next_capability(capability, training, doing, training_gain, doing_gain, loss):
    """Capability grows by training and doing in the room that is left, and fades when unused."""
    grown = (training_gain * training + doing_gain * doing) * (1.0 - capability)
    return min(1.0, max(0.0, capability + grown - loss * capability))


@compiled
def next_fatigue(fatigue, load, gain, recovery):
    """Fatigue is a stock: it fills with load (share of free hours used) and drains with rest."""
    return min(1.0, max(0.0, fatigue + gain * load * (1.0 - fatigue) - recovery * fatigue))


@compiled
def next_engagement(engagement, own_level, trust, fatigue, voice):
    """Engagement follows trust and voice, is worn by fatigue, and returns to a family's own level."""
    target = own_level + 0.5 * (trust - 0.5) + 0.2 * voice - 0.6 * fatigue
    return min(1.0, max(0.0, engagement + 0.1 * (target - engagement)))


@compiled
def spare_hours(free, resources, bound, relief, respite, scarcity):
    """Hours a month that a family can spare: free − scarcity·((1 − resources)(1 − relief)·free + bound) + respite, at least 0.

    `bound` are hours on holding services together and on forms. That a lack of resources constrains the disadvantaged is
    Jakobsen & Andersen 2013; the form is assumed.
    """
    lacking = scarcity * ((1.0 - resources) * (1.0 - relief) * free + bound)
    return max(0.0, free - lacking + respite)


@compiled
def able_share(spare, asked):
    """How far spare hours go for what is asked: spare ÷ asked, at most 1. Nobody takes part further (law of the minimum)."""
    return 1.0 if spare >= asked else spare / asked
