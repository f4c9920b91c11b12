"""Tables of agents: their columns, declared here or taken over from `abm/tables.py`, and how much memory they need.

Those with a value for each domain become one column a domain (`wellbeing_health`), and cents become euros, but in the
table of money, where they stay whole cents.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from abm.case import Case
from abm.config import ConfigError
from abm.config.check import physical_memory
from abm.declare import Column
from abm.ledger import ACCOUNT_CLASSES, PURPOSES
from abm.tables import FAMILIES, KINDS, PROVIDERS, RELATION_NAMES

if TYPE_CHECKING:
    import pyarrow as pa

MONTH = Column("month", "months", "months since the start; 0 is the start", kind="i4")
LOCALITY = Column("locality", "name", "its locality", kind="name")
MAIN = Column("main_provider", "id", "provider that took it in; missing while it is not in service", kind="i4")
NAMES_OF = {  # columns of codes, besides domain and locality, the case's own
    "kind": KINDS, "served_by": KINDS, "relation": RELATION_NAMES, "purpose": PURPOSES, "payer": ACCOUNT_CLASSES,
    "payee": ACCOUNT_CLASSES,
}  # fmt: skip

OF_PROVIDERS = (
    "territory", "kind", "domain", "active", "partner", "exited", "award_share", "planned_hours", "contract_hours",
    "service_hours", "reporting_hours", "coordination_hours", "bid_hours", "gaming_hours", "caseload", "main_families",
    "result", "intensity", "mission_intensity", "motivation", "job_satisfaction", "integrity", "misreport", "burden",
    "reporting_share", "liquidity", "months_short", "loan", "income", "outcome_income", "small", "contracts", "estimate",
    "outlook", "price_per_hour", "months_in", "loss", "left", "load",
    "training_hours", "contracting_skill", "clarity", "treated",
)  # fmt: skip
OF_FAMILIES = (
    "territory", "complexity", "resources", "complexity_third", "resources_third", "free_hours", "enrolled", "applied",
    "was_served", "served_months", "waiting_months", "start_wellbeing", "importance", "wellbeing", "unserved_wellbeing",
    "hours_received", "integration", "match", "tailoring", "own_engagement", "engagement", "capability", "fatigue", "work",
    "took_part", "coproduction_hours", "integration_hours", "red_tape_hours", "voice", "satisfaction", "lost_red_tape",
    "lost_waiting", "lost_mismatch", "lost_voice", "reported", "overstated", "earned", "encouraged", "respite_hours", "treated",
)  # fmt: skip


def _taken_over(columns: Sequence[Column], names: Iterable[str]) -> tuple[Column, ...]:
    declared = {column.name: column for column in columns}
    return tuple(declared[name] for name in names)


COLUMNS: dict[str, tuple[Column, ...]] = {
    "providers": (  # a row for each month and provider that works or has left, from the start on
        MONTH,
        Column("service_month", "months", "month within the contract's service, from 1; 0 outside", kind="i4"),
        Column("provider", "id", "unique id, as in the trust graph", kind="i4"),
        LOCALITY,
        *_taken_over(PROVIDERS, OF_PROVIDERS),
        Column("balance", "€", "its account; below 0 where it draws on its credit line"),
        Column(
            "attributable_gain", "wellbeing", "gain against the same world without service, mean over families weighted by "
            "the contract hours that each has had from it so far; missing before the first hour",
        ),
        Column("attention_drift", "share", "distance of its attention from what it would be unpaid for results"),
        Column("trust_of_families", "trust", "mean trust of the families that know it"),
        Column("trust_of_commissioner", "trust", "trust of the local authority in it"),
        Column("trust_in_commissioner", "trust", "its trust in the local authority"),
    ),
    "families": (  # a row for each family, at the end
        Column("family", "id", "unique id, as in the trust graph", kind="i4"),
        LOCALITY,
        *_taken_over(FAMILIES, OF_FAMILIES),
        MAIN,
        Column("served_by", "name", "kind of the provider that took it in under the last contract; missing where "
        "none did", kind="name"),
        Column("weighted_wellbeing", "wellbeing", "wellbeing, weighted by what matters to it"),
        Column("attributable_gain", "wellbeing", "that, less the same without service"),
    ),
    "trust_edges": (  # a row for each month and tie that exists
        MONTH,
        Column("source", "id", "unique id of who trusts", kind="i4"),
        Column("target", "id", "unique id of who is trusted", kind="i4"),
        Column("relation", "name", "kind of relation", kind="name"),
        Column("trust", "trust", "trust"),
        Column("certainty", "share", "how far that rests on experience"),
    ),
    "plans": (  # a row for each plan of a contract, the first and every revision, and month from then to the end of the run
        Column("contract", "number", "1 is the first contract", kind="i4"),
        LOCALITY,
        Column("revision_month", "months", "month in which the plan was made: the award, then revisions", kind="i4"),
        MONTH,
        Column("planned_result", "wellbeing", "weighted measured change of the cohort by then, before attribution"),
        Column("planned_payments", "€", "outcome payments falling due by then, since the start"),
        Column("actual_result", "wellbeing", "what that change was; missing outside service"),
        Column("actual_payments", "€", "what fell due"),
    ),
    "money": (  # a row for each month, purpose, payer and payee between whom money moved
        MONTH,
        Column("purpose", "name", "what it was paid for", kind="name"),
        Column("payer", "name", "class of the account that it left", kind="name"),
        Column("payee", "name", "class of the account that it reached", kind="name"),
        Column("amount", "whole cents", "sum of what moved", kind="i8"),
    ),
}  # fmt: skip


MOST_FLOWS = 60  # a month, about: kinds of payment between classes of account that there are


def check_tables(tables: Sequence[str], case: Case, months: int | None, runs: int = 1) -> None:
    """Refuse tables that would not fit in memory; `runs` go on at a time. Raises ConfigError."""
    length = (months or case.calendar.months) + 1
    places = [place for place in case.locality.values() if place.grant_eur > 0]
    rows = {
        "providers": length * sum(place.providers for place in places),
        "families": sum(place.families for place in places),
        "trust_edges": length * sum(_most_ties(case, place) for place in places),
        "plans": length * length // 2 * len(places),
        "money": length * MOST_FLOWS,
    }
    for table in tables:
        needed, there = 3.0 * runs * rows[table] * _row_bytes(table, case), physical_memory()
        if needed > there:
            raise ConfigError(
                f"tables: '{table}' of case '{case.name}' has {rows[table]:,} rows a run and needs about "
                f"{needed / 1e9:,.0f} GB of memory, this machine has {there / 1e9:,.0f} GB; ask for fewer families or "
                "months, or leave the table out"
            )


def _most_ties(case: Case, place: Any) -> int:
    """An upper bound on the ties of a place."""
    of_families = place.families * (case.family.known_providers + case.family.peers + 1 + place.volunteers_per_family)
    return (
        math.ceil(of_families)
        + place.providers * (place.providers + 2 + case.investor.number)
        + case.investor.number
        + 3
    )


def _row_bytes(table: str, case: Case) -> int:
    return sum(8 * (len(case.domains) if column.per else 1) for column in COLUMNS[table])


def schema(table: str, domains: Iterable[str]) -> pa.Schema:
    """The Arrow schema of a table, for all domains that some case has."""
    import pyarrow as pa

    fields = []
    for column in COLUMNS[table]:
        names = [f"{column.name}_{domain}" for domain in domains] if column.per else [column.name]
        fields += [pa.field(name, _arrow_type(column)) for name in names]
    return pa.schema(fields)


def _arrow_type(column: Column) -> pa.DataType:
    import pyarrow as pa

    if column.unit in ("name", "code") or column.name == "domain":
        return pa.dictionary(pa.int16(), pa.string())
    if column.unit == "flag":
        return pa.bool_()
    if column.unit == "whole cents":
        return pa.int64()
    return pa.int32() if column.kind[0] in "iu" and column.unit != "cents" else pa.float64()
