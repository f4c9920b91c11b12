"""What the page shows besides metrics: who is served and who waits, and where the money went."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from abm.ledger import ACCOUNT_CLASSES, PURPOSES, RESERVES, USUAL_SERVICE
from abm.metrics import METRICS
from abm.show.app.picture import family_states

if TYPE_CHECKING:
    from abm.model import OutcomeContractingModel

DIGITS = 6  # of a metric on its way to the page
THIRDS = ("least complex third", "middle third", "most complex third")


def short(value: float) -> float | None:
    """A number with as many digits as a chart can show; None where it is missing."""
    return float(f"{value:.{DIGITS}g}") if value == value else None


def row(model: OutcomeContractingModel, month: int) -> list[float | None]:
    """Every metric of a month, in the order of their declaration."""
    return [short(value) for value in model.world.series[month].tolist()]


def rows(model: OutcomeContractingModel, first: int) -> list[list[float | None]]:
    """The metrics of the months from one on to now."""
    return [row(model, month) for month in range(first, model.month + 1)]


def served(model: OutcomeContractingModel, families: np.ndarray) -> list[list[int]]:
    """Families of funded places by third of complexity: outside, waiting, served, had their programme."""
    states = family_states(model.world)[families]
    thirds = model.world.families.complexity_third[families]
    return np.bincount(4 * thirds.astype(np.int64) + states, minlength=12).reshape(3, 4).tolist()


def money(model: OutcomeContractingModel) -> list[list[Any]]:
    """Payments so far for the contract, as (payer, payee, purpose, €), largest first.

    Usual services, which go on beside the contract, and reserves that providers came with are left out. Wages are not booked
    apart for the two, so those of usual services are taken to be what is paid for these.
    """
    flows = model.world.flows[: model.month + 1].sum(axis=0)
    usual = int(flows[USUAL_SERVICE].sum())
    found = []
    for purpose, payer, payee in zip(*np.nonzero(flows), strict=True):
        if purpose in (USUAL_SERVICE, RESERVES):
            continue
        cents = int(flows[purpose, payer, payee])
        if PURPOSES[purpose] == "wage":
            cents -= usual
        if cents >= 100:
            found.append([ACCOUNT_CLASSES[payer], ACCOUNT_CLASSES[payee], PURPOSES[purpose], round(cents / 100)])
    return sorted(found, key=lambda flow: -flow[3])


METRIC_AT = {metric.name: n for n, metric in enumerate(METRICS)}


def value(model: OutcomeContractingModel, name: str) -> float:
    """A metric of this month."""
    return float(model.world.series[name][model.month])


def known(model: OutcomeContractingModel, name: str) -> float:
    """The last known value of a metric, NaN where there is none yet."""
    values = model.world.series[name][: model.month + 1]
    there = values[values == values]
    return float(there[-1]) if len(there) else float("nan")
