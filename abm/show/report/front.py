"""The first pages of a report: the question, the answer, and what the designs are."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from abm.declare import ASSUMED
from abm.lab.for_whom import WORST_OFF
from abm.lab.precision import best_settings
from abm.lab.verdict import BETTER, EQUAL, UNDECIDED, WORSE
from abm.show.parameters import declared, is_number
from abm.show.report.findings import MOST_BLOCKS, Findings
from abm.show.report.html import Html, folded, joined, paragraph, table, tag
from abm.show.report.words import chance, chip, figures, line, listing, percent, setting, short, with_interval
from abm.show.tables import number

if TYPE_CHECKING:
    pass


MOST_SETTINGS = 48  # of one design, in the table of its settings
FEW_SETTINGS = 12  # are shown at once, more when asked for


def assumed_share() -> float:
    """The share of all declared numbers that are assumed."""
    numbers = [one for _, one in declared() if is_number(one)]
    return sum(one.source == ASSUMED for one in numbers) / len(numbers)


def header(found: Findings) -> Html:
    """Title, question and what was run."""
    results, configuration = found.results, found.results.manifest["configuration"]
    where = listing([results.title(case) for case in results.cases])
    facts = [
        f"{len(results.designs)} design{'s' * (len(results.designs) > 1)}",
        where,
        f"{found.runs} paired worlds",
        f"{results.manifest['runs']['planned']:,} runs",
    ]
    words = " ".join((configuration["description"] or "").split())
    return tag(
        "header",
        paragraph("Report of a simulated experiment", kind="eyebrow"),
        tag("h1", configuration["title"] or configuration["name"]),
        paragraph(words, kind="question") if words else None,
        tag("ul", [tag("li", fact) for fact in facts], class_="facts"),
    )


def answer(found: Findings) -> Html:
    """The answer box: a card for each question, then a verdict for every design and objective."""
    results = found.results
    warning = tag(
        "p",
        tag("strong", "Not a forecast. "),
        "These are consequences of assumptions, worked out in simulated worlds: they compare designs, and do not "
        "predict what any "
        f"of them would do in a real place. {percent(assumed_share())} of the model's numbers are assumed, not measured.",
        class_="warning",
    )
    if len(results.designs) < 2:
        return tag("section", tag("h2", "The answer in short"), warning, levels(found), class_="answer", id="answer")
    base, first = results.title(results.baseline), found.blocks[0]
    where = f" Cards: {found.about(*first)}." if len(found.blocks) > 1 else ""
    lead = paragraph(
        "Every design is compared with ",
        tag("strong", base),
        f" in the same {found.runs} worlds: the same families, partners and luck under each set of rules.{where}",
        kind="lead",
    )
    tables = [matrix(found, *one) for one in found.blocks[:MOST_BLOCKS]]
    if len(found.blocks) > MOST_BLOCKS:
        tables.append(paragraph(f"… and {len(found.blocks) - MOST_BLOCKS} more settings, in tables/differences.csv."))
    cards = tag("div", [one for one in _cards(found, *first) if one], class_="cards")
    return tag("section", tag("h2", "The answer in short"), lead, cards, warning, *tables, class_="answer", id="answer")


def _cards(found: Findings, case: str, factors: str) -> list[Html]:
    """What a reader should take away: quality of life, service, governance, all together, the worst-off."""
    rows = found.compared[(found.compared["case"] == case) & (found.compared["factors"] == factors)]
    there = [name for name in ("quality_of_life", "service_quality") if name in found.results.units]
    cards = [_of_metric(found, rows[rows["metric"] == metric], metric, case, factors) for metric in there]
    cards += [_of_governance(found, rows), _of_front(found, case, factors)]
    return [*cards, _of_worst_off(found, case, factors)]


def _card(question: str, answer: Any, *more: Any) -> Html:
    return tag(
        "div",
        paragraph(question, kind="eyebrow"),
        paragraph(answer, kind="headline"),
        paragraph(*more, kind="small"),
        class_="card",
    )


def _of_metric(found: Findings, rows: Any, metric: str, case: str, factors: str) -> Html:
    """Which design is most likely best in a metric, and which are better, worse or the same."""
    results, ranks = found.results, found.ranks
    ranks = ranks[(ranks["metric"] == metric) & (ranks["case"] == case) & (ranks["factors"] == factors)]
    if ranks.empty:
        return Html("")
    best = ranks.sort_values("best", ascending=False).iloc[0]
    own = rows[rows["design"] == best["design"]]
    against = ""
    if len(own):
        value, interval = figures(own["difference"].iloc[0], own["low"].iloc[0], own["high"].iloc[0])
        against = f" {value} {interval} {results.units[metric]} against {results.title(results.baseline)}."
    words = _sorted_words(found, rows)
    return _card(
        short(metric), results.title(best["design"]), f"Best with probability {chance(best['best'])}.{against} ", words
    )


def _sorted_words(found: Findings, rows: Any) -> str:
    """Designs by verdict: those that are better, worse, undecided by name, the rest by number."""
    parts = []
    for word in (BETTER, WORSE, UNDECIDED):
        names = [found.results.title(row.design) for row in rows.itertuples() if row.verdict == word]
        if names:
            parts.append(f"{word.capitalize()}: {listing(names)}.")
    equal = int((rows["verdict"] == EQUAL).sum())
    if equal:
        parts.append(
            f"{'The other ' + str(equal) if parts else 'All ' + str(equal)} practically equal."
            if equal > 1
            else "One is practically equal."
        )
    return " ".join(parts)


def _of_governance(found: Findings, rows: Any) -> Html:
    """In how many of the parts of governance each design is better or worse."""
    parts = [name for name in found.front_metrics if name.startswith("governance_")]
    rows = rows[rows["metric"].isin(parts)]
    if rows.empty:
        return Html("")
    better, worse = (rows[rows["verdict"] == word].groupby("design").size() for word in (BETTER, WORSE))
    title = found.results.title
    leaders = [name for name in better.index if better[name] == better.max()] if len(better) else []
    head = "No design is better"
    told = []
    if leaders:
        head = listing([title(name) for name in leaders]) if len(leaders) < 3 else f"{len(leaders)} designs are ahead"
        named = "" if len(leaders) < 3 else f" {listing([title(name) for name in leaders])}."
        told = [
            f"Better in {better.max()} of its {len(parts)} parts (voice, fairness, accountability, transparency).{named}"
        ]
    losers = [f"{title(name)} ({worse[name]})" for name in worse.index if worse[name]]
    told += [f"Worse in some: {listing(losers)}."] if losers else []
    return _card("Governance", head, " ".join(told))


def _of_front(found: Findings, case: str, factors: str) -> Html:
    """The Pareto set in a sentence."""
    front = found.pareto[(found.pareto["case"] == case) & (found.pareto["factors"] == factors)]
    if front.empty:
        return Html("")
    likely = front[front["probability"] >= 0.5].sort_values("probability", ascending=False)
    names = [f"{found.results.title(row.design)} ({chance(row.probability)})" for row in likely.itertuples()]
    rest = len(front) - len(likely)
    text = f"Not dominated by another design: {listing(names)}. "
    text += (
        f"For the other {rest} there is one as good in everything and better in something."
        if rest
        else "What each gains in one objective it loses in another."
    )
    head = f"{len(likely)} of {len(front)} stay in the choice" if rest else "None can be ruled out"
    return _card("All three objectives", head, text)


def _of_worst_off(found: Findings, case: str, factors: str) -> Html:
    """The worst-off fifth in a sentence: who does most for it, who least."""
    rows = found.for_whom
    if rows is None:
        return _card("The worst-off", "Not known", 'The runs kept no table of families (`tables = ["families"]`).')
    rows = rows[(rows["case"] == case) & (rows["factors"] == factors) & (rows["group"] == WORST_OFF)]
    rows = rows.sort_values("difference", ascending=False)
    if rows.empty:
        return Html("")

    def told(row: Any) -> str:
        value, interval = figures(row["difference"], row["low"], row["high"])
        return f"{value} {interval} {row['unit']}"

    best, last = rows.iloc[0], rows.iloc[-1]
    more = f" Least: {found.results.title(last['design'])}, {told(last)}." if len(rows) > 1 else ""
    text = f"Does most for the fifth that was worst off at the start: {told(best)}.{more}"
    head = (
        found.results.title(best["design"]) if best["difference"] > 0 else found.results.title(found.results.baseline)
    )
    if best["difference"] <= 0:
        text = f"No design does more for them. Nearest: {found.results.title(best['design'])}, {told(best)}.{more}"
    return _card("The worst-off", head, text)


def matrix(found: Findings, case: str, factors: str) -> Html:
    """A verdict for every design and metric of the front, with the difference and its interval; no p-value."""
    results = found.results
    metrics = [name for name in found.front_metrics if name not in ("attributable_gain", "satisfaction")]
    rows = found.compared[(found.compared["case"] == case) & (found.compared["factors"] == factors)]
    front = found.pareto[(found.pareto["case"] == case) & (found.pareto["factors"] == factors)].set_index("design")
    by = {(row.design, row.metric): row for row in rows.itertuples()}
    body = []
    for design in results.designs:
        likely = chance(front.loc[design, "probability"]) if design in front.index else "–"
        cells: list[Any] = [line(results, design, ""), likely]
        for metric in metrics:
            row = by.get((design, metric))
            if design == results.baseline:
                mean = rows[rows["metric"] == metric]["baseline"].mean()
                cells.append(
                    (
                        joined([number(mean, 0 if abs(mean) > 1000 else 3), " ", tag("small", results.units[metric])]),
                        "base",
                    )
                )
            elif row is None or row.n == 0:
                cells.append(("no value", "none"))
            else:
                cells.append(
                    joined(
                        [
                            chip(row, brief=True),
                            tag("br"),
                            with_interval(row.difference, row.sim_low, row.sim_high, money=row.unit == "€"),
                        ]
                    )
                )
        body.append(cells)
    head = ["", "Not dominated", *map(short, metrics)]
    n = int(rows["n"].max()) if len(rows) else 0
    first = f"{found.about(case, factors)}. First row of numbers: means under {results.title(results.baseline)}."
    about = (
        f"{first} Others: difference, n = {n} paired runs, with the 95 % interval that holds for all designs at once. "
        "≈ practically equal; ? undecided, and about how many more runs it takes. Not dominated: probability, over all six "
        "components of the objectives."
    )
    return table(head, body, "matrix", about)


def levels(found: Findings) -> Html:
    """Where there is one design only: which of its settings is best, and the means of each."""
    results, wanted = found.results, [name for name in found.front_metrics if name != "satisfaction"]
    best = best_settings(results, wanted)
    cards = [
        _card(
            short(row.metric),
            setting(row.factors),
            f"Best of the settings with probability {chance(row.best)}, n = {row.n}.",
        )
        for row in best[best["case"] == results.cases[0]].itertuples()
    ]
    summary = results.summary()
    by = {(row.case, row.factors, row.metric): row for row in summary.itertuples()}
    body = []
    for case, factors in found.blocks[:MOST_SETTINGS]:
        cells: list[Any] = [setting(factors) or results.title(case)]
        for metric in wanted:
            row = by[case, factors, metric]
            cells.append(with_interval(row.mean, row.low, row.high, signed=False, money=row.unit == "€"))
        body.append(cells)
    words = (
        "There is one design, so its settings are compared with one another, and each with its own block twin below."
    )
    if len(found.blocks) < 2:
        words = "There is one design and so nothing to compare; these are its means with their 95 % intervals."
    shown = table(["", *map(short, wanted)], body, "matrix", f"Means with 95 % intervals, n = {found.runs} seeds.")
    if len(body) > FEW_SETTINGS:
        shown = folded(f"All {len(body)} settings", shown)
    return joined([paragraph(words), tag("div", cards, class_="cards") if cards else "", shown])
