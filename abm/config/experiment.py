"""An experiment: designs × cases × factors × seeds, a frozen value that needs no file any more."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from pydantic import Field, field_validator, model_validator

from abm.case import Case
from abm.config.changes import Change
from abm.config.interventions import Intervention
from abm.config.settings import CASE, Design, changed_case, changed_design, flat
from abm.config.words import did_you_mean, listed
from abm.declare import Part
from abm.metrics import METRICS

NAME = r"^[a-z0-9][a-z0-9_\-]*$"
MAX_SEEDS = 1_000_000
MAX_ARMS = 10_000
LAST_SEED = 2**63 - 1
METRIC_NAMES = tuple(metric.name for metric in METRICS)
AGENT_TABLES = (
    "providers",
    "families",
    "trust_edges",
    "plans",
    "money",
)  # what can be recorded of single agents: `abm/lab/agent_columns.py`


class Arm(NamedTuple):
    """What is run for every seed: case and design with all settings applied, factors' values, changes, interventions."""

    case: Case
    design: Design
    factors: dict[str, Any]
    changes: tuple[Change, ...] = ()
    interventions: tuple[Intervention, ...] = ()


def _first(values: dict[str, Any]) -> str:
    """The first design's name."""
    designs = values.get("designs")
    return designs[0].name if designs else ""


class Experiment(Part):
    """Designs compared on the same cases, seeds and factors; results go to a folder of its name.

    Settings are dotted keys; those that begin with `case.` address the case. `set` holds for all runs, `designs_set`
    for one design; `factors` (key → values) are run in every combination, in order, and no other setting may have
    their key. `changes` and `interventions` come in the course of every run.
    """

    name: str = Field(min_length=1, max_length=80, pattern=NAME, description="identifier, and folder of the results")
    title: str = Field("", description="how figures and tables call it")
    description: str = Field("", description="what it asks")
    cases: tuple[Case, ...] = Field(min_length=1, description="where the designs are run")
    designs: tuple[Design, ...] = Field(min_length=1, description="what is compared")
    baseline: str = Field(default_factory=_first, description="design that others are compared with; or the first")
    seeds: tuple[int, ...] = Field(min_length=1, max_length=MAX_SEEDS, description="the paired blocks; n means 1…n")
    months: int | None = Field(None, ge=1, le=2400, description="length of a run; unless given, the case's calendar")
    tables: tuple[str, ...] = Field((), description="tables of agents to keep: providers, families, trust_edges, plans, money")
    twins: bool = Field(True, description="each design's block twin is run too, unless false")
    set: dict[str, Any] = Field(default_factory=dict, description="settings of all runs")
    designs_set: dict[str, dict[str, Any]] = Field(default_factory=dict, description="settings of single designs")
    factors: dict[str, tuple[Any, ...]] = Field(default_factory=dict, description="values run in every combination")
    changes: tuple[Change, ...] = Field((), description="dated changes of all runs")
    interventions: tuple[Intervention, ...] = Field((), description="interventions and shocks in all runs")
    matters: dict[str, float] = Field(default_factory=dict, description="smallest effect that matters, by metric")

    @field_validator("seeds", mode="before")
    @classmethod
    def _counted(cls, seeds: Any) -> Any:
        """A number n stands for the seeds 1…n."""
        if isinstance(seeds, int) and not isinstance(seeds, bool) and 1 <= seeds <= MAX_SEEDS:
            return tuple(range(1, seeds + 1))
        return tuple(seeds) if isinstance(seeds, list) else seeds

    @field_validator("set", mode="before")
    @classmethod
    def _dotted(cls, settings: Any) -> Any:
        """Tables within tables become dotted keys."""
        return flat(settings) if isinstance(settings, dict) else settings

    @field_validator("designs_set", mode="before")
    @classmethod
    def _dotted_each(cls, settings: Any) -> Any:
        """The same for each design."""
        return {name: cls._dotted(own) for name, own in settings.items()} if isinstance(settings, dict) else settings

    @model_validator(mode="after")
    def _consistent(self) -> Experiment:
        found = inconsistencies(self)
        if found:
            raise ValueError("; ".join(found))
        return self

    def arms(self) -> Iterator[Arm]:
        """Every case, design and combination of factors, in that order, with all settings applied.

        Raises `ConfigError` at an arm for which they are not valid; a loaded experiment has none.
        """
        for case, design, factors in self.combinations():
            yield self.arm(case, design, factors)

    def combinations(self) -> Iterator[tuple[Case, Design, dict[str, Any]]]:
        """The arms before any setting is applied."""
        levels = [dict(zip(self.factors, values, strict=True)) for values in itertools.product(*self.factors.values())]
        for case, design, factors in itertools.product(self.cases, self.designs, levels):
            yield case, design, dict(factors)

    def arm(self, case: Case, design: Design, factors: dict[str, Any], places: Mapping[str, str] | None = None) -> Arm:
        """One arm with its settings applied; `places` says where each stands, for messages."""
        settings = self.settings(design.name) | factors
        changed = changed_case(case, settings, places), changed_design(design, settings, places)
        return Arm(*changed, factors, self.changes, self.interventions)

    def settings(self, design: str) -> dict[str, Any]:
        """What `set` and `designs_set` say for a design."""
        return self.set | self.designs_set.get(design, {})


def inconsistencies(experiment: Experiment) -> list[str]:
    """What contradicts itself in an experiment, one sentence each, beginning with the key at fault."""
    designs = [design.name for design in experiment.designs]
    found = [f"designs: '{name}' stands twice" for name in _repeated(designs)]
    found += [f"cases: '{name}' stands twice" for name in _repeated([case.name for case in experiment.cases])]
    if experiment.baseline not in designs:
        hint = did_you_mean(experiment.baseline, designs)
        found.append(f"baseline: '{experiment.baseline}' is not among the designs{hint}")
    found += [f"seeds: {seed} stands twice" for seed in _repeated(experiment.seeds)[:3]]
    if not all(0 <= seed <= LAST_SEED for seed in experiment.seeds):
        found.append("seeds: must be whole numbers from 0 to 2^63 - 1")
    found += wrong_tables(experiment.tables)
    for name, smallest in experiment.matters.items():
        if name not in METRIC_NAMES:
            found.append(f"matters.{name}: no such metric{did_you_mean(name, METRIC_NAMES)}")
        elif smallest < 0:
            found.append(f"matters.{name}: expected a number from 0, got {smallest}")
    for name, settings in experiment.designs_set.items():
        if name not in designs:
            found.append(f"designs_set.{name}: not among the designs{did_you_mean(name, designs)}")
        of_case = [key for key in settings if key.startswith(CASE)]
        found += [f"designs_set.{name}.{key}: the case must be the same for all designs" for key in of_case]
    return found + _inconsistent_factors(experiment)


def wrong_tables(tables: Sequence[str]) -> list[str]:
    """What is wrong with the tables of agents that are asked for, one sentence each."""
    found = [f"tables: '{name}' stands twice" for name in _repeated(tables)]
    for name in tables:
        if name not in AGENT_TABLES:
            found.append(
                f"tables: no '{name}'{did_you_mean(name, AGENT_TABLES) or f', expected {listed(AGENT_TABLES)}'}"
            )
    return found


def _inconsistent_factors(experiment: Experiment) -> list[str]:
    """The same for factors."""
    found = []
    arms = len(experiment.cases) * len(experiment.designs)
    for key, values in experiment.factors.items():
        arms *= len(values)
        if not values:
            found.append(f"factors.{key}: expected a list of values, got []")
        elif any(not isinstance(value, str | bool | int | float) for value in values):
            found.append(f"factors.{key}: expected numbers, names, or true and false")
        else:
            found += [f"factors.{key}: {value} stands twice" for value in _repeated(values)]
        if any(key in settings for settings in (experiment.set, *experiment.designs_set.values())):
            found.append(f"factors.{key}: is also set to one value; a key is either a factor or a setting")
    if arms > MAX_ARMS:
        found.append(f"factors: {arms:,} combinations of cases, designs and factors, at most {MAX_ARMS:,} are possible")
    return found


def _repeated(values: Any) -> list[Any]:
    """Values that stand more than once, each once."""
    counted: dict[Any, int] = {}
    for value in values:
        counted[value] = counted.get(value, 0) + 1
    return [value for value, times in counted.items() if times > 1]
