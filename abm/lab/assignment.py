"""Who was drawn: the places that a dated change of half of them treated, run by run."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from abm.case import Case
from abm.config import Change, treated_places
from abm.config.changes import HALF
from abm.config.timeline import funded

if TYPE_CHECKING:
    import pandas as pd

DRAWN = ("change", "month", "locality", "treated")


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
