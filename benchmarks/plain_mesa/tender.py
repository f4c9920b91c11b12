"""The tender: what was heard becomes knowledge, bids are ranked, rivals part, money and work are planned."""

from __future__ import annotations

import math
from typing import Any

from abm.streams import BID
from benchmarks.plain_mesa.award import award, part_rivals
from benchmarks.plain_mesa.grant import divide_grant
from benchmarks.plain_mesa.investor import set_classes
from benchmarks.plain_mesa.menu import choose_menu
from benchmarks.plain_mesa.pricing import set_prices
from benchmarks.plain_mesa.prime import can_start


def hold_tenders(model: Any) -> None:
    """In a month of tender every funded authority lets its contract."""
    if not model.calendar.tendering:
        return
    for office in model.offices:
        if office.contract.cut >= 1.0:  # there is no money to let a contract with
            office.contract.launched = office.contract.serving = False
        elif office.funded:
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
    set_classes(office)
    for investor in office.investors:
        investor.decide()
    if not can_start(office):
        give_back(office)
        return
    promise(office)
    plan_work(office)
    set_prices(office)
    note_forecasts(office)
    office.contract.plan.make()
    renew_menu(office)


def give_back(office: Any) -> None:
    """No contract begins after all, and nobody has a part of it."""
    office.contract.launched = office.contract.serving = False
    for provider in office.providers:
        provider.partner = False
        provider.award_share = provider.planned_hours = 0.0


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
    contract.forecast = contract.expected_result
    for partner in office.partners:
        foreseen += partner.award_share * partner.outlook
    contract.bidders_forecast = contract.forecast * foreseen


def renew_menu(office: Any) -> None:
    """Partners plan the menu before families are heard; at a renewal those in service are asked too."""
    renewal = office.model.calendar.contract > 0 and office.decides_with_others
    for family in office.families:
        family.at_meeting = renewal and family.enrolled
    choose_menu(office, office.design.coproduction.design if renewal else 0.0)
