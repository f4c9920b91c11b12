"""V15: what a contract costs before it is signed and while it runs, by size, complexity and experience."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from abm.config import load_case, load_design
from abm.lab.patterns.base import Control, Figures, Pattern, figure
from abm.lab.run import simulate

COST = "transaction_cost_authority"  # the source measured governments' spending, not that of those who bid
LEAST, MOST = 0.02, 0.04  # of the contract's value, before signature
OVERHEAD = (0.05, 0.15)  # of all that goes into an impact bond
SIMPLE, COMPLEX = "block_grant", "social_impact_bond"
LEVEL = "lombardy_monza"  # 411,000 €, 19 partners: a contract of a size whose cost is known
SIZES = {"small": 100, "large": 400}  # families of `generic`: 400,000 and 1,600,000 €
BEFORE = ("preparation", "specification", "review", "bid", "negotiation")  # what takes hours before signature


def costs(seeds: Sequence[int], settings: Mapping[str, Any] | None = None) -> Figures:
    """The authority's cost before signature ÷ contract value, and running overhead ÷ all that went into the contract.

    `simple` and `complex`: before signature of a block grant and an impact bond in Monza-Brianza; `complexity`: their
    difference; `all_sides`: of the bond, with what bids and negotiation cost the others; `overhead`: of the bond. `size`: a
    block grant in a place four times as large, less in the smaller one; `experience`: the third contract of the smaller place
    less its first.
    """
    given = dict(settings or {})
    of_size = {size: {"case.families": families} | given for size, families in SIZES.items()}
    rows = []
    for seed in seeds:
        simple, compound = _run(LEVEL, SIMPLE, seed, given, True), _run(LEVEL, COMPLEX, seed, given)
        small, large = (
            _run("generic", SIMPLE, seed, of_size["small"]),
            _run("generic", SIMPLE, seed, of_size["large"], True),
        )
        by_month = small[COST]
        by_month = by_month[~np.isnan(by_month)]
        rows.append(
            {
                "simple": simple[COST][-1],
                "complex": compound[COST][-1],
                "complexity": compound[COST][-1] - simple[COST][-1],
                "all_sides": compound["transaction_cost_exante"][-1],
                "overhead": compound["overhead_share"][-1],
                "size": large[COST][-1] - by_month[0],
                "experience": by_month[-1] - by_month[0],
            }
        )
    return {name: figure(np.array([row[name] for row in rows])) for name in rows[0]}


def _run(place: str, design: str, seed: int, settings: Mapping[str, Any], award: bool = False) -> np.ndarray:
    """The metrics of a run, or of one up to the first award."""
    facts = {key: value for key, value in settings.items() if key.startswith("case.")}
    rules = {key: value for key, value in settings.items() if key not in facts}
    case = load_case(place, facts)
    months = case.calendar.tender if award else None
    return np.asarray(simulate(case, load_design(design, rules), seed, months).series)


def graded(figures: Figures) -> bool:
    """The level of the sources, less with size and experience, more with complexity."""
    return (
        all(figures[name].above(LEAST) and figures[name].below(MOST) for name in ("simple", "complex"))
        and figures["size"].below(0.0)
        and figures["experience"].below(0.0)
        and figures["complexity"].above(0.0)
        and figures["overhead"].above(OVERHEAD[0])
        and figures["overhead"].below(OVERHEAD[1])
    )


def _no_hours(seeds: Sequence[int]) -> Figures:
    return costs(seeds, {f"case.money.{work}_hours": 0.0 for work in BEFORE})


def _nothing_fixed(seeds: Sequence[int]) -> Figures:
    return costs(seeds, {"case.money.preparation_hours": 0.0})


def _terms_cost_nothing(seeds: Sequence[int]) -> Figures:
    alike = {"structure.competition": 0.2}  # bids cost more where more is open
    return costs(seeds, {"case.money.specification_hours": 0.0, "case.money.negotiation_hours": 0.0} | alike)


def _nothing_learned(seeds: Sequence[int]) -> Figures:
    return costs(seeds, {"case.money.contract_learning": 0.0, "case.commissioner.skill_effect": 0.0})


def _free(figures: Figures) -> bool:
    return all(figures[name].mean == 0.0 for name in ("simple", "complex", "size", "experience"))


def _same_at_any_size(figures: Figures) -> bool:
    """Without a fixed part most of the gradient is gone: what is left is that of the number of bidders."""
    return figures["size"].above(-0.1 * LEAST)


def _same_at_any_complexity(figures: Figures) -> bool:
    return figures["complexity"].within(0.1 * LEAST)


def _no_cheaper_with_time(figures: Figures) -> bool:
    return not figures["experience"].below(0.0)


V15 = Pattern(
    key="V15",
    title="Transaction costs have a gradient",
    sources=("petersen2019", "indigo"),
    expectation=(
        "At the size of Lombardy's contracts an authority spends 2 to 4 % of a contract's value before it is signed; less "
        "in a place four times as large and in a third contract, more for an impact bond than for a block grant; an "
        "impact bond's running overhead is 5 to 15 % of what goes into it. Costs are hours of preparing, specifying, "
        "reviewing bids and negotiating."
    ),
    measure=costs,
    holds=graded,
    controls=(
        Control("nothing before signature takes hours", _no_hours, _free),
        Control("no fixed part (preparation takes no hours)", _nothing_fixed, _same_at_any_size),
        Control("terms take no hours", _terms_cost_nothing, _same_at_any_complexity),
        Control("neither authority nor providers learn from contracts", _nothing_learned, _no_cheaper_with_time),
    ),
    remark=(
        "What all sides spend is more, and not judged: the bids of many small providers, each by itself, are hours of theirs "
        "(on Lombardy under new public management 5.7 % of the value, of which the authority's are 3.0 %)."
    ),
    quick=range(1, 5),
    tuned_on=True,
)
