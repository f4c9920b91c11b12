"""V2 and V4: how sure payment on an estimate is, and what a weak estimate pays where there is no effect."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from abm.config import Change, load_case, load_design
from abm.lab.patterns.base import Control, Figures, Pattern, figure
from abm.lab.run import simulate
from abm.rules.attribution import EFFECT

# ---- V2

TOWNS, FAMILIES = 8, 60
FOLLOWED = 10  # families in a trial's control group: with them an estimate errs as much as at Peterborough
SERVICE = 20  # months: one test at the end
RAMP = 3.0  # standard errors that the ramp of a graduated rule is wide; the source asks for 2.5 at least
THRESHOLD, EFFECTS = 10.0, (8.4, 9.0)  # of one cohort's test in per cent, and the true effects tested against it
POOLED, POOLED_EFFECT = 7.5, 9.0  # of the test of all cohorts together
TRANCHES: dict[str, Any] = {  # two cohorts, each of which misses its own test, so that all hangs on the pooled one
    "payment.rule": "tranche", "payment.period_months": SERVICE // 2, "payment.target": 3.0,
}  # fmt: skip


def knife_edge(seeds: Sequence[int], settings: Mapping[str, Any] | None = None) -> Figures:
    """How often a test pays at the source's ratios of true effect to threshold, and how payment varies by rule.

    Eight towns of 60 families a run, each with its own contract of 20 months, one test at the end and a trial that follows
    10 families. Nobody bears a risk that the test could change, so runs differ in payment alone; the first tells each town's
    true effect T. `error`: the standard error of the estimates in points where T is 8.4. `paid_10_<effect>`: share of the
    payment under a binary rule whose threshold is that ratio of T. `paid_7.5_9`: the same in tranches for two cohorts of ten
    months, each of which misses its own test, by the test of their pooled results against their pooled true effect.
    `graduated`: mean payment under a ramp of 3 standard errors around T × 10/8.4; `ratio`: its variance between towns and
    seeds ÷ that of the binary rule.
    """
    given = dict(settings or {})
    first = [_towns(seed, given, {}) for seed in seeds]
    true = np.array([_true_effects(world) for world in first])
    forecast = np.array([world.localities.expected_result for world in first])
    estimates = np.array([world.localities.result - world.localities.counterfactual for world in first])
    spread = float(np.std(estimates - true))
    figures = {"error": figure(8.4 * np.abs(estimates - true).mean(axis=1) * np.sqrt(np.pi / 2.0) / true.mean(axis=1))}
    paid = [
        np.array([_paid(seed, given, {"target": row}) for seed, row in zip(seeds, targets, strict=True)])
        for targets in (true * THRESHOLD / effect / forecast for effect in EFFECTS)
    ]
    figures |= {f"paid_10_{effect:g}": figure(each.mean(axis=1)) for effect, each in zip(EFFECTS, paid, strict=True)}
    figures["paid_7.5_9"] = figure(np.array([_made_good(seed, given).mean() for seed in seeds]))
    middle, half = true * THRESHOLD / EFFECTS[0], 0.5 * RAMP * max(spread, 1e-9)
    floors, ceilings = (middle - half) / forecast, (middle + half) / forecast
    ramps = [
        _paid(seed, given, {"floor": low, "ceiling": high})
        for seed, low, high in zip(seeds, floors, ceilings, strict=True)
    ]
    figures["graduated"] = figure(np.mean(ramps, axis=1))
    return figures | {"ratio": figure(_variances(np.array(ramps), paid[0]))}


def _variances(one: np.ndarray, other: np.ndarray) -> np.ndarray:
    """Variance of the first ÷ that of the second over all towns and seeds: jackknife's pseudo-values, one a seed."""

    def ratio(of: np.ndarray) -> float:
        return float(np.var(one[of])) / max(1e-12, float(np.var(other[of])))

    seeds = np.arange(len(one))
    without = np.array([ratio(seeds != seed) for seed in seeds])
    return len(seeds) * ratio(seeds >= 0) - (len(seeds) - 1) * without


def _made_good(seed: int, settings: Mapping[str, Any]) -> np.ndarray:
    """Share of the payment that each town's cohorts earned together, after none did by itself."""
    given = TRANCHES | dict(settings)
    first = _towns(seed, given, {}).localities
    bars = first.layer_pooled[:, EFFECT] * POOLED / POOLED_EFFECT / first.expected_result
    places = _towns(seed, given, {"pooled_target": bars}).localities
    return np.array(places.outcome_claimed / (100.0 * places.expected_outcome_payment) > 0.5, float)


def _towns(seed: int, settings: Mapping[str, Any], rules: Mapping[str, np.ndarray]) -> Any:
    """A run of like towns; `rules` are keys of the payment, relative to the forecast, one value a town."""
    facts: dict[str, Any] = {
        "case.locality.town.families": FAMILIES,
        "case.locality.town.grant_eur": 4000.0 * FAMILIES,
        "case.measurement.comparison_families": FOLLOWED,
        "case.calendar.renewals": 0,
    }
    facts |= {key: value for key, value in settings.items() if key.startswith("case.")}
    case = load_case("generic", facts)
    names = [f"town_{n}" for n in range(TOWNS)]
    case = case.model_copy(update={"locality": dict.fromkeys(names, case.locality["town"])})
    keys: dict[str, Any] = {
        "payment.attribution": "randomised",
        "payment.period_months": SERVICE,
        "learning.mode": "blueprint",
    }
    keys |= {"payment.rule": "graduated"} if "floor" in rules else {}
    keys |= {key: value for key, value in settings.items() if not key.startswith("case.")}
    design = load_design("binary_bond", keys)
    if rules:
        places = {}
        for n, name in enumerate(names):
            pay = {key: float(values[n]) for key, values in rules.items()}
            places[name] = design.base.model_copy(update={"payment": design.base.payment.model_copy(update=pay)})
        design = design.model_copy(update={"by_locality": places})
    return simulate(case, design, seed, case.calendar.service[1])


def _paid(seed: int, settings: Mapping[str, Any], rules: Mapping[str, np.ndarray]) -> np.ndarray:
    """Share of the payment that each town's cohort earned."""
    return np.array(_towns(seed, settings, rules).localities.period_paid)


def _true_effects(world: Any) -> np.ndarray:
    """Each town's mean weighted change of those who were in service, against their no-service paths."""
    found = []
    for place in world.localities:
        families = world.families[place.family_first : place.family_end]
        served = families[(families.enrolled == 1) | (families.was_served == 1)]
        own = served.last_wellbeing - served.intake_wellbeing
        alone = served.unserved_last - served.unserved_intake
        found.append(float(((own - alone) @ place.metric_weight).mean()))
    return np.array(found)


def _on_the_edge(figures: Figures) -> bool:
    """About as often paid as at Peterborough, with errors like those of its evaluation; a ramp halves the variance."""
    missed = [figures[f"paid_10_{effect:g}"].mean for effect in EFFECTS]
    return (
        3.5 <= figures["error"].mean <= 7.0
        and all(0.30 <= share <= 0.45 for share in missed)
        and 0.55 <= figures["paid_7.5_9"].mean <= 0.75
        and figures["ratio"].below(0.5)
    )


def _without_error(seeds: Sequence[int]) -> Figures:
    return knife_edge(seeds, {"case.measurement.noise": 0.0, "case.measurement.comparison_families": 1_000_000})


def _certain(figures: Figures) -> bool:
    return figures["paid_10_8.4"].mean == figures["paid_10_9"].mean == 0.0 and figures["paid_7.5_9"].mean == 1.0


V2 = Pattern(
    key="V2",
    title="Knife-edge: the same true effect is paid or not, by rule and by chance",
    sources=("peterborough", "anders2017"),
    expectation=(
        "With standard errors of 3.5 to 7 points, a true effect of 8.4 to 9 % is paid in 30 to 45 % of cases at a "
        "threshold of 10 %, and a pooled one of 9 % in 55 to 75 % at 7.5 %; a ramp of three standard errors around "
        "the threshold has less than half of the binary rule's variance."
    ),
    measure=knife_edge,
    holds=_on_the_edge,
    controls=(Control("everybody followed, nothing measured wrong", _without_error, _certain),),
    quick=range(1, 9),
    remark="How many families the trial follows was set so that estimates err as much as in the source.",
    tuned_on=True,
)

# ---- V4

GOOD_EFFECT = 0.045  # the case's own
DIP = 0.12  # wellbeing that a crisis costs: the end of what is plausible
SLUMP = 0.5  # share of families with a crisis in each month between the award and the service
ARMS = ("gross", "randomised")


def no_effect(seeds: Sequence[int], settings: Mapping[str, Any] | None = None, slump: float = SLUMP) -> Figures:
    """What is paid where services have no effect at all, but families recover by themselves from bad months.

    A contract over 20 months with a binary test at its end is let on a forecast with the case's own effect. Between award
    and service half of the families have a crisis each month; afterwards there is none. `paid_<attribution>`: outcome
    payments claimed ÷ what they are at the forecast, without effect and with recovery; `success`: the same with the
    effect, without the bad months, measured gross; `true`: the true effect on the served, in wellbeing.
    """
    given = dict(settings or {})
    figures: dict[str, np.ndarray] = {}
    for kind in ARMS:
        runs = [_bad_start(seed, given | {"payment.attribution": kind}, 0.0, slump) for seed in seeds]
        figures[f"paid_{kind}"] = np.array([_paid_of_forecast(world) for world in runs])
        figures["true"] = np.array([_true_effects(world)[0] for world in runs])
    success = [_bad_start(seed, given, GOOD_EFFECT, 0.0) for seed in seeds]
    figures["success"] = np.array([_paid_of_forecast(world) for world in success])
    return {name: figure(values) for name, values in figures.items()}


def _paid_of_forecast(world: Any) -> float:
    place = world.localities[0]
    return float(place.outcome_claimed / (100.0 * place.expected_outcome_payment))


def _bad_start(seed: int, settings: Mapping[str, Any], effect: float, slump: float) -> Any:
    """A run whose services have an effect or none but in the forecast, with a slump before they begin or none."""
    facts: dict[str, Any] = {
        "case.outcome.effect": effect,
        "case.family.crisis_rate": 0.0,
        "case.family.crisis_dip": DIP,
        "case.calendar.renewals": 0,
    }
    facts |= {key: value for key, value in settings.items() if key.startswith("case.")}
    rules: dict[str, Any] = {"payment.rule": "binary", "payment.period_months": SERVICE}
    rules |= {key: value for key, value in settings.items() if not key.startswith("case.")}
    case, design = load_case("generic", facts), load_design("upfront_outcomes_contract", rules)
    tender, first = case.calendar.tender, case.calendar.service[0]
    changes = (
        Change(month=tender, set={"case.outcome.effect": GOOD_EFFECT}),
        Change(month=tender + 1, set={"case.outcome.effect": effect, "case.family.crisis_rate": slump}),
        Change(month=first, set={"case.family.crisis_rate": 0.0}),
    )
    return simulate(case, design, seed, case.calendar.service[1], changes)


def _pays_for_nothing(figures: Figures) -> bool:
    """Gross measurement pays at least nine tenths of what success earns, for next to nothing; a trial pays about nothing."""
    paid, success = figures["paid_gross"], figures["success"]
    return paid.low >= 0.9 * success.mean and figures["true"].below(0.01) and figures["paid_randomised"].below(0.1)


def _no_recovery(seeds: Sequence[int]) -> Figures:
    return no_effect(seeds, {"mechanisms.gaming": False, "case.outcome.drift": 0.0}, 0.0)


def _pays_nothing(figures: Figures) -> bool:
    return figures["paid_gross"].below(0.1)


V4 = Pattern(
    key="V4",
    title="A weak estimate pays without an effect",
    sources=("utah_preschool", "troubled_families"),
    expectation=(
        "Where services have no effect but families recover from bad months by themselves, payment on gross change is at "
        "least 90 % of what success earns, and payment on a randomised comparison less than 10 % of the forecast."
    ),
    measure=no_effect,
    holds=_pays_for_nothing,
    controls=(Control("no bad months, no drift, no overstatement", _no_recovery, _pays_nothing),),
    quick=range(1, 9),
    remark="A crisis that costs .12 of wellbeing, and one for half of the families in each month, are extremes.",
    tuned_on=True,
)
