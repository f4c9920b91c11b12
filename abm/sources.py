"""Sources of numbers and mechanisms, and how far each declared number rests on one."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from abm.declare import ASSUMED, Param

CHECKED = {
    "computed": "computed from the data",
    "case": "read, the paper of the case",
    "read": "read",
    "abstract": "abstract or opening read",
    "secondary": "as another text reports it",
    "known": "general knowledge",
}
NO_PLACE = "none"  # of theory and method
FIGURE, FORM = "figure", "form"
BASES = {
    FIGURE: "the figure, or the range around it, is the source's",
    FORM: "the source gives the mechanism, its sign or order; the size is assumed",
    ASSUMED: "assumed",
}


@dataclass(frozen=True)
class Source:
    """One entry of `sources.toml`. `figures` are the keys of declared numbers that it gives; `place` is where they are from."""

    authors: str
    year: int
    title: str
    where: str
    checked: str
    note: str
    place: str = ""
    doi: str = ""
    figures: tuple[str, ...] = ()


@cache
def sources() -> dict[str, Source]:
    """All sources by key."""
    text = (Path(__file__).parent / "sources.toml").read_text(encoding="utf-8")
    return {
        key: Source(**(entry | {"figures": tuple(entry.get("figures", ()))}))
        for key, entry in tomllib.loads(text).items()
    }


def basis(key: str, declared: Param) -> str:
    """What a declared setting rests on: the source's figure, the source's form only, or nothing but an assumption."""
    if declared.source == ASSUMED:
        return ASSUMED
    return FIGURE if key in sources()[declared.source].figures else FORM


def provenance(key: str, declared: Param) -> str:
    """Where a setting comes from and how far that was checked, in words."""
    kind = basis(key, declared)
    if kind == ASSUMED:
        return ASSUMED
    source = sources()[declared.source]
    from_where = "" if source.place == NO_PLACE else f", {source.place}"
    size = "" if kind == FIGURE or declared.is_choice or declared.unit == "switch" else "; size assumed"
    return f"{declared.source} ({CHECKED[source.checked]}{from_where}){size}"
