"""Whom results are compared with: earlier families, all eligible families, and an unserved match for each of the served."""

from __future__ import annotations

from typing import Any

from abm.rules.attribution import distance
from abm.streams import MATCH

CANDIDATES = 24  # files that an evaluator looks into for one match
SURVEY_MONTHS = 6


class Compared:
    """What is known of a family beside others, from its intake on."""

    office: Any
    model: Any

    def begin_comparing(self, domains: int) -> None:
        """Nobody is compared with anybody yet."""
        nothing = [0.0] * domains
        self.population_intake, self.population_last = list(nothing), list(nothing)
        self.surveyed: list[float] | None = None
        self.match_found: Any = None  # the unserved family that it is compared with
        self.comparison_intake = self.comparison_last = self.trend_before = 0.0

    def level(self, weights: list[float]) -> float:
        """Its wellbeing over domains, by these weights."""
        found = 0.0
        for weight, y in zip(weights, self.wellbeing, strict=True):
            found += weight * y
        return found

    def find_match(self) -> None:
        """As its programme begins, find the likest of some unserved families: where no contract is served, else near by."""
        self.match_found = None
        self.comparison_intake = self.comparison_last = self.trend_before = 0.0
        if self.office.design.payment.attribution not in ("comparison", "difference"):
            return
        match = self._likest_elsewhere() or self._likest_here()
        self.match_found = match
        if match is None:
            return
        weights = self.office.contract.metric_weight
        self.comparison_intake = self.comparison_last = match.level(weights)
        if self.surveyed is None or match.surveyed is None:
            return
        for d, weight in enumerate(weights):
            own, other = self.wellbeing[d] - self.surveyed[d], match.wellbeing[d] - match.surveyed[d]
            self.trend_before += weight * (own - other)

    def _likest_elsewhere(self) -> Any:
        others = [family for family in self.model.families if family.office is not self.office]
        candidates = [f for f in self._drawn_from(others, 0) if not f.office.contract.serving]
        return self._likest(candidates, lambda other: True)

    def _likest_here(self) -> Any:
        return self._likest(self._drawn_from(list(self.office.families), CANDIDATES), lambda other: other.applied)

    def _drawn_from(self, families: list[Any], first_item: int) -> list[Any]:
        """Unserved ones among those drawn; the same may be drawn twice."""
        drawn = []
        for item in range(CANDIDATES if families else 0):
            other = families[int(self.model.uniform(MATCH, self.number, first_item + item) * len(families))]
            if other is not self and not other.enrolled and not other.was_served:
                drawn.append(other)
        return drawn

    def _likest(self, candidates: list[Any], wanted_service: Any) -> Any:
        """The first among those that are least unlike itself; None where there is no candidate."""
        weights = self.office.contract.metric_weight
        level = self.level(weights)

        def apart(other: Any) -> float:
            thirds = other.complexity_third - self.complexity_third
            return distance(other.level(weights) - level, thirds, wanted_service(other))

        return min(candidates, key=apart, default=None)

    def follow(self) -> None:
        """While in service: keep all eligible families' level, and the match's as long as that is not served itself."""
        self.population_last = list(self.office.natural)
        match = self.match_found
        if match is not None and not (match.enrolled or match.was_served):
            self.comparison_last = match.level(self.office.contract.metric_weight)


def note_levels(office: Any) -> None:
    """The mean path without service, and its change until the first contract."""
    calendar = office.model.calendar
    for d in range(len(office.natural)):
        whole = 0.0
        for family in office.families:
            whole += family.unserved_wellbeing[d]
        office.natural[d] = whole / len(office.families)
    if calendar.month == 1:
        office.earlier_start = list(office.natural)
    if calendar.month < calendar.dates.service[0]:
        office.earlier_change = [now - then for now, then in zip(office.natural, office.earlier_start, strict=True)]


def survey(model: Any) -> None:
    """Survey everybody every half year, if any authority pays on difference in differences."""
    needed = any(
        office.design.payment.outcome_share > 0.0 and office.design.payment.attribution == "difference"
        for office in model.offices
    )
    if needed and model.calendar.month % SURVEY_MONTHS == 1:
        for family in model.families:
            family.surveyed = list(family.wellbeing)
