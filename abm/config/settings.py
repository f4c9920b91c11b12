"""Settings: single keys of a case or a design changed by their dotted names, into a new value.

`case.trust.asymmetry` addresses the case, any other key the design. `locality.cremona.payment.lag_months` addresses the
design in one place; a setting without `locality.` holds in every place, also where a place has a value of its own.
A line of a list goes by its name, `payment.milestone.kept.price`, or counts from 1, `payment.step.2.share`; how well a
domain can be measured goes by the domain, `case.measurability.health`.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Iterable, Mapping
from typing import Any, TypeVar, get_origin

from pydantic import BaseModel, Field
from pydantic.fields import FieldInfo

from abm.case import Case
from abm.config.lines import no_such_line, numbered, put
from abm.config.toml_file import MOST_TOLD, ConfigError, KeyPath, Problem, Table, dotted
from abm.config.words import did_you_mean, field_at, known_beside, known_keys, listed, meant_key, shown, validated
from abm.declare import Part
from abm.design import GovernanceDesign
from abm.imported.files import with_file

CASE = "case."
SETTING = "setting"  # where a setting stands that no file has
NAMING = ("name", "title", "description")
PROVIDER_KINDS = ("public", "third_sector", "associations", "for_profit", "joiners")

READ_BY_EVERY_RULE = ("rule", "cohort_definition", "alignment", "input_specification")
READ_BY_RULE = {  # the keys of [payment] that a payment rule reads besides
    "block": (),
    "fee_for_service": ("lag_months",),
    "binary": ("outcome_share", "lag_months", "period_months", "contract_cap", "target", "attribution", "all_indicators"),
    "graduated": ("outcome_share", "lag_months", "period_months", "contract_cap", "floor", "ceiling", "attribution"),
    "rate_card": (
        "outcome_share", "lag_months", "contract_cap", "person_cap", "attribution", "milestone", "deadweight_deducted",
        "tariff_groups", "tariff_ratio", "claim_deadline_months",
    ),
    "tranche": (
        "outcome_share", "lag_months", "period_months", "contract_cap", "target", "attribution", "all_indicators",
        "pooled_target",
    ),
    "stepped": ("outcome_share", "lag_months", "period_months", "contract_cap", "attribution", "step"),
}  # fmt: skip

Value = TypeVar("Value", Case, GovernanceDesign)


class Design(Part):
    """A governance design with its differences between places."""

    base: GovernanceDesign = Field(description="the rules of every place that has none of its own")
    by_locality: dict[str, GovernanceDesign] = Field(default_factory=dict, description="whole designs of other places")

    @property
    def name(self) -> str:
        """Identifier, also in results."""
        return self.base.name

    @property
    def title(self) -> str:
        """How figures and tables call it."""
        return self.base.title or self.base.name

    @property
    def description(self) -> str:
        """What it stands for, and where it comes from."""
        return self.base.description

    def for_locality(self, name: str) -> GovernanceDesign:
        """The rules that hold in a place."""
        return self.by_locality.get(name, self.base)


def flat(settings: Mapping[str, Any], prefix: str = "") -> dict[str, Any]:
    """Nested tables as dotted keys; numpy's numbers as Python's."""
    leaves: dict[str, Any] = {}
    for key, value in settings.items():
        if isinstance(value, Mapping):
            leaves |= flat(value, f"{prefix}{key}.")
        else:
            leaves[f"{prefix}{key}"] = _plain(value)
    return leaves


def _plain(value: Any) -> Any:
    if isinstance(value, list | tuple):
        return [dict(item) if isinstance(item, Mapping) else _plain(item) for item in value]
    return value.item() if hasattr(value, "item") and getattr(value, "ndim", None) == 0 else value


def changed_case(case: Case, settings: Mapping[str, Any], places: Mapping[str, str] | None = None) -> Case:
    """The case with those settings that begin with `case.`; `case.families` scales every locality, after all others.

    `places` says where each setting stands (and at "" where all do), for messages. Raises `ConfigError` with everything
    that is wrong.
    """
    own = {key.removeprefix(CASE): value for key, value in flat(settings).items() if key.startswith(CASE)}
    if not own:
        return case
    where = {key: _place(CASE + key, places) for key in own}
    problems = []
    graph = own.pop("network.graph") if isinstance(own.get("network.graph"), str) else None
    if graph is not None:
        case = with_file(case, "", "")  # the ties that it had need not fit what else is changed
    for key in list(own):
        place = key.split(".")[1] if key.startswith("locality.") else ""
        if place and place not in case.locality:
            hint = did_you_mean(place, case.locality) or f", the case has {listed(case.locality)}"
            problems.append(Problem(where[key], CASE + key, f"no such locality{hint}"))
            del own[key]
    unscaled = case.model_copy(update={"families": None})
    changed, found = _changed(unscaled, own, where, _place("", places), CASE)
    if changed is None or problems:
        raise ConfigError(*map(str, problems + found))
    changed = with_total(changed, where.get("families", SETTING))
    return changed if graph is None else with_file(changed, graph, f"{where['network.graph']}: case.network.graph")


def changed_design(design: Design, settings: Mapping[str, Any], places: Mapping[str, str] | None = None) -> Design:
    """The design with those settings that do not begin with `case.`; `locality.NAME.KEY` holds in that place only.

    `places` says where each setting stands (and at "" where all do), for messages. Raises `ConfigError` with everything
    that is wrong.
    """
    own = {key: value for key, value in flat(settings).items() if not key.startswith(CASE)}
    if not own:
        return design
    everywhere: dict[str, Any] = {}
    by_place: dict[str, dict[str, Any]] = {name: {} for name in design.by_locality}
    for key, value in own.items():
        if match := re.fullmatch(r"locality\.([^.]+)\.(.+)", key):
            by_place.setdefault(match[1], {})[match[2]] = value
        else:
            everywhere[key] = value
    root = _place("", places)
    where = {key: _place(key, places) for key in own}
    base, problems = _changed(design.base, everywhere, where, root)
    designs: dict[str, GovernanceDesign | None] = {}
    for name, keys in by_place.items():
        here = where | {key: where[f"locality.{name}.{key}"] for key in keys}
        designs[name], found = _changed(design.for_locality(name), everywhere | keys, here, root)
        problems += not_yet_told(found, problems, f"locality.{name}.")
    problems += unlike(base, designs, lambda key: where.get(key, root))
    if problems:
        raise ConfigError(*map(str, problems))
    return Design(base=base, by_locality=designs)  # type: ignore[arg-type]  # without problems there is no None


def unlike(
    base: GovernanceDesign | None, places: Mapping[str, GovernanceDesign | None], where: Callable[[str], str]
) -> list[Problem]:
    """What may not differ between places: whether trust has facets, for a relation may join two of them."""
    found = []
    for name, rules in places.items():
        if base and rules and rules.mechanisms.facets != base.mechanisms.facets:
            key = f"locality.{name}.mechanisms.facets"
            found.append(
                Problem(where(key), key, "must be the same in all places: say mechanisms.facets for all of them")
            )
    return found


def not_yet_told(found: Iterable[Problem], told: Iterable[Problem], prefix: str) -> list[Problem]:
    """What is wrong in one place only, the place's prefix before its keys."""
    known = set(told)
    return [problem._replace(key=prefix + problem.key) for problem in found if problem not in known]


def _place(key: str, places: Mapping[str, str] | None) -> str:
    """Where a setting stands: its own place, or that of the table or file that it came in."""
    parts = key.split(".")
    wider = (".".join(parts[:n]) for n in range(len(parts), 0, -1))
    return next((places[known] for known in (*wider, "") if known in places), SETTING) if places else SETTING


def _changed(
    value: Value, settings: Mapping[str, Any], where: Mapping[str, str], root: str, prefix: str = ""
) -> tuple[Value | None, list[Problem]]:
    """A frozen value with some keys changed, or everything that is wrong with them."""
    model = type(value)
    table = Table(value.model_dump(), {(): root}, about=f" (in '{value.name}' with these settings)")
    unknown: list[Problem] = []
    written: dict[
        str, str
    ] = {}  # keys with positions in lists, as messages of pydantic have them: as they were asked for
    for key, new in sorted(settings.items(), key=lambda one: one[0].count(".")):  # a whole list before its lines
        if len(unknown) > MOST_TOLD:  # finding what was meant takes time
            break
        path = numbered(table.values, key.split("."))
        table.places[path] = where[key]
        if len(path) < key.count(".") + 1:
            unknown.append(Problem(where[key], prefix + key, no_such_line(table.values, path, key)))
            continue
        if field_at(model, path) is None or path[0] in NAMING:
            text = _as_asked(_unknown(model, path, prefix), path, key)
            unknown.append(Problem(where[key], prefix + key, text))
            continue
        put(table.values, path, new)
        written[prefix + dotted(path)] = prefix + key
    table.incomplete = bool(unknown)
    changed, found = validated(model, table, prefix)
    found = [problem._replace(key=written.get(problem.key, problem.key)) for problem in found]
    return (None if unknown or changed is None else _sharing(changed, value)), unknown + found


def _sharing(changed: Value, value: Value) -> Value:
    """The changed value with the parts that did not change being the very same: thousands of arms fit in memory so."""
    same = {name: part for name, part in value if getattr(changed, name) == part}
    return changed.model_copy(update=same)


def setting_path(key: str) -> tuple[type[BaseModel], str, KeyPath]:
    """The model that a setting addresses, the prefix of its keys, and the path; any line of a list is taken to be there."""
    model: type[BaseModel] = Case if key.startswith(CASE) else GovernanceDesign
    path: KeyPath = ()
    for name in (key.removeprefix(CASE) if model is Case else re.sub(r"^locality\.[^.]+\.", "", key)).split("."):
        around = field_at(model, path)
        path = (*path, 0 if around and get_origin(around[0]) is tuple else name)
    return model, CASE if model is Case else "", path


def declared_setting(key: str) -> tuple[Any, FieldInfo | None] | None:
    """Type and declaration of a setting by its dotted key, whatever the design or the case; None where it is none."""
    model, _, path = setting_path(key)
    return None if path[0] in NAMING else field_at(model, path)


def unknown_setting(key: str) -> str:
    """What is said of a key that is no setting of any design or case, with the one that it probably stands for."""
    model, prefix, path = setting_path(key)
    return _as_asked(_unknown(model, path, prefix), path, key.removeprefix(prefix))


def _as_asked(text: str, path: KeyPath, key: str) -> str:
    """A message with the key's own words where it has the position of a line."""
    lined = any(isinstance(part, int) for part in path)
    return text.replace(dotted(path[:-1]), key.rpartition(".")[0]) if lined else text


def _unknown(model: type[BaseModel], path: KeyPath, prefix: str) -> str:
    """What is said of a setting that is none, with the one that it probably stands for."""
    if path[0] in NAMING:
        return "belongs to the file and cannot be set"
    if model is GovernanceDesign and field_at(Case, path):
        return f"unknown key of a design; did you mean '{CASE}{dotted(path)}', a fact of the case?"
    if model is Case and field_at(GovernanceDesign, path):
        return f"unknown key of a case; did you mean '{dotted(path)}', a rule of the design?"
    wrong = next(n for n in range(1, len(path) + 1) if field_at(model, path[:n]) is None)
    meant = meant_key(model, path[:wrong])
    whole = (*meant, *path[wrong:]) if meant else ()
    if whole and field_at(model, whole):
        return f"unknown key; did you mean '{prefix}{dotted(whole)}'?"
    every = [prefix + dotted(key) for key in known_keys(model) if len(key) == len(path)]
    return "unknown key" + (did_you_mean(prefix + dotted(path), every, 0.85) or known_beside(model, path[:wrong]))


def with_total(case: Case, place: str = SETTING) -> Case:
    """The case with `families` as the total: every locality scaled to it, or, where it is not given, their sum."""
    if case.families is None:
        return case.model_copy(update={"families": sum(locality.families for locality in case.locality.values())})
    return scaled(case, case.families, place)


def scaled(case: Case, families: int, place: str = SETTING) -> Case:
    """The same case with another number of families in total: a larger or smaller copy, not another place.

    Families, providers of each kind (rounded; at least one where there was one) and grants of all localities change by
    one factor; families by largest remainders, so that they sum to the number asked for. A larger copy has as many more
    hours for bids and negotiation, or the more who bid the later all would sign. Raises `ConfigError` where a
    locality would be left without families or a number outgrows its range; `place` says where the number stands.
    """
    counts = [locality.families for locality in case.locality.values()]
    if families == sum(counts):
        return case.model_copy(update={"families": families})
    if families < len(counts):
        words = f"expected at least one for each of the {len(counts)} localities"
        raise ConfigError(f"{place}: case.families: {words}, got {families}")
    factor = families / sum(counts)
    values = case.model_dump() | {"families": families}
    for locality, share in zip(values["locality"].values(), _apportioned(counts, families), strict=True):
        locality["families"] = share
        locality["grant_eur"] = round(locality["grant_eur"] * factor, 2)
        for kind in PROVIDER_KINDS:
            locality[kind] = max(1, int(locality[kind] * factor + 0.5)) if locality[kind] > 0 else 0
    values["money"]["negotiation_capacity"] *= max(1.0, factor)
    changed, problems = validated(Case, Table(values, {(): f"{place}: with {families:,} families"}), CASE)
    if changed is None:
        raise ConfigError(*map(str, problems))
    return changed


def _apportioned(counts: list[int], total: int) -> list[int]:
    """Counts scaled to a total by largest remainders, none below 1; in whole numbers, so the same on every machine."""
    before = sum(counts)
    shares = [max(1, count * total // before) for count in counts]
    by_remainder = sorted(range(len(counts)), key=lambda n: (-(counts[n] * total % before), n))
    for n in by_remainder[: max(0, total - sum(shares))]:
        shares[n] += 1
    while sum(shares) > total:
        shares[shares.index(max(shares))] -= 1
    return shares


def unused_settings(design: Design, settings: Iterable[str]) -> dict[str, str]:
    """Those settings that the design's payment rule never reads, each with the reason.

    Given with values, an empty list is none of them: a design leaves its rate card for another rule by emptying it.
    """
    rules = sorted({design.base.payment.rule, *(place.payment.rule for place in design.by_locality.values())})
    read = {key for rule in rules for key in (*READ_BY_EVERY_RULE, *READ_BY_RULE[rule])}
    reason = f"design '{design.name}' does not use it, its payment.rule is {listed(rules)}"
    asked = {key: re.match(r"(?:locality\.[^.]+\.)?payment\.(\w+)", key) for key in settings}
    emptied = {key for key, value in settings.items() if value in ([], ())} if isinstance(settings, Mapping) else set()
    return {key: reason for key, match in asked.items() if match and match[1] not in read and key not in emptied}


def parse_assignment(text: str) -> tuple[str, Any]:
    """`key=value` of a command line: the value is TOML, a bare word is text. Raises `ConfigError`."""
    key, equals, value = (part.strip() for part in text.partition("="))
    if not equals or not re.fullmatch(r"[\w-]+(\.[\w-]+)*", key):
        raise ConfigError(f"{SETTING}: expected KEY=VALUE such as payment.outcome_share=0.6, got {shown(text)}")
    if re.fullmatch(r"[A-Za-z_][\w-]*", value) and value not in ("true", "false", "nan", "inf"):
        return key, value
    try:
        parsed = tomllib.loads(f"value = {value}")
    except (ValueError, RecursionError):
        parsed = {}
    if list(parsed) != ["value"]:
        words = 'a value such as 0.6, true, "text" or [1, 2]'
        raise ConfigError(f"{SETTING}: {key}: expected {words}, got {shown(value)}")
    return key, parsed["value"]


def parse_assignments(texts: Iterable[str]) -> dict[str, Any]:
    """Several `key=value`; raises `ConfigError` with all that are wrong or repeated."""
    settings: dict[str, Any] = {}
    errors: list[str] = []
    for text in texts:
        try:
            key, value = parse_assignment(text)
        except ConfigError as error:
            errors += error.errors
            continue
        if key in settings:
            errors.append(f"{SETTING}: {key}: set twice")
        settings[key] = value
    if errors:
        raise ConfigError(*errors)
    return settings
