"""Observation: every metric of the month, from the agents and their ties; groups that are empty stay missing."""

from __future__ import annotations

import math
from collections import defaultdict
from typing import Any

from abm.metrics import METRICS
from abm.rules.coordination import waiting_months
from abm.rules.indices import MISSING, ratio
from benchmarks.plain_mesa.network import FACETS
from benchmarks.plain_mesa.observe_claims import observe_claims
from benchmarks.plain_mesa.observe_families import observe_families, observe_served
from benchmarks.plain_mesa.observe_finance import observe_finance
from benchmarks.plain_mesa.observe_market import observe_contracts, observe_market
from benchmarks.plain_mesa.observe_money import observe_money
from benchmarks.plain_mesa.observe_providers import observe_partners, observe_providers, observe_volunteers

LONGEST_WAIT = 24.0  # months
ROUNDING = 1e-12  # hours that are the same, summed in another order, differ by less
FAMILIES_AND_OFFICE = ("family_provider", "family_commissioner", "provider_commissioner", "commissioner_provider")
KINDS_OF_TRUST = (
    *FAMILIES_AND_OFFICE, "provider_provider", "volunteer_provider", "investor_provider", "investor_commissioner",
    "commissioner_region",
)  # fmt: skip
SECTOR = {"public": "public", "third_sector": "third_sector", "association": "third_sector", "for_profit": "for_profit"}
SECTORS = ("public", "third_sector", "for_profit")


def observe(model: Any, before: dict[str, float]) -> dict[str, float]:
    """This month's metrics; `before` are those of the month before, to which cumulative ones are added."""
    found = {metric.name: math.nan for metric in METRICS}
    funded = [office for office in model.offices if office.funded]
    families = [family for office in funded for family in office.families]
    providers = [provider for office in funded for provider in office.providers]
    observe_trust(model, found)
    observe_families(families, funded, found)
    observe_governance(funded, found)
    observe_providers(model, providers, found)
    observe_volunteers(funded, found)
    observe_money(model, funded, found, before)
    observe_contracts(model, funded, providers, found)
    observe_finance(model, funded, found, before)
    observe_claims(funded, found)
    if model.calendar.serving:
        observe_served(families, providers, found)
        observe_drift(model.cells, found)
        observe_partners(model.offices, found)
        observe_control(funded, providers, found)
        observe_market(model, found)
    return found


# ---- trust


def observe_trust(model: Any, found: dict[str, float]) -> None:
    """Mean trust by kind of relation and by pair of sectors, how sure it is, and how near to what was lived."""
    ties: dict[str, list[Any]] = defaultdict(list)
    between: dict[tuple[str, str], list[float]] = defaultdict(list)
    for source, target, tie in model.trust.edges(data=True):
        relation = tie["relation"].replace("region_commissioner", "commissioner_region")
        if tie["active"] and relation in KINDS_OF_TRUST and model.place_of(source, target).funded:
            ties[relation].append(tie)
            if relation == "provider_provider":
                first, second = sorted((SECTOR[source.kind], SECTOR[target.kind]), key=SECTORS.index)
                between[first, second].append(tie["trust"])
    levels, certainties, nearness = [], [], []
    facets: dict[str, list[float]] = {facet: [] for facet in FACETS}
    for relation, those in ties.items():
        level = mean([tie["trust"] for tie in those])
        found[f"trust_{relation}"] = level
        levels.append(level)
        certainties.append(mean([model.trust.certainty(tie) for tie in those]))
        for facet, of_kinds in facets.items():
            of_kinds.append(mean([tie["level"][facet] for tie in those]))
        lived = [1.0 - abs(tie["trust"] - tie["lived"]) for tie in those if tie["lived_weight"] > 0.0]
        if lived:
            nearness.append(mean(lived))
    found["trust_mean"], found["trust_certainty"] = mean(levels), mean(certainties)
    found["trust_calibration"] = mean(nearness)
    found.update({f"trust_{facet}": mean(of_kinds) for facet, of_kinds in facets.items()})
    for (first, second), trusts in between.items():
        found[f"trust_{first}_{second}"] = mean(trusts)


def mean(numbers: list[float]) -> float:
    """Their mean; missing where there is none."""
    return ratio(math.fsum(numbers), float(len(numbers)))


# ---- governance


def observe_governance(funded: list[Any], found: dict[str, float]) -> None:
    """Voice, meetings, how far belief and what was heard are from true need, and how long disagreements wait."""
    met = [office.meeting_experience for office in funded if office.meeting_experience is not None]
    heard = [distance(heard_of(office), need_of(office)) for office in funded if office.voices > 0.0]
    found["governance_voice"] = mean([office.voice for office in funded])
    found["meeting_experience"] = mean(met)
    found["governance_transparency"] = 1.0 - mean([distance(office.known_need, need_of(office)) for office in funded])
    found["representation_gap"] = mean(heard)
    waits = [
        waiting_months(office.backlog, office.settled, LONGEST_WAIT)
        for office in funded
        if office.contract.serving and office.design.structure.coordination_rights != "none"
    ]
    found["decision_latency"] = mean(waits)


def need_of(office: Any) -> list[float]:
    """True need of a place's families by domain."""
    return [math.fsum(needs) for needs in zip(*(family.needs for family in office.families), strict=True)]


def heard_of(office: Any) -> list[float]:
    """Need as it was voiced, by domain."""
    return [math.fsum(needs) for needs in zip(*(team.heard_need for team in office.teams), strict=True)]


def distance(one: list[float], other: list[float]) -> float:
    """Half the sum of differences of two lists' shares; missing where a list has nothing."""
    first, second = math.fsum(one), math.fsum(other)
    if first <= 0.0 or second <= 0.0:
        return MISSING
    return math.fsum(0.5 * abs(a / first - b / second) for a, b in zip(one, other, strict=True))


# ---- drift and control


def observe_drift(cells: Any, found: dict[str, float]) -> None:
    """Distances over thirds × domains: of what was done from what it would be unpaid for results, and from need."""
    done, unpaid, needed = (
        [hours for row in table for hours in row] for table in (cells.delivered, cells.mission, cells.needed)
    )
    if min(math.fsum(done), math.fsum(unpaid), math.fsum(needed)) <= 0.0:
        return
    drift, misfit = distance(done, unpaid), distance(unpaid, needed)
    drifts = drift > ROUNDING
    found["mission_drift"] = drift if drifts else 0.0
    found["misfit"] = misfit
    found["realignment"] = misfit - distance(done, needed) if drifts else 0.0


def observe_control(funded: list[Any], providers: list[Any], found: dict[str, float]) -> None:
    """Hours of control of the last 12 months that changed nothing so far, and shortfalls that were answered."""
    work = math.fsum(hours for office in funded for hours in office.work_hours)
    control = math.fsum(hours for office in funded for hours in office.control_hours)
    idle = math.fsum(hours for p in providers for hours in (*p.idle_control, *p.idle_results))
    found["bureaucratisation_control_hours"] = control
    found["bureaucratisation_useless_control_hours"] = idle
    found["bureaucratisation"] = ratio(idle, work)
    closed = sum(provider.shortfalls_closed for provider in providers)
    answered = sum(provider.shortfalls_answered for provider in providers)
    found["governance_accountability"] = ratio(float(answered), float(closed))
