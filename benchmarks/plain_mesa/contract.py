"""The contract of a locality: its terms, and what has been claimed under it."""

from __future__ import annotations

from typing import Any

import numpy as np

from abm.rules.attribution import LAYERS
from abm.rules.payment import graduated_payment, stepped_payment
from abm.streams import power
from benchmarks.plain_mesa.plan_of_payments import PlanOfPayments
from benchmarks.plain_mesa.rate_card import RateCard

NO_TURNOVER = 1e-9  # a month; below it 1 − (1 − turnover)^months would lose its digits


class Contract:
    """What was agreed between an authority and its partners, and what came of it."""

    def __init__(self, office: Any) -> None:
        self.office = office
        design, case = office.design, office.case
        self.card = RateCard(office)
        self.measured = most_measurable(case.measurability, design.payment.alignment)
        nothing = [0.0] * len(case.domains)
        self.metric_weight = list(nothing)
        self.launched = self.serving = False
        self.signed = 0  # month
        self.value = 0.0  # €, when it was signed
        self.cut = 0.0  # part of its money that is cut this month
        self.exante_hours = self.authority_hours = 0.0  # before it was signed: of all sides, and of these its own
        self.forecast = self.bidders_forecast = 0.0  # result, as the authority publishes it and the winners see it
        self.places = self.promised_hours = 0.0
        self.service_budget = self.fee_per_hour = self.overhead_budget = 0.0  # €
        self.expected_outcome_payment = self.expected_result = self.need_scale = 0.0
        self.expected_change = list(nothing)
        self.result = self.counterfactual = self.known_change = self.known_population = self.period_paid = 0.0
        self.domain_result = list(nothing)
        self.outcome_claimed = self.claimed_before = self.unserved_claimed = self.expected_claims = 0  # cents
        self.unclaimed = self.deadline_claims = self.claim_ceiling = self.room_moved = 0
        self.layer_claimed, self.layer_before = [0] * LAYERS, [0] * LAYERS
        self.expenses_left, self.expenses_per_hour = 0, 0.0
        self.bid_hours = self.negotiation_hours = self.links_start = self.links_cut = 0.0
        self.capital_called = self.return_paid = self.return_allowed = 0  # cents
        self.owed = self.recycled = self.prime_reserves = self.development = 0
        self.development_hours = 0.0
        self.plan = PlanOfPayments(self)
        self.begin_pool()

    def begin_pool(self) -> None:
        """No cohort has been tested yet."""
        domains = len(self.measured)
        self.pooled_result, self.pooled_alone = [0.0] * domains, [0.0] * domains
        self.pooled_families = self.missed = self.missed_alone = 0.0
        self.layer_missed, self.layer_pooled = [0.0] * LAYERS, [0.0] * LAYERS

    # ---- what follows from the design

    @property
    def pays_results(self) -> bool:
        """Whether anything depends on outcomes."""
        return self.office.design.payment.outcome_share > 0.0

    @property
    def tests_cohorts(self) -> bool:
        """Whether results are tested by cohort at the end of a period."""
        return self.office.design.payment.rule in ("binary", "graduated", "tranche", "stepped")

    @property
    def asks_each_domain(self) -> bool:
        """Whether every measured domain must reach its own target instead of their mean."""
        payment = self.office.design.payment
        return payment.all_indicators and payment.rule in ("binary", "tranche")

    @property
    def held_by_prime(self) -> bool:
        """Whether a social prime holds it."""
        return self.office.design.finance.intermediary == "social_prime"

    @property
    def deferred_share(self) -> float:
        """Share of the contract's value that is paid after the work."""
        payment = self.office.design.payment
        return {"block": 0.0, "fee_for_service": 1.0}.get(payment.rule, payment.outcome_share)

    @property
    def own_bridge(self) -> float:
        """Share of the working capital that providers carry; a social prime carries it for them."""
        return 0.0 if self.held_by_prime else self.office.design.finance.bridge.provider

    @property
    def manager_fee(self) -> float:
        """€ for the people of an intermediary or social prime, where there is one."""
        finance = self.office.design.finance
        return 0.0 if finance.intermediary == "none" else self.office.place.grant_eur * finance.overhead_share

    @property
    def manager_hours(self) -> float:
        """Hours a month that these people work for it."""
        money = self.office.case.money
        return self.manager_fee / self.service_months / (money.wage * (1.0 + money.overhead))

    # ---- what follows from the calendar and from what was agreed

    @property
    def service_months(self) -> int:
        """Months for which it is let."""
        return self.office.model.calendar.service_months

    @property
    def room(self) -> int:
        """Cents that may still be claimed for outcomes."""
        return self.claim_ceiling - self.outcome_claimed

    @property
    def contract_hours(self) -> float:
        """Hours a month that the contract's money buys."""
        return self.service_budget * (1.0 - self.cut) / self.service_months / self.fee_per_hour

    @property
    def person_cap(self) -> int:
        """Cents that one family can earn its providers."""
        payment = self.office.design.payment
        return int(100.0 * payment.person_cap * self.expected_outcome_payment / max(1.0, self.places))

    @property
    def full_payment(self) -> float:
        """Full payment relative to the expected one: ramps and steps pay their expected part at the forecast."""
        payment, at_forecast = self.office.design.payment, 1.0
        if payment.rule == "graduated":
            at_forecast = graduated_payment(1.0, payment.floor, payment.ceiling)
        elif payment.rule == "stepped":
            at_forecast = self.stepped_share(1.0, 1.0)
        return 1.0 / at_forecast if at_forecast > 0.0 else 1.0

    def stepped_share(self, result: float, expected: float) -> float:
        """Share of the full payment that the steps give for a result."""
        steps = self.office.design.payment.step
        results, shares = np.array([step.result for step in steps]), np.array([step.share for step in steps])
        return stepped_payment(result, expected, results, shares, len(steps))

    @property
    def expected_stay(self) -> float:
        """Mean months in the programme: its length, cut short by turnover."""
        facts = self.office.case.family
        length = float(facts.programme_months)
        if facts.turnover < NO_TURNOVER:
            return length
        return min(length, (1.0 - power(1.0 - facts.turnover, length)) / facts.turnover)

    @property
    def months_late(self) -> int:
        """Months of service that it loses because it is signed late."""
        calendar = self.office.model.calendar
        return max(0, self.signed - calendar.dates.service[0] - calendar.contract * calendar.service_months)

    def open_year(self) -> None:
        """What may be claimed by now: all, or with annual budgets a year's part of it; an outcomes fund's money has no year."""
        design = self.office.design
        ceiling = 100.0 * design.payment.contract_cap * self.expected_outcome_payment + self.room_moved
        part = min(1.0, 12.0 / self.service_months) if design.structure.annual_budget else 1.0
        part += design.finance.fund_share * (1.0 - part)
        self.claim_ceiling = int(min(ceiling, self.outcome_claimed + ceiling * part))

    def weighted(self, results: list[float]) -> float:
        """Mean of results by domain, by the metrics' weights."""
        found = 0.0
        for weight, result in zip(self.metric_weight, results, strict=True):
            found += weight * result
        return found

    def weigh_metrics(self) -> None:
        """Metric weights are the authority's priorities over measured domains; they sum to 1."""
        weights = [
            priority if metric else 0.0 for priority, metric in zip(self.office.priorities, self.measured, strict=True)
        ]
        whole = 0.0
        for weight in weights:
            whole += weight
        self.metric_weight = [weight / whole for weight in weights] if whole > 0.0 else weights


def most_measurable(measurability: tuple[float, ...], alignment: float) -> list[bool]:
    """The most measurable domains become metrics: this share of all, rounded up; the earlier one where two are alike."""
    domains = len(measurability)
    wanted = 0
    while wanted < alignment * domains - 1e-9:
        wanted += 1
    ranked = sorted(range(domains), key=lambda d: -measurability[d])
    return [d in ranked[:wanted] for d in range(domains)]
