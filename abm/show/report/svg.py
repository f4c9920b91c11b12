"""Figures as pictures within a page: small, with text as text, in the page's own colours by day and by night."""

from __future__ import annotations

import base64
import io
import re
from collections.abc import Callable, Iterable
from functools import cache
from pathlib import Path

import matplotlib
from matplotlib.figure import Figure

from abm.config import ConfigError
from abm.show.report.html import Html, tag
from abm.show.style import NARROW, STYLE, WIDTH, Drawing

# A colour of a figure → the colour at night. Each is a CSS variable, so that the page turns its figures with itself.
NIGHT = {
    "#ffffff": "#19222b",
    "#000000": "#eef2f5",
    "#222222": "#dfe6ec",
    "#333333": "#c4ced8",
    "#444444": "#a9b6c2",
    "#555555": "#a3b0bc",
    "#666666": "#9aa7b3",
    "#777777": "#8c99a6",
    "#9a9a9a": "#7d8a97",
    "#c4c4c4": "#4d5a66",
    "#dddddd": "#33404b",
    "#eeeeee": "#2a353f",
    "#efefef": "#2a353f",
    "#edf3f8": "#22303c",
    "#0072b2": "#4aa8e0",
    "#7a7a7a": "#8d99a5",
    "#a0a0a0": "#77838f",
}
FONT = "Figures"  # the page's name for the font that the figures were laid out with


class Pictures:
    """Makes the pictures of a page: numbers them, so that no two share an identifier, and knows the characters they use."""

    def __init__(self) -> None:
        self.count = 0
        self.characters: set[str] = set()
        self.drawn: dict[str, Figure] = {}

    def figure(self, name: str, draw: Callable[..., Figure], *, narrow_only: bool = False) -> Html:
        """A figure as it is on a wide and on a narrow page; nothing where there is nothing to draw (ConfigError).

        With `narrow_only` the narrow one stands on both, as one of two beside each other.
        """
        try:
            wide, narrow = draw(width=WIDTH), draw(width=NARROW)
        except ConfigError:
            return Html("")
        self.drawn[name] = wide
        words = wide.about if isinstance(wide, Drawing) else ""
        text = [tag("figcaption", words)] if words else []
        both = [
            tag("div", self.picture(one, words), class_=kind)
            for one, kind in ((wide, "on-wide"), (narrow, "on-narrow"))
            if not (narrow_only and one is wide)
        ]
        return tag("figure", *both, *text, class_="figure")

    def picture(self, figure: Figure, words: str) -> Html:
        """A matplotlib figure as an SVG element."""
        self.count += 1
        if isinstance(figure, Drawing):
            figure.bare().settle()
        buffer = io.StringIO()
        with matplotlib.rc_context({**STYLE, "svg.fonttype": "none", "path.simplify": True}):
            figure.savefig(buffer, format="svg", metadata={"Date": None, "Creator": None}, transparent=True)
        text = buffer.getvalue()
        self.characters |= set("".join(re.findall(r">([^<]+)</t", text)))
        return Html(_tidied(text, f"f{self.count}-", words))


def _short_numbers(element: str) -> str:
    """An element with its coordinates to a hundredth of a point."""
    return re.sub(r"-?\d+\.\d{3,}", lambda m: f"{float(m[0]):.2f}".rstrip("0").rstrip("."), element)


def _tidied(text: str, prefix: str, words: str) -> str:
    """An SVG file as an element: identifiers of its own, short numbers, colours by variable."""
    text = text[text.index("<svg") :]
    text = re.sub(r"<metadata>.*?</metadata>|<!--.*?-->|<style[^>]*>.*?</style>", "", text, flags=re.DOTALL)
    used = set(re.findall(r"(?:url\(#|href=\"#)([^)\"]+)", text))
    text = re.sub(r' id="([^"]*)"', lambda m: f' id="{prefix}{m[1]}"' if m[1] in used else "", text)
    text = re.sub(r'url\(#|href="#', lambda m: m[0] + prefix, text)
    text = re.sub(r"<[^>]+>", lambda m: _short_numbers(m[0]), text)  # not in what is read: 0.6025 on an axis stays
    text = re.sub(r"#[0-9a-f]{6}\b", lambda m: _by_variable(m[0]), text)
    text = re.sub(r"font: ([\d.]+px) [^;\"]*", rf"font: \1 {FONT}", text)
    text = re.sub(r' xmlns(:xlink)?="[^"]*"| version="[^"]*"|<defs>\s*</defs>', "", text).replace("xlink:href", "href")
    text = re.sub(r">\s+<", "><", text)
    label = words.replace("&", "&amp;").replace('"', "&quot;").replace("<", "&lt;")
    head = re.search(r"<svg[^>]*>", text)
    assert head is not None
    box = re.search(r'viewBox="([^"]*)"', head[0])
    assert box is not None
    return f'<svg role="img" aria-label="{label}" viewBox="{box[1]}">{text[head.end() :].strip()}'


def _by_variable(colour: str) -> str:
    return f"var(--c{colour[1:]})" if colour in NIGHT else colour


def colours(night: bool) -> str:
    """The variables of the figures' colours, by day or by night."""
    return "".join(f"--c{day[1:]}:{dark if night else day};" for day, dark in NIGHT.items())


def font_face(characters: Iterable[str]) -> str:
    """The font of the figures as a CSS rule, cut down to these characters, so that text stands where it was laid out."""
    from fontTools import subset  # comes with matplotlib

    text = "".join(sorted({*characters, *"0123456789 "}))
    options = subset.Options()
    options.flavor, options.layout_features, options.notdef_outline = "woff", [], True
    options.drop_tables += ["FFTM"]
    font = subset.load_font(str(_font_file()), options)
    cutter = subset.Subsetter(options)
    cutter.populate(text=text)
    cutter.subset(font)
    buffer = io.BytesIO()
    subset.save_font(font, buffer, options)
    data = base64.b64encode(buffer.getvalue()).decode("ascii")
    return f"@font-face{{font-family:{FONT};src:url(data:font/woff;base64,{data}) format('woff')}}"


@cache
def _font_file() -> Path:
    return Path(matplotlib.get_data_path()) / "fonts" / "ttf" / "DejaVuSans.ttf"
