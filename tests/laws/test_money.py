"""Money is conserved: every cent that one account loses another gains, and the flows say which."""

from __future__ import annotations

import numpy as np
import pytest

from abm.config import changed_design, load_case, load_design, preset_names
from abm.engine import MONTH, run_months
from abm.ledger import (
    ACCOUNT_CLASSES,
    AUTHORITY,
    BANK,
    BUDGET,
    EVALUATOR,
    FEE,
    FUND,
    GUARANTOR,
    HOUSEHOLD,
    INTERMEDIARY,
    INVESTOR_ACCOUNT,
    OUTCOME_PAYMENT,
    PROVIDER_ACCOUNT,
    PURPOSES,
    REFUND,
    REGION,
    SINGLE,
    STAFF,
    TREASURY,
    USUAL_SERVICE,
    WAGE,
    single_account,
)
from abm.stages.observe import observe
from abm.stages.pay import pay
from abm.world import new_world

CASES = ("generic", *(pytest.param(name, marks=pytest.mark.slow) for name in ("lombardy", "scarce")))
DESIGNS = (
    *preset_names("designs"), "fee_for_service", "capped_card", "tariff_card", "tranche", "stepped", "all_finance",
    "poor_prime", "dated_card",
)  # fmt: skip


def class_of_accounts(world) -> np.ndarray:
    """Class of every account: the single ones, authorities, providers, investors, holders of a contract's money, regions."""
    places, regions = world.localities.size, world.commissioners.size - world.localities.size
    counts = (places, world.providers.size, world.investors.size, places, regions)
    return np.array(
        [
            TREASURY,
            STAFF,
            EVALUATOR,
            BANK,
            HOUSEHOLD,
            GUARANTOR,
            FUND,
            *np.repeat([AUTHORITY, PROVIDER_ACCOUNT, INVESTOR_ACCOUNT, INTERMEDIARY, REGION], counts),
        ]
    )


def by_class(world) -> np.ndarray:
    """Balance of every class (cents)."""
    totals = np.zeros(len(ACCOUNT_CLASSES), np.int64)
    np.add.at(totals, class_of_accounts(world), world.balances)
    return totals


def received(flows) -> np.ndarray:
    """What each class gained on balance in flows of (…, purpose, payer, payee)."""
    flows = flows.reshape(-1, len(ACCOUNT_CLASSES), len(ACCOUNT_CLASSES)).sum(axis=0)
    return flows.sum(axis=0) - flows.sum(axis=1)


@pytest.fixture(params=CASES)
def case(request, cases):
    return cases[request.param]


@pytest.fixture(params=DESIGNS)
def design(request, designs):
    return designs[request.param]


def test_the_laws_of_money(case, design):
    """Every month: nothing is lost or made, classes change by their flows, nothing sticks to authorities, dues are claims."""
    world = new_world(case, design, 1)
    assert world.balances.sum() == 0
    assert np.array_equal(by_class(world), received(world.flows[0]))
    observe(world)
    for month in range(1, case.calendar.months + 1):
        for stage in MONTH:
            before = world.balances.copy()
            stage(world)
            assert world.balances.sum() == 0, stage.__name__
            assert stage is pay or np.array_equal(before, world.balances), stage.__name__
        assert (world.flows[month] >= 0).all()
        assert np.array_equal(by_class(world), received(world.flows[: month + 1])), month
        passing = np.isin(class_of_accounts(world), [REGION, FUND, AUTHORITY])
        assert (world.balances[passing] == 0).all(), "money passes through"
        _public_money(world, month)
        _investors_money(world)
        _claims_become_dues(world)
    assert world.balances[single_account(STAFF)] > 0, "staff were paid"


def _public_money(world, month):
    """What the public paid is what others received for the contract, and what the metric says."""
    flows = world.flows[: month + 1].sum(axis=0)
    paid = flows[:, AUTHORITY, [PROVIDER_ACCOUNT, INVESTOR_ACCOUNT, EVALUATOR, INTERMEDIARY]].sum()
    returned = flows[:, [PROVIDER_ACCOUNT, INVESTOR_ACCOUNT, INTERMEDIARY], AUTHORITY].sum()
    by_fund = flows[BUDGET, TREASURY, FUND]
    usual = flows[USUAL_SERVICE, TREASURY, PROVIDER_ACCOUNT]
    assert paid == flows[BUDGET, :, AUTHORITY].sum()
    assert returned == flows[REFUND, AUTHORITY, :].sum()
    assert by_fund == flows[OUTCOME_PAYMENT, FUND].sum() == flows[:, FUND].sum()
    assert -world.balances[TREASURY] == paid - returned + usual + by_fund
    assert world.series.spend_public[month] == pytest.approx((paid - returned + by_fund) / 100.0, abs=0.005)
    outcome = flows[OUTCOME_PAYMENT, [AUTHORITY, FUND]].sum() / 100.0
    assert world.series.outcome_payments[month] == pytest.approx(outcome, abs=0.005)
    assert flows[WAGE].sum() >= usual


def _investors_money(world):
    """An investor is out of pocket by its capital outstanding, less the return it was paid, which has a ceiling."""
    first = SINGLE + world.localities.size + world.providers.size
    accounts = world.balances[first : first + world.investors.size]
    assert accounts.sum() == world.localities.return_paid.sum() - world.investors.capital.sum()
    assert (world.localities.return_paid <= world.localities.return_allowed).all()
    assert (world.investors.capital >= 0).all(), "nobody is repaid more capital than was advanced"


def _claims_become_dues(world):
    """Every cent claimed for outcomes is due for some provider in some month."""
    claimed = (world.localities.outcome_claimed + world.localities.claimed_before).sum()
    outcomes = (world.settings.payment_outcome_share > 0.0).any()
    if outcomes:
        assert world.dues.sum() == claimed
    paid_for = world.flows[:, [OUTCOME_PAYMENT, FEE]][:, :, [AUTHORITY, FUND]].sum()
    assert paid_for <= world.dues[: world.clock[0].month + 1].sum()


def test_the_classes_and_purposes_have_names():
    assert len(set(ACCOUNT_CLASSES)) == len(ACCOUNT_CLASSES) == INTERMEDIARY + 1
    assert len(set(PURPOSES)) == len(PURPOSES)


@pytest.mark.parametrize("name", preset_names("designs"))
def test_no_outcome_is_paid_without_an_outcome_share(cases, designs, name):
    design = designs[name]
    if design.base.payment.outcome_share > 0.0:
        without = {"rule": "block", "outcome_share": 0.0, "milestone": []}
        bridge = {"state": 1.0, "provider": 0.0, "investor": 0.0}
        design = changed_design(design, {"payment": without, "finance": {"bridge": bridge, "intermediary": "none"}})
    world = new_world(cases["generic"], design, 1)
    run_months(world, cases["generic"].calendar.months)
    assert (world.series.outcome_payments == 0.0).all()
    assert world.flows[:, OUTCOME_PAYMENT].sum() == 0


@pytest.mark.parametrize("lag", [0, 4])
def test_what_is_earned_is_due_after_the_lag(lag):
    """In that month to the cent, neither before nor after; what would come after the end is due in the last month."""
    case = load_case("generic", {"case.families": 10, "case.calendar.renewals": 0})
    world = new_world(case, load_design("provider_financed_pbr", {"payment.lag_months": lag}), 1)
    last, earned = case.calendar.months, np.zeros(case.calendar.months + 1, np.int64)
    for month in range(1, case.calendar.assess[1] + 1):
        before = world.localities.outcome_claimed.sum()
        run_months(world, 1)
        earned[min(month + lag, last)] += world.localities.outcome_claimed.sum() - before
        assert np.array_equal(world.dues.sum(axis=1)[: last + 1], earned), month
    assert earned.sum() > 0
