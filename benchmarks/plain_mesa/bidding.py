"""Bidding: whether a provider can and wants to bid, what it takes its work to cost and to bring, and what it asks for it."""

from __future__ import annotations

from typing import Any

from abm.rules.finance import peak_need
from abm.rules.market import (
    award_score,
    bid_price,
    bids_again,
    held_up,
    known_before,
    lost_to_start_up,
    spread_of_estimate,
    track_record,
)
from abm.streams import BID, exp

SHADING = {"for_profit": 0.15, "public": 0.03}  # of the price, forgone to win; third sector and associations:
NONPROFIT_SHADING = 0.08
QUALITY_NOISE = 0.1
SHARED_BID, UNCONTESTED_BID = 0.4, 0.3  # of a bid's hours: where partners write it together; where nobody competes
COST, QUALITY, RESULTS = 0, 1, 3  # items of a bidder's draws


class Bidding:
    """A provider before a tender."""

    office: Any
    model: Any

    def begin_bidding(self) -> None:
        """No contract has been held."""
        self.contracts = self.months_in = 0
        self.estimate = self.outlook = self.ready = 1.0
        self.price_per_hour = self.loss = 0.0
        self.worth = 0  # cents
        self.left = False  # the partnership, under this contract

    @property
    def hours_of_bid(self) -> float:
        """Hours of one bid: less with partners to share it, without rivals, and for who has held contracts before."""
        structure, money = self.office.design.structure, self.office.case.money
        shared = SHARED_BID if structure.partnership_required else 1.0
        asked = money.bid_hours * shared * (UNCONTESTED_BID + (1.0 - UNCONTESTED_BID) * structure.competition)
        return asked * known_before(money.contract_learning, self.contracts)

    @property
    def wants_to_bid(self) -> bool:
        """Whether it bids: who held the last contract knows what that cost it; public ones must."""
        money, trust = self.office.case.money, self.model.trust.in_(self, self.office)
        if self.months_in == 0 or self.kind == "public":
            return True
        return bids_again(self.loss, money.loss_tolerance, trust, money.trust_to_bid)

    def can_carry(self, staff: float) -> bool:
        """Whether cash and credit carry the prudent part of its peak need of working capital."""
        office, contract, months = self.office, self.office.contract, self.model.calendar.service_months
        if not office.design.mechanisms.liquidity:
            return True
        monthly = office.place.grant_eur / months * self.staff_hours / staff
        needed = peak_need(monthly, contract.deferred_share, contract.own_bridge, office.wait_months)
        cash = 0.01 * self.model.ledger.balance(self)
        cash += office.place.grant_eur * office.design.finance.development_grant * self.staff_hours / staff
        return cash + self.credit >= office.case.money.prudence * needed

    @property
    def standard_price(self) -> float:
        """€ for an hour where nobody competes."""
        money = self.office.case.money
        return money.wage * (1.0 + money.overhead) * (1.0 + money.margin)

    def _estimate(self, error: float, item: int) -> float:
        """Error (in logs) of one of its estimates for this tender."""
        spread = spread_of_estimate(error, self.contracts)
        return spread * self.model.normal(BID, self.number, item, month=self.model.calendar.contract)

    def ask(self) -> None:
        """Take an hour to cost e^error of what it does, less where more results are foreseen and paid; ask accordingly."""
        office, money = self.office, self.office.case.money
        cost, results = -self._estimate(money.cost_error, COST), self._estimate(money.forecast_error, RESULTS)
        error = cost - office.design.payment.outcome_share * results
        self.estimate, self.outlook = exp(error), exp(results)
        lean = SHADING.get(self.kind, NONPROFIT_SHADING)
        price = bid_price(self.standard_price, office.design.structure.competition, lean, error)
        self.price_per_hour = held_up(price, money.hold_up, office.rivals_gone) if self.months_in > 0 else price

    def bid_score(self) -> float:
        """Its bid's score, by price, by quality as it appears, and by its record; a newcomer has people to find first."""
        office, contract, calendar = self.office, self.office.contract, self.model.calendar
        quality = 0.0
        for competence, fit in zip(self.competence, self.fit, strict=True):
            quality += competence * fit / len(self.fit)
        quality += QUALITY_NOISE * self.model.normal(BID, self.number, QUALITY, month=calendar.contract)
        if calendar.contract > 0 and self.at_start:
            use = office.design.outcomes_use.responsibility
            quality += track_record(self.result, contract.result, contract.expected_result, use)
        if calendar.contract > 0 and self.months_in == 0:
            quality *= 1.0 - lost_to_start_up(office.case.money.start_up_months, calendar.service_months)
        discount = 1.0 - self.price_per_hour / self.standard_price
        return award_score(discount, max(0.0, quality), office.design.structure.price_weight)
