"""The middle of a report: differences, trade-offs, courses over time, for whom, and money."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from abm.lab.for_whom import EVERYBODY, WORST_OFF, gaps
from abm.lab.verdict import EQUAL, NO_VALUE
from abm.show.factors import by_factor
from abm.show.fan import fan
from abm.show.for_whom import for_whom
from abm.show.forest import forest
from abm.show.money import money, paid_for
from abm.show.objectives import objectives, together, trade_offs
from abm.show.report.findings import Findings
from abm.show.report.html import Html, folded, paragraph, section, table, tag
from abm.show.report.words import chance, chip, figures, line, percent, short, with_interval
from abm.show.tables import number

if TYPE_CHECKING:
    import pandas as pd

FANS = ("attributable_gain", "trust_mean", "service_quality")
MOST_SANKEYS = 8
MOST_ROWS = 1200  # of the table of all differences


def differences(found: Findings) -> Html:
    """Differences to the baseline: drawn, in a table, all of them to unfold."""
    results = found.results
    if found.compared.empty:
        words = "There is no other design to compare with."
        return section("differences", "Differences", words, _twins(found))
    drawn = [
        found.pictures.figure(
            f"forest{ending(found, case)}", partial(forest, results, found.key_metrics, case, table=found.compared)
        )
        for case in results.cases
    ]
    key = found.compared[found.compared["metric"].isin(found.key_metrics)]
    told = found.compared[~found.compared["verdict"].isin([EQUAL, NO_VALUE])]
    lead = (
        f"Each design less {results.title(results.baseline)}, world by world, then averaged. A verdict needs the "
        f"whole interval to lie "
        "beyond the smallest difference that matters, or within it."
    )
    return section(
        "differences",
        "Differences",
        lead,
        *drawn,
        folded(f"The {len(found.key_metrics)} key metrics as a table", differences_table(found, key)),
        folded(
            f"All {len(told):,} differences that are not practically equal", differences_table(found, told[:MOST_ROWS])
        ),
        _twins(found),
    )


def ending(found: Findings, case: str) -> str:
    return f"_{case}" if len(found.results.cases) > 1 else ""


def differences_table(found: Findings, rows: pd.DataFrame) -> Html:
    """Rows of a comparison with all that a referee asks for."""
    head = [
        "metric",
        "design",
        "n",
        "baseline",
        "difference, 95 %",
        "all at once, 95 %",
        "in sd",
        "worlds won",
        "matters from",
        "verdict",
    ]
    several = len(found.results.cases) > 1
    body = []
    for row in rows.itertuples():
        where = f" {found.results.title(row.case)}" if several else ""
        digits = 0 if abs(row.baseline) >= 1000 else 3
        body.append(
            [
                [short(row.metric), " ", tag("small", row.unit)],
                line(found.results, row.design, row.factors + where),
                row.n,
                number(row.baseline, digits),
                with_interval(row.difference, row.low, row.high, money=row.unit == "€"),
                tag("span", figures(row.difference, row.sim_low, row.sim_high, money=row.unit == "€")[1], class_="ci"),
                number(row.effect, 2, signed=True),
                percent(row.won),
                f"{row.matters:.3g}",
                chip(row),
            ]
        )
    return table(head, body, "numbers")


def _twins(found: Findings) -> Html:
    """What payment and finance themselves do: each design against the same design with a block grant."""
    rows = found.against_twins
    rows = rows[rows["metric"].isin([name for name in found.front_metrics if name != "spend_public"])]
    if rows.empty:
        return Html("")
    words = "Each design less its own block twin: the same design with block pay and state finance, all else equal."
    return folded(
        "What payment by results itself does: against block twins", paragraph(words), differences_table(found, rows)
    )


def tradeoffs(found: Findings) -> Html:
    """Three objectives, never one score."""
    results = found.results
    if found.pareto.empty:
        return section("objectives", "Three objectives", "Fewer than two designs finished, so nothing can be weighed.")
    parts: list[Html] = []
    for case, factors in found.blocks[:2]:
        name = f"{ending(found, case)}{'' if not factors else '_' + str(found.blocks.index((case, factors)) + 1)}"
        draws = (("objectives", objectives), ("trade_offs", trade_offs), ("together", together))
        parts += [found.pictures.figure(key + name, partial(draw, results, case, factors)) for key, draw in draws]
    body = [
        [
            line(results, row.design, row.factors),
            row.n,
            "yes" if row.on_front else "no",
            chance(row.probability),
            chance(row.practical),
            f"{results.title(row.dominated_by)} ({chance(row.share)})" if row.dominated_by else "–",
        ]
        for row in found.pareto.itertuples()
    ]
    head = [
        "design",
        "n",
        "not dominated by the means",
        "probability",
        "… where small differences do not count",
        "dominated most often by",
    ]
    lead = (
        "Service quality, quality of life and governance, which is four numbers. They are not added up: whoever decides weighs "
        "them. A design is dominated where another is at least as good in everything and better in something."
    )
    return section("objectives", "Three objectives", lead, *parts, table(head, body, "numbers"))


def over_time(found: Findings) -> Html:
    """Fan charts; and what the varied settings do, where some are."""
    results = found.results
    names = [name for name in FANS if name in results.units]
    drawn = []
    for case in results.cases[:2]:
        drawn += [
            found.pictures.figure(f"fan_{name}{ending(found, case)}", partial(fan, results, name, case))
            for name in names
        ]
    lead = "Where the runs of each design lie month by month. The spread is luck; what the model does not know is not in it."
    return section("time", "Over time", lead, *drawn)


def varied(found: Findings) -> Html:
    """What the factors do, where the experiment varies some."""
    results = found.results
    if not results.settings:
        return Html("")
    metrics = [name for name in found.front_metrics if name not in ("attributable_gain", "satisfaction")][:6]
    drawn = [
        found.pictures.figure(
            f"by_{factor.replace('.', '_')}{ending(found, case)}",
            partial(by_factor, results, factor, metrics, case),
        )
        for case in results.cases[:2]
        for factor in results.settings
    ]
    lead = "Means over runs, and over the other settings that were varied, as one setting changes."
    return section("varied", "What the varied settings do", lead, *drawn)


def people(found: Findings) -> Html:
    """For whom: groups of families, the worst-off always."""
    results = found.results
    drawn = [
        found.pictures.figure(
            f"for_whom{ending(found, case)}", partial(for_whom, results, case=case, table=found.for_whom)
        )
        for case in (results.cases[:2] if len(results.designs) > 1 else ())
    ]
    if found.for_whom is None:
        rows = gaps(results)
        lead = (
            'The runs kept no table of families, so only gaps between groups are known; `tables = ["families"]` '
            "in the experiment keeps it, and shows the worst-off by themselves."
        )
        return section("whom", "For whom", lead, *drawn, differences_table(found, rows) if len(rows) else None)
    rows = found.for_whom[
        found.for_whom["group"].eq(WORST_OFF) | found.for_whom["dimension"].isin(["everybody", "distribution"])
    ]
    order = {EVERYBODY: 0, WORST_OFF: 1}
    rows = rows.iloc[sorted(range(len(rows)), key=lambda place: order.get(rows["group"].iloc[place], 2))]
    body = [
        [
            row.group,
            line(results, row.design, row.factors),
            row.n,
            number(row.families, 0),
            number(row.baseline, 3),
            with_interval(row.difference, row.low, row.high),
            row.verdict,
        ]
        for row in rows.itertuples()
    ]
    head = [
        "families",
        "design",
        "seeds",
        "families a seed",
        "baseline",
        "difference in quality of life, 95 %",
        "verdict",
    ]
    lead = (
        f"The same families under each design and under {results.title(results.baseline)}. The worst-off are the "
        f"fifth with the lowest "
        "wellbeing at the start, always shown: a mean can rise while they fall."
    )
    return section("whom", "For whom", lead, *drawn, table(head, body, "numbers"))


def cash(found: Findings) -> Html:
    """Who paid whom, and what the payments bought."""
    results, drawn = found.results, []
    for case in results.cases[:2]:
        drawn.append(found.pictures.figure(f"paid_for{ending(found, case)}", partial(paid_for, results, case)))
    parts = [tag("h3", "What did we pay for?"), *drawn] if any(drawn) else []
    if len(found.paid_for):
        body = [
            [
                line(results, row.design, row.factors),
                row.part,
                row.n,
                [with_interval(row.mean, row.low, row.high, signed=False, money=True), " €"],
                percent(row.share),
            ]
            for row in found.paid_for.itertuples()
        ]
        parts.append(
            folded(
                "As a table", table(["design", "paid for", "n", "claimed by the end, 95 %", "share"], body, "numbers")
            )
        )
    else:
        parts.append(paragraph("No design here makes outcome payments, so there is nothing to take apart."))
    parts.append(tag("h3", "Who paid whom"))
    if not found.has_money:
        parts.append(paragraph('The runs kept no flows: `tables = ["money"]` in the experiment keeps them.'))
    else:
        pictures = [
            found.pictures.figure(
                f"money_{design}{ending(found, case)}",
                partial(money, results, design, case, table=found.flows(case)),
                narrow_only=True,
            )
            for case in results.cases[:1]
            for design in results.designs[:MOST_SANKEYS]
        ]
        parts.append(tag("div", pictures, class_="pair"))
        if len(results.designs) > MOST_SANKEYS:
            parts.append(paragraph(f"The first {MOST_SANKEYS} designs; `abm.plot.money` draws the others."))
    lead = (
        "Outcome payments taken apart into true effect, deadweight (it would have come anyway), selection (whom "
        "was served), gaming "
        "(what was overstated) and noise; and the ledger's own flows."
    )
    return section("money", "Money", lead, *parts)
