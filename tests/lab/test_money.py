"""Money: flows that add up to the cent, and what was paid for."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from synthetic import results_of

from abm.config import ConfigError
from abm.lab.agent_columns import COLUMNS
from abm.lab.money import BETWEEN, KEPT, PARTS, Flow, contract_flows, flows, layered, paid_for
from abm.lab.running import run
from abm.ledger import ACCOUNT_CLASSES, PURPOSES
from abm.show.money import summed


@pytest.fixture(scope="module", params=["social_impact_bond", "block_grant", "social_prime", "blended_fund"])
def ledger(request):
    """The table of money of a real run, and its world."""
    result = run("generic", request.param, 3, 50, {"case.families": 60}, tables=["money"])
    table = result.tables["money"].assign(case="generic", design=request.param, seed=3)
    return result.world, table


def through(found):
    """What each bar received and paid."""
    ins, outs = {}, {}
    for flow in found:
        assert isinstance(flow.cents, int)
        assert flow.cents > 0
        outs[flow.source] = outs.get(flow.source, 0) + flow.cents
        ins[flow.target] = ins.get(flow.target, 0) + flow.cents
    return ins, outs


def test_the_table_is_the_ledger(ledger):
    world, table = ledger
    assert table["amount"].dtype == np.int64
    again = np.zeros_like(world.flows)
    codes = [
        table["month"],
        *(
            table[name].map({n: k for k, n in enumerate(names)}).astype(int)
            for name, names in (("purpose", PURPOSES), ("payer", ACCOUNT_CLASSES), ("payee", ACCOUNT_CLASSES))
        ),
    ]
    again[tuple(codes)] = table["amount"]
    assert np.array_equal(again, world.flows)
    assert [column.name for column in COLUMNS["money"]] == list(table.columns)[:5]


@pytest.mark.parametrize("everything", [True, False])
def test_the_picture_adds_up_to_the_cent(ledger, everything):
    _, table = ledger
    table = table.rename(columns={"seed": "run"})
    found, by_run = summed(table, table["design"].iloc[0], everything)
    ins, outs = through(found)
    for node in {*ins, *outs}:
        if node[1] in BETWEEN and 0 < node[0] <= len(BETWEEN):
            assert ins[node] == outs[node], node
    assert sum(outs[node] for node in outs if node[0] == 0) == sum(
        ins[node] for node in ins if node[0] == len(BETWEEN) + 1
    )
    assert by_run["cents"].sum() == sum(flow.cents for flow in found)
    if everything:  # outside, gross sums are the ledger's own
        for name in ("treasury", "staff", "evaluator", "investor"):
            paid = table.loc[(table["payer"] == name), "amount"].sum()
            assert outs.get((0, name), 0) == paid
            assert ins.get((len(BETWEEN) + 1, name), 0) == table.loc[table["payee"] == name, "amount"].sum()


def test_what_providers_keep_is_their_balance(ledger):
    """Of all flows, what is kept is what stands on their accounts at the end."""
    world, table = ledger
    table = table.rename(columns={"seed": "run"})
    kept = {flow.source[1]: flow.cents for flow in layered(table) if flow.target[1] == KEPT}
    drawn = {flow.target[1]: -flow.cents for flow in layered(table) if flow.source[1] == "drawn from cash"}
    gained = table.groupby("payee")["amount"].sum().sub(table.groupby("payer")["amount"].sum(), fill_value=0)
    for name, cents in (kept | drawn).items():
        assert cents == gained[name]
    assert world.balances.sum() == 0


def test_usual_services_and_reserves_are_left_out_of_the_contract(ledger):
    _, table = ledger
    own = contract_flows(table.rename(columns={"seed": "run"}))
    assert not set(own["purpose"]) & {"usual_service", "reserves"}
    usual = table.loc[table["purpose"] == "usual_service", "amount"].sum()
    wages = [frame.query("purpose == 'wage' and payer == 'provider'")["amount"].sum() for frame in (table, own)]
    assert wages[0] - wages[1] == usual


def test_payments_back_are_set_off_between():
    table = pd.DataFrame(
        {
            "payer": ["treasury", "authority", "provider"],
            "payee": ["authority", "provider", "authority"],
            "amount": [100, 130, 30],
        }
    )
    assert sorted(layered(table)) == [
        Flow((0, "treasury"), (2, "authority"), 100),
        Flow((2, "authority"), (4, "provider"), 100),
        Flow((4, "provider"), (5, KEPT), 100),
    ]
    drawn = pd.DataFrame({"payer": ["provider"], "payee": ["staff"], "amount": [7]})
    assert layered(drawn) == [Flow((4, "provider"), (5, "staff"), 7), Flow((0, "drawn from cash"), (4, "provider"), 7)]


def test_flows_of_a_batch_are_by_design_and_run(designs_of_demo):
    table = flows(designs_of_demo)
    assert list(table.columns) == ["design", "run", "payer", "payee", "purpose", "amount"]
    assert table.groupby("design")["run"].nunique().eq(6).all()
    with pytest.raises(ConfigError, match="nothing moved in case 'mars'"):
        flows(designs_of_demo, "mars")


def test_what_was_paid_for_is_all_that_was_claimed():
    rng = np.random.default_rng(1)
    values = {metric: np.column_stack([np.zeros(20), rng.uniform(1, 9, 20)]) for metric in PARTS}
    table = paid_for(results_of(values, units=dict.fromkeys(PARTS, "€")))
    assert set(table["design"]) == {"b"}  # a claimed nothing
    assert list(table["part"]) == list(PARTS.values())
    assert table["share"].sum() == pytest.approx(1.0)
    assert table["mean"].sum() == pytest.approx(sum(values[metric][:, 1].mean() for metric in PARTS))
    assert ((table["low"] < table["mean"]) & (table["mean"] < table["high"])).all()
