"""Finance: who loses first, what a guarantee, recycling, a prime, a fund and a development grant change, and what not."""

from __future__ import annotations

import numpy as np
import pytest

from abm.config import ConfigError, load_case, load_design
from abm.engine import run_months
from abm.lab.running import run
from abm.ledger import SINGLE
from abm.metrics import METRICS
from abm.world import new_world

BOND, PRIME = "social_impact_bond", "social_prime"
OF_CAPITAL = {
    "capital_outstanding", "investor_return", "capital_called", "capital_peak", "senior_outstanding", "investor_irr",
    "guarantee_paid", "fund_payments", "outcome_payments", "spend_public", "spend_region", "net_benefit", "cost_per_gain",
    "admin_cost", "prime_cash", "prime_surplus",
}  # fmt: skip
SMALL = {"case.families": 60, "case.calendar.renewals": 0}
BLIND = {"case.investor.risk_aversion": 0.0}  # so that the same investors take part whatever they risk
SEEDS = (1, 2, 3)


def small(**facts):
    return load_case("generic", SMALL | {f"case.{key}": value for key, value in facts.items()})


def world_of(design, settings, seed=1, case=None):
    """The world at the end of a run."""
    facts = {key: value for key, value in settings.items() if key.startswith("case.")}
    place = case or load_case("generic", SMALL | facts)
    world = new_world(
        place, load_design(design, {key: value for key, value in settings.items() if key not in facts}), seed
    )
    run_months(world, place.calendar.months)
    return world


def moved(one, other):
    """Metrics that differ in some month."""
    return {m.name for m in METRICS if one.series[m.name].tobytes() != other.series[m.name].tobytes()}


# ---- waterfall


@pytest.mark.parametrize("design", [BOND, PRIME])
def test_those_who_lose_first_are_repaid_last(design):
    """Month by month: no capital goes back to them while the others wait for theirs."""
    case = small(**{"investor.number": 5})
    world = new_world(case, load_design(design, {"finance.first_loss": 0.4}), 2)
    repaid = False
    for _ in range(case.calendar.months):
        before = world.investors.capital.copy()
        called = world.localities.capital_called[0]
        run_months(world, 1)
        first = world.investors.first_loss == 1
        now = world.investors.capital
        assert first.sum() in (0, 2)
        back = (now < before)[first].any() and world.localities.capital_called[0] == called
        assert not back or (now[~first] == 0).all()
        repaid |= bool(back)
    assert world.localities.capital_called[0] > 0
    assert repaid or (world.investors.capital[world.investors.first_loss == 1] > 0).any()
    motivation = world.investors.social_motivation
    assert motivation[world.investors.first_loss == 1].min() > motivation[world.investors.first_loss == 0].max()


def test_capital_is_supplied_by_class():
    """The first month's call: .3 from those who lose first, .7 from the others, equal parts within a class."""
    case = small(**{"investor.number": 4, "investor.risk_aversion": 0.0, "investor.hurdle": 0.0})
    world = new_world(case, load_design(BOND, {"finance.first_loss": 0.3}), 1)
    while world.localities.capital_called[0] == 0:
        run_months(world, 1)
    first, capital = world.investors.first_loss == 1, world.investors.capital
    assert first.sum() == 1
    assert capital[first].sum() == pytest.approx(0.3 * capital.sum(), abs=20)
    assert np.ptp(capital[~first]) <= 20  # an odd cent for each provider


@pytest.mark.parametrize("share", [0.0, 1.0])
def test_one_class_is_no_class(share):
    assert moved(world_of(BOND, {"finance.first_loss": share}), world_of(BOND, {})) == set()


# ---- guarantee


def test_a_guarantee_moves_nothing_but_the_loss_at_the_end():
    for seed in SEEDS:
        off, on = (world_of("binary_bond", BLIND | {"finance.guarantee": g}, seed) for g in (0.0, 0.83))
        assert moved(off, on) <= {"guarantee_paid", "investor_return", "investor_irr", *OF_CAPITAL}
        assert off.series[:-1].tobytes() == on.series[:-1].tobytes()
        lost = off.investors.capital.sum()
        assert on.series.guarantee_paid[-1] == pytest.approx(0.0083 * lost, abs=0.03)
        assert on.investors.capital.sum() == pytest.approx(0.17 * lost, abs=3)


def test_less_risk_brings_more_investors():
    """Those who would not take part at the whole risk do at what a guarantee leaves of it."""
    shy = {"case.investor.risk_aversion": 0.2}
    called = [
        sum(world_of(BOND, shy | {"finance.guarantee": g}, seed).localities.capital_called[0] > 0 for seed in SEEDS)
        for g in (0.0, 0.9)
    ]
    assert called[0] < called[1]


# ---- intermediary and recycling


@pytest.mark.parametrize("design", [BOND, PRIME])
def test_recycling_needs_less_capital_and_moves_nothing_else(design):
    body = {"finance.intermediary": "social_prime" if design == PRIME else "intermediary"}
    for seed in SEEDS:
        without, half, full = (world_of(design, body | {"finance.recycling": r}, seed) for r in (0.0, 0.5, 1.0))
        called = [world.series.capital_called[-1] for world in (without, half, full)]
        assert called[0] > called[1] > called[2] > 0.0
        assert moved(without, full) <= OF_CAPITAL
        assert full.localities.recycled.sum() == 0, "nothing is left in the account"


def test_an_intermediary_works_for_its_fee():
    """With the same overhead its people take over results and claims: more hours are left for families."""
    bond, body = (world_of(BOND, {"finance.intermediary": kind}) for kind in ("none", "intermediary"))
    assert np.nanmean(body.series.admin_share) < np.nanmean(bond.series.admin_share)
    assert body.localities.signed[0] <= bond.localities.signed[0]
    idle = world_of(BOND, {"finance.intermediary": "intermediary", "finance.overhead_share": 0.0})
    alone = world_of(BOND, {"finance.overhead_share": 0.0})
    assert moved(idle, alone) <= OF_CAPITAL  # without a fee it is an account, in which odd cents fall otherwise
    for name in ("outcome_payments", "spend_public", "capital_called"):
        assert idle.series[name][-1] == pytest.approx(alone.series[name][-1], abs=1.0)


def test_nobody_can_recycle_without_an_account():
    with pytest.raises(ConfigError, match=r"finance\.recycling: nobody holds the account"):
        load_design(BOND, {"finance.recycling": 0.5})


# ---- social prime


@pytest.mark.parametrize("bridge", [(0.0, 0.0, 1.0), (1.0, 0.0, 0.0), (0.0, 1.0, 0.0), (0.3, 0.3, 0.4)])
def test_a_prime_with_all_the_money_pays_for_every_hour_and_nobody_drifts(bridge):
    given = {"finance.bridge": dict(zip(("state", "provider", "investor"), bridge, strict=True))}
    world = world_of(PRIME, given | {"case.money.reserves_prime": 1000.0, "case.investor.hurdle": 0.0})
    assert np.nanmax(world.series.mission_drift) == 0.0
    assert np.nanmin(world.series.liquidity) >= 1.0 - 1e-12
    assert (world.providers.outcome_income == 0).all()
    assert world.providers.income.sum() > 0
    if bridge[1] == 1.0:
        received = 100.0 * world.series.outcome_payments[-1]
        assert world.series.prime_surplus[-1] == pytest.approx((received - world.providers.income.sum()) / 100.0)


def test_a_prime_that_runs_out_of_money_stops_paying_and_providers_stop_working():
    poor = {
        "finance.bridge": {"state": 0.0, "provider": 1.0, "investor": 0.0}, "case.money.reserves_prime": 2.0,
        "case.money.prudence": 0.0, "case.money.forecast_optimism": 1.5,
    }  # fmt: skip
    world = world_of(PRIME, poor)
    assert np.nanmin(world.series.liquidity) < 0.5
    assert world.series.prime_cash.min() >= 0.0
    assert world.series.prime_surplus[-1] < 0.0, "it made a loss"


def test_a_prime_that_nobody_funds_does_not_begin():
    alone = {"finance.bridge": {"state": 0.0, "provider": 1.0, "investor": 0.0}}
    world = world_of(PRIME, alone)
    assert world.localities.launched[0] == 0
    assert world.series.spend_public[-1] == 0.0


OPTIMISM = [{"case.money.forecast_optimism": value} for value in (0.5, 0.7, 1.0, 1.5)]
CAUTIOUS = OPTIMISM[1]
SHARED = {"finance.bridge": {"state": 0.2, "provider": 0.3, "investor": 0.5}, "case.money.prudence": 0.0}
CHOOSY = {"case.investor.hurdle": 0.1, "case.investor.number": 5, "case.calendar.renewals": 2}


@pytest.mark.parametrize(
    "settings",
    [
        *OPTIMISM,
        *({**cautious, "finance.first_loss": 0.4, "finance.recycling": 0.6} for cautious in OPTIMISM),
        *({**cautious, **SHARED, "finance.guarantee": 0.5} for cautious in OPTIMISM),
        {**CAUTIOUS, "case.calendar.renewals": 1},
        {**CAUTIOUS, **CHOOSY},
        {**CAUTIOUS, "payment.lag_months": 12},
        {**CAUTIOUS, "finance.return_cap": 0.0},
    ],
)
def test_a_prime_hands_on_what_it_holds_above_its_reserves(settings):
    """Never does it end with more while investors lack principal; what it keeps is above their ceiling on returns."""
    for seed in SEEDS:
        world = world_of(PRIME, settings, seed)
        assert world.balances.sum() == 0
        place, investors = world.localities[0], world.investors
        surplus = round(100.0 * world.series.prime_surplus[-1])
        first = SINGLE + world.localities.size + world.providers.size
        theirs = world.balances[first : first + investors.size]
        assert theirs.sum() == place.return_paid - investors.capital.sum()
        assert surplus <= 0 or (investors.capital == 0).all()
        assert surplus < investors.size or place.return_allowed - place.return_paid < investors.size
        assert place.return_paid <= place.return_allowed


def test_what_a_prime_hands_on_goes_first_to_those_who_lose_last():
    """In the month after service, where it is enough for some: all of it, and none to the others while those wait."""
    case = small(**{"investor.number": 5, "calendar.renewals": 0})
    world = new_world(case, load_design(PRIME, {"finance.first_loss": 0.4}), 1)
    run_months(world, case.calendar.service[1])
    before = world.investors.capital.copy()
    held = world.series.prime_surplus[case.calendar.service[1]]
    run_months(world, 1)
    now, first = world.investors.capital, world.investors.first_loss == 1
    assert 0.0 < 100.0 * held < before.sum()
    assert (before - now).sum() >= round(100.0 * held)
    assert (now[~first] == 0).all() or (now[first] == before[first]).all()


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"finance.risk_to_provider": 0.2}, "finance.risk_to_provider: a social prime pays providers for their hours"),
        (
            {"payment.rule": "fee_for_service", "payment.outcome_share": 0.0, "payment.milestone": []},
            "finance.intermediary: a social prime holds an outcomes contract",
        ),
    ],
)
def test_what_a_prime_cannot_be(settings, said):
    with pytest.raises(ConfigError, match=said):
        load_design(PRIME, settings)


# ---- funds and grants


def test_a_fund_pays_its_share():
    for share in (0.3, 1.0):
        world = world_of(BOND, {"finance.fund_share": share})
        assert world.series.fund_payments[-1] == pytest.approx(share * world.series.outcome_payments[-1], rel=1e-3)
        assert world.series.outcome_payments[-1] > 0.0
    assert moved(world, world_of(BOND, {})) <= OF_CAPITAL


def test_a_fund_is_bound_to_no_year():
    """What a yearly budget cuts off in the first year of the contract is paid at once by a fund that pays all."""
    yearly = {"structure.annual_budget": True, "payment.contract_cap": 0.3}
    year = small().calendar.service[0] + 11
    due = [world_of(BOND, yearly | {"finance.fund_share": share}).series.due_payments[year] for share in (0.0, 1.0)]
    assert due[0] < due[1]


def test_room_that_one_place_leaves_is_used_in_another():
    """Of two places, the one at its ceiling is paid more by a fund; the sum of ceilings stays."""
    case = load_case("lombardy", {"case.families": 300})
    caps = {"locality.cremona.payment.contract_cap": 0.2, "locality.monza.payment.contract_cap": 1.5}
    apart = world_of(BOND, caps, 1, case)
    pooled = world_of(BOND, caps | {"finance.fund_share": 0.5}, 1, case)
    assert pooled.localities.room_moved.sum() == 0
    assert pooled.localities.room_moved[0] > 0
    assert pooled.localities.outcome_claimed[0] > apart.localities.outcome_claimed[0]


def test_a_development_grant_shortens_the_way_to_signature_and_comes_out_of_the_budget():
    slow = {"case.money.negotiation_capacity": 20.0}
    without, funded = (world_of(BOND, slow | {"finance.development_grant": share}) for share in (0.0, 0.05))
    assert funded.localities.signed[0] < without.localities.signed[0]
    assert funded.providers.tender_hours.sum() < without.providers.tender_hours.sum()
    assert funded.localities.expected_outcome_payment[0] < without.localities.expected_outcome_payment[0]


def test_a_development_grant_lets_those_bid_who_could_not_carry_the_wait():
    poor = {"case.money.reserves_third_sector": 0.5, "case.money.credit_third_sector": 0.0}
    partners = [
        world_of("provider_financed_pbr", poor | {"finance.development_grant": share}).providers.at_start.sum()
        for share in (0.0, 0.3)
    ]
    assert partners[0] < partners[1]


# ---- plans


def test_the_first_plan_is_the_contract_s_value_and_a_blueprint_keeps_it():
    fixed = world_of(BOND, {"learning.mode": "blueprint"})
    assert fixed.series.planned_payments[-1] == pytest.approx(fixed.localities.expected_outcome_payment[0])
    assert np.array_equal(fixed.series.planned_payments, fixed.series.revised_payments, equal_nan=True)
    learning = world_of(BOND, {})
    assert np.array_equal(fixed.series.planned_payments, learning.series.planned_payments, equal_nan=True)
    assert not np.array_equal(learning.series.planned_payments, learning.series.revised_payments, equal_nan=True)
    known = learning.series.planned_payments[~np.isnan(learning.series.planned_payments)]
    assert (np.diff(known) >= 0.0).all()
    assert np.isnan(world_of("block_grant", {}).series.planned_payments).all()


def test_a_plan_that_is_revised_comes_nearer_to_what_happens():
    """Where the first rests on a forecast that was half as much again as what was to be expected."""
    gaps = []
    for seed in SEEDS:
        end = world_of(BOND, {"case.money.forecast_optimism": 1.5}, seed).series[-1]
        gaps.append([abs(end[name] - end.due_payments) for name in ("planned_payments", "revised_payments")])
    first, revised = np.mean(gaps, axis=0)
    assert revised < first


def test_a_cohort_is_planned_to_pay_at_the_end_of_its_periods():
    world = world_of("upfront_outcomes_contract", {"payment.period_months": 10, "learning.mode": "blueprint"})
    plan = world.plans.first_payment[0]
    steps = np.unique(np.round(plan / plan[-1], 9))
    assert steps.tolist() == [0.0, 0.5, 1.0]


def test_the_table_of_plans_agrees_with_the_metrics():
    result = run("generic", BOND, 3, None, SMALL, tables=("plans",))
    plans, series = result.tables["plans"], result.series.set_index("month")
    first = plans[plans["revision_month"] == result.case.calendar.tender].set_index("month")
    assert list(first["planned_payments"]) == pytest.approx(list(series["planned_payments"].loc[first.index]))
    assert list(first["actual_payments"]) == pytest.approx(list(series["due_payments"].loc[first.index]))
    assert first["planned_result"].iloc[-1] > 0.0
    every = load_design(BOND).base.learning.every_months
    service = result.case.calendar.service
    revisions = sorted(set(plans["revision_month"]) - {result.case.calendar.tender})
    assert revisions == [m for m in range(service[0], service[1] + 1) if (m - service[0] + 1) % every == 0]
    for month in revisions:  # a revision begins with what was earned, and its lag shows what was known to come
        own = plans[plans["revision_month"] == month]
        assert own["month"].iloc[0] == month
        assert own["actual_result"].iloc[0] == pytest.approx(own["planned_result"].iloc[0])
    assert (plans["contract"] == 1).all()


def test_investors_earn_no_more_a_year_than_their_cap():
    """Also where money is called and comes back within a month: it was lent for that month."""
    cautious = {"case.money.forecast_optimism": 0.7, "case.calendar.renewals": 0}
    world = world_of(BOND, cautious)
    monthly = world.settings[0].finance_return_cap / 12.0
    assert world.series.capital_called[-1] > 1.2 * world.series.capital_peak[-1], "some came back and was called again"
    assert 0.0 < world.series.investor_irr[-1] <= (1.0 + monthly) ** 12 - 1.0 + 1e-3
