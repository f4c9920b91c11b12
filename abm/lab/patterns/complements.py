"""V16: formal and relational governance are complements, within limits."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from abm.config import load_case, load_design
from abm.lab.patterns.base import Control, Figures, Pattern, figure
from abm.lab.run import simulate
from abm.metrics import at_end

# Formal: how much of what matters is specified and checked. Relational: whether anybody has hours for relations.
WEAK: dict[str, Any] = {"payment.alignment": 0.25, "control.audit": 0.02}
STRONG: dict[str, Any] = {"payment.alignment": 1.0, "control.audit": 0.2}
BROKERS, FACILITATORS = "structure.network_management.brokerage", "structure.network_management.facilitation"
LOW: dict[str, Any] = {"structure.coordination_rights": "none", BROKERS: 0.0, FACILITATORS: 0.0}
HIGH: dict[str, Any] = {"structure.coordination_rights": "lead", BROKERS: 0.4, FACILITATORS: 0.4}
EXTREME: dict[str, Any] = {"control.burden_min": 0.4, "control.burden_max": 0.4}  # of paid hours, whatever the trust
# All pay depends on results and providers bear the risk, so that what is specified counts; none fails and none is a rival.
COMMON: dict[str, Any] = {
    "payment.outcome_share": 1.0, "finance.risk_to_provider": 1.0, "structure.competition": 0.0,
    "case.calendar.renewals": 0, "case.network.safeguard": 0.5,
} | {f"case.money.reserves_{kind}": 120.0 for kind in ("public", "third_sector", "for_profit")}  # fmt: skip
COUNTS = 0.0001  # of a gain of some .08: with its mechanism off, what is surely less is nothing (assumed)
TRUSTING: dict[str, Any] = dict.fromkeys(
    (f"case.trust.{key}" for key in ("provider_commissioner", "provider_provider", "propensity")), 0.8
)


def governance(seeds: Sequence[int], settings: Mapping[str, Any] | None = None) -> Figures:
    """Attributable gain by formal specification × relational investment, on `generic`.

    `relational_weak` and `relational_strong`: what relational investment adds where little and where all is specified;
    `interaction`: the second less the first; `trusting`: the same where all trust at .8 from the start; `extreme`: the same
    where strong specification comes with control that takes 40 % of paid hours. `limit`: `trusting` less `extreme`.
    """
    given = dict(settings or {})
    usual = {name: _added(formal, seeds, given) for name, formal in (("weak", WEAK), ("strong", STRONG))}
    trusting = {
        name: _added(formal, seeds, TRUSTING | given)
        for name, formal in (("weak", WEAK), ("strong", STRONG), ("extreme", STRONG | EXTREME))
    }
    return {
        "relational_weak": figure(usual["weak"]),
        "relational_strong": figure(usual["strong"]),
        "interaction": figure(usual["strong"] - usual["weak"]),
        "trusting": figure(trusting["strong"] - trusting["weak"]),
        "extreme": figure(trusting["extreme"] - trusting["weak"]),
        "limit": figure(trusting["strong"] - trusting["extreme"]),
    }


def _added(formal: Mapping[str, Any], seeds: Sequence[int], settings: Mapping[str, Any]) -> np.ndarray:
    """What relational investment adds to attributable gain under a formal contract: one value a seed."""
    low, high = (_gains({**COMMON, **formal, **relational, **settings}, seeds) for relational in (LOW, HIGH))
    return np.asarray(high - low)


def _gains(settings: Mapping[str, Any], seeds: Sequence[int]) -> np.ndarray:
    case = load_case("generic", {key: value for key, value in settings.items() if key.startswith("case.")})
    rules = {key: value for key, value in settings.items() if not key.startswith("case.")}
    design = load_design("upfront_outcomes_contract", rules)
    return np.array([at_end(simulate(case, design, seed).series, case)["attributable_gain"] for seed in seeds])


def complements_within_limits(figures: Figures) -> bool:
    """Each makes the other worth more; not under extreme control among those who trust each other."""
    return (
        figures["relational_weak"].above(0.0)
        and figures["interaction"].above(0.0)
        and not figures["extreme"].above(0.0)
        and figures["limit"].above(0.0)
    )


def _no_safeguard(seeds: Sequence[int]) -> Figures:
    return governance(seeds, {"case.network.safeguard": 0.0})


def _links_worth_nothing(seeds: Sequence[int]) -> Figures:
    return governance(seeds, {"case.outcome.fragmentation": 0.0})


def _no_complements(figures: Figures) -> bool:
    return figures["interaction"].below(COUNTS)


V16 = Pattern(
    key="V16",
    title="Formal and relational governance are complements, within limits",
    sources=("poppo2002", "cao2015", "baker_gibbons_murphy2002", "falk2006"),
    expectation=(
        "Relational investment (a lead agency's hours for links, and network management) adds more to attributable gain where "
        "the contract measures all that matters, audits more and pays on it than where it measures a quarter; among partners "
        "who trust each other and under control that takes 40 % of paid hours it adds no more."
    ),
    measure=governance,
    holds=complements_within_limits,
    controls=(
        Control("specification does not stand in for missing trust", _no_safeguard, _no_complements),
        Control("links between services make no difference", _links_worth_nothing, _no_complements),
    ),
    quick=range(1, 13),
    remark=(
        "The interaction is weak beside a gain of some .08, and there only where a contract stands in for part of missing "
        "trust (case.network.safeguard = .5, the end of its plausible range; the case has 0, for its sign is disputed)."
    ),
    tuned_on=True,
)
