"""How compiled functions hand the world to one another: as one pointer to where its tables lie.

numba would hand over a named tuple part by part, 170 numbers for the world at each call, and read all of them wherever one
table is used.
"""

from __future__ import annotations

import hashlib
from typing import Any

from numba import types
from numba.core import cgutils
from numba.core.imputils import impl_ret_borrowed
from numba.core.typing.templates import AttributeTemplate
from numba.extending import (
    NativeValue,
    infer_getattr,
    lower_getattr_generic,
    models,
    register_model,
    typeof_impl,
    unbox,
)

WORD = types.intp.bitwidth // 8


class Tables(types.Type):
    """A named tuple of arrays; a short name, because the linker's name of each function that takes one has it."""

    def __init__(self, arrays: types.NamedTuple) -> None:
        self.arrays = arrays
        digest = hashlib.sha256(arrays.name.encode()).hexdigest()[:16]
        super().__init__(f"{arrays.instance_class.__name__}.{digest}")


@register_model(Tables)
class TablesModel(models.PrimitiveModel):
    """A pointer, whose tables may be looked up before it is known that they are needed."""

    def __init__(self, manager: Any, kind: Tables) -> None:
        super().__init__(manager, kind, cgutils.voidptr_t)

    def from_argument(self, builder: Any, value: Any) -> Any:
        """What a function was handed."""
        value.attributes.align = WORD
        value.attributes.dereferenceable = sum(map(_bytes_noted, self._fe_type.arrays))
        return value


@infer_getattr
class TableOf(AttributeTemplate):
    """Each field is a table."""

    key = Tables

    def generic_resolve(self, kind: Tables, name: str) -> types.Type | None:
        """The type of a table."""
        return dict(zip(kind.arrays.fields, kind.arrays, strict=True)).get(name)


@lower_getattr_generic(Tables)
def read_table(context: Any, builder: Any, kind: Tables, pointer: Any, name: str) -> Any:
    """Where a table lies, which is the same throughout: nobody writes there but `note_tables`."""
    index = kind.arrays.fields.index(name)
    before, array = sum(map(_bytes_noted, kind.arrays.types[:index])), kind.arrays.types[index]
    place = builder.gep(pointer, [context.get_constant(types.intp, before)])
    table = builder.load(builder.bitcast(place, context.get_data_type(array).as_pointer()))
    table.set_metadata("invariant.load", builder.module.add_metadata([]))
    return impl_ret_borrowed(context, builder, array, table)


def _bytes_noted(array: types.Array) -> int:
    """What numba notes of an array: five words, and its shape and strides."""
    return WORD * (5 + 2 * array.ndim)


@unbox(Tables)
def note_tables(kind: Tables, value: Any, c: Any) -> NativeValue:
    """From Python: where the tables lie is noted on the stack of the wrapper, which never becomes a part of what it calls."""
    native = c.unbox(kind.arrays, value)
    assert native.cleanup is None
    assert c.context.get_abi_sizeof(native.value.type) == sum(map(_bytes_noted, kind.arrays))
    slot = cgutils.alloca_once_value(c.builder, native.value)

    def let_go() -> None:  # numba does it itself for what a pointer does not hide
        if c.context.enable_nrt:
            c.context.nrt.decref(c.builder, kind.arrays, native.value)

    return NativeValue(c.builder.bitcast(slot, cgutils.voidptr_t), is_error=native.is_error, cleanup=let_go)


def handed_by_pointer(named_tuple: type) -> type:
    """Have compiled functions take this class of named tuples of arrays by pointer; all they can do is to use its fields."""

    @typeof_impl.register(named_tuple)
    def typeof_tables(value: Any, context: Any) -> Tables:
        return Tables(types.NamedTuple([typeof_impl(array, context) for array in value], named_tuple))

    return named_tuple
