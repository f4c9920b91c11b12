"""Tables of agents, recorded on request while a run goes on: single providers, families and ties, plans of payment, money.

Only places with a grant are in them, but of money all that moves, as the ledger has it by class of account. They are
read from the world and move nothing in it: with tables or without, a run is the same to the last bit. Their columns are
declared in `abm/lab/agent_columns.py`.

Size: on `lombardy` (175 families with a grant, 78 months) a run has about 3,100 rows of providers, 175 of families and
170,000 of ties, which take 0.16, 0.06 and 0.75 MB as files and 0.8, 0.1 and 5 MB in memory; rows of providers and ties
grow with months times people.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

import numpy as np

from abm.case import Case
from abm.lab.agent_columns import COLUMNS, MAIN, NAMES_OF, OF_FAMILIES, OF_PROVIDERS, schema
from abm.ledger import provider_account
from abm.network import TABLE_OF, certainty_of, first_ids, peer_ties
from abm.tables import (
    COMMISSIONER_PROVIDER,
    FAMILY_FAMILY,
    FAMILY_PROVIDER,
    PROVIDER_COMMISSIONER,
    RELATION_NAMES,
)

if TYPE_CHECKING:
    import pyarrow as pa

    from abm.world import World


class Recorder:
    """Watches a run, from before its first month, and gives the tables that were asked for at its end."""

    def __init__(self, tables: Sequence[str], case: Case) -> None:
        self._tables, self._case = tables, case
        self._months: dict[str, list[dict[str, np.ndarray]]] = {table: [] for table in tables}
        self._hours: np.ndarray | None = None  # that a family has had from each provider of its place
        self._results: list[np.ndarray] = []  # of each place, by month

    def __call__(self, world: World) -> None:
        """Take note of the start, or of the month that is just over."""
        if "providers" in self._tables:
            self._count_hours(world)
            self._months["providers"].append(self._providers(world))
        if "trust_edges" in self._tables:
            self._months["trust_edges"].append(self._trust_edges(world))
        if "plans" in self._tables:
            places = world.localities.view(np.ndarray)
            self._results.append(np.where(places["serving"] > 0, places["result"], np.nan))
            self._months["plans"].append(self._plans(world))

    def tables(self, world: World) -> dict[str, pa.Table]:
        """The tables of the whole run, by name; `world` is at its end."""
        if "families" in self._tables:
            self._months["families"] = [self._families(world)]
        if "money" in self._tables:
            self._months["money"] = [_money(world)]
        found = {}
        for table, months in self._months.items():
            if table == "plans":
                self._add_actuals(world)
            values = {name: np.concatenate([month[name] for month in months]) for name in months[0]}
            found[table] = self._as_table(table, values)
        return found

    def _as_table(self, table: str, values: dict[str, np.ndarray]) -> pa.Table:
        import pyarrow as pa

        codes: dict[str, Sequence[str]] = {
            **NAMES_OF,
            "domain": self._case.domains,
            "locality": list(self._case.locality),
        }
        arrays = []
        wanted = schema(table, self._case.domains)
        for field in wanted:
            if field.name in codes:
                indices = pa.array(values[field.name].astype(np.int16), mask=values[field.name] == MISSING)
                arrays.append(pa.DictionaryArray.from_arrays(indices, pa.array(codes[field.name], pa.string())))
            else:
                gaps = values[field.name] == MISSING if field.name == MAIN.name else None
                arrays.append(pa.array(values[field.name], mask=gaps).cast(field.type))
        return pa.table(arrays, schema=wanted)

    def _copied(self, table: str, names: Iterable[str], rows: np.ndarray, picked: np.ndarray) -> dict[str, np.ndarray]:
        """Columns of some rows as they are, but for a column a domain, and euros for cents."""
        found: dict[str, np.ndarray] = {}
        for column in (one for one in COLUMNS[table] if one.name in set(names)):
            values = rows[column.name][picked]
            if column.per:
                found |= {f"{column.name}_{domain}": values[:, d] for d, domain in enumerate(self._case.domains)}
            else:
                found[column.name] = values / 100.0 if column.unit == "cents" else values
        return found

    def _providers(self, world: World) -> dict[str, np.ndarray]:
        rows, clock = world.providers.view(np.ndarray), world.clock[0]
        picked = np.flatnonzero(_is_funded(world)[rows["locality"]] & ((rows["active"] | rows["exited"]) > 0))
        there = np.ones(len(picked), np.int32)
        accounts = provider_account(0, len(world.localities)) + picked
        change = np.abs(rows["attention"][picked] - rows["mission_attention"][picked])
        return {
            "month": there * int(clock.month),
            "service_month": there * int(clock.service_month),
            "provider": first_ids(world)["providers"] + picked,
            "locality": rows["locality"][picked],
            **self._copied("providers", OF_PROVIDERS, rows, picked),
            "balance": world.balances[accounts] / 100.0,
            "attributable_gain": self._gain_of_providers(world)[picked],
            "attention_drift": 0.5 * change.sum(axis=1),
            "trust_of_families": _mean_trust(world, FAMILY_PROVIDER, "target")[picked],
            "trust_of_commissioner": _mean_trust(world, COMMISSIONER_PROVIDER, "target")[picked],
            "trust_in_commissioner": _mean_trust(world, PROVIDER_COMMISSIONER, "source")[picked],
        }

    def _count_hours(self, world: World) -> None:
        families, places = world.families.view(np.ndarray), world.localities.view(np.ndarray)
        if self._hours is None:
            self._hours = np.zeros((len(families), int((places["provider_end"] - places["provider_first"]).max())))
        packages = world.packages.view(np.ndarray)
        owner = np.repeat(np.arange(len(families)), len(packages) // len(families))
        served = (packages["enrolled"] & families["enrolled"][owner] & int(world.clock[0].serving)) > 0
        owner = owner[served]
        column = packages["provider"][served] - places["provider_first"][families["locality"][owner]]
        np.add.at(self._hours, (owner, column), packages["hours"][served])

    def _gain_of_providers(self, world: World) -> np.ndarray:
        assert self._hours is not None
        _, gain = _weighted(world)
        found = np.full(len(world.providers), np.nan)
        for place in world.localities.view(np.ndarray)[_is_funded(world)]:
            hours = self._hours[place["family_first"] : place["family_end"]]
            hours = hours[:, : place["provider_end"] - place["provider_first"]]
            total = hours.sum(axis=0)
            sums = (hours * gain[place["family_first"] : place["family_end"], None]).sum(axis=0)
            found[place["provider_first"] : place["provider_end"]] = _ratio(sums, total)
        return found

    def _families(self, world: World) -> dict[str, np.ndarray]:
        rows, first = world.families.view(np.ndarray), first_ids(world)
        picked = np.flatnonzero(_is_funded(world)[rows["locality"]])
        level, gain = _weighted(world)
        return {
            "family": first["families"] + picked,
            "locality": rows["locality"][picked],
            **self._copied("families", OF_FAMILIES, rows, picked),
            "main_provider": np.where(rows["enrolled"] > 0, first["providers"] + rows["main_provider"], MISSING)[
                picked
            ],
            "served_by": np.where(
                (rows["was_served"] | rows["enrolled"]) > 0,
                world.providers.view(np.ndarray)["kind"][rows["main_provider"]],
                MISSING,
            )[picked],
            "weighted_wellbeing": level[picked],
            "attributable_gain": gain[picked],
        }

    def _plans(self, world: World) -> dict[str, np.ndarray]:
        """The rows of the plans that were made this month."""
        clock, places, plans = world.clock[0], world.localities.view(np.ndarray), world.plans.view(np.ndarray)
        new = np.flatnonzero(_is_funded(world) & (places["plan_month"] == clock.month) & (clock.month > 0))
        ahead = np.arange(int(clock.month), int(clock.months) + 1)
        lag = world.settings.view(np.ndarray)["payment_lag_months"][new].astype(int)[:, None]
        due = np.where(ahead == clock.months, ahead, np.maximum(0, ahead - lag))
        return {
            "contract": np.full(due.size, int(clock.contract) + 1, np.int32),
            "locality": np.repeat(new, len(ahead)),
            "revision_month": np.full(due.size, int(clock.month), np.int32),
            "month": np.tile(ahead, len(new)).astype(np.int32),
            "planned_result": plans["result"][new][:, ahead].ravel(),
            "planned_payments": plans["payment"][new[:, None], due].ravel(),
        }

    def _add_actuals(self, world: World) -> None:
        """Put what came beside what was planned, now that it is known."""
        due = np.zeros((len(world.localities), int(world.clock[0].months) + 1))
        for row, place in enumerate(world.localities.view(np.ndarray)):
            if world.settings.view(np.ndarray)["payment_outcome_share"][row] > 0.0:
                own = world.dues[: due.shape[1], place["provider_first"] : place["provider_end"]]
                due[row] = own.sum(axis=1).cumsum() / 100.0
        results = np.array(self._results)
        for rows in self._months["plans"]:
            rows["actual_result"] = results[rows["month"], rows["locality"]]
            rows["actual_payments"] = due[rows["locality"], rows["month"]]

    def _trust_edges(self, world: World) -> dict[str, np.ndarray]:
        edges, first, funded = world.edges.view(np.ndarray), first_ids(world), _is_funded(world)
        regions = len(world.commissioners) - len(funded)  # the last of them
        of_place = {
            table: funded[getattr(world, table).view(np.ndarray)["locality"]]
            for table in ("investors", "providers", "families", "volunteers")
        } | {"commissioners": np.append(funded, [True] * regions)}
        parts = []
        for relation, name in enumerate(RELATION_NAMES):
            if relation == FAMILY_FAMILY:
                parts.append(self._peers(world, of_place["families"], first["families"]))
                continue
            source, target = (TABLE_OF[end] for end in name.split("_"))
            ties = edges[world.relations[relation].first : world.relations[relation].end]
            ties = ties[ties["active"] > 0]
            ties = ties[of_place[source][ties["source"]] & of_place[target][ties["target"]]]
            sure = certainty_of(ties, world.settings[0])
            parts.append(
                (first[source] + ties["source"], first[target] + ties["target"], np.full(len(ties), relation),
                 ties["trust"], sure)
            )  # fmt: skip
        values = dict(
            zip(
                ("source", "target", "relation", "trust", "certainty"),
                map(np.concatenate, zip(*parts, strict=True)),
                strict=True,
            )
        )
        return {"month": np.full(len(values["source"]), int(world.clock[0].month), np.int32)} | values

    def _peers(self, world: World, of_place: np.ndarray, first: int) -> tuple[np.ndarray, ...]:
        """Source, target, relation, trust and certainty of the ties between families."""
        rows, sources = peer_ties(world)
        ties = world.peers.view(np.ndarray)[rows]
        here = of_place[sources] & of_place[ties["peer"]]
        count = np.count_nonzero(here)
        return (
            first + sources[here],
            first + ties["peer"][here],
            np.full(count, FAMILY_FAMILY),
            ties["trust"][here],
            np.zeros(count),
        )


MISSING = -1  # where a row has no provider


def _money(world: World) -> dict[str, np.ndarray]:
    """The ledger's flows, those that there were."""
    places = np.nonzero(world.flows)
    names = ("month", "purpose", "payer", "payee")
    return dict(zip(names, map(np.asarray, places), strict=True)) | {"amount": world.flows[places]}


def _is_funded(world: World) -> np.ndarray:
    """Which places have a grant."""
    return world.localities.view(np.ndarray)["funded"] > 0


def _weighted(world: World) -> tuple[np.ndarray, np.ndarray]:
    """Families' wellbeing, weighted by what matters to each, and its difference to the same world without service."""
    rows = world.families.view(np.ndarray)
    level, unserved = ((rows["importance"] * rows[name]).sum(axis=1) for name in ("wellbeing", "unserved_wellbeing"))
    return level, level - unserved


def _mean_trust(world: World, relation: int, end: str) -> np.ndarray:
    """Mean trust of the ties of a relation that exist, for each provider at their `end`."""
    ties = world.edges.view(np.ndarray)[world.relations[relation].first : world.relations[relation].end]
    ties = ties[ties["active"] > 0]
    count = len(world.providers)
    return _ratio(np.bincount(ties[end], ties["trust"], count), np.bincount(ties[end], None, count))


def _ratio(part: np.ndarray, whole: np.ndarray) -> np.ndarray:
    """part ÷ whole, missing where there is no whole."""
    found = np.full(len(whole), np.nan)
    found[whole > 0] = part[whole > 0] / whole[whole > 0]
    return found
