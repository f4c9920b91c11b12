"""The block twin of a design: this very design with block pay and state finance, all else equal.

What a design does differs from its twin by payment and finance alone, which the difference to an experiment's baseline
does not say: designs differ in much else.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from abm.config import Design
from abm.config.changes import everywhere
from abm.config.settings import NAMING, READ_BY_EVERY_RULE, READ_BY_RULE
from abm.design import Finance, GovernanceDesign, Payment

if TYPE_CHECKING:
    from abm.config import Arm

BLOCK = "block"
BLOCK_READS = {*READ_BY_EVERY_RULE, *READ_BY_RULE[BLOCK]} - {"rule"}  # keys of [payment]
NAME_ENDING = "_block_twin"


def twin_of(design: Design) -> Design:
    """The design's block twin, in every place; a design that pays by block grant everywhere is its own twin.

    Where another rule pays, the payment keys that block pay reads are kept, all others and the whole of `finance` have
    their declared defaults, and so does nothing else.
    """
    if all(rules.payment.rule == BLOCK for rules in (design.base, *design.by_locality.values())):
        return design
    places = {name: _twin_of_rules(rules) for name, rules in design.by_locality.items()}
    return Design(base=_twin_of_rules(design.base), by_locality=places)


def is_own_twin(arm: Arm) -> bool:
    """Whether block grants pay everywhere from the first month to the last, so that the state finances too."""
    design, changed = arm.design, {everywhere(key) for change in arm.changes for key in change.set}
    return twin_of(design) is design and "payment.rule" not in changed


def _twin_of_arm(arm: Arm) -> Arm:
    """An arm's block twin: dated changes of what it leaves at its default do not come."""
    if is_own_twin(arm):
        return arm
    changes = tuple(change.model_copy(update={"set": _kept(change.set)}) for change in arm.changes)
    return arm._replace(design=twin_of(arm.design), changes=changes)


def _kept(settings: Mapping[str, Any]) -> dict[str, Any]:
    """Settings without those of finance, and of payment without those that block pay does not read."""
    kept = {}
    for key, value in settings.items():
        part, _, rest = everywhere(key).partition(".")
        if part != "finance" and (part != "payment" or rest in BLOCK_READS):
            kept[key] = value
    return kept


def _twin_of_rules(rules: GovernanceDesign) -> GovernanceDesign:
    named = {"name": rules.name + NAME_ENDING, "title": f"{rules.title or rules.name}, its block twin"}
    if rules.payment.rule == BLOCK:
        return rules.model_copy(update=named)
    return rules.model_copy(update=named | {"payment": _block_pay(rules), "finance": Finance()})


def _block_pay(rules: GovernanceDesign) -> Payment:
    """Block pay with the keys of a design's payment that it reads."""
    return Payment(rule="block", **{key: getattr(rules.payment, key) for key in BLOCK_READS})


def twins_of(arms: Sequence[Arm]) -> tuple[list[Arm], list[int]]:
    """The runs that twins need besides those of the arms, and for each arm the number of its twin.

    Numbers are those of the arms, then of the further ones. Twins that come to the same are one, and one that comes to
    the same as an arm is that arm. A further arm bears the factors of the first arm whose twin it is.
    """
    numbers: dict[tuple[str, ...], int] = {}
    for number, arm in enumerate(arms):
        numbers.setdefault(what_acts(arm), number)
    further: list[Arm] = []
    found = []
    for number, arm in enumerate(arms):
        twin, new = _twin_of_arm(arm), len(arms) + len(further)
        found.append(number if twin is arm else numbers.setdefault(what_acts(twin), new))
        further += [twin] if found[-1] == new else []
    return further, found


def what_acts(arm: Arm) -> tuple[str, ...]:
    """All that an arm's numbers depend on besides the seed: equal for arms that come to the same."""
    acting = []
    for rules in map(arm.design.for_locality, arm.case.locality):
        block = {"payment": _block_pay(rules)} if rules.payment.rule == BLOCK else {}
        acting.append(rules.model_copy(update=block).model_dump_json(exclude=set(NAMING)))
    dated = (*arm.changes, *arm.interventions)
    return arm.case.model_dump_json(), *acting, *(one.model_dump_json() for one in dated)
