"""What came out: `Results` of a batch, and the two functions that get results, `run` and `batch`."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from contextlib import suppress
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from abm.config import (
    ConfigError,
    Experiment,
)
from abm.config.words import did_you_mean, listed
from abm.lab import compare
from abm.lab.assignment import assignment_table, reached_table
from abm.lab.export import to_csv
from abm.lab.files import move_into_place, read_table, read_verified, verified, write_whole
from abm.lab.manifest import NEXT, read_manifest
from abm.lab.plan import DONE, Plan
from abm.lab.twins import NAME_ENDING, is_own_twin

if TYPE_CHECKING:
    import pandas as pd


class Results:
    """The results of a batch.

    `runs` has a row per run: `case, design, <factors>, seed, status`, then each metric at the end. `series` has the
    same keys and `month` (0 = start), then the metrics. `twins` has the rows of `runs`, with status and metrics of each
    run's block twin (`abm.lab.twins`), and `twin`, the number of the arm that it is: an arm of the experiment, counted
    from 0 in its order, or one after them; None where the experiment says `twins = false`. All are sorted by their keys.
    `manifest` holds what was run, in full.
    """

    def __init__(
        self,
        runs: pd.DataFrame | None,
        series: pd.DataFrame | None,
        manifest: dict[str, Any],
        folder: Path,
        twins: pd.DataFrame | None = None,
    ) -> None:
        """A table that is None is read from the folder when asked for."""
        self.manifest, self.folder = manifest, folder
        given = {"runs": runs, "series": series, "twins": twins}
        vars(self).update({name: table for name, table in given.items() if table is not None})

    @classmethod
    def load(cls, folder: str | Path) -> Results:
        """A results folder, whose tables are read when asked for.

        Raises ConfigError where it is none, unfinished, or damaged: every table is compared with its checksum.
        """
        folder = Path(folder)
        manifest = read_manifest(folder)
        if not manifest["finished"]:
            raise ConfigError(f"{folder}: the batch was interrupted; the same `obc batch` command continues it")
        with suppress(OSError):  # where a crash came between the manifest and this
            move_into_place(folder / NEXT, folder, manifest["files"])
        for name, checksum in manifest["files"].items():
            if not name.startswith("agents/"):
                verified(folder, name, checksum)
        return cls(None, None, manifest, folder)

    @cached_property
    def runs(self) -> pd.DataFrame:
        """A row per run."""
        return self._frame("runs.parquet")

    @cached_property
    def series(self) -> pd.DataFrame:
        """A row per run and month; all of it in memory (`series_of` reads less)."""
        return self._frame("series.parquet")

    @cached_property
    def twins(self) -> pd.DataFrame | None:
        """The block twin of every run."""
        return self._frame("twins.parquet") if "twins.parquet" in self.manifest["files"] else None

    def series_of(self, metrics: Sequence[str]) -> pd.DataFrame:
        """The series of these metrics alone: keys (names as categories), `month`, and a column each.

        Raises ConfigError for a metric that there is not, or that the experiment did not keep.
        """
        for name in metrics:
            self.metric(name)
        kept = self.manifest["configuration"]["keep"]["metrics"]
        absent = [name for name in metrics if kept and name not in kept]
        if absent:
            raise ConfigError(f"keep.metrics: the series of {listed(absent)} were not kept")
        names = ["case", "design", *self.factors]
        table = read_table(self.folder / "series.parquet", [*names, "seed", "month", *metrics], names)
        return table.to_pandas(split_blocks=True, self_destruct=True)

    def _frame(self, name: str) -> pd.DataFrame:
        return read_table(self.folder / name).to_pandas(split_blocks=True, self_destruct=True)

    @property
    def baseline(self) -> str:
        """The design that the experiment compares with."""
        return self.manifest["configuration"]["baseline"]

    @property
    def factors(self) -> list[str]:
        """Dotted keys that the experiment varies, by factors or points."""
        return [*self.manifest["configuration"]["factors"], *self.points]

    @property
    def points(self) -> list[str]:
        """Those of them that the points of the experiment vary together."""
        return list(next(iter(self.manifest["configuration"].get("points", ())), ()))

    @property
    def settings(self) -> list[str]:
        """The factors, over which comparisons do not average."""
        return list(self.manifest["configuration"]["factors"])

    @property
    def designs(self) -> list[str]:
        """Designs in the order of the experiment."""
        return [design["base"]["name"] for design in self.manifest["configuration"]["designs"]]

    @property
    def cases(self) -> list[str]:
        """Cases in the order of the experiment."""
        return [case["name"] for case in self.manifest["configuration"]["cases"]]

    @cached_property
    def experiment(self) -> Experiment:
        """The experiment that was run, as a value that can be run again."""
        return Experiment.model_validate_json(json.dumps(self.manifest["configuration"]))

    @property
    def units(self) -> dict[str, str]:
        """The unit of each metric."""
        return {metric["name"]: metric["unit"] for metric in self.manifest["metrics"]}

    def metric(self, name: str) -> dict[str, str]:
        """The declaration of a metric: name, group, unit, meaning, direction, at_end; ConfigError for an unknown one."""
        for declared in self.manifest["metrics"]:
            if declared["name"] == name:
                return declared
        raise ConfigError(f"metric: no '{name}' in these results{did_you_mean(name, self.units)}")

    @property
    def failures(self) -> pd.DataFrame:
        """Keys and status of the runs that did not come to their end; that of a twin bears the twin's name."""
        import pandas as pd

        shown = ["case", "design", *self.factors, "seed", "status"]
        failed = self.runs.loc[self.runs["status"] != DONE, shown]
        if self.twins is None:
            return failed
        arms = len(self.runs) // len(self.manifest["configuration"]["seeds"])
        of_twins = self.twins[(self.twins["status"] != DONE) & (self.twins["twin"] >= arms)]
        of_twins = of_twins.drop_duplicates(["twin", "seed"])
        of_twins = of_twins.assign(design=of_twins["design"] + NAME_ENDING)
        return pd.concat([failed, of_twins[shown]]) if len(of_twins) else failed

    @cached_property
    def assignment(self) -> pd.DataFrame:
        """Which places were drawn for each dated change that concerns half of them, in every run.

        Columns `case, design, <factors>, seed, change` (its number among the changes, from 1), `month, locality, treated`;
        a row for each place with a grant. The draw depends on the seed alone, so it is computed again, not stored.
        """
        arms = list(self.experiment.arms())
        plan = Plan(tuple(self.factors), arms, self.experiment.seeds, ())
        cases = [arm.case for arm in arms]
        return assignment_table(cases, self.experiment.changes, plan.columns, self.experiment.seeds)

    @cached_property
    def reached(self) -> pd.DataFrame:
        """Which places, providers or families were drawn for each intervention that is for half of them, in every run.

        Columns `case, design, <factors>, seed, intervention` (its number, from 1), `kind, month, unit, id, locality,
        treated`; a row for each unit that could be drawn, `id` as in the tables of agents. Computed again, not stored.
        """
        arms = list(self.experiment.arms())
        plan = Plan(tuple(self.factors), arms, self.experiment.seeds, ())
        cases = [arm.case for arm in arms]
        return reached_table(cases, self.experiment.interventions, plan.columns, self.experiment.seeds)

    def agents(self, table: str) -> pd.DataFrame:
        """A table of agents that the experiment kept: `case, design, <factors>, seed`, then `agent_columns`'.

        It is read when asked for. Raises ConfigError for one that the experiment did not keep, or that is damaged.
        """
        name, kept = f"agents/{table}.parquet", self.manifest["configuration"].get("tables", [])
        if table not in kept:
            there = f"there are {listed(kept)}" if kept else "the experiment's `tables` says which"
            raise ConfigError(f"tables: no '{table}' in these results; {there}")
        return read_verified(self.folder, name, self.manifest["files"][name]).to_pandas()

    def title(self, name: str) -> str:
        """How figures and tables call a design or a case."""
        configuration = self.manifest["configuration"]
        parts = [*(design["base"] for design in configuration["designs"]), *configuration["cases"]]
        return next((part["title"] for part in parts if part["name"] == name and part["title"]), name)

    def calendar(self, case: str) -> dict[str, Any]:
        """The calendar of a case, with the keys of `abm.case.Calendar`."""
        return next(one["calendar"] for one in self.manifest["configuration"]["cases"] if one["name"] == case)

    @property
    def matters(self) -> dict[str, float]:
        """The smallest effects that matter as the experiment declares them, by metric; others have a default."""
        return dict(self.manifest["configuration"].get("matters", {}))

    def scales(self, matters: Mapping[str, float] | None = None) -> dict[str, compare.Scale]:
        """Unit, better direction and smallest effect that matters of each metric; `matters` replaces single ones."""
        directions = {metric["name"]: metric["direction"] for metric in self.manifest["metrics"]}
        return compare.scales(self.units, directions, self.matters | dict(matters or {}))

    def compare(self, baseline: str | None = None, matters: Mapping[str, float] | None = None) -> pd.DataFrame:
        """Every design against a baseline (the experiment's own where none is named), paired by point and seed.

        Columns `case, design, factors, metric, unit, n, baseline, mean, difference, low, high`: means over the n seeds
        under which both designs have a value, and the 95 % paired t interval of the difference, in the metric's unit;
        then what else `abm.lab.compare.differences` finds, with the verdict in words. Where there are points, means are at
        each of them over its seeds first, and n counts points. `matters` sets the smallest effect that matters of single
        metrics. Where there are twins, the rows of `against_twins` follow. Raises ConfigError for a
        design or metric that these results do not hold.
        """
        import pandas as pd

        baseline = baseline or self.baseline
        if baseline not in self.designs:
            raise ConfigError(f"baseline: no '{baseline}' in these results{did_you_mean(baseline, self.designs)}")
        table = compare.differences(self.runs, self.scales(matters), self.settings, self.designs, baseline, self.points)
        against = self.against_twins(matters)
        return pd.concat([table, against], ignore_index=True) if len(against) else table

    def pairs(self, metrics: Sequence[str] | None = None) -> pd.DataFrame:
        """Every two designs with Holm's correction for all pairs; see `abm.lab.compare.pairs_of`."""
        units = {name: self.metric(name)["unit"] for name in (self.units if metrics is None else metrics)}
        return compare.pairs_of(self.runs, units, self.settings, self.designs, self.points)

    def against_twins(self, matters: Mapping[str, float] | None = None) -> pd.DataFrame:
        """Every design, the baseline too, against its own block twin, paired by seed: what payment and finance do.

        Columns as in `compare`; `baseline` is the twin's mean, `metric` is `<metric>_vs_block`, and `additional_gain` is
        `attributable_gain_vs_block` by its own name. Without twins there are no rows.
        """
        return compare.against_twins(
            self.runs, self.twins, self.scales(matters), self.settings, self.designs, self.points
        )

    def own_twins(self) -> list[str]:
        """The designs that pay by block grant in all their arms, and so are their own twins."""
        others = {arm.design.name for arm in self.experiment.arms() if not is_own_twin(arm)}
        return [name for name in self.designs if name not in others]

    def summary(self) -> pd.DataFrame:
        """Each design by itself: `case, design, factors, metric, unit, n, mean, sd, low, high` (95 % of the mean)."""
        return compare.summary(self.runs, self.units, self.settings, self.designs, self.points)

    def to_csv(self, folder: str | Path, tables: Sequence[str] = ()) -> list[Path]:
        """Write the data as CSV into a folder, with their dictionary; see `abm.lab.export.to_csv`."""
        return to_csv(self.folder, self.manifest, Path(folder), tables)

    def write_tables(self, folder: Path) -> list[Path]:
        """Write `summary.csv` and `differences.csv` into a folder; returns what was written."""
        tables = {"summary.csv": self.summary(), "differences.csv": self.compare()}
        for name, table in tables.items():
            write_whole(folder / name, lambda to, table=table: table.to_csv(to, index=False))  # type: ignore[misc]
        return [folder / name for name in tables]
