"""Interventions and shocks of a run: when, of what kind, how strong, and for whom; who is drawn where they are for a half.

Their kinds are declared in `abm/rules/interventions.py`. A half is drawn by the seed and the intervention's position: of
places, floor(n/2) of those with a grant; of providers and families the same within each place (of providers also apart for
those that are there from the start and those that may enter), so that both halves are alike in where they are.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Literal

from pydantic import Field

from abm.case import Case
from abm.config.changes import ALL, HALF, LONGEST
from abm.config.toml_file import ConfigError, Table
from abm.config.words import did_you_mean, listed, shown, validated
from abm.declare import Part
from abm.rules.interventions import KIND_NAMES, KINDS, MONTHS, UNITS, Kind

Unit = tuple[int, str]  # row in its table, name of its place
TREATED = tuple[tuple[int, ...], ...]  # for each intervention, the rows of the units that it is for


class Intervention(Part):
    """An intervention or a shock in the course of a run, for all units or a random half of them."""

    month: int = Field(ge=1, le=LONGEST, description="month of the run in which it begins")
    kind: Literal[
        "workshop", "guidance", "engagement", "professional_training", "family_training", "information", "resources",
        "budget_cut", "withdrawal", "cancellation", "referral_shortfall", "exit", "scandal", "election",
    ] = Field(description="what it is: `obc list interventions`")  # fmt: skip
    who: Literal["all", "half"] = Field("all", description="all units, or a random half, drawn by the seed of the run")
    unit: Literal["place", "provider", "family"] | None = Field(
        None, description="what is drawn or reached; unless given, the kind's usual unit"
    )
    strength: float = Field(1.0, ge=0.0, le=1.0, description="how strong; 0 does nothing")
    months: int = Field(1, ge=1, le=LONGEST, description="how many months it goes on")

    @property
    def declared(self) -> Kind:
        """The declaration of its kind."""
        return KINDS[KIND_NAMES.index(self.kind)]

    @property
    def unit_or_usual(self) -> str:
        """Its unit."""
        return self.unit or self.declared.units[0]


def name_of_intervention(position: int) -> str:
    """What messages call an intervention; they count from 1."""
    return f"interventions[{position + 1}]"


def as_interventions(given: Iterable[Intervention | Mapping]) -> tuple[Intervention, ...]:
    """Interventions given as values or tables. Raises `ConfigError` with everything that is wrong, one line each."""
    found: list[Intervention] = []
    errors: list[str] = []
    for n, one in enumerate(given):
        if isinstance(one, Intervention):
            found.append(one)
        elif not isinstance(one, Mapping):
            words = "expected an Intervention or a table of month, kind, who, unit, strength and months"
            errors.append(f"{name_of_intervention(n)}: {words}, got {shown(one)}")
        else:
            value, problems = validated(Intervention, Table(dict(one), {(): name_of_intervention(n)}))
            found += [value] if value else []
            errors += map(str, problems)
    if errors:
        raise ConfigError(*errors)
    return tuple(found)


def parse_interventions(texts: Iterable[str]) -> tuple[Intervention, ...]:
    """`MONTH:KIND=STRENGTH` of a command line, with `FIRST-LAST` for several months, and `half` or a unit before the kind.

    Raises `ConfigError` with everything that is wrong, one line each.
    """
    tables: list[dict] = []
    errors: list[str] = []
    for text in texts:
        try:
            tables.append(_parsed(text))
        except ConfigError as error:
            errors += error.errors
    if errors:
        raise ConfigError(*errors)
    return as_interventions(tables)


def _parsed(text: str) -> dict:
    """One of them as a table."""
    here = f"intervention {shown(text)}"
    parts = re.fullmatch(r"\s*(\d{1,9})(?:\s*-\s*(\d{1,9}))?\s*:(.*?)(?:=(.*))?", text, re.DOTALL)
    if not parts:
        form = "expected MONTH:KIND=STRENGTH, such as 50:half:workshop=0.5 or 50-61:family:information"
        raise ConfigError(f"intervention: {form}, got {shown(text)}")
    first, last = int(parts[1]), int(parts[2] or parts[1])
    *words, kind = (word.strip() for word in parts[3].split(":"))
    table: dict = {"month": first, "kind": kind, "months": last - first + 1}
    if last < first:
        raise ConfigError(f"{here}: months: the last must not be before the first")
    for word in words:
        key = "who" if word in (ALL, HALF) else "unit" if word in UNITS else ""
        if not key:
            known = (ALL, HALF, *UNITS)
            hint = did_you_mean(word, known)
            raise ConfigError(f"{here}: expected one of {listed(known)} before the kind, got {shown(word)}{hint}")
        if key in table:
            raise ConfigError(f"{here}: {key}: given twice")
        table[key] = word
    if parts[4] is not None:
        try:
            table["strength"] = float(parts[4])
        except ValueError:
            raise ConfigError(f"{here}: strength: expected a number from 0 to 1, got {shown(parts[4])}") from None
    return table


def strata_of(case: Case, unit: str) -> list[list[Unit]]:
    """The units of places with a grant, by strata within which halves are drawn."""
    funded = [(row, name) for row, (name, place) in enumerate(case.locality.items()) if place.grant_eur > 0]
    if unit == UNITS[0]:
        return [funded]
    found, first = [], 0
    for name, place in case.locality.items():
        if unit == UNITS[2]:
            sizes = [place.families]
        else:
            there = place.public + place.third_sector + place.associations
            sizes = [there, place.providers - there]
        for size in sizes:
            if place.grant_eur > 0:
                found.append([(row, name) for row in range(first, first + size)])
            first += size
    return found


def treated_units(case: Case, interventions: Sequence[Intervention], seed: int) -> TREATED:
    """For each intervention the rows of the units that it is for: all in places with a grant, or the half that is drawn.

    A half is that with the lowest draws of each stratum, keyed by seed, row and position of the intervention: month, kind
    and strength do not move it.
    """
    return tuple(tuple(sorted(_drawn(case, one, seed, n))) for n, one in enumerate(interventions))


def _drawn(case: Case, one: Intervention, seed: int, position: int) -> Iterator[int]:
    from abm.streams import INTERVENTION, uniform  # here only: reading a configuration needs no compiler

    for stratum in strata_of(case, one.unit_or_usual):
        rows = [row for row, _ in stratum]
        if one.who == HALF:
            rows = sorted(rows, key=lambda row: (uniform(seed, INTERVENTION, 0, row, position), row))
            rows = rows[: len(rows) // 2]
        yield from rows


def check_interventions(
    case: Case,
    interventions: Sequence[Intervention],
    months: int | None = None,
    places: Mapping[str, str] | None = None,
) -> None:
    """Refuse interventions that cannot come in a run of this case and length; `places` says where each stands.

    Raises `ConfigError` with everything that is wrong, one line each.
    """
    length = case.calendar.months if months is None else months
    errors = []
    for n, one in enumerate(interventions):
        where = ": ".join(filter(None, ((places or {}).get(name_of_intervention(n)), name_of_intervention(n))))
        errors += [f"{where}: {text}" for text in _wrong(case, one, length)]
    if errors:
        raise ConfigError(*errors)


def _wrong(case: Case, one: Intervention, length: int) -> Iterator[str]:
    kind, unit = one.declared, one.unit_or_usual
    if one.month > length:
        yield f"month: the run has {length} months, so nothing can happen in month {one.month}"
    if one.months > 1 and kind.lasts != MONTHS:
        yield f"months: '{kind.name}' lasts {kind.lasts}, so no number of months can be given"
    if unit not in kind.units:
        yield f"unit: '{kind.name}' is for {listed(kind.units)}, got '{unit}'"
    elif one.who == HALF and not any(len(stratum) > 1 for stratum in strata_of(case, unit)):
        where = "with a grant" if unit == UNITS[0] else "in one place"
        yield f"who: a half needs two at least of the unit '{unit}' {where}, case '{case.name}' has fewer"
