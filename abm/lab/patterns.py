"""Patterns that the model must reproduce: what a source says, how it would show in output, and where it must vanish.

A pattern runs the model under given seeds and returns figures with their spread over seeds. It counts only where it
holds with its mechanism at work and is gone with the mechanism off (its controls). Nothing here moves the model.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from abm.config import load_case, load_design
from abm.lab.compare import half_width
from abm.lab.run import simulate

if TYPE_CHECKING:
    from abm.config import Design

# The smallest difference that matters, in a share or in trust: two surveys of 400 people each could not tell it apart,
# for the standard error of a difference of two shares is then .035.
SMALLEST = 0.03


@dataclass(frozen=True)
class Figure:
    """A mean over n seeds with its 95 % interval; an interval needs two seeds, and is missing (NaN) before."""

    mean: float
    low: float
    high: float
    n: int

    def below(self, limit: float) -> bool:
        """Whether the whole interval lies below."""
        return self.high < limit

    def above(self, limit: float) -> bool:
        """Whether the whole interval lies above."""
        return self.low > limit

    def within(self, limit: float) -> bool:
        """Whether the whole interval lies between −limit and limit."""
        return self.high < limit and self.low > -limit


Figures = Mapping[str, Figure]


@dataclass(frozen=True)
class Control:
    """The same run with the mechanism behind a pattern off; `gone` says whether nothing of the pattern is left."""

    title: str
    measure: Callable[[Sequence[int]], Figures]
    gone: Callable[[Figures], bool]


@dataclass(frozen=True)
class Pattern:
    """One pattern. `sources` are keys of `sources.toml`; `expectation` says in words what `holds` tests."""

    key: str
    title: str
    sources: tuple[str, ...]
    expectation: str
    measure: Callable[[Sequence[int]], Figures]
    holds: Callable[[Figures], bool]
    controls: tuple[Control, ...]


def _figure(values: np.ndarray) -> Figure:
    """The figure of one value a seed."""
    mean, half = float(values.mean()), half_width(values)
    return Figure(mean, mean - half, mean + half, len(values))


def _series(
    design: Design, settings: Mapping[str, Any], seeds: Sequence[int], months: int, names: Sequence[str]
) -> np.ndarray:
    """These metrics of runs on `generic`: seed × metric × month (0 the start)."""
    case = load_case("generic", settings)
    runs = (simulate(case, design, seed, months).series for seed in seeds)
    return np.array([[series[name] for name in names] for series in runs])


# ---- V11: trust falls fast and rises slowly

BREACH = 61  # the first month of the fourth contract of `generic`: what came before has faded from memory
FOLLOWED = 96  # months followed after the breach, all in service
YEARS_TWO = 24
TIMES_LONGER = 3.0
SYMMETRIC, ASYMMETRIC = 1, 3


def breach(seeds: Sequence[int], settings: Mapping[str, Any] | None = None) -> Figures:
    """What one breach of faith by every provider takes from families' trust, against the same seed without it.

    For an asymmetry of 1 and of 3: `before` is trust in the month before the breach (without it), `settling` its change
    over the year before; `fall` is the trust missing at the end of the month of the breach, `after_24` that 24 months
    later; `regain` is the months until less than SMALLEST is missing for good (FOLLOWED + 1 where that is never, which
    is then too low). `level` is the difference of the two levels before; `longer` is regain at 3 ÷ regain at 1.
    """
    figures: dict[str, Figure] = {}
    regain, before = {}, {}
    for asymmetry in (SYMMETRIC, ASYMMETRIC):
        alone = {
            "case.calendar.renewals": 7,
            "case.trust.asymmetry": float(asymmetry),
            "case.trust.breach_month": 0,
        } | dict(settings or {})
        without, broken = (
            _series(load_design("block_grant"), arm, seeds, BREACH + FOLLOWED, ["trust_family_provider"])[:, 0]
            for arm in (alone, alone | {"case.trust.breach_month": BREACH})
        )
        missing = (without - broken)[:, BREACH:]
        before[asymmetry], regain[asymmetry] = without[:, BREACH - 1], _months_to_regain(missing)
        figures |= {
            f"before_{asymmetry}": _figure(before[asymmetry]),
            f"settling_{asymmetry}": _figure(without[:, BREACH - 1] - without[:, BREACH - 13]),
            f"fall_{asymmetry}": _figure(missing[:, 0]),
            f"after_24_{asymmetry}": _figure(missing[:, YEARS_TWO]),
            f"regain_{asymmetry}": _figure(regain[asymmetry]),
        }
    known = regain[SYMMETRIC] > 0.0
    longer = np.full(len(seeds), np.nan)
    longer[known] = regain[ASYMMETRIC][known] / regain[SYMMETRIC][known]
    return figures | {
        "level": _figure(before[SYMMETRIC] - before[ASYMMETRIC]),
        "longer": _figure(longer),
    }


def _months_to_regain(missing: np.ndarray) -> np.ndarray:
    """Months from the breach (column 0) until less than SMALLEST is missing for good, for each seed."""
    months = np.arange(1, missing.shape[1] + 1)
    return np.where(np.abs(missing) >= SMALLEST, months, 0).max(axis=1).astype(float)


def breach_lingers(figures: Figures) -> bool:
    """Equal trust at rest before; regained at 1 within two years and not at 3, where it takes at least three times as long."""
    settled = all(figures[f"settling_{a}"].within(SMALLEST) for a in (SYMMETRIC, ASYMMETRIC))
    return (
        settled
        and figures["level"].within(SMALLEST)
        and figures["after_24_1"].within(SMALLEST)
        and figures["after_24_3"].above(SMALLEST)
        and figures["longer"].low >= TIMES_LONGER
    )


def _slight_breach(seeds: Sequence[int]) -> Figures:
    return breach(seeds, {"case.trust.event_weight": 0.1})


def _damage_fades_alike(seeds: Sequence[int]) -> Figures:
    return breach(seeds, {"case.trust.damage_memory": load_case("generic").trust.memory})


def _no_breach_felt(figures: Figures) -> bool:
    return all(figures[f"fall_{a}"].within(SMALLEST) for a in (SYMMETRIC, ASYMMETRIC))


def _not_much_longer(figures: Figures) -> bool:
    """A larger fall takes longer to make good also where all evidence fades alike, but less than twice as long."""
    return figures["longer"].below(2.0)


# ---- V14: payment delay bites non-linearly

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
        means.append(_series(design, in_case, seeds, first + WINDOW - 1, names)[:, :, first:].mean(axis=2))
    loss = means[0] - np.array(means)  # lag × seed × metric
    lags = np.array(LAGS, float)
    covered = lags < money.reserves_third_sector
    figures: dict[str, Figure] = {}
    for column, name in enumerate(names):
        before, beyond = (_slope(lags[part], loss[part, :, column]) for part in (covered, ~covered))
        figures |= {f"{name}_{lag}": _figure(loss[row, :, column]) for row, lag in enumerate(LAGS)}
        figures |= {
            f"{name}_before": _figure(before),
            f"{name}_beyond": _figure(beyond),
            f"{name}_bend": _figure(beyond - TIMES_STEEPER * before),
        }
    return figures


def _slope(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Least-squares slope of each column of y on x."""
    centred = x - x.mean()
    return centred @ (y - y.mean(axis=0)) / (centred @ centred)


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


PATTERNS = (
    Pattern(
        key="V11",
        title="Trust falls fast and rises slowly",
        sources=("slovic1993",),
        expectation=(
            "After one breach by every provider, from equal trust at rest, families' trust is back within .03 of where it "
            "would have been within 24 months where bad and good news weigh alike (asymmetry 1), and not where bad news "
            "weighs three times as much; it then takes at least three times as many months."
        ),
        measure=breach,
        holds=breach_lingers,
        controls=(
            Control("the breach weighs a tenth of one month's experience", _slight_breach, _no_breach_felt),
            Control("damage fades as fast as all evidence", _damage_fades_alike, _not_much_longer),
        ),
    ),
    Pattern(
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
    ),
)
