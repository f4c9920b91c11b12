"""V11: trust falls fast and rises slowly."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from abm.config import load_case, load_design
from abm.lab.patterns.base import SMALLEST, Control, Figure, Figures, Pattern, figure, series

BREACH = 61  # the first month of the fourth contract of `generic`: what came before has faded from memory
FOLLOWED = 96  # months followed after the breach, all in service
YEARS_TWO = 24
TIMES_LONGER = 3.0
SYMMETRIC, ASYMMETRIC = 1, 3
ALIKE = {f"case.trust.asymmetry_{facet}": 1.0 for facet in ("ability", "benevolence", "integrity")}


def breach(seeds: Sequence[int], settings: Mapping[str, Any] | None = None) -> Figures:
    """What one breach of faith by every provider takes from families' trust, against the same seed without it.

    For an asymmetry of 1 and of 3 in every facet: `before` is trust in the month before the breach (without it), `settling`
    its change over the year before; `fall` is the trust missing at the end of the month of the breach, `after_24` that 24
    months later; `regain` is the months until less than SMALLEST is missing for good (FOLLOWED + 1 where that is never, which
    is then too low). `level` is the difference of the two levels before; `longer` is regain at 3 ÷ regain at 1.
    """
    figures: dict[str, Figure] = {}
    regain, before = {}, {}
    for asymmetry in (SYMMETRIC, ASYMMETRIC):
        alone = {
            "case.calendar.renewals": 7,
            "case.trust.asymmetry": float(asymmetry),
            **ALIKE,
            "case.trust.breach_month": 0,
        } | dict(settings or {})
        without, broken = (
            series(load_design("block_grant"), arm, seeds, BREACH + FOLLOWED, ["trust_family_provider"])[:, 0]
            for arm in (alone, alone | {"case.trust.breach_month": BREACH})
        )
        missing = (without - broken)[:, BREACH:]
        before[asymmetry], regain[asymmetry] = without[:, BREACH - 1], _months_to_regain(missing)
        figures |= {
            f"before_{asymmetry}": figure(before[asymmetry]),
            f"settling_{asymmetry}": figure(without[:, BREACH - 1] - without[:, BREACH - 13]),
            f"fall_{asymmetry}": figure(missing[:, 0]),
            f"after_24_{asymmetry}": figure(missing[:, YEARS_TWO]),
            f"regain_{asymmetry}": figure(regain[asymmetry]),
        }
    known = regain[SYMMETRIC] > 0.0
    longer = np.full(len(seeds), np.nan)
    longer[known] = regain[ASYMMETRIC][known] / regain[SYMMETRIC][known]
    return figures | {
        "level": figure(before[SYMMETRIC] - before[ASYMMETRIC]),
        "longer": figure(longer),
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


V11 = Pattern(
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
    quick=range(1, 4),
    tuned_on=True,
)
