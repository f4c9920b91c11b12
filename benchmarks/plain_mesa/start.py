"""The start: the drawn populations become objects. From here on nothing of the engine's tables is read."""

from __future__ import annotations

from typing import Any

from mesa.agent import AgentSet

from abm.ledger import SINGLE
from abm.tables import KINDS, PROVIDER_PROVIDER, RELATION_NAMES
from abm.world import World, new_world
from benchmarks.plain_mesa.commissioner import Commissioner, Region, Team
from benchmarks.plain_mesa.family import Family
from benchmarks.plain_mesa.investor import Investor
from benchmarks.plain_mesa.network import EVIDENCE, FACETS
from benchmarks.plain_mesa.provider import Provider
from benchmarks.plain_mesa.volunteer import Volunteer

PEOPLE = ("families", "providers", "volunteers", "investors")


def plain(row: Any, *names: str) -> dict[str, Any]:
    """Values of a table's row as Python's own numbers and lists."""
    values = {name: row[name].tolist() for name in names}
    return {name: bool(value) if name in ("active", "small") else value for name, value in values.items()}


def come_to_life(model: Any) -> None:
    """An object for everybody, money in the accounts, and the ties of the start."""
    world = new_world(model.case, model.design, model.draws, model.calendar.months)
    regions = {name: Region(model, len(model.case.locality) + n) for n, name in enumerate(model.case.regions)}
    for number, name in enumerate(model.case.locality):
        place = world.localities[number]
        known = world.commissioners[number].known_need.tolist()
        office = Commissioner(model, number, name, float(world.commissioners[number].political_support), known)
        office.region = regions[office.place.region]
        office.teams = [Team(t, len(known)) for t in range(place.team_first, place.team_end)]
        teams = {team.number: team for team in office.teams}
        providers = [
            make_provider(model, office, world, p, teams) for p in range(place.provider_first, place.provider_end)
        ]
        office.providers = AgentSet(providers, random=model.random)
        families = [make_family(model, office, world, i, teams) for i in range(place.family_first, place.family_end)]
        office.families = AgentSet(families, random=model.random)
        volunteers = [
            make_volunteer(model, office, world, v) for v in range(place.volunteer_first, place.volunteer_end)
        ]
        office.volunteers = AgentSet(volunteers, random=model.random)
        investors = [make_investor(model, office, world, v) for v in range(place.investor_first, place.investor_end)]
        office.investors = AgentSet(investors, random=model.random)
        model.offices.append(office)
    fill_accounts(model, world)
    tie_people(model, world)


def make_provider(model: Any, office: Any, world: World, number: int, teams: dict[int, Team]) -> Provider:
    """A provider as it is at the start."""
    row = world.providers[number]
    start = plain(
        row, "domain", "active", "small", "staff_hours", "usual_hours", "reserves", "credit",
        "competence", "fit", "prior_need", "known_need",
        "motivation", "openness", "job_satisfaction", "integrity", "burden",
    )  # fmt: skip
    return Provider(model, number, office, start | {"kind": KINDS[row.kind], "team": teams[int(row.team)]})


def make_family(model: Any, office: Any, world: World, number: int, teams: dict[int, Team]) -> Family:
    """A family as it is at the start."""
    row, slots = world.families[number], model.case.family.known_providers
    start = plain(
        row, "territory", "complexity", "filed_complexity", "resources", "complexity_third", "resources_third", "free_hours",
        "importance",         "wellbeing", "baseline", "start_wellbeing", "engagement", "own_engagement", "capability",
    )  # fmt: skip
    known = world.packages.provider[number * slots : (number + 1) * slots].tolist()
    here = {provider.number: provider for provider in office.providers}
    return Family(model, number, office, start | {"team": teams[int(row.team)], "package": [here[p] for p in known]})


def make_volunteer(model: Any, office: Any, world: World, number: int) -> Volunteer:
    """A volunteer as it is at the start."""
    row = world.volunteers[number]
    helped = next(provider for provider in office.providers if provider.number == row.provider)
    return Volunteer(model, number, office, helped, float(row.motivation), bool(row.active))


def make_investor(model: Any, office: Any, world: World, number: int) -> Investor:
    """An investor as it is at the start."""
    return Investor(model, number, office, float(world.investors[number].social_motivation))


def fill_accounts(model: Any, world: World) -> None:
    """Providers' reserves."""
    first = SINGLE + len(model.offices)
    for provider in model.providers:
        model.ledger.open_with(provider, int(world.balances[first + provider.number]))


def tie_people(model: Any, world: World) -> None:
    """Relations with their first attitudes and evidence, peers, and joint hours of providers."""
    people = {kind: {} for kind in ("family", "provider", "volunteer", "investor", "commissioner", "region")}
    for agent in model.agents:
        people[type(agent).__name__.lower()][agent.number] = agent
    for edge in world.edges:
        relation = RELATION_NAMES[edge.relation]
        kinds = relation.split("_")
        source, target = (people[kind][int(row)] for kind, row in zip(kinds, (edge.source, edge.target), strict=True))
        if source is not target:
            model.trust.relate(source, target, relation, float(edge.trust), bool(edge.active))
            tie = model.trust.edges[source, target]
            tie.update(prior=float(edge.prior), lived=float(edge.lived), lived_weight=float(edge.lived_weight))
            for kind in (*EVIDENCE, "level"):
                tie[kind] = dict(zip(FACETS, edge[kind].tolist(), strict=True))
    families = list(people["family"].values())
    for source, ties in zip(families, world.peers.reshape(len(families), -1), strict=True):
        source.peers = [people["family"][int(tie.peer)] for tie in ties if tie.active]
    pairs = range(world.relations[PROVIDER_PROVIDER].first, world.relations[PROVIDER_PROVIDER].end)
    for pair, edge in enumerate(pairs):
        one, other = (people["provider"][int(world.edges[edge][end])] for end in ("source", "target"))
        if one is not other:
            model.work.acquaint(one, other, float(world.pairs[pair].joint_hours))
