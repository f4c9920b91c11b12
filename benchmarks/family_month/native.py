"""The C versions: compiled by gcc for this processor when first asked for, called through ctypes."""

from __future__ import annotations

import ctypes
import functools
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import Any

from benchmarks.family_month.state import State

HERE = Path(__file__).parent
FLAGS = {"plain": ("-O2",), "tuned": ("-O3", "-march=native", "-fno-math-errno", "-fno-trapping-math")}


@functools.cache
def library(name: str) -> Any:
    """`plain` or `tuned`, compiled into a temporary folder. Raises RuntimeError where there is no gcc."""
    if shutil.which("gcc") is None:
        raise RuntimeError("gcc is not installed")
    target = Path(tempfile.mkdtemp(prefix="family_month_")) / f"{name}.so"
    command = ["gcc", *FLAGS[name], "-std=gnu11", "-shared", "-fPIC", str(HERE / f"{name}.c"), "-o", str(target), "-lm"]
    subprocess.run(command, check=True)
    return ctypes.CDLL(str(target))


def _tables(state: State) -> list[ctypes.c_void_p]:
    return [ctypes.c_void_p(table.ctypes.data) for table in state]


def _numbers(*values: int) -> list[ctypes.c_int64]:
    return [ctypes.c_int64(value) for value in values]


def plain(state: State, seed: int, months: int) -> None:
    """These months in ordinary C, on the state's own tables."""
    sizes = _numbers(len(state.families), len(state.providers), len(state.towns) - 1, seed, months)
    library("plain").plain_months(*_tables(state), *sizes)


class Tuned:
    """The state laid out for `tuned.c`; `close` writes it back into the tables it came from."""

    def __init__(self, state: State) -> None:
        self.state, self.code = state, library("tuned")
        self.code.tuned_open.restype = ctypes.c_void_p
        sizes = _numbers(len(state.families), len(state.providers))
        self.world = ctypes.c_void_p(self.code.tuned_open(*_tables(state)[:-1], *sizes))

    def months(self, seed: int, months: int) -> None:
        """These months."""
        tables, towns = _tables(self.state), len(self.state.towns) - 1
        self.code.tuned_months(self.world, tables[0], tables[-1], *_numbers(towns, seed, months))

    def close(self) -> None:
        """Write back and let go."""
        _, families, ties, *_ = _tables(self.state)
        self.code.tuned_close(self.world, families, ties)
