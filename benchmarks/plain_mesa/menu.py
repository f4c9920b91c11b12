"""The menu of new services: voted on by families and partners, taken by votes per fixed hour while the hours last.

Where each team decides it votes for its own families and bears its own fixed costs; otherwise one menu serves all teams.
"""

from __future__ import annotations

from typing import Any

from abm.rules.menu import SERVICES, can_run, wish_of_family, wish_of_provider, worth_of_vote

KINDS = range(len(SERVICES))


def choose_menu(office: Any, families_weight: float) -> None:
    """Vote on the menu of every team; voices of families at the meeting weigh `families_weight`, partners' the rest."""
    hours = 0.0
    for partner in office.partners:
        hours += partner.planned_hours
    budget, alone = office.design.coproduction.menu * hours, office.teams_decide
    groups = [[team] for team in office.teams] if alone else [office.teams]
    for teams in groups:
        votes, domain = vote(office, teams, families_weight)
        offers, taken = choose(office, votes, budget / len(groups))
        for team in teams:
            team.offers, team.centre_domain, team.menu_hours = offers, domain, taken / len(teams)


def fixed_hours(office: Any, service: int) -> float:
    """Hours a month that a service costs, however many use it."""
    return getattr(office.case.menu, SERVICES[service])


def wishes_of(family: Any) -> list[float]:
    """How much a family wishes each service."""
    needs, whole = family.needs, 1e-9
    for needed in needs:
        whole += needed
    greatest, misfit = max(needs) / whole, 1.0 - family.match
    return [wish_of_family(s, greatest, family.capability, family.fatigue, family.engagement, misfit) for s in KINDS]


def granted(family: Any) -> float:
    """Of what a family wishes among new services, the share that its team's menu has."""
    wished = given = 0.0
    for s, wish in zip(KINDS, wishes_of(family), strict=True):
        wished += wish
        given += wish if s in family.team.offers else 0.0
    return given / wished if wished > 0.0 else 0.0


def vote(office: Any, teams: list[Any], families_weight: float) -> tuple[list[float], int]:
    """Votes for each service by those present and the partners of some teams, and the domain for a day centre."""
    domains = range(len(office.case.domains))
    present = [f for f in office.families if f.at_meeting and f.team in teams] if families_weight > 0.0 else []
    partners = [p for p in office.partners if p.team in teams]
    votes, asked, believed = [0.0 for _ in KINDS], [0.0 for _ in domains], [0.0 for _ in domains]
    staff_votes = [0.0 for _ in KINDS]
    for family in present:
        for d, needed in enumerate(family.needs):
            asked[d] += needed
        for s, wish in enumerate(wishes_of(family)):
            votes[s] += families_weight * wish
    for partner in partners:
        for d in domains:
            believed[d] += partner.known_need[d]
        for s in KINDS:
            is_association = partner.kind == "association"
            staff_votes[s] += wish_of_provider(s, partner.openness, misfit_of(partner), is_association)
    rest = 1.0 - families_weight if present else 1.0
    families, staff = max(1.0, len(present)), max(1.0, len(partners))
    runs = [runs_here(s, partners) for s in KINDS]
    votes = [(votes[s] / families + rest * staff_votes[s] / staff) * runs[s] for s in KINDS]
    wanted = [families_weight * asked[d] / families + rest * believed[d] / staff for d in domains]
    return votes, wanted.index(max(wanted))


def misfit_of(provider: Any) -> float:
    """How far a provider's services are from fitting, over domains."""
    misfit = 1.0
    for fit in provider.fit:
        misfit -= fit / len(provider.fit)
    return misfit


def runs_here(service: int, partners: list[Any]) -> int:
    """Whether some of these partners can run a service."""
    if not partners:
        return 0
    nonprofit = int(any(partner.kind != "for_profit" for partner in partners))
    association = int(any(partner.kind == "association" for partner in partners))
    return can_run(service, nonprofit, association)


def choose(office: Any, votes: list[float], budget: float) -> tuple[set[int], float]:
    """The services taken, and their fixed hours."""
    offers: set[int] = set()
    hours = 0.0
    while True:
        within_reach = [
            s for s in KINDS if s not in offers and votes[s] > 0.0 and hours + fixed_hours(office, s) <= budget
        ]
        worth = {s: worth_of_vote(votes[s], fixed_hours(office, s)) for s in within_reach}
        if not worth:
            return offers, hours
        best = max(worth, key=lambda s: worth[s])
        offers.add(best)
        hours += fixed_hours(office, best)
