"""What is in force when: the case and the design of a run from each month on, under its dated changes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from abm.case import Case
from abm.config.changes import (
    HALF,
    Change,
    award_months,
    everywhere,
    is_term,
    name_of,
    place_of,
    why_fixed,
    why_too_late,
)
from abm.config.settings import CASE, Design, changed_case, changed_design, unused_settings
from abm.config.toml_file import ConfigError

BLOCK = "block"
Treated = tuple[tuple[str, ...], ...]  # for each change that concerns half of the places, their names


class Step(NamedTuple):
    """What is in force from the opening of a month on."""

    month: int
    case: Case
    design: Design


class _Event(NamedTuple):
    """Settings of one change that come into force in one month."""

    month: int
    position: int
    settings: dict[str, Any]


def funded(case: Case) -> list[tuple[int, str]]:
    """Row and name of the places with a grant."""
    return [(row, name) for row, (name, place) in enumerate(case.locality.items()) if place.grant_eur > 0]


def treated_places(case: Case, changes: Sequence[Change], seed: int) -> Treated:
    """For each change that concerns half of the places with a grant, the half; nothing for a change that concerns all.

    The places with the lowest of their draws, keyed by seed, place and position of the change: floor(n/2) of n. A
    change's month and settings do not move the draw.
    """
    return tuple(_half(case, seed, n) if change.who == HALF else () for n, change in enumerate(changes))


def _half(case: Case, seed: int, position: int) -> tuple[str, ...]:
    from abm.streams import CHANGE, uniform  # here only: reading a configuration needs no compiler

    places = funded(case)
    ranked = sorted(places, key=lambda place: (uniform(seed, CHANGE, 0, place[0], position), place[0]))
    return tuple(name for _, name in sorted(ranked[: len(places) // 2]))


def steps(
    case: Case,
    design: Design,
    changes: Sequence[Change],
    treated: Treated,
    months: int | None = None,
    places: Mapping[str, str] | None = None,
) -> list[Step]:
    """The steps of a run, one for each month in which something comes into force, in order.

    Once there is a contract, a change of its terms comes into force with the next award; any other change, and before the
    first award every one, with its month; within a month in the order of the changes. `treated` is what
    `treated_places` found, `months` the length of the run (the case's calendar unless given), `places` says where each
    change stands, for messages. Raises `ConfigError` with everything that is wrong, one line each.
    """
    length = case.calendar.months if months is None else months
    where = [": ".join(filter(None, ((places or {}).get(name_of(n)), name_of(n)))) for n in range(len(changes))]
    errors = [f"{where[n]}: {text}" for n, text in _refused(case, changes, length)]
    if errors:
        raise ConfigError(*errors)
    found: list[Step] = []
    now = Step(0, case, design)
    owing: set[str] = set()
    awards = award_months(case.calendar, length)
    for event in _events(case, changes, treated, awards):
        if any(now.month <= award < event.month for award in awards):
            owing |= {name for _, name in funded(case) if now.design.for_locality(name).payment.rule != BLOCK}
        here = {"": where[event.position]}
        after = Step(
            event.month,
            changed_case(now.case, event.settings, here),
            changed_design(now.design, event.settings, here),
        )
        wrong = [*_unfit(design, now, after, owing)]
        wrong += [f"{key}: {why}" for key, why in unused_settings(after.design, event.settings).items()]
        if wrong:
            raise ConfigError(*(f"{where[event.position]}: {text}" for text in wrong))
        found = [step for step in found if step.month < after.month] + [after]
        now = after
    return found


def _refused(case: Case, changes: Sequence[Change], length: int) -> Iterable[tuple[int, str]]:
    """What no run of this case could do, whatever the seed: position of the change, and the sentence."""
    seen: dict[tuple[int, str], list[tuple[int, str | None]]] = {}
    for n, change in enumerate(changes):
        if change.month > length:
            yield n, f"month: the run has {length} months, so nothing can change in month {change.month}"
        if change.who == HALF and len(funded(case)) < 2:
            count = len(funded(case))
            yield n, f"who: half of the places with a grant needs two at least, case '{case.name}' has {count}"
        for key in change.set:
            if why := why_fixed(key) or why_too_late(key, change.month, case.calendar, length):
                yield n, f"{key}: {why}"
            if change.who == HALF and key.startswith(CASE):
                yield n, f"{key}: facts are the same for all places; only rules can change in half of them"
            elif change.who == HALF and place_of(key):
                yield n, f"{key}: names its place, so it cannot be for a random half; expected '{everywhere(key)}'"
            for other, place in seen.get((change.month, everywhere(key)), ()):
                if other != n and (place is None or place_of(key) is None or place == place_of(key)):
                    yield n, f"{key}: {name_of(other)} changes it in the same month"
            seen.setdefault((change.month, everywhere(key)), []).append((n, place_of(key)))


def _events(case: Case, changes: Sequence[Change], treated: Treated, awards: Sequence[int]) -> list[_Event]:
    """Changes by the month in which they come into force, earlier changes before later ones."""
    found = []
    for n, change in enumerate(changes):
        terms = {key: value for key, value in change.set.items() if is_term(key)}
        rest = {key: value for key, value in change.set.items() if key not in terms}
        under_contract = awards and change.month > awards[0]  # before there is none, whose terms could hold
        award = next((month for month in awards if under_contract and month >= change.month), change.month)
        parts = {change.month: terms | rest} if award == change.month else {change.month: rest, award: terms}
        for month, settings in parts.items():
            if change.who == HALF:
                settings = {f"locality.{name}.{key}": new for name in treated[n] for key, new in settings.items()}
            if settings:
                found.append(_Event(month, n, settings))
    return sorted(found, key=lambda event: (event.month, changes[event.position].month, event.position))


def _unfit(start: Design, now: Step, after: Step, owing: set[str]) -> Iterable[str]:
    """What the running world has no room for, and what would settle old debts by new terms."""
    lines = max(1, *(len(start.for_locality(name).payment.milestone) for name in now.case.locality), 0)
    for name, place in after.case.locality.items():
        before, rules = now.design.for_locality(name), after.design.for_locality(name)
        if len(rules.payment.milestone) > lines:
            yield f"payment.milestone: at most {lines}, as many as at the start, got {len(rules.payment.milestone)}"
        if (place.grant_eur > 0) != (now.case.locality[name].grant_eur > 0):
            yield f"case.locality.{name}.grant_eur: a place has a grant from the start or never"
        if name in owing and _settlement(before) != _settlement(rules):
            yield (
                "payment.rule, finance.bridge, finance.risk_to_provider, finance.intermediary, finance.fund_share: what is "
                f"owed in '{name}' under the contract before would be settled by the new terms; they can change by the first "
                "award, or after a block contract"
            )


def _settlement(rules: Any) -> tuple[Any, ...]:
    """What decides to whom money goes that is still owed."""
    finance = rules.finance
    return rules.payment.rule, finance.bridge, finance.risk_to_provider, finance.intermediary, finance.fund_share
