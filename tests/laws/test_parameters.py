"""Every declared setting moves some metric in the design that it names (`Param.acts_in`): none is read by nobody."""

from __future__ import annotations

import functools
import json

import pytest

from abm.case import Case, Locality
from abm.case_interventions import InterventionFacts
from abm.config import as_interventions, load_case, load_design, treated_units
from abm.declare import Param, parameters, value_of
from abm.design import GovernanceDesign, Milestone, Step
from abm.engine import run_months
from abm.metrics import METRICS
from abm.world import new_world, with_interventions

# A town of its own and not a scaled one, so that its own numbers can be set.
TOWN = {
    "families": 60, "territories": 2, "public": 3, "third_sector": 4, "associations": 2, "for_profit": 2, "joiners": 2,
    "grant_eur": 240_000.0,
}  # fmt: skip
PLACE = "case.locality.town."
SEEDS = (1, 2, 3)
CARD = (
    {"name": "entered", "kind": "entry", "price": 0.2},
    {"name": "kept", "kind": "sustained", "threshold": 0.1, "months": 6, "price": 0.8},
)
OPTIONAL_ENTRY = ({**CARD[0], "core": False}, CARD[1])  # what everybody reaches first opens all other lines
STEPS = ({"result": 0.2, "share": 0.5}, {"result": 0.9, "share": 1.0})
NO_CARD = {"payment.milestone": []}
STEPPED = {"payment.rule": "stepped", "payment.step": STEPS}

# What a setting is moved to, where the ends of its plausible range are no possible or no telling values.
VALUES = {
    "payment.milestone.price": (0.2,),  # relative: any other
    "payment.step.result": (0.0, 0.8),  # below the next step
    "payment.step.share": (0.2, 0.8),
    "case.calendar.tender": (4,),  # a month that the rest of the calendar leaves
    "case.trust.breach_month": (20,),  # within the contract
    "case.measurement.comparison_families": (10,),  # fewer than the town serves
}

# Settings in force before and after, without which a setting does not bind, with the reason.
REFUSED = {"case.rules.support": 0.3, "case.rules.support_spread": 0.08}  # low and restless: a renewal is refused
BUSY_HUB = {"structure.burden_absorbed": 1.0, "case.rules.region_burden": 0.1}
BESIDE = {
    "case.calendar.tender": {"case.calendar.plan": [1, 3]},  # leaves a month free
    "case.money.evaluation_randomised": {"payment.attribution": "randomised"},  # is paid only then
    "case.money.evaluation_historical": {"payment.attribution": "historical"},
    "case.money.evaluation_difference": {"payment.attribution": "difference"},
    "mechanisms.claim_timing": {"payment.claim_deadline_months": 6},
    "case.provider.shift_hours": {"payment.claim_deadline_months": 6},
    # a lead agency's people are enough for a small town, unless they deal with the region's rules too
    "case.network.hub_hours": BUSY_HUB,
    "case.network.open_quarrel": {"case.network.hub_hours": 1.0},  # too few to settle everything
    # in a small town hardly anybody but public providers could carry the wait, and public ones bid again in any case
    "case.money.loss_tolerance": {"case.money.prudence": 0.0},
    "case.money.trust_to_bid": {"case.money.prudence": 0.0},
    "case.network.meta_governance_hours": {"structure.network_management.meta_governance": 0.5},  # no preset has any
    "case.rules.plan_trigger": {"case.rules.support": 0.2},  # much support holds the first round at any trigger
    "case.rules.support": {"case.rules.support_spread": 0.08},
    "case.rules.support_spread": {"case.rules.support": 0.3},
    "case.rules.support_shock": {"case.rules.support": 0.2, "case.rules.support_spread": 0.0},
    "mechanisms.politics": REFUSED,
    "case.measurement.deadweight_error": {"payment.deadweight_deducted": 1.0},
    "case.measurement.file_error": {"payment.tariff_groups": 4, "payment.tariff_ratio": 3.0},
    "payment.tariff_groups": {"payment.tariff_ratio": 3.0},
    "payment.tariff_ratio": {"payment.tariff_groups": 4},
    "payment.pooled_target": {"payment.rule": "tranche"},
    "payment.step.result": STEPPED,
    "payment.step.share": STEPPED,
    "mechanisms.slack": {"case.family.scarcity": 1.0},
    "case.work.encouragement_effect": {"coproduction.encouragement": 0.5},
    "case.work.encouragement_memory": {"coproduction.encouragement": 0.5},
}
# What interventions do is seen where there are some; the setting itself, at its default, stands for them.
INTERVENTION = "case.intervention."
BESIDE |= {INTERVENTION + key: {INTERVENTION + key: p.default} for key, p in parameters(InterventionFacts)}
EVENTS = as_interventions(
    {"month": 12 + n, "kind": kind, "strength": 0.5}
    for n, kind in enumerate(("workshop", "guidance", "professional_training", "resources", "information", "scandal"))
)

# What contradicts a value and changes together with it.
NO_OUTCOMES = {**NO_CARD, "payment.outcome_share": 0.0}
BRIDGES = ("state", "provider", "investor")
LEVELS = ("individual", "group", "collective")
FACET_WEIGHTS = ("weight_ability", "weight_benevolence", "weight_integrity")
ROLES = ("client", "consumer", "coproducer")


def shares(table: str, names: tuple[str, ...], name: str, value: float) -> dict:
    """One share of a table moved to a value, the rest divided alike, so that they still sum to 1."""
    rest = (1.0 - value) / (len(names) - 1)
    return {f"{table}.{other}": rest for other in names if other != name}


def together(key: str, value) -> dict:
    """Settings that must change with a setting's new value."""
    table, _, name = key.rpartition(".")
    if table == "finance.bridge":
        return {**shares(table, BRIDGES, name, value), "finance.risk_to_provider": 1.0}
    if table == "coproduction.levels":
        return shares(table, LEVELS, name, value)
    if table == "coproduction.roles":
        return shares(table, ROLES, name, value)
    if key.startswith("case.trust.weight_"):
        return shares(table, FACET_WEIGHTS, name, value)
    if key == "finance.risk_to_provider":  # nobody is repaid from outcomes whose risk it does not bear
        return {"finance.bridge.provider": 0.0, "finance.bridge.investor": 1.0}
    if key == "payment.rule":
        state = {"finance.bridge.state": 1.0, "finance.bridge.provider": 0.0, "finance.bridge.investor": 0.0}
        with_it = {"block": {**NO_OUTCOMES, **state}, "fee_for_service": NO_OUTCOMES, "stepped": {**NO_CARD, **STEPPED}}
        return with_it.get(value, NO_CARD)
    return {}


def declared() -> dict[str, Param]:
    """Every declared setting by the key that sets it."""
    found = dict(parameters(GovernanceDesign))
    found |= {f"payment.milestone.{key}": declared for key, declared in parameters(Milestone)}
    found |= {f"payment.step.{key}": declared for key, declared in parameters(Step)}
    found |= {f"case.{key}": declared for key, declared in parameters(Case)}
    return found | {PLACE + key: declared for key, declared in parameters(Locality)}


def present(key: str, design: str, settings: dict):
    """The value that a setting has before it is moved."""
    if key.startswith("payment.step."):
        return STEPS[0][key.rpartition(".")[2]]
    if key.startswith("payment.milestone."):
        return CARD[1].get(key.rpartition(".")[2], value_of(Milestone(name="kept"), key.rpartition(".")[2]))
    case, rules = world_of(design, settings)
    if key.startswith(PLACE):
        return value_of(case.locality["town"], key.removeprefix(PLACE))
    return value_of(case, key.removeprefix("case.")) if key.startswith("case.") else value_of(rules.base, key)


def world_of(design: str, settings: dict):
    """The small town and the rules with these settings."""
    facts = {key: value for key, value in settings.items() if key.startswith("case.")}
    case = load_case("generic", {PLACE + key: value for key, value in TOWN.items()} | facts)
    return case, load_design(design, {key: value for key, value in settings.items() if key not in facts})


def series(design: str, settings: dict, seed: int):
    """The metrics of a run, month by month."""
    case, rules = world_of(design, settings)
    world = new_world(case, rules, seed)
    if any(key.startswith(INTERVENTION) for key in settings):
        world = with_interventions(world, EVENTS, treated_units(case, EVENTS, seed))
    run_months(world, case.calendar.months)
    return world.series


@functools.cache
def unmoved(design: str, beside: str, seed: int):
    """The metrics of a run with nothing moved; the settings beside as JSON, which a cache can hold."""
    return series(design, json.loads(beside), seed)


def moved_to(key: str, value) -> dict:
    """The settings that move one."""
    if key.startswith("payment.step."):
        return {"payment.step": [{**STEPS[0], key.rpartition(".")[2]: value}, STEPS[1]]}
    if key == "payment.milestone.core":
        return {"payment.milestone": list(OPTIONAL_ENTRY)}
    if key.startswith("payment.milestone."):
        return {"payment.milestone": [CARD[0], {**CARD[1], key.rpartition(".")[2]: value}]}
    return {key: value, **together(key, value)}


def moves_a_metric(key: str, value, design: str, beside: dict) -> bool:
    """Whether some metric has other bits in some month, under one of the seeds."""
    for seed in SEEDS:
        before, after = unmoved(design, json.dumps(beside), seed), series(design, beside | moved_to(key, value), seed)
        months = min(len(before), len(after))
        if any(before[m.name][:months].tobytes() != after[m.name][:months].tobytes() for m in METRICS):
            return True
    return False


def other_values(key: str, setting: Param, value) -> list:
    """Where a setting is moved to: every other choice, or the ends of its plausible range, the farther one first."""
    if key in VALUES or setting.unit in ("choice", "switch"):
        return [other for other in VALUES.get(key, setting.plausible) if other != value]
    ends = [type(setting.default)(end) for end in setting.plausible]
    return [end for end in sorted(ends, key=lambda end: -abs(end - value)) if end != value]


@pytest.mark.parametrize("key", declared())
def test_every_setting_moves_some_metric_in_the_design_that_it_names(key):
    """Every other option of a choice does, and one end at least of a number's plausible range."""
    setting = declared()[key]
    beside = BESIDE.get(key, {})
    before = present(key, setting.acts_in, beside)
    values = list(other_values(key, setting, before))
    felt = (value for value in values if moves_a_metric(key, value, setting.acts_in, beside))
    if setting.unit == "choice":
        assert list(felt) == values
    else:
        assert next(felt, None) is not None, f"{key} moves nothing in {setting.acts_in} at {values}"


def test_tables_of_this_file_name_declared_settings():
    assert set(VALUES) | set(BESIDE) <= set(declared())
