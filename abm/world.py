"""The world: one table of columns a population, the trust edges, the ledger, the dues and the observed series."""

from __future__ import annotations

import functools
import math
import operator
from collections.abc import Callable, Collection, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from abm import design as parts_of_design
from abm.by_pointer import handed_by_pointer
from abm.case import Case, Locality
from abm.declare import parameters
from abm.design import GovernanceDesign
from abm.imported.start import lay_over
from abm.ledger import ACCOUNT_CLASSES, PURPOSES, SINGLE
from abm.metrics import METRICS
from abm.population import endow, populate, settle
from abm.rules.interventions import FOR_GOOD, KIND_NAMES, KINDS, UNIT_FAMILY, UNIT_PLACE, UNIT_PROVIDER, UNITS
from abm.rules.payment import MILESTONE_KINDS
from abm.spread import parts_of
from abm.tables import RELATION_NAMES, TABLES, row_type, settings_type

if TYPE_CHECKING:
    from abm.config.interventions import Intervention

SETTINGS = settings_type([("", GovernanceDesign), ("", Case), ("locality_", Locality)])
SERIES = np.dtype((np.record, np.dtype([(metric.name, "f8") for metric in METRICS])))


@handed_by_pointer
class World(NamedTuple):
    """Everything that a month reads and writes; each field but the first and the last five is a table of `tables.py`."""

    settings: Any  # a row a locality
    clock: Any
    localities: Any
    territories: Any
    teams: Any
    commissioners: Any  # a row a locality, then a row a region
    investors: Any
    providers: Any
    families: Any
    packages: Any  # known_providers rows a family, edges of the same number
    volunteers: Any
    edges: Any  # ties that are lived, so all but those of peers
    peers: Any
    pairs: Any
    milestones: Any  # (locality, line of the rate card)
    claims: Any  # (family, line × domain)
    cells: Any  # (locality, third of complexity)
    relations: Any
    plans: Any  # (locality, month)
    interventions: Any  # none unless `with_interventions` put them there
    assignments: Any  # (intervention, row of its unit)
    dues: Any  # cents that become payable: (month, provider)
    balances: Any  # cents: (account,)
    flows: Any  # cents: (month, purpose, payer's class, payee's class)
    series: Any  # metrics by month, row 0 the start
    part: Any  # the first locality that stages which work place by place are for, and the one after the last


class Sizes(NamedTuple):
    """How many rows each population has."""

    localities: int
    regions: int
    families: int
    providers: int
    volunteers: int
    investors: int
    territories: int
    teams: int
    pairs: int
    stakes: int
    packages: int
    peers: int
    lines: int
    months: int
    domains: int

    @property
    def relations(self) -> tuple[int, ...]:
        """Number of edges of each relation, in the order of RELATION_NAMES; peers have a table of their own."""
        return (
            self.packages, self.families, 0, self.volunteers, self.providers, self.providers, self.pairs,
            self.stakes, self.investors, self.localities, self.localities,
        )  # fmt: skip

    @property
    def rows(self) -> dict[str, tuple[int, ...]]:
        """Shape of every table."""
        return {
            "clock": (1,), "localities": (self.localities,), "territories": (self.territories,),
            "teams": (self.teams,),
            "commissioners": (self.localities + self.regions,), "investors": (self.investors,), "providers": (self.providers,),
            "families": (self.families,), "packages": (self.packages,), "volunteers": (self.volunteers,),
            "edges": (sum(self.relations),), "peers": (self.peers,), "pairs": (self.pairs,),
            "milestones": (self.localities, self.lines), "claims": (self.families, self.lines * self.domains),
            "cells": (self.localities, 3), "relations": (len(RELATION_NAMES),), "plans": (self.localities, self.months + 1),
            "interventions": (0,), "assignments": (0, 0),
        }  # fmt: skip


def teams_of(place: Locality, design: GovernanceDesign) -> int:
    """Teams of a locality: one for each territory unless the design says otherwise."""
    return design.structure.teams or place.territories


def sizes_of(case: Case, design: Any, months: int | None = None) -> Sizes:
    """The size of every population; `design` gives the number of lines of the rate card."""
    places = case.locality.values()
    investors = [case.investor.number if place.grant_eur > 0 else 0 for place in places]
    return Sizes(
        localities=len(case.locality),
        regions=len(case.regions),
        families=sum(place.families for place in places),
        providers=sum(place.providers for place in places),
        volunteers=sum(place.volunteers for place in places),
        investors=sum(investors),
        territories=sum(place.territories for place in places),
        teams=sum(teams_of(place, design.for_locality(name)) for name, place in case.locality.items()),
        pairs=sum(place.providers**2 for place in places),
        stakes=sum(n * place.providers for n, place in zip(investors, places, strict=True)),
        packages=sum(place.families for place in places) * case.family.known_providers,
        peers=sum(place.families for place in places) * case.family.peers,
        lines=max(1, *(len(design.for_locality(name).payment.milestone) for name in case.locality), 0),
        months=case.calendar.months if months is None else months,
        domains=len(case.domains),
    )


def memory_bytes(case: Case, design: Any, months: int | None = None) -> int:
    """What a world would take in memory."""
    sizes = sizes_of(case, design, months)
    tables = sum(
        math.prod(sizes.rows[name]) * row_type(columns, sizes.domains).itemsize for name, columns in TABLES.items()
    )
    series = (sizes.months + 1) * (
        SERIES.itemsize + len(PURPOSES) * len(ACCOUNT_CLASSES) ** 2 * 8 + sizes.providers * 8
    )
    return tables + series


@functools.cache
def _places_of_settings() -> tuple[tuple[str, str, str, tuple[str, ...]], ...]:
    """For each field of SETTINGS: its name, whose value it is, the dotted key, and a choice's names."""
    found = []
    for owner, prefix, part in (
        ("design", "", GovernanceDesign),
        ("case", "", Case),
        ("locality", "locality_", Locality),
    ):
        for key, declared in parameters(part):
            found.append((prefix + key.replace(".", "_"), owner, key, declared.possible if declared.is_choice else ()))
    return tuple(found)


@functools.cache
def _readers() -> tuple[tuple[str, Callable[[Any], Any], tuple[str, ...]], ...]:
    """For each field of SETTINGS, in order: whose value it is, how it is read there, and a choice's names."""
    return tuple((owner, operator.attrgetter(key), names) for _, owner, key, names in _places_of_settings())


def _fill_settings(settings: np.recarray, case: Case, design: Any) -> None:
    for row, (name, place) in enumerate(case.locality.items()):
        owners = {"design": design.for_locality(name), "case": case, "locality": place}
        values = ((read(owners[owner]), names) for owner, read, names in _readers())
        settings[row] = tuple(names.index(value) if names else float(value) for value, names in values)


def _fill_milestones(world: World, case: Case, design: Any, places: Collection[str]) -> None:
    """Lines of the rate card and steps of a stepped payment."""
    for row, name in enumerate(case.locality):
        if name not in places:
            continue
        lines, steps = design.for_locality(name).payment.milestone, design.for_locality(name).payment.step
        place = world.localities[row]
        place.steps = len(steps)
        place.step_result[: len(steps)] = [step.result for step in steps]
        place.step_share[: len(steps)] = [step.share for step in steps]
        place.lines = len(lines)
        for unused in world.milestones[row, len(lines) :]:
            unused.relative_price = unused.price = 0.0
        for column, line in enumerate(lines):
            bound = line.domain != parts_of_design.EVERY_MEASURED_DOMAIN
            target = world.milestones[row, column]
            target.domain = case.domains.index(line.domain) if bound else -1
            target.kind = MILESTONE_KINDS.index(line.kind)
            target.threshold, target.months = line.threshold, line.months
            target.relative_price, target.metric_cap, target.core = line.price, line.metric_cap, line.core


def _fill_ranges(world: World, case: Case, design: Any, sizes: Sizes) -> None:
    first = dict.fromkeys(("family", "provider", "volunteer", "investor", "territory", "team"), 0)
    pair, stake, regions = 0, 0, case.regions
    for row, (name, place) in zip(world.localities, case.locality.items(), strict=True):
        row.funded, row.region = place.grant_eur > 0, sizes.localities + regions.index(place.region)
        counts = {
            "family": place.families, "provider": place.providers, "volunteer": place.volunteers,
            "investor": case.investor.number if place.grant_eur > 0 else 0, "territory": place.territories,
            "team": teams_of(place, design.for_locality(name)),
        }  # fmt: skip
        for kind, count in counts.items():
            row[f"{kind}_first"] = first[kind]
            first[kind] += count
            row[f"{kind}_end"] = first[kind]
        row.pair_first, row.stake_first = pair, stake
        pair += place.providers**2
        stake += counts["investor"] * place.providers
    edge = 0
    for row, count in zip(world.relations, sizes.relations, strict=True):
        row.first, row.end = edge, edge + count
        edge += count


def _fill_clock(world: World, case: Case, seed: int, months: int) -> None:
    clock, calendar = world.clock[0], case.calendar
    clock.seed, clock.months, clock.contract = seed, months, -1
    clock.plan_first, clock.plan_last = calendar.plan
    clock.tender = calendar.tender
    clock.codesign_first, clock.codesign_last = calendar.codesign
    clock.service_first, clock.service_months = calendar.service[0], calendar.service_months
    clock.assess_first = calendar.assess[0]
    clock.assess_last = calendar.assess[1] + calendar.renewals * calendar.service_months
    clock.renewals = calendar.renewals


def _measured(case: Case, alignment: float) -> list[int]:
    """The ceil(alignment × domains) most measurable domains; the earlier one first where two are alike."""
    count = math.ceil(alignment * len(case.domains) - 1e-9)
    ranked = sorted(range(len(case.domains)), key=lambda d: (-case.measurability[d], d))
    return ranked[:count]


def _fill_measured(world: World, case: Case, design: Any, places: Collection[str]) -> None:
    for row, name in enumerate(case.locality):
        if name in places:
            world.localities[row].measured[:] = 0
            world.localities[row].measured[_measured(case, design.for_locality(name).payment.alignment)] = 1


def _allocate(sizes: Sizes) -> World:
    tables = {
        name: np.zeros(sizes.rows[name], row_type(columns, sizes.domains)).view(np.recarray)
        for name, columns in TABLES.items()
    }
    accounts = SINGLE + 2 * sizes.localities + sizes.providers + sizes.investors + sizes.regions
    return World(
        settings=np.zeros(sizes.localities, SETTINGS).view(np.recarray),
        dues=np.zeros((sizes.months + 2, sizes.providers), np.int64),
        balances=np.zeros(accounts, np.int64),
        flows=np.zeros((sizes.months + 1, len(PURPOSES), len(ACCOUNT_CLASSES), len(ACCOUNT_CLASSES)), np.int64),
        series=np.full(sizes.months + 1, np.nan, SERIES).view(np.recarray),
        part=np.array([0, sizes.localities]),
        **tables,
    )


def empty_world(domains: int) -> World:
    """A world of the right types and no people, from which the engine is compiled."""
    return _allocate(Sizes(**dict.fromkeys(Sizes._fields, 1))._replace(domains=domains))


def new_world(case: Case, design: Any, seed: int, months: int | None = None, threads: int = 1) -> World:
    """A world at its start: populations drawn from the seed alone, so every design meets the same families.

    `design` is a `Design` (or a single `GovernanceDesign` for all localities). With several `threads` people are drawn in
    several places at a time, the same ones. Raises ValueError for a seed outside 0 … 2^63 − 1.
    """
    if not 0 <= seed < 2**63:
        raise ValueError(f"seed: a whole number from 0 to 2^63 - 1, got {seed}")
    sizes = sizes_of(case, design, months)
    world = _allocate(sizes)
    _fill_settings(world.settings, case, design)
    _fill_milestones(world, case, design, case.locality)
    _fill_ranges(world, case, design, sizes)
    _fill_clock(world, case, seed, sizes.months)
    _fill_measured(world, case, design, case.locality)
    if threads == 1:
        populate(world)
    else:
        with ThreadPoolExecutor(threads) as pool:
            tuple(pool.map(settle, parts_of(world)))
        endow(world)
    lay_over(world, case)
    return world


def refill(world: World, case: Case, design: Any, before: Any) -> None:
    """Put a changed case and design into force in a running world, in place of the design `before`.

    Settings change in all places; lines of the rate card and measured domains where the payment differs from before.
    Populations, contracts and what was paid stay as they are. The case must have the same places and numbers of people,
    the rate card no more lines than at the start.
    """
    _fill_settings(world.settings, case, design)
    changed = [n for n in case.locality if design.for_locality(n).payment != before.for_locality(n).payment]
    _fill_milestones(world, case, design, changed)
    _fill_measured(world, case, design, changed)


def with_interventions(world: World, interventions: Sequence[Intervention], treated: Sequence[Sequence[int]]) -> World:
    """The world with these interventions ahead; all else are the same tables, in which `treated` says who some are for.

    `treated` has for each intervention the rows of the units that it is for (`abm.config.interventions.treated_units`).
    """
    sizes = (len(world.localities), len(world.providers), len(world.families))
    rows = np.zeros(len(interventions), world.interventions.dtype).view(np.recarray)
    marks = np.zeros((len(interventions), max(sizes) if interventions else 0), world.assignments.dtype).view(
        np.recarray
    )
    world.providers["treated"][:] = world.families["treated"][:] = 0
    for n, (asked, units) in enumerate(zip(interventions, treated, strict=True)):
        kind = KIND_NAMES.index(asked.kind)
        unit, chosen = UNITS.index(asked.unit_or_usual), np.array(units, np.int64)
        last = int(world.clock[0].months) if KINDS[kind].lasts == FOR_GOOD else asked.month + asked.months - 1
        rows[n] = (kind, unit, asked.month, last, asked.strength)
        marks["treated"][n, chosen] = 1
        for table, own in ((world.providers, UNIT_PROVIDER), (world.families, UNIT_FAMILY)):
            here = np.isin(table["locality"], chosen) if unit == UNIT_PLACE else np.isin(np.arange(len(table)), chosen)
            table["treated"] |= (here & (unit in (UNIT_PLACE, own))).astype(np.uint8)
    return world._replace(interventions=rows, assignments=marks)
