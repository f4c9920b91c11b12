"""V10: where results count for a performance year only, claims bunch before its deadline and true results fall."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from abm.config import load_case, load_design
from abm.lab.patterns.base import Control, Figures, Pattern, figure
from abm.lab.run import simulate

YEAR, SERVICE = 12, 30  # months of a performance year, and of the contract
BUNCHED = 2.0  # × the mean month
KINDS = ("public", "third_sector", "for_profit")


def deadlines(seeds: Sequence[int], settings: Mapping[str, Any] | None = None) -> Figures:
    """When claims are made, and what families gain, with a deadline each year and without, on the same seeds.

    Providers are paid by a rate card alone over 30 months, with reserves of ten years, so that money earned late keeps nobody
    from working; the contract's ceiling does not bind, and more families wait than there are places. `bunching`: claims in the
    months of the two deadlines per month ÷ claims per month up to the second; `bunching_without`: the same months where there
    is no deadline. `lost`: attributable gain of all eligible families, mean over service, without a deadline less with one;
    `lost_share`: the same relative to it.
    """
    given = dict(settings or {})
    dated = [_run(seed, YEAR, given) for seed in seeds]
    free = [_run(seed, 0, given) for seed in seeds]
    lost = np.array([before - after for (_, before), (_, after) in zip(free, dated, strict=True)])
    gain = np.array([before for _, before in free])
    return {
        "bunching": figure(np.array([_bunching(claims) for claims, _ in dated])),
        "bunching_without": figure(np.array([_bunching(claims) for claims, _ in free])),
        "lost": figure(lost),
        "lost_share": figure(lost / gain.mean()),
    }


def _run(seed: int, year: int, settings: Mapping[str, Any]) -> tuple[np.ndarray, float]:
    """Claims by month of service (cents), and the mean attributable gain over the service."""
    facts: dict[str, Any] = {f"case.money.reserves_{kind}": 120.0 for kind in KINDS}
    facts |= {
        "case.calendar.renewals": 0,
        "case.calendar.service": [9, 8 + SERVICE],
        "case.calendar.assess": [9, 8 + SERVICE],
    }
    facts |= {"case.locality.town.grant_eur": 1_000_000.0 * SERVICE / 20.0, "case.locality.town.demand_ratio": 2.24}
    facts |= {key: value for key, value in settings.items() if key.startswith("case.")}
    rules: dict[str, Any] = {
        "payment.claim_deadline_months": year,
        "payment.lag_months": 0,
        "payment.contract_cap": 4.0,
    }
    rules |= {key: value for key, value in settings.items() if not key.startswith("case.")}
    case, design = load_case("generic", facts), load_design("provider_financed_pbr", rules)
    first, last = case.calendar.service
    world = simulate(case, design, seed, last)
    gain = float(np.mean(world.series.attributable_gain[first:]))
    return world.dues[first : last + 1].sum(axis=1), gain


def _bunching(claims: np.ndarray) -> float:
    """Claims in the months of the deadlines per month ÷ claims per month up to the last of them."""
    years = claims[: SERVICE // YEAR * YEAR]
    return float(years[YEAR - 1 :: YEAR].mean() / years.mean())


def _costs_results(figures: Figures) -> bool:
    """Deadline months have at least twice the mean month's claims, and true results are lower than without deadlines."""
    return figures["bunching"].low >= BUNCHED and figures["lost"].above(0.0)


def _regular_dates(seeds: Sequence[int]) -> Figures:
    return deadlines(seeds, {"mechanisms.claim_timing": False})


def _neither(figures: Figures) -> bool:
    return figures["bunching"].below(BUNCHED) and not figures["lost"].above(0.0)


V10 = Pattern(
    key="V10",
    title="Gaming the date of a claim costs real results",
    sources=("courty2004",),
    expectation=(
        "Where results count for claims of the same year only, claims in the months of deadlines are at least twice those "
        "of the mean month, and families gain less than without deadlines."
    ),
    measure=deadlines,
    holds=_costs_results,
    controls=(
        Control("claims are made on their regular dates (mechanisms.claim_timing = false)", _regular_dates, _neither),
    ),
    quick=range(1, 9),
    remark="What families lose is about a hundredth of their gain; .04 of it where fewer wait (1.4 families a place).",
    tuned_on=True,
)
