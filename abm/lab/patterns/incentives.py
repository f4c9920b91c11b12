"""V9: under strong incentives what is reported soon says little about what is achieved in the end."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from abm.config import load_case, load_design
from abm.lab.patterns.base import Control, Figures, Pattern, figure
from abm.lab.run import simulate

WEAK, STRONG = 0.2, 1.0  # shares of payment that depend on outcomes
REPORTED = 12  # month of service of the reports
FAMILIES = 1200  # three times the case's, with as much money each: some 26 in service for each of 23 providers
EURO_EACH = 4000.0
FEWEST = 4  # families in each half of a provider
SELDOM = 0.02  # yearly probability of an audit; the design's own is .1
WEAKLY = 0.3  # a correlation below it is weak
KINDS = ("public", "third_sector", "for_profit")
ESTIMATES = ("slope", "correlation", "uncorrected", "reliability")


def reports(seeds: Sequence[int], settings: Mapping[str, Any] | None = None) -> Figures:
    """How a provider's true result in the end goes with what it reported at month 12, at a low and a full outcome share.

    Providers bear all risk, with reserves of ten years so that none fails; a family has one provider, half of the domains
    are measured, and audits are rare. Reported: mean weighted change of its families in service at month 12, as reported.
    True: mean attributable gain of the same families at the end of the contract. Both are taken from their seed's means.
    So that neither measurement error nor families' own luck counts, each provider's families are split in two halves and
    covariances are taken between the reports of one half and the gains of the other (Spearman's correction): `slope_<share>`
    is cov(R₁, T₂) ÷ cov(R₁, R₂), `correlation_<share>` cov(R₁, T₂) ÷ √(cov(R₁, R₂)·cov(T₁, T₂)), with `02` and `10` for
    the shares; `fall` is the first slope less the second. `uncorrected_<share>` is the correlation of whole means, and
    `reliability_<share>` what part of the reports' variance the halves share. Intervals are the jackknife's over seeds.
    """
    given = dict(settings or {})
    sums = {share: np.array([_sums(share, seed, given) for seed in seeds]) for share in (WEAK, STRONG)}
    names = {WEAK: "02", STRONG: "10"}
    estimates = np.array(
        [_estimates(sums[WEAK], sums[STRONG], np.arange(len(seeds)) != seed) for seed in range(len(seeds))]
    )
    whole = _estimates(sums[WEAK], sums[STRONG], np.ones(len(seeds), bool))
    pseudo = len(seeds) * whole - (len(seeds) - 1) * estimates
    labels = [f"{what}_{names[share]}" for share in (WEAK, STRONG) for what in ESTIMATES] + ["fall"]
    return {label: figure(pseudo[:, column]) for column, label in enumerate(labels)}


def _estimates(weak: np.ndarray, strong: np.ndarray, of: np.ndarray) -> np.ndarray:
    """The estimates at both shares and the fall of the slope, from sums of squares and products of some of the seeds."""
    rows = []
    for sums in (weak, strong):
        reported, both, true, all_reported, all_both, all_true, half = sums[of].sum(axis=0)
        rows += [
            both / reported,
            both / np.sqrt(reported * true) if reported > 0.0 and true > 0.0 else np.nan,
            all_both / np.sqrt(all_reported * all_true),
            reported / half,
        ]
    return np.array([*rows, rows[0] - rows[len(ESTIMATES)]])


def _sums(share: float, seed: int, settings: Mapping[str, Any]) -> tuple[float, ...]:
    """Over one run's providers, from its means: sums of R₁R₂, R₁T₂, T₁T₂; of R², RT, T² of whole means; of R₁²."""
    facts: dict[str, Any] = {f"case.money.reserves_{kind}": 120.0 for kind in KINDS}
    facts |= {"case.locality.town.families": FAMILIES, "case.locality.town.grant_eur": EURO_EACH * FAMILIES}
    facts |= {"case.family.known_providers": 1, "case.calendar.renewals": 0}
    rules: dict[str, Any] = {"payment.outcome_share": share, "payment.alignment": 0.5, "control.audit": SELDOM}
    facts |= {key: value for key, value in settings.items() if key.startswith("case.")}
    rules |= {key: value for key, value in settings.items() if not key.startswith("case.")}
    case, design = load_case("generic", facts), load_design("provider_financed_pbr", rules)
    first, last = case.calendar.service
    soon = simulate(case, design, seed, first + REPORTED - 1).families
    served = np.flatnonzero(soon.enrolled)
    provider, reported = soon.main_provider[served], soon.reported[served]
    families = simulate(case, design, seed, last).families
    true = (families.importance * (families.wellbeing - families.unserved_wellbeing)).sum(axis=1)[served]
    means = []
    for row in np.unique(provider):
        halves = [np.flatnonzero(provider == row)[half::2] for half in (0, 1)]
        if len(halves[1]) >= FEWEST:
            means.append([values[half].mean() for values in (reported, true) for half in halves])
    return _products(np.array(means))


def _products(means: np.ndarray) -> tuple[float, ...]:
    """Sums of squares and products of one run's provider means: columns R₁, R₂, T₁, T₂."""
    one, two, gain, other = (means - means.mean(axis=0)).T
    whole, gained = 0.5 * (one + two), 0.5 * (gain + other)
    return (
        float(one @ two),
        0.5 * float(one @ other + two @ gain),
        float(gain @ other),
        float(whole @ whole),
        float(whole @ gained),
        float(gained @ gained),
        0.5 * float(one @ one + two @ two),
    )


def loses_meaning(figures: Figures) -> bool:
    """The slope falls, and what is reported under full outcome pay is at most weakly related to the truth."""
    return figures["fall"].above(0.0) and figures["correlation_10"].below(WEAKLY)


def _no_gaming(seeds: Sequence[int]) -> Figures:
    return reports(seeds, {"mechanisms.gaming": False})


def _no_incentives(seeds: Sequence[int]) -> Figures:
    return reports(seeds, {"mechanisms.incentives": False})


def _as_meaningful(figures: Figures) -> bool:
    """No fall that could be told from none, and reports that go with the truth."""
    return not figures["fall"].above(0.0) and figures["correlation_10"].above(WEAKLY)


V9 = Pattern(
    key="V9",
    title="Strong incentives part what is reported from what is achieved",
    sources=("heckman2002", "courty2004"),
    expectation=(
        "Where providers bear the risk, half of the mission is unmeasured and audits are rare (2 % a year), providers' true "
        "results in the end go with what they reported at month 12: less so where all payment depends on outcomes than "
        "where a fifth does (the slope falls), and then only weakly (correlation below .3), measurement error and luck "
        "apart."
    ),
    measure=reports,
    holds=loses_meaning,
    controls=(
        Control("nobody overstates (mechanisms.gaming = false)", _no_gaming, _as_meaningful),
        Control("payment moves nothing (mechanisms.incentives = false)", _no_incentives, _as_meaningful),
    ),
    quick=range(1, 17),
    remark=(
        "A correlation below .3 needs rare audits and deep reserves: with a yearly audit probability of .1 it was .37, and "
        "with the case's own reserves, where those who are left are selected, .32; the slope falls in both."
    ),
    tuned_on=True,
)
