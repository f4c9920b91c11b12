"""Observed providers and volunteers: who is there, their hours and quality, and what makes the third sector like firms."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from abm.rules.indices import MISSING, mean_of_known, ratio

THIRDS = range(3)


def sum_over(agents: list[Any], value: Callable[[Any], float]) -> float:
    """Sum of a value over agents."""
    return math.fsum(value(agent) for agent in agents)


def observe_providers(model: Any, providers: list[Any], found: dict[str, float]) -> None:
    """Who works, who has left, and how professionals are; before the first award of all, then of partners."""
    at_start = [p for p in providers if p.at_start and p.for_third_sector]
    working = [p for p in providers if p.partner or (model.calendar.contract < 0 and p.active)]
    found["providers_active"] = float(sum(p.active for p in providers))
    found["displacement"] = ratio(float(sum(not p.partner for p in at_start)), float(len(at_start)))
    for name, attribute in (
        ("mission_motivation", "motivation"), ("job_satisfaction", "job_satisfaction"), ("staff_turnover", "staff_turnover"),
    ):  # fmt: skip
        found[name] = ratio(sum_over(working, lambda p, a=attribute: getattr(p, a)), float(len(working)))


def observe_volunteers(funded: list[Any], found: dict[str, float]) -> None:
    """Volunteers at work, trained, tired, joining, leaving."""
    volunteers = [volunteer for office in funded for volunteer in office.volunteers]
    helping = [volunteer for volunteer in volunteers if volunteer.active]
    count = float(len(helping))
    found["volunteers_active"] = count
    found["volunteer_hours"] = sum_over(helping, lambda v: v.hours)
    found["volunteer_motivation"] = ratio(sum_over(helping, lambda v: v.motivation), count)
    found["volunteers_trained"] = ratio(sum_over(helping, lambda v: v.trained), count)
    found["volunteer_fatigue"] = ratio(sum_over(helping, lambda v: v.fatigue), count)
    found["volunteers_joined"] = float(sum(volunteer.joined for volunteer in volunteers))
    found["volunteers_left"] = float(sum(volunteer.left for volunteer in volunteers))


def hours_to_work(partner: Any) -> float:
    """Contract hours that were planned when the month was worked: plans may have moved since."""
    if partner.contract_hours > 0.0 and partner.liquidity > 0.0:
        return float(partner.contract_hours / partner.liquidity)
    return float(partner.planned_hours * partner.ready)


def observe_partners(offices: list[Any], found: dict[str, float]) -> None:
    """Hours, quality and concentration of contract work, partners at risk, and marketisation."""
    providers = [provider for office in offices for provider in office.providers]
    partners = [provider for provider in providers if provider.partner]
    failed = [provider for provider in providers if provider.exited and provider.at_start]
    paid = sum_over(partners, lambda p: p.contract_hours)
    engaged = float(len(partners) + len(failed))
    short = sum(p.liquidity < 0.999 for p in partners)
    found["partners_engaged"] = engaged
    found["providers_at_risk"] = ratio(float(short + len(failed)), engaged)
    found["coordination_hours"] = sum_over(partners, lambda p: p.coordination_hours)
    found["concentration"] = sum_over(partners, lambda p: (p.contract_hours / paid) ** 2) if paid > 0.0 else MISSING
    found["effort_intensity"] = ratio(sum_over(partners, lambda p: p.contract_hours * p.intensity), paid)
    planned = sum_over(partners, hours_to_work)
    found["liquidity"] = ratio(min(paid, planned), planned)
    found["service_quality"] = ratio(sum_over(partners, quality), paid) * (0.5 + 0.5 * found["integration"])
    with_families = sum_over(partners, lambda p: p.service_hours + p.menu_hours + p.respite_hours)
    found["admin_share"] = 1.0 - min(1.0, with_families / paid) if paid > 0.0 else MISSING
    found["reporting_burden"] = ratio(sum_over(partners, lambda p: p.reporting_hours), paid)
    observe_marketisation(offices, partners, paid, found)


def quality(partner: Any) -> float:
    """Contract hours × intensity × fit with what it attends to."""
    fit = math.fsum(part * fits for part, fits in zip(partner.attention, partner.fit, strict=True))
    return partner.contract_hours * partner.intensity * fit


def observe_marketisation(offices: list[Any], partners: list[Any], paid: float, found: dict[str, float]) -> None:
    """Shares of the market, and the parts of marketisation that exist."""
    third = [partner for partner in partners if partner.for_third_sector]
    firms = [partner for partner in partners if partner.kind == "for_profit"]
    hours = sum_over(third, lambda p: p.contract_hours)
    found["third_sector_share"] = ratio(hours, paid)
    found["marketisation_for_profit_share"] = ratio(sum_over(firms, lambda p: p.contract_hours), paid)
    at_risk, income = sum(p.outcome_income for p in third), sum(p.income for p in third)
    cut, links = (sum_over(offices, lambda o, a=a: getattr(o.contract, a)) for a in ("links_cut", "links_start"))
    parts = {
        "bid_hours_share": ratio(sum_over(third, lambda p: p.bid_hours), hours),
        "income_at_risk": ratio(float(at_risk), float(income)),
        "likeness_for_profit": likeness(offices, third, firms),
        "links_cut": ratio(cut, links),
    }
    for name, part in parts.items():
        found[f"marketisation_{name}"] = part
    found["marketisation"] = mean_of_known(*parts.values())


def likeness(offices: list[Any], third: list[Any], firms: list[Any]) -> float:
    """Overlap of third-sector with for-profit partners: mean of that in hours over domains and that in families taken in."""
    hours, intake = [], []
    for group in (third, firms):
        domains = range(len(group[0].attention)) if group else range(0)
        hours.append([sum_over(group, lambda p, d=d: p.contract_hours * p.attention[d]) for d in domains])
        taken = [f for office in offices for f in office.families if f.enrolled and f.main_provider in group]
        intake.append([float(sum(f.complexity_third == third for f in taken)) for third in THIRDS])
    return mean_of_known(overlap(*hours), overlap(*intake), MISSING, MISSING)


def overlap(one: list[float], other: list[float]) -> float:
    """Overlap of two lists' shares: 1 where alike, 0 where nothing is shared; missing where a list has nothing."""
    first, second = math.fsum(one), math.fsum(other)
    if first <= 0.0 or second <= 0.0:
        return MISSING
    return math.fsum(min(a / first, b / second) for a, b in zip(one, other, strict=True))
