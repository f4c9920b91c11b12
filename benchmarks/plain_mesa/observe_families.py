"""Observed families: wellbeing and its gains, what those in service get and lose, for whom, and what all do themselves."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from abm.rules.indices import MISSING, ratio
from benchmarks.plain_mesa.family_life import TAKES_PART

THIRDS = range(3)


def mean_over(families: list[Any], value: Callable[[Any], float]) -> float:
    """Mean of a value over families; missing where there is none."""
    return ratio(math.fsum(value(family) for family in families), float(len(families)))


def weighted(family: Any, wellbeing: list[float]) -> float:
    """Wellbeing weighted by what matters to a family."""
    return math.fsum(weight * y for weight, y in zip(family.importance, wellbeing, strict=True))


def gain_of(family: Any) -> float:
    """What a family has gained on the same world without service."""
    return weighted(family, family.wellbeing) - weighted(family, family.unserved_wellbeing)


def observe_families(families: list[Any], funded: list[Any], found: dict[str, float]) -> None:
    """Levels and gains over all eligible families, and gaps between them."""
    level = mean_over(families, lambda f: weighted(f, f.wellbeing))
    found["wellbeing_mean"] = found["quality_of_life"] = level
    found["wellbeing_measured"] = mean_in_domains(families, measured=True)
    found["wellbeing_unmeasured"] = mean_in_domains(families, measured=False)
    found["wellbeing_gain"] = mean_over(families, lambda f: weighted(f, f.wellbeing) - f.start_wellbeing)
    found["attributable_gain"] = mean_over(families, gain_of)
    found["attributable_gain_served"] = mean_over([f for f in families if f.enrolled], gain_of)
    for name in ("engagement", "capability", "fatigue"):
        found[name] = mean_over(families, lambda f, name=name: getattr(f, name))
    for by, better, worse in (("complexity", 0, 2), ("resources", 2, 0)):
        levels = [mean_over(third_of(families, by, third), lambda f: 1.0 - f.need) for third in (better, worse)]
        found[f"wellbeing_gap_{by}"] = levels[0] - levels[1]
    served = [family for family in families if family.enrolled]
    part = [mean_over(third_of(served, "resources", third), lambda f: f.took_part) for third in (2, 0)]
    found["participation_gap"] = part[0] - part[1]
    found["families_served"] = float(sum(f.enrolled for f in families))
    found["families_waiting"] = float(sum(f.applied for f in families))
    found["complaints"] = float(sum(f.complained for f in families))


def third_of(families: list[Any], by: str, third: int) -> list[Any]:
    """Families of a third of complexity or resources."""
    return [family for family in families if getattr(family, f"{by}_third") == third]


def mean_in_domains(families: list[Any], measured: bool) -> float:
    """Importance-weighted wellbeing over domains that are metrics, or that are none."""
    parts, weights = [], []
    for family in families:
        for d, metric in enumerate(family.office.contract.measured):
            if metric == measured:
                parts.append(family.importance[d] * family.wellbeing[d])
                weights.append(family.importance[d])
    return ratio(math.fsum(parts), math.fsum(weights))


def observe_served(families: list[Any], providers: list[Any], found: dict[str, float]) -> None:
    """What families in service get and lose, who gets it, and how much of it all is unpaid work."""
    served = [family for family in families if family.enrolled]
    asked = [family for family in families if family.enrolled or family.applied]
    for name, attribute in (
        ("satisfaction", "satisfaction"), ("dissatisfaction_red_tape", "lost_red_tape"),
        ("dissatisfaction_mismatch", "lost_mismatch"), ("dissatisfaction_voice", "lost_voice"),
        ("family_integration_hours", "integration_hours"), ("reported_gain", "reported"), ("gaming", "overstated"),
    ):  # fmt: skip
        found[name] = mean_over(served, lambda f, attribute=attribute: getattr(f, attribute))
    found["dissatisfaction_waiting"] = mean_over(asked, lambda f: f.lost_waiting)
    needed = math.fsum(f.need for f in served)
    found["integration"] = ratio(math.fsum(f.integration * f.need for f in served), needed)
    found["participation"] = mean_over(families, lambda f: float(f.took_part > TAKES_PART))
    observe_access(families, found)
    found["governance_fairness"] = 1.0 - gini_over_need(served)
    unpaid = math.fsum(f.coproduction_hours for f in families) + found["volunteer_hours"]
    paid = math.fsum(provider.contract_hours for provider in providers)
    found["coproduced_share"] = ratio(unpaid, unpaid + paid)


def observe_access(families: list[Any], found: dict[str, float]) -> None:
    """Share served, and hours over need, of the least complex third less the most complex."""
    thirds = [third_of(families, "complexity", third) for third in THIRDS]
    access = [mean_over(third, lambda f: float(f.enrolled)) for third in thirds]
    found["access_gap"] = access[0] - access[2]
    hours = [math.fsum(f.hours_received for f in third if f.enrolled) for third in thirds]
    needs = [math.fsum(f.need for f in third) for third in thirds]
    mean = ratio(math.fsum(hours), math.fsum(needs))
    gap = ratio(hours[0], needs[0]) - ratio(hours[2], needs[2])
    found["hours_gap"] = gap / mean if mean > 0.0 else MISSING


def gini_over_need(served: list[Any]) -> float:
    """Gini coefficient of contract hours over need: 0 when everyone gets hours in proportion to need."""
    ranked = sorted(served, key=lambda f: f.hours_received / max(1e-9, f.need))
    needs, hours = [f.need for f in ranked], [f.hours_received for f in ranked]
    all_need, all_hours = math.fsum(needs), math.fsum(hours)
    if all_need <= 0.0 or all_hours <= 0.0:
        return MISSING
    area = reached = 0.0
    for need, given in zip(needs, hours, strict=True):
        area += need / all_need * (reached + 0.5 * given / all_hours)
        reached += given / all_hours
    return max(0.0, 1.0 - 2.0 * area)
