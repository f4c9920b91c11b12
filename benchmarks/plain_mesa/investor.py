"""The investor: advances working capital where return and social benefit clear its hurdle."""

from __future__ import annotations

from typing import Any

import mesa

from abm.rules.finance import first_losers, investor_surplus, risk_left


class Investor(mesa.Agent):
    """An investor of an outcomes contract."""

    def __init__(self, model: Any, number: int, office: Any, social_motivation: float) -> None:
        super().__init__(model)
        self.number, self.office, self.social_motivation = number, office, social_motivation
        self.active, self.capital = False, 0  # cents outstanding
        self.first_loss = False  # is repaid after the others, so loses first

    def decide(self) -> None:
        """Take part where capital is asked for and the expected surplus is not negative; relations follow."""
        office, facts = self.office, self.office.case.investor
        exposed = (1.0 - office.design.finance.risk_to_provider) * office.design.payment.outcome_share
        risk = self._risk_of(exposed)
        surplus = investor_surplus(
            office.design.finance.return_cap, risk, facts.risk_aversion, self.social_motivation,
            self.model.trust.in_(self, office), facts.hurdle,
        )  # fmt: skip
        self.active = office.capital_share > 0.0 and surplus >= 0.0
        self.model.trust.activate(self, office, self.active)
        for provider in office.providers:
            self.relate_to(provider)

    def _risk_of(self, exposed: float) -> float:
        """Most that it can lose of a €, if this share of all capital is lost: by its class, and less what is guaranteed."""
        finance = self.office.design.finance
        classes = any(investor.first_loss for investor in self.office.investors)
        return risk_left(exposed, finance.first_loss if classes else 0.0, self.first_loss, finance.guarantee)

    def relate_to(self, provider: Any) -> None:
        """Have a relation with a provider that holds a part of the contract."""
        self.model.trust.activate(self, provider, self.active and provider.partner)

    def judge(self) -> None:
        """Judge whether claims keep up with the plan, once the first could have been made."""
        contract, calendar, trust = self.office.contract, self.model.calendar, self.model.trust
        if not self.active or calendar.service_month <= 6 or contract.expected_claims <= 0:
            return
        kept = min(1.0, contract.outcome_claimed / contract.expected_claims)
        trust.live(self, self.office, 0.3 + 0.5 * kept, 0.5)
        for provider in self.office.providers:
            if trust.exists(self, provider):
                trust.live(self, provider, 0.8 * kept, 0.5)


def set_classes(office: Any) -> None:
    """Those whom social benefit moves most bear losses first, where there are two classes."""
    investors = list(office.investors)
    count = first_losers(len(investors), office.design.finance.first_loss)
    keenest = sorted(investors, key=lambda investor: -investor.social_motivation)[:count]
    for investor in investors:
        investor.first_loss = investor in keenest
