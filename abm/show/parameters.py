"""Every declared setting with its range and where it comes from: for a terminal, and as a page of the documentation."""

from __future__ import annotations

import textwrap
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

from rich.padding import Padding
from rich.text import Text

from abm.case import Case, Locality
from abm.declare import ASSUMED, Param, parameters
from abm.design import GovernanceDesign, Milestone, Step
from abm.lab.files import write_whole
from abm.sources import BASES, CHECKED, FIGURE, FORM, NO_PLACE, basis, provenance, sources

OWNERS = (
    ("", GovernanceDesign),
    ("payment.milestone.", Milestone),
    ("payment.step.", Step),
    ("case.", Case),
    ("case.locality.NAME.", Locality),
)
USUAL = Path("docs/parameters.md")
WRAP = 130  # columns of the page's sentences
ITALIAN = "Italy"

Declared = Sequence[tuple[str, Param]]


def declared() -> list[tuple[str, Param]]:
    """Every setting of a design and of a case, by its dotted key."""
    return [pair for prefix, owner in OWNERS for pair in parameters(owner, prefix)]


def is_number(setting: Param) -> bool:
    """Whether a setting is a number, not a choice among names or a switch."""
    return not (setting.is_choice or setting.unit == "switch")


def is_fact(key: str) -> bool:
    """Whether a setting is a fact of the case; what is not is a rule, which a design chooses."""
    return key.startswith("case.")


def from_elsewhere(settings: Declared) -> list[tuple[str, Param]]:
    """Facts whose figure, or whose mechanism's evidence, is of another country than Italy."""
    return [
        (key, one)
        for key, one in settings
        if is_fact(key) and one.source != ASSUMED and sources()[one.source].place not in (ITALIAN, NO_PLACE)
    ]


def span_words(setting: Param) -> str:
    """What a setting may be: names, or the possible range."""
    if is_number(setting):
        return " … ".join(f"{bound:g}" for bound in setting.possible)
    return " | ".join(map(str, setting.possible))


# ---- in a terminal


def listing() -> Iterator[tuple[Text, Padding]]:
    """Every setting for a terminal: key, default and range; then meaning, plausible range and where it comes from."""
    for key, one in declared():
        unit = f" {one.unit}" if is_number(one) else ""
        plausible = f"; plausible: {one.plausible[0]:g} … {one.plausible[1]:g}" if is_number(one) else ""
        about = Text(f"{one.meaning}{plausible}; source: {provenance(key, one)}")
        yield Text.assemble((key, "bold"), f" = {one.default}{unit}  ({span_words(one)})"), Padding(about, (0, 0, 0, 4))


def counts(settings: Declared) -> list[str]:
    """How many numbers rest on what, for the facts of a case and the rules of a design."""
    lines = []
    for words, facts in (("facts of the case", True), ("rules, which a design sets", False)):
        of = Counter(basis(key, one) for key, one in settings if is_number(one) and is_fact(key) is facts)
        whole = sum(of.values())
        lines.append(
            f"{whole} numbers are {words}: {of[FIGURE]} with a source's figure or range, {of[FORM]} where a source gives the "
            f"mechanism, sign or order and the size is assumed, {of[ASSUMED]} assumed ({100 * of[ASSUMED] / whole:.0f} %)."
        )
    rest = [one for _, one in settings if not is_number(one)]
    silent = sum(one.source == ASSUMED for one in rest)
    lines.append(f"{len(rest)} are choices and switches, {silent} of them without a source.")
    every = sum(one.source == ASSUMED for _, one in settings)
    lines.append(
        f"Of all {len(settings)} settings {100 * every / len(settings):.0f} % name no source; a test keeps it below 60 %."
    )
    return lines


# ---- as a page


def page() -> str:
    """The page of all settings: what their numbers rest on, which are from elsewhere, a table a group, and the sources."""
    settings = declared()
    lines = [
        "# Parameters",
        "",
        *_wrapped(
            "Generated from the declarations by `make docs`; do not edit. A case holds facts, a design "
            "rules; both may change any of these (`--set KEY=VALUE`). *Plausible* is the range for sensitivity analysis; "
            "`possible` bounds what a file may say (`obc list parameters` shows it)."
        ),
        "",
        "## What the numbers rest on",
        "",
        *(f"- {line}" for line in counts(settings)),
        "",
        *_wrapped(
            "The column *rests on* says **figure** ("
            + BASES[FIGURE]
            + "), **form** ("
            + BASES[FORM]
            + ") or **assumed**. How "
            "far a source was checked: " + "; ".join(f"*{key}*, {words}" for key, words in CHECKED.items()) + "."
        ),
        "",
        *_elsewhere(settings),
    ]
    groups = dict.fromkeys(_group(key) for key, _ in settings)
    for group in groups:
        lines += ["", f"## `{group}`", "", "| key | default | unit | plausible | meaning | rests on | source |"]
        lines.append("|---|---|---|---|---|---|---|")
        lines += [_row(key, one) for key, one in settings if _group(key) == group]
    return "\n".join([*lines, "", *_sources(settings)]) + "\n"


def _elsewhere(settings: Declared) -> Iterator[str]:
    """Facts of a case that are evidence of other countries: for Italian families they are borrowed."""
    yield "## From elsewhere"
    yield ""
    yield from _wrapped(
        "The Lombard cases take partners, grants and calendar from their own paper, as far as it gives them. These facts of "
        "theirs rest on evidence from other countries, and are borrowed for Italian families and organisations until there "
        "is Italian evidence. What is assumed is of no country."
    )
    yield ""
    yield "| key | default | from | rests on | source |"
    yield "|---|---|---|---|---|"
    for key, one in from_elsewhere(settings):
        yield f"| `{key}` | {_value(one)} | {sources()[one.source].place} | {basis(key, one)} | {one.source} |"


def _row(key: str, one: Param) -> str:
    plausible = (
        f"{one.plausible[0]:g} … {one.plausible[1]:g}" if is_number(one) else span_words(one).replace("|", "\\|")
    )
    kind = basis(key, one)
    if one.source == ASSUMED:
        source = ""
    else:
        found = sources()[one.source]
        source = f"{one.source} ({found.checked}{'' if found.place == NO_PLACE else ', ' + found.place})"
    unit = "" if not is_number(one) else one.unit
    return f"| `{key}` | {_value(one)} | {unit} | {plausible} | {one.meaning} | {kind} | {source} |"


def _value(one: Param) -> str:
    return f"{one.default:g}" if isinstance(one.default, float) else str(one.default).lower()


def _group(key: str) -> str:
    parts = key.split(".")
    return ".".join(parts[: min(len(parts) - 1, 2 if is_fact(key) else 1)])


def _sources(settings: Declared) -> Iterator[str]:
    """The list of sources that settings name."""
    named = {one.source for _, one in settings} - {ASSUMED}
    yield "## Sources"
    yield ""
    for key in sorted(named):
        source = sources()[key]
        ends = [
            source.where,
            f"doi:{source.doi}" if source.doi else "",
            source.place if source.place != NO_PLACE else "",
        ]
        where = ". ".join(filter(None, ends))
        yield f"- **{key}** ({source.checked}): {source.authors} ({source.year}). {source.title}. {where}. *{source.note}*"


def _wrapped(text: str) -> list[str]:
    return textwrap.wrap(text, WRAP, break_long_words=False, break_on_hyphens=False)


if __name__ == "__main__":
    write_whole(USUAL, lambda to: to.write_text(page(), encoding="utf-8"))
