"""A batch as one self-contained page: what a policy-maker can read on its first screen and a referee in the rest.

The page holds its own style, font and pictures, names no other host, prints on A4, and follows the reader's choice of day
or night. Each figure is also written as SVG and PDF, with its numbers as CSV.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from abm.config import ConfigError
from abm.lab.files import write_whole
from abm.show.report import back, body, designs, front, further
from abm.show.report.findings import Findings
from abm.show.report.html import Html, joined, tag
from abm.show.report.svg import colours, font_face
from abm.show.style import Drawing, save

if TYPE_CHECKING:
    from abm.lab.results import Results

SECTIONS = (
    designs.glance,
    body.differences,
    body.tradeoffs,
    body.varied,
    body.over_time,
    body.people,
    body.cash,
    further.why,
    further.fails,
    further.matters,
    further.beyond,
    back.enough,
    back.patterns,
    back.quality,
    back.glossary,
)
ENDINGS = ("svg", "pdf", "csv")
USUAL = "report.html"


def write_report(
    results: Results, out: Path | None = None, matters: Mapping[str, float] | None = None, *, figures: bool = True
) -> list[Path]:
    """Write the report, and each of its figures into `figures/` beside it; returns what was written, the report first.

    `out` is the page's file, report.html in the results folder unless given; `matters` replaces the smallest effects that
    matter of single metrics. Raises ConfigError for a name that does not end in .html, and where no run finished.
    """
    path = out or results.folder / USUAL
    if path.suffix not in (".html", ".htm"):
        raise ConfigError(f"--out: expected the name of a page, such as report.html, found '{path}'")
    found = Findings(results, dict(matters or {}))
    text = page(found)
    write_whole(path, lambda to: to.write_text(text, encoding="utf-8"))
    written = [path]
    if figures:
        for name, figure in found.pictures.drawn.items():
            if isinstance(figure, Drawing) and figure.table is not None:
                figure.describe(figure.about, figure.table).settle()
            written += save(figure, path.parent / "figures" / name, ENDINGS)
    return written


def page(found: Findings) -> str:
    """The whole page."""
    if not found.blocks:
        raise ConfigError(f"{found.results.folder}: no run finished, so there is nothing to report")
    found.results.scales(found.matters)  # whatever is wrong with them is said before anything is drawn
    sections = [part for part in (make(found) for make in SECTIONS) if part]
    titles = [
        (one.split('id="', 1)[1].split('"', 1)[0], one.split("<h2>", 1)[1].split("</h2>", 1)[0]) for one in sections
    ]
    contents = tag(
        "nav",
        tag("ol", [tag("li", tag("a", Html(title), href=f"#{key}")) for key, title in titles]),
        aria_label="Contents",
    )
    name = found.results.manifest["configuration"]["title"] or found.results.manifest["configuration"]["name"]
    head = tag(
        "head",
        tag("meta", charset="utf-8"),
        tag("meta", name="viewport", content="width=device-width, initial-scale=1"),
        tag("meta", name="color-scheme", content="light dark"),
        tag("title", f"{name} – report"),
        tag("style", Html(_style(found))),
        tag("link", rel="icon", href="data:,"),
    ).replace("></link>", ">")
    main = tag(
        "main",
        front.header(found),
        front.answer(found),
        tag("div", contents, tag("div", sections, class_="sections"), class_="columns"),
    )
    return f"<!doctype html>\n{tag('html', Html(head), tag('body', main), lang='en')}\n"


def _style(found: Findings) -> str:
    """The style sheet, with the font and the colours of the figures."""
    sheet = (Path(__file__).parent / "page.css").read_text(encoding="utf-8")
    sheet = sheet.replace("/*day*/", colours(night=False)).replace("/*night*/", colours(night=True))
    return joined(Html(font_face(found.pictures.characters) + sheet))
