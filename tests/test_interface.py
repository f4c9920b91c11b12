"""`import abm`: everything by name, nothing before it is asked for."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

import abm

ROOT = Path(__file__).parents[1]


@pytest.mark.parametrize(
    "name",
    [
        "run", "batch", "Result", "Results", "explain", "matters", "robust", "calibrate", "search", "trial", "load_case",
        "load_design", "load_experiment", "METRICS", "plot",
    ],
)  # fmt: skip
def test_names_lead_somewhere(name):
    assert getattr(abm, name) is not None
    assert name in dir(abm)


def test_an_unknown_name_is_an_attribute_error():
    with pytest.raises(AttributeError, match="no attribute 'nonsense'"):
        abm.nonsense  # noqa: B018


def test_importing_costs_nothing():
    code = "import sys, abm; assert not {'numpy', 'pydantic', 'numba'} & set(sys.modules), sorted(sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True, cwd=ROOT)
