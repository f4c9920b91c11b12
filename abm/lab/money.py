"""Money: who paid whom, to the cent, and what outcome payments paid for.

The flows are the ledger's own (table `money` of the runs), so they add up: what reaches an account and is not paid on is
kept. What was paid for comes from the metrics of attribution: true effect, deadweight, selection, gaming, noise.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, NamedTuple

from abm.config import ConfigError
from abm.lab.compare import half_width
from abm.lab.precision import values_of

if TYPE_CHECKING:
    import pandas as pd

    from abm.lab.results import Results

TABLE = "money"
PARTS = {  # metric → how it is called
    "payment_true_effect": "true effect",
    "payment_deadweight": "deadweight",
    "payment_selection": "selection",
    "payment_gaming": "gaming",
    "payment_noise": "noise",
}
# From left to right in a picture of flows. Money comes from outside accounts (first) and ends in outside accounts (last),
# through those between; a class that both gives and receives from outside stands on both sides.
OUTSIDE = ("treasury", "fund", "guarantor", "investor", "bank", "household", "staff", "evaluator")
BETWEEN = ("region", "authority", "intermediary", "provider")
KEPT, DRAWN = "kept", "drawn from cash"


class Flow(NamedTuple):
    """Money from one place of the picture to another: layers count from 0, amounts are whole cents."""

    source: tuple[int, str]
    target: tuple[int, str]
    cents: int


def flows(results: Results, case: str | None = None, factors: Mapping[str, object] | None = None) -> pd.DataFrame:
    """Who paid whom for what over the whole run: `design, run, payer, payee, purpose, amount`, in whole cents.

    A run is one seed under one setting of the factors. Raises ConfigError where the runs did not keep the table of money.
    """
    table = results.agents(TABLE)
    case = case or results.cases[0]
    table = table[table["case"] == case]
    for name, value in (factors or {}).items():
        table = table[table[name] == value]
    if table.empty:
        raise ConfigError(f"money: nothing moved in case '{case}'")
    table = table.assign(run=table.groupby([*results.factors, "seed"], sort=True).ngroup())
    keys = ["design", "run", "payer", "payee", "purpose"]
    summed = table.groupby(keys, observed=True, sort=True)["amount"].sum().reset_index()
    return summed.astype({"payer": str, "payee": str, "purpose": str})


USUAL, RESERVES = "usual_service", "reserves"


def contract_flows(table: pd.DataFrame) -> pd.DataFrame:
    """The flows of the contract alone: without the reserves that providers came with, and without usual services, which go
    on beside it (what is paid for them, and the wages paid with that)."""
    keys = ["design", "run", "payer", "payee", "purpose"]
    table = table.groupby(keys, observed=True, sort=True)["amount"].sum().reset_index()
    own = table[~table["purpose"].isin([USUAL, RESERVES])].copy()
    usual = table[table["purpose"] == USUAL].groupby(["design", "run"])["amount"].sum()
    wages = (own["payer"] == "provider") & (own["payee"] == "staff") & (own["purpose"] == "wage")
    spent = [int(usual.get(key, 0)) for key in zip(own.loc[wages, "design"], own.loc[wages, "run"], strict=True)]
    own.loc[wages, "amount"] -= spent
    return own[own["amount"] != 0]


def layered(table: pd.DataFrame) -> list[Flow]:
    """The flows of one run as a picture from left to right, which adds up to the cent at every place.

    `table` has `payer, payee, amount`. What two classes between paid each other is set off. A class between that received
    more than it paid on keeps the rest; one that paid more drew it from cash.
    """
    pairs = {
        (str(a), str(b)): int(cents) for (a, b), cents in table.groupby(["payer", "payee"])["amount"].sum().items()
    }
    last = len(BETWEEN) + 1
    found: list[Flow] = []
    balance = dict.fromkeys(BETWEEN, 0)
    for (payer, payee), cents in pairs.items():
        if payer in BETWEEN and payee in BETWEEN:
            back = pairs.get((payee, payer), 0)
            if payer == payee or cents < back or (cents == back and payer > payee):
                continue
            cents -= back
        source = (BETWEEN.index(payer) + 1, payer) if payer in BETWEEN else (0, payer)
        target = (BETWEEN.index(payee) + 1, payee) if payee in BETWEEN else (last, payee)
        if cents:
            found.append(Flow(source, target, cents))
            if payer in BETWEEN:
                balance[payer] -= cents
            if payee in BETWEEN:
                balance[payee] += cents
    for name, rest in balance.items():
        here = (BETWEEN.index(name) + 1, name)
        if rest > 0:
            found.append(Flow(here, (last, KEPT), rest))
        elif rest < 0:
            found.append(Flow((0, DRAWN), here, -rest))
    return found


def paid_for(results: Results) -> pd.DataFrame:
    """What outcome payments paid for, design by design.

    Columns `case, factors, design, part, n, mean, low, high, share`: euros at the end, mean over seeds with the 95 % interval,
    and the part's share of all that was claimed (the five parts are all of it). Designs that claimed nothing have no rows.
    """
    import pandas as pd

    rows = []
    tables = {metric: list(values_of(results, metric)) for metric in PARTS if metric in results.units}
    for place, (case, label, first) in enumerate(next(iter(tables.values()), [])):
        for design in first.columns:
            parts = {metric: found[place][2][design].dropna().to_numpy(float) for metric, found in tables.items()}
            whole = sum(float(values.mean()) for values in parts.values() if len(values))
            if whole <= 0:
                continue
            for metric, values in parts.items():
                mean, half = float(values.mean()), half_width(values)
                rows.append(
                    (case, label, design, PARTS[metric], len(values), mean, mean - half, mean + half, mean / whole)
                )
    return pd.DataFrame(rows, columns=["case", "factors", "design", "part", "n", "mean", "low", "high", "share"])
