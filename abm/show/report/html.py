"""HTML from Python: every text is escaped, every element is closed.

Thirty lines instead of a template engine: none comes with the core's libraries, and a page made of sections that are
functions needs no second language.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape
from typing import Any

VOID = ("br", "meta", "hr", "wbr")


class Html(str):
    """Text that is HTML already."""

    __slots__ = ()


def tag(name: str, /, *children: Any, **attributes: Any) -> Html:
    """An element. Children are text (escaped), Html, numbers, None, or iterables of them; `class_` stands for class."""
    words = "".join(
        f' {key.rstrip("_").replace("_", "-")}="{escape(str(value))}"'
        for key, value in attributes.items()
        if value is not None and value is not False
    )
    if name in VOID:
        return Html(f"<{name}{words}>")
    return Html(f"<{name}{words}>{joined(children)}</{name}>")


def joined(children: Any) -> Html:
    """Children one after another."""
    if children is None or children is False:
        return Html("")
    if isinstance(children, Html):
        return children
    if isinstance(children, str):
        return Html(escape(children, quote=False))
    if isinstance(children, Iterable):
        return Html("".join(map(joined, children)))
    return Html(escape(str(children)))


def table(head: Sequence[Any], rows: Iterable[Sequence[Any]], kind: str = "", caption: Any = None) -> Html:
    """A table in a box that scrolls by itself where it is too wide; the first cell of a row is its heading."""
    top = tag("thead", tag("tr", [tag("th", cell, scope="col") for cell in head]))
    body = tag("tbody", [tag("tr", [_cell(place, cell) for place, cell in enumerate(row)]) for row in rows])
    words = tag("p", caption, class_="caption") if caption else ""
    return joined([tag("div", tag("table", top, body, class_=kind or None), class_="wide", tabindex="0"), words])


def _cell(place: int, cell: Any) -> Html:
    if isinstance(cell, tuple):  # (content, class)
        content, kind = cell
    else:
        content, kind = cell, None
    return tag("th", content, scope="row", class_=kind) if place == 0 else tag("td", content, class_=kind)


def paragraph(*children: Any, kind: str | None = None) -> Html:
    """A paragraph."""
    return tag("p", *children, class_=kind)


def folded(summary: str, *children: Any) -> Html:
    """Something to unfold."""
    return tag("details", tag("summary", summary), *children)


def section(key: str, title: str, lead: Any, *children: Any) -> Html:
    """A section with its heading and the sentence that says what it answers."""
    return tag("section", tag("h2", title), paragraph(lead, kind="lead"), *children, id=key)
