"""Tables by pointer: what a function reads there is what Python handed it, and nothing is kept."""

from __future__ import annotations

import sys
from typing import Any, NamedTuple

import numba
import numpy as np
import pytest

from abm.by_pointer import handed_by_pointer
from abm.compiled import JIT
from abm.linking import PartCompiler, WholeCompiler

pytestmark = pytest.mark.skipif(not JIT, reason="nothing is compiled")
ROW = np.dtype((np.record, np.dtype([("a", "f8"), ("c", "i8")])))


@handed_by_pointer
class Small(NamedTuple):
    rows: Any
    cube: Any
    plane: Any
    line: Any


def reader(counts_references):
    options = {"error_model": "numpy", "no_cpython_wrapper": True, "no_cfunc_wrapper": True, "_nrt": counts_references}

    @numba.njit(pipeline_class=PartCompiler, **options)
    def deeper(small, n):
        return 1e6 * small.line[n] + 1e3 * small.plane[1, n] + small.cube[1, 1, n] + 0.001 * small.rows[n].c

    @numba.njit(pipeline_class=WholeCompiler, **options)
    def read(small, n):
        small.rows[n].c += 1
        return deeper(small, n)

    return read


def small(**other):
    tables = {
        "rows": np.zeros(3, ROW).view(np.recarray),
        "cube": np.arange(12).reshape(2, 2, 3),
        "plane": np.arange(6.0).reshape(2, 3),
        "line": np.arange(3.0),
    }
    return Small(**(tables | other))


@pytest.mark.parametrize("counts_references", [False, True])
def test_a_function_reads_what_it_is_handed_and_keeps_nothing(counts_references):
    read, tables = reader(counts_references), small()
    read(tables, 2)
    before = [sys.getrefcount(table) for table in tables]
    for _ in range(5):
        read(tables, 2)
    assert read(tables, 2) == 1e6 * 2 + 1e3 * 5 + 11 + 0.001 * 7
    assert [sys.getrefcount(table) for table in tables] == before


def test_tables_of_other_types_are_another_type():
    read = reader(False)
    read(small(), 0)
    read(small(line=np.arange(3)), 0)
    read(small(line=np.arange(4.0)), 0)
    assert len(read.signatures) == 2


def test_there_is_no_other_table():
    @numba.njit(pipeline_class=WholeCompiler)
    def wrong(tables):
        return tables.lines

    with pytest.raises(numba.TypingError, match="lines"):
        wrong(small())
