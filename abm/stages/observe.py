"""observe: every metric of the month, from the columns; groups that are empty stay missing."""

import math

import numpy as np

from abm.compiled import compiled
from abm.ledger import (
    ADVANCE,
    AUTHORITY,
    EVALUATION,
    EVALUATOR,
    FEE,
    GRANT,
    INVESTOR_ACCOUNT,
    OUTCOME_PAYMENT,
    PROVIDER_ACCOUNT,
    REFUND,
)  # fmt: skip
from abm.network import ABILITY
from abm.rules.coordination import waiting_months
from abm.rules.outcomes import need
from abm.rules.trust import certainty
from abm.stages.deliver_intake import need_of
from abm.tables import (
    ASSOCIATION,
    COMMISSIONER_PROVIDER,
    FAMILY_COMMISSIONER,
    FAMILY_PROVIDER,
    FOR_PROFIT,
    INVESTOR_COMMISSIONER,
    INVESTOR_PROVIDER,
    PROVIDER_COMMISSIONER,
    PROVIDER_PROVIDER,
    PUBLIC,
    THIRD_SECTOR,
    VOLUNTEER_PROVIDER,
)  # fmt: skip

WRITES = ("series",)
MISSING = math.nan
LONGEST_WAIT = 24.0  # months


@compiled
def observe(world):
    """Write this month's row of the series."""
    row = world.series[world.clock[0].month]
    _observe_trust(world, row)
    _observe_wellbeing(world, row)
    _observe_objectives(world, row)
    _observe_gaps(world, row)
    _observe_system(world, row)
    _observe_money(world, row)
    if world.clock[0].serving:
        _observe_service(world, row)
        _observe_drift(world, row)
        _observe_providers(world, row)


@compiled
def ratio(part, whole):
    """part ÷ whole; missing where there is no whole."""
    return part / whole if whole > 0.0 else MISSING


@compiled
def _mean_trust(world, relation, sums):
    """Mean trust over the live edges of a relation in funded localities; adds level, certainty and 1 to the sums."""
    facts, total, sure, count = world.settings[0], 0.0, 0.0, 0.0
    ties = world.relations[relation]
    for e in range(ties.first, ties.end):
        edge = world.edges[e]
        if not edge.active:
            continue
        place = _locality_of(world, relation, edge)
        if world.localities[place].funded:
            total += edge.trust
            sure += certainty(
                edge.support[ABILITY], edge.against[ABILITY], edge.damage[ABILITY], facts.trust_prior_weight
            )
            count += 1.0
    if count == 0.0:
        return MISSING
    sums[0] += total / count
    sums[1] += sure / count
    sums[2] += 1.0
    return total / count


@compiled
def _locality_of(world, relation, edge):
    if relation == FAMILY_PROVIDER or relation == FAMILY_COMMISSIONER:
        return int(world.families[edge.source].locality)
    if relation == PROVIDER_COMMISSIONER or relation == PROVIDER_PROVIDER:
        return int(world.providers[edge.source].locality)
    if relation == VOLUNTEER_PROVIDER:
        return int(world.volunteers[edge.source].locality)
    if relation == COMMISSIONER_PROVIDER:
        return int(world.providers[edge.target].locality)
    return int(world.investors[edge.source].locality)


@compiled
def _observe_trust(world, row):
    sums = np.zeros(3)
    row.trust_family_provider = _mean_trust(world, FAMILY_PROVIDER, sums)
    row.trust_family_commissioner = _mean_trust(world, FAMILY_COMMISSIONER, sums)
    row.trust_provider_commissioner = _mean_trust(world, PROVIDER_COMMISSIONER, sums)
    row.trust_commissioner_provider = _mean_trust(world, COMMISSIONER_PROVIDER, sums)
    row.trust_provider_provider = _mean_trust(world, PROVIDER_PROVIDER, sums)
    row.trust_volunteer_provider = _mean_trust(world, VOLUNTEER_PROVIDER, sums)
    row.trust_investor_provider = _mean_trust(world, INVESTOR_PROVIDER, sums)
    row.trust_investor_commissioner = _mean_trust(world, INVESTOR_COMMISSIONER, sums)
    row.trust_mean = ratio(sums[0], sums[2])
    row.trust_certainty = ratio(sums[1], sums[2])


@compiled
def _observe_wellbeing(world, row):
    count = served = 0.0
    level = gain = attributable = attributable_served = engaged = able = tired = 0.0
    measured = measured_weight = unmeasured = unmeasured_weight = 0.0
    for i in range(world.families.shape[0]):
        family = world.families[i]
        place = world.localities[family.locality]
        if not place.funded:
            continue
        now = alone = 0.0
        for d in range(family.wellbeing.shape[0]):
            part = family.importance[d] * family.wellbeing[d]
            now += part
            alone += family.importance[d] * family.unserved_wellbeing[d]
            if place.measured[d]:
                measured, measured_weight = measured + part, measured_weight + family.importance[d]
            else:
                unmeasured, unmeasured_weight = unmeasured + part, unmeasured_weight + family.importance[d]
        count += 1.0
        level, gain, attributable = level + now, gain + now - family.start_wellbeing, attributable + now - alone
        if family.enrolled:
            served += 1.0
            attributable_served += now - alone
        engaged, able, tired = engaged + family.engagement, able + family.capability, tired + family.fatigue
    row.wellbeing_mean = row.quality_of_life = ratio(level, count)
    row.wellbeing_measured = ratio(measured, measured_weight)
    row.wellbeing_unmeasured = ratio(unmeasured, unmeasured_weight)
    row.wellbeing_gain = ratio(gain, count)
    row.attributable_gain = ratio(attributable, count)
    row.attributable_gain_served = ratio(attributable_served, served)
    row.engagement, row.capability, row.fatigue = ratio(engaged, count), ratio(able, count), ratio(tired, count)


@compiled
def _observe_objectives(world, row):
    """Governance as a vector: voice, and the distance of the commissioner's belief, and of what was heard, from the truth."""
    domains = world.commissioners[0].priorities.shape[0]
    truth, heard = np.zeros(domains), np.zeros(domains)
    distance = heard_distance = localities = heard_localities = voice = meetings = spoken = met = 0.0
    for loc in range(world.localities.shape[0]):
        place = world.localities[loc]
        if not place.funded:
            continue
        voices = need_sum = heard_sum = believed_sum = 0.0
        for d in range(domains):
            truth[d] = heard[d] = 0.0
        for i in range(place.family_first, place.family_end):
            family = world.families[i]
            for d in range(domains):
                truth[d] += need(family.importance[d], family.wellbeing[d])
        for t in range(place.team_first, place.team_end):
            voices += world.teams[t].voices
            for d in range(domains):
                heard[d] += world.teams[t].heard_need[d]
        for d in range(domains):
            need_sum, heard_sum = need_sum + truth[d], heard_sum + heard[d]
            believed_sum += world.commissioners[loc].known_need[d]
        apart = heard_apart = 0.0
        for d in range(domains):
            apart += 0.5 * abs(world.commissioners[loc].known_need[d] / believed_sum - truth[d] / need_sum)
            if voices > 0.0:
                heard_apart += 0.5 * abs(heard[d] / heard_sum - truth[d] / need_sum)
        distance, localities = distance + apart, localities + 1.0
        if voices > 0.0:
            heard_distance, heard_localities = heard_distance + heard_apart, heard_localities + 1.0
        voice += place.voice
        if place.meeting_experience >= 0.0:
            spoken, met = spoken + place.meeting_experience, met + 1.0
        meetings += place.meetings
    row.governance_voice = ratio(voice, localities)
    row.governance_transparency = 1.0 - ratio(distance, localities)
    row.representation_gap = ratio(heard_distance, heard_localities)
    row.meeting_experience = ratio(spoken, met)
    waits = networks = 0.0
    for loc in range(world.localities.shape[0]):
        place = world.localities[loc]
        if place.serving and world.settings[loc].structure_coordination_rights != 0.0:
            waits += waiting_months(place.backlog, place.settled, LONGEST_WAIT)
            networks += 1.0
    row.decision_latency = ratio(waits, networks)


@compiled
def _observe_gaps(world, row):
    level, count = np.zeros((2, 3)), np.zeros((2, 3))
    for i in range(world.families.shape[0]):
        family = world.families[i]
        if world.localities[family.locality].funded:
            now = 1.0 - need_of(family)
            level[0, family.complexity_third] += now
            count[0, family.complexity_third] += 1.0
            level[1, family.resources_third] += now
            count[1, family.resources_third] += 1.0
    row.wellbeing_gap_complexity = ratio(level[0, 0], count[0, 0]) - ratio(level[0, 2], count[0, 2])
    row.wellbeing_gap_resources = ratio(level[1, 2], count[1, 2]) - ratio(level[1, 0], count[1, 0])


@compiled
def _observe_system(world, row):
    served = waiting = active = third_sector_left = third_sector_start = partners = motivation = satisfied = 0.0
    for i in range(world.families.shape[0]):
        served += world.families[i].enrolled
        waiting += world.families[i].applied
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
    row.families_served, row.families_waiting, row.providers_active = served, waiting, active
    row.displacement = ratio(third_sector_left, third_sector_start)
    row.mission_motivation, row.job_satisfaction = ratio(motivation, partners), ratio(satisfied, partners)
    helpers = hours = keen = 0.0
    for v in range(world.volunteers.shape[0]):
        volunteer = world.volunteers[v]
        if volunteer.active and world.localities[volunteer.locality].funded:
            helpers, hours, keen = helpers + 1.0, hours + volunteer.hours, keen + volunteer.motivation
    row.volunteers_active, row.volunteer_hours, row.volunteer_motivation = helpers, hours, ratio(keen, helpers)


@compiled
def _flow(world, purpose, payer_class, payee_class):
    """€ that went from one class of accounts to another for a purpose, since the start."""
    total = 0
    for month in range(world.clock[0].month + 1):
        total += world.flows[month, purpose, payer_class, payee_class]
    return total / 100.0


@compiled
def _observe_money(world, row):
    before = world.series[max(0, world.clock[0].month - 1)]
    paid = _flow(world, OUTCOME_PAYMENT, AUTHORITY, PROVIDER_ACCOUNT) + _flow(
        world, OUTCOME_PAYMENT, AUTHORITY, INVESTOR_ACCOUNT
    )
    fees = _flow(world, FEE, AUTHORITY, PROVIDER_ACCOUNT) + _flow(world, FEE, AUTHORITY, INVESTOR_ACCOUNT)
    spent = (
        paid
        + fees
        + _flow(world, GRANT, AUTHORITY, PROVIDER_ACCOUNT)
        + _flow(world, ADVANCE, AUTHORITY, PROVIDER_ACCOUNT)
    )
    evaluated = _flow(world, EVALUATION, AUTHORITY, EVALUATOR)
    row.outcome_payments = paid
    row.spend_public = spent + evaluated - _flow(world, REFUND, PROVIDER_ACCOUNT, AUTHORITY)
    outstanding, called, claimed, alone = 0, 0, 0, 0
    for v in range(world.investors.shape[0]):
        outstanding += max(0, world.investors[v].capital)
    returned = 0.0
    for loc in range(world.localities.shape[0]):
        place = world.localities[loc]
        called += place.capital_called
        returned += place.return_paid
        claimed += place.outcome_claimed + place.claimed_before
        alone += place.unserved_claimed
    row.capital_outstanding = outstanding / 100.0
    lost = outstanding if world.clock[0].month == world.clock[0].months else 0
    row.investor_return = (returned - lost) / 100.0 if called > 0 else MISSING
    row.deadweight_paid = ratio(float(alone), float(claimed))
    admin, unpaid, gained = 0.0, 0.0, 0.0
    for p in range(world.providers.shape[0]):
        provider, facts = world.providers[p], world.settings[world.providers[p].locality]
        if world.localities[provider.locality].funded:
            hours = provider.reporting_hours + provider.bid_hours + provider.gaming_hours
            admin += hours * facts.money_wage * (1.0 + facts.money_overhead)
    for i in range(world.families.shape[0]):
        family = world.families[i]
        if world.localities[family.locality].funded:
            unpaid += family.coproduction_hours + family.integration_hours + family.red_tape_hours
            for d in range(family.wellbeing.shape[0]):
                gained += family.importance[d] * (family.wellbeing[d] - family.unserved_wellbeing[d])
    for v in range(world.volunteers.shape[0]):
        unpaid += world.volunteers[v].hours
    first = world.clock[0].month == 0
    evaluated_before = 0.0 if first else _evaluation_before(world)
    row.admin_cost = (0.0 if first else before.admin_cost) + admin + evaluated - evaluated_before
    row.unpaid_hours = (0.0 if first else before.unpaid_hours) + unpaid
    row.cost_per_gain = row.spend_public / (100.0 * gained) if gained > 0.0 and row.spend_public > 0.0 else MISSING


@compiled
def _evaluation_before(world):
    month = world.clock[0].month
    return _flow(world, EVALUATION, AUTHORITY, EVALUATOR) - world.flows[month, EVALUATION, AUTHORITY, EVALUATOR] / 100.0


@compiled
def _observe_service(world, row):
    served = satisfied = tape = mismatch = unheard = tied = needed_all = holding = reported = overstated = 0.0
    waiting = asked = taking_part = families = own_hours = forms = 0.0
    count, in_service, hours = np.zeros(3), np.zeros(3), np.zeros(3)
    needs = np.zeros(3)
    for i in range(world.families.shape[0]):
        family = world.families[i]
        if not world.localities[family.locality].funded:
            continue
        third, needed = family.complexity_third, need_of(family)
        families, count[third], needs[third] = families + 1.0, count[third] + 1.0, needs[third] + needed
        own_hours += family.coproduction_hours
        forms += family.red_tape_hours
        taking_part += 1.0 if family.took_part > 0.1 else 0.0
        if family.enrolled or family.applied:
            asked, waiting = asked + 1.0, waiting + family.lost_waiting
        if family.enrolled:
            served, in_service[third] = served + 1.0, in_service[third] + 1.0
            hours[third] += family.hours_received
            satisfied, tape = satisfied + family.satisfaction, tape + family.lost_red_tape
            mismatch, unheard = mismatch + family.lost_mismatch, unheard + family.lost_voice
            tied, needed_all = tied + family.integration * needed, needed_all + needed
            holding += family.integration_hours
            reported, overstated = reported + family.reported, overstated + family.overstated
    row.satisfaction, row.dissatisfaction_red_tape = ratio(satisfied, served), ratio(tape, served)
    row.dissatisfaction_mismatch, row.dissatisfaction_voice = ratio(mismatch, served), ratio(unheard, served)
    row.dissatisfaction_waiting = ratio(waiting, asked)
    row.integration, row.family_integration_hours = ratio(tied, needed_all), ratio(holding, served)
    row.reported_gain, row.gaming = ratio(reported, served), ratio(overstated, served)
    row.participation = ratio(taking_part, families)
    row.access_gap = ratio(in_service[0], count[0]) - ratio(in_service[2], count[2])
    mean = ratio(hours[0] + hours[1] + hours[2], needs[0] + needs[1] + needs[2])
    row.hours_gap = (ratio(hours[0], needs[0]) - ratio(hours[2], needs[2])) / mean if mean > 0.0 else MISSING
    row.governance_fairness = 1.0 - _concentration_over_need(world)
    volunteer_hours = row.volunteer_hours
    paid_hours = controlled = 0.0
    for p in range(world.providers.shape[0]):
        paid_hours += world.providers[p].contract_hours
        controlled += world.providers[p].reporting_hours
    row.coproduced_share = ratio(own_hours + volunteer_hours, own_hours + volunteer_hours + paid_hours)
    row.bureaucratisation = ratio(controlled + forms, paid_hours + own_hours + volunteer_hours + forms)


@compiled
def _concentration_over_need(world):
    """Gini coefficient of contract hours over need among the served: 0 when everyone gets hours in proportion to need."""
    members = 0
    for i in range(world.families.shape[0]):
        members += int(world.families[i].enrolled)
    rates, needs, k = np.empty(members), np.empty(members), 0
    for i in range(world.families.shape[0]):
        family = world.families[i]
        if family.enrolled:
            needs[k] = need_of(family)
            rates[k] = family.hours_received / max(1e-9, needs[k])
            k += 1
    order = np.argsort(rates)
    total_need = total_hours = 0.0
    for k in range(members):
        total_need, total_hours = total_need + needs[k], total_hours + rates[k] * needs[k]
    if total_need <= 0.0 or total_hours <= 0.0:
        return MISSING
    area = share = 0.0
    for position in range(members):
        k = order[position]
        step = rates[k] * needs[k] / total_hours
        area += needs[k] / total_need * (share + 0.5 * step)
        share += step
    return max(0.0, 1.0 - 2.0 * area)


@compiled
def _observe_drift(world, row):
    """Distances between shares over the cells: done, done if unpaid for results, needed."""
    done = unpaid = needed = 0.0
    for third in range(3):
        cell = world.cells[third]
        for d in range(cell.delivered.shape[0]):
            done, unpaid, needed = done + cell.delivered[d], unpaid + cell.mission[d], needed + cell.needed[d]
    if done <= 0.0 or unpaid <= 0.0 or needed <= 0.0:
        return
    drift = misfit = missed = 0.0
    for third in range(3):
        cell = world.cells[third]
        for d in range(cell.delivered.shape[0]):
            drift += 0.5 * abs(cell.delivered[d] / done - cell.mission[d] / unpaid)
            misfit += 0.5 * abs(cell.mission[d] / unpaid - cell.needed[d] / needed)
            missed += 0.5 * abs(cell.delivered[d] / done - cell.needed[d] / needed)
    row.mission_drift, row.misfit, row.realignment = drift, misfit, misfit - missed


@compiled
def _observe_providers(world, row):
    """Hours, quality, concentration, and what makes third-sector providers like firms."""
    paid = service = offered = reports = linking = quality = effort = third = squares = planned = 0.0
    partners = at_risk = 0.0
    nonprofit_hours = nonprofit_bids = income = outcome_income = likeness = likeness_count = links = cut = 0.0
    domains = world.providers[0].attention.shape[0]
    firm, firms = np.zeros(domains), 0.0
    for p in range(world.providers.shape[0]):
        provider = world.providers[p]
        if provider.partner and provider.kind == FOR_PROFIT:
            firms += 1.0
            for d in range(domains):
                firm[d] += provider.attention[d]
    for loc in range(world.localities.shape[0]):
        links, cut = links + world.localities[loc].links_start, cut + world.localities[loc].links_cut
    for p in range(world.providers.shape[0]):
        provider = world.providers[p]
        if provider.exited and provider.at_start:
            at_risk, partners = at_risk + 1.0, partners + 1.0
        if not provider.partner:
            continue
        partners += 1.0
        at_risk += 1.0 if provider.liquidity < 0.999 else 0.0
        hours = provider.contract_hours
        paid, service, reports = paid + hours, service + provider.service_hours, reports + provider.reporting_hours
        planned += provider.planned_hours
        linking += provider.coordination_hours
        offered += provider.menu_hours
        effort += hours * provider.intensity
        fit = 0.0
        for d in range(domains):
            fit += provider.attention[d] * provider.fit[d]
        quality += hours * provider.intensity * fit
        if provider.kind != PUBLIC and provider.kind != FOR_PROFIT:
            third += hours
            nonprofit_hours, nonprofit_bids = nonprofit_hours + hours, nonprofit_bids + provider.bid_hours
            income, outcome_income = income + provider.income, outcome_income + provider.outcome_income
            if firms > 0.0:
                alike = 0.0
                for d in range(domains):
                    alike += min(provider.attention[d], firm[d] / firms)
                likeness, likeness_count = likeness + alike, likeness_count + 1.0
    for p in range(world.providers.shape[0]):
        if paid > 0.0 and world.providers[p].partner:
            squares += (world.providers[p].contract_hours / paid) ** 2
    row.partners_engaged, row.coordination_hours, row.third_sector_share = partners, linking, ratio(third, paid)
    row.concentration = squares if paid > 0.0 else MISSING
    row.effort_intensity, row.liquidity = ratio(effort, paid), ratio(paid, planned)
    row.service_quality = ratio(quality, paid) * (0.5 + 0.5 * row.integration)
    row.admin_share, row.reporting_burden = 1.0 - min(1.0, ratio(service + offered, paid)), ratio(reports, paid)
    row.providers_at_risk = ratio(at_risk, partners)
    row.marketisation_bid_hours_share = ratio(nonprofit_bids, nonprofit_hours)
    row.marketisation_income_at_risk = ratio(outcome_income, income)
    row.marketisation_likeness_for_profit = ratio(likeness, likeness_count)
    row.marketisation_links_cut = ratio(cut, links)
    row.marketisation = _mean_of_four(
        row.marketisation_bid_hours_share, row.marketisation_income_at_risk, row.marketisation_likeness_for_profit,
        row.marketisation_links_cut,
    )  # fmt: skip


@compiled
def _mean_of_four(a, b, c, d):
    total = count = 0.0
    for x in (a, b, c, d):
        if x == x:
            total += min(1.0, x)
            count += 1.0
    return ratio(total, count)
