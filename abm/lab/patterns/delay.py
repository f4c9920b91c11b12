"""V14: payment delay bites non-linearly."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from abm.config import load_case, load_design
from abm.lab.patterns.base import SMALLEST, Control, Figure, Figures, Pattern, figure, series, slope

LAGS = (0, 1, 2, 3, 4, 6, 9)
LONGEST = LAGS[-1]
WINDOW = 18  # months of service from the first late payment on; later a constant lag is money on its way like any other
TIMES_STEEPER = 3.0
FELT = ("trust_provider_commissioner", "mission_motivation")  # what the source names
ALSO = ("trust_family_provider", "job_satisfaction", "liquidity")


def delay(seeds: Sequence[int], settings: Mapping[str, Any] | None = None) -> Figures:
    """What late payment takes, against the same seed paid without delay, as means of the first 18 months of service.

    Providers are paid fees for what they did and bridge all of it themselves, so nothing but the delay is late. None is
    given up for failed, so that means are always over the same providers. For each metric: `<metric>_<lag>`, the loss
    at that lag; `<metric>_before` and `<metric>_beyond`, the loss per month of lag (least squares) up to and from the
    months that the reserves of the median nonprofit cover; `<metric>_bend`, beyond less three times before.
    """
    settings = {"case.money.endurance": 120} | dict(settings or {})
    in_case = {key: value for key, value in settings.items() if key.startswith("case.")}
    in_design = {key: value for key, value in settings.items() if key not in in_case}
    calendar, money = load_case("generic").calendar, load_case("generic").money
    first, names = calendar.service[0], FELT + ALSO
    means = []
    for lag in LAGS:
        late = {
            "payment.rule": "fee_for_service",
            "payment.lag_months": lag,
            "finance.bridge": {"state": 0.0, "provider": 1.0, "investor": 0.0},
        }
        design = load_design("block_grant", late | in_design)
        means.append(series(design, in_case, seeds, first + WINDOW - 1, names)[:, :, first:].mean(axis=2))
    loss = means[0] - np.array(means)  # lag × seed × metric
    lags = np.array(LAGS, float)
    covered = lags < money.reserves_third_sector
    figures: dict[str, Figure] = {}
    for column, name in enumerate(names):
        before, beyond = (slope(lags[part], loss[part, :, column]) for part in (covered, ~covered))
        figures |= {f"{name}_{lag}": figure(loss[row, :, column]) for row, lag in enumerate(LAGS)}
        figures |= {
            f"{name}_before": figure(before),
            f"{name}_beyond": figure(beyond),
            f"{name}_bend": figure(beyond - TIMES_STEEPER * before),
        }
    return figures


def delay_bends(figures: Figures) -> bool:
    """Two months cost little, the longest delay does not; beyond the reserves a month costs at least three times as much."""
    return all(
        figures[f"{name}_2"].within(SMALLEST)
        and figures[f"{name}_{LONGEST}"].above(SMALLEST)
        and figures[f"{name}_bend"].above(0.0)
        for name in FELT
    )


def _deep_reserves(seeds: Sequence[int]) -> Figures:
    return delay(seeds, {f"case.money.reserves_{kind}": 120.0 for kind in ("public", "third_sector", "for_profit")})


def _wages_without_cash(seeds: Sequence[int]) -> Figures:
    return delay(seeds, {"mechanisms.liquidity": False})


def _no_delay_felt(figures: Figures) -> bool:
    return all(figures[f"{name}_{lag}"].within(SMALLEST) for name in FELT for lag in LAGS)


V14 = Pattern(
    key="V14",
    title="Payment delay bites non-linearly",
    sources=("cassidy2025",),
    expectation=(
        "Where providers bridge their fees, one or two months of delay cost less than .03 of their trust in the "
        "authority and of their motivation; beyond the months that a median nonprofit's reserves cover, each month "
        "of delay costs at least three times as much as before."
    ),
    measure=delay,
    holds=delay_bends,
    controls=(
        Control("reserves of ten years", _deep_reserves, _no_delay_felt),
        Control("wages need no cash (mechanisms.liquidity = false)", _wages_without_cash, _no_delay_felt),
    ),
    quick=range(1, 9),
    tuned_on=True,
)
