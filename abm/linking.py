"""What becomes machine code: a function that Python calls, with all that it calls, optimised together, once.

numba would optimise, turn into machine code and keep each function by itself, and then once more within each of its callers and
theirs: half of the compiler's time. Here what compiled code calls is a part: typed, lowered and tidied, no more.
"""

import functools

from numba import _dynfunc, types
from numba.core import config
from numba.core.codegen import JITCodeLibrary
from numba.core.compiler import CompilerBase, DefaultPassBuilder, _LowerResult
from numba.core.compiler_machinery import PassManager, register_pass
from numba.core.targetconfig import ConfigStack
from numba.core.typed_passes import DumpParforDiagnostics, InlineOverloads, NativeLowering, NopythonRewrites
from numba.core.types.functions import BaseFunction
from numba.core.untyped_passes import (
    DeadBranchPrune,
    FindLiterallyCalls,
    InlineClosureLikes,
    InlineInlinables,
    LiteralPropagationSubPipelinePass,
    LiteralUnroll,
    MakeFunctionToJitFunction,
    RewriteDynamicRaises,
    WithLifting,
)

NEEDLESS = (  # passes for what rules and stages do without; an eighth of the time
    DeadBranchPrune, DumpParforDiagnostics, FindLiterallyCalls, InlineClosureLikes, InlineInlinables, InlineOverloads,
    LiteralPropagationSubPipelinePass, LiteralUnroll, MakeFunctionToJitFunction, NopythonRewrites, RewriteDynamicRaises,
    WithLifting,
)  # fmt: skip


class Part(JITCodeLibrary):
    """The code of one function for wholes to link; without what it calls, unless it is optimised alone."""

    alone = False

    def finalize(self):
        """Nothing is linked, no machine code is made."""
        self._raise_if_finalized()
        if self.alone:
            _link(self)
            self._optimize_final_module()
        for function in self._final_module.functions:
            if not function.is_declaration and function.linkage.name == "external":
                function.linkage = "linkonce_odr"  # many wholes may have it
        self._shared_module = self._final_module
        self._finalized = True

    def _get_module_for_linking(self):
        """For a function that numba compiles as it always does, which would not look for what this one calls."""
        complete = JITCodeLibrary(self._codegen, self.name)
        complete._final_module = self._shared_module.clone()
        complete._linking_libraries = list(self._linking_libraries)
        _link(complete)
        return complete._final_module


class Whole(JITCodeLibrary):
    """A function that Python calls, and all that it calls."""

    def finalize(self):
        """Link everything once, optimise it, make machine code."""
        _link(self)
        super().finalize()

    def _optimize_final_module(self):
        """Loops over rows stay as they are: to gather columns from eight rows made trust's month three times as long."""
        kept, config.LOOP_VECTORIZE = config.LOOP_VECTORIZE, 0
        try:
            super()._optimize_final_module()
        finally:
            config.LOOP_VECTORIZE = kept


def _link(library):
    """Bring all that is called into a library's module, each once."""
    ahead, linked = library._linking_libraries, set()
    while ahead:
        one = ahead.pop()
        if one not in linked:
            linked.add(one)
            if isinstance(one, Part):
                library._final_module.link_in(one._shared_module, preserve=True)
                ahead += one._linking_libraries
            else:
                library._final_module.link_in(one._get_module_for_linking(), preserve=True)
    library._linking_libraries = []


def _over_numbers(args):
    """Whether a function is given arrays of numbers, and neither tables nor rows."""
    plain = [isinstance(getattr(kind, "dtype", kind), types.Number | types.Boolean) for kind in args]
    return all(plain) and any(isinstance(kind, types.Array) for kind in args)


@register_pass(mutates_CFG=True, analysis_only=False)
class PartLowering(NativeLowering):
    """Lower a function to a part."""

    _name = "part_lowering"

    def run_pass(self, state):
        """As numba does, but that no machine code is asked for; the key for callers has no address."""
        state.library = Part(state.targetctx.codegen(), state.func_id.func_qualname)
        state.library.alone = _over_numbers(state.args)
        state.flags = state.flags.copy()
        state.flags.no_compile = True
        state.flags.forceinline = becomes_part_of_callers(state.func_id.func)
        super().run_pass(state)
        lowered = state.cr
        key = _dynfunc.make_function(
            lowered.fndesc.lookup_module(), state.func_id.func_name, "a part", 0, lowered.env, (state.library,)
        )
        state.targetctx.insert_user_function(key, lowered.fndesc, [state.library])
        state.cr = _LowerResult(lowered.fndesc, lowered.call_helper, cfunc=key, env=lowered.env)
        return True


@register_pass(mutates_CFG=True, analysis_only=False)
class WholeLowering(NativeLowering):
    """Lower a function that Python calls."""

    _name = "whole_lowering"

    def run_pass(self, state):
        """As numba does, with a library that links parts."""
        state.library = Whole(state.targetctx.codegen(), state.func_id.func_qualname)
        state.library.enable_object_caching()
        state.flags = state.flags.copy()
        state.flags.no_cpython_wrapper = state.flags.forceinline = False
        return super().run_pass(state)


def becomes_part_of_callers(function):
    """Whether a function is inlined wherever it is called."""
    return function.__name__.startswith("_") or getattr(function, "inlined", False)


class PartCompiler(CompilerBase):
    """numba's compiler with another last step and without what is needless here."""

    lowering = PartLowering

    def define_pipelines(self):
        """numba's passes, in its order."""
        passes = PassManager("rules and stages")
        for one, what in DefaultPassBuilder.define_nopython_pipeline(self.state).passes:
            if one not in NEEDLESS:
                passes.add_pass(self.lowering if one is NativeLowering else one, what)
        passes.finalize()
        return [passes]


class WholeCompiler(PartCompiler):
    """For functions that Python calls."""

    lowering = WholeLowering


def _remembering(resolve):
    """numba tries all that `+` may mean wherever two numbers are added; here once for each two types and set of options."""

    @functools.wraps(resolve)
    def get_call_type(function, context, args, keywords):
        options = ConfigStack.top_or_none()
        numbers = all(isinstance(kind, types.Number | types.Boolean) for kind in args)
        if keywords or not numbers or options is None or options.fastmath or options.debuginfo:
            return resolve(function, context, args, keywords)
        known = function.__dict__.setdefault("_known", {})
        asked = tuple(args), options.nrt, options.error_model, options.boundscheck, options.forceinline
        if asked not in known:
            signature = resolve(function, context, args, keywords)
            known[asked] = signature, function._impl_keys[signature.args]
        signature, chosen = known[asked]
        function._impl_keys[signature.args] = chosen
        return signature

    return get_call_type


BaseFunction.get_call_type = _remembering(BaseFunction.get_call_type)  # type: ignore[method-assign]
