"""Attribution: what is subtracted from a measured change before it is paid, and in which parts a payment can be wrong.

Each estimate is computed on simulated families and has its own error:

- gross: nothing is subtracted, so natural change and selection are paid.
- historical: the change of earlier families on their paths before the contract, for as long as they were followed; what is
  new in this period, drift or a bad year, is not in it.
- comparison: the change of unserved families like the served in complexity and wellbeing at intake. They have usual
  services, hear what other families do for all, recover from what made them apply, or are served themselves in the end.
- difference: the same, less how much more than its match a family rose before its intake (difference in differences).
- randomised: the no-service paths of a random sample of the served themselves: the oracle of an ideal trial, in which the
  control group has no service at all, is never served, and nobody leaves.

The weighted change is known up to a standard error, and a sample of n families stands for all.
"""

import math

from abm.compiled import compiled

ATTRIBUTIONS = ("gross", "historical", "comparison", "randomised", "difference")
GROSS, HISTORICAL, COMPARISON, RANDOMISED, DIFFERENCE = range(5)

# What is paid on, from the truth on: each layer adds one source of error, and what is paid in the end adds noise.
LAYERS = 4
EFFECT, DEADWEIGHT, SELECTION, GAMING = range(LAYERS)

THIRD_APART = 0.1  # wellbeing that a third of complexity counts for in a match (assumed)
NOT_APPLIED = 0.05  # the same for not having applied for the service (assumed)


@compiled
def distance(level_gap, thirds_apart, applied):
    """How unlike a candidate is for a match (wellbeing): |gap in level| + .1 × thirds of complexity + .05 if not applied."""
    return abs(level_gap) + THIRD_APART * abs(thirds_apart) + (0.0 if applied else NOT_APPLIED)


@compiled
def earlier_part(months_served, months_followed):
    """Share of earlier families' change that a family of so many months in service is compared with, ≤ 1.

    Earlier families were followed for some months only; nothing is extrapolated beyond them. Their change is taken as even.
    """
    return min(1.0, months_served / months_followed) if months_followed > 0.0 else 0.0


@compiled
def matched_change(last, intake, trend_before, kind):
    """Change of a matched family since the served one's intake (wellbeing).

    Difference in differences takes off how much more than its match the served family had risen before:
    (c₁ − c₀) − [(s₀ − s₋) − (c₀ − c₋)]; `trend_before` is the bracket.
    """
    return last - intake - (trend_before if kind == DIFFERENCE else 0.0)


@compiled
def standard_error(noise, weights_squared, families):
    """Standard error of a sample's mean weighted change: s·√(Σ w²)/√n, with s that of one measured result (wellbeing)."""
    return noise * math.sqrt(weights_squared) / math.sqrt(max(1.0, families))


@compiled
def evaluation_share(kind, historical, comparison, difference, randomised):
    """Cost of the evaluation as a share of the contract's value, one for each kind; gross measurement costs none."""
    if kind == HISTORICAL:
        return historical
    if kind == COMPARISON:
        return comparison
    if kind == DIFFERENCE:
        return difference
    return randomised if kind == RANDOMISED else 0.0


@compiled
def layer_change(layer, own, unserved, population, overstated, known_population, known):
    """A change as it would be paid without the errors that come after a layer (wellbeing).

    effect: own − unserved path. deadweight: + the change of all eligible families less what the estimate knows of it.
    selection: own − all that the estimate knows. gaming: + overstatement. Sampling and measurement error are in none.
    """
    if layer == EFFECT:
        return own - unserved
    if layer == DEADWEIGHT:
        return own - unserved + population - known_population
    if layer == SELECTION:
        return own - known
    return own - known + overstated
