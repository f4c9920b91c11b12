"""Market and network management: what errors, build-up, hold-up, exit, brokers and rules do, against the world without them."""

from __future__ import annotations

import numpy as np
import pytest

from abm.config import load_case, load_design
from abm.engine import run_months
from abm.lab.compare import half_width
from abm.world import new_world

SMALL = {"case.families": 60}
PBR, NPM, NPG = "provider_financed_pbr", "new_public_management", "new_public_governance"
SEEDS = range(1, 25)
NO_ERROR = {"case.money.cost_error": 0.0, "case.money.forecast_error": 0.0}
AWARD = 5  # month of the first tender of `generic`


def after(design, settings=None, months=None, seed=1):
    """The world after a run on a small case."""
    facts = SMALL | {key: value for key, value in (settings or {}).items() if key.startswith("case.")}
    case = load_case("generic", facts)
    rules = {key: value for key, value in (settings or {}).items() if key not in facts}
    world = new_world(case, load_design(design, rules), seed, months)
    run_months(world, case.calendar.months if months is None else months)
    return world


def curses(settings):
    """How far the winners of the first award underestimated their cost, by seed: all parts of the contract together."""
    found = []
    for seed in SEEDS:
        providers = after(NPM, settings, AWARD, seed).providers
        won = providers[providers.partner == 1]
        found.append(float(won.award_share @ -np.log(won.estimate)))
    return np.array(found)


def test_winners_are_cursed_by_errors_and_competition_together():
    errors = {"case.money.cost_error": 0.2}
    cursed = curses(errors)
    assert cursed.mean() - half_width(cursed) > 0.0
    assert (curses(NO_ERROR) == 0.0).all()
    alone = curses(errors | {"structure.competition": 0.0})
    assert abs(alone.mean()) < half_width(alone)
    assert cursed.mean() > alone.mean() + half_width(alone)


def test_who_underestimated_is_paid_less_than_its_work_costs():
    world = after(
        NPM, {"case.money.cost_error": 0.2, "case.money.forecast_error": 0.0, "structure.competition": 0.6}, AWARD
    )
    won = world.providers[world.providers.partner == 1]
    assert won.size > 2
    assert len(set(won.price_per_hour.round(6))) == won.size
    order = np.argsort(won.estimate[won.kind == 1])
    assert (np.diff(won.price_per_hour[won.kind == 1][order]) > 0.0).all()
    shares = won.planned_hours * won.price_per_hour
    assert np.allclose(shares / shares.sum(), won.award_share)


def test_a_partnership_has_one_price():
    world = after("social_impact_bond", {"case.money.cost_error": 0.2}, AWARD)
    won = world.providers[world.providers.partner == 1]
    assert set(won.price_per_hour) == {world.localities.fee_per_hour[0]}


def test_bidders_who_foresee_more_results_ask_less():
    world = after(PBR, {"case.money.forecast_error": 0.3, "case.money.cost_error": 0.0}, AWARD)
    won = world.providers[world.providers.partner == 1]
    assert np.allclose(won.estimate, 1.0 / won.outlook)
    assert world.localities.bidders_forecast[0] == pytest.approx(
        world.localities.forecast[0] * float(won.award_share @ won.outlook)
    )


def test_hours_build_up_where_people_must_be_found_first():
    at_once, later = (after("block_grant", {"case.money.start_up_months": n}, 12) for n in (0, 7))
    assert (at_once.providers.ready[at_once.providers.partner == 1] == 1.0).all()
    built = later.providers[later.providers.partner == 1]
    assert np.allclose(built.ready, 0.5)  # the fourth month of service
    assert np.allclose(built.contract_hours, 0.5 * built.planned_hours)
    assert (built.liquidity == 1.0).all()


def test_incumbents_need_no_build_up():
    world = after("block_grant", {"case.money.start_up_months": 7}, 30)
    held = world.providers[(world.providers.partner == 1) & (world.providers.contracts == 1)]
    assert held.size > 2
    assert (held.ready == 1.0).all()


def test_an_incumbent_whose_rivals_are_gone_asks_more():
    lonely = {"case.money.loss_tolerance": 0.0, "case.money.trust_to_bid": 1.0}  # whoever can does not bid again
    usual, dear = (after("block_grant", lonely | {"case.money.hold_up": h}, 29) for h in (0.0, 0.5))
    gone = dear.localities.rivals_gone[0]
    assert gone > 0.3
    assert dear.localities.fee_per_hour[0] == pytest.approx(
        usual.localities.fee_per_hour[0] * (1.0 + 0.5 * gone), rel=0.005
    )


def test_public_providers_bid_again_and_others_may_walk_away():
    world = after("block_grant", {"case.money.trust_to_bid": 1.0}, 29)
    assert set(world.providers.kind[(world.providers.partner == 1) & (world.providers.contracts > 0)]) == {0}
    stay = after("block_grant", {"case.money.trust_to_bid": 0.0, "case.money.loss_tolerance": 10.0}, 29)
    assert stay.localities.rivals_gone[0] == 0.0


def test_a_block_grant_leaves_a_small_surplus():
    world = after("block_grant", {"structure.competition": 0.0}, 28)
    held = world.providers[world.providers.partner == 1]
    assert np.allclose(-held.loss, 1.0 - 1.0 / 1.05, atol=0.01)  # the margin


def test_whoever_cannot_spare_the_hours_does_not_bid():
    free, short = (after(NPM, {"case.money.bid_capacity": c}, AWARD) for c in (1.0, 0.3))
    assert short.localities.bidders[0] < free.localities.bidders[0]


def test_small_is_below_the_median_of_ones_kind():
    world = after("block_grant", {}, 0)
    staff = {0: 80.0, 1: 50.0, 2: 50.0, 3: 70.0}
    assert all(p.small == (p.staff_hours < staff[int(p.kind)]) for p in world.providers)
    alike = after("block_grant", {"case.provider.size_spread": 0.0}, 0)
    assert alike.providers.small.sum() == 0
    poor = after("block_grant", {"case.money.reserves_small": 0.5, "case.money.credit_small": 0.0}, 0)
    small = world.providers.small == 1
    assert np.allclose(poor.providers.reserves[small], 0.5 * world.providers.reserves[small])
    assert (poor.providers.reserves[~small] == world.providers.reserves[~small]).all()
    assert (poor.providers.credit[small] == 0.0).all()


# ---- network management


def mean(world, metric):
    """A metric's mean over the first contract's service."""
    return float(np.nanmean(world.series[metric][9:29]))


def managed(part, share, **settings):
    """The world under a design with one part of network management at a share."""
    return after(NPG, {"structure.network_management": {
        "facilitation": 0.0, "brokerage": 0.0, "meta_governance": 0.0, part: share}} | settings, 28)  # fmt: skip


@pytest.mark.parametrize("part", ["facilitation", "brokerage", "meta_governance"])
def test_each_part_is_paid_for_by_its_hours(part):
    without, half, full = (managed(part, share) for share in (0.0, 0.5, 1.0))
    cost = [world.localities.overhead_budget[0] for world in (without, half, full)]
    assert cost[0] == 0.0
    assert cost[2] == pytest.approx(2.0 * cost[1])


@pytest.mark.parametrize("part", ["facilitation", "brokerage", "meta_governance"])
def test_without_hours_nothing_is_managed(part):
    none = managed(part, 1.0, **{f"case.network.{part}_hours": 0.0})
    assert none.series.tobytes() == managed(part, 0.0).series.tobytes()


def test_facilitators_ease_disagreements_as_far_as_their_hours_go():
    quarrels = {"case.network.conflict_rate": 10.0, "structure.teams": 1}
    few, many = (
        managed("facilitation", 1.0, **quarrels, **{"case.network.facilitation_hours": hours})
        for hours in (0.5, 1000.0)
    )
    assert 0.0 < few.localities.facilitated[0] < many.localities.facilitated[0] == 1.0
    assert mean(many, "bottleneck") < mean(few, "bottleneck")


def test_brokers_link_those_who_do_not_meet():
    alone, brokered = (managed("brokerage", share, **{"case.network.start_link": 0.0}) for share in (0.0, 1.0))
    apart = alone.providers.team[:, None] != alone.providers.team[None, :]
    joint = [world.pairs.joint_hours.reshape(apart.shape)[apart].sum() for world in (alone, brokered)]
    assert joint[1] > joint[0] + 1.0


def test_rules_of_the_game_bring_partners_closer_and_bound_a_hub_s_load():
    free, ruled = (managed("meta_governance", share) for share in (0.0, 1.0))
    views = [world.providers.known_need[world.providers.partner == 1] for world in (free, ruled)]
    assert views[1].std(axis=0).sum() < views[0].std(axis=0).sum()
    hub = {"structure.coordination_rights": "lead", "case.network.hub_hours": 1.0}
    starved, bounded = (managed("meta_governance", share, **hub) for share in (0.0, 1.0))
    assert bounded.localities.reach[0] > starved.localities.reach[0]
    assert mean(starved, "bottleneck") > 1.0


# ---- partners that leave


def test_nobody_leaves_at_no_rate_and_more_at_a_higher_one():
    left = [sum(np.nansum(after(NPM, {"case.network.leaving": rate}, None, seed).series["partners_left"])
                for seed in range(1, 9)) for rate in (0.0, 0.05, 0.5)]  # fmt: skip
    assert left[0] == 0.0 < left[1] < left[2]


def test_who_leaves_has_no_part_and_its_hours_go_on():
    for seed in range(1, 30):
        world = after(NPM, {"case.network.leaving": 0.5}, 24, seed)
        gone = world.providers[world.providers.left == 1]
        if gone.size:
            break
    assert (gone.active == 1).all()
    assert (gone.partner == 0).all()
    assert (gone.planned_hours == 0.0).all()
    assert world.providers.award_share.sum() == pytest.approx(1.0)


def test_the_authority_s_part_of_the_cost_is_all_but_bids_and_half_of_negotiation():
    for design in ("block_grant", NPM, "social_impact_bond"):
        place = after(design, months=AWARD).localities[0]
        others = place.bid_hours + 0.5 * place.negotiation_hours
        assert place.authority_hours == pytest.approx(place.exante_hours - others)
        assert min(place.authority_hours, place.bid_hours) > 0.0
    last = after(NPM, months=AWARD).series[-1]
    assert 0.0 < last.transaction_cost_authority < last.transaction_cost_exante
