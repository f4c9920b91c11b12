"""What a student may change: values of the controls now, parts taken from other designs, shares that sum to 1."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from abm.config import Arm, ConfigError, load_design, preset_names, unused_settings
from abm.config.words import shown
from abm.declare import value_of
from abm.show.app.catalogue import PARTS, SUMS, catalogue, keys_of
from abm.show.app.setup import LISTS, Setup


def values(arm: Arm) -> dict[str, Any]:
    """The value of every control in an arm's design and case at its start."""
    found = {}
    for part in catalogue()["parts"]:
        for control in part["controls"]:
            key = control["key"]
            owner, inner = (arm.case, key.removeprefix("case.")) if key.startswith("case.") else (arm.design.base, key)
            found[key] = value_of(owner, inner)
    return found


def unused(arm: Arm) -> dict[str, str]:
    """The controls that the design's payment rule does not read, each with the reason."""
    return unused_settings(
        arm.design, [control["key"] for part in catalogue()["parts"] for control in part["controls"]]
    )


def with_values(setup: Setup, new: Mapping[str, Any], now: Mapping[str, Any]) -> dict[str, Any]:
    """The settings of a setup with new values; other shares of a sum give way in proportion.

    `now` has the present values of all controls. What is as the design's file has it need not be a setting, but may.
    """
    settings = dict(setup.settings)
    for key, value in new.items():
        present = now.get(key)
        if isinstance(present, float) and type(value) is int:
            value = float(value)
        elif type(present) is int and isinstance(value, float) and value == int(value):
            value = int(value)
        group = key.rpartition(".")[0]
        if group in SUMS and isinstance(value, float) and 0.0 <= value <= 1.0:
            settings |= balanced(key, value, {k: now[k] for k in now if k.rpartition(".")[0] == group})
        settings[key] = value
    return settings


def balanced(key: str, value: float, shares: Mapping[str, float]) -> dict[str, float]:
    """Shares with one of them at a new value and the others scaled to four digits, so that all sum to 1."""
    others = [name for name in shares if name != key]
    before, room = sum(shares[name] for name in others), 1.0 - value
    found = {}
    for name in others[:-1]:
        found[name] = round(room * (shares[name] / before if before > 0 else 1.0 / len(others)), 4)
    found[others[-1]] = round(room - sum(found.values()), 10)
    return {key: value} | found


def part_of(setup: Setup, part: str, design: str) -> dict[str, Any]:
    """The settings of a setup with one part as another design has it. Raises `ConfigError` for an unknown one."""
    if part not in [key for key, *_ in PARTS]:
        raise ConfigError(f"part: no {shown(part)}")
    if design not in preset_names("designs"):
        raise ConfigError(f"design: no {shown(design)} here")
    own, other = load_design(setup.design).base, load_design(design).base
    settings = {key: value for key, value in setup.settings.items() if key not in keys_of(part)}
    for key in keys_of(part):
        before, after = value_of(own, key), value_of(other, key)
        if before != after:
            settings[key] = [line.model_dump() for line in after] if key in LISTS else after
    return settings


def rules_like(rule: str) -> list[str]:
    """Titles of the designs that pay by a rule."""
    designs = map(load_design, preset_names("designs"))
    return [design.title for design in designs if design.base.payment.rule == rule]
