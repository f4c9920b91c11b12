"""Who was drawn: places by a dated change of half of them, places, providers or families by an intervention, run by run."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from abm.case import Case
from abm.config import Change, Intervention, treated_places, treated_units
from abm.config.changes import HALF
from abm.config.interventions import strata_of
from abm.config.timeline import funded

if TYPE_CHECKING:
    import pandas as pd

DRAWN = ("change", "month", "locality", "treated")
REACHED = ("intervention", "kind", "month", "unit", "id", "locality", "treated")


def assignment_table(
    cases: Sequence[Case], changes: Sequence[Change], keys: Mapping[str, Sequence[Any]], seeds: Sequence[int]
) -> pd.DataFrame:
    """A row for each arm, seed, change of half of the places, and place with a grant, in that order.

    `cases` has the case of each arm, `keys` the columns that name the arms. A change's number counts from 1.
    """
    import pandas as pd

    rows = [
        (*names, seed, n + 1, change.month, name, name in treated[n])
        for names, case in zip(zip(*keys.values(), strict=True), cases, strict=True)
        for seed in seeds
        for treated in [treated_places(case, changes, seed)]
        for n, change in enumerate(changes) if change.who == HALF
        for _, name in funded(case)
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=[*keys, "seed", *DRAWN]).astype({"treated": bool})  # also where nobody was drawn


def reached_table(
    cases: Sequence[Case],
    interventions: Sequence[Intervention],
    keys: Mapping[str, Sequence[Any]],
    seeds: Sequence[int],
) -> pd.DataFrame:
    """A row for each arm, seed, intervention for a half, and unit that could be drawn; otherwise as `assignment_table`.

    `id` is the unique id of a provider or family, as in the tables of agents; of a place, that of its authority.
    """
    import pandas as pd

    rows = [
        (*names, seed, n + 1, one.kind, one.month, one.unit_or_usual, _first_id(case, one.unit_or_usual) + row, place,
         row in drawn)
        for names, case in zip(zip(*keys.values(), strict=True), cases, strict=True)
        for seed in seeds
        for n, one in enumerate(interventions) if one.who == HALF
        for drawn in [{*treated_units(case, interventions, seed)[n]}]
        for stratum in strata_of(case, one.unit_or_usual)
        for row, place in stratum
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=[*keys, "seed", *REACHED]).astype({"treated": bool})


def _first_id(case: Case, unit: str) -> int:
    """The unique id of the first unit; ids run on from 1 through authorities, regions, investors, providers, families."""
    places = case.locality.values()
    if unit == "place":
        return 1
    investors = sum(case.investor.number for place in places if place.grant_eur > 0)
    first = 1 + len(places) + len(case.regions) + investors
    return first if unit == "provider" else first + sum(place.providers for place in places)
