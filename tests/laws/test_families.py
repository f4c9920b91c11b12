"""Families: in which rows they stand changes nothing when their luck goes with them.

As for providers (test_providers): luck is keyed by row, so the families of a world at its start change rows together with all
that refers to them, and their draws follow them; this needs an interpreter of its own with the compiler off. Sums are taken in
another order, so metrics agree to 1e-9 and not to the last bit.
"""

from __future__ import annotations

import importlib
import os
import pkgutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from abm.config import load_case, load_design
from abm.engine import run_months
from abm.metrics import METRICS
from abm.streams import (
    APPLY,
    ATTEND,
    CLAIM,
    CRISIS,
    EXPERIENCE,
    FILED,
    LEAVE,
    MATCH,
    MEASURE,
    MEETING,
    OUTCOME,
    SWITCH,
    normal,
    uniform,
)  # fmt: skip
from abm.tables import FAMILY_COMMISSIONER, FAMILY_PROVIDER
from abm.world import new_world

ROOT = Path(__file__).parents[2]
SEED, MONTHS = 3, 16
TOWN = {
    "families": 16, "territories": 2, "public": 2, "third_sector": 3, "associations": 1, "for_profit": 2, "joiners": 2,
    "grant_eur": 90_000.0,
}  # fmt: skip
NO_HEARSAY = {"mechanisms.reputation": False}
DESIGNS = {
    "new_public_management": NO_HEARSAY,
    "new_public_governance": NO_HEARSAY,
    "social_impact_bond": NO_HEARSAY,
    "relational_obc": {},
}
OF_A_FAMILY = (
    ATTEND,
    MEETING,
    CRISIS,
    APPLY,
    LEAVE,
    SWITCH,
    OUTCOME,
    FILED,
    MATCH,
    CLAIM,
)  # streams whose agent is a family
OF_A_PLACE = 1000  # items of MEASURE from here on are a place's
MONEY = 1.0  # €, by which sums of money may differ for odd cents


def is_of_a_family(stream: int, item: int) -> bool:
    """Whether the agent of a draw is a family."""
    if stream == EXPERIENCE:
        return item in (0, 3)
    return stream in OF_A_FAMILY or (stream == MEASURE and item < OF_A_PLACE)


def moved_rows(world, row_of: np.ndarray) -> None:
    """Put the families of a world of one place at its start into the given rows, with all that refers to them."""
    count = world.families.size
    for table in (world.families, world.claims, world.packages, world.peers):
        rows = table.reshape(count, -1)
        rows[row_of] = rows.copy()
    world.peers["peer"] = row_of[world.peers["peer"]]
    for relation in (FAMILY_COMMISSIONER, FAMILY_PROVIDER):
        ties = world.relations[relation]
        edges = world.edges[ties.first : ties.end]
        rows = edges.reshape(count, -1)
        rows[row_of] = rows.copy()
        edges["source"] = row_of[edges["source"]]


def let_draws_follow(row_of: np.ndarray) -> None:
    """Interpreted only: each family keeps the draws of the row that it had before."""
    before = np.argsort(row_of).tolist()

    def following(draw):
        def drawn(seed, stream, month, agent, item=0):
            return draw(seed, stream, month, before[agent] if is_of_a_family(stream, item) else agent, item)

        return drawn

    def following_at_once(seed, stream, month, first, item, found):
        for k in range(len(found)):
            found[k] = following(normal)(seed, stream, month, first + k, item)

    stages = importlib.import_module("abm.stages")
    for name in (module.name for module in pkgutil.iter_modules(stages.__path__, "abm.stages.")):
        stage = importlib.import_module(name)
        for draw in (uniform, normal):
            if hasattr(stage, draw.__name__):
                setattr(stage, draw.__name__, following(draw))
        if hasattr(stage, "normals"):
            stage.normals = following_at_once


def in_other_rows(target: Path) -> None:
    """Run every design with families as they come and in other rows; store the metrics of both."""
    case = load_case("generic", {f"case.locality.town.{key}": value for key, value in TOWN.items()})
    row_of, found = np.random.default_rng(1).permutation(TOWN["families"]), {}
    started = {
        when: {name: new_world(case, load_design(name, changed), SEED, MONTHS) for name, changed in DESIGNS.items()}
        for when in "ab"
    }
    for name in DESIGNS:
        run_months(started["a"][name], MONTHS)
        found[f"{name} before"] = np.array(started["a"][name].series)
    let_draws_follow(row_of)
    for name in DESIGNS:
        moved_rows(started["b"][name], row_of)
        run_months(started["b"][name], MONTHS)
        found[f"{name} after"] = np.array(started["b"][name].series)
    np.savez(target, **found)


@pytest.fixture(scope="module")
def runs(tmp_path_factory):
    """The metrics of both orders, from an interpreter without the compiler."""
    target = tmp_path_factory.mktemp("rows") / "series.npz"
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "NUMBA_DISABLE_JIT": "1"}
    subprocess.run([sys.executable, __file__, str(target)], env=environment, check=True)
    with np.load(target) as stored:
        return dict(stored)


def differing(runs, design: str) -> dict[str, float]:
    """Metrics that are not the same in both orders, and by how much."""
    found = {}
    for metric in METRICS:
        before, after = runs[f"{design} before"][metric.name], runs[f"{design} after"][metric.name]
        odd = MONEY if metric.group == "money" else 1e-9
        if not np.allclose(after, before, rtol=1e-9, atol=odd, equal_nan=True):
            found[metric.name] = float(np.nanmax(np.abs(after - before)))
    return found


@pytest.mark.parametrize("design", [name for name, changed in DESIGNS.items() if changed])
def test_the_order_of_families_changes_nothing(runs, design):
    assert differing(runs, design) == {}


@pytest.mark.parametrize("design", [name for name, changed in DESIGNS.items() if not changed])
def test_it_changes_nothing_where_peers_talk(runs, design):
    assert differing(runs, design) == {}


if __name__ == "__main__":
    in_other_rows(Path(sys.argv[1]))
