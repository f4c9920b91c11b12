"""The grant: what of it pays for evaluation, management, expenses and preparation, and what is left to buy work."""

from __future__ import annotations

from typing import Any

from abm.ledger import cents
from abm.rules.attribution import ATTRIBUTIONS, evaluation_share
from abm.rules.coproduction import expenses_reserve
from abm.rules.finance import covered

MOST_EXPENSES, MOST_ON_NETWORK, MOST_OVERHEAD = 0.25, 0.2, 0.7  # of the grant
MOST_EARLY = 0.5  # of what overhead and expenses leave


def divide_grant(office: Any) -> None:
    """What evaluation, governance, expense money, preparation and investors' expected return leave of the grant buys work."""
    design, case, contract = office.design, office.case, office.contract
    grant, months = office.place.grant_eur, contract.service_months
    managed = min(MOST_ON_NETWORK * grant, network_hours(office) * case.money.wage * months)
    fixed = grant * (evaluation_of(office) + design.finance.overhead_share)
    contract.overhead_budget = min(MOST_OVERHEAD * grant, fixed + managed)
    reserved = expenses_reserve(
        design.coproduction.expenses, design.coproduction.delivery, len(office.families) / office.place.demand_ratio,
        case.family.free_hours, float(len(office.volunteers)), case.work.volunteer_hours, float(months),
        MOST_EXPENSES * grant,
    )  # fmt: skip
    contract.expenses_left = cents(reserved)
    left = grant - contract.overhead_budget - reserved
    early = min(grant * design.finance.development_grant, MOST_EARLY * left)
    contract.development = cents(early)
    years = 0.5 * months / 12.0 + design.payment.lag_months / 12.0
    cap = design.finance.return_cap
    returns = office.capital_share * years * 0.5 * (cap + min(cap, case.investor.hurdle))
    contract.service_budget = (left - early) / (1.0 + returns)


def evaluation_of(office: Any) -> float:
    """Cost of the evaluation as a share of the grant; nobody estimates what nothing is paid on."""
    money = office.case.money
    if not office.contract.pays_results:
        return 0.0
    return evaluation_share(
        ATTRIBUTIONS.index(office.design.payment.attribution), money.evaluation_historical, money.evaluation_comparison,
        money.evaluation_difference, money.evaluation_randomised,
    )  # fmt: skip


def network_hours(office: Any) -> float:
    """Hours a month of the commissioner's people on the network."""
    management, facts = office.design.structure.network_management, office.case.network
    hours = management.facilitation * facts.facilitation_hours
    hours += management.brokerage * facts.brokerage_hours
    return hours + management.meta_governance * facts.meta_governance_hours


def early_hours(office: Any) -> float:
    """Share of hours of bids and negotiation that a development grant pays for."""
    contract, money = office.contract, office.case.money
    grant = office.place.grant_eur * office.design.finance.development_grant
    if grant <= 0.0:
        return 0.0
    hours = contract.bid_hours + contract.negotiation_hours
    return covered(hours * money.wage * (1.0 + money.overhead), grant)
