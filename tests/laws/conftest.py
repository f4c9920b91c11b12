"""Small worlds on which laws are checked: every kind of thing in them, and a run in some milliseconds."""

from __future__ import annotations

import pytest

from abm.config import load_case, load_design, preset_names
from abm.engine import compile_engine

SCARCE = {"case.money.reserves_third_sector": 0.1, "case.money.credit_third_sector": 0.0, "case.money.endurance": 2}
# A bond with everything that finance can have; a prime that carries much itself, with part of the pay in advance.
ALL_FINANCE = {
    "finance.intermediary": "intermediary", "finance.recycling": 0.7, "finance.first_loss": 0.3, "finance.guarantee": 0.5,
    "finance.fund_share": 0.4, "finance.development_grant": 0.05, "structure.annual_budget": True,
    "finance.bridge": {"state": 0.2, "provider": 0.1, "investor": 0.7}, "finance.risk_to_provider": 0.3,
}  # fmt: skip
POOR_PRIME = {
    "finance.bridge": {"state": 0.2, "provider": 0.3, "investor": 0.5}, "payment.outcome_share": 0.8,
    "finance.recycling": 0.5, "finance.first_loss": 0.5, "finance.fund_share": 0.5,
}  # fmt: skip


@pytest.fixture(scope="session", autouse=True)
def _compiled():
    """Compile once, before anything is timed."""
    compile_engine()


@pytest.fixture(scope="session")
def cases():
    """Small cases by name: with renewals, with an unfunded place, with partners short of cash."""
    return {
        "generic": load_case("generic", {"case.families": 40}),
        "lombardy": load_case("lombardy", {"case.families": 120}),
        "scarce": load_case("generic", {"case.families": 40, **SCARCE}),
    }


@pytest.fixture(scope="session")
def designs():
    """All presets, and what no preset has: fee for service with a lag, a rate card of every kind of line with tight caps,
    prices by group and net of deadweight, tranches, steps."""
    bridge = {"finance.bridge.state": 0.5, "finance.bridge.provider": 0.5, "finance.risk_to_provider": 0.5}
    found = {name: load_design(name) for name in preset_names("designs")}
    found["fee_for_service"] = load_design("block_grant", {"payment.rule": "fee_for_service", **bridge})
    lines = [
        {"name": "in", "kind": "entry", "price": 0.1},
        {"name": "gained", "kind": "gain", "price": 2.0},
        {"name": "reached", "kind": "attained", "threshold": 0.05, "price": 0.4, "metric_cap": 0.5},
        {"name": "kept", "kind": "sustained", "threshold": 0.05, "months": 3, "price": 0.5},
    ]
    caps = {"payment.contract_cap": 0.6, "payment.person_cap": 1.1, "payment.attribution": "randomised"}
    found["all_finance"] = load_design("social_impact_bond", ALL_FINANCE)
    found["poor_prime"] = load_design("social_prime", POOR_PRIME)
    found["dated_card"] = load_design(
        "provider_financed_pbr",
        {"payment.claim_deadline_months": 6, "payment.attribution": "difference", "control.audit": 0.0},
    )
    found["capped_card"] = load_design("provider_financed_pbr", {"payment.milestone": lines, **caps})
    prices = {"payment.tariff_groups": 3, "payment.tariff_ratio": 3.0, "payment.deadweight_deducted": 1.0}
    optional = [lines[0] | {"core": False}, lines[1] | {"core": False}, *lines[2:]]
    found["tariff_card"] = load_design("provider_financed_pbr", {"payment.milestone": optional, **caps, **prices})
    by_cohort = {"payment.period_months": 6, "finance.risk_to_provider": 0.5, "payment.contract_cap": 0.8}
    tests = {
        "payment.rule": "tranche",
        "payment.target": 1.0,
        "payment.pooled_target": 0.6,
        "payment.all_indicators": True,
    }
    found["tranche"] = load_design("binary_bond", tests | by_cohort)
    steps = [{"result": -0.5, "share": 0.1}, {"result": 0.4, "share": 0.6}, {"result": 1.2, "share": 1.0}]
    found["stepped"] = load_design("binary_bond", {"payment.rule": "stepped", "payment.step": steps} | by_cohort)
    return found
