"""Structure: what the two rights, hours, region, politics and rules of money do, against the same world without them."""

from __future__ import annotations

import numpy as np
import pytest

from abm.config import load_case, load_design
from abm.engine import run_months
from abm.ledger import AUTHORITY, PROVIDER_ACCOUNT, REFUND
from abm.stages.contract_prices import set_prices
from abm.stages.pay import pay
from abm.tables import INVESTOR_PROVIDER
from abm.world import new_world

SMALL = {"case.families": 60}


def after(design="block_grant", months=None, seed=1, case="generic", **settings):
    """The world after a run on a small case; settings with `__` for dots."""
    dotted = {key.replace("__", "."): value for key, value in settings.items()}
    facts = {key: value for key, value in dotted.items() if key.startswith("case.")}
    rules = {key: value for key, value in dotted.items() if key not in facts}
    place = load_case(case, SMALL | facts)
    world = new_world(place, load_design(design, rules), seed, months)
    run_months(world, months or place.calendar.months)
    return world


def service(world, metric):
    """A metric over the months of service."""
    return world.series[metric][9:60]


def test_teams_do_not_move_families():
    one, many = (after(months=4, structure__teams=teams) for teams in (1, 4))
    for column in ("importance", "wellbeing", "territory", "complexity"):
        assert np.array_equal(one.families[column], many.families[column])
    assert set(one.families.team) == {0}
    assert set(many.families.team) == {0, 1, 2, 3}


def test_members_meet_within_their_team_and_a_hub_meets_all():
    members = after(months=30, structure__coordination_rights="members", case__network__start_link=0.0)
    hub = after(months=30, structure__coordination_rights="lead", case__network__start_link=0.0)
    teams, count = members.providers.team, members.providers.size
    apart = ~np.equal.outer(teams, teams).ravel()
    partners = np.logical_and.outer(members.providers.partner == 1, members.providers.partner == 1).ravel()
    assert count**2 == members.pairs.size
    assert (members.pairs.spent[apart] == 0.0).all()
    assert (hub.pairs.brokered_hours[apart & partners] > 0.0).all()
    assert (members.pairs.brokered_hours == 0.0).all()


def test_a_hub_without_hours_is_a_bottleneck():
    busy, free = (
        after(structure__coordination_rights="lead", case__network__hub_hours=hours) for hours in (1.0, 200.0)
    )
    assert np.nanmean(service(busy, "decision_latency")) > 1.0
    assert np.nanmean(service(free, "decision_latency")) == 0.0
    assert np.nanmean(service(busy, "integration")) < np.nanmean(service(free, "integration"))


def test_nobody_disagrees_without_conflict():
    off = after("new_public_governance", mechanisms__conflict=False)
    none = after("new_public_governance", case__network__conflict_rate=0.0)
    assert off.series.tobytes() == none.series.tobytes()
    assert (off.localities.backlog == 0.0).all()
    on = after("new_public_governance")
    assert on.series.tobytes() != off.series.tobytes()


def test_what_the_authority_absorbs_does_not_reach_partners():
    passed, absorbed = (
        after(structure__burden_absorbed=share, case__network__hub_hours=1e6, mechanisms__burden_response=False)
        for share in (0.0, 1.0)
    )
    rules = load_case("generic").rules.region_burden
    assert passed.localities.passed_burden[0] == pytest.approx(rules)
    assert absorbed.localities.passed_burden[0] == pytest.approx(0.0, abs=1e-12)
    assert np.nanmean(service(absorbed, "reporting_burden")) < np.nanmean(service(passed, "reporting_burden"))
    assert np.nanmean(service(absorbed, "satisfaction")) > np.nanmean(service(passed, "satisfaction"))


def test_a_region_that_trusts_asks_for_less():
    world = after(case__trust__provider_commissioner=0.9, months=20)
    assert world.localities.region_burden[0] < load_case("generic").rules.region_burden


def test_surpluses_lapse_under_annual_budgets_and_money_is_conserved():
    kept, lapsed = (after(structure__annual_budget=annual) for annual in (False, True))
    assert kept.flows[:, REFUND].sum() == 0
    assert lapsed.flows[:, REFUND].sum() > 0
    assert kept.balances.sum() == lapsed.balances.sum() == 0
    assert lapsed.series.spend_public[-1] < kept.series.spend_public[-1]


def test_unclaimed_outcome_money_of_a_year_is_gone():
    free, annual = (after("social_impact_bond", structure__annual_budget=annual) for annual in (False, True))
    assert annual.series.outcome_payments[-1] < free.series.outcome_payments[-1]


def test_a_launch_fails_where_nobody_can_carry_the_capital():
    world = after("provider_financed_pbr", case__money__prudence=5.0, case__money__reserves_public=0.1,
                  case__money__reserves_third_sector=0.1)  # fmt: skip
    assert world.localities.launched[0] == 0
    assert world.series.spend_public[-1] == 0.0
    assert np.isnan(service(world, "mission_drift")).all()
    assert world.families.enrolled.sum() == 0


def test_nothing_is_renewed_without_political_support():
    gone = after(case__rules__support=0.0)
    assert gone.localities.launched[0] == 0
    assert (service(gone, "families_served")[:20] > 0).any()
    assert gone.series.families_served[40] == 0.0
    steady = after(case__rules__support=0.0, mechanisms__politics=False)
    assert steady.localities.launched[0] == 1


def test_more_to_negotiate_means_later_signature():
    quick, slow = (
        after("social_impact_bond", months=20, case__money__negotiation_hours=hours) for hours in (0.0, 400.0)
    )
    assert slow.localities.signed[0] > quick.localities.signed[0]
    assert slow.series.families_served[9] == 0.0 < quick.series.families_served[9]


def test_a_turnover_too_small_to_matter_moves_no_price():
    without, tiny = (
        after("provider_financed_pbr", months=9, case__family__turnover=turnover) for turnover in (0.0, 1e-17)
    )
    assert without.localities.expected_result[0] > 0.0
    assert tiny.localities.expected_result[0] == without.localities.expected_result[0]
    assert np.array_equal(tiny.milestones.price, without.milestones.price)


def test_what_nobody_is_expected_to_reach_has_no_price_at_a_renewal():
    world = after("provider_financed_pbr", months=9)
    assert (world.milestones.price > 0.0).any()
    world.milestones.relative_price[0, 0] = 0.0  # the line for entry, which everybody reaches
    world.settings.outcome_effect = world.settings.outcome_return_rate = 0.0
    world.settings.measurement_noise = 0.0
    set_prices(world, 0)
    assert (world.milestones.price == 0.0).all()
    assert (world.milestones.cap == 0).all()


def test_investors_have_a_relation_with_partners_that_joined():
    world = after("social_impact_bond", months=9, coproduction__design=1.0)
    joined = (world.providers.partner == 1) & (world.providers.at_start == 0)
    ties = slice(world.relations.first[INVESTOR_PROVIDER], world.relations.end[INVESTOR_PROVIDER])
    active = world.edges.active[ties].reshape(-1, world.providers.size)
    assert joined.any()
    assert world.investors.active.any()
    assert (active[world.investors.active == 1] == world.providers.partner).all()


def in_service(design):
    """A small world in its fourth month of service, with months to go."""
    world = new_world(load_case("generic", SMALL), load_design(design), 1)
    run_months(world, 12)
    return world


def test_a_penalty_is_for_what_was_claimed_this_month():
    """Not for what waits beside it, because the lag reaches beyond the end of the run."""
    world = in_service("provider_financed_pbr")
    p, facts = np.flatnonzero(world.providers.partner)[0], world.settings[0]
    refunds = world.flows[world.clock[0].month, REFUND, PROVIDER_ACCOUNT]
    before = refunds[AUTHORITY]
    world.settings.payment_lag_months = 100.0
    world.dues[world.clock[0].months, p] = 5_000_000  # with what was claimed before
    world.providers.caught[:] = 0
    world.providers.caught[p], world.providers.misreport[p], world.providers.claimed[p] = 1, 0.5, 10_000
    pay(world)
    assert facts.finance_risk_to_provider == 1.0
    assert refunds[AUTHORITY] - before == int(facts.control_penalty * 0.5 * 10_000)


def test_months_without_pay_are_in_a_row():
    """A provider that has no part in the contract does not go on counting from an earlier one."""
    world = in_service("block_grant")
    outside = np.flatnonzero(world.providers.partner == 0)[0]
    world.providers.months_short[outside] = 5
    run_months(world, 1)
    assert world.providers.months_short[outside] == 0


def test_a_ratchet_raises_targets_and_weakens_incentives():
    held, ratcheted = (after("upfront_outcomes_contract", learning__ratchet=ratchet) for ratchet in (0.0, 1.0))
    assert np.nanmean(service(ratcheted, "mission_drift")) < np.nanmean(service(held, "mission_drift"))


def distance_from_need(world):
    """How far partners' beliefs are from true need, as shares over domains."""
    need = (world.families.importance * (1.0 - world.families.wellbeing)).mean(axis=0)
    known = world.providers.known_need[world.providers.partner == 1]
    return 0.5 * np.abs(known / known.sum(axis=1, keepdims=True) - need / need.sum()).sum(axis=1).mean()


def test_emergent_learning_corrects_priors_and_the_more_is_assessed_the_better():
    plan, seen, assessed = (
        np.mean([
            distance_from_need(after("relational_obc", seed=seed, learning__mode=mode, coproduction__planning=0.0,
                                     coproduction__design=0.0, coproduction__assessment=share))
            for seed in range(1, 5)
        ])
        for mode, share in (("blueprint", 0.0), ("emergent", 0.0), ("emergent", 1.0))
    )  # fmt: skip
    assert assessed < seen < plan


def test_the_menu_costs_hours_within_its_budget_and_can_be_empty():
    without, with_menu = (after("cremona_devolved", coproduction__menu=share) for share in (0.0, 0.2))
    assert without.teams.offers.sum() == 0
    assert (without.providers.menu_hours == 0.0).all()
    assert with_menu.teams.offers.sum() > 0
    at_work = after("cremona_devolved", months=20)
    hours = at_work.providers.contract_hours.sum()
    assert 0.0 < at_work.providers.menu_hours.sum() <= 0.2 * hours + 1e-9


def test_a_pooled_menu_shares_fixed_hours():
    teams, hub = (
        after("cremona_devolved", months=20, structure__decision_rights=rights) for rights in ("teams", "hub")
    )
    offered = teams.teams.offers[: teams.localities.team_end[0]], hub.teams.offers[: hub.localities.team_end[0]]
    assert (offered[1] == offered[1][0]).all()
    assert hub.teams.menu_hours.sum() / offered[1].sum() < teams.teams.menu_hours.sum() / offered[0].sum()


def test_brokers_link_partners_and_are_paid_for():
    without, brokered = (after(structure__network_management__brokerage=share) for share in (0.0, 1.0))
    assert np.nanmean(service(brokered, "integration")) > np.nanmean(service(without, "integration"))
    assert brokered.localities.overhead_budget[0] > without.localities.overhead_budget[0] == 0.0


def test_shared_data_spreads_practice():
    alone, shared = (after(structure__data_sharing=share) for share in (0.0, 1.0))
    assert (
        shared.providers.fit[shared.providers.partner == 1].mean()
        > alone.providers.fit[alone.providers.partner == 1].mean()
    )


def test_dumping_is_felt_only_where_the_mechanism_is_on():
    felt, off = (after("new_public_governance", mechanisms__dumping=on) for on in (True, False))
    assert (off.families.dumped == 0.0).all()
    none = after("new_public_governance", case__work__dumping=0.0)
    assert none.series.tobytes() == off.series.tobytes() != felt.series.tobytes()


def test_a_larger_copy_of_a_place_signs_as_soon_as_the_place():
    for design in ("block_grant", "new_public_management"):
        usual, large = (after(design, months=20, case__families=n) for n in (400, 1600))
        assert large.localities.bidders[0] > 3.0 * usual.localities.bidders[0]
        assert large.localities.signed[0] <= usual.localities.signed[0]
