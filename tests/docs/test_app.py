"""The page about the laboratory says what is so: its file runs, Mesa's own page is drawn and stepped, one model a browser."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from abm.config import load_run
from abm.show.app import keeper, session, setup
from abm.show.app.catalogue import stories
from abm.show.app.learning import lessons

PAGE = (Path(__file__).parents[2] / "docs" / "app.md").read_text(encoding="utf-8")
BLOCKS = dict(re.findall(r"^```(toml|python app)\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL))


def test_the_file_can_be_run(tmp_path):
    (tmp_path / "mine.toml").write_text(BLOCKS["toml"], encoding="utf-8")
    read = load_run(tmp_path / "mine.toml")
    assert read.changes[0].month == 47


def test_the_numbers_are_those_of_the_code():
    assert f"at most {setup.MOST_FAMILIES:,}\n  families, {setup.MOST_MONTHS} months" in PAGE
    assert f"{session.MOST_STEPS} months a request" in PAGE
    assert f"rests for {keeper.REST / 60:.0f} minutes" in PAGE
    assert f"Beyond {keeper.MOST_AWAKE} pages" in PAGE
    assert f"{keeper.MOST_SESSIONS} may be open" in PAGE
    words = {8: "eight", 11: "eleven"}
    assert f"{words[len(stories())]} stories" in PAGE
    assert f"{words[len(lessons())]} guided experiments" in PAGE


def test_mesas_own_page_has_a_model_for_each_browser():
    solara = pytest.importorskip("solara")
    import ipywidgets
    from ipyvuetify import Btn

    def press(context, label):
        next(button for button in context.find(Btn).widgets if label in button.children).click()

    names = {}
    exec(compile(BLOCKS["python app"], "docs/app.md", "exec"), names)
    _, one = solara.render(solara.AppLayout(children=[names["Page"]()]), handle_error=False)
    before = one.find(ipywidgets.Image).widget.value
    press(one, "Step")
    assert one.find(ipywidgets.Image).widget.value != before
    _, other = solara.render(solara.AppLayout(children=[names["Page"]()]), handle_error=False)
    assert other.find(ipywidgets.Image).widget.value == before
    one.close()
    other.close()
