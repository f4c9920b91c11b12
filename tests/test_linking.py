"""Parts and wholes: what is called has no machine code of its own, and what is made of it is right."""

from __future__ import annotations

import operator

import numba
import numpy as np
import pytest
from numba.core.registry import cpu_target
from numba.core.targetconfig import ConfigStack
from numba.core.typing.templates import AbstractTemplate, ConcreteTemplate

from abm.compiled import JIT
from abm.linking import PartCompiler, WholeCompiler

pytestmark = pytest.mark.skipif(not JIT, reason="nothing is compiled")
OPTIONS = {
    "error_model": "numpy",
    "no_cpython_wrapper": True,
    "no_cfunc_wrapper": True,
    "forceinline": True,
    "_nrt": False,
}
ROW = np.dtype((np.record, np.dtype([("a", "f8"), ("b", "f8"), ("c", "i8")])))


def part(function):
    return numba.njit(pipeline_class=PartCompiler, **OPTIONS)(function)


def whole(function):
    return numba.njit(pipeline_class=WholeCompiler, **OPTIONS)(function)


@part
def _half(x):
    return 0.5 * x


@part
def shared(x):
    return _half(x) + 1.0


@part
def over_numbers(found, k):
    for i in range(found.shape[0]):
        found[i] = shared(found[i]) * k


@part
def over_rows(rows, k):
    for i in range(rows.shape[0]):
        rows[i].a = shared(rows[i].a) * k


@whole
def calls_twice(x):
    return _half(shared(x)) + shared(x)


@whole
def of_numbers(found, k):
    over_numbers(found, k)


@whole
def of_rows(rows, k):
    over_rows(rows, k)


def code_of(function):
    return function.inspect_llvm(function.signatures[0])


def test_a_whole_has_what_its_parts_call_once():
    assert calls_twice(3.0) == 0.5 * 2.5 + 2.5
    assert "_half" not in "".join(line for line in code_of(calls_twice).splitlines() if line.startswith("define"))


def test_a_part_has_no_machine_code():
    calls_twice(3.0)
    (compiled,) = shared.overloads.values()
    assert compiled.library.get_pointer_to_function(compiled.fndesc.llvm_func_name) == 0


def test_a_function_that_numba_compiles_as_ever_has_all_that_a_part_calls():
    @numba.njit
    def ordinary(x):
        return shared(x) + _half(x)

    assert ordinary(2.0) == (0.5 * 2.0 + 1.0) + 0.5 * 2.0


def test_loops_over_numbers_are_loops_of_vectors_and_loops_over_rows_are_not():
    found, rows = np.arange(37.0), np.zeros(37, ROW).view(np.recarray)
    rows.a[:] = found
    of_numbers(found, 3.0)
    of_rows(rows, 3.0)
    np.testing.assert_array_equal(found, (0.5 * np.arange(37.0) + 1.0) * 3.0)
    np.testing.assert_array_equal(rows.a, found)
    assert " x double>" in code_of(of_numbers)
    assert " x double>" not in code_of(of_rows)


def test_what_an_operation_on_two_types_of_numbers_gives_is_asked_once_for_each_set_of_options(monkeypatch):
    asked = []
    for template in (AbstractTemplate, ConcreteTemplate):
        apply = template.apply
        monkeypatch.setattr(
            template, "apply", lambda self, *args, apply=apply: asked.append(self) or apply(self, *args)
        )
    context, flags = cpu_target.typing_context, numba.core.compiler.Flags()
    plus = context.resolve_value_type(operator.add)
    found = []
    for nrt in (False, False, True, True):
        flags.nrt = nrt
        with ConfigStack().enter(flags.copy()):
            before = len(asked)
            found.append(plus.get_call_type(context, (numba.complex64, numba.int16), {}))
            asked.append(len(asked) - before)
    counts = [one for one in asked if isinstance(one, int)]
    assert counts[0] > 0
    assert counts[2] > 0
    assert counts[1] == counts[3] == 0
    assert {one.return_type for one in found} == {numba.complex64}
