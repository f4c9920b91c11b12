"""What became of single agents: kept month by month for those in the picture, told in words when one is asked for."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import numpy as np

from abm.network import POPULATIONS
from abm.show.app.picture import (
    ABSENT,
    GONE,
    LEFT,
    OUTSIDE,
    PARTNER,
    SERVED,
    THERE,
    WAITING,
    family_states,
    provider_states,
)
from abm.tables import FAMILY_COMMISSIONER, FAMILY_PROVIDER, KINDS, PROVIDER_COMMISSIONER, TABLES

if TYPE_CHECKING:
    from abm.model import OutcomeContractingModel

TELLING = {  # columns that are shown of an agent, of those that its table declares
    "families": (
        "complexity", "resources", "satisfaction", "engagement", "capability", "fatigue", "hours_received",
        "coproduction_hours", "waiting_months", "served_months",
    ),
    "providers": (
        "contract_hours", "service_hours", "reporting_hours", "coordination_hours", "caseload", "award_share", "motivation",
        "intensity", "misreport", "liquidity", "burden", "payment_per_hour", "attention",
    ),
    "commissioners": ("knowledge", "priorities", "outreach_skill", "collaboration_skill", "political_support"),
    "investors": ("social_motivation", "capital", "first_loss"),
    "volunteers": ("motivation", "trained", "fatigue", "hours"),
}  # fmt: skip
FAMILY_WORDS = {
    OUTSIDE: "is without a place in the contract's service", WAITING: "applied and waits for a place",
    SERVED: "was taken into service", LEFT: "had its programme and left",
}  # fmt: skip
PROVIDER_WORDS = {
    ABSENT: "was not there yet", THERE: "works here, without a part of the contract",
    PARTNER: "became a partner in the contract", GONE: "failed or left",
}  # fmt: skip


class Biographies:
    """The states of families and providers so far, a row a month."""

    def __init__(self) -> None:
        self._families: list[np.ndarray] = []
        self._providers: list[np.ndarray] = []
        self._lines: list[dict[str, np.ndarray]] = []

    def keep(self, model: OutcomeContractingModel) -> None:
        """Take note of this month."""
        world = model.world
        self._families.append(family_states(world))
        short = (world.providers.liquidity < 0.5) & (world.providers.planned_hours > 0)
        flags = short.astype(np.uint8) + 2 * (world.providers.caught == 1)
        self._providers.append(provider_states(world) + 8 * flags.astype(np.uint8))
        weights = world.families.importance
        self._lines.append(
            {
                "families": (world.families.wellbeing * weights).sum(axis=1).astype(np.float32),
                "providers": world.providers.contract_hours.astype(np.float32),
            }
        )

    def of(self, model: OutcomeContractingModel, kind: str, row: int) -> dict[str, Any]:
        """An agent now and its story so far. Raises LookupError for one that there is not."""
        population = "provider" if kind in (*KINDS, "group") else kind
        table = POPULATIONS.get("commissioner" if kind == "region" else population, "")
        if not table or not 0 <= row < len(getattr(model.world, table)):
            raise LookupError(f"no {kind} {row}")
        line = self._line(table, row)
        return {
            "kind": kind,
            "row": row,
            "now": list(_columns(model, table, row)),
            "story": list(self._story(table, row)) + list(_ties(model, table, row)),
            "line": line,
            "line_name": {"families": "wellbeing", "providers": "contract hours a month"}.get(table, ""),
        }

    def _line(self, table: str, row: int) -> list[float]:
        return (
            [round(float(month[table][row]), 4) for month in self._lines] if table in ("families", "providers") else []
        )

    def _story(self, table: str, row: int) -> Iterator[str]:
        """Every month in which something changed for it."""
        months = {"families": self._families, "providers": self._providers}.get(table, [])
        words, before, short = (FAMILY_WORDS if table == "families" else PROVIDER_WORDS), -1, False
        for month, states in enumerate(months):
            state, flags = int(states[row]) % 8, int(states[row]) // 8
            if state != before:
                text = words[state]
                if before == PARTNER and state == THERE and table == "providers":
                    text = "has no part of the contract any more"
                yield f"Month {month}: {text}." if month else f"At the start: {text}."
            if flags & 2:
                yield f"Month {month}: an audit found that it had overstated its results."
            if flags & 1 and not short:
                yield f"Month {month}: could pay less than half of its planned hours."
            before, short = state, bool(flags & 1)


def _columns(model: OutcomeContractingModel, table: str, row: int) -> Iterator[dict[str, Any]]:
    """The columns of a row that say most, with unit and meaning as declared."""
    record = getattr(model.world, table)[row]
    declared = {column.name: column for column in TABLES[table]}
    for name in TELLING[table]:
        column = declared[name]
        value = np.asarray(record[name], float)
        if column.unit == "cents":
            value, unit = value / 100.0, "€"
        else:
            unit = column.unit
        shown = [round(float(one), 3) for one in value.ravel()]
        domains = list(model.case.domains) if column.per == "domain" else []
        yield {"name": name.replace("_", " "), "unit": unit, "meaning": column.meaning, "values": shown, "of": domains}


def _ties(model: OutcomeContractingModel, table: str, row: int) -> Iterator[str]:
    """Whom it trusts how much at present."""
    for relation, owner, words in (
        (FAMILY_PROVIDER, "families", "Trust in the providers of its package"),
        (FAMILY_COMMISSIONER, "families", "Trust in its authority"),
        (PROVIDER_COMMISSIONER, "providers", "Trust in the authority"),
    ):
        first, end = model.world.relations.first[relation], model.world.relations.end[relation]
        edges = model.world.edges.view(np.ndarray)[first:end]
        mine = edges[(edges["source"] == row) & (edges["active"] == 1)] if owner == table else edges[:0]
        if len(mine):
            yield f"{words} now: {', '.join(f'{trust:.2f}' for trust in mine['trust'])}."
    if table == "providers":
        first, end = model.world.relations.first[FAMILY_PROVIDER], model.world.relations.end[FAMILY_PROVIDER]
        edges = model.world.edges.view(np.ndarray)[first:end]
        mine = edges[(edges["target"] == row) & (edges["active"] == 1)]
        if len(mine):
            yield f"{len(mine)} families know it and trust it {mine['trust'].mean():.2f} on average."
