"""The page for Mesa users says what is so: its code runs, its table names what is read."""

from __future__ import annotations

import importlib.util
import re
from pathlib import Path

import pytest

from abm.config import load_case
from abm.config.words import field_at
from abm.imported.files import COLUMNS
from abm.imported.graph import EDGE_KEYS, NODE_KEYS

PAGE = (Path(__file__).parents[2] / "docs" / "mesa.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```(\w+)( app)?\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
SCRIPTS = [text for language, app, text in BLOCKS if language == "python" and not app]
APPS = [text for language, app, text in BLOCKS if language == "python" and app]


def run(text, names):
    exec(compile(text, "docs/mesa.md", "exec"), names)


def test_the_script_runs_as_it_stands(capsys):
    names = {}
    for text in SCRIPTS:
        run(text, names)
    assert "tired families of" in capsys.readouterr().out
    assert names["model"].month == 61
    assert len(names["surveyed"].case.network.graph.ties) == 2
    assert names["watched"].datacollector.get_model_vars_dataframe().shape == (1, 1)
    lines = [
        line
        for line in SCRIPTS[0].splitlines()
        if line.strip() and not line.lstrip().startswith(("#", "import", "from"))
    ]
    assert len(lines) <= 30


@pytest.mark.skipif(importlib.util.find_spec("solara") is None, reason="solara is not installed")
def test_the_app_is_drawn_stepped_and_reset():
    import ipywidgets
    import solara
    from ipyvuetify import Btn

    names = {}
    run(APPS[0], names)
    _, context = solara.render(solara.AppLayout(children=[names["page"]]), handle_error=False)

    def press(label):
        next(button for button in context.find(Btn).widgets if label in button.children).click()

    before = context.find(ipywidgets.Image).widget.value
    press("Step")
    assert names["model"].month == 1
    assert context.find(ipywidgets.Image).widget.value != before
    press("Reset")
    assert context.find(ipywidgets.Image).widget.value == before  # the same case, design and seed
    context.close()


def test_the_app_is_what_a_plot_asks_for():
    assert len(APPS) == 1
    plotted = re.search(r"make_plot_component\(\[(.*?)\]", APPS[0])
    from abm.metrics import METRICS

    assert {name.strip(' "') for name in plotted[1].split(",")} <= {metric.name for metric in METRICS}


def test_the_table_of_attributes_is_whole():
    assert set(re.findall(r"^\| `(\w+)` \|", PAGE, re.MULTILINE)) == {*NODE_KEYS, *EDGE_KEYS}
    listed = PAGE[PAGE.index("A CSV file has columns") : PAGE.index("names are those of a kind")]
    assert set(re.findall(r"`(\w+)`", listed)) == set(COLUMNS)


def test_the_case_key_exists(tmp_path):
    toml = next(text for language, _, text in BLOCKS if language == "toml")
    assert field_at(type(load_case("generic")), ("network", "graph")) is not None
    (tmp_path / "ties.graphml").write_text("", encoding="utf-8")
    (tmp_path / "mine.toml").write_text(f'extends = "generic"\n{toml}', encoding="utf-8")
    with pytest.raises(Exception, match=r"ties.graphml:1: not well-formed XML"):
        load_case(tmp_path / "mine.toml")
