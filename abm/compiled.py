"""The one decorator for compiled code, and where its cache lives.

numba does not notice a change in a called function of another file. So each module's cache folder is named by a hash of its
source, of all that it imports from this package, and of the versions of numba and Python: a change recompiles what depends
on it and nothing else. The folders lie in the user's cache, so that a read-only install works too.
"""

from __future__ import annotations

import functools
import hashlib
import os
import re
import shutil
import sys
import time
from pathlib import Path

import numba
from numba import types

from abm.linking import PartCompiler, WholeCompiler

KEEP_DAYS = 14  # caches of older sources that nobody used for this long are removed


def user_cache() -> Path:
    """The folder for caches of this user, by the custom of the platform."""
    if "OBC_CACHE_DIR" in os.environ:
        return Path(os.environ["OBC_CACHE_DIR"])
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA", Path.home())) / "obc-abm"
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Caches" / "obc-abm"
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "obc-abm"


@functools.cache
def _source(module: str) -> tuple[bytes, tuple[str, ...]]:
    """The text of a module of this package, and the modules of the package that it imports when it is loaded."""
    path = PACKAGE.joinpath(*module.split(".")[1:])
    path = path / "__init__.py" if path.is_dir() else path.with_suffix(".py")
    text = path.read_bytes()
    return text, tuple(name.decode() for name in IMPORTS.findall(text))


@functools.cache
def sources_hash(module: str) -> str:
    """A short hash of a module's source, of all that it imports from this package, and of the versions of numba and Python."""
    found, ahead = {}, [module, "abm.by_pointer"]  # by which all of them are handed the world
    while ahead:
        name = ahead.pop()
        if name not in found:
            found[name], imported = _source(name)
            ahead += imported
    digest = hashlib.sha256(f"{numba.__version__} {sys.version_info[:2]}".encode())
    for name in sorted(found):
        digest.update(name.encode() + b"\0" + found[name])
    return digest.hexdigest()[:16]


def _forget_old() -> None:
    """Remove caches that nobody used for a while."""
    try:
        for folder in CACHE.iterdir():
            if folder.stat().st_mtime < time.time() - KEEP_DAYS * 86400:
                shutil.rmtree(folder, ignore_errors=True)
    except OSError:  # there is none yet, or it cannot be written: slow, not wrong
        return


def _cache_of(module: str) -> None:
    """Have numba keep what it compiles next in the module's own folder."""
    folder = CACHE / sources_hash(module)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        os.utime(folder)
    except OSError:
        return
    numba.config.CACHE_DIR = str(folder)


def warm(domains: int) -> Path:
    """A file that exists when the whole month of this copy has been compiled for cases with this many domains.

    numba keeps what it compiles by the path of the source, so that a second copy of the same sources begins anew.
    """
    copy = hashlib.sha256(str(PACKAGE).encode()).hexdigest()[:8]
    return CACHE / sources_hash("abm.engine") / f"warm-{copy}-{domains}"


PACKAGE = Path(__file__).parent
IMPORTS = re.compile(rb"^from (abm[\w.]*) import ", re.MULTILINE)
CACHE = user_cache() / "compiled"
JIT = not numba.config.DISABLE_JIT
_forget_old()


def compiled(function):
    """Compile a function of numbers and tables; no fast-math and no threads, so results are the same to the last bit.

    While one runs, other threads of Python may run too (`abm/spread.py`).

    A private function (`_name`) can be called by compiled code only, and becomes a part of its callers.

    It makes no arrays, so that nothing is counted of who holds which table: to count them at each call, atomically and for
    the whole world, took more than half of a stage. One that makes arrays is `compiled_with_arrays`.
    """
    return _compile(function)


def compiled_with_arrays(function):
    """Compile a function as `compiled` does, one that makes arrays of its own and lets them go."""
    return _compile(function, counts_references=True)


def inlined(function):
    """Compile a function as `compiled` does, a short one that becomes a part of its callers though Python may call it too."""
    function.inlined = True
    return _compile(function)


def _compile(function, counts_references=False):
    """What Python calls is compiled as a whole and kept; compiled code, whatever it calls, links a part of the same source.

    The options are the same for all, or numba compiles what it brings itself, as `max`, for each combination of them.
    """
    options = {
        "error_model": "numpy", "no_cpython_wrapper": True, "no_cfunc_wrapper": True, "forceinline": True, "nogil": True,
        "_nrt": counts_references,
    }  # fmt: skip
    part = numba.njit(pipeline_class=PartCompiler, **options)(function)
    if not JIT:
        return part
    resolve = part.get_call_template

    def without_literals(args, keywords):
        """One compilation for all integers: numba would make one for each literal that callers pass (3 × the time)."""
        return resolve([types.unliteral(a) for a in args], {name: types.unliteral(a) for name, a in keywords.items()})

    part.get_call_template = without_literals
    if function.__name__.startswith("_"):
        return part
    _cache_of(function.__module__)
    whole = numba.njit(cache=True, pipeline_class=WholeCompiler, **options)(function)
    whole.get_call_template, whole.get_overload = without_literals, part.get_overload
    return whole
