"""The models of a session: a design, what runs beside it and its block twin, month by month in the same world."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

from abm.config import Change, ConfigError, Intervention
from abm.show.app.setup import Setup, arms_of

if TYPE_CHECKING:
    from abm.config import Arm
    from abm.model import OutcomeContractingModel

NAMES = ("a", "b", "t")
TURN = (
    threading.Lock()
)  # months of all sessions one after another: side by side in one process they would only wait for one another


class Arms:
    """The models of a setup. Equal arms are one model; all are in the same month.

    Raises `ConfigError` where the setup cannot be run.
    """

    def __init__(self, setup: Setup) -> None:
        from abm.model import OutcomeContractingModel  # here only: the first page needs no model

        self.setup = setup
        self._arms = arms_of(setup)
        self._models: dict[int, OutcomeContractingModel] = {}
        for arm in self._arms.values():
            if id(arm) not in self._models:
                self._models[id(arm)] = OutcomeContractingModel(arm.case, arm.design, rng=setup.seed)

    def __getitem__(self, name: str) -> OutcomeContractingModel:
        return self._models[id(self._arms[name])]

    def __iter__(self) -> Iterator[str]:
        """A name for each model that there is."""
        seen: set[int] = set()
        for name in NAMES:
            if id(self[name]) not in seen:
                seen.add(id(self[name]))
                yield name

    def same(self, name: str) -> str:
        """The first name of a model that may have several."""
        return next(other for other in NAMES if self[other] is self[name])

    def arm(self, name: str) -> Arm:
        """What a model runs, with its dated changes."""
        return self._arms[name]

    @property
    def month(self) -> int:
        """Months since the start."""
        return self["a"].month

    @property
    def months(self) -> int:
        """Length of the run."""
        return self["a"].months

    def step(self) -> None:
        """One month of every model."""
        if self.month >= self.months:
            raise ConfigError(f"the run ended with month {self.months}")
        with TURN:
            for name in self:
                self._step(self[name], self._arms[name])

    @staticmethod
    def _step(model: OutcomeContractingModel, arm: Arm) -> None:
        """One month of one model, with what changes and happens then."""
        for change in arm.changes[len(model.changes) :]:
            if change.month == model.month + 1:
                model.change(change.set, change.who)
        for one in arm.interventions[len(model.interventions) :]:
            if one.month == model.month + 1:
                model.intervene(one.kind, one.who, one.unit, one.strength, one.months)
        model.step()

    def run_to(self, month: int, tell: Callable[[int], None] | None = None) -> None:
        """On to a month; `tell` hears of each."""
        while self.month < min(month, self.months):
            self.step()
            if tell:
                tell(self.month)

    def with_now(self, change: Change | None = None, intervention: Intervention | None = None) -> Setup:
        """The setup with one more change or event from the next month on. Raises `ConfigError` where it cannot be."""
        if self.month >= self.months:
            raise ConfigError("the run is over, so nothing can change any more; go back to a month, or change at reset")
        more = replace(
            self.setup,
            changes=(*self.setup.changes, change) if change else self.setup.changes,
            interventions=(*self.setup.interventions, intervention) if intervention else self.setup.interventions,
        )
        arms_of(more)
        return more

    def adopt(self, setup: Setup) -> bool:
        """Take over what is to come from a setup with the same past; False where the models would have to be made anew."""
        arms = arms_of(setup)
        same = {name: self.same(name) for name in NAMES}
        now = {name: next(other for other in NAMES if arms[other] is arms[name]) for name in NAMES}
        if same != now or any(arms[name].design != self._arms[name].design for name in NAMES):
            return False
        models = {id(arms[name]): self[name] for name in NAMES}
        self.setup, self._arms, self._models = setup, arms, models
        return True

    def close(self) -> None:
        """Let go of the models."""
        for model in self._models.values():
            model.close()
        self._models = {}
