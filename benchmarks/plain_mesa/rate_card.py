"""The rate card: events of a family's path that are paid, each with its price; some open the way to others."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from abm.design import EVERY_MEASURED_DOMAIN
from abm.rules.attribution import LAYERS
from abm.rules.learning import foreseen
from abm.rules.payment import reached_share, reached_slope, reached_with_core, tariff


@dataclass
class Claim:
    """How far a family is on the way to a paid event in a domain; so too on its path without service, and by layers."""

    held: int = 0  # months that the change has stood at the threshold
    reached: bool = False
    unserved_held: int = 0
    unserved_reached: bool = False

    def __post_init__(self) -> None:
        self.layer_held = [0] * LAYERS
        self.layer_reached = [False] * LAYERS

    def count_anew(self) -> None:
        """After a deadline months that a result has stood are counted from nought."""
        self.held = self.unserved_held = 0
        self.layer_held = [0] * LAYERS


class Line:
    """A line of the rate card: an event of a family's path, and its price."""

    def __init__(self, number: int, milestone: Any, domains: tuple[str, ...]) -> None:
        self.number = number
        self.kind: str = milestone.kind
        self.core: bool = milestone.core
        every = milestone.domain == EVERY_MEASURED_DOMAIN
        self.domain = None if every else domains.index(milestone.domain)
        self.threshold: float = milestone.threshold
        self.months: int = milestone.months
        self.relative_price: float = milestone.price
        self.metric_cap: float = milestone.metric_cap
        self.expected = self.unserved = 0.0  # payment for one family before prices are scaled, with service and without
        self.price = 0.0  # €
        self.cap = self.claimed = 0  # cents
        self.layer_claimed = [0] * LAYERS

    def begin_contract(self) -> None:
        """Nothing is priced or claimed yet; what nobody is expected to reach is not paid for."""
        self.expected = self.unserved = self.price = 0.0
        self.cap = self.claimed = 0
        self.layer_claimed = [0] * LAYERS

    def pays_for(self, domain: int, measured: list[bool]) -> bool:
        """Whether a result in this domain can be paid by this line."""
        return self.domain == domain or (self.domain is None and measured[domain])

    def count(self, change: float, noise: float, months: float) -> float:
        """How often a family that stays so long comes to the event, given the change ahead; a gain by amount."""
        if self.kind == "gain":
            return max(0.0, change)
        return self.chance(change, noise, months)

    def chance(self, change: float, noise: float, months: float) -> float:
        """Probability that a family comes to the event at all; a gain is where its measured change is above nought."""
        if self.kind == "entry":
            return 1.0
        if self.kind == "sustained" and self.months > months:
            return 0.0
        return reached_share(change, 0.0 if self.kind == "gain" else self.threshold, noise)


class RateCard(list[Line]):
    """The lines of a contract, in their order."""

    def __init__(self, office: Any) -> None:
        domains = office.case.domains
        super().__init__(Line(k, milestone, domains) for k, milestone in enumerate(office.design.payment.milestone))
        self.office = office

    def paid(self, domain: int) -> list[Line]:
        """Lines with a price that a result in this domain can earn."""
        return [line for line in self if line.price > 0.0 and line.pays_for(domain, self.office.contract.measured)]

    def price_for(self, line: Line, family: Any) -> float:
        """€ for a family: the price of its tariff group."""
        return line.price * self.tariff_of(family)

    def tariff_of(self, family: Any) -> float:
        """What a family's tariff group is paid, relative to the easiest."""
        payment = self.office.design.payment
        return tariff(payment.tariff_groups, payment.tariff_ratio, family.filed_complexity)

    def is_open(self, line: Line, family: Any) -> bool:
        """Whether a line may be claimed: an optional one once its family has reached some core line."""
        return line.core or any(self[k].core and claim.reached for (k, _), claim in family.claims.items())

    def is_open_unserved(self, line: Line, family: Any) -> bool:
        """The same on the family's path without service, where having entered counts all the same."""
        if line.core:
            return True
        for (k, _), claim in family.claims.items():
            reached = claim.reached if self[k].kind == "entry" else claim.unserved_reached
            if self[k].core and reached:
                return True
        return False

    def is_open_in_layer(self, line: Line, family: Any, layer: int) -> bool:
        """The same without the errors that come after a layer."""
        return line.core or any(self[k].core and claim.layer_reached[layer] for (k, _), claim in family.claims.items())

    def expected_count(self, line: Line, domain: int, changes: list[float], noise: float, months: float) -> float:
        """How often a family is expected to claim a line in a domain, with these changes by domain ahead."""
        measured = self.office.contract.measured
        if not line.pays_for(domain, measured):
            return 0.0
        found = line.count(changes[domain], noise, months)
        if line.core:
            return found
        opened = [self._core_chance(d, changes[d], noise, months) for d in range(len(changes))]
        never_elsewhere = 1.0
        for d, chance in enumerate(opened):
            never_elsewhere *= 1.0 - chance if d != domain else 1.0
        if line.kind == "gain":  # an amount; it is paid as likely as it is opened
            return found * reached_with_core(1.0, opened[domain], 1.0 - never_elsewhere)
        return reached_with_core(found, opened[domain], 1.0 - never_elsewhere)

    def _core_chance(self, domain: int, change: float, noise: float, months: float) -> float:
        """Probability of the likeliest core line with a price in a domain."""
        measured, best = self.office.contract.measured, 0.0
        for line in self:
            if line.core and line.relative_price > 0.0 and line.pays_for(domain, measured):
                best = max(best, line.chance(change, noise, months))
        return best

    def value_of_result(self, family: Any, domain: int, change: float, noise: float) -> float:
        """€ that one more unit of a family's result in a domain is expected to earn, over lines not yet claimed."""
        value = 0.0
        for line in self.paid(domain):
            if line.kind == "entry" or line.claimed >= line.cap or not self.is_open(line, family):
                continue
            if line.kind == "gain":
                value += self.price_for(line, family)
            elif not family.claim(line, domain).reached:
                value += self.price_for(line, family) * reached_slope(change, line.threshold, noise, 1.0)
        return foreseen(value, self.office.design.learning.ratchet) if self.office.contract.room > 0 else 0.0
