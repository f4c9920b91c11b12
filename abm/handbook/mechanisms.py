"""The equations of docs/mechanisms.md: each mechanism's rules in their own words, between hand-written sentences."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from abm.handbook.blocks import refresh
from abm.handbook.words import about, entry, modules_of, rules_of, wrapped

USUAL = Path("docs/mechanisms.md")


def mechanism(module: str) -> str:
    """What a mechanism is in the words of its module, and its rules with their equations."""
    parts = [wrapped(about(module)), f"In `abm/{module.replace('.', '/')}.py`:"]
    return "\n\n".join([*parts, *(entry(rule) for rule in rules_of(module))])


def _block(module: str) -> Callable[[], str]:
    return lambda: mechanism(module)


BLOCKS = {module: _block(module) for module in modules_of("rules")}

if __name__ == "__main__":
    refresh(USUAL, BLOCKS)
