"""Mechanisms: switched off is the model without it; names change nothing; a design differs from itself by exactly 0."""

from __future__ import annotations

import pytest

from abm.config import Experiment, load_case, load_design
from abm.declare import parameters
from abm.design import Mechanisms
from abm.engine import run_months
from abm.lab.running import batch
from abm.metrics import METRICS
from abm.world import new_world

SMALL = {"case.families": 60}
SEEDS = (1, 2, 3)

# A design in which the switch acts, settings that let it act there, and settings at which the mechanism is absent by itself.
NPG, PBR = "new_public_governance", "provider_financed_pbr"
UNSEEN = {"control.audit": 0.0, "coproduction.assessment": 0.0, "case.provider.integrity": 0.0}
ABSENT = {
    "claim_timing": (PBR, {"payment.claim_deadline_months": 6}, {"case.provider.shift_hours": 1e6}),
    "conflict": (NPG, {}, {"case.network.conflict_rate": 0.0}),
    "crowding": (PBR, {}, {"case.provider.crowding": 0.0, "case.work.volunteer_crowding": 0.0}),
    "dumping": (NPG, {}, {"case.work.dumping": 0.0}),
    "fatigue": (NPG, {}, {"case.work.fatigue_gain": 0.0, "case.work.volunteer_fatigue": 0.0}),
    "gaming": (PBR, UNSEEN, {"case.provider.misreport_room": 0.0}),
    "peer_learning": (NPG, {}, {"case.work.peer_effect": 0.0, "case.work.collective_effect": 0.0}),
    "reputation": ("block_grant", {}, {"case.trust.reputation": 0.0}),
    "slack": (NPG, {"case.family.scarcity": 1.0}, {"case.family.scarcity": 0.0}),
    "selection": (PBR, {}, {"payment.cohort_definition": 1.0}),
}

# The same where those settings do more than the mechanism does: at them the switch has nothing to do, and changes no bit.
NO_RISK = {"finance.risk_to_provider": 0.0, "finance.bridge.provider": 0.0, "finance.bridge.state": 1.0}
RESTLESS = {"case.rules.support": 0.3, "case.rules.support_spread": 0.08}
CALM = {"case.rules.support_spread": 0.0, "case.rules.support_shock": 0.0, "case.rules.plan_trigger": 0.0}
ENDLESS = {f"case.money.reserves_{kind}": 1000.0 for kind in ("public", "third_sector", "for_profit")}
# nothing is remembered, and one weight makes the mean over facets exact
NO_MEMORY = ("memory", "damage_memory", "fairness", "weight_benevolence", "weight_integrity")
FORGETFUL = {f"case.trust.{key}": 0.0 for key in NO_MEMORY}
FORGETFUL["case.trust.weight_ability"] = 1.0
IDLE = {
    "burden_response": ("block_grant", {}, {"control.burden_max": 0.03, "case.rules.region_burden": 0.0}),
    "facets": ("block_grant", {}, FORGETFUL),
    "incentives": (PBR, {}, NO_RISK),
    "liquidity": (PBR, {}, ENDLESS),
    "parking": (PBR, {}, NO_RISK),
    "politics": (NPG, RESTLESS, {"case.rules.support": 0.6, **CALM}),
}


def series(design, settings, seed=1):
    """The metrics of a run on a small case."""
    case = load_case("generic", SMALL | {key: value for key, value in settings.items() if key.startswith("case.")})
    rules = load_design(design, {key: value for key, value in settings.items() if not key.startswith("case.")})
    world = new_world(case, rules, seed)
    run_months(world, case.calendar.months)
    return world.series


def test_every_switch_has_its_law():
    assert {key for key, _ in parameters(Mechanisms)} == set(ABSENT) | set(IDLE)


@pytest.mark.parametrize("switch", ABSENT)
def test_off_is_the_model_without_the_mechanism_to_the_last_bit(switch):
    """The switch alone does what the settings do that make the mechanism nothing."""
    design, beside, absent = ABSENT[switch]
    for seed in SEEDS:
        off = series(design, beside | {f"mechanisms.{switch}": False}, seed)
        assert off.tobytes() == series(design, beside | absent, seed).tobytes()


@pytest.mark.parametrize("switch", IDLE)
def test_a_switch_changes_no_bit_where_its_mechanism_has_nothing_to_do(switch):
    design, beside, idle = IDLE[switch]
    for seed in SEEDS:
        off = series(design, beside | idle | {f"mechanisms.{switch}": False}, seed)
        assert off.tobytes() == series(design, beside | idle, seed).tobytes()


@pytest.mark.parametrize("switch", [*ABSENT, *IDLE])
def test_a_switch_that_is_on_does_something(switch):
    design, beside, _ = (ABSENT | IDLE)[switch]
    on, off = (
        [series(design, beside | {f"mechanisms.{switch}": value}, seed).tobytes() for seed in SEEDS]
        for value in (True, False)
    )
    assert on != off


def test_without_incentives_hours_and_intensity_are_those_of_nobody_paid_for_results():
    case = load_case("generic", SMALL)
    world = new_world(case, load_design("provider_financed_pbr", {"mechanisms.incentives": False}), 2)
    for _ in range(case.calendar.months):
        run_months(world, 1)
        providers = world.providers
        assert providers.attention.tobytes() == providers.mission_attention.tobytes()
        assert providers.intensity.tobytes() == providers.mission_intensity.tobytes()
        assert (providers.misreport == 0.0).all()


def test_a_design_under_another_name_differs_from_itself_by_exactly_nothing(tmp_path):
    same = load_design("social_impact_bond")
    other = same.model_copy(update={"base": same.base.model_copy(update={"name": "another", "title": "Another"})})
    case = load_case("lombardy", {"case.families": 120})
    experiment = Experiment(name="same", cases=(case,), designs=(same, other), seeds=3, twins=False)
    found = batch(experiment, workers=1, out=tmp_path / "same").compare()
    own = found[(found["design"] == "another") & (found["n"] > 1)]
    assert set(found["design"]) == {"social_impact_bond", "another"}
    assert set(own["metric"]) <= {metric.name for metric in METRICS}
    assert len(own) > 60
    assert (own[["difference", "low", "high"]] == 0.0).all(axis=None)


def test_names_of_places_domains_and_cases_change_no_bit():
    case = load_case("lombardy", {"case.families": 120})
    renamed = case.model_copy(
        update={
            "name": "elsewhere",
            "domains": tuple(f"domain_{n}" for n in range(len(case.domains))),
            "locality": {f"place_{n}": place for n, place in enumerate(case.locality.values())},
        }
    )
    for design in ("social_impact_bond", "cremona_devolved"):
        found = []
        for place in (case, renamed):
            world = new_world(place, load_design(design), 4)
            run_months(world, case.calendar.months)
            found.append(world.series.tobytes())
        assert found[0] == found[1]
