"""Interventions and shocks of a run: what happens when, and for whom."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from abm.config import Intervention, treated_units
from abm.rules.interventions import FOR_GOOD, together
from benchmarks.plain_mesa.commissioner import Commissioner
from benchmarks.plain_mesa.family import Family
from benchmarks.plain_mesa.provider import Provider
from benchmarks.plain_mesa.shocks import cut_money, strike
from benchmarks.plain_mesa.supports import HELPING, TEACHING, begin_month, support

UNITS = {"place": Commissioner, "provider": Provider, "family": Family}


class Happening:
    """An intervention or a shock, and those whom it is for."""

    def __init__(self, number: int, given: Intervention, numbers: Sequence[int], last_month: int) -> None:
        self.number, self.kind, self.unit, self.strength = number, given.kind, given.unit_or_usual, given.strength
        for_good = given.declared.lasts == FOR_GOOD
        self.first, self.last = given.month, last_month if for_good else given.month + given.months - 1
        self.numbers = set(numbers)

    def reaches_place(self, office: Commissioner) -> bool:
        """Whether it is for a place as such."""
        return self.unit == "place" and office.number in self.numbers

    def reaches(self, agent: Any) -> bool:
        """Whether it is for a provider or a family: drawn itself, or in a place that is."""
        drawn = isinstance(agent, UNITS[self.unit]) and agent.number in self.numbers
        return drawn or self.reaches_place(agent.office)


def happenings_of(model: Any, given: Sequence[Intervention]) -> list[Happening]:
    """All of a run, in the order in which they were given."""
    units = treated_units(model.case, given, model.draws)
    return [Happening(n, one, units[n], model.calendar.months) for n, one in enumerate(given)]


def intervene(model: Any) -> None:
    """Let this month's interventions and shocks act; without any in the run, nothing is touched."""
    if not model.happenings:
        return
    begin_month(model)
    cuts = dict.fromkeys(model.offices, 0.0)
    for event in model.happenings:
        if event.strength <= 0.0 or not event.first <= model.calendar.month <= event.last:
            continue
        for office in model.offices:
            if office.funded and event.kind in (*TEACHING, "engagement", *HELPING):
                support(event, office)
            elif office.funded:
                cuts[office] = together(cuts[office], strike(event, office))
    for office, cut in cuts.items():
        cut_money(office, cut)
