"""What a batch keeps of its runs beside their rows: how much of the trajectories, and whose tables of agents."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

from pydantic import Field, field_validator

from abm.config.words import did_you_mean
from abm.declare import Part
from abm.metrics import METRICS


class Keep(Part):
    """Thinning. Rows of runs are always whole; a run is the same whatever is kept of it."""

    every: int = Field(
        1, ge=1, le=2400, description="months between rows of a series; its start and its end are always kept"
    )
    metrics: tuple[str, ...] = Field((), description="metrics in the series; unless given, all")
    agents: int | float | None = Field(
        None,
        description="seeds whose tables of agents are kept: the first so many, or a share below 1; unless given, all",
    )

    @field_validator("metrics")
    @classmethod
    def _known(cls, names: tuple[str, ...]) -> tuple[str, ...]:
        known = [metric.name for metric in METRICS]
        for name in names:
            if name not in known:
                raise ValueError(f"no metric '{name}'{did_you_mean(name, known)}")
            if names.count(name) > 1:
                raise ValueError(f"'{name}' stands twice")
        return names

    @field_validator("agents")
    @classmethod
    def _number_or_share(cls, agents: int | float | None) -> int | float | None:
        whole = isinstance(agents, int) and not isinstance(agents, bool) and agents >= 1
        if agents is None or whole or (isinstance(agents, float) and 0.0 < agents < 1.0):
            return agents
        raise ValueError(f"expected a number of seeds from 1, or a share above 0 and below 1, got {agents!r}")

    def months(self, last: int) -> list[int]:
        """The months that a series keeps of a run of `last` months: 0, every so many, and the last."""
        return sorted({*range(0, last + 1, self.every), last})

    def sampled(self, seeds: Sequence[int]) -> frozenset[int]:
        """The seeds whose tables of agents are kept: the first so many, or a share drawn by a hash of the seed."""
        if self.agents is None:
            return frozenset(seeds)
        if isinstance(self.agents, int):
            return frozenset(seeds[: self.agents])
        return frozenset(seed for seed in seeds if _drawn(seed) < self.agents)


def _drawn(seed: int) -> float:
    """A number in [0, 1) that depends on the seed alone, so that seeds added later change no earlier one's draw."""
    return int.from_bytes(hashlib.sha256(str(seed).encode()).digest()[:7]) / 2**56
