"""Commissioner, Investor, Provider, Family, Volunteer: Mesa agents, each a view of one row of its table.

An agent holds nothing of its own: reading `family.engagement` reads the column and writing it writes the column, which the
next month goes on from. Its attributes are the columns declared in `tables.py`; `help(abm.Family)` lists them. Agents are
made when somebody first looks at them, all at once and one for each row, and stay the same objects from then on.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

import mesa
import numpy as np
from mesa.agent import AgentSet

from abm.config.words import did_you_mean
from abm.declare import Column
from abm.network import POPULATIONS, active_rows, first_ids
from abm.tables import TABLES

if TYPE_CHECKING:
    from abm.model import OutcomeContractingModel

STRUCTURE = ("row", "code", "third", "number")  # units of columns that say where other rows are, or what an agent is
FROM_0_TO_1 = ("share", "trust", "flag")
NOT_BY_HAND = "agents are not made or removed by hand: they are rows of tables, and come and go by the model's rules"


def _attribute(column: Column) -> property:
    """The attribute that reads and writes one column of an agent's row."""
    name = column.name

    def read_number(agent: Row) -> Any:
        return agent._columns[name].item(agent.row)

    def read_several(agent: Row) -> np.ndarray:
        values = agent._columns[name][agent.row].copy()  # Mesa 3.3's collector would go on looking at a view
        values.flags.writeable = False  # so that a change of one element is not lost in the copy
        return values

    def write(agent: Row, value: Any) -> None:
        about = f"{type(agent).__name__}.{name}"
        target = agent._columns[name]
        target[agent.row] = _checked(about, column, value, target[agent.row])

    several = f" (one value for each {column.per}; write all of them)" if column.per else ""
    meaning = f"{column.meaning}, {column.unit}{several}"
    return property(read_several if column.per else read_number, write, doc=meaning)


def _checked(about: str, column: Column, value: Any, present: Any) -> np.ndarray:
    """A value that a column can take. Raises AttributeError for a column that is not to be written, else ValueError."""
    if column.unit in STRUCTURE:
        raise AttributeError(f"{about}: says how the populations are built, and cannot be changed")
    if column.name == "active":
        raise AttributeError(f"{about}: {NOT_BY_HAND}")
    low, high = (0.0, 1.0) if column.unit in FROM_0_TO_1 else (-np.inf, np.inf)
    whole = present.dtype.kind in "iu"
    if whole and column.unit != "flag":
        low, high = np.iinfo(present.dtype).min, np.iinfo(present.dtype).max
    kind = "whole number" if whole else "finite number"
    expected = f"{present.size} {kind}s" if column.per else f"a {kind}"
    expected += f" from {low:g} to {high:g}" if np.isfinite(high) else ""
    try:
        array = np.asarray(value, np.float64)
        fits = array.shape == present.shape and np.isfinite(array).all() and ((low <= array) & (array <= high)).all()
    except (TypeError, ValueError):
        fits = False
    if not fits or (whole and (array != np.floor(array)).any()):
        raise ValueError(f"{about}: expected {expected} ({column.unit}), got {value!r}")
    return array


class Row(mesa.Agent):
    """An agent that is a view of one row of a population's table."""

    table: ClassVar[str]
    row: int  # in its table; `unique_id` runs on over all populations

    def __init_subclass__(cls, **keywords: Any) -> None:
        super().__init_subclass__(**keywords)
        cls.table = POPULATIONS[cls.__name__.lower()]
        for column in TABLES[cls.table]:
            setattr(cls, column.name, _attribute(column))

    def __init__(self, *arguments: Any, **keywords: Any) -> None:
        raise TypeError(NOT_BY_HAND)

    def __setattr__(self, name: str, value: Any) -> None:
        if name not in self.__dict__ and not hasattr(type(self), name):  # a misspelt column would go unnoticed
            columns = [column.name for column in TABLES[self.table]]
            raise AttributeError(f"a {type(self).__name__} has no attribute '{name}'{did_you_mean(name, columns)}")
        super().__setattr__(name, value)

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.unique_id}>"


class Commissioner(Row):
    """The authority that contracts in a locality; the last ones are the regions above them."""


class Investor(Row):
    """An investor of an outcomes contract: there for each funded locality, active where the design calls on it."""


class Provider(Row):
    """A public, third-sector or for-profit provider, or an association; firms and joiners become active when they enter."""


class Family(Row):
    """A family that is eligible for the service, or lives where there is none; all of them are active."""


class Volunteer(Row):
    """Somebody who is ready to volunteer; active while helping a provider."""


KINDS: tuple[type[Row], ...] = (Commissioner, Investor, Provider, Family, Volunteer)  # in the order of identifiers


def bring_to_life(model: OutcomeContractingModel) -> dict[type[Row], list[Row]]:
    """An agent for every row of every population."""
    first, people = first_ids(model.world), {}
    for kind in KINDS:
        table = getattr(model.world, kind.table).view(np.ndarray)
        columns = {column.name: table[column.name] for column in TABLES[kind.table]}
        people[kind] = [_agent(kind, model, first[kind.table] + row, row, columns) for row in range(len(table))]
    return people


def _agent(kind: type[Row], model: OutcomeContractingModel, unique_id: int, row: int, columns: dict[str, Any]) -> Row:
    """One agent, made without Mesa's constructor, which registers agents one by one and numbers them itself."""
    agent = kind.__new__(kind)
    agent.__dict__.update(model=model, unique_id=unique_id, pos=None, row=row, _columns=columns)
    return agent


def active_sets(model: OutcomeContractingModel, people: dict[type[Row], list[Row]]) -> dict[type[Row], AgentSet]:
    """The agents that are active now, in the order of their identifiers."""
    return {
        kind: AgentSet([agents[row] for row in active_rows(model.world, kind.table)], random=model.random)
        for kind, agents in people.items()
    }
