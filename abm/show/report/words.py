"""Numbers, verdicts and designs as a report writes them."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from abm.lab.verdict import BETTER, EQUAL, HIGHER, LOWER, NO_VALUE, UNDECIDED, WORSE, Verdict, in_words
from abm.show.forest import SIGNS
from abm.show.report.html import Html, tag
from abm.show.style import title_of
from abm.show.tables import decimals_for, number

if TYPE_CHECKING:
    from abm.lab.results import Results

KINDS = {
    BETTER: "good",
    WORSE: "bad",
    HIGHER: "more",
    LOWER: "less",
    EQUAL: "same",
    UNDECIDED: "open",
    NO_VALUE: "none",
}
TITLES = {
    "governance_voice": "Voice",
    "governance_fairness": "Fairness",
    "governance_accountability": "Accountability",
    "governance_transparency": "Transparency",
    "spend_public": "Public money",
}


def setting(factors: str) -> str:
    """A setting of the factors as a reader says it: `payment.alignment=0.25, …` is "alignment 0.25, …"."""
    pairs = (one.partition("=") for one in factors.split(", ") if one)
    return ", ".join(f"{key.rpartition('.')[2].replace('_', ' ')} {value}" for key, _, value in pairs)


def short(metric: str) -> str:
    """A metric's name in a heading."""
    return TITLES.get(metric, title_of(metric))


def figures(mean: float, low: float, high: float, *, signed: bool = True, money: bool = False) -> tuple[str, str]:
    """A mean and its interval with as many decimals as the interval allows; euros are whole."""
    if math.isnan(mean):
        return "–", ""
    half = (high - low) / 2
    decimals = decimals_for([half if half > 0 else mean], 2) if not math.isnan(half) else decimals_for([mean], 3)
    if money:
        decimals = 0
    text = number(mean, decimals, signed=signed)
    if math.isnan(half):
        return text, ""
    return text, f"[{number(low, decimals, signed=signed)}, {number(high, decimals, signed=signed)}]"


def with_interval(mean: float, low: float, high: float, *, signed: bool = True, money: bool = False) -> Html:
    """A mean, and its interval in small type."""
    text, interval = figures(mean, low, high, signed=signed, money=money)
    return Html(tag("span", text, class_="num") + (" " + tag("span", interval, class_="ci") if interval else ""))


def chip(row: Any, *, brief: bool = False) -> Html:
    """A verdict as a coloured word with its sign; in a few characters where `brief`."""
    words = in_words(Verdict(row.verdict, row.more_runs))
    if brief and row.verdict == EQUAL:
        words = "equal"
    if brief and row.verdict == UNDECIDED:
        words = (
            "at the edge"
            if math.isinf(row.more_runs)
            else words.split("about ")[1].rstrip(")").replace(" more run", " run")
        )
        words = words if words == "at the edge" else f"+{words}"
    sign = SIGNS.get(row.verdict, "")
    return tag("span", f"{sign} ", words, class_=f"chip {KINDS[row.verdict]}")


def percent(share: float) -> str:
    """A share as a percentage."""
    if math.isnan(share):
        return "–"
    return f"{100 * share:.0f}\N{NO-BREAK SPACE}%"


def chance(share: float) -> str:
    """A probability from draws as a percentage: never a certainty, which draws cannot know."""
    if share < 0.005:
        return "<\N{NO-BREAK SPACE}1\N{NO-BREAK SPACE}%"
    return ">\N{NO-BREAK SPACE}99\N{NO-BREAK SPACE}%" if share > 0.995 else percent(share)


def listing(words: list[str]) -> str:
    """Words as a list in a sentence."""
    if len(words) < 2:
        return "".join(words)
    return f"{', '.join(words[:-1])} and {words[-1]}"


def line(results: Results, design: str, factors: str) -> Html:
    """A design, its colour and marker as in the figures, and its setting of the factors."""
    from abm.show.style import look

    colour, _, _ = look(results, design)
    dot = tag("span", class_="dot", style=f"background:{'var(--c000000)' if colour == '#000000' else colour}")
    return Html(dot + tag("span", results.title(design)) + (tag("small", f" {setting(factors)}") if factors else ""))
