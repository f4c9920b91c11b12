"""The report: one page that stands by itself, whatever the results hold."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from abm.config import ConfigError
from abm.lab.analyses import Analysis
from abm.lab.results import Results
from abm.lab.running import batch
from abm.show.report import body, findings, further, write_report
from abm.show.report.html import Html, tag
from abm.show.report.svg import Pictures
from abm.show.report.words import chance, percent
from abm.show.style import blank

SHARES = {
    "case": "generic",
    "from_design": "a",
    "to_design": "b",
    "metric": "satisfaction",
    "low": 0.1,
    "high": 0.3,
    "n": 5,
}
VARIANCE = {"case": "generic", "metric": "satisfaction", "component": ["design", "chance"], "share": [0.7, 0.3]}
BOXES = {"design": "a", "metric": "satisfaction", "box": 1, "parameter": ["x", "y"], "coverage": 0.8, "density": 0.9}
ANALYSES = {
    "explain": {"shares": {**SHARES, "mechanism": ["gaming", "selection"], "share": [0.2, 0.1]}},
    "matters": {
        "variance": {**VARIANCE, "low": [0.6, 0.2], "high": [0.8, 0.4]},
        "deciders": {"parameter": ["case.x", "case.y"], "assumed": True, "changes": ["yes", "no"]},
    },
    "robust": {
        "regret": {
            "case": ["generic"],
            "metric": "satisfaction",
            "design": "a",
            "mean": 0.01,
            "q95": 0.02,
            "worst": 0.03,
            "n": 9,
        },
        "boxes": {**BOXES, "low": 0.0, "high": 0.5, "sentence": "a fails above all where x is low"},
    },
    "trial": {
        "power": {
            "units": [50, 100],
            "clusters": 6,
            "months": 9,
            "power": [0.3, 0.6],
            "low": [0.2, 0.5],
            "high": [0.4, 0.7],
        }
    },
    "calibration": {"posterior": {"case.x": [0.1, 0.2, 0.3], "weight": [1.0, 2.0, 1.0]}},
}


@pytest.fixture(scope="module", autouse=True)
def few_figures():
    """Fewer figures of each kind: drawing is what takes time."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(body, "FANS", ("satisfaction",))
        patch.setattr(body, "MOST_SANKEYS", 1)
        patch.setattr(findings, "KEY_METRICS", {"some": ("satisfaction", "gaming")})
        yield


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Results of two designs under one lag, with families and money, and every further analysis."""
    from conftest import put_in_place

    from abm.config import Experiment, load_case, load_design

    small = Experiment(
        name="small",
        title="Small <b>",
        cases=(load_case("generic", {"case.families": 40}),),
        designs=(load_design("block_grant"), load_design("social_impact_bond")),
        seeds=(1, 2, 3, 4, 5, 6),
        tables=("families", "money"),
    )
    out = tmp_path_factory.mktemp("report") / "r"
    with pytest.MonkeyPatch.context() as patch:
        put_in_place(patch)
        batch(small, workers=1, out=out)
    return out


@pytest.fixture(scope="module")
def page(folder):
    """The report of them, with all analyses."""
    for name, tables in ANALYSES.items():
        Analysis(name, {"asked": "something"}, {key: pd.DataFrame(rows) for key, rows in tables.items()}).save(folder)
    written = write_report(Results.load(folder), matters={"satisfaction": 0.5})
    return written, written[0].read_text(encoding="utf-8")


def test_the_page_stands_by_itself(page):
    written, text = page
    assert written[0].name == "report.html"
    assert written[0].stat().st_size <= 3_000_000
    assert (
        re.findall(r"(?:https?:)?//[a-z]", re.sub(r"base64,[A-Za-z0-9+/=]*", "", text)) == []
    )  # no address of another host
    assert "<script" not in text
    assert "Small &lt;b&gt;" in text  # what users write is text
    assert len(re.findall(r'\bid="', text)) == len(set(re.findall(r'\bid="([^"]+)"', text)))
    for used in re.findall(r'(?:url\(#|href="#)([^)"]+)', text):
        assert f'id="{used}"' in text


def test_it_says_what_must_be_said(page):
    _, text = page
    for words in (
        "Not a forecast",
        "of the model's numbers are assumed",
        "The designs at a glance",
        "Three objectives",
        "worst-off fifth",
        "What did we pay for?",
        "Who paid whom",
        "Enough runs?",
        "patterns hold",
        "What exactly was run",
        "Digest of the results",
        "To repeat it",
        "The whole configuration",
        "Glossary",
        "differs from itself by exactly 0",
        "--fresh-seeds",
    ):
        assert words in text, words
    front = text[: text.index('id="designs"')]
    assert not re.search(r"\bp\s*[=<]", front.split("</style>")[1])  # no p-value on the first page
    assert "61" in front or "%" in front


def test_only_what_differs_is_at_a_glance(page):
    _, text = page
    glance = text[text.index('id="designs"') : text.index('id="differences"')]
    assert "outcome share" in glance
    assert "revenue" not in glance
    bond, grant = (Results.load(page[0][0].parent).experiment.designs[k].base for k in (1, 0))
    assert bond.control.penalty == grant.control.penalty
    assert "penalty" not in glance  # both have the same


def test_analyses_are_shown_where_they_were_made(page, folder, tmp_path):
    _, text = page
    for words in (
        "Shapley shares",
        "fails above all where x is low",
        "Assumed numbers that decide",
        "case.x",
        "A trial within the model",
        "What the patterns say of the parameters",
    ):
        assert words in text, words
    assert "obc explain" not in text
    assert "case.y</th>" not in text  # changes nothing
    shutil.copytree(folder, tmp_path / "bare")
    shutil.rmtree(tmp_path / "bare/analysis")
    bare = findings.Findings(Results.load(tmp_path / "bare"))
    for show, command in ((further.why, "explain"), (further.fails, "robust"), (further.matters, "matters")):
        assert f"obc {command} results/small" in show(bare)
    assert further.beyond(bare) == ""


def test_each_figure_is_there_for_papers(page):
    written, _ = page
    names = {path.stem for path in written[1:]}
    assert {"forest", "objectives", "trade_offs", "together", "for_whom", "paid_for", "money_block_grant"} <= names
    for name in names:
        assert {path.suffix for path in written if path.stem == name} >= {".svg", ".pdf", ".csv"}


def test_users_errors_are_messages(folder, tmp_path):
    results = Results.load(folder)
    with pytest.raises(ConfigError, match="expected the name of a page"):
        write_report(results, tmp_path / "report.txt")
    with pytest.raises(ConfigError, match="did you mean 'satisfaction'"):
        write_report(results, tmp_path / "report.html", {"satisfation": 0.1})
    assert list(tmp_path.iterdir()) == []


def test_one_design_has_its_settings_compared(fake_engine, experiment, tmp_path):
    alone = experiment.model_copy(update={"designs": experiment.designs[:1], "seeds": (1, 2, 3)})
    text = write_report(Results.load(batch(alone, workers=1, out=tmp_path / "r").folder), figures=False)[0].read_text(
        encoding="utf-8"
    )
    assert "Best of the settings with probability" in text
    assert "What the varied settings do" in text
    assert "payment.lag_months=6" in text
    assert "its own block twin" in text


def test_numbers_on_axes_stay_as_they_are():
    figure = blank(2.0)
    axes = figure.subplots()
    axes.plot([0.6025, 0.6075], [0.0, 1.23456])
    axes.set_xticks([0.6025, 0.6075], ["0.6025", "0.6075"])
    drawn = Pictures().picture(figure, "")
    assert ">0.6025<" in drawn
    assert ">0.6075<" in drawn
    assert not re.search(r"[ML] -?\d+\.\d{3}", drawn)  # coordinates are short


def test_html_escapes_and_closes():
    assert tag("p", "a < b & c", class_="x") == '<p class="x">a &lt; b &amp; c</p>'
    assert tag("p", Html("<b>x</b>"), None, [1, "y"]) == "<p><b>x</b>1y</p>"
    assert tag("meta", charset="utf-8", hidden=False) == '<meta charset="utf-8">'


def test_draws_know_no_certainty():
    assert (chance(1.0), chance(0.0), chance(0.5)) == (">\xa099\xa0%", "<\xa01\xa0%", "50\xa0%")
    assert percent(float("nan")) == "–"
    assert percent(1.0) == "100\xa0%"


@pytest.mark.parametrize("width", [1280, 390])
def test_it_opens_in_a_browser_without_errors_and_asks_no_other_host(chromium, page, width):
    said, asked = [], []
    for scheme in ("light", "dark"):
        tab = chromium.new_page(viewport={"width": width, "height": 900}, color_scheme=scheme)
        tab.on("console", lambda message: said.append(message.text))
        tab.on("pageerror", lambda error: said.append(str(error)))
        tab.on("request", lambda request: asked.append(request.url))
        tab.goto(Path(page[0][0]).resolve().as_uri())
        assert tab.evaluate("document.documentElement.scrollWidth") <= width  # nothing sticks out
        seen = tab.evaluate("getComputedStyle(document.querySelector('figure svg text')).fill")
        assert (
            np.mean([int(one) for one in re.findall(r"\d+", seen)[:3]]) > 128
            if scheme == "dark"
            else seen == "rgb(0, 0, 0)"
        )
        tab.close()
    assert said == []
    assert [url for url in asked if not url.startswith(("file:", "data:"))] == []
