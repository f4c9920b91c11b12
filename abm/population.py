"""The populations at their start, drawn from the seed alone: every design meets the same people with the same luck."""

from __future__ import annotations

from abm.associations import hear_members
from abm.compiled import compiled
from abm.ledger import BANK, PROVIDER_ACCOUNT, RESERVES, cents, pay_out, provider_account, single_account
from abm.population_ties import draw_package, set_edge, tie_family, tie_investors, tie_providers
from abm.rules.skills import USUAL_SATISFACTION
from abm.streams import (
    FAMILY,
    FILED,
    PROVIDER,
    TERRITORY,
    VOLUNTEER,
    exp,
    normal,
    normal_share,
    uniform,
)  # fmt: skip
from abm.tables import (
    ASSOCIATION,
    COMMISSIONER_REGION,
    FOR_PROFIT,
    PUBLIC,
    REGION_COMMISSIONER,
    THIRD_SECTOR,
    VOLUNTEER_PROVIDER,
)  # fmt: skip


@compiled
def clip(x, low, high):
    """x kept between low and high."""
    return min(high, max(low, x))


def populate(world):
    """Fill every table for month 0. All draws have month 0 and the agent's own row as key."""
    settle(world)
    endow(world)


@compiled
def settle(world):
    """The people of every locality of the world's part."""
    for row in range(world.part[0], world.part[1]):
        _territories(world, row)
        for t in range(world.localities[row].team_first, world.localities[row].team_end):
            world.teams[t].locality = row
        _providers(world, row)
        _families(world, row)
        hear_members(world, row, 1.0)
        _volunteers(world, row)
        tie_investors(world, row)
        _commissioner(world, row)


@compiled
def endow(world):
    """What regions start with, and providers' reserves, from outside."""
    domains = world.territories[0].tilt.shape[0]
    for region in range(world.localities.shape[0], world.commissioners.shape[0]):
        for d in range(domains):
            world.commissioners[region].priorities[d] = 1.0 / domains
    bank, places = single_account(BANK), world.localities.shape[0]
    for p in range(world.providers.shape[0]):
        amount, account = cents(world.providers[p].reserves), provider_account(p, places)
        pay_out(world.balances, world.flows, 0, bank, BANK, account, PROVIDER_ACCOUNT, RESERVES, amount)


@compiled
def _territories(world, row):
    place, seed = world.localities[row], world.clock[0].seed
    for t in range(place.territory_first, place.territory_end):
        territory = world.territories[t]
        territory.locality = row
        total = 0.0
        for d in range(territory.tilt.shape[0]):
            z = normal(seed, TERRITORY, 0, t, d)
            territory.tilt[d] = z * z  # squared normals, normalised, are Dirichlet(½)
            total += z * z
        for d in range(territory.tilt.shape[0]):
            territory.tilt[d] /= total


@compiled
def _kind_of(facts, position):
    """Kind of a locality's n-th provider, and whether it is there from the start."""
    edge = facts.locality_public
    if position < edge:
        return PUBLIC, 1
    edge += facts.locality_third_sector
    if position < edge:
        return THIRD_SECTOR, 1
    edge += facts.locality_associations
    if position < edge:
        return ASSOCIATION, 1
    edge += facts.locality_joiners
    if position < edge:
        return THIRD_SECTOR, 0
    return FOR_PROFIT, 0


@compiled
def _by_kind(kind, public, third_sector, for_profit):
    if kind == PUBLIC:
        return public
    return for_profit if kind == FOR_PROFIT else third_sector


@compiled
def _providers(world, row):
    place, facts, seed = world.localities[row], world.settings[row], world.clock[0].seed
    domains = world.territories[0].tilt.shape[0]
    territories, teams = place.territory_end - place.territory_first, place.team_end - place.team_first
    staff_at_start = 0.0
    for p in range(place.provider_first, place.provider_end):
        provider = world.providers[p]
        position = p - place.provider_first
        kind, there = _kind_of(facts, position)
        provider.locality, provider.kind, provider.active = row, kind, there
        provider.territory = place.territory_first + position % territories
        provider.team = place.team_first + position % teams
        provider.domain = int(uniform(seed, PROVIDER, 0, p, 0) * domains)
        staff = _by_kind(
            kind, facts.provider_staff_public, facts.provider_staff_third_sector, facts.provider_staff_for_profit
        )
        provider.staff_hours = staff * exp(facts.provider_size_spread * normal(seed, PROVIDER, 0, p, 1))
        provider.small = provider.staff_hours < staff
        if there:
            staff_at_start += provider.staff_hours
        own = _by_kind(
            kind,
            facts.provider_motivation_public,
            facts.provider_motivation_third_sector,
            facts.provider_motivation_for_profit,
        )
        provider.own_motivation = clip(
            own + facts.provider_motivation_spread * normal(seed, PROVIDER, 0, p, 2), 0.02, 0.98
        )
        provider.motivation = provider.own_motivation
        provider.openness = clip(facts.provider_openness + 0.1 * normal(seed, PROVIDER, 0, p, 3), 0.0, 1.0)
        provider.own_openness = provider.openness
        provider.job_satisfaction = USUAL_SATISFACTION
        provider.integrity = clip(facts.provider_integrity + 0.25 * normal(seed, PROVIDER, 0, p, 4), 0.0, 1.0)
        provider.burden = facts.control_burden_min
        provider.liquidity = provider.ready = provider.estimate = provider.outlook = 1.0
        _knowledge_and_skill(provider, facts, seed, p, domains)
    families = place.family_end - place.family_first
    for p in range(place.provider_first, place.provider_end):
        provider = world.providers[p]
        share = provider.staff_hours / staff_at_start
        provider.usual_hours = facts.provider_usual_hours * families * share if provider.active else 0.0
        _reserves(world, row, p, share)
    tie_providers(world, row)


@compiled
def _knowledge_and_skill(provider, facts, seed, p, domains):
    """Professionals are better in their own field, and see more need there."""
    special = facts.provider_specialism
    for d in range(domains):
        own = 1.0 if d == provider.domain else 0.0
        lean = special * (own - 1.0 / domains)
        provider.competence[d] = clip(
            facts.provider_competence + lean + 0.08 * normal(seed, PROVIDER, 0, p, 10 + d), 0.05, 1.0
        )
        provider.own_competence[d] = provider.competence[d]
        provider.fit[d] = clip(facts.provider_fit + 0.12 * normal(seed, PROVIDER, 0, p, 30 + d), 0.05, 1.0)
        belief = (1.0 - special) / domains + special * own
        error = exp(0.25 * normal(seed, PROVIDER, 0, p, 50 + d))
        provider.prior_need[d] = (1.0 - facts.family_wellbeing_start) * belief * error
        provider.known_need[d] = provider.prior_need[d]


@compiled
def _reserves(world, row, p, share):
    """Reserves in months of what a provider's part of the grant costs; without a grant, of usual services."""
    facts, provider, seed = world.settings[row], world.providers[p], world.clock[0].seed
    monthly = facts.locality_grant_eur / world.clock[0].service_months * share
    if monthly <= 0.0:
        monthly = provider.usual_hours * facts.money_wage
    median = _by_kind(
        provider.kind, facts.money_reserves_public, facts.money_reserves_third_sector, facts.money_reserves_for_profit
    )
    spread = 0.0 if provider.kind == PUBLIC else facts.money_reserves_spread
    reserved, lent = (facts.money_reserves_small, facts.money_credit_small) if provider.small else (1.0, 1.0)
    provider.reserves = reserved * monthly * median * exp(spread * normal(seed, PROVIDER, 0, p, 5))
    third_sector = provider.kind == THIRD_SECTOR or provider.kind == ASSOCIATION
    months = facts.money_credit_third_sector if third_sector else facts.money_credit_for_profit
    provider.credit = lent * monthly * months


@compiled
def _families(world, row):
    place, facts, seed = world.localities[row], world.settings[row], world.clock[0].seed
    domains = world.territories[0].tilt.shape[0]
    count, territories = place.family_end - place.family_first, place.territory_end - place.territory_first
    teams = place.team_end - place.team_first
    for i in range(place.family_first, place.family_end):
        family = world.families[i]
        family.locality = row
        family.territory = place.territory_first + (i - place.family_first) * territories // count
        family.team = place.team_first + (i - place.family_first) * teams // count
        z = normal(seed, FAMILY, 0, i, 0)
        family.complexity = normal_share(z)
        on_file = family.complexity + facts.measurement_file_error * normal(seed, FILED, 0, i)
        family.filed_complexity = clip(on_file, 0.0, 1.0)
        family.resources = normal_share(-0.3 * z + 0.9539392014169456 * normal(seed, FAMILY, 0, i, 1))
        family.complexity_third = min(2, int(3.0 * family.complexity))
        family.resources_third = min(2, int(3.0 * family.resources))
        family.free_hours = facts.family_free_hours * (0.5 + uniform(seed, FAMILY, 0, i, 2))
        family.own_engagement = clip(facts.family_engagement + 0.15 * normal(seed, FAMILY, 0, i, 3), 0.05, 0.95)
        family.engagement = family.own_engagement
        family.capability = clip(facts.work_capability + 0.2 * (family.resources - 0.5), 0.02, 0.98)
        family.satisfaction = 0.5
        _importance(family, world.territories[family.territory], facts, seed, i, domains)
        level = (
            facts.family_wellbeing_start
            - facts.family_complexity_effect * (family.complexity - 0.5)
            + facts.family_resources_effect * (family.resources - 0.5)
        )
        family.start_wellbeing = 0.0
        crises = facts.family_crisis_rate * facts.family_crisis_dip / facts.outcome_return_rate
        for d in range(domains):
            y = clip(level + facts.family_wellbeing_spread * normal(seed, FAMILY, 0, i, 30 + d), 0.02, 0.98)
            family.wellbeing[d] = family.unserved_wellbeing[d] = y
            family.baseline[d] = family.unserved_baseline[d] = min(1.0, y + crises)  # in balance with its crises
            family.start_wellbeing += family.importance[d] * y
        draw_package(world, place, facts, seed, i)
        tie_family(world, row, i)


@compiled
def _importance(family, territory, facts, seed, i, domains):
    """Importance weights: concentrated (Dirichlet ½), partly shared within the territory; they sum to 1."""
    total = 0.0
    for d in range(domains):
        z = normal(seed, FAMILY, 0, i, 10 + d)
        family.importance[d] = z * z
        total += z * z
    own, shared = facts.family_need_concentration, facts.family_territory_variation
    for d in range(domains):
        mixed = (1.0 - shared) * family.importance[d] / total + shared * territory.tilt[d]
        family.importance[d] = (1.0 - own) / domains + own * mixed


@compiled
def _volunteers(world, row):
    """Volunteers stand near the families' associations first, then near nonprofits."""
    place, facts, seed = world.localities[row], world.settings[row], world.clock[0].seed
    for v in range(place.volunteer_first, place.volunteer_end):
        volunteer = world.volunteers[v]
        volunteer.locality = row
        total = 0.0
        for p in range(place.provider_first, place.provider_end):
            total += _welcome(world.providers[p])
        mark = uniform(seed, VOLUNTEER, 0, v, 0) * total
        chosen = place.provider_first
        for p in range(place.provider_first, place.provider_end):
            weight = _welcome(world.providers[p])
            if weight > 0.0:
                chosen = p
                mark -= weight
                if mark <= 0.0:
                    break
        volunteer.provider = chosen
        volunteer.own_motivation = clip(0.6 + 0.15 * normal(seed, VOLUNTEER, 0, v, 1), 0.05, 0.95)
        volunteer.motivation = volunteer.own_motivation
        volunteer.active = 1 if uniform(seed, VOLUNTEER, 0, v, 2) < 0.3 else 0
        edge = world.relations[VOLUNTEER_PROVIDER].first + v
        set_edge(
            world.edges[edge], v, chosen, VOLUNTEER_PROVIDER, facts.trust_volunteer_provider, int(volunteer.active)
        )


@compiled
def _welcome(provider):
    if provider.active == 0:
        return 0.0
    if provider.kind == ASSOCIATION:
        return 4.0
    return 1.0 if provider.kind == THIRD_SECTOR else 0.1


@compiled
def _commissioner(world, row):
    facts, commissioner = world.settings[row], world.commissioners[row]
    region, domains = world.localities[row].region, commissioner.priorities.shape[0]
    commissioner.outreach_skill = commissioner.collaboration_skill = facts.commissioner_skill_start
    commissioner.empowerment_skill = facts.commissioner_skill_start
    for d in range(domains):
        commissioner.priorities[d] = 1.0 / domains
        commissioner.known_need[d] = (1.0 - facts.family_wellbeing_start) / domains
    commissioner.political_support = facts.rules_support
    world.localities[row].meeting_experience = -1.0  # nobody has met yet
    start, funded = facts.trust_provider_commissioner, int(world.localities[row].funded)
    set_edge(
        world.edges[world.relations[COMMISSIONER_REGION].first + row], row, region, COMMISSIONER_REGION, start, funded
    )
    set_edge(
        world.edges[world.relations[REGION_COMMISSIONER].first + row], region, row, REGION_COMMISSIONER, start, funded
    )
