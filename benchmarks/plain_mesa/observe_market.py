"""Observed market and network: what contracts cost and promise, who is small and at risk, who is busy, who leaves."""

from __future__ import annotations

import math
from typing import Any

from abm.ledger import (
    ADVANCE,
    AUTHORITY,
    CAPITAL,
    EVALUATION,
    EVALUATOR,
    FEE,
    FUND,
    GRANT,
    INTERMEDIARY,
    INVESTOR_ACCOUNT,
    OUTCOME_PAYMENT,
    OVERHEAD,
    PROVIDER_ACCOUNT,
    REFUND,
    REPAYMENT,
)
from abm.rules.forecast import settling_share
from abm.rules.indices import MISSING, ratio
from abm.streams import log

PAYERS = (AUTHORITY, FUND, INTERMEDIARY, INVESTOR_ACCOUNT)  # of providers under a contract
PAID_FOR_WORK = (GRANT, ADVANCE, FEE, OUTCOME_PAYMENT, CAPITAL)
UNTOUCHED = 0.9  # of its reserves: who has less draws on them
FASTEST = 0.99  # a month: speed at which a forecast may settle


def observe_contracts(model: Any, funded: list[Any], providers: list[Any], found: dict[str, float]) -> None:
    """Cost before signature, running overhead, small providers at work and partners that left."""
    money, launched = model.case.money, [office.contract for office in funded if office.contract.launched]
    hours = math.fsum(contract.exante_hours for contract in launched)
    cost = hours * money.wage * (1.0 + money.overhead)
    found["transaction_cost_exante"] = ratio(cost, math.fsum(contract.value for contract in launched))
    own = math.fsum(contract.authority_hours for contract in launched) * money.wage * (1.0 + money.overhead)
    found["transaction_cost_authority"] = ratio(own, math.fsum(contract.value for contract in launched))
    found["partners_left"] = float(sum(office.partners_left for office in model.offices))
    found["small_providers_active"] = float(sum(provider.active and provider.small for provider in providers))
    found["overhead_share"] = overhead_share(model.ledger)


def overhead_share(ledger: Any) -> float:
    """Share of what has gone into contracts since the start that went into running them."""
    providers = (PROVIDER_ACCOUNT,)
    overhead = ledger.cents_of(EVALUATION, (AUTHORITY,), (EVALUATOR,))
    overhead += ledger.cents_of(OVERHEAD, (AUTHORITY,), (INTERMEDIARY,))
    given = sum(ledger.cents_of(purpose, PAYERS, providers) for purpose in PAID_FOR_WORK)
    back = sum(ledger.cents_of(purpose, providers, PAYERS) for purpose in (REFUND, REPAYMENT))
    whole = overhead + given - back
    return min(1.0, overhead / whole) if whole > 0 else MISSING


def observe_market(model: Any, found: dict[str, float]) -> None:
    """Forecasts, the winners' curse, small third-sector partners and the busiest coordinator, while contracts are served."""
    served = [office for office in model.offices if office.contract.serving]
    places = math.fsum(office.contract.places for office in served)
    for name in ("forecast", "bidders_forecast"):
        foreseen = math.fsum(
            office.contract.places * covered_by_now(office) * getattr(office.contract, name) for office in served
        )
        found[{"forecast": "forecast_commissioner"}.get(name, "forecast_bidders")] = ratio(foreseen, places)
    busy = [office.bottleneck for office in served if office.design.structure.coordination_rights != "none"]
    found["bottleneck"] = max(busy, default=MISSING)
    partners = [provider for provider in model.providers if provider.partner and provider.estimate > 0.0]
    share = math.fsum(partner.award_share for partner in partners)
    known = math.fsum(partner.award_share * log(partner.estimate) for partner in partners)
    found["winners_curse"] = -known / share if share > 0.0 else MISSING
    observe_small(model, found)


def observe_small(model: Any, found: dict[str, float]) -> None:
    """Small third-sector partners of the first award: who could not pay all hours, who draws on reserves, who has failed."""
    awarded = [p for p in model.providers if p.at_start and p.small and p.for_third_sector]
    small = [provider for provider in awarded if provider.partner or provider.exited]
    risky = sum(provider.exited or provider.liquidity < 0.999 for provider in small)
    drawing = sum(p.exited or 0.01 * model.ledger.balance(p) < UNTOUCHED * p.reserves for p in small)
    found["small_third_sector_at_risk"] = ratio(float(risky), float(len(small)))
    found["small_third_sector_drawing"] = ratio(float(drawing), float(len(small)))


def covered_by_now(office: Any) -> float:
    """Share of the change foreseen at the end of a programme that is foreseen by this month of service."""
    outcome, calendar = office.case.outcome, office.model.calendar
    speed = min(FASTEST, outcome.return_rate + outcome.effect)
    stay = float(math.floor(min(office.contract.expected_stay, calendar.service_months)))
    now = min(stay, float(calendar.service_month))
    return settling_share(speed, now) / settling_share(speed, max(1.0, stay))
