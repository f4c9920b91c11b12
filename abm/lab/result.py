"""What came out of one run."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from abm.config import Change, ConfigError, Design, Intervention
from abm.lab.assignment import assignment_table, reached_table
from abm.lab.files import write_whole
from abm.lab.plan import values_at_end
from abm.lab.run import as_matrix
from abm.metrics import METRICS

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

    from abm.case import Case
    from abm.world import World


@dataclass(frozen=True)
class Result:
    """One run: the case and design as they were at its start, its dated changes and interventions, and the world at its end."""

    case: Case
    design: Design
    seed: int
    world: World
    changes: tuple[Change, ...] = ()
    recorded: Mapping[str, pa.Table] = field(default_factory=dict)
    interventions: tuple[Intervention, ...] = ()

    @cached_property
    def tables(self) -> dict[str, pd.DataFrame]:
        """The tables of agents that were asked for, by name; `abm.lab.agent_columns` declares their columns."""
        return {name: table.to_pandas() for name, table in self.recorded.items()}

    @cached_property
    def series(self) -> pd.DataFrame:
        """A row per month (`month` 0 is the start), a column per metric."""
        import pandas as pd

        table = pd.DataFrame(as_matrix(self.world.series), columns=[metric.name for metric in METRICS])
        table.insert(0, "month", range(len(table)))
        return table

    @cached_property
    def summary(self) -> dict[str, float]:
        """Each metric at the end: its last month, its mean in service, or its total, as declared."""
        values = values_at_end(as_matrix(self.world.series), self.case)
        return {metric.name: float(value) for metric, value in zip(METRICS, values, strict=True)}

    @property
    def assignment(self) -> pd.DataFrame:
        """Which places were drawn for each change that concerns half of them; see `Results.assignment`."""
        keys = {"case": [self.case.name], "design": [self.design.name]}
        return assignment_table([self.case], self.changes, keys, [self.seed])

    @property
    def reached(self) -> pd.DataFrame:
        """Which units were drawn for each intervention that is for half of them; see `Results.reached`."""
        keys = {"case": [self.case.name], "design": [self.design.name]}
        return reached_table([self.case], self.interventions, keys, [self.seed])

    def write(self, folder: str | Path) -> list[Path]:
        """Write the series as `series.csv` and `series.parquet` into a folder; returns what was written.

        Raises ConfigError for the folder of a batch, whose own series it would replace.
        """
        folder = Path(folder)
        if (folder / "manifest.json").exists():
            raise ConfigError(f"{folder}: holds the results of a batch; choose another folder for a single run")
        write_whole(folder / "series.csv", lambda to: self.series.to_csv(to, index=False))
        write_whole(folder / "series.parquet", lambda to: self.series.to_parquet(to, compression="zstd", index=False))
        return [folder / "series.csv", folder / "series.parquet"]
