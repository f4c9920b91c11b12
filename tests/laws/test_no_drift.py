"""Where nothing that a provider bears is paid for results, nobody drifts from the mission, and payment moves no hour."""

from __future__ import annotations

import numpy as np
import pytest

from abm.config import changed_design, preset_names
from abm.engine import run_months
from abm.world import new_world

DESIGNS = (*preset_names("designs"), "fee_for_service", "capped_card", "all_finance", "poor_prime")
BY_STATE = {"finance.bridge.state": 1.0, "finance.bridge.provider": 0.0, "finance.bridge.investor": 0.0}
NOBODY = {"finance.intermediary": "none", "finance.recycling": 0.0}
BLOCK = {"payment.rule": "block", "payment.outcome_share": 0.0, "payment.milestone": [], **BY_STATE, **NOBODY}
NO_RISK = {"finance.risk_to_provider": 0.0, **BY_STATE}
UNPAID = {"block": BLOCK, "no risk": NO_RISK, "no incentives": {"mechanisms.incentives": False}}


def run(case, design, seed=1):
    world = new_world(case, design, seed)
    run_months(world, case.calendar.months)
    return world


def assert_no_drift(world):
    drift, realigned = world.series.mission_drift, world.series.realignment
    assert np.isfinite(drift).any(), "there was service"
    assert np.nanmax(drift) <= 1e-12
    assert np.nanmax(np.abs(realigned)) <= 1e-12
    assert np.array_equal(world.providers.attention, world.providers.mission_attention)
    assert np.array_equal(world.providers.intensity, world.providers.mission_intensity)


@pytest.mark.parametrize("case", ["generic", "lombardy"])
@pytest.mark.parametrize("how", UNPAID)
@pytest.mark.parametrize("design", DESIGNS)
def test_unpaid_for_results_nobody_drifts(cases, designs, design, how, case):
    assert_no_drift(run(cases[case], changed_design(designs[design], UNPAID[how])))


def test_paid_for_results_somebody_does(cases, designs):
    """The control: the law above is not true of everything."""
    world = run(cases["generic"], designs["provider_financed_pbr"])
    assert np.nanmax(world.series.mission_drift) > 1e-6


@pytest.mark.parametrize(("mechanism", "metric"), [("gaming", "gaming"), ("fatigue", "fatigue")])
def test_a_mechanism_off_leaves_nothing_of_it(cases, designs, mechanism, metric):
    off = {f"mechanisms.{mechanism}": False, "coproduction.assessment": 0.0}
    world = run(cases["generic"], changed_design(designs["provider_financed_pbr"], off))
    assert np.nanmax(np.abs(world.series[metric])) == 0.0
    if mechanism == "gaming":
        assert (world.providers.misreport == 0.0).all()
        assert (world.providers.gaming_hours == 0.0).all()


def test_without_liquidity_everybody_works_as_planned(cases, designs):
    world = run(cases["scarce"], changed_design(designs["provider_financed_pbr"], {"mechanisms.liquidity": False}))
    assert np.nanmin(world.series.liquidity) >= 1.0 - 1e-12
    assert (world.providers.exited == 0).all()
