"""Figures of a batch; each function returns a matplotlib Figure, `save_all` writes the usual ones."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from abm.config import ConfigError
from abm.show.differences import against_twins, differences, known
from abm.show.fan import fan, stability
from abm.show.for_whom import for_whom
from abm.show.forest import forest
from abm.show.money import money, paid_for
from abm.show.objectives import objectives, together, trade_offs
from abm.show.style import save
from abm.show.trajectories import TRUST, trajectories
from abm.show.trust_network import trust_network

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from abm.lab.results import Results

__all__ = [
    "OUTCOMES", "TRUST", "against_twins", "differences", "fan", "for_whom", "forest", "money", "objectives", "paid_for", "save",
    "save_all", "stability", "together", "trade_offs", "trajectories", "trust_network",
]  # fmt: skip

OUTCOMES = ("attributable_gain", "satisfaction", "service_quality", "access_gap")


def save_all(results: Results, folder: Path) -> list[Path]:
    """Write the usual figures of a batch as PNG and SVG into `folder`; returns what was written."""
    figures = {}
    for case in results.cases:
        ending = f"_{case}" if len(results.cases) > 1 else ""
        drawn: dict[str, Callable[[], Figure]] = {
            "trust_trajectories": partial(trajectories, results, known(results, TRUST), case),
            "outcome_trajectories": partial(trajectories, results, known(results, OUTCOMES), case),
            "differences": partial(differences, results, None, case),
            "against_twins": partial(against_twins, results, None, case),
        }
        for name, draw in drawn.items():
            with suppress(ConfigError):  # where all runs failed, there is one design only, or no twin
                figures[name + ending] = draw()
    return [path for name, figure in figures.items() for path in save(figure, folder / name)]
