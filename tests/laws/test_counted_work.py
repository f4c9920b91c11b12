"""Speed is kept, counted and not timed: draws, visits of edges and allocations of a month; no Python object for a family."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from numba.core.runtime import _nrt_python, rtsys

from abm.compiled import JIT
from abm.config import load_case, load_design
from abm.engine import run_months
from abm.world import new_world

ROOT = Path(__file__).parents[2]

# Counted in plain Python, where a function can be asked how often it was called: every draw ends in `to_unit`.
SCRIPT = """
import json, sys
import numpy as np
from abm import streams
from abm.config import load_case, load_design
from abm.engine import observe, step
from abm.world import new_world

counts = dict.fromkeys(("draws", "edges", "arrays"), 0)

def counted(function, what):
    def count(*arguments, **keywords):
        counts[what] += 1
        return function(*arguments, **keywords)
    return count

class Edges(np.recarray):
    def __getitem__(self, key):
        counts["edges"] += isinstance(key, int | np.integer)
        return super().__getitem__(key)

streams.to_unit = counted(streams.to_unit, "draws")
world = new_world(load_case("generic", {"case.families": int(sys.argv[1])}), load_design("social_impact_bond"), 3, 14)
world = world._replace(edges=world.edges.view(Edges))
for month in range(14):
    if month == 10:  # the first two months of service are over, with their intake
        np.zeros, np.empty = counted(np.zeros, "arrays"), counted(np.empty, "arrays")
        counts = dict.fromkeys(counts, 0)
    step(world)
print(json.dumps(counts))
"""
FAMILIES = 30


@pytest.fixture(scope="module")
def counts():
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "NUMBA_DISABLE_JIT": "1"}
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT, str(FAMILIES)], env=environment, capture_output=True, text=True, check=True
    )
    return json.loads(done.stdout)


# Counted when last looked at, in four months of 30 families and 33 providers; a twentieth more is a reason to look. Visits
# are uses of a row: a tie whose source and target are read through the table counts twice.
@pytest.mark.parametrize(("what", "most"), [("draws", 1528), ("edges", 6191), ("arrays", 187)])
def test_a_month_takes_no_more_than_it_did(counts, what, most):
    assert 0.5 * most < counts[what] <= 1.05 * most


@pytest.mark.skipif(not JIT, reason="nothing is compiled")
@pytest.mark.parametrize("design", ["social_impact_bond", "binary_bond", "upfront_outcomes_contract", "blended_fund"])
def test_every_array_that_a_month_makes_is_let_go(design):
    """One that nobody counts, in a function that is compiled as making none, would stay for ever."""
    _nrt_python.memsys_enable_stats()
    try:
        world = new_world(load_case("generic", {"case.families": 40}), load_design(design), 3)
        before = rtsys.get_allocation_stats()
        run_months(world, int(world.clock[0].months))
        after = rtsys.get_allocation_stats()
    finally:
        _nrt_python.memsys_disable_stats()
    assert after.alloc - before.alloc > 1000
    assert after.alloc - before.alloc == after.free - before.free


@pytest.mark.skipif(not JIT, reason="without the compiler a row is looked at through a Python object")
def test_a_batch_makes_no_python_object_for_a_family():
    design, blocks = load_design("social_impact_bond"), []
    for families in (60, 60, 6000):  # the first run makes what is made once
        case = load_case("generic", {"case.families": families})
        before = sys.getallocatedblocks()
        world = new_world(case, design, 3, 12)
        run_months(world, 12)
        blocks.append(sys.getallocatedblocks() - before)
        del world
    assert blocks[2] <= blocks[1] + 200
