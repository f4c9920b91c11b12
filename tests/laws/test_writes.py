"""A stage writes only what it declares: every column of every table is compared before and after each stage."""

from __future__ import annotations

import importlib

import numpy as np
import pytest

from abm.config import as_interventions, load_case, load_design, preset_names, treated_units
from abm.engine import MONTH, STAGES, open_month
from abm.stages.intervene import intervene
from abm.stages.observe import observe
from abm.tables import TABLES
from abm.world import World, new_world, with_interventions

ARRAYS = ("dues", "balances", "flows", "series", "part")
DECLARABLE = {f"{table}.{column.name}" for table, columns in TABLES.items() for column in columns} | set(ARRAYS)
CASES = ("generic", *(pytest.param(name, marks=pytest.mark.slow) for name in ("lombardy", "scarce")))
DESIGNS = (
    *preset_names("designs"), "fee_for_service", "capped_card", "tariff_card", "tranche", "stepped", "all_finance",
    "poor_prime", "dated_card",
)  # fmt: skip


def declared_by(stage) -> set[str]:
    """What a stage says that it writes."""
    return set(importlib.import_module(f"abm.stages.{stage.__name__}").WRITES)


def copies(world: World) -> dict[str, np.ndarray]:
    """All tables and arrays as they are now."""
    return {name: np.array(getattr(world, name)) for name in World._fields}


def changed_since(before: dict[str, np.ndarray], world: World) -> set[str]:
    """Names of the columns and arrays whose bytes differ."""
    found = set()
    for name, old in before.items():
        new = getattr(world, name)
        if name in ARRAYS:
            found |= {name} if old.tobytes() != new.tobytes() else set()
        else:
            found |= {f"{name}.{c}" for c in old.dtype.names if old[c].tobytes() != new[c].tobytes()}
    return found


def written(case, design, seed=1, events=()) -> dict[str, set[str]]:
    """What each stage wrote in a whole run, as far as it changed something."""
    world = with_interventions(new_world(case, design, seed), events, treated_units(case, events, seed))
    found: dict[str, set[str]] = {stage.__name__: set() for stage in MONTH}
    observe(world)
    before = copies(world)
    for _ in range(case.calendar.months):
        for stage in MONTH:
            stage(world)
            changed = changed_since(before, world)
            found[stage.__name__] |= changed
            if changed:
                for table in {name.split(".")[0] for name in changed}:
                    before[table] = np.array(getattr(world, table))
    return found


@pytest.mark.parametrize("stage", MONTH, ids=lambda stage: stage.__name__)
def test_declared_columns_exist_and_stand_once(stage):
    listed = importlib.import_module(f"abm.stages.{stage.__name__}").WRITES
    assert sorted(set(listed) - DECLARABLE) == []
    assert sorted(listed) == sorted(set(listed))


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("design", DESIGNS)
def test_a_stage_writes_only_what_it_declares(cases, designs, case, design):
    found = written(cases[case], designs[design])
    undeclared = {s.__name__: sorted(found[s.__name__] - declared_by(s)) for s in MONTH}
    assert {name: columns for name, columns in undeclared.items() if columns} == {}


def test_nobody_writes_settings_or_relations(cases, designs):
    wrote = set().union(*written(cases["generic"], designs["social_impact_bond"]).values())
    assert [name for name in wrote if name.split(".")[0] in ("settings", "relations")] == []


def test_every_part_of_the_month_but_its_opening_is_a_stage_or_observes():
    assert (open_month, intervene, *STAGES, observe) == MONTH


@pytest.mark.slow
def test_what_a_stage_declares_it_writes_somewhere(cases, designs):
    """Over all presets, the cases of these tests, and a few runs in which rare things happen."""
    runs = [(case, design) for case in cases.values() for design in designs.values()]
    breach = load_case("generic", {"case.families": 40, "case.trust.breach_month": 20})
    dishonest = load_case("generic", {"case.families": 40, "case.provider.integrity": 0.0})
    rare = {"structure.annual_budget": True, "learning.ratchet": 0.5, "structure.burden_absorbed": 0.5}
    rare |= {"coproduction.respite": 1.0, "coproduction.encouragement": 0.5}
    # before service: nothing of the contract is worked
    workshops = as_interventions([{"month": 7, "kind": "workshop"}])
    runs += [(breach, designs["block_grant"]), (dishonest, designs["provider_financed_pbr"])]
    runs += [(cases["generic"], load_design("social_impact_bond", rare))]
    # an outcomes fund moves room from a place that falls behind to one at its ceiling
    caps = {"locality.cremona.payment.contract_cap": 0.2, "locality.monza.payment.contract_cap": 1.5}
    pooled = load_design("social_impact_bond", {**caps, "finance.fund_share": 0.5})
    runs += [(load_case("lombardy", {"case.families": 300}), pooled)]
    found: dict[str, set[str]] = {stage.__name__: set() for stage in MONTH}
    for case, design in runs:
        for stage, columns in written(case, design).items():
            found[stage] |= columns
    found["deliver"] |= written(cases["generic"], designs["block_grant"], 1, workshops)["deliver"]
    idle = {s.__name__: sorted(declared_by(s) - found[s.__name__]) for s in (open_month, *STAGES)}
    assert {name: columns for name, columns in idle.items() if columns} == {}
