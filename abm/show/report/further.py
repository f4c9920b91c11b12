"""Sections from further analyses of the folder: each is shown where somebody made it, and else says which command does."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

from abm.lab.analyses import Analysis
from abm.show.dots import curves, dots
from abm.show.report.findings import Findings
from abm.show.report.html import Html, folded, joined, paragraph, section, table, tag
from abm.show.report.words import figures, with_interval

if TYPE_CHECKING:
    import pandas as pd

MOST_ROWS = 200  # of a table of an analysis


def missing(found: Findings, command: str) -> Html:
    """The one line where an analysis was not made."""
    return paragraph(
        "Not looked into yet: ",
        tag("code", f"obc {command} results/{found.results.manifest['configuration']['name']}"),
        " adds it.",
        kind="missing",
    )


def about_words(one: Analysis) -> Html:
    """What was asked, in one line: the settings that an analysis says of itself."""
    told = [f"{key.replace('_', ' ')}: {_plain(value)}" for key, value in one.about.items() if _is_short(value)]
    return paragraph("; ".join(told), kind="asked") if told else Html("")


def _is_short(value: Any) -> bool:
    return isinstance(value, str | int | float | bool) or (
        isinstance(value, list) and len(value) <= 8 and all(isinstance(one, str | int | float) for one in value)
    )


def _plain(value: Any) -> str:
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)


def frame(rows: pd.DataFrame, words: dict[str, str] | None = None) -> Html:
    """A table of an analysis as it is: an estimate and its ends in one cell, shares and numbers short."""
    shown = [name for name in rows.columns if name not in ("low", "high")]
    value = next(
        (name for name in ("share", "difference", "total", "mu_star", "power", "mean", "value") if name in shown), None
    )
    body = []
    for row in rows.head(MOST_ROWS).to_dict("records"):
        cells: list[Any] = []
        for name in shown:
            if name == value and "low" in row:
                cells.append(with_interval(row[name], row["low"], row["high"]))
            else:
                cells.append(f"{row[name]:.4g}" if isinstance(row[name], float) else str(row[name]).replace("_", " "))
        body.append(cells)
    head = [(words or {}).get(name, name.replace("_", " ")) for name in shown]
    more = paragraph(f"The first {MOST_ROWS} of {len(rows):,} rows.") if len(rows) > MOST_ROWS else ""
    return joined([table(head, body, "numbers"), more])


def _tables(one: Analysis, names: Sequence[str] = ()) -> Html:
    """Every table of an analysis to unfold, but those that the section shows in full."""
    rest = [name for name in one.tables if name not in names and len(one.tables[name])]
    return joined([folded(f"Table: {name.replace('_', ' ')}", frame(one.tables[name])) for name in rest])


def _figure(found: Findings, one: Analysis, name: str, key: str, draw: Callable[..., Any], **how: Any) -> Html:
    """A figure of a table of an analysis, where that table is there and has what the figure needs."""
    rows = one.tables.get(name)
    needed = [how.get("rows"), how.get("x"), how.get("y"), how.get("value"), how.get("lines"), *how["panels"]]
    if rows is None or rows.empty or not {one for one in needed if one} <= set(rows.columns):
        return Html("")
    how["panels"] = [panel for panel in how["panels"] if rows[panel].nunique() > 1] or how["panels"][:1]
    return found.pictures.figure(key, partial(draw, rows, **how))


def why(found: Findings) -> Html:
    """Mechanisms: Shapley shares of a difference, and each switched off by itself."""
    lead = "Which mechanisms make the difference between two designs, and what is left with each of them switched off."
    one = found.analysis("explain")
    if one is None:
        return section("why", "Why", lead, missing(found, "explain"))
    n = _n(one, "shares")
    return section(
        "why",
        "Why",
        lead,
        about_words(one),
        _figure(
            found,
            one,
            "shares",
            "why_shares",
            dots,
            rows="mechanism",
            panels=["metric", "to_design", "case"],
            value="share",
            label="share of the difference, in the metric's unit",
            about=f"Shapley shares: what each mechanism adds to the difference, averaged over all orders in which "
            f"they could be "
            f"introduced; they sum to the difference. With 95 % intervals{n}.",
        ),
        _figure(
            found,
            one,
            "switches",
            "why_switches",
            dots,
            rows="mechanism",
            panels=["metric", "design", "case"],
            value="difference",
            label="change with the mechanism off, in the metric's unit",
            about=f"Each mechanism off by itself, less the design as it is, with 95 % intervals{_n(one, 'switches')}.",
        ),
        _tables(one),
    )


def _n(one: Analysis, name: str) -> str:
    rows = one.tables.get(name)
    return f"; n = {int(rows['n'].max())} seeds" if rows is not None and len(rows) and "n" in rows else ""


def matters(found: Findings) -> Html:
    """What the difference hangs on: variance shares, screening, indices, curves, and which assumed numbers decide."""
    lead = (
        "How much of the variation is the design, how much the numbers that nobody knows, and which of those decide the "
        "ranking."
    )
    one = found.analysis("matters")
    if one is None:
        return section("matters", "What matters", lead, missing(found, "matters"))
    by_parameter = {"rows": "parameter", "panels": ["metric"]}
    return section(
        "matters",
        "What matters",
        lead,
        about_words(one),
        _deciders(one),
        _figure(
            found,
            one,
            "variance",
            "matters_variance",
            dots,
            rows="component",
            panels=["metric", "case"],
            value="share",
            label="share of the variance",
            about="Variance of a metric shared among design, parameters, their interaction and "
            "chance, with 95 % intervals.",
        ),
        _figure(
            found,
            one,
            "sobol",
            "matters_sobol",
            dots,
            value="total",
            low="total_low",
            high="total_high",
            label="total Sobol index",
            about="Total Sobol indices of the difference between designs: the share of its variance that would be left if all "
            "else were known, with 95 % intervals.",
            **by_parameter,
        ),
        _figure(
            found,
            one,
            "morris",
            "matters_morris",
            dots,
            value="mu_star",
            label="μ*, in the metric's unit",
            about="Screening after Morris: mean size of the change in the difference as one parameter moves through its "
            "plausible range, with 95 % intervals.",
            **by_parameter,
        ),
        _figure(
            found,
            one,
            "curves",
            "matters_curves",
            curves,
            x="value",
            y="difference",
            lines="design",
            panels=["parameter", "metric"],
            label="difference",
            about="The difference to the baseline as one parameter moves through its plausible range, others "
            "at their usual value, with 95 % intervals.",
        ),
        _tables(one, ("deciders",)),
    )


def _deciders(one: Analysis) -> Html:
    rows = one.tables.get("deciders")
    if rows is None:
        return Html("")
    rows = rows[rows["changes"].astype(str).isin(["yes", "True"])]
    if rows.empty:
        return paragraph("No assumed number that was looked at changes the ranking within its plausible range.")
    return joined([paragraph("Assumed numbers that decide which design is best:"), frame(rows)])


def fails(found: Findings) -> Html:
    """Robustness: regret, acceptability, and the contexts in which a design fails, in sentences."""
    lead = "In other contexts than this one: how much is lost by choosing a design, and where it fails."
    one = found.analysis("robust")
    if one is None:
        return section("fails", "When it fails", lead, missing(found, "robust"))
    boxes = one.tables.get("boxes")
    told = []
    if boxes is not None and "sentence" in boxes:
        keys = [key for key in ("design", "metric", "box") if key in boxes]
        for _, part in boxes.groupby(keys, sort=False):
            first = part.iloc[0]
            told.append(tag("li", first["sentence"]))
    return section(
        "fails",
        "When it fails",
        lead,
        about_words(one),
        tag("ul", told) if told else None,
        _figure(
            found,
            one,
            "acceptable",
            "fails_acceptable",
            dots,
            rows="design",
            panels=["metric"],
            value="share",
            label="share of contexts",
            about=f"Share of contexts in which a design is acceptable, with 95 % intervals{_n(one, 'acceptable')}.",
        ),
        frame(one.tables["regret"]) if "regret" in one.tables else None,
        _tables(one, ("regret",)),
    )


def beyond(found: Findings) -> Html:
    """Search, in-silico trial and calibration: shown only where they were made."""
    parts = [_search(found), _trial(found), _calibration(found)]
    there = [part for part in parts if part]
    return (
        section("beyond", "Searched, tried, calibrated", "Further questions that were put to the model.", *there)
        if there
        else Html("")
    )


def _search(found: Findings) -> Html:
    one = found.analysis("search")
    if one is None or "front" not in one.tables:
        return Html("")
    return joined(
        [
            tag("h3", "Designs that were searched for"),
            about_words(one),
            frame(one.tables["front"]),
            _tables(one, ("front",)),
        ]
    )


def _trial(found: Findings) -> Html:
    one = found.analysis("trial")
    if one is None:
        return Html("")
    drawn = _figure(
        found,
        one,
        "power",
        "trial_power",
        curves,
        x="units",
        y="power",
        lines="clusters",
        panels=["months"],
        label="power",
        about="Power of a field trial of this size to find the effect, by number of units and clusters, with 95 % intervals.",
    )
    return joined([tag("h3", "A trial within the model"), about_words(one), drawn, _tables(one)])


def _calibration(found: Findings) -> Html:
    one = found.analysis("calibration")
    if one is None or "posterior" not in one.tables:
        return Html("")
    posterior = one.tables["posterior"]
    weights = posterior.get("weight")
    body = []
    for name in posterior.columns:
        if name in ("weight", "sample", "distance") or posterior[name].dtype == object:
            continue
        low, middle, high = _quantiles(posterior[name], weights)
        value, interval = figures(middle, low, high, signed=False)
        body.append([name, value, interval])
    return joined(
        [
            tag("h3", "What the patterns say of the parameters"),
            about_words(one),
            table(["parameter", "median", "middle 95 %"], body, "numbers"),
            _tables(one, ("posterior",)),
        ]
    )


def _quantiles(values: pd.Series, weights: pd.Series | None) -> list[float]:
    """The 2.5, 50 and 97.5 % quantiles of a weighted sample."""
    import numpy as np

    order = np.argsort(values.to_numpy(float), kind="stable")
    share = np.full(len(values), 1.0) if weights is None else weights.to_numpy(float)[order]
    below = (np.cumsum(share) - 0.5 * share) / share.sum()
    return [float(np.interp(q, below, values.to_numpy(float)[order])) for q in (0.025, 0.5, 0.975)]
