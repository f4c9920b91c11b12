"""Why two designs differ: which groups of settings the difference comes from, and what each mechanism does to it.

A 2^k factorial runs every mixture of two designs (k groups of settings, each from one or the other) on the same seeds. The
share of a group is its Shapley value (Shapley 1953): what it adds when the groups change over from one design to the
other, mean over all orders,

    φ_g = Σ_{S ∌ g} |S|! (k − |S| − 1)! / k! · (v(S ∪ g) − v(S)),

exact for each seed, so that shares sum to the difference; then a mean over seeds with a paired t interval.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from pydantic import BaseModel, ValidationError

from abm.config import Arm, ConfigError, Design, changed_design
from abm.config.settings import NAMING
from abm.config.words import did_you_mean, listed
from abm.design import GovernanceDesign, Mechanisms
from abm.lab.analyses import Analysis
from abm.lab.asked import arm_of, chosen_case, chosen_design, chosen_metrics, chosen_seeds
from abm.lab.compare import half_width
from abm.lab.more import Ends, Progress, run_ends

if TYPE_CHECKING:
    from abm.lab.results import Results

MOST_GROUPS = 6
REST = "rest"
ABOUT_RUNS = 640  # that are asked for where the number of seeds is left open
SHARES = ["case", "from_design", "to_design", "metric", "mechanism", "share", "low", "high", "n", "alone", "last"]
SWITCHES = ["case", "design", "metric", "mechanism", "difference", "low", "high", "n"]

Groups = Mapping[str, Sequence[str]]  # name of a group → dotted keys, or beginnings of keys


def explain(
    results: Results,
    from_design: str,
    to_design: str,
    *,
    groups: Groups | None = None,
    case: str | None = None,
    settings: Mapping[str, Any] | None = None,
    from_settings: Mapping[str, Any] | None = None,
    to_settings: Mapping[str, Any] | None = None,
    metrics: Sequence[str] = (),
    seeds: int | None = None,
    switches: bool = True,
    workers: int | None = None,
    progress: Progress | None = None,
) -> Analysis:
    """Where the difference between two designs of a batch comes from; the runs it needs besides are kept in its folder.

    `groups` names what changes over together (`{"money": ["payment", "finance"]}`); what else differs is the group `rest`.
    Unless given, each part of the design that differs is one, payment and finance together where they must be.
    `settings` fix an experiment's factors, `from_settings` and `to_settings` change one design.
    Table `shares`: `case, from_design, to_design, metric, mechanism, share, low, high, n`, then the group changed `alone`
    and as the `last`, all in the metric's unit. Table `switches`: the second design with the mechanism off, less
    the same as it is. Raises ConfigError for names that are not there and mixtures that contradict themselves.
    """
    experiment = results.experiment
    names = chosen_metrics(metrics)
    the_case = chosen_case(experiment, case)
    of_case = [key for own in (from_settings, to_settings) for key in own or {} if key.startswith("case.")]
    if of_case:
        raise ConfigError(f"setting: {of_case[0]}: the case must be the same for both designs")
    ends = [
        arm_of(experiment, the_case, chosen_design(experiment, name, option), settings, own)
        for name, option, own in ((from_design, "from", from_settings), (to_design, "to", to_settings))
    ]
    mixed = mixtures(ends[0].design, ends[1].design, groups)
    arms = [ends[0]._replace(design=design) for design in mixed.designs]
    off = _switched_off(ends[1]) if switches else {}
    blocks = chosen_seeds(experiment, seeds, max(10, ABOUT_RUNS // len(arms)))
    all_arms = [*arms, *off.values()]
    found = run_ends(
        all_arms, blocks, folder=results.folder, months=experiment.months, workers=workers, progress=progress
    )
    about = {
        "what": "shares of the difference between two designs (Shapley values), and each mechanism off alone",
        "case": the_case.name, "from": from_design, "to": to_design, "settings": dict(settings or {}),
        "from_settings": dict(from_settings or {}), "to_settings": dict(to_settings or {}),
        "groups": {name: list(keys) for name, keys in mixed.groups.items()},
        "switches": "the second design with the mechanism off, less the same as it is",
        "seeds": list(blocks), "runs": len(all_arms) * len(blocks), "failed": len(found.failures),
    }  # fmt: skip
    key = (the_case.name, from_design, to_design)
    tables = {"shares": shares_table(found, mixed, names, key)}
    if switches:
        tables["switches"] = _switches_table(found, list(off), len(arms), names, (the_case.name, to_design))
    return Analysis("explain", about, tables)


@dataclass(frozen=True)
class Mixtures:
    """All mixtures of two designs: `groups` are the keys that differ, by group; mixture n has group g from the second
    design where bit g of n is set."""

    groups: Mapping[str, tuple[str, ...]]
    designs: tuple[Design, ...]


def mixtures(one: Design, other: Design, groups: Groups | None = None) -> Mixtures:
    """The 2^k mixtures of two designs. Raises ConfigError where there are none, too many, or one contradicts itself."""
    keys = differing_keys(one, other)
    if not keys:
        raise ConfigError(f"'{one.name}' and '{other.name}' are the same rules: there is nothing to explain")
    if groups is not None:
        chosen = _chosen_groups(keys, groups)
        return Mixtures(chosen, tuple(_mixed(one, other, chosen)))
    chosen = _usual_groups(keys)
    try:
        return Mixtures(chosen, tuple(_mixed(one, other, chosen)))
    except ConfigError:
        together = ("payment", "finance")
        joint = tuple(key for name in together for key in chosen.get(name, ()))
        chosen = {"payment and finance": joint} | {name: own for name, own in chosen.items() if name not in together}
        return Mixtures(chosen, tuple(_mixed(one, other, chosen)))


def _usual_groups(keys: Sequence[str]) -> dict[str, tuple[str, ...]]:
    """A group for each part of a design, the last ones together where they are too many."""
    found: dict[str, list[str]] = {}
    for key in keys:
        found.setdefault(key.split(".")[0], []).append(key)
    names = list(found)
    if len(names) > MOST_GROUPS:
        found[REST] = [key for name in names[MOST_GROUPS - 1 :] for key in found.pop(name)]
    return {name: tuple(own) for name, own in found.items()}


def _chosen_groups(keys: Sequence[str], groups: Groups) -> dict[str, tuple[str, ...]]:
    """The differing keys by the groups asked for, and the rest."""
    known = [key for key, _ in _leaves(GovernanceDesign)]
    left, found = list(keys), {}
    for name, asked in groups.items():
        own: list[str] = []
        for start in asked:
            if not any(_under(key, start) for key in known):
                words = did_you_mean(start, [*known, *{key.split(".")[0] for key in known}])
                raise ConfigError(f"group {name}: no setting '{start}'{words}")
            own += [key for key in left if _under(key, start) and key not in own]
        if not own:
            raise ConfigError(
                f"group {name}: the designs do not differ in {listed(list(asked))}, or another group has it"
            )
        found[name], left = tuple(own), [key for key in left if key not in own]
    if left:
        found[REST] = tuple(left)
    if len(found) > MOST_GROUPS:
        rest = f", with '{REST}' for {listed(left)}" if left else ""
        raise ConfigError(f"groups: at most {MOST_GROUPS} (2^{MOST_GROUPS} mixtures), these are {len(found)}{rest}")
    return found


def _under(key: str, start: str) -> bool:
    return key == start or key.startswith(f"{start}.")


def _leaves(part: type[BaseModel], prefix: str = "") -> list[tuple[str, Any]]:
    """Every key of a design that holds a value, naming keys left out."""
    found: list[tuple[str, Any]] = []
    for name, field in part.model_fields.items():
        inner = field.annotation
        if isinstance(inner, type) and issubclass(inner, BaseModel):
            found += _leaves(inner, f"{prefix}{name}.")
        elif prefix or name not in NAMING:
            found.append((prefix + name, inner))
    return found


def _value(rules: BaseModel, key: str) -> Any:
    value: Any = rules
    for name in key.split("."):
        value = getattr(value, name)
    return value


def differing_keys(one: Design, other: Design) -> list[str]:
    """The dotted keys in which two designs differ, in whatever place."""
    places = [None, *dict.fromkeys((*one.by_locality, *other.by_locality))]
    pairs = [(_rules(one, place), _rules(other, place)) for place in places]
    return [key for key, _ in _leaves(GovernanceDesign) if any(_value(a, key) != _value(b, key) for a, b in pairs)]


def _rules(design: Design, place: str | None) -> GovernanceDesign:
    return design.base if place is None else design.for_locality(place)


def _mixed(one: Design, other: Design, groups: Mapping[str, Sequence[str]]) -> list[Design]:
    """All mixtures, in the order of their bits."""
    places = list(dict.fromkeys((*one.by_locality, *other.by_locality)))
    found = []
    for bits in itertools.product((False, True), repeat=len(groups)):
        taken = [name for name, bit in zip(groups, reversed(bits), strict=True) if bit]
        if len(taken) in (0, len(groups)):
            found.append(other if taken else one)
            continue
        keys = [key for name in taken for key in groups[name]]
        name = f"{one.name}_with_{'_'.join(taken).replace(' ', '_')}_of_{other.name}".lower()
        try:
            base = _with(one.base, other.base, keys, name)
            by_place = {
                place: _with(one.for_locality(place), other.for_locality(place), keys, name) for place in places
            }
        except ValidationError as error:
            reasons = "; ".join(str(line["msg"]).removeprefix("Value error, ") for line in error.errors())
            raise ConfigError(
                f"groups: '{one.name}' with {listed(taken)} of '{other.name}' contradicts itself, so these settings must "
                f"change over together, as --group money=payment,finance: {reasons}"
            ) from None
        found.append(Design(base=base, by_locality=by_place))
    return found


def _with(rules: GovernanceDesign, other: GovernanceDesign, keys: Sequence[str], name: str) -> GovernanceDesign:
    """Rules with some keys from others."""
    values, others = rules.model_dump(), other.model_dump()
    for key in keys:
        *parts, last = key.split(".")
        here, there = values, others
        for part in parts:
            here, there = here[part], there[part]
        here[last] = there[last]
    return GovernanceDesign.model_validate(values | {"name": name})


def _switched_off(arm: Arm) -> dict[str, Arm]:
    """The arm itself, by the empty name, and with each mechanism off that is at work somewhere in it."""
    rules = [arm.design.base, *arm.design.by_locality.values()]
    names = [name for name in Mechanisms.model_fields if any(getattr(one.mechanisms, name) for one in rules)]
    off = {name: changed_design(arm.design, {f"mechanisms.{name}": False}) for name in names}
    return {"": arm} | {name: arm._replace(design=design) for name, design in off.items()}


def shapley_weights(k: int) -> np.ndarray:
    """k × 2^k weights w with φ = w @ v, v the value of each mixture in the order of its bits."""
    weights = np.zeros((k, 2**k))
    for subset in range(2**k):
        size = subset.bit_count()
        for group in range(k):
            if subset >> group & 1:
                weights[group, subset] = math.factorial(size - 1) * math.factorial(k - size) / math.factorial(k)
            else:
                weights[group, subset] = -math.factorial(size) * math.factorial(k - size - 1) / math.factorial(k)
    return weights


def shares_table(found: Ends, mixed: Mixtures, metrics: Sequence[str], key: tuple[str, str, str]) -> Any:
    """The table `shares`; blocks in which a mixture has no value are left out, n says how many are in."""
    import pandas as pd

    k, rows = len(mixed.groups), []
    weights = shapley_weights(k)
    for metric in metrics:
        values = found.of(metric)[: 2**k]
        values = values[:, ~np.isnan(values).any(axis=0)]
        shares = weights @ values
        for group, name in enumerate(mixed.groups):
            mean, half = _mean(shares[group])
            alone, last = values[1 << group] - values[0], values[-1] - values[(2**k - 1) ^ (1 << group)]
            rows.append(
                (*key, metric, name, mean, mean - half, mean + half, values.shape[1], _mean(alone)[0], _mean(last)[0])
            )
    return pd.DataFrame(rows, columns=SHARES)


def _switches_table(found: Ends, names: Sequence[str], first: int, metrics: Sequence[str], key: tuple[str, str]) -> Any:
    """The table `switches`: what changes with each mechanism off."""
    import pandas as pd

    rows = []
    for metric in metrics:
        values = found.of(metric)[first:]
        for place, name in enumerate(names[1:], 1):
            effect = values[place] - values[0]
            effect = effect[~np.isnan(effect)]
            mean, half = _mean(effect)
            rows.append((*key, metric, name, mean, mean - half, mean + half, len(effect)))
    return pd.DataFrame(rows, columns=SWITCHES)


def _mean(values: np.ndarray) -> tuple[float, float]:
    """Mean and half its 95 % interval; missing without values."""
    return (float(values.mean()), half_width(values)) if len(values) else (math.nan, math.nan)
