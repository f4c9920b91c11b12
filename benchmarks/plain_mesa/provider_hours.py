"""Hours of a provider's month: what can be paid, what control, claims and overstating take, what is left for families."""

from __future__ import annotations

from typing import Any

from abm.ledger import cents
from abm.rules.control import metric_part, reporting_share
from abm.rules.finance import affordable_hours
from abm.rules.gaming import best_misreport, detection
from abm.rules.market import readiness

CLAIM_EFFORT = 0.002  # share of a month that claims for one metric take
BID_LIMIT = 0.1  # of a month's hours, that the last bid can take
MOST_RESPITE = 0.3  # of a month's hours, that relieving families can take


class Working:
    """The hours that a provider works under the contract."""

    office: Any
    model: Any

    def set_out(self, domains: int) -> None:
        """What a provider has before its first month."""
        self.misreport = self.result_value = self.reporting_share = self.coordination_hours = self.reach = 0.0
        self.load = self.training_hours = 0.0
        self.conflict = False  # with its hub, this month
        self.attention, self.mission_attention = [0.0] * domains, [0.0] * domains
        self.payment_per_hour = [0.0] * domains  # €/h
        self.intensity = self.mission_intensity = 0.0
        self.shifting_hours = 0.0  # that claims moved last month take from this month
        self.intake_weight = self.complexity_taken = self.complexity_on_file = 0.0
        self.rest()

    def rest(self) -> None:
        """No hours under a contract."""
        self.contract_hours = self.service_hours = self.reporting_hours = self.gaming_hours = 0.0
        self.relieved_hours = 0.0  # of those on results and claims, what an intermediary's people worked
        self.bid_hours = self.claim_hours = self.metric_hours = self.menu_hours = self.misreport = 0.0
        self.respite_hours = 0.0

    # ---- money that comes this month

    def advance_of_month(self) -> tuple[float, float]:
        """€ of block pay, and € advanced by state and investors, on its planned cost."""
        contract, bridge = self.office.contract, self.office.design.finance.bridge
        cost = self.planned_hours * self.price_per_hour
        bridged = bridge.state + bridge.investor * self.office.investors_in
        return cost * (1.0 - contract.deferred_share), cost * contract.deferred_share * bridged

    def own_part(self, due: int) -> int:
        """Cents of a due amount that reach the contract's holder: its share, and that of investors who advanced nothing."""
        finance, contract = self.office.design.finance, self.office.contract
        by_risk = contract.pays_results and not contract.held_by_prime
        share = finance.risk_to_provider if by_risk else finance.bridge.provider
        uncovered = finance.bridge.investor * (1.0 - self.office.investors_in)
        return int(due * min(1.0, share + uncovered))

    def new_loan(self) -> int:
        """Cents of this month's advance that are a loan: the risk that it bears beyond what it carries itself."""
        contract, finance = self.office.contract, self.office.design.finance
        bridged = finance.bridge.state + finance.bridge.investor * self.office.investors_in
        own = finance.risk_to_provider - (1.0 - bridged)
        if not contract.pays_results or own <= 0.0 or not contract.serving:
            return 0
        return cents(own * contract.deferred_share * self.planned_hours * self.price_per_hour)

    @property
    def cost_of_hour(self) -> float:
        """€ for an hour of work, with overhead."""
        return self.office.case.money.wage * (1.0 + self.office.case.money.overhead)

    # ---- the month's hours

    def work(self, share_paid: float) -> None:
        """Work as many of the planned hours as can be paid, of which a prime has money for a share, and report on them."""
        self.rest()
        if self.serving:
            self._open_hours(share_paid)
            self._report()
            if self.office.design.mechanisms.gaming:
                self._overstate()
            self.gaming_hours += min(self.contract_hours, self.shifting_hours)
            self.shifting_hours = 0.0
        else:
            self.months_short, self.training_hours = 0, 0.0

    def _open_hours(self, share_paid: float) -> None:
        money = self.office.case.money
        self.months_in += 1
        self.ready = readiness(self.months_in, money.start_up_months)
        planned = self.planned_hours * self.ready
        block, advance = self.advance_of_month()
        due = max(0, self.own_part(self.dues[self.model.calendar.month]) - self.loan - self.new_loan()) / 100.0
        own_cost = self.cost_of_hour
        if self.office.contract.held_by_prime:  # which pays for hours worked, and keeps what they earn
            block, advance, due = 0.0, 0.0, 0.0
            own_cost -= self.price_per_hour
        cash = self.model.ledger.balance(self) / 100.0 + block + advance + due
        worked = planned
        if self.office.design.mechanisms.liquidity:
            credit = self.credit * (1.0 - money.interest / 12.0)
            worked = affordable_hours(share_paid * planned, cash, credit, own_cost)
        self.contract_hours = worked
        self.liquidity = worked / planned if planned > 0.0 else 1.0
        self.months_short = self.months_short + 1 if self.liquidity < 0.5 else 0

    def _report(self) -> None:
        design, case, worked = self.office.design, self.office.case, self.contract_hours
        use = design.outcomes_use
        asked = max(design.payment.outcome_share, use.responsibility, use.decisions) + design.structure.data_sharing
        metrics = 0.0
        for metric in self.office.contract.measured:
            metrics += asked if metric else 0.0
        parts = (
            self.burden, metrics, case.measurement.hours_per_metric, design.payment.input_specification,
            self.office.passed_burden,
        )  # fmt: skip
        self.reporting_share = reporting_share(*parts) * self.ease
        self.reporting_hours = worked * self.reporting_share
        self.metric_hours = self.reporting_hours * metric_part(*parts)
        self.claim_hours = self.ease * (CLAIM_EFFORT * worked * metrics * design.payment.outcome_share)
        last_bid = self.tender_hours / self.model.calendar.service_months
        self.bid_hours = self.claim_hours + self.ease * min(BID_LIMIT * worked, last_bid)
        self.respite_hours = min(MOST_RESPITE * worked, design.coproduction.respite * self.main_families)

    def _overstate(self) -> None:
        """Overstate results as far as it pays, given detection, penalty and integrity; it takes hours."""
        design, case = self.office.design, self.office.case
        months_pay = self.contract_hours * self.cost_of_hour
        if months_pay <= 0.0 or self.result_value <= 0.0:
            return
        pay = min(1.0, self.result_value * case.provider.misreport_room / months_pay)
        found = detection(
            design.control.audit, case.measurement.peer_detection, self.office.coassessment,
            design.structure.data_sharing,
        )  # fmt: skip
        self.misreport = best_misreport(
            pay, found, design.control.penalty, self.integrity, 1.0, case.provider.misreport_cost
        )
        self.gaming_hours = self.contract_hours * case.provider.misreport_hours * self.misreport

    def leave_hours_for_families(self) -> None:
        """What all else leaves is for families; together they cannot take more than was paid."""
        other = self.reporting_hours + self.coordination_hours + self.gaming_hours + self.bid_hours + self.menu_hours
        other += self.training_hours + self.respite_hours
        fits = min(1.0, self.contract_hours / other) if other > 0.0 else 1.0
        for hours in ("reporting", "coordination", "gaming", "bid", "metric", "claim", "menu", "training", "respite"):
            setattr(self, f"{hours}_hours", getattr(self, f"{hours}_hours") * fits)
        self.service_hours = max(0.0, self.contract_hours - other)


def share_menu_hours(office: Any) -> None:
    """New services' fixed hours are borne by the partners of the team that runs them, by their contract hours."""
    for team in office.teams:
        members, hours = [provider for provider in office.providers if provider.team is team], 0.0
        for member in members:
            hours += member.contract_hours
        for member in members:
            if hours > 0.0:
                member.menu_hours = min(hours, team.menu_hours) * member.contract_hours / hours


def relieve(office: Any) -> None:
    """An intermediary's or prime's people collect results and make claims as far as their hours reach."""
    hours, asked = office.contract.manager_hours, 0.0
    for provider in office.providers:
        asked += provider.metric_hours + provider.claim_hours
    if hours <= 0.0 or asked <= 0.0:
        return
    for provider in office.providers:
        provider.relieved_hours = min(1.0, hours / asked) * (provider.metric_hours + provider.claim_hours)
        provider.service_hours += provider.relieved_hours
