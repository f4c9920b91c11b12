"""Dated changes: what changes, when and for whom; and which settings can change in a run at all.

What was drawn or allocated at the start stays as it is. The terms of a contract hold until the next award; a change of them
waits for it. Every other change comes into force at the opening of the month that it names.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any, Literal

from pydantic import Field, field_validator

from abm.case import Calendar
from abm.config.settings import CASE, flat, parse_assignment
from abm.config.toml_file import ConfigError, Table
from abm.config.words import did_you_mean, listed, shown, validated
from abm.declare import Part

ALL, HALF = "all", "half"
LONGEST = 2400  # months of a run

_IN_A_PLACE = re.compile(r"(case\.)?locality\.([^.]+)\.(.+)")
_AT_ONCE = ("payment.lag_months", "payment.cohort_definition", "payment.input_specification")

# These count people, rows or months; a trailing dot stands for a whole table.
SHAPING = (
    "structure.teams", "case.domains", "case.measurability", "case.families", "case.calendar.",
    "case.family.known_providers", "case.family.peers", "case.investor.number", "case.locality.title", "case.locality.region",
    "case.locality.families", "case.locality.territories", "case.locality.public", "case.locality.third_sector",
    "case.locality.associations", "case.locality.for_profit", "case.locality.joiners",
    "case.locality.volunteers_per_family",
)  # fmt: skip
# These say who the people are that were drawn at the start; what else reads them takes them for a description of these people.
DRAWN = (
    "case.family.wellbeing_start", "case.family.wellbeing_spread", "case.family.complexity_effect",
    "case.family.resources_effect", "case.family.need_concentration", "case.family.territory_variation",
    "case.family.free_hours", "case.family.engagement", "case.provider.staff_public",
    "case.provider.staff_third_sector", "case.provider.staff_for_profit", "case.provider.usual_hours",
    "case.provider.motivation_public", "case.provider.motivation_third_sector", "case.provider.motivation_for_profit",
    "case.provider.motivation_spread", "case.provider.competence", "case.provider.specialism", "case.provider.fit",
    "case.provider.openness", "case.provider.integrity", "case.work.capability", "case.trust.family_provider",
    "case.trust.family_commissioner", "case.trust.provider_commissioner", "case.trust.provider_provider",
    "case.trust.volunteer_provider", "case.trust.investor", "case.network.start_link", "case.money.reserves_public",
    "case.money.reserves_third_sector", "case.money.reserves_for_profit", "case.money.reserves_spread",
    "case.money.credit_third_sector", "case.money.credit_for_profit", "case.investor.social_motivation",
    "case.measurement.file_error",
    "case.provider.size_spread", "case.money.reserves_small", "case.money.credit_small",
)  # fmt: skip
# These are read in some months only, which may be over: rounds of co-planning, design meetings, awards of contracts.
ONLY_IN: dict[str, tuple[str, ...]] = {
    "coproduction.planning": ("plan",),
    "coproduction.design": ("codesign", "award"),
    "case.rules.plan_trigger": ("plan",),
    "case.network.voices_for_knowledge": ("plan", "award"),
    "case.network.meeting_hours": ("codesign",),
    "structure.decision_rights": ("codesign", "award"),
    **dict.fromkeys(
        (
            "coproduction.menu", "case.menu.parent_training", "case.menu.mutual_help", "case.menu.day_centre",
            "case.menu.weekend", "case.menu.volunteer_course", "case.menu.professional_course",
        ),
        ("codesign", "award"),
    ),
    **dict.fromkeys(
        (
            "structure.competition", "structure.price_weight", "structure.partnership_required",
            "outcomes_use.priorities", "finance.overhead_share",
            "case.money.bid_hours", "case.money.evaluation_randomised", "case.money.evaluation_comparison",
            "case.money.evaluation_historical", "case.money.evaluation_difference",
            "case.money.forecast_optimism", "case.investor.hurdle", "case.investor.risk_aversion",
            "case.locality.grant_eur", "case.locality.demand_ratio", "case.money.prudence", "case.money.margin",
            "case.money.negotiation_hours", "case.money.negotiation_capacity", "case.measurement.deadweight_error",
            "case.money.cost_error", "case.money.forecast_error", "case.money.hold_up", "case.money.loss_tolerance",
            "case.money.trust_to_bid", "case.money.bid_capacity", "case.money.preparation_hours",
            "case.money.specification_hours", "case.money.review_hours", "case.money.contract_learning",
            "case.money.reserves_prime",
        ),
        ("award",),
    ),
}  # fmt: skip
_WORDS = {"plan": "co-planning", "codesign": "a design meeting", "award": "an award"}


class Change(Part):
    """A dated change of rules or facts in a run.

    `set` has dotted keys, as an experiment's own; those that begin with `case.` address the case. An empty one changes
    nothing, and with `who = "half"` is a draw without a treatment.
    """

    month: int = Field(ge=1, le=LONGEST, description="month of the run from whose opening it holds")
    who: Literal["all", "half"] = Field(
        "all", description="every place, or a random half of those with a grant, drawn by the seed of the run"
    )
    set: dict[str, Any] = Field(description="settings")

    @field_validator("set", mode="before")
    @classmethod
    def _dotted(cls, settings: Any) -> Any:
        """Tables within tables become dotted keys."""
        return flat(settings) if isinstance(settings, Mapping) else settings


def as_changes(changes: Iterable[Change | Mapping[str, Any]]) -> tuple[Change, ...]:
    """Changes given as values or tables. Raises `ConfigError` with everything that is wrong, one line each."""
    found: list[Change] = []
    errors: list[str] = []
    for n, change in enumerate(changes):
        if isinstance(change, Change):
            found.append(change)
        elif not isinstance(change, Mapping):
            errors.append(f"{name_of(n)}: expected a Change or a table of month, who and set, got {shown(change)}")
        else:
            value, problems = validated(Change, Table(dict(change), {(): name_of(n)}))
            found += [value] if value else []
            errors += map(str, problems)
    if errors:
        raise ConfigError(*errors)
    return tuple(found)


def name_of(position: int) -> str:
    """What messages call a change; they count from 1."""
    return f"changes[{position + 1}]"


def parse_changes(texts: Iterable[str]) -> tuple[Change, ...]:
    """`MONTH:KEY=VALUE` or `MONTH:half:KEY=VALUE` of a command line; one change for each month and who.

    Raises `ConfigError` with everything that is wrong, one line each.
    """
    settings: dict[tuple[int, str], dict[str, Any]] = {}
    errors: list[str] = []
    for text in texts:
        parts = re.fullmatch(r"\s*(\d{1,9})\s*:\s*(?:([a-z]+)\s*:)?(.*)", text, re.DOTALL)
        if not parts:
            words = "expected MONTH:KEY=VALUE or MONTH:half:KEY=VALUE such as 50:control.audit=0.3"
            errors.append(f"change: {words}, got {shown(text)}")
            continue
        if parts[2] not in (None, ALL, HALF):
            hint = did_you_mean(parts[2], (ALL, HALF))
            words = f"expected one of {listed((ALL, HALF))} before the setting"
            errors.append(f"change {shown(text)}: who: {words}, got {shown(parts[2])}{hint}")
            continue
        try:
            key, value = parse_assignment(parts[3])
        except ConfigError as error:
            errors += [f"change {shown(text)}: {line}" for line in error.errors]
            continue
        together = settings.setdefault((int(parts[1]), parts[2] or ALL), {})
        if key in together:
            errors.append(f"change: {key}: set twice in month {parts[1]}")
        together[key] = value
    if errors:
        raise ConfigError(*errors)
    return as_changes({"month": month, "who": who, "set": new} for (month, who), new in settings.items())


def everywhere(key: str) -> str:
    """A key without the place that it names: `locality.monza.control.audit` and `control.audit` are one setting."""
    found = _IN_A_PLACE.fullmatch(key)
    return f"{CASE}locality.{found[3]}" if found and found[1] else found[3] if found else key


def place_of(key: str) -> str | None:
    """The place that a key names, None for every place."""
    found = _IN_A_PLACE.fullmatch(key)
    return found[2] if found else None


def is_term(key: str) -> bool:
    """Whether a setting is a term of the contract, which holds until the next award once there is a contract.

    So are what is paid for and by whom it is financed: prices, budgets and advances were settled by them. How soon
    payment comes, who gets a free place and how much is prescribed can change at any time.
    """
    key = everywhere(key)
    return key.startswith(("payment.", "finance.")) and key not in _AT_ONCE


def award_months(calendar: Calendar, months: int) -> list[int]:
    """The months of a run in which contracts are let: the tender, and the first month of each renewal."""
    renewals = (calendar.service[0] + n * calendar.service_months for n in range(1, calendar.renewals + 1))
    return [month for month in (calendar.tender, *renewals) if month <= months]


def why_fixed(key: str) -> str | None:
    """Why a setting cannot change in a run at all; None where it can."""
    key = everywhere(key)
    if any(key == one or key.startswith(one.removesuffix(".") + ".") for one in SHAPING):
        return "cannot change in a run, for populations, tables and calendar are made by it at the start"
    return "cannot change in a run, for people and ties were drawn by it at the start" if key in DRAWN else None


def why_too_late(key: str, month: int, calendar: Calendar, months: int) -> str | None:
    """Why a setting would change nothing any more from a month on; None where it would."""
    awards = award_months(calendar, months)
    ends = {"plan": calendar.plan[1], "codesign": calendar.codesign[1], "award": awards[-1] if awards else 0}
    phases = ("award",) if is_term(key) else ONLY_IN.get(everywhere(key), ())
    if not phases or month <= max(ends[phase] for phase in phases):
        return None
    acts = f"acts at {' or '.join(_WORDS[phase] for phase in phases)} only"
    holds = "a term of the contract, which holds until the next award" if is_term(key) else acts
    return f"{holds}, and none follows in this run"
