"""Effort: where a provider's hours go, and how intensely they are worked.

The incentive of an hour on a domain is what the mission makes it worth plus what payment makes it worth (€ per hour), after
multitasking (Holmström & Milgrom 1991) with motivated agents (Besley & Ghatak 2005).
"""

from abm.compiled import compiled
from abm.streams import exp, power


@compiled
def incentive(motivation, value_of_need, known_need, payment_per_hour):
    """€ per hour on one domain: motivation × value × need as the provider knows it + ∂E[payment it bears]/∂hour, ≥ 0."""
    return max(0.0, motivation * value_of_need * known_need + payment_per_hour)


@compiled
def intensity(total_incentive, scale, floor):
    """How intensely an hour is worked: 1 − (1 − floor)·exp(−Σ incentive / scale), in [floor, 1]."""
    return 1.0 - (1.0 - floor) * exp(-total_incentive / scale)


@compiled
def attention_weight(domain_incentive, sharpness):
    """Weight of a domain in the division of attention: incentive ^ sharpness (shares are normalised over domains)."""
    return power(domain_incentive, sharpness)
