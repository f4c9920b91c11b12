"""An experiment: designs × cases × factors × seeds, a frozen value that needs no file any more."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from pydantic import Field, field_validator, model_validator

from abm.case import Case
from abm.config.changes import Change
from abm.config.interventions import Intervention
from abm.config.keep import Keep
from abm.config.sample import LAST_SEED, Sample, inconsistencies_of
from abm.config.settings import CASE, Design, changed_case, changed_design, flat
from abm.config.words import did_you_mean, listed, shown
from abm.declare import Part
from abm.metrics import METRICS

NAME = r"^[a-z0-9][a-z0-9_\-]*$"
MAX_SEEDS = 1_000_000
MAX_ARMS = 50_000
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


def _drawn(values: dict[str, Any]) -> tuple[dict[str, Any], ...]:
    """The points of the sample."""
    sample = values.get("sample")
    return sample.points() if sample and not inconsistencies_of(sample) else ()


class Experiment(Part):
    """Designs compared on the same cases, seeds and factors; results go to a folder of its name.

    Settings are dotted keys; those that begin with `case.` address the case. `set` holds for all runs, `designs_set`
    for one design; `factors` (key → values) are run in every combination, in order, and `points` as they are listed, or
    as a `sample` draws them: a point gives each of its keys one value, the same keys as all other points. Each
    combination of factors is run at each point; no key may stand in two of `set`, `factors` and `points`. `changes` and
    `interventions` come in the course of every run.
    """

    name: str = Field(min_length=1, max_length=80, pattern=NAME, description="identifier, and folder of the results")
    title: str = Field("", description="how figures and tables call it")
    description: str = Field("", description="what it asks")
    cases: tuple[Case, ...] = Field(min_length=1, description="where the designs are run")
    designs: tuple[Design, ...] = Field(min_length=1, description="what is compared")
    baseline: str = Field(default_factory=_first, description="design that others are compared with; or the first")
    seeds: tuple[int, ...] = Field(min_length=1, max_length=MAX_SEEDS, description="the paired blocks; n means 1…n")
    months: int | None = Field(None, ge=1, le=2400, description="length of a run; unless given, the case's calendar")
    tables: tuple[str, ...] = Field(
        (), description="tables of agents to keep: providers, families, trust_edges, plans, money"
    )
    keep: Keep = Field(default_factory=Keep, description="how much of trajectories and tables of agents is kept")
    twins: bool = Field(True, description="each design's block twin is run too, unless false")
    set: dict[str, Any] = Field(default_factory=dict, description="settings of all runs")
    designs_set: dict[str, dict[str, Any]] = Field(default_factory=dict, description="settings of single designs")
    factors: dict[str, tuple[Any, ...]] = Field(default_factory=dict, description="values run in every combination")
    sample: Sample | None = Field(None, description="how the points were drawn")
    points: tuple[dict[str, Any], ...] = Field(
        default_factory=_drawn, max_length=MAX_ARMS, description="values run together, a table a point"
    )
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

    @field_validator("factors", mode="before")
    @classmethod
    def _plain_factors(cls, factors: Any) -> Any:
        """Lists and numpy's arrays become tuples of plain values."""
        if not isinstance(factors, Mapping):
            return factors
        return {key: tuple(found) if isinstance(found, list) else found for key, found in flat(factors).items()}

    @field_validator("points", mode="before")
    @classmethod
    def _plain_points(cls, points: Any) -> Any:
        """Tables within tables become dotted keys, all points have the order of the first."""
        if not isinstance(points, list | tuple) or not all(isinstance(point, Mapping) for point in points):
            return points
        plain = [flat(point) for point in points]
        return tuple({key: point[key] for key in (*plain[0], *point) if key in point} for point in plain)

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

    @property
    def varied(self) -> tuple[str, ...]:
        """The keys that arms differ in, columns of the results: factors, then those of the points."""
        return (*self.factors, *(self.points[0] if self.points else ()))

    def combinations(self) -> Iterator[tuple[Case, Design, dict[str, Any]]]:
        """The arms before any setting is applied; the points of a combination of factors follow one another."""
        levels = [dict(zip(self.factors, values, strict=True)) for values in itertools.product(*self.factors.values())]
        for case, design, factors, point in itertools.product(self.cases, self.designs, levels, self.points or ({},)):
            yield case, design, factors | point

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
    """The same for factors and points."""
    found = []
    arms = len(experiment.cases) * len(experiment.designs) * max(1, len(experiment.points))
    for key, values in experiment.factors.items():
        arms *= len(values)
        if not values:
            found.append(f"factors.{key}: expected a list of values, got []")
        elif not all(map(_single, values)):
            found.append(f"factors.{key}: expected numbers, names, or true and false")
        else:
            found += [f"factors.{key}: {value} stands twice" for value in _repeated(values)]
        if any(key in settings for settings in (experiment.set, *experiment.designs_set.values())):
            found.append(f"factors.{key}: is also set to one value; a key is either a factor or a setting")
    if arms > MAX_ARMS:
        key, what = ("points", "factors and points") if experiment.points else ("factors", "factors")
        found.append(f"{key}: {arms:,} combinations of cases, designs and {what}, at most {MAX_ARMS:,} are possible")
    return found + _inconsistent_points(experiment)


def _inconsistent_points(experiment: Experiment) -> list[str]:
    """The same for points, and for the sample from which they come."""
    points, sample = experiment.points, experiment.sample
    if sample:
        found, name = inconsistencies_of(sample), "sample.over."
        if points and tuple(points[0]) != tuple(sample.over):
            found.append("points: give either points or a sample, not both")
    else:
        found, name = _wrong_points(points), "points[1]."
    for key in points[0] if points else ():
        if key in experiment.factors:
            found.append(f"{name}{key}: is a factor too; a key is either a factor or one of the points'")
        if any(key in settings for settings in (experiment.set, *experiment.designs_set.values())):
            found.append(f"{name}{key}: is also set to one value; a key is either varied or a setting")
    return found


def _wrong_points(points: Sequence[Mapping[str, Any]]) -> list[str]:
    """What is wrong with points that are listed, the first ten things."""
    found = []
    seen: dict[tuple[Any, ...], int] = {}
    for n, point in enumerate(points, 1):
        if not point:
            found.append(f"points[{n}]: expected a table of settings, each with one value, got an empty one")
        elif point.keys() != points[0].keys():
            other = listed([*(points[0].keys() - point.keys()), *(point.keys() - points[0].keys())])
            found.append(f"points[{n}]: expected the same keys as in the first point, which differs in {other}")
        wrong = [key for key, value in point.items() if not _single(value)]
        found += [
            f"points[{n}].{key}: expected a number, a name, or true or false, got {shown(point[key])}" for key in wrong
        ]
        if not wrong and (first := seen.setdefault(tuple(point.values()), n)) != n:
            found.append(f"points[{n}]: is the same as points[{first}]")
        if len(found) >= 10:
            break
    return found


def _single(value: Any) -> bool:
    """Whether a value is one number, name or switch."""
    return isinstance(value, str | bool | int | float)


def _repeated(values: Any) -> list[Any]:
    """Values that stand more than once, each once."""
    counted: dict[Any, int] = {}
    for value in values:
        counted[value] = counted.get(value, 0) + 1
    return [value for value, times in counted.items() if times > 1]
