"""The investor: advances working capital where return and social benefit clear its hurdle."""

from __future__ import annotations

from typing import Any

import mesa

from abm.rules.finance import investor_surplus


class Investor(mesa.Agent):
    """An investor of an outcomes contract."""

    def __init__(self, model: Any, number: int, office: Any, social_motivation: float) -> None:
        super().__init__(model)
        self.number, self.office, self.social_motivation = number, office, social_motivation
        self.active, self.capital = False, 0  # cents outstanding

    def decide(self) -> None:
        """Take part where capital is asked for and the expected surplus is not negative; relations follow."""
        office, facts = self.office, self.office.case.investor
        risk = (1.0 - office.design.finance.risk_to_provider) * office.design.payment.outcome_share
        surplus = investor_surplus(
            office.design.finance.return_cap, risk, facts.risk_aversion, self.social_motivation,
            self.model.trust.in_(self, office), facts.hurdle,
        )  # fmt: skip
        self.active = office.capital_share > 0.0 and surplus >= 0.0
        self.model.trust.activate(self, office, self.active)
        for provider in office.providers:
            self.relate_to(provider)

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
