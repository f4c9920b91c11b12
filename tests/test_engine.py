"""The engine: the order of the month, and that months are months, however they are asked for."""

from __future__ import annotations

import numba
import numpy as np
import pytest
from numba.core import itanium_mangler
from worlds import differing

from abm import compiled as compiled_module
from abm.compiled import JIT, sources_hash, warm
from abm.config import load_case, load_design
from abm.engine import MONTH, PIECES, STAGES, _code_of, compile_engine, open_month, run_months, step
from abm.metrics import METRICS
from abm.stages.intervene import intervene
from abm.stages.observe import observe
from abm.world import empty_world, new_world

DESIGNS = ("block_grant", "social_impact_bond", "new_public_management")


@pytest.fixture(scope="module")
def case():
    return load_case("generic", {"case.families": 40})


def test_the_stages_of_a_month_in_order():
    order = ("plan", "contract", "codesign", "deliver", "measure", "pay", "assess", "adapt")
    assert tuple(stage.__name__ for stage in STAGES) == order
    assert (open_month, intervene, *STAGES, observe) == MONTH


@pytest.mark.parametrize("design", DESIGNS)
def test_months_are_months(case, design):
    """All at once, in two parts, or step by step: the same world."""
    at_once, parts, steps = (new_world(case, load_design(design), 3) for _ in range(3))
    run_months(at_once, 40)
    run_months(parts, 15)
    run_months(parts, 25)
    observe(steps)
    for _ in range(40):
        step(steps)
    assert differing(parts, at_once) == []
    assert differing(steps, at_once) == []


def test_the_start_is_observed_first(case):
    world = new_world(case, load_design("block_grant"), 3)
    assert np.isnan(world.series.wellbeing_mean).all()
    run_months(world, 0)
    assert np.isnan(world.series.wellbeing_mean).all()
    run_months(world, 1)
    start = world.series[0]
    assert np.isfinite(start.wellbeing_mean)
    assert start.wellbeing_gain == start.attributable_gain == start.spend_public == 0.0
    assert np.isfinite(world.series.wellbeing_mean[1])
    assert np.isnan(world.series.wellbeing_mean[2:]).all()


def test_every_month_is_observed(case):
    world = new_world(case, load_design("block_grant"), 3)
    run_months(world, case.calendar.months)
    assert world.series.size == case.calendar.months + 1
    assert world.series.dtype.names == tuple(metric.name for metric in METRICS)
    for name in ("wellbeing_mean", "trust_mean", "spend_public", "engagement"):
        assert np.isfinite(world.series[name]).all(), name


def test_the_clock_keeps_the_calendar(case):
    world, calendar = new_world(case, load_design("block_grant"), 3), case.calendar
    last = calendar.service[1] + calendar.renewals * calendar.service_months
    tenders = []
    for month in range(1, calendar.months + 1):
        open_month(world)
        clock = world.clock[0]
        assert clock.month == month
        assert clock.serving == (calendar.service[0] <= month <= last)
        assert clock.codesigning == (calendar.codesign[0] <= month <= calendar.codesign[1])
        expected = (month - calendar.service[0]) % calendar.service_months + 1 if clock.serving else 0
        assert clock.service_month == expected
        tenders += [month] if clock.tendering else []
    renewals = [calendar.service[0] + k * calendar.service_months for k in range(1, calendar.renewals + 1)]
    assert tenders == [calendar.tender, *renewals]
    assert world.clock[0].contract == calendar.renewals


def test_nothing_is_paid_for_before_there_is_a_contract(case):
    world = new_world(case, load_design("social_impact_bond"), 3)
    run_months(world, case.calendar.tender - 1)
    assert (world.providers.partner == 0).all()
    assert (world.families.enrolled == 0).all()
    assert world.series.spend_public[world.clock[0].month] == 0.0


def test_nobody_is_served_after_the_end(case):
    world = new_world(case, load_design("social_impact_bond"), 3)
    run_months(world, case.calendar.months)
    assert (world.families.enrolled == 0).all()
    assert (world.packages.hours == 0.0).all()
    assert (world.providers.contract_hours == 0.0).all()


@pytest.mark.skipif(not JIT, reason="nothing is compiled")
def test_tables_of_another_kind_are_not_handed_to_what_was_compiled_for_ours(case):
    world = new_world(case, load_design("block_grant"), 3)
    assert _code_of(PIECES, world) is not PIECES
    assert _code_of(PIECES, world._replace(dues=np.asfortranarray(world.dues))) is PIECES
    assert _code_of(PIECES, world._replace(dues=world.dues.astype(np.int32))) is PIECES
    world.balances.flags.writeable = False
    assert _code_of(PIECES, world) is PIECES


@pytest.mark.skipif(not JIT, reason="nothing is compiled")
def test_worlds_of_other_domains_have_other_names_for_the_linker_and_short_ones():
    names = {itanium_mangler.mangle_type(numba.typeof(empty_world(domains))) for domains in (3, 4)}
    assert len(names) == 2
    assert max(map(len, names)) < 100


@pytest.mark.skipif(not JIT, reason="nothing is compiled")
def test_after_compiling_the_cache_is_warm():
    compile_engine(4)
    assert warm(4).exists()


def test_a_change_recompiles_what_depends_on_it_and_nothing_else(monkeypatch):
    before = {name: sources_hash(f"abm.{name}") for name in ("rules.volunteering", "stages.adapt", "stages.measure")}
    text, imported = compiled_module._source("abm.rules.volunteering")
    known = compiled_module._source
    monkeypatch.setattr(
        compiled_module,
        "_source",
        lambda name: (text + b"#", imported) if name == "abm.rules.volunteering" else known(name),
    )
    sources_hash.cache_clear()
    after = {name: sources_hash(f"abm.{name}") for name in before}
    sources_hash.cache_clear()
    assert [name for name in before if before[name] != after[name]] == ["rules.volunteering", "stages.adapt"]


def test_another_copy_of_the_same_sources_is_not_taken_for_compiled(monkeypatch, tmp_path):
    here = warm(4)
    monkeypatch.setattr("abm.compiled.PACKAGE", tmp_path)
    monkeypatch.setattr("abm.compiled.sources_hash", lambda module: here.parent.name)
    assert warm(4).parent == here.parent
    assert warm(4) != here
