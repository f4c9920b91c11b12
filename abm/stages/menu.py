"""The menu: which new services run, chosen by voice-weighted vote, and what their fixed hours cost.

Where each team decides for itself it votes for its own families and bears its own fixed costs; otherwise one menu serves all
teams, and they share the costs. Choices go by votes per fixed hour, as far as the hours for new services reach.
"""

import numpy as np

from abm.compiled import compiled, compiled_with_arrays
from abm.rules.menu import DAY_CENTRE, SERVICES, can_run, wish_of_family, wish_of_provider, worth_of_vote
from abm.rules.outcomes import need
from abm.tables import ASSOCIATION, FOR_PROFIT

KINDS_OF_SERVICE = len(SERVICES)
HIERARCHY, TEAMS, MEMBERS = 0.0, 2.0, 3.0  # positions of decision rights
WRITES = ("teams.offers", "teams.centre_domain", "teams.menu_hours")


@compiled_with_arrays
def choose_menu(world, row, families_weight):
    """Vote on the menu of every team of a locality; families' voices weigh `families_weight`, partners' the rest.

    Families vote where they are present at this month's meeting (`families.at_meeting`).
    """
    place, facts = world.localities[row], world.settings[row]
    hours = 0.0
    for p in range(place.provider_first, place.provider_end):
        hours += world.providers[p].planned_hours if world.providers[p].partner else 0.0
    teams = place.team_end - place.team_first
    alone = facts.structure_decision_rights == TEAMS
    budget = facts.coproduction_menu * hours / (teams if alone else 1)
    votes = np.empty(KINDS_OF_SERVICE)
    for t in range(place.team_first, place.team_end):
        if alone or t == place.team_first:
            first, end = (t, t + 1) if alone else (place.team_first, place.team_end)
            domain = _vote(world, row, first, end, families_weight, votes)
            _choose(facts, world.teams[t], votes, budget, domain)
        else:
            world.teams[t].centre_domain = world.teams[place.team_first].centre_domain
            for s in range(KINDS_OF_SERVICE):
                world.teams[t].offers[s] = world.teams[place.team_first].offers[s]
    if not alone:  # one menu, its fixed hours shared
        shared = world.teams[place.team_first].menu_hours / teams
        for t in range(place.team_first, place.team_end):
            world.teams[t].menu_hours = shared


@compiled
def fixed_hours(facts, service):
    """Hours a month that a service costs, however many use it."""
    if service == 0:
        return facts.menu_parent_training
    if service == 1:
        return facts.menu_mutual_help
    if service == 2:
        return facts.menu_day_centre
    if service == 3:
        return facts.menu_weekend
    return facts.menu_volunteer_course if service == 4 else facts.menu_professional_course


@compiled_with_arrays
def _vote(world, row, first, end, families_weight, votes):
    """Votes for each service by those present and the partners of some teams; returns the domain for a day centre."""
    place, domains = world.localities[row], world.localities[row].measured.shape[0]
    asked, believed, present, partners = np.zeros(domains), np.zeros(domains), 0.0, 0.0
    votes[:] = 0.0
    for i in range(place.family_first, place.family_end):
        family = world.families[i]
        if families_weight > 0.0 and family.at_meeting and first <= family.team < end:
            present += 1.0
            total, greatest = 1e-9, 0.0
            for d in range(domains):
                needed = need(family.importance[d], family.wellbeing[d])
                total, greatest = total + needed, max(greatest, needed)
                asked[d] += needed
            for s in range(KINDS_OF_SERVICE):
                misfit = 1.0 - family.match
                wish = wish_of_family(s, greatest / total, family.capability, family.fatigue, family.engagement, misfit)
                votes[s] += families_weight * wish
    for s in range(KINDS_OF_SERVICE):
        votes[s] /= max(1.0, present)
    weight = 1.0 - families_weight if present > 0.0 else 1.0
    nonprofit, association, staff_votes = 0, 0, np.zeros(KINDS_OF_SERVICE)
    for p in range(place.provider_first, place.provider_end):
        provider = world.providers[p]
        if provider.partner and first <= provider.team < end:
            partners += 1.0
            nonprofit = 1 if provider.kind != FOR_PROFIT else nonprofit
            association = 1 if provider.kind == ASSOCIATION else association
            misfit = 1.0
            for d in range(domains):
                misfit -= provider.fit[d] / domains
                believed[d] += provider.known_need[d]
            for s in range(KINDS_OF_SERVICE):
                staff_votes[s] += wish_of_provider(s, provider.openness, misfit, provider.kind == ASSOCIATION)
    best, best_wish = 0, -1.0
    for d in range(domains):
        wish = families_weight * asked[d] / max(1.0, present) + weight * believed[d] / max(1.0, partners)
        if wish > best_wish:
            best, best_wish = d, wish
    for s in range(KINDS_OF_SERVICE):
        votes[s] += weight * staff_votes[s] / max(1.0, partners)
        votes[s] *= can_run(s, nonprofit, association) if partners > 0.0 else 0.0
    return best


@compiled
def _choose(facts, team, votes, budget, domain):
    """Take services by votes per fixed hour while the hours for them last."""
    team.menu_hours = 0.0
    team.centre_domain = domain
    for s in range(KINDS_OF_SERVICE):
        team.offers[s] = 0
    for _ in range(KINDS_OF_SERVICE):
        best, worth = -1, 0.0
        for s in range(KINDS_OF_SERVICE):
            hours = fixed_hours(facts, s)
            if not team.offers[s] and votes[s] > 0.0 and team.menu_hours + hours <= budget:
                value = worth_of_vote(votes[s], hours)
                if value > worth:
                    best, worth = s, value
        if best < 0:
            return
        team.offers[best] = 1
        team.menu_hours += fixed_hours(facts, best)


@compiled
def centre_gain(team, facts, d):
    """What a day centre multiplies service on domain d by: 1 where there is none for it."""
    return 1.0 + facts.menu_strength if team.offers[DAY_CENTRE] and team.centre_domain == d else 1.0
