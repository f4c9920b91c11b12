"""Payment error: its parts sum to what was claimed, to the cent, and each is absent where its cause is."""

from __future__ import annotations

import numpy as np
import pytest

from abm.config import changed_design, load_case, load_design
from abm.engine import run_months
from abm.rules.attribution import ATTRIBUTIONS, DIFFERENCE, HISTORICAL
from abm.rules.payment import ATTAINED, ENTRY, GAIN, SUSTAINED
from abm.stages.measure_dates import chosen_shift, months_lacking
from abm.stages.measure_estimates import error_of, estimate_counterfactual
from abm.world import new_world

PARTS = ("payment_true_effect", "payment_deadweight", "payment_selection", "payment_gaming", "payment_noise")
SMALL = {"case.families": 60}
EXACT = {"case.measurement.noise": 0.0, "case.measurement.halo": 0.0, "case.measurement.comparison_families": 100_000}
RULES = (
    "binary_bond",
    "requisite_contract",
    "upfront_outcomes_contract",
    "social_impact_bond",
    "provider_financed_pbr",
)


def ended(design, settings, seed=1, facts=SMALL, months=None):
    """The world after a run on a small case."""
    case = load_case("generic", facts | {key: value for key, value in settings.items() if key.startswith("case.")})
    rules = load_design(design, {key: value for key, value in settings.items() if not key.startswith("case.")})
    world = new_world(case, rules, seed)
    run_months(world, case.calendar.months if months is None else months)
    return world


@pytest.mark.parametrize("kind", ATTRIBUTIONS)
@pytest.mark.parametrize("design", [*RULES, "tranche", "stepped", "tariff_card", "capped_card", "dated_card"])
def test_the_parts_sum_to_what_was_claimed_to_the_cent(designs, design, kind):
    case = load_case("generic", SMALL | {"case.measurement.unclaimed": 0.1})
    world = new_world(case, changed_design(designs[design], {"payment": {"attribution": kind}}), 1)
    run_months(world, case.calendar.months)
    places, last = world.localities, world.series[-1]
    claimed = int((places.outcome_claimed + places.claimed_before).sum())
    parts = [round(100.0 * float(last[name])) for name in PARTS]
    assert sum(parts) == claimed
    assert parts[0] == int((places.layer_claimed + places.layer_before)[:, 0].sum())
    if claimed > 0:
        assert last.payment_error == pytest.approx((claimed - parts[0]) / claimed)


@pytest.mark.parametrize("design", RULES[:3])
def test_an_ideal_trial_without_gaming_or_error_pays_the_cohort_s_truth(design):
    """Randomised, everybody sampled, nothing mismeasured or overstated: a cohort's payment is that on the truth."""
    world = ended(design, EXACT | {"payment.attribution": "randomised", "mechanisms.gaming": False})
    last = world.series[-1]
    assert all(abs(last[name]) < 1.0 for name in PARTS[1:])
    assert last.payment_true_effect > 0.0


def test_no_part_without_its_cause():
    honest = ended("provider_financed_pbr", {"mechanisms.gaming": False, "case.measurement.halo": 0.0})
    assert honest.series[-1].payment_gaming == 0.0
    assert ended("provider_financed_pbr", {}).series[-1].payment_gaming > 0.0
    sure = ended("upfront_outcomes_contract", EXACT)
    assert abs(sure.series[-1].payment_noise) < 1.0


@pytest.mark.parametrize("kind", ["historical", "comparison", "difference"])
def test_a_known_estimate_has_no_noise_without_measurement_error(kind):
    world = ended("requisite_contract", EXACT | {"payment.attribution": kind})
    assert world.localities[0].counterfactual == pytest.approx(world.localities[0].known_change, abs=1e-12)
    assert abs(world.series[-1].payment_noise) < 1.0


def test_without_outcome_pay_there_is_no_error_of_payment():
    last = ended("block_grant", {}).series[-1]
    assert all(np.isnan(last[name]) for name in (*PARTS, "payment_error", "unclaimed_share"))


def test_matches_are_unserved_families_of_another_place_where_there_are_any():
    """In Lombardy from the third place without a contract; in one town from its own, until they are served themselves."""
    case = load_case("lombardy", {"case.families": 120})
    world = new_world(case, load_design("binary_bond"), 1)
    run_months(world, case.calendar.service[0] + 6)
    served = world.families[world.families.enrolled == 1]
    assert len(served) > 0
    matched = world.localities.serving[world.families.locality[served.comparison]]
    assert (served.comparison >= 0).all()
    assert (matched == 0).all()
    town = ended("binary_bond", {}, months=10)
    served = town.families[town.families.enrolled == 1]
    assert (served.comparison >= 0).mean() > 0.8
    assert (
        served.comparison[served.comparison >= 0] != np.flatnonzero(town.families.enrolled)[served.comparison >= 0]
    ).all()


def test_where_nobody_can_be_matched_a_historical_baseline_stands_in():
    world = ended("binary_bond", {}, months=16)
    matched = float(world.localities[0].counterfactual)
    world.families.comparison[:] = -1
    estimate_counterfactual(world, 0)
    alone = float(world.localities[0].counterfactual)
    world.settings.payment_attribution[:] = HISTORICAL
    estimate_counterfactual(world, 0)
    assert alone == world.localities[0].counterfactual != matched


def test_a_claim_without_evidence_is_never_paid():
    all_lost = ended("provider_financed_pbr", {"case.measurement.unclaimed": 1.0})
    assert all_lost.localities.outcome_claimed.sum() == 0
    assert all_lost.series[-1].unclaimed_share == 1.0
    assert (all_lost.series.outcome_payments == 0.0).all()
    some = ended("provider_financed_pbr", {"case.measurement.unclaimed": 0.1, "case.families": 200})
    assert 0.05 < some.series[-1].unclaimed_share < 0.15


def test_after_a_deadline_months_are_counted_anew():
    rules = {"payment.claim_deadline_months": 6, "mechanisms.claim_timing": False}
    world = ended("provider_financed_pbr", rules, months=13)  # the fifth month of service
    assert world.claims.held.max() > 1
    run_months(world, 1)
    assert world.claims.held.max() == world.claims.layer_held.max() == 0
    run_months(world, 2)
    assert world.claims.held.max() == 2


def test_without_a_deadline_dates_of_claims_are_not_moved():
    for settings in ({}, {"payment.claim_deadline_months": 6, "mechanisms.claim_timing": False}):
        world = ended("provider_financed_pbr", settings)
        assert world.families.closing.sum() == 0
    moved = ended("provider_financed_pbr", {"payment.claim_deadline_months": 6}, months=21)
    assert moved.localities.deadline_claims.sum() > 0
    closed = ended("provider_financed_pbr", {"payment.claim_deadline_months": 6}, months=14)
    assert closed.families.closing.sum() > 0
    assert closed.providers.shifting_hours.sum() > 0.0


@pytest.mark.parametrize(
    ("kind", "held", "served", "lacks"),
    [
        (SUSTAINED, 2, 9, 4),
        (SUSTAINED, 6, 9, 0),
        (ATTAINED, 1, 1, 2),
        (ATTAINED, 1, 8, 0),
        (GAIN, 1, 4, 2),
        (ENTRY, 0, 1, 0),
    ],
)
def test_what_a_line_lacks_before_its_regular_month(kind, held, served, lacks):
    world = new_world(load_case("generic", SMALL), load_design("provider_financed_pbr"), 1)
    line = world.milestones[0, 0]
    line.kind, line.months = kind, 6
    assert months_lacking(line, held, served) == lacks


def dated(design, settings, month, later):
    """The world one month into service, under terms that change in a month before."""
    case = load_case("generic", SMALL)
    world = new_world(case, load_design(design, settings), 1)
    run_months(world, month)
    world.settings.payment_attribution[:] = later
    run_months(world, case.calendar.service[0] - month)
    return world


def test_surveys_are_held_where_matches_may_live_and_only_where_somebody_needs_them():
    """One place of two pays on difference in differences: its matches live in a third, under the rules of the others."""
    only = {"locality.cremona.payment.attribution": "difference"}
    case = load_case("lombardy", {"case.families": 400})
    for settings, asked in ((only, True), ({}, False)):
        world = new_world(case, load_design("binary_bond", settings), 1)
        run_months(world, case.calendar.service[0] + 3)
        assert (world.localities.survey_month > 0).all() == asked
        assert (world.families.surveyed > 0.0).all() == asked
        if asked:
            mine = world.families[(world.families.locality == 0) & (world.families.enrolled == 1)]
            assert (mine.comparison >= 0).all()
            assert np.ptp(mine.trend_before) > 0.0
            assert abs(mine.trend_before).max() < 0.3  # changes of half a year, not levels


def test_nothing_is_known_of_the_time_before_the_first_survey():
    late = dated("binary_bond", {"payment.attribution": "comparison"}, 8, DIFFERENCE)
    served = late.families[late.families.comparison >= 0]
    assert len(served) > 0
    assert late.localities.survey_month[0] == 0
    assert (served.trend_before == 0.0).all()


def test_a_line_that_has_fallen_back_is_what_going_on_is_worth():
    """One result could be claimed two months early; another, due by its months, has just fallen back, and may come again."""
    lines = [
        {"name": name, "kind": "sustained", "domain": domain, "months": 4, "price": 1.0}
        for name, domain in (("early", "autonomy"), ("late", "health"))
    ]
    settings = {"payment.claim_deadline_months": 6, "payment.milestone": lines, "case.provider.shift_hours": 0.0}
    world = ended("provider_financed_pbr", settings | {"case.family.turnover": 0.0}, months=14)  # a deadline
    row, domains = int(np.flatnonzero(world.families.enrolled)[0]), world.localities.measured.shape[1]
    family, claims = world.families[row], world.claims[row]
    family.served_months, world.localities.outcome_claimed[0] = 6, 0
    world.localities.claim_ceiling[0] = 10**14
    for d, change in enumerate((0.2, 0.0999)):  # the threshold is .10
        error = error_of(world, world.settings[0], row, d) - world.localities.counterfactual[0]
        family.wellbeing[d] = family.intake_wellbeing[d] + change - error
    claims.reached[:], claims.held[:] = 0, 0
    claims.held[0], claims.held[domains + 1] = 1, 3
    for price, haste in ((0.1, 2), (1.0, 0)):
        world.milestones.price[0, 1] = price * world.milestones.price[0, 0]
        assert chosen_shift(world, 0, row, 0.0) == haste
