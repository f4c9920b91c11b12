"""V6 and V7: slow start and optimism of those who win; small third-sector providers under unfinanced payment by results."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from abm.config import load_case, load_design
from abm.lab.patterns.base import SMALLEST, Control, Figure, Figures, Pattern, figure, slope
from abm.lab.run import simulate
from abm.streams import log

if TYPE_CHECKING:
    from abm.world import World

DESIGN = "provider_financed_pbr"  # after the UK Work Programme
YEAR = 12  # months of service
HALF = 0.5
ROUNDING = 1e-9  # what is left of shares that sum to 1

# V6: the commissioner's forecast was 1.4 times what came (NAO 2014); all that was wanted was counted; bidders signed what they
# could not carry; people had to be found first. The last two are assumed, within their plausible ranges.
LIKE_THE_PROGRAMME: dict[str, Any] = {
    "case.money.forecast_optimism": 1.4, "payment.alignment": 1.0, "case.money.prudence": 0.2,
    "case.money.start_up_months": 9,
}  # fmt: skip
NO_ERROR: dict[str, Any] = {"case.money.cost_error": 0.0, "case.money.forecast_error": 0.0}

# V7
ON_RESERVES, AT_RISK = 0.40, 0.25  # of small third-sector providers
RESERVES = "case.money.reserves_third_sector"
EXPOSED = (
    (0.3, 1, 6.0),
    (1.0, 1, 3.0),
    (1.0, 6, 6.0),
    (1.0, 6, 3.0),
    (1.0, 9, 3.0),
    (1.0, 6, 1.5),
)  # share, lag, reserves
SQUEEZED = 3  # of these: all for results, half a year late, the case's own reserves
UNDAUNTED: dict[str, Any] = {
    "case.money.prudence": 0.2
}  # who could not carry the wait by itself has signed all the same


def _run(settings: Mapping[str, Any], seed: int, months: int | None) -> World:
    """A run of the design on `generic`, through so many months of service of its first contract; None: all of them."""
    facts = {key: value for key, value in settings.items() if key.startswith("case.")}
    rules = {key: value for key, value in settings.items() if key not in facts}
    case = load_case("generic", facts)
    served = case.calendar.service_months if months is None else months
    return simulate(case, load_design(DESIGN, rules), seed, case.calendar.service[0] + served - 1)


def start(seeds: Sequence[int], settings: Mapping[str, Any] | None = None) -> Figures:
    """What commissioner and winning bidders foresaw for those in service, and what came of it.

    Results are the measured change since intake of all who were in service, misreports taken off. `first_year`: results
    after a year of service ÷ the commissioner's forecast for then; `bidders_over`: the winners' forecast less the
    commissioner's; `commissioner_over`: the commissioner's less the results, both at the end of the first contract;
    `curse`: how far the winners underestimated their cost (log).
    """
    given = LIKE_THE_PROGRAMME | dict(settings or {})
    rows = []
    for seed in seeds:
        early, late = _run(given, seed, YEAR), _run(given, seed, None)
        published, foreseen = late.series["forecast_commissioner"][-1], late.series["forecast_bidders"][-1]
        first = _result(early) / early.series["forecast_commissioner"][-1]
        curse = late.series["winners_curse"][-1]
        rows.append((first, foreseen - published, published - _result(late), curse))
    names = ("first_year", "bidders_over", "commissioner_over", "curse")
    return {name: figure(column) for name, column in zip(names, np.array(rows).T, strict=True)}


def _result(world: World) -> float:
    """Mean weighted change since intake of everybody in service in this period, on the true path."""
    families = world.families[world.families.cohort == 1]
    change = families.last_wellbeing - families.intake_wellbeing
    return float((change @ world.localities.metric_weight[0]).mean())


def slow_and_hopeful(figures: Figures) -> bool:
    """The first year below half of the forecast; winners hoped for more than the commissioner, who hoped for more than came."""
    return figures["first_year"].below(HALF) and all(
        figures[name].above(0.0) for name in ("bidders_over", "commissioner_over", "curse")
    )


def _as_foreseen(seeds: Sequence[int]) -> Figures:
    return start(seeds, NO_ERROR | {"case.money.forecast_optimism": 1.0, "case.money.start_up_months": 0})


def _nobody_competes(seeds: Sequence[int]) -> Figures:
    return start(seeds, {"structure.competition": 0.0})


def _nothing_of_it(figures: Figures) -> bool:
    """Nobody's forecast differs from the commissioner's, which is reached, and the first year is more than half of it."""
    same = figures["bidders_over"].within(ROUNDING) and figures["curse"].within(ROUNDING)
    return same and figures["first_year"].above(HALF) and figures["commissioner_over"].below(0.0)


def _no_curse(figures: Figures) -> bool:
    """Errors remain, and do not decide who wins."""
    return not figures["curse"].above(0.0) and not figures["bidders_over"].above(0.0)


V6 = Pattern(
    key="V6",
    title="Slow start, and optimism of those who win",
    sources=("nao2014", "work_programme"),
    expectation=(
        "Under payment by results after the Work Programme, with a commissioner's forecast 1.4 times the model's own and "
        "nine months in which people are found, results after a year are below half of what was forecast for then; the "
        "winners' forecast is above the commissioner's, and that above what came by the end of the contract; winners "
        "have underestimated their cost."
    ),
    measure=start,
    holds=slow_and_hopeful,
    controls=(
        Control("no error of estimates, no optimism, no start-up", _as_foreseen, _nothing_of_it),
        Control("nobody competes, so errors do not decide who wins", _nobody_competes, _no_curse),
    ),
    quick=range(1, 11),
    remark=(
        "The optimism of the commissioner is put in as the source has it; that of the winners, and their curse, are not. Part "
        "of the slow start is a late signature: bids and negotiation take the first months of service, without which the first "
        "year would be at .52 of the forecast."
    ),
    tuned_on=True,
)


def squeeze(seeds: Sequence[int], settings: Mapping[str, Any] | None = None) -> Figures:
    """Small third-sector partners and associations of the first award, means over the months of the first contract.

    Bidders count on having to carry a fifth of the wait. Where all is paid by results, half a year late and financed by
    providers themselves: `drawing`, the share whose cash is a
    tenth or more below their reserves at the start or who have failed; `at_risk`, the share who cannot pay all planned hours
    or have failed. `at_risk_<n>`: the same for six levels of share × lag ÷ reserves, from the least; `growth`: its slope on
    the logarithm of that. Seeds in which no small third-sector provider has a part are left out.
    """
    given = UNDAUNTED | dict(settings or {})
    arms = []
    for share, lag, reserves in EXPOSED:
        arm = {"payment.outcome_share": share, "payment.lag_months": lag, RESERVES: reserves}
        arms.append(_of_small(seeds, arm | given))
    exposure = np.array([log(share * lag / reserves) for share, lag, reserves in EXPOSED])
    figures = {name: _known(values) for name, values in arms[SQUEEZED].items()}
    figures |= {f"at_risk_{n}": _known(arm["at_risk"]) for n, arm in enumerate(arms)}
    return figures | {"growth": _known(slope(exposure, np.array([arm["at_risk"] for arm in arms])))}


def _of_small(seeds: Sequence[int], settings: Mapping[str, Any]) -> dict[str, np.ndarray]:
    """Shares of small third-sector partners by seed: mean of the months of service in which there are any."""
    found = np.full((2, len(seeds)), np.nan)
    for column, seed in enumerate(seeds):
        months = _run(settings, seed, None).series
        for line, name in enumerate(("small_third_sector_drawing", "small_third_sector_at_risk")):
            known = months[name][~np.isnan(months[name])]
            if known.size:
                found[line, column] = known.mean()
    return {"drawing": found[0], "at_risk": found[1]}


def _known(values: np.ndarray) -> Figure:
    return figure(values[~np.isnan(values)])


def squeezes(figures: Figures) -> bool:
    """Enough of them draw on reserves and are at risk, and the more the larger what they wait for is beside their reserves."""
    return figures["drawing"].above(ON_RESERVES) and figures["at_risk"].above(AT_RISK) and figures["growth"].above(0.0)


def _pre_financed(seeds: Sequence[int]) -> Figures:
    state = {"finance.bridge.state": 1.0, "finance.bridge.provider": 0.0, "finance.risk_to_provider": 0.0}
    return squeeze(seeds, state)


def _deep_reserves(seeds: Sequence[int]) -> Figures:
    return squeeze(seeds, {RESERVES: 120.0})


def _wages_without_cash(seeds: Sequence[int]) -> Figures:
    return squeeze(seeds, {"mechanisms.liquidity": False})


def _nobody_at_risk(figures: Figures) -> bool:
    return figures["at_risk"].below(AT_RISK) and figures["growth"].below(SMALLEST)


def _untouched(figures: Figures) -> bool:
    return _nobody_at_risk(figures) and figures["drawing"].below(ON_RESERVES)


V7 = Pattern(
    key="V7",
    title="Small third-sector providers are squeezed by unfinanced payment by results",
    sources=("work_programme", "rees2013"),
    expectation=(
        "Where all pay depends on results, comes half a year late and nobody else finances the wait, at least 40 % of "
        "small third-sector providers draw on their reserves and at least 25 % fail or cannot pay all their hours; the "
        "share at risk grows with outcome share × lag ÷ reserves."
    ),
    measure=squeeze,
    holds=squeezes,
    controls=(
        Control("the state finances the wait and bears the risk", _pre_financed, _untouched),
        Control("reserves of ten years", _deep_reserves, _untouched),
        Control("wages need no cash (mechanisms.liquidity = false)", _wages_without_cash, _nobody_at_risk),
    ),
    quick=range(1, 25),
    tuned_on=True,
)
