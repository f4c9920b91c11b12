"""The month of the model, as an ordinary Mesa model goes through it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import mesa

from abm import streams
from abm.case import Case
from abm.config import Design, Intervention
from abm.metrics import METRICS
from benchmarks.plain_mesa.calendar import Calendar
from benchmarks.plain_mesa.commissioner import Commissioner
from benchmarks.plain_mesa.delivery import Cells, deliver
from benchmarks.plain_mesa.family import Family
from benchmarks.plain_mesa.happenings import happenings_of, intervene
from benchmarks.plain_mesa.living import adapt, assess
from benchmarks.plain_mesa.measurement import measure
from benchmarks.plain_mesa.meetings import design_services
from benchmarks.plain_mesa.money import Ledger
from benchmarks.plain_mesa.network import TrustNetwork, WorkNetwork
from benchmarks.plain_mesa.observe import observe
from benchmarks.plain_mesa.payments import pay
from benchmarks.plain_mesa.planning import plan
from benchmarks.plain_mesa.provider import Provider
from benchmarks.plain_mesa.start import come_to_life
from benchmarks.plain_mesa.tender import hold_tenders


class PlainModel(mesa.Model):
    """A case under a governance design; `step` is a month, `datacollector` has every metric by month from the start."""

    def __init__(
        self,
        case: Case,
        design: Design,
        seed: int,
        months: int | None = None,
        interventions: Sequence[Intervention] = (),
    ) -> None:
        super().__init__(rng=seed)
        self.case, self.design, self.draws = case, design, seed
        self.calendar = Calendar(case.calendar, case.calendar.months if months is None else months)
        self.trust, self.work, self.ledger = TrustNetwork(), WorkNetwork(), Ledger()
        self.trust.know(case.trust, split=design.base.mechanisms.facets)
        self.cells, self.evaluation_paid = Cells(len(case.domains)), 0.0
        self.investors_paid: list[int] = []  # cents since the start, by month
        self.investors_got: list[int] = []
        self.offices: list[Commissioner] = []
        come_to_life(self)
        self.happenings = happenings_of(self, interventions)
        reporters = {metric.name: _reporter(metric.name) for metric in METRICS}
        self.datacollector = mesa.DataCollector(model_reporters=reporters)
        self.observed: dict[str, float] = {}
        self.look()

    @property
    def families(self) -> Any:
        """All families."""
        return self.agents_by_type[Family]

    @property
    def providers(self) -> Any:
        """All providers."""
        return self.agents_by_type[Provider]

    def uniform(self, stream: int, number: int, item: int = 0, month: int | None = None) -> float:
        """The draw in (0, 1) of an agent by its number, for this month unless another key is given."""
        return streams.uniform(self.draws, stream, self.calendar.month if month is None else month, number, item)

    def normal(self, stream: int, number: int, item: int = 0, month: int | None = None) -> float:
        """The standard normal draw of an agent by its number, for this month unless another key is given."""
        return streams.normal(self.draws, stream, self.calendar.month if month is None else month, number, item)

    def place_of(self, source: Any, target: Any) -> Commissioner:
        """The authority in whose locality a relation is."""
        if isinstance(source, Commissioner):
            return source
        return target if isinstance(target, Commissioner) else source.office

    def step(self) -> None:
        """One month."""
        self.calendar.turn()
        self.agents_by_type[Commissioner].do("open_month")
        intervene(self)  # what comes from outside comes first
        plan(self)  # needs are heard before anything is bought
        hold_tenders(self)  # what was heard is priced and awarded
        design_services(self)  # partners and families shape the service before it starts
        deliver(self)  # hours are worked, families live the month
        measure(self)  # results are claimed on what was delivered
        pay(self)  # claims that have come due are paid, wages always
        assess(self)  # everyone judges the month, money included
        adapt(self)  # what was lived changes what comes next
        self.look()
        self.running = not self.calendar.last_month

    def look(self) -> None:
        """Observe the month."""
        self.observed = observe(self, self.observed)
        self.datacollector.collect(self)


def _reporter(name: str) -> Any:
    """What reads one metric of the month."""
    return lambda model: model.observed[name]
