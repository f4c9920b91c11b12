"""The end of a report: were there enough runs, does the model behave as known, what exactly was run, and what words mean."""

from __future__ import annotations

import hashlib
import json
from functools import partial
from typing import TYPE_CHECKING, Any

from abm import __version__
from abm.lab.validation import kept, titles_of_patterns
from abm.show.fan import stability
from abm.show.report.body import ending
from abm.show.report.findings import Findings
from abm.show.report.front import assumed_share
from abm.show.report.html import Html, folded, joined, paragraph, section, table, tag
from abm.show.report.words import chance, line, percent, short, with_interval
from abm.show.tables import AT_END, number
from abm.show.validation import score

if TYPE_CHECKING:
    from abm.lab.validation import Verdict


def enough(found: Findings) -> Html:
    """Precision reached and wanted, what pairing saved, who is best, the winner on fresh seeds."""
    results = found.results
    if found.precision.empty:
        return section("enough", "Enough runs?", "There is nothing to compare, or too few runs finished.")
    rows = found.precision
    short_of = rows[~rows["enough"]]
    precise = f"{len(rows) - len(short_of)} of {len(rows)} differences"
    words = f"{precise} are as precise as wanted (half the smallest difference that matters)."
    lead = f"{words} A verdict of “undecided” says how many more runs it is likely to take."
    body = [
        [
            [short(row.metric), " ", tag("small", row.unit)],
            line(results, row.design, row.factors),
            row.pilot,
            f"{row.wanted:.3g}",
            number(row.needed, 0) if row.needed == row.needed else "–",
            row.n,
            f"{row.half_width:.3g}",
            tag("span", "yes" if row.enough else "no", class_=f"chip {'same' if row.enough else 'open'}"),
        ]
        for row in rows.itertuples()
    ]
    head = ["metric", "design", "pilot", "wanted ±", "blocks needed", "blocks run", "reached ±", "enough"]
    drawn = [
        found.pictures.figure(f"stability_{name}{ending(found, case)}", partial(stability, results, name, case))
        for case in results.cases[:1]
        for name in ("quality_of_life", "service_quality")
        if name in results.units
    ]
    return section(
        "enough",
        "Enough runs?",
        lead,
        *drawn,
        folded("Precision wanted and reached", table(head, body, "numbers")),
        _pairing(found),
        _ranks(found),
        _fresh(found),
    )


def _pairing(found: Findings) -> Html:
    rows = found.pairing.dropna(subset=["ratio"])
    if rows.empty:
        return Html("")
    middle = float(rows["ratio"].median())
    words = (
        f"Designs are compared under the same seeds. Against independent seeds that divides the variance of a "
        f"difference by {middle:.1f} "
        f"(median over the metrics and designs below): unpaired, as many times more runs would be needed."
    )
    body = [
        [
            short(row.metric),
            line(found.results, row.design, row.factors),
            row.n,
            [f"{row.ratio:.1f} ", tag("span", f"[{row.low:.1f}, {row.high:.1f}]", class_="ci")],
        ]
        for row in rows.itertuples()
    ]
    head = ["metric", "design", "n", "variance unpaired ÷ paired, 95 %"]
    return joined([paragraph(words), folded("What pairing saved", table(head, body, "numbers"))])


def _ranks(found: Findings) -> Html:
    if found.ranks.empty:
        return Html("")
    body = [
        [
            short(row.metric),
            line(found.results, row.design, row.factors),
            row.n,
            chance(row.best),
            row.rank,
            f"{row.rank_low:.0f}–{row.rank_high:.0f}",
        ]
        for row in found.ranks.itertuples()
    ]
    head = ["metric", "design", "n", "probability of being best", "rank", "95 % of ranks"]
    return folded("Which design is best, metric by metric", table(head, body, "numbers"))


def _fresh(found: Findings) -> Html:
    one = found.analysis("fresh")
    if one is None:
        command = f"obc compare results/{found.results.manifest['configuration']['name']} --fresh-seeds 40"
        return paragraph(
            "A winner looks better than it is, for it was chosen by the same runs: ",
            tag("code", command),
            " estimates it anew.",
            kind="missing",
        )
    body = [
        [
            short(row.metric),
            found.results.title(row.design),
            row.n,
            with_interval(row.difference, row.low, row.high),
            row.fresh_n,
            with_interval(row.fresh_difference, row.fresh_low, row.fresh_high),
        ]
        for row in one.tables["winner"].itertuples()
    ]
    head = ["metric", "winner", "n", "difference when chosen", "fresh seeds", "difference on fresh seeds"]
    return joined([tag("h3", "The winners on fresh seeds"), table(head, body, "numbers")])


def patterns(found: Findings) -> Html:
    """The model against what is known, from the last validation of this version."""
    verdicts = kept()
    lead = "Does the model show what the literature has found, and no longer where the mechanism is switched off?"
    if not verdicts:
        return section(
            "patterns",
            "Patterns",
            lead,
            paragraph("No validation is kept with this installation: ", tag("code", "obc validate"), "."),
        )
    titles = titles_of_patterns()
    body = [
        [f"{one.key} {titles.get(one.key, '')}", _held(one), _gone(one), f"{one.seeds[0]}–{one.seeds[1]}", one.version]
        for one in verdicts
    ]
    head = ["pattern", "holds", "gone with the mechanism off", "seeds", "version"]
    return section(
        "patterns",
        "Patterns",
        lead,
        paragraph(tag("strong", f"{score(verdicts)}.")),
        folded("Pattern by pattern", table(head, body)),
    )


def _held(one: Verdict) -> Html:
    good = one.measurements[0].as_expected
    return tag("span", "holds" if good else "does not hold", class_=f"chip {'good' if good else 'bad'}")


def _gone(one: Verdict) -> str:
    controls = one.measurements[1:]
    return f"{sum(control.as_expected for control in controls)} of {len(controls)}"


def quality(found: Findings) -> Html:
    """What exactly was run, and how to run it again."""
    results, manifest = found.results, found.results.manifest
    text = json.dumps(manifest["configuration"], indent=1, ensure_ascii=False)
    digest = hashlib.sha256(json.dumps(manifest["files"], sort_keys=True).encode()).hexdigest()[:16]
    failed = results.failures
    facts = [
        ("Runs", f"{manifest['runs']['planned']:,} planned, {manifest['runs']['failed']} failed"),
        ("Seeds", f"{manifest['configuration']['seeds'][0]} … {manifest['configuration']['seeds'][-1]} ({found.runs})"),
        ("Digest of the results", digest),
        ("Code of the model", manifest["code"]),
        ("Versions", ", ".join(f"{name} {number}" for name, number in manifest["versions"].items())),
        ("Machine", manifest["machine"]),
        ("Run", f"{manifest['started']} to {manifest.get('finished', '–')}"),
        ("Report by", f"obc-abm {__version__}"),
        ("Numbers assumed", percent(assumed_share())),
        (
            "To repeat it",
            tag(
                "code",
                f"obc batch {manifest['configuration']['name']}.toml --fresh && obc report "
                f"results/{manifest['configuration']['name']}",
            ),
        ),
    ]
    checks = paragraph(
        "Money is whole cents in double entry, the same seed gives the same bits on any number of workers, and "
        "every data file has its "
        "checksum in the manifest; it was checked when this report read it."
    )
    return section(
        "quality",
        "What exactly was run",
        "For those who want to check or repeat it.",
        tag("dl", [joined([tag("dt", name), tag("dd", value)]) for name, value in facts], class_="facts-table"),
        checks,
        paragraph(tag("strong", "Invariants. "), *invariants(found)),
        folded(f"{len(failed)} failed runs", table(list(failed.columns), failed.head(50).astype(str).values.tolist()))
        if len(failed)
        else None,
        _smallest(found),
        folded("The whole configuration, every default written", tag("pre", text)),
    )


def invariants(found: Findings) -> list[str]:
    """What must hold of any results, looked at in these."""
    from abm.metrics import METRICS

    runs, told = found.results.runs, []
    outside = [
        one.name
        for one in METRICS
        if one.name in runs
        and one.at_end != "total"
        and ((runs[one.name] < one.possible[0] - 1e-9) | (runs[one.name] > one.possible[1] + 1e-9)).any()
    ]
    told.append(
        f"Outside their possible range: {', '.join(outside)}. "
        if outside
        else "All metrics lie in their possible range. "
    )
    base = found.results.compare()
    own = base[(base["design"] == found.results.baseline) & base["metric"].isin(list(found.results.units))][
        "difference"
    ].dropna()
    told.append(
        "The baseline differs from itself by exactly 0 in every metric. "
        if (own == 0).all()
        else "The baseline differs from itself! "
    )
    parts = [name for name in runs.columns if name.startswith("payment_") and name != "payment_error"]
    if parts and {"payment_error", "payment_true_effect"} <= set(runs.columns):
        claimed = runs[parts].sum(axis=1, min_count=len(parts))
        told_error = (claimed - runs["payment_true_effect"]) / claimed - runs["payment_error"]
        agree = (told_error.abs().dropna() < 1e-6).all()
        told.append(
            "The parts of what was paid for sum to what was claimed."
            if agree
            else "The parts of what was paid for do not sum to what was claimed!"
        )
    return told


def _smallest(found: Findings) -> Html:
    """The smallest differences that matter, and where they come from."""
    own = found.results.matters | dict(found.matters)
    rows = found.compared.groupby("metric", sort=False)["matters"].agg(["min", "max"]) if len(found.compared) else None
    if rows is None:
        return Html("")
    body: list[list[Any]] = []
    for name in found.key_metrics:
        if name in rows.index:
            low, high = rows.loc[name]
            body.append(
                [
                    short(name),
                    f"{low:.3g}" if low == high else f"{low:.3g} … {high:.3g}",
                    found.results.units[name],
                    "experiment or command" if name in own else "default, assumed",
                ]
            )
    return folded("Smallest differences that matter", table(["metric", "from", "unit", "set by"], body))


WORDS = {
    "world": "One seed: a set of families, partners, places and luck. Every design is run in the same worlds.",
    "95 % interval": "Computed this way, 95 of 100 such intervals hold the true mean of the model. It is about "
    "luck, not about reality.",
    "all at once": "An interval wide enough that those of all designs hold together in 95 of 100 cases.",
    "smallest difference that matters": "Declared for each metric; anything smaller is called practically equal, "
    "however sure it is.",
    "block twin": "The same design with block pay and state finance, all else equal: what is left of it is not due to payment.",
    "not dominated": "No other design is at least as good in every objective and better in one.",
    "deadweight": "What was paid for change that would have come without the service.",
    "selection": "What was paid because of who was served rather than what was done.",
    "gaming": "What was paid for results that were overstated or moved to a better date.",
    "worlds won": "The share of worlds in which the design is better than the baseline; equal ones count half.",
}


def glossary(found: Findings) -> Html:
    """The words of this report, and the metrics of its first page."""
    entries = [joined([tag("dt", word), tag("dd", meaning)]) for word, meaning in WORDS.items()]
    for name in dict.fromkeys([*found.front_metrics, *found.key_metrics]):
        one = found.results.metric(name)
        entries.append(
            joined([tag("dt", short(name)), tag("dd", f"{one['meaning']} ({one['unit']}; {AT_END[one['at_end']]})")])
        )
    return section("glossary", "Glossary", "What the words and numbers mean.", tag("dl", entries, class_="glossary"))
