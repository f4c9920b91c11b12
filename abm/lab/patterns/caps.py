"""V8: payments pile up at the cap, with a left tail."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from abm.case import Case
from abm.config import load_case, load_design
from abm.config.settings import READ_BY_RULE
from abm.declare import Param, parameters
from abm.design import Payment
from abm.lab.patterns.base import Control, Figure, Figures, Pattern
from abm.lab.run import simulate
from abm.streams import exp, normal, uniform

EACH = 6  # contracts of the population for each seed
CONTRACTS = 0  # a stream of draws that no world has
DESIGNS = (
    "social_impact_bond", "social_prime", "blended_fund", "provider_financed_pbr", "upfront_outcomes_contract", "binary_bond",
    "requisite_contract",
)  # fmt: skip
FAMILIES, SPREAD = 446, 2.0  # median and log-sd of a contract's users (INDIGO: 47 and 8,443 at the ends of four fifths)
FEWEST, LARGEST = 40, 1500  # what is run
EURO_EACH = 4000.0  # as the case has
# What a commissioner does not know when it signs: drawn over plausible ranges, but for how far its forecast errs. That is as
# often too low as too high, as the source's median contract reached the users that it was for (E[log] = 0), by as much as the
# middle of what is plausible for the error of a bidder's forecast.
TERMS = ("period_months", "target")  # of a cohort's test, drawn in the same way where a design has one
UNKNOWN = ("family.apply_rate", "family.turnover")
OPTIMISM, ERROR = "money.forecast_optimism", "money.forecast_error"
NEARLY_ALL, HALF = 0.95, 0.5  # of the cap
TAIL = (0.05, 0.15)


def payments(seeds: Sequence[int], settings: Mapping[str, Any] | None = None) -> Figures:
    """Payment ÷ the expected payment, which is the cap, over a mixed population of contracts.

    Six contracts for each seed: a preset design that pays for outcomes, a size, the terms of a cohort's test where there is
    one, and what the commissioner cannot know, all drawn, over whole plausible ranges but for sizes and the error of its
    forecast. `full`: share of the contracts paid at least .95 of that; `tail`: below .5; `at_cap`: between .95 and 1.05;
    `median`. Intervals are of shares.
    """
    drawn = [(seed, n) for seed in seeds for n in range(EACH)]
    paid = np.array([_paid(seed, n, dict(settings or {})) for seed, n in drawn]).reshape(len(seeds), EACH)
    shares = {"full": paid >= NEARLY_ALL, "tail": paid < HALF, "at_cap": abs(paid - 1.0) <= 1.0 - NEARLY_ALL}
    return {name: _share(rows) for name, rows in shares.items()} | {"median": _median(paid.ravel())}


def _share(rows: np.ndarray) -> Figure:
    """A share of contracts with its 95 % interval (Wilson's, which holds near 0 and 1)."""
    n, share, z = rows.size, float(rows.mean()), 1.96
    middle = (share + z * z / (2 * n)) / (1 + z * z / n)
    half = z / (1 + z * z / n) * float(np.sqrt(share * (1 - share) / n + z * z / (4 * n * n)))
    return Figure(share, middle - half, middle + half, n)


def _median(values: np.ndarray) -> Figure:
    """A median with its 95 % interval by ranks."""
    ranked, n = np.sort(values), len(values)
    reach = int(np.ceil(0.98 * np.sqrt(n)))
    low, high = max(0, n // 2 - reach), min(n - 1, n // 2 + reach)
    return Figure(float(np.median(ranked)), float(ranked[low]), float(ranked[high]), n)


def _paid(seed: int, number: int, settings: Mapping[str, Any]) -> float:
    """Outcome payments of one contract of the population ÷ its expected payment."""

    def draw(item: int) -> float:
        return float(uniform(seed, CONTRACTS, 0, number, item))

    families = FAMILIES * exp(SPREAD * normal(seed, CONTRACTS, 0, number, 1))
    families = int(min(LARGEST, max(FEWEST, families)))
    name = DESIGNS[int(draw(2) * len(DESIGNS))]
    facts: dict[str, Any] = {"case.calendar.renewals": 0, "case.locality.town.families": families}
    facts["case.locality.town.grant_eur"] = EURO_EACH * families
    town = load_case("generic").locality["town"]
    for kind in ("public", "third_sector", "associations"):
        facts[f"case.locality.town.{kind}"] = max(1, round(getattr(town, kind) * families / town.families))
    declared = dict(parameters(Case))
    hours = declared["money.negotiation_capacity"].default  # more people work on a larger contract
    facts["case.money.negotiation_capacity"] = hours * max(1.0, families / town.families)
    for item, key in enumerate(UNKNOWN, 4):
        facts[f"case.{key}"] = _between(declared[key], draw(item))
    facts[f"case.{OPTIMISM}"] = exp(_between(declared[ERROR], 0.5) * normal(seed, CONTRACTS, 0, number, 3))
    tested = [key for key in TERMS if key in READ_BY_RULE[load_design(name).base.payment.rule]]
    rules: dict[str, Any] = {
        f"payment.{key}": _between(dict(parameters(Payment))[key], draw(9 + len(key))) for key in tested
    }
    rules |= {key: value for key, value in settings.items() if not key.startswith("case.")}
    facts |= {key: value for key, value in settings.items() if key.startswith("case.")}
    case = load_case("generic", facts)
    place = simulate(case, load_design(name, rules), seed, case.calendar.service[1]).localities[0]
    return float(place.outcome_claimed / (100.0 * place.expected_outcome_payment))


def _between(declared: Param, share: float) -> float:
    """A value within the plausible range of a setting."""
    low, high = declared.plausible
    return type(declared.default)(low + (high - low) * share)


def piles_up(figures: Figures) -> bool:
    """At least half of the contracts end at the cap, or nearly; and 5 to 15 % below half of it."""
    return figures["at_cap"].mean >= 0.5 and TAIL[0] <= figures["tail"].mean <= TAIL[1]


def _no_cap(seeds: Sequence[int]) -> Figures:
    return payments(seeds, {"payment.contract_cap": 10.0})


def _no_pile(figures: Figures) -> bool:
    """No more than three in ten end within a twentieth of where the cap was; all or nothing is one of the rules."""
    return figures["at_cap"].below(0.3)


REMARK = (
    "What is paid is about what comes ÷ what was foreseen. How far a forecast errs is an assumption: as often too high as too "
    "low (E log = 0, sd .2), for the source's median contract reached its target users, while one programme of payment by "
    "results was 1.4 times too hopeful. Drawn evenly over .8 to 1.6 instead, .40 of 90 contracts are paid in full. The pattern "
    "was not reached before forecasts of a rate card counted on those only who enter early enough and stay. The source has 14 "
    "contracts with both sums: .57 of them (.33 to .79) at .95 or more, and one below half."
)

V8 = Pattern(
    key="V8",
    title="Payments pile up at the cap, with a left tail",
    sources=("indigo",),
    expectation=(
        "In a mixed population of outcome contracts, at least half are paid .95 of their cap or more, and 5 to 15 % less than "
        "half of it."
    ),
    measure=payments,
    holds=piles_up,
    controls=(Control("no cap on the contract (payment.contract_cap = 10)", _no_cap, _no_pile),),
    quick=range(1, 13),
    remark=REMARK,
    tuned_on=True,
)
