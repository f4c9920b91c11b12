"""Parts of one world: however they are cut, whoever works them and is done first, not a bit of the world is another."""

from __future__ import annotations

import os
import subprocess
import sys
from contextlib import nullcontext

import numpy as np
import pytest
from laws.test_plain_mesa import EVENTS
from worlds import differing

from abm import engine
from abm.config import ConfigError, as_changes, as_interventions, changed_design, load_case, treated_units
from abm.engine import run_months, step
from abm.lab.run import simulate
from abm.lab.running import run
from abm.spread import GROUPS, Group, groups_of, parts_of
from abm.stages.observe import observe
from abm.world import new_world, with_interventions

SIZES = (20, 60, 9, 33, 41, 12, 25, 50, 17)
TOWN = load_case("generic").locality["town"]
PLACES = {
    f"town{n}": TOWN.model_copy(
        update={"families": size, "grant_eur": 0.0 if n == 3 else 4000.0 * size, "region": f"region {n % 2}"}
    )
    for n, size in enumerate(SIZES)
}
COUNTRY = load_case("generic").model_copy(update={"locality": PLACES, "families": sum(SIZES)})
RULES = (
    ("social_impact_bond", {}),
    ("new_public_governance", {}),
    ("all_finance", {}),
    ("blended_fund", {}),
    ("social_prime", {}),
    ("requisite_contract", {}),
    ("capped_card", {"payment.attribution": "comparison"}),
    ("social_impact_bond", {"payment.attribution": "difference"}),
)


@pytest.fixture
def small_parts(monkeypatch):
    """Parts of about 30 families, so that a small country has several."""
    monkeypatch.setattr("abm.spread.FAMILIES", 30)


def stage_by_stage(world):
    """The whole world through one stage after another."""
    observe(world)
    for _ in range(COUNTRY.calendar.months):
        step(world)


@pytest.fixture(params=RULES, ids=lambda rule: f"{rule[0]} {' '.join(rule[1].values())}".strip())
def rules(request, designs):
    name, settings = request.param
    return changed_design(designs[name], settings)


def test_parts_and_any_number_of_threads_make_the_same_world(rules, small_parts):
    events = as_interventions(EVENTS)
    worlds = []
    for threads in (0, 1, 2, 3, 7):
        world = new_world(COUNTRY, rules, 5, threads=max(1, threads))
        world = with_interventions(world, events, treated_units(COUNTRY, events, 5))
        if threads:
            run_months(world, COUNTRY.calendar.months, threads)
        else:
            stage_by_stage(world)
        worlds.append(world)
    assert worlds[0].families["was_served"].any()
    assert worlds[0].flows.sum() > 0
    assert [differing(worlds[0], world) for world in worlds[1:]] == [[]] * 4


def group_of(world, first, end):
    return Group([world._replace(part=np.array([first, end]))], alone=False)


class Backwards:
    """A pool that does the parts one after another, the last first."""

    def map(self, work, parts, *others):
        return [work(*given) for given in reversed(list(zip(parts, *others, strict=False)))]


@pytest.fixture
def backwards(monkeypatch):
    """Each place a part of its own, and the last done first: who needs what another place does would come too early."""
    monkeypatch.setattr(engine, "ThreadPoolExecutor", lambda threads: nullcontext(Backwards()))
    monkeypatch.setattr(
        engine, "groups_of", lambda world, threads: [group_of(world, n, n + 1) for n in range(len(SIZES))]
    )


def test_the_order_of_places_is_nowhere_to_be_seen(rules, backwards):
    forward, back = new_world(COUNTRY, rules, 3), new_world(COUNTRY, rules, 3)
    stage_by_stage(forward)
    run_months(back, COUNTRY.calendar.months, 2)
    assert differing(forward, back) == []


def test_a_place_done_twice_would_be_seen(designs, backwards, monkeypatch):
    monkeypatch.setattr(engine, "groups_of", lambda world, threads: [group_of(world, n, 9) for n in (0, 8)])
    forward, back = new_world(COUNTRY, designs["block_grant"], 3), new_world(COUNTRY, designs["block_grant"], 3)
    stage_by_stage(forward)
    run_months(back, COUNTRY.calendar.months, 2)
    assert {"edges.trust", "balances.", "flows."} <= set(differing(forward, back))


def test_families_are_matched_with_those_of_other_places_and_intake_is_then_alone(designs, small_parts):
    rules = changed_design(designs["capped_card"], {"payment.attribution": "comparison"})
    world = new_world(COUNTRY, rules, 3, threads=2)
    run_months(world, 14, 2)
    found = world.families.comparison[(world.families.enrolled == 1) & (world.families.comparison >= 0)]
    assert (world.families.locality[found] == 3).any(), "the place without a contract"
    assert not engine._is_apart(world)
    assert not engine._is_apart(new_world(COUNTRY, designs["all_finance"], 3))
    assert engine._is_apart(new_world(COUNTRY, designs["social_impact_bond"], 3))


def test_changes_on_the_way(designs, small_parts):
    case = load_case("lombardy", {"case.families": 120})
    changes = as_changes([{"month": 14, "who": "half", "set": {"control.audit": 0.5}}])
    one, three = (
        simulate(case, designs["requisite_contract"], 2, None, changes, threads=threads) for threads in (1, 3)
    )
    assert differing(one, three) == []


def test_a_start_drawn_by_threads_is_the_same(designs, small_parts):
    one, seven = (new_world(COUNTRY, designs["social_impact_bond"], 9, threads=threads) for threads in (1, 7))
    assert differing(one, seven) == []
    assert one.balances.sum() == 0


@pytest.mark.parametrize("families", [1, 30, 60, 100, 1000])
def test_parts_hold_every_place_once(designs, families, monkeypatch):
    monkeypatch.setattr("abm.spread.FAMILIES", families)
    world = new_world(COUNTRY, designs["block_grant"], 1)
    bounds = [part.part.tolist() for part in parts_of(world)]
    assert [row for first, end in bounds for row in range(first, end)] == list(range(len(SIZES)))
    assert all(first < end for first, end in bounds)
    assert all(sum(SIZES[first:end]) < families + max(SIZES) for first, end in bounds)
    assert len(bounds) == (len(SIZES) if families == 1 else len(bounds))
    assert (len(bounds) == 1) == (families >= sum(SIZES))
    for threads in (1, 2, 3, 50):
        groups = groups_of(world, threads)
        assert len(groups) == (1 if threads == 1 else min(len(bounds), GROUPS * threads))
        assert [part.part.tolist() for group in groups for part in group.parts] == bounds
        assert all(part.families is world.families for group in groups for part in group.parts)
        assert all((part.balances is world.balances) == (len(groups) == 1) for group in groups for part in group.parts)


@pytest.mark.parametrize("threads", [0, -1, 1.5, True])
def test_threads_that_cannot_be(threads):
    with pytest.raises(ConfigError, match="threads: expected a whole number from 1 to 1,024"):
        run("generic", "block_grant", threads=threads)


INTERPRETED = """
from laws.test_threads import *
from abm.config import load_design
from worlds import differing
from abm import spread
one = new_world(COUNTRY, load_design("social_impact_bond"), 1, 12); run_months(one, 12)
spread.FAMILIES = 30
two = new_world(COUNTRY, load_design("social_impact_bond"), 1, 12, 2); run_months(two, 12, 2)
print(differing(one, two))
"""


@pytest.mark.slow
def test_interpreted_it_is_the_same():
    done = subprocess.run(
        [sys.executable, "-c", INTERPRETED], env=os.environ | {"NUMBA_DISABLE_JIT": "1"}, cwd="tests",
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert done.stdout.strip() == "[]"
