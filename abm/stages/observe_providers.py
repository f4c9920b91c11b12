"""Observed providers and volunteers: who is there, their hours and quality, and what makes the third sector like firms."""

import numpy as np

from abm.compiled import compiled, compiled_with_arrays
from abm.rules.indices import MISSING, mean_of_known, ratio
from abm.tables import ASSOCIATION, FOR_PROFIT, PUBLIC, THIRD_SECTOR


@compiled
def observe_system(world, row):
    """Who is served, waits, works, has left and helps."""
    served = waiting = complaints = replaced = active = third_sector_left = third_sector_start = partners = (
        motivation
    ) = satisfied = 0.0
    for i in range(world.families.shape[0]):
        served += world.families[i].enrolled
        waiting += world.families[i].applied
        complaints += world.families[i].complained
    for p in range(world.providers.shape[0]):
        provider = world.providers[p]
        if not world.localities[provider.locality].funded:
            continue
        active += provider.active
        if provider.at_start and (provider.kind == THIRD_SECTOR or provider.kind == ASSOCIATION):
            third_sector_start += 1.0
            third_sector_left += 0.0 if provider.partner else 1.0
        if provider.partner or (world.clock[0].contract < 0 and provider.active):
            partners += 1.0
            motivation, satisfied = motivation + provider.motivation, satisfied + provider.job_satisfaction
            replaced += provider.staff_turnover
    row.families_served, row.families_waiting, row.providers_active = served, waiting, active
    row.displacement = ratio(third_sector_left, third_sector_start)
    row.mission_motivation, row.job_satisfaction = ratio(motivation, partners), ratio(satisfied, partners)
    row.staff_turnover = ratio(replaced, partners)
    row.complaints = complaints
    _observe_volunteers(world.volunteers, world.localities, row)


@compiled
def _observe_volunteers(volunteers, localities, row):
    """Volunteers of funded localities: at work, trained, tired, joining, leaving."""
    helpers = hours = keen = able = tired = joined = left = 0.0
    for v in range(volunteers.shape[0]):
        volunteer = volunteers[v]
        if not localities[volunteer.locality].funded:
            continue
        joined, left = joined + volunteer.joined, left + volunteer.left
        if volunteer.active:
            helpers, hours, keen = helpers + 1.0, hours + volunteer.hours, keen + volunteer.motivation
            able, tired = able + volunteer.trained, tired + volunteer.fatigue
    row.volunteers_active, row.volunteer_hours, row.volunteer_motivation = helpers, hours, ratio(keen, helpers)
    row.volunteers_trained, row.volunteer_fatigue = ratio(able, helpers), ratio(tired, helpers)
    row.volunteers_joined, row.volunteers_left = joined, left


@compiled
def _hours_to_work(provider):
    """Contract hours that were planned when the month was worked (h): plans may have moved since."""
    if provider.contract_hours > 0.0 and provider.liquidity > 0.0:
        return provider.contract_hours / provider.liquidity
    return provider.planned_hours * provider.ready


@compiled
def observe_providers(providers, families, localities, row):
    """Hours, quality, concentration, and what makes third-sector providers like firms."""
    paid = service = offered = reports = linking = quality = effort = third = squares = planned = 0.0
    partners = at_risk = 0.0
    nonprofit_hours = nonprofit_bids = income = outcome_income = links = cut = firms = 0.0
    domains = providers[0].attention.shape[0]
    for loc in range(localities.shape[0]):
        links, cut = links + localities[loc].links_start, cut + localities[loc].links_cut
    for p in range(providers.shape[0]):
        provider = providers[p]
        if provider.exited and provider.at_start:
            at_risk, partners = at_risk + 1.0, partners + 1.0
        if not provider.partner:
            continue
        partners += 1.0
        at_risk += 1.0 if provider.liquidity < 0.999 else 0.0
        hours = provider.contract_hours
        paid, service, reports = paid + hours, service + provider.service_hours, reports + provider.reporting_hours
        planned += _hours_to_work(provider)
        linking += provider.coordination_hours
        offered += provider.menu_hours + provider.respite_hours
        effort += hours * provider.intensity
        fit = 0.0
        for d in range(domains):
            fit += provider.attention[d] * provider.fit[d]
        quality += hours * provider.intensity * fit
        if provider.kind != PUBLIC and provider.kind != FOR_PROFIT:
            third += hours
            nonprofit_hours, nonprofit_bids = nonprofit_hours + hours, nonprofit_bids + provider.bid_hours
            income, outcome_income = income + provider.income, outcome_income + provider.outcome_income
        firms += hours if provider.kind == FOR_PROFIT else 0.0
    for p in range(providers.shape[0]):
        if paid > 0.0 and providers[p].partner:
            squares += (providers[p].contract_hours / paid) ** 2
    row.partners_engaged, row.coordination_hours, row.third_sector_share = partners, linking, ratio(third, paid)
    row.concentration = squares if paid > 0.0 else MISSING
    row.effort_intensity, row.liquidity = ratio(effort, paid), ratio(min(paid, planned), planned)
    row.service_quality = ratio(quality, paid) * (0.5 + 0.5 * row.integration)
    row.admin_share = 1.0 - min(1.0, (service + offered) / paid) if paid > 0.0 else MISSING
    row.reporting_burden = ratio(reports, paid)
    row.providers_at_risk = ratio(at_risk, partners)
    row.marketisation_bid_hours_share = ratio(nonprofit_bids, nonprofit_hours)
    row.marketisation_income_at_risk = ratio(outcome_income, income)
    row.marketisation_likeness_for_profit = _likeness(providers, families)
    row.marketisation_links_cut = ratio(cut, links)
    row.marketisation_for_profit_share = ratio(firms, paid)
    row.marketisation = mean_of_known(
        row.marketisation_bid_hours_share, row.marketisation_income_at_risk, row.marketisation_likeness_for_profit,
        row.marketisation_links_cut,
    )  # fmt: skip


@compiled_with_arrays
def _likeness(providers, families):
    """Overlap of third-sector partners with for-profit partners: mean of that in hours over domains and that in intake.

    Hours are contract hours by attention; intake is families in service by who took them in, by third of complexity.
    """
    domains = providers[0].attention.shape[0]
    hours, intake = np.zeros((2, domains)), np.zeros((2, 3))  # row 0 third sector and associations, 1 for-profit
    for p in range(providers.shape[0]):
        provider = providers[p]
        if provider.partner and provider.kind != PUBLIC:
            for d in range(domains):
                hours[int(provider.kind == FOR_PROFIT), d] += provider.contract_hours * provider.attention[d]
    for i in range(families.shape[0]):
        family = families[i]
        if family.enrolled:
            provider = providers[family.main_provider]
            if provider.partner and provider.kind != PUBLIC:
                intake[int(provider.kind == FOR_PROFIT), family.complexity_third] += 1.0
    return mean_of_known(overlap(hours), overlap(intake), MISSING, MISSING)


@compiled
def overlap(table):
    """Overlap of the shares of two rows: 1 where alike, 0 where nothing is shared; missing where a row is empty."""
    first = second = alike = 0.0
    for k in range(table.shape[1]):
        first, second = first + table[0, k], second + table[1, k]
    for k in range(table.shape[1]):
        alike += min(ratio(table[0, k], first), ratio(table[1, k], second))
    return alike if first > 0.0 and second > 0.0 else MISSING
