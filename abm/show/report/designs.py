"""What the designs are: only the rules in which they differ."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from abm.declare import parameters
from abm.design import GovernanceDesign
from abm.show.report.findings import Findings
from abm.show.report.html import Html, folded, joined, section, table, tag
from abm.show.report.words import line, listing

if TYPE_CHECKING:
    from abm.config import Design

KEY_RULES = (  # of a design: what stands in the short table
    "payment.rule",
    "payment.outcome_share",
    "payment.attribution",
    "finance.bridge.investor",
    "finance.bridge.provider",
    "finance.risk_to_provider",
    "structure.decision_rights",
    "structure.coordination_rights",
    "structure.competition",
    "outcomes_use.responsibility",
    "coproduction.design",
    "control.audit",
    "learning.mode",
)


def glance(found: Findings) -> Html:
    """Only the rules in which designs differ, the baseline first."""
    designs = _arms(found)
    keys = [key for key, _ in _rules() if len({_shown(_value(one, key)) for one in designs.values()}) > 1]
    if not keys:
        return section("designs", "The designs at a glance", "There is one design, or the designs differ in no rule.")
    short_list = [key for key in KEY_RULES if key in keys]
    body = joined(
        [
            _rules_table(found, designs, short_list),
            folded(f"All {len(keys)} rules in which the designs differ", _rules_table(found, designs, keys))
            if len(keys) > len(short_list)
            else "",
        ]
    )
    varied = found.results.factors[:12]
    more = f" Varied within each design: {listing(varied)}." if varied else ""
    lead = f"What the rules differ in, and nothing else; · is as under {found.results.title(found.results.baseline)}.{more}"
    about = tag(
        "dl",
        [
            joined([tag("dt", line(found.results, name, "")), tag("dd", " ".join(one.description.split()) or "–")])
            for name, one in designs.items()
        ],
        class_="designs",
    )
    return section("designs", "The designs at a glance", lead, about, body)


def _arms(found: Findings) -> dict[str, Design]:
    """Each design as it was run first, the baseline first."""
    arms: dict[str, Design] = {}
    for arm in found.results.experiment.arms():
        arms.setdefault(arm.design.name, arm.design)
        if len(arms) == len(found.results.designs):
            break
    order = sorted(arms, key=lambda name: name != found.results.baseline)
    return {name: arms[name] for name in order}


def _rules() -> list[tuple[str, Any]]:
    """Every declared rule, and those that are lists."""
    lists = [(key, None) for key in ("payment.milestone", "payment.step")]
    return [*parameters(GovernanceDesign), *lists]


def _value(design: Design, key: str) -> Any:
    value: Any = design.base
    for part in key.split("."):
        value = getattr(value, part)
    return value


def _shown(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int | float):
        return f"{value:g}"
    if isinstance(value, tuple):
        return "; ".join(f"{one.name} {one.price:g}" if hasattr(one, "price") else str(one) for one in value) or "none"
    return str(value).replace("_", " ")


def _rules_table(found: Findings, designs: dict[str, Design], keys: list[str]) -> Html:
    declared_rules, rows, group = dict(_rules()), [], ""
    base = next(iter(designs.values()))
    for key in keys:
        part, _, name = key.partition(".")
        if part != group:
            group = part
            rows.append([(part.replace("_", " ").capitalize(), "group")] + [("", "group")] * len(designs))
        rule = declared_rules[key]
        unit = f" ({rule.unit})" if rule is not None and rule.unit not in ("choice", "switch", "share") else ""
        about = tag("small", rule.meaning) if rule is not None else None
        cells: list[Any] = [
            joined([name.replace("_", " ").replace(".", ": "), unit, tag("br") if about else None, about])
        ]
        for place, design in enumerate(designs.values()):
            text = _shown(_value(design, key))
            cells.append(("·", "as-base") if place and text == _shown(_value(base, key)) else text)
        rows.append(cells)
    return table(["", *(found.results.title(name) for name in designs)], rows, "rules")
