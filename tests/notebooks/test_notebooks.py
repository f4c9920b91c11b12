"""The notebooks: without outputs in the repository; executed small in the quick tests, whole in a kernel in the slow ones."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

FOLDER = Path(__file__).parents[2] / "notebooks"
BOOKS = sorted(FOLDER.glob("*.ipynb"))
SMALL = {"range(1, 11)": "range(1, 3)", "range(1, 31)": "range(1, 5)", "SEEDS = 8": "SEEDS = 2"}


def cells(book, kind):
    """The text of a notebook's cells of a kind."""
    return [
        "".join(cell["source"]) for cell in json.loads(book.read_text("utf-8"))["cells"] if cell["cell_type"] == kind
    ]


def small(text):
    """A cell with few seeds."""
    for whole, few in SMALL.items():
        text = text.replace(whole, few)
    return text


def test_there_is_a_course_of_five_and_one_for_analysts():
    assert [book.stem for book in BOOKS] == [
        "1_trust", "2_contracts", "3_perverse_effects", "4_coproduction", "5_experiments", "analyse",
    ]  # fmt: skip


@pytest.mark.parametrize("book", BOOKS, ids=lambda book: book.stem)
def test_no_output_is_kept(book):
    for cell in json.loads(book.read_text("utf-8"))["cells"]:
        assert cell.get("outputs", []) == []
        assert cell.get("execution_count") is None


@pytest.mark.parametrize("book", [book for book in BOOKS if book.stem != "analyse"], ids=lambda book: book.stem)
def test_each_of_the_course_asks_for_a_prediction_and_has_exercises(book):
    text = "\n".join(cells(book, "markdown"))
    assert "**You will learn**" in text
    assert "**Predict" in text
    assert len(re.findall(r"^\d\. ", text.split("## Exercises")[1], re.MULTILINE)) >= 3
    assert text.index("**Predict") < text.index("## Exercises")


@pytest.mark.parametrize("book", BOOKS, ids=lambda book: book.stem)
def test_it_runs_small(book, monkeypatch):
    import matplotlib.pyplot as plt

    monkeypatch.setattr(plt, "show", lambda: None)
    plt.switch_backend("agg")
    assert any(small(text) != text for text in cells(book, "code"))
    names: dict = {}
    for number, text in enumerate(cells(book, "code")):
        exec(compile(small(text), f"{book.name}[{number}]", "exec"), names)
    plt.close("all")


@pytest.mark.slow
@pytest.mark.parametrize("book", BOOKS, ids=lambda book: book.stem)
def test_it_runs_whole_in_a_kernel(book):
    import nbformat
    from nbclient import NotebookClient

    done = NotebookClient(nbformat.read(book, as_version=4), timeout=900, kernel_name="python3").execute()
    outputs = [output for cell in done.cells if cell.cell_type == "code" for output in cell.outputs]
    assert outputs
    assert not [output for output in outputs if output.output_type == "error" or output.get("name") == "stderr"]
