"""Providers: in which rows they stand changes nothing, and who takes part in nothing changes nothing for the others.

Luck is keyed by row, so other rows alone would mean other luck. To ask for what the order itself does, the providers of a world
at its start change rows together with all that refers to them, and their draws follow them. The draws can be made to follow
only where the model is interpreted, so this law runs in an interpreter of its own with the compiler off (that the compiler
changes nothing is a law of its own). Sums are then taken in another order, and the odd cents of a division go to another
provider, so metrics agree to 1e-6 and not to the last bit.
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
from abm.ledger import investor_account, provider_account
from abm.metrics import METRICS
from abm.streams import (
    AUDIT,
    BID,
    BROKER,
    CONFLICT,
    EXPERIENCE,
    GATEWAY,
    JOIN,
    PARTING,
    RIVALRY,
    SHORTFALL,
    SWITCH,
    normal,
    uniform,
)  # fmt: skip
from abm.tables import (
    COMMISSIONER_PROVIDER,
    FAMILY_PROVIDER,
    FOR_PROFIT,
    INVESTOR_PROVIDER,
    PROVIDER_COMMISSIONER,
    PROVIDER_PROVIDER,
    VOLUNTEER_PROVIDER,
)  # fmt: skip
from abm.world import new_world

ROOT = Path(__file__).parents[2]
SEED, MONTHS = 3, 18
TOWN = {
    "families": 16, "territories": 2, "public": 2, "third_sector": 3, "associations": 1, "for_profit": 2, "joiners": 2,
    "grant_eur": 90_000.0,
}  # fmt: skip
DESIGNS = ("new_public_management", "new_public_governance", "social_impact_bond")
OF_A_PROVIDER = (JOIN, BID, GATEWAY, AUDIT, SHORTFALL, PARTING)  # streams whose agent is a provider
OF_A_PAIR = (RIVALRY, CONFLICT, BROKER)  # … whose agent and item are two of them
MONEY = 1.0  # €, by which sums of money may differ for odd cents


def town(**changed):
    """A case of one small place."""
    return load_case("generic", {f"case.locality.town.{key}": value for key, value in (TOWN | changed).items()})


def moved_rows(old, new, row_of: np.ndarray) -> None:
    """Put the providers of a world of one place at its start into the given rows of another, with all that refers to them."""
    count, room, investors = old.providers.size, new.providers.size, old.investors.size
    for table in ("families", "packages", "volunteers", "investors", "flows"):
        getattr(new, table)[...] = getattr(old, table)
    new.providers[row_of] = old.providers
    new.packages.provider = row_of[old.packages.provider]
    new.volunteers.provider = row_of[old.volunteers.provider]
    new.pairs.reshape(room, room)[np.ix_(row_of, row_of)] = old.pairs.reshape(count, count)
    for relation, (ties, others) in enumerate(zip(old.relations, new.relations, strict=True)):
        source, target = old.edges[ties.first : ties.end].copy(), new.edges[others.first : others.end]
        if relation in (
            FAMILY_PROVIDER,
            VOLUNTEER_PROVIDER,
            COMMISSIONER_PROVIDER,
            INVESTOR_PROVIDER,
            PROVIDER_PROVIDER,
        ):
            source["target"] = row_of[source["target"]]
        if relation in (PROVIDER_COMMISSIONER, PROVIDER_PROVIDER):
            source["source"] = row_of[source["source"]]
        if relation in (PROVIDER_COMMISSIONER, COMMISSIONER_PROVIDER):
            target[row_of] = source
        elif relation == PROVIDER_PROVIDER:
            target.reshape(room, room)[np.ix_(row_of, row_of)] = source.reshape(count, count)
        elif relation == INVESTOR_PROVIDER:
            target.reshape(investors, room)[:, row_of] = source.reshape(investors, count)
        else:
            target[...] = source
    new.balances[:] = 0
    new.balances[: provider_account(0, 1)] = old.balances[: provider_account(0, 1)]
    for row in range(count):
        new.balances[provider_account(row_of[row], 1)] = old.balances[provider_account(row, 1)]
    ours, theirs = investor_account(0, 1, count), investor_account(0, 1, room)
    new.balances[theirs:] = old.balances[ours:]


def let_draws_follow(row_of: np.ndarray) -> None:
    """Interpreted only: each provider keeps the draws of the row that it had before."""
    before, count = np.argsort(row_of).tolist(), len(row_of)

    def following(draw):
        def drawn(seed, stream, month, agent, item=0):
            if stream in OF_A_PROVIDER or (stream == EXPERIENCE and item == 1):
                return draw(seed, stream, month, before[agent], item)
            if stream in OF_A_PAIR:
                one, other = sorted((before[agent], before[item]))
                return draw(seed, stream, month, one, other)
            u = draw(seed, stream, month, agent, item)
            if stream == SWITCH and item == 1:  # a draw whose result is a row
                return (row_of[int(u * count)] + 0.5) / count
            return u

        return drawn

    stages = importlib.import_module("abm.stages")
    for name in (module.name for module in pkgutil.iter_modules(stages.__path__, "abm.stages.")):
        stage = importlib.import_module(name)
        for draw in (uniform, normal):
            if hasattr(stage, draw.__name__):
                setattr(stage, draw.__name__, following(draw))


def in_other_rows(target: Path) -> None:
    """Run every design with providers as they come and in other rows; store the metrics of both."""
    case, found = town(), {}
    count = case.locality["town"].providers
    row_of = np.random.default_rng(1).permutation(count)
    started = {name: new_world(case, load_design(name), SEED, MONTHS) for name in DESIGNS}
    for name, world in started.items():
        world = new_world(case, load_design(name), SEED, MONTHS)
        run_months(world, MONTHS)
        found[f"{name} before"] = np.array(world.series)
    let_draws_follow(row_of)
    for name, old in started.items():
        world = new_world(case, load_design(name), SEED, MONTHS)
        moved_rows(old, world, row_of)
        run_months(world, MONTHS)
        found[f"{name} after"] = np.array(world.series)
    np.savez(target, **found)


@pytest.fixture(scope="module")
def runs(tmp_path_factory):
    """The metrics of both orders, from an interpreter without the compiler."""
    target = tmp_path_factory.mktemp("rows") / "series.npz"
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "NUMBA_DISABLE_JIT": "1"}
    subprocess.run([sys.executable, __file__, str(target)], env=environment, check=True)
    with np.load(target) as stored:
        return dict(stored)


@pytest.mark.parametrize("design", DESIGNS)
def test_the_order_of_providers_changes_nothing(runs, design):
    before, after = runs[f"{design} before"], runs[f"{design} after"]
    for metric in METRICS:
        odd = MONEY if metric.group == "money" else 1e-6
        np.testing.assert_allclose(after[metric.name], before[metric.name], rtol=1e-6, atol=odd, err_msg=metric.name)


@pytest.mark.parametrize("design", DESIGNS)
def test_a_provider_that_takes_part_in_nothing_changes_nothing(design):
    """One that closed before the start: no families, volunteers, ties or award; to the last bit.

    Without families that look for another provider at random: with one name more on the list they draw other names.
    """
    rules = load_design(design)
    small, large = (town(for_profit=n) for n in (2, 3))
    small, large = (
        case.model_copy(update={"family": case.family.model_copy(update={"switching": 0.0})}) for case in (small, large)
    )
    alone, beside = new_world(small, rules, SEED), new_world(large, rules, SEED)
    extra = beside.providers.size - 1
    moved_rows(alone, beside, np.arange(alone.providers.size))
    closed = beside.providers[extra]
    assert closed.kind == FOR_PROFIT
    closed.exited = 1
    closed.staff_hours, closed.known_need[:], closed.fit[:] = 1e6, 1.0, 1.0
    for world in (alone, beside):
        run_months(world, small.calendar.months)
    for metric in METRICS:
        assert alone.series[metric.name].tobytes() == beside.series[metric.name].tobytes(), metric.name


if __name__ == "__main__":
    in_other_rows(Path(sys.argv[1]))
