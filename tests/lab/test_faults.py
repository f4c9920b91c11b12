"""Whatever happens to a batch, nothing finished is lost and nothing wrong is read (`tests/faults.py` has the kinds)."""

from __future__ import annotations

import pytest

pytest.register_assert_rewrite("faulty", "faults")
import faults  # noqa: E402


@pytest.mark.parametrize(
    "name", [pytest.param(name, marks=pytest.mark.slow) if one.slow else name for name, one in faults.KINDS.items()]
)
def test_fault(name, tmp_path):
    faults.KINDS[name](tmp_path / "r")


def test_there_are_many_kinds():
    assert len(faults.KINDS) >= 25
