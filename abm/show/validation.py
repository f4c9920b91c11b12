"""What validation found: for a terminal, and as a page of the documentation that the kept figures are enough to make anew."""

from __future__ import annotations

import inspect
import math
import re
import textwrap
from collections.abc import Iterator, Sequence
from pathlib import Path

from rich.box import SIMPLE_HEAD
from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from abm.config import ConfigError
from abm.lab.files import write_whole
from abm.lab.patterns import Figure, Pattern
from abm.lab.validation import Measurement, Verdict, chosen, load, store
from abm.show.tables import decimals_for, number
from abm.sources import sources

TITLE = "# Validation"
USUAL = Path("docs/validation.md")
WRAP = 130  # columns of the page's sentences


def score(verdicts: Sequence[Verdict]) -> str:
    """How many patterns hold, and which do not."""
    missing = [verdict.key for verdict in verdicts if not verdict.holds]
    text = f"{len(verdicts) - len(missing)} of {len(verdicts)} patterns hold"
    return text + (f"; not {', '.join(missing)}" if missing else "")


def tuned(patterns: Sequence[Pattern], verdicts: Sequence[Verdict]) -> str:
    """How much of what was looked at was tuned on."""
    figures = {verdict.key: len(verdict.measurements[0].figures) for verdict in verdicts}
    known = [pattern for pattern in patterns if pattern.key in figures]
    on = [pattern.key for pattern in known if pattern.tuned_on]
    if not on:
        return "No number was tuned on them."
    part, whole = sum(figures[key] for key in on), sum(figures.values())
    return (
        f"Some number was tuned on {len(on)} of the {len(known)} ({', '.join(on)}): {part} of the {whole} figures, "
        f"{100 * part / whole:.0f} %."
    )


def word_of(measurement: Measurement, first: bool) -> str:
    """What was found of a measurement, in a word or two."""
    if measurement.failure:
        return "could not be run"
    if first:
        return "holds" if measurement.as_expected else "does not hold"
    return "gone" if measurement.as_expected else "not gone"


def figure_words(figure: Figure) -> tuple[str, str]:
    """Mean and 95 % interval of a figure."""
    bounds = [figure.low, figure.high]
    decimals = max(2, decimals_for([figure.high - figure.low, figure.mean], 3))
    interval = "–" if any(map(math.isnan, bounds)) else f"[{', '.join(number(one, decimals) for one in bounds)}]"
    return number(figure.mean, decimals), interval


# ---- in a terminal


def verdict_block(pattern: Pattern, verdict: Verdict) -> Group:
    """A pattern in a terminal: what is expected, what was found, and what is left with the mechanism off."""
    head = Text.assemble((f"{pattern.key}  {pattern.title}: ", "bold"), _coloured(verdict.measurements[0], True))
    shown: list[RenderableType] = [head, _indented(Text(f"expected: {pattern.expectation}"))]
    for place, one in enumerate(verdict.measurements):
        if place:
            shown.append(_indented(Text.assemble(("mechanism off: ", "bold"), f"{one.title}: ", _coloured(one, False))))
        shown.append(_indented(Text(one.failure, style="red") if one.failure else _figures(one)))
    if pattern.remark:
        shown.append(_indented(Text(pattern.remark, style="dim")))
    return Group(*shown, Text())


def _coloured(measurement: Measurement, first: bool) -> tuple[str, str]:
    return word_of(measurement, first), "bold green" if measurement.as_expected else "bold red"


def _indented(shown: RenderableType) -> Padding:
    return Padding(shown, (0, 0, 0, 4), expand=False)


def _figures(measurement: Measurement) -> Table:
    table = Table(box=SIMPLE_HEAD, pad_edge=False, padding=(0, 1, 0, 0))
    table.add_column("figure")
    for heading in ("mean", "95 % interval", "seeds"):
        table.add_column(heading, justify="right", no_wrap=True)
    for name, figure in measurement.figures.items():
        table.add_row(name, *figure_words(figure), str(figure.n))
    return table


# ---- as a page


def page_to_write(out: Path | None, quick: bool) -> Path | None:
    """The page that a validation brings up to date, if any; raises ConfigError where `out` cannot become one."""
    page = out or (None if quick or not USUAL.exists() else USUAL)
    if page is None:
        return None
    if page.suffix != ".md":
        raise ConfigError(f"--out: expected the name of a Markdown page, as validation.md, found '{page}'")
    if page.exists() and not (page.is_file() and page.read_bytes().startswith(TITLE.encode())):
        raise ConfigError(f"{page}: not a page of `obc validate`; choose another name")
    if (kept := page.with_suffix(".json")).exists():
        load(kept)
    return page


def write_page(path: Path, verdicts: Sequence[Verdict]) -> list[Path]:
    """Bring a page and the figures beside it up to date with these verdicts; returns what was written."""
    kept = path.with_suffix(".json")
    whole = store(kept, verdicts)
    write_whole(path, lambda to: to.write_text(page(chosen(), whole), encoding="utf-8"))
    return [path, kept]


def page(patterns: Sequence[Pattern], verdicts: Sequence[Verdict]) -> str:
    """The page of the documentation: the score, then each pattern with what was expected and found."""
    found = {verdict.key: verdict for verdict in verdicts}
    lines = [
        TITLE,
        "",
        *_wrapped(
            "Generated by `obc validate` (`make validate`) from what it measured; do not edit. Each pattern comes from the "
            "literature. It counts only where it holds with its mechanism at work **and is gone with the mechanism off**. "
            "Figures are means over seeds with 95\u00a0% intervals; those shown are the ones that the judgement looked at. "
            "Seeds 1001 to 1100 are used for nothing else; others are a quick look."
        ),
        "",
        *_wrapped(
            f"**{score(verdicts)}.** {tuned(patterns, verdicts)} What was tuned, and why: [calibration.md](calibration.md)."
        ),
        "",
        "| | pattern | holds | gone with the mechanism off | seeds | tuned on |",
        "|---|---|---|---|---|---|",
    ]
    for pattern in patterns:
        lines.append(_row(pattern, found.get(pattern.key)))
    for pattern in patterns:
        lines += ["", *_section(pattern, found.get(pattern.key))]
    return "\n".join(lines) + "\n"


def _row(pattern: Pattern, verdict: Verdict | None) -> str:
    on = "yes" if pattern.tuned_on else "no"
    if verdict is None:
        return f"| {pattern.key} | {pattern.title} | not yet run | | | {on} |"
    itself, *controls = verdict.measurements
    gone = f"{sum(one.as_expected for one in controls)} of {len(controls)}"
    seeds = f"{verdict.seeds[0]}–{verdict.seeds[1]}"
    return f"| {pattern.key} | {pattern.title} | {'yes' if itself.as_expected else 'no'} | {gone} | {seeds} | {on} |"


def _section(pattern: Pattern, verdict: Verdict | None) -> Iterator[str]:
    """One pattern on the page."""
    yield f"## {pattern.key}. {pattern.title}"
    yield ""
    yield from _wrapped(f"Source: {'; '.join(cited(key) for key in pattern.sources)}.")
    yield ""
    yield from _wrapped(f"**Expected.** {pattern.expectation}")
    about = re.split(r"\n\s*\n", inspect.getdoc(pattern.measure) or "")
    yield ""
    yield from _wrapped(f"**Measured.** {' '.join(' '.join(about).split())}")
    if pattern.remark:
        yield ""
        yield from _wrapped(f"**{'To be known' if pattern.reached else 'Why it does not hold'}.** {pattern.remark}")
    for place, one in enumerate(verdict.measurements if verdict else ()):
        yield ""
        if place == 0:
            yield f"**Found: {word_of(one, True)}** (version {verdict.version if verdict else ''})."
        else:
            yield f"**Mechanism off: {one.title}: {word_of(one, False)}.**"
        yield ""
        yield "| figure | mean | 95 % interval | seeds |"
        yield "|---|---|---|---|"
        for name, figure in one.figures.items():
            yield f"| `{name}` | {' | '.join(figure_words(figure))} | {figure.n} |"


def cited(key: str) -> str:
    """A source as running text names it: authors, year and title."""
    source = sources()[key]
    return f"{source.authors} ({source.year}), {source.title}"


def _wrapped(text: str) -> list[str]:
    return textwrap.wrap(text, WRAP, break_long_words=False, break_on_hyphens=False)


if __name__ == "__main__":  # the page anew from the figures that are kept, where only words have changed
    write_page(USUAL, [])
