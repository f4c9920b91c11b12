"""The model as Mesa knows it: a month is a step, a row is an agent; all that happens happens in the engine."""

from __future__ import annotations

import operator
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import mesa
from mesa.agent import AgentSet

from abm.agents import KINDS, NOT_BY_HAND, Row, active_sets, bring_to_life
from abm.case import Case
from abm.config import (
    Change,
    Design,
    Intervention,
    Step,
    as_changes,
    as_interventions,
    check_changes,
    check_interventions,
    check_pair,
    load_case,
    load_design,
    steps,
    treated_places,
    treated_units,
)
from abm.design import GovernanceDesign
from abm.engine import compile_engine, run_months
from abm.metrics import METRICS
from abm.network import ENTERING, activity, trust_graph
from abm.stages.observe import observe
from abm.world import World, new_world, refill, with_interventions

if TYPE_CHECKING:
    import networkx
    import pandas as pd


class SeriesCollector(mesa.DataCollector):
    """The model's series as Mesa's plots and `mesa.batch_run` ask for it: a value per metric and month, from month 0."""

    def __init__(self, model: OutcomeContractingModel) -> None:
        # not Mesa's own, which would give `model_vars` and `_collection_steps` a life apart from the series
        self._model = model
        self.model_reporters = {metric.name: metric.name for metric in METRICS}
        self.agent_reporters: dict[str, Any] = {}
        self.agenttype_reporters: dict[type, Any] = {}
        self._agent_records: dict[int, Any] = {}
        self._agenttype_records: dict[int, Any] = {}
        self.tables: dict[str, Any] = {}

    @property
    def model_vars(self) -> dict[str, list[float]]:
        """The values so far of each metric."""
        world = self._model.world
        return {name: world.series[name][: self._model.month + 1].tolist() for name in self.model_reporters}

    @property
    def _collection_steps(self) -> list[int]:
        return list(range(self._model.month + 1))

    def collect(self, model: Any) -> None:
        """Nothing is left to do: the series grows with the months."""


class OutcomeContractingModel(mesa.Model):
    """A case under a governance design, month by month.

    `case` and `design` are names of presets, paths to TOML files, or values; `rng` is the seed, a whole number from 0 (1
    unless given); `months` the length of the run (the case's calendar unless given). `running` is false after the last
    month; `changes` and `interventions` hold what came on the way. `datacollector` has every metric by month; put a
    `mesa.DataCollector` of your own in its place to collect other things. Compiles the model where that has not been done,
    which takes half a minute to a minute. Raises `ConfigError` for a case or a design that cannot be run, ValueError for a
    wrong seed or length.
    """

    def __init__(
        self,
        case: str | Path | Case = "lombardy",
        design: str | Path | Design | GovernanceDesign = "block_grant",
        rng: int | None = None,
        months: int | None = None,
    ) -> None:
        seed = _whole("rng", 1 if rng is None else rng, 0, 2**63 - 1)
        super().__init__(rng=seed)
        self.case = load_case(case) if isinstance(case, str | Path) else case
        rules = load_design(design) if isinstance(design, str | Path) else design
        self.design = Design(base=rules) if isinstance(rules, GovernanceDesign) else rules
        self.months = self.case.calendar.months if months is None else _whole("months", months, 1, 2400)
        check_pair(self.case, self.design, self.months)
        compile_engine(len(self.case.domains))
        self.world: World = new_world(self.case, self.design, seed, self.months)
        observe(self.world)
        self.failed = False
        self.changes: tuple[Change, ...] = ()
        self.interventions: tuple[Intervention, ...] = ()
        self._ahead: dict[int, Step] = {}
        self._in_force = self.design
        self._people: dict[type[Row], list[Row]] = {}
        self._sets: tuple[bytes, dict[type[Row], AgentSet], AgentSet] | None = None
        self._graph: tuple[bytes, networkx.DiGraph] | None = None
        self.datacollector: mesa.DataCollector = SeriesCollector(self)
        self._step_of_mesa = self.step
        self.step = self._guarded_step  # type: ignore[method-assign]

    @property
    def month(self) -> int:
        """Months since the start."""
        return int(self.world.clock["month"][0])

    def step(self) -> None:
        """One month. Raises RuntimeError after the last month, or after a month that failed."""
        try:
            self._come_into_force()
            run_months(self.world, 1)
        except BaseException:  # an interrupted month, too, leaves a world that is neither before nor after it
            self.failed = True
            raise
        self.running = self.month < self.months

    def change(self, set: Mapping[str, Any], who: str = "all") -> None:
        """Change settings from the next month on; the terms of a contract from its next award on.

        `set` has dotted keys, those of the case with `case.` before them; `who` is "all" or "half", a random half of the
        places with a grant. What is changed is kept in `changes`, with which `abm.run` repeats the run to the last bit.
        Raises `ConfigError` for what cannot change, RuntimeError after the last month, or after a month that failed.
        """
        if self.failed or self.month >= self.months:
            raise RuntimeError(f"the run ended with month {self.month}, so nothing can change any more")
        table = {"month": self.month + 1, "who": who, "set": set}
        changes = as_changes([*self.changes, table])
        seed = int(self.world.clock["seed"][0])
        check_changes(self.case, self.design, changes, [seed], self.months)
        ahead = steps(self.case, self.design, changes, treated_places(self.case, changes, seed), self.months)
        self.changes, self._ahead = changes, {step.month: step for step in ahead}

    def intervene(
        self, kind: str, who: str = "all", unit: str | None = None, strength: float = 1.0, months: int = 1
    ) -> None:
        """An intervention or a shock from the next month on, for all units or a random half (`obc list interventions`).

        It is kept in `interventions`, with which `abm.run` repeats the run to the last bit. Raises `ConfigError` for what
        cannot be, RuntimeError after the last month, or after a month that failed.
        """
        if self.failed or self.month >= self.months:
            raise RuntimeError(f"the run ended with month {self.month}, so nothing can happen any more")
        table = {
            "month": self.month + 1,
            "kind": kind,
            "who": who,
            "unit": unit,
            "strength": strength,
            "months": months,
        }
        events = as_interventions([*self.interventions, table])
        check_interventions(self.case, events, self.months)
        seed = int(self.world.clock["seed"][0])
        self.world = with_interventions(self.world, events, treated_units(self.case, events, seed))
        self.interventions = events

    def _come_into_force(self) -> None:
        """What changes with the month that begins."""
        step = self._ahead.get(self.month + 1)
        if step:
            refill(self.world, step.case, step.design, self._in_force)
            self._in_force = step.design

    def _guarded_step(self) -> None:
        """Mesa's step, which from 3.5 on would do nothing, without a word, once a step has failed."""
        if self.failed:
            raise RuntimeError(f"month {self.month} failed, so the model cannot go on: make a new one")
        if self.month >= self.months:
            raise RuntimeError(f"the run ended with month {self.months}: for a longer one, make a model with months=…")
        self._step_of_mesa()

    @property
    def series(self) -> pd.DataFrame:
        """The metrics so far: a row per month (`month` 0 is the start), a column per metric."""
        import pandas as pd

        table = pd.DataFrame.from_records(self.world.series[: self.month + 1])
        table.insert(0, "month", range(len(table)))
        return table

    @property
    def agents(self) -> AgentSet:
        """The active agents, commissioners first, in the order of their identifiers: a new set when some came or went."""
        return self._active()[2]

    @property
    def agents_by_type(self) -> MappingProxyType[type[Row], AgentSet]:
        """The active agents of each of the five types; a set may be empty."""
        return MappingProxyType(self._active()[1])

    @property
    def agent_types(self) -> list[type[Row]]:
        """The five types of agents."""
        return list(KINDS)

    def _active(self) -> tuple[bytes, dict[type[Row], AgentSet], AgentSet]:
        now = activity(self.world, ENTERING)
        if self._sets is None or self._sets[0] != now:
            self._people = self._people or bring_to_life(self)
            by_type = active_sets(self, self._people)
            everyone = AgentSet([agent for agents in by_type.values() for agent in agents], random=self.random)
            self._sets = now, by_type, everyone
        return self._sets

    def register_agent(self, agent: Any) -> None:
        """Refused: agents are rows of the model's tables."""
        raise TypeError(NOT_BY_HAND)

    def deregister_agent(self, agent: Any) -> None:
        """Refused: agents enter and leave by the model's rules."""
        raise TypeError(NOT_BY_HAND)

    def remove_all_agents(self) -> None:
        """Refused: agents enter and leave by the model's rules."""
        raise TypeError(NOT_BY_HAND)

    @property
    def trust_graph(self) -> networkx.DiGraph:
        """Who trusts whom: the structure of this moment, the same graph until ties change, with live values on the edges.

        See `abm.network.trust_graph`.
        """
        now = activity(self.world, (*ENTERING, "edges"))
        if self._graph is None or self._graph[0] != now:
            self._graph = now, trust_graph(self.world, self.case.locality, self.case.network.graph, self.case.regions)
        return self._graph[1]

    def close(self) -> None:
        """Let go of the agents and the graph, and of what Mesa 3.3 would keep of a model for ever."""
        getattr(mesa.Agent, "_ids", {}).pop(self, None)
        self._people, self._sets, self._graph = {}, None, None


def _whole(name: str, value: Any, low: int, high: int) -> int:
    """A whole number in a range, numpy's included, as Python's own, which Mesa asks for."""
    try:
        if isinstance(value, bool) or not low <= operator.index(value) <= high:
            raise TypeError
    except TypeError:
        raise ValueError(f"{name}: expected a whole number from {low} to {high}, got {value!r}") from None
    return operator.index(value)
