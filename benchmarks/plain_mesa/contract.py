"""The contract of a locality: its terms, the lines of its rate card, and what has been claimed under it."""

from __future__ import annotations

from typing import Any

from abm.design import EVERY_MEASURED_DOMAIN
from abm.rules.learning import foreseen
from abm.rules.payment import graduated_payment, reached_share, reached_slope
from abm.streams import power

NO_TURNOVER = 1e-9  # a month; below it 1 − (1 − turnover)^months would lose its digits


class Line:
    """A line of the rate card: an event of a family's path, and its price."""

    def __init__(self, milestone: Any, domains: tuple[str, ...]) -> None:
        self.kind: str = milestone.kind
        every = milestone.domain == EVERY_MEASURED_DOMAIN
        self.domain = None if every else domains.index(milestone.domain)
        self.threshold: float = milestone.threshold
        self.months: int = milestone.months
        self.relative_price: float = milestone.price
        self.metric_cap: float = milestone.metric_cap
        self.expected = 0.0  # payment for one family before prices are scaled
        self.price = 0.0  # €
        self.cap = self.claimed = 0  # cents

    def pays_for(self, domain: int, measured: list[bool]) -> bool:
        """Whether a result in this domain can be paid by this line."""
        return self.domain == domain or (self.domain is None and measured[domain])

    def expected_count(self, change: float, noise: float, months: int) -> float:
        """How often one family is expected to earn the line in its stay: 0 to 1, a gain by amount."""
        if self.kind == "entry":
            return 1.0
        if self.kind == "gain":
            return max(0.0, change)
        if self.kind == "sustained" and self.months > months:
            return 0.0
        return reached_share(change, self.threshold, noise)


class Contract:
    """What was agreed between an authority and its partners, and what came of it."""

    def __init__(self, office: Any) -> None:
        self.office = office
        design, case = office.design, office.case
        self.card = [Line(milestone, case.domains) for milestone in design.payment.milestone]
        self.measured = most_measurable(case.measurability, design.payment.alignment)
        self.metric_weight = [0.0] * len(case.domains)
        self.launched = self.serving = False
        self.signed = 0  # month
        self.value = 0.0  # €, when it was signed
        self.exante_hours = 0.0  # of all sides, before it was signed
        self.forecast = self.bidders_forecast = 0.0  # result, as the authority publishes it and the winners see it
        self.places = self.promised_hours = 0.0
        self.service_budget = self.fee_per_hour = self.overhead_budget = 0.0  # €
        self.expected_outcome_payment = self.expected_result = self.need_scale = 0.0
        self.result = self.counterfactual = 0.0
        self.outcome_claimed = self.claimed_before = self.unserved_claimed = self.expected_claims = 0  # cents
        self.claim_ceiling = 0
        self.expenses_left, self.expenses_per_hour = 0, 0.0
        self.bid_hours = self.links_start = self.links_cut = 0.0
        self.capital_called = self.return_paid = self.return_allowed = 0  # cents

    @property
    def pays_results(self) -> bool:
        """Whether anything depends on outcomes."""
        return self.office.design.payment.outcome_share > 0.0

    @property
    def deferred_share(self) -> float:
        """Share of the contract's value that is paid after the work."""
        payment = self.office.design.payment
        return {"block": 0.0, "fee_for_service": 1.0}.get(payment.rule, payment.outcome_share)

    @property
    def room(self) -> int:
        """Cents that may still be claimed for outcomes."""
        return self.claim_ceiling - self.outcome_claimed

    @property
    def contract_hours(self) -> float:
        """Hours a month that the contract's money buys."""
        return self.service_budget / self.office.model.calendar.service_months / self.fee_per_hour

    @property
    def person_cap(self) -> int:
        """Cents that one family can earn its providers."""
        payment = self.office.design.payment
        return int(100.0 * payment.person_cap * self.expected_outcome_payment / max(1.0, self.places))

    @property
    def full_payment(self) -> float:
        """Full payment relative to the expected one: a graduated rule pays its expected part at the forecast."""
        payment = self.office.design.payment
        if payment.rule != "graduated":
            return 1.0
        at_forecast = graduated_payment(1.0, payment.floor, payment.ceiling)
        return 1.0 / at_forecast if at_forecast > 0.0 else 1.0

    @property
    def expected_stay(self) -> float:
        """Mean months in the programme: its length, cut short by turnover."""
        facts = self.office.case.family
        length = float(facts.programme_months)
        if facts.turnover < NO_TURNOVER:
            return length
        return min(length, (1.0 - power(1.0 - facts.turnover, length)) / facts.turnover)

    @property
    def expected_entries(self) -> float:
        """Families that a contract will take in: its places, filled again as families leave; at most nearly all."""
        turns = self.office.model.calendar.service_months / self.expected_stay
        return min(0.95 * len(self.office.families), self.places * max(1.0, turns))

    def open_year(self) -> None:
        """What may be claimed by now: all of it, or with annual budgets a year's part on top of what was claimed before."""
        design = self.office.design
        ceiling = 100.0 * design.payment.contract_cap * self.expected_outcome_payment
        months = self.office.model.calendar.service_months
        part = min(1.0, 12.0 / months) if design.structure.annual_budget else 1.0
        self.claim_ceiling = int(min(ceiling, self.outcome_claimed + ceiling * part))

    def weigh_metrics(self) -> None:
        """Metric weights are the authority's priorities over measured domains; they sum to 1."""
        weights = [
            priority if metric else 0.0 for priority, metric in zip(self.office.priorities, self.measured, strict=True)
        ]
        whole = 0.0
        for weight in weights:
            whole += weight
        self.metric_weight = [weight / whole for weight in weights] if whole > 0.0 else weights

    def value_of_result(self, family: Any, domain: int, change: float, noise: float) -> float:
        """€ that one more unit of a family's result in a domain is expected to earn, over lines not yet claimed."""
        value = 0.0
        for line in self.card:
            if line.price <= 0.0 or not line.pays_for(domain, self.measured):
                continue
            if line.kind == "entry" or line.claimed >= line.cap:
                continue
            if line.kind == "gain":
                value += line.price * 1.0
            elif not family.claim(line, domain).reached:
                value += line.price * reached_slope(change, line.threshold, noise, 1.0)
        return foreseen(value, self.office.design.learning.ratchet) if self.room > 0 else 0.0


def most_measurable(measurability: tuple[float, ...], alignment: float) -> list[bool]:
    """The most measurable domains become metrics: this share of all, rounded up; the earlier one where two are alike."""
    domains = len(measurability)
    wanted = 0
    while wanted < alignment * domains - 1e-9:
        wanted += 1
    ranked = sorted(range(domains), key=lambda d: -measurability[d])
    return [d in ranked[:wanted] for d in range(domains)]
