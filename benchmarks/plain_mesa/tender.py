"""The tender: what was heard becomes knowledge, bids are ranked, rivals part, money and work are planned."""

from __future__ import annotations

import math
from typing import Any

from abm.ledger import cents
from abm.rules.attribution import ATTRIBUTIONS, evaluation_share
from abm.rules.coproduction import expenses_reserve
from abm.streams import BID
from benchmarks.plain_mesa.award import award, part_rivals
from benchmarks.plain_mesa.menu import choose_menu
from benchmarks.plain_mesa.pricing import set_prices

MOST_EXPENSES, MOST_ON_NETWORK, MOST_OVERHEAD = 0.25, 0.2, 0.7  # of the grant
MOST_EARLY = 0.5  # of what overhead and expenses leave of it


def hold_tenders(model: Any) -> None:
    """In a month of tender every funded authority lets its contract."""
    if not model.calendar.tendering:
        return
    for office in model.offices:
        if office.funded:
            let_contract(office)


def let_contract(office: Any) -> None:
    """From what was heard to a signed contract with prices, work and a menu; or to none."""
    if office.model.calendar.contract == 0:
        office.learn_what_was_heard()
    office.contract.weigh_metrics()
    if not award(office):
        return
    part_rivals(office)
    divide_grant(office)
    for investor in office.investors:
        investor.decide()
    promise(office)
    plan_work(office)
    set_prices(office)
    note_forecasts(office)
    renew_menu(office)


def divide_grant(office: Any) -> None:
    """What evaluation, governance, expense money and investors' expected return leave of the grant buys work."""
    design, case, contract = office.design, office.case, office.contract
    grant, months = office.place.grant_eur, office.model.calendar.service_months
    evaluation = evaluation_share(
        ATTRIBUTIONS.index(design.payment.attribution),
        case.money.evaluation_historical,
        case.money.evaluation_comparison,
        case.money.evaluation_difference,
        case.money.evaluation_randomised,
    )
    if not contract.pays_results:
        evaluation = 0.0  # nobody estimates a counterfactual that nothing is paid on
    managed = min(MOST_ON_NETWORK * grant, office.management_hours * case.money.wage * months)
    contract.overhead_budget = min(
        MOST_OVERHEAD * grant, grant * (evaluation + design.finance.overhead_share) + managed
    )
    reserved = expenses_reserve(
        design.coproduction.expenses, design.coproduction.delivery, len(office.families) / office.place.demand_ratio,
        case.family.free_hours, float(len(office.volunteers)), case.work.volunteer_hours, float(months),
        MOST_EXPENSES * grant,
    )  # fmt: skip
    contract.expenses_left = cents(reserved)
    left = grant - contract.overhead_budget - reserved
    early = min(grant * design.finance.development_grant, MOST_EARLY * left)
    contract.development = cents(early)
    net = left - early
    years = 0.5 * months / 12.0 + design.payment.lag_months / 12.0
    cap = design.finance.return_cap
    returns = office.capital_share * years * 0.5 * (cap + min(cap, case.investor.hurdle))
    contract.service_budget = net / (1.0 + returns)


def promise(office: Any) -> None:
    """Places and promised hours that the money allows; whoever was served under an earlier contract may come again."""
    contract, case, design = office.contract, office.case, office.design
    contract.places = max(1.0, math.floor(len(office.families) / office.place.demand_ratio + 0.5))
    spent = 0.05 + design.control.burden_min + case.rules.region_burden + design.structure.coordination_effort
    contract.promised_hours = contract.contract_hours * (1.0 - min(0.6, spent)) / contract.places
    for family in office.families:
        family.was_served = False


def plan_work(office: Any) -> None:
    """Each partner's hours, places and promise, by its share of the contract and the families that know it."""
    contract, hours, model = office.contract, office.contract.contract_hours, office.model
    chance = contract.places / len(office.families)
    expected = dict.fromkeys(office.providers, 0.0)  # families in service that have it in their package
    for provider in office.providers:
        bought = contract.fee_per_hour / provider.price_per_hour if provider.partner else 0.0
        provider.planned_hours = hours * provider.award_share * bought
        provider.places = 0.0
    for family in office.families:
        for slot in family.package:
            if slot.provider.partner:
                expected[slot.provider] += chance
        if family.first_partner is not None:
            family.first_partner.places += chance
    for provider, families in expected.items():
        known = contract.promised_hours * contract.places * provider.award_share
        provider.promised_hours = known / families if families > 0.0 else 0.0
        mark = model.uniform(BID, provider.number, 2, month=model.calendar.contract)
        provider.places = math.floor(provider.places + mark)


def note_forecasts(office: Any) -> None:
    """What the authority publishes as its forecast of results, and what the winners make of it."""
    contract, foreseen = office.contract, 0.0
    contract.forecast = contract.expected_result * office.case.money.forecast_optimism
    for partner in office.partners:
        foreseen += partner.award_share * partner.outlook
    contract.bidders_forecast = contract.forecast * foreseen


def renew_menu(office: Any) -> None:
    """Partners plan the menu before families are heard; at a renewal those in service are asked too."""
    renewal = office.model.calendar.contract > 0 and office.decides_with_others
    for family in office.families:
        family.at_meeting = renewal and family.enrolled
    choose_menu(office, office.design.coproduction.design if renewal else 0.0)
