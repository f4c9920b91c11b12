"""What is observed, on worlds set by hand: trust by sector and against what was lived, control, accountability, net benefit."""

from __future__ import annotations

import math

import numpy as np
import pytest

from abm.config import changed_design, load_case, load_design
from abm.engine import run_months
from abm.network import CONDUCT_MEMORY, live
from abm.rules.indices import mean_of_known, ratio
from abm.stages.follow_up import ANSWER_MONTHS, follow_up, keep_hours, note_revision, note_shortfalls
from abm.stages.observe import observe
from abm.stages.observe_providers import overlap
from abm.tables import FOR_PROFIT, PROVIDER_PROVIDER, PUBLIC, YEAR
from abm.world import new_world

MID = 16  # a month in which the contract of the small cases is served
PAIRS = (
    "public_public", "public_third_sector", "public_for_profit", "third_sector_third_sector", "third_sector_for_profit",
    "for_profit_for_profit",
)  # fmt: skip


@pytest.fixture
def world(cases, designs):
    """A grant in service: nobody is paid for results, nobody was caught."""
    made = new_world(cases["generic"], designs["block_grant"], 1)
    run_months(made, MID)
    return made


def now(world):
    """The metrics of the month, observed again."""
    observe(world)
    return world.series[world.clock[0].month]


def partner(world):
    """A partner of the first locality, without a past: no open shortfall, no hours on control."""
    one = world.providers[int(np.flatnonzero(world.providers.partner)[0])]
    one.shortfall_months = one.shortfalls_closed = one.shortfalls_answered = 0
    one.idle_control = one.idle_results = 0.0
    return one


# ---- trust


def test_what_was_lived_is_a_running_mean(world):
    edge, facts = world.edges[0], world.settings[0]
    edge.lived = edge.lived_weight = 0.0
    live(edge, facts, 0.4, 0.0)
    assert edge.lived_weight == 0.0
    for _ in range(5):
        live(edge, facts, 0.7, 0.5)
        edge.lived_weight *= CONDUCT_MEMORY
        assert edge.lived == pytest.approx(0.7)
    weight = edge.lived_weight
    live(edge, facts, 0.1, 2.0)
    assert edge.lived == pytest.approx((weight * 0.7 + 2.0 * 0.1) / (weight + 2.0))


def test_calibration_is_one_where_trust_is_what_was_lived(world):
    world.edges.lived, world.edges.lived_weight = world.edges.trust, 1.0
    assert now(world).trust_calibration == pytest.approx(1.0, abs=1e-12)
    world.edges.lived = np.where(world.edges.trust > 0.5, world.edges.trust - 0.2, world.edges.trust + 0.2)
    assert now(world).trust_calibration == pytest.approx(0.8, abs=1e-12)


def test_calibration_is_missing_where_nothing_was_lived(cases, designs):
    assert math.isnan(now(new_world(cases["generic"], designs["block_grant"], 1)).trust_calibration)


@pytest.mark.parametrize("design", ["new_public_management", "social_impact_bond"])
def test_sectors_average_to_the_whole(cases, designs, design):
    world = new_world(cases["lombardy"], designs[design], 1)
    run_months(world, MID)
    row, ties = world.series[MID], world.relations[PROVIDER_PROVIDER]
    edges, kind = world.edges[ties.first : ties.end], world.providers.kind
    funded = world.localities.funded[world.providers.locality[edges.source]] == 1
    counts = dict.fromkeys(PAIRS, 0)
    for edge in edges[(edges.active == 1) & funded]:
        ends = sorted({PUBLIC: 0, FOR_PROFIT: 2}.get(int(kind[end]), 1) for end in (edge.source, edge.target))
        counts["_".join(("public", "third_sector", "for_profit")[end] for end in ends)] += 1
    assert {name for name in PAIRS if math.isnan(row[f"trust_{name}"])} == {name for name in PAIRS if counts[name] == 0}
    total = math.fsum(counts[name] * row[f"trust_{name}"] for name in PAIRS if counts[name])
    assert total / sum(counts.values()) == pytest.approx(row.trust_provider_provider, rel=1e-12)


def test_authority_and_region_count_both_ways(world):
    first = world.relations.first
    there, back = world.edges[first[-2]], world.edges[first[-1]]
    there.trust, back.trust = 0.2, 0.6
    assert now(world).trust_commissioner_region == pytest.approx(0.4)
    there.active = back.active = 0
    assert math.isnan(now(world).trust_commissioner_region)


# ---- accountability


def found(world, discussed):
    """Whether this month's findings open a shortfall of the partner."""
    note_shortfalls(world.clock[0], world.localities[0], world.settings[0], world.providers, discussed)
    return partner_of(world).shortfall_months > 0


def partner_of(world):
    return world.providers[int(np.flatnonzero(world.providers.partner)[0])]


def months_pass(world, months):
    for _ in range(months):
        follow_up(world, 0)


def test_accountability_is_missing_where_nothing_was_known(world):
    world.providers.shortfalls_closed = world.providers.shortfalls_answered = 0
    assert math.isnan(now(world).governance_accountability)


@pytest.mark.parametrize(("discussed", "consequence", "expected"), [(1.0, 1, 1.0), (1.0, 0, 0.0), (0.0, 1, 0.0)])
def test_a_shortfall_needs_both_answers(world, discussed, consequence, expected):
    world.providers.shortfalls_closed = world.providers.shortfalls_answered = 0
    world.providers.caught = world.providers.shortfall_months = 0
    one = partner(world)
    one.caught = 1
    assert found(world, discussed)
    assert one.shortfall_explained == discussed
    one.shortfall_consequence = consequence
    months_pass(world, 1)
    if expected == 0.0:
        assert math.isnan(now(world).governance_accountability), "there is still time"
        months_pass(world, ANSWER_MONTHS - 1)
    assert one.shortfall_months == 0
    assert now(world).governance_accountability == expected


def test_a_look_finds_what_is_far_below_the_forecast(world):
    clock, place, facts, one = world.clock[0], world.localities[0], world.settings[0], partner(world)
    place.expected_result, clock.service_month, clock.service_months = 0.2, 12, 12
    facts.outcomes_use_responsibility = facts.payment_outcome_share = facts.outcomes_use_decisions = 0.0
    one.caught, one.caseload, one.result = 0, 3, 0.05
    assert not found(world, 0.0), "nobody uses results or discusses them"
    facts.outcomes_use_decisions = 1.0
    one.result = 0.15
    assert not found(world, 0.0), "near enough"
    one.result, clock.service_month = 0.05, 11
    assert not found(world, 0.0), "not a month of a look"
    clock.service_month = 12
    assert found(world, 0.0)
    assert one.results_used == 1


def test_consequences_are_less_of_the_contract_or_more_control(world):
    one = partner(world)
    for change, counts in (
        ({"award_share": 0.9}, 1), ({"award_share": 1.1}, 0), ({"burden": 1.5}, 1), ({"burden": 0.5}, 0),
        ({"award_share": 0.9, "exited": 1}, 0),
    ):  # fmt: skip
        one.award_share, one.burden, one.exited = 0.2, 0.1, 0
        one.shortfall_months, one.shortfall_consequence, one.shortfall_explained = 1, 0, 0
        one.shortfall_share, one.shortfall_burden = one.award_share, one.burden
        for key, factor in change.items():
            one[key] = 1 if key == "exited" else factor * one[key]
        follow_up(world, 0)
        assert one.shortfall_consequence == counts, change


def test_a_revision_explains_and_may_use_results(world):
    one = partner(world)
    one.shortfall_months, one.shortfall_explained, one.results_used = 2, 0, 0
    note_revision(world.localities[0], world.providers, 0.0)
    assert (one.shortfall_explained, one.results_used) == (1, 0)
    note_revision(world.localities[0], world.providers, 0.2)
    assert one.results_used == 1


# ---- hours on control


def test_hours_are_idle_until_they_change_something(world):
    one = partner(world)
    one.reporting_hours, one.metric_hours, one.claim_hours, one.caught, one.results_used = 10.0, 4.0, 1.0, 0, 0
    assert keep_hours(one, 5.0, False, 0) == pytest.approx(16.0)
    assert one.idle_control[0] == pytest.approx(6.0 + 3.0)  # forms are for both kinds as reporting is
    assert one.idle_results[0] == pytest.approx(4.0 + 1.0 + 2.0)
    keep_hours(one, 0.0, False, 1)
    assert one.idle_control[:2].tolist() == pytest.approx([9.0, 6.0])
    one.results_used = 1
    keep_hours(one, 0.0, False, 2)
    assert not one.idle_results.any()
    assert one.idle_control[:3].tolist() == pytest.approx([9.0, 6.0, 6.0])
    keep_hours(one, 0.0, True, 3)
    assert not one.idle_control.any()
    one.results_used = 0
    for month in range(4, 4 + YEAR):
        keep_hours(one, 0.0, False, month % YEAR)
    assert one.idle_control.tolist() == pytest.approx([6.0] * YEAR), "no more than twelve months"


def run(case, design, changes):
    world = new_world(case, changed_design(design, changes), 1)
    run_months(world, case.calendar.months)
    return world.series


FREE = {"case.rules.region_burden": 0.0, "case.measurement.hours_per_metric": 0.0, "case.families": 40}
LIGHT = {"control.burden_min": 0.0, "control.burden_max": 0.0, "payment.input_specification": 0.0}
HEAVY = {"control.burden_min": 0.3, "control.burden_max": 0.5, "control.audit": 0.0}


def test_without_control_nothing_is_bureaucratic(designs):
    series = run(load_case("generic", FREE), designs["block_grant"], LIGHT)
    assert np.nanmax(series.bureaucratisation) == 0.0
    assert np.nanmax(series.bureaucratisation_control_hours) == 0.0


@pytest.mark.parametrize("design", ["block_grant", "social_impact_bond", "provider_financed_pbr"])
def test_every_kind_of_contract_can_be_light_or_heavy(cases, designs, design):
    light, heavy = (
        run(load_case("generic", FREE), designs[design], LIGHT),
        run(cases["generic"], designs[design], HEAVY),
    )
    assert np.nanmean(light.bureaucratisation) < 0.03
    assert np.nanmean(heavy.bureaucratisation) > 0.15


@pytest.mark.parametrize("design", ["block_grant", "social_impact_bond", "new_public_governance", "capped_card"])
def test_useless_hours_are_hours_on_control(cases, designs, design):
    series = run(cases["generic"], designs[design], {})
    served = np.isfinite(series.bureaucratisation)
    useless, control = series.bureaucratisation_useless_control_hours, series.bureaucratisation_control_hours
    assert served.any()
    assert (useless[served] <= control[served] + 1e-9).all()
    assert (series.bureaucratisation[served] <= 1.0).all()


def test_paid_results_leave_fewer_hours_without_use(cases, designs):
    """Hours on metrics and claims are used where results earn a payment, and never where nobody pays or decides on them."""
    paid = new_world(cases["generic"], designs["provider_financed_pbr"], 1)
    unused = {"outcomes_use.decisions": 0.0, "learning.mode": "blueprint", "coproduction.assessment": 0.0}
    idle = new_world(cases["generic"], changed_design(designs["block_grant"], unused), 1)
    idle.settings.outcomes_use_responsibility = 0.0
    for world in (paid, idle):
        run_months(world, 28)
    assert paid.providers.idle_results.sum() < 0.5 * paid.localities.control_hours.sum()
    assert idle.providers.idle_control.sum() == pytest.approx(idle.localities.control_hours.sum())


# ---- likeness, money, indices


def test_overlap_of_shares():
    assert overlap(np.array([[1.0, 3.0], [2.0, 6.0]])) == pytest.approx(1.0)
    assert overlap(np.array([[1.0, 0.0], [0.0, 2.0]])) == 0.0
    assert overlap(np.array([[1.0, 1.0], [4.0, 0.0]])) == pytest.approx(0.5)
    assert math.isnan(overlap(np.array([[1.0, 1.0], [0.0, 0.0]])))


def test_what_has_no_whole_is_missing():
    assert math.isnan(ratio(0.0, 0.0))
    assert mean_of_known(0.2, math.nan, 3.0, math.nan) == pytest.approx(0.6)
    assert math.isnan(mean_of_known(*[math.nan] * 4))


def test_a_meeting_that_was_not_held_has_no_experience(cases):
    """From the start: a run without meetings has no last known value."""
    world = new_world(cases["generic"], load_design("block_grant", {"coproduction.design": 0.0}), 1)
    run_months(world, MID)
    assert np.isnan(world.series.meeting_experience).all()


def test_without_contract_hours_their_use_is_missing(world):
    world.providers.contract_hours = world.providers.service_hours = world.providers.menu_hours = 0.0
    assert math.isnan(now(world).admin_share)
    assert math.isnan(now(world).reporting_burden)


def test_hours_for_a_family_without_need_are_not_fair(world):
    enrolled = np.flatnonzero(world.families.enrolled)
    world.families.hours_received[enrolled] = 0.0
    world.families.wellbeing[enrolled[0]] = 1.0
    world.families.hours_received[enrolled[0]] = 5.0
    assert now(world).governance_fairness == pytest.approx(0.0)


def test_for_profit_share_is_that_of_hours(cases, designs):
    month = cases["lombardy"].calendar.service[0] + 3
    world = new_world(cases["lombardy"], designs["new_public_management"], 1)
    run_months(world, month)
    hours, kind = world.providers.contract_hours, world.providers.kind
    expected = hours[kind == FOR_PROFIT].sum() / hours.sum()
    assert world.series[month].marketisation_for_profit_share == pytest.approx(expected)
    assert 0.0 < expected < 1.0


@pytest.mark.parametrize("value", [0.0, 148_000.0])
def test_net_benefit_is_the_worth_of_gain_less_spending(designs, value):
    case = load_case("generic", {"case.families": 40, "case.money.wellbeing_value": value})
    series = run(case, designs["social_impact_bond"], {})
    gained = np.cumsum(series.attributable_gain) * 40 / 12.0
    assert series.net_benefit == pytest.approx(value * gained - series.spend_public, abs=0.01)
