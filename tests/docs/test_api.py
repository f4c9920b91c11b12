"""The page of the Python interface names all of it."""

from __future__ import annotations

import re
from pathlib import Path

import abm

PAGE = (Path(__file__).parents[2] / "docs" / "api.md").read_text(encoding="utf-8")


def test_every_public_name_stands_on_the_page():
    shown = set(re.findall(r"auto\w+:: abm\.(?:\w+\.)*(\w+)", PAGE)) | set(re.findall(r"`abm\.(\w+)`", PAGE))
    assert set(abm.__all__) - shown - {"plot"} == set()
    assert "abm.show.plot" in PAGE
