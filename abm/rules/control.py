"""Control: how much of paid time it takes, and how it answers to trust (Aghion, Algan, Cahuc & Shleifer 2010)."""

from abm.compiled import compiled
from abm.streams import exp


@compiled
def burden_target(trust, least, most, threshold, steepness):
    """Share of paid hours that control should take: least + (most − least)/(1 + exp((trust − threshold)/steepness))."""
    return least + (most - least) / (1.0 + exp((trust - threshold) / steepness))


@compiled
def next_burden(burden, target, rise, fall):
    """Control rises fast and falls slowly toward its target."""
    speed = rise if target > burden else fall
    return burden + speed * (target - burden)


@compiled
def changed(before, after):
    """Whether a decision moved a positive amount by more than a hundredth (assumed)."""
    return abs(after - before) > 0.01 * before


@compiled
def metric_part(burden, metrics, share_per_metric, input_specification, region_burden):
    """Share of the hours on reporting that metrics take; the parts as in `reporting_share`. 0 where nothing is reported."""
    whole = burden + metrics * share_per_metric + 0.1 * input_specification + region_burden
    return metrics * share_per_metric / whole if whole > 0.0 else 0.0


@compiled
def reporting_share(burden, metrics, share_per_metric, input_specification, region_burden):
    """Share of contract hours on reporting: control, metrics, prescribed activities, and the region's own rules; ≤ 0.9."""
    return min(0.9, burden + metrics * share_per_metric + 0.1 * input_specification + region_burden)


@compiled
def passed_on(burden, absorbed, hours_free, contract_hours):
    """What reaches partners of a rule's burden that the authority absorbs as far as its people's hours go.

    burden − min(absorbed × burden, hours free ÷ contract hours); all but hours are shares of contract hours.
    """
    if contract_hours <= 0.0:
        return burden
    return burden - min(absorbed * burden, max(0.0, hours_free) / contract_hours)
