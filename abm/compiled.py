"""The one decorator for compiled code, and where its cache lives.

numba does not notice a change in a called function of another file, so the cache folder's name is a hash of the package's
sources and of numba's version; it lies in the user's cache folder, so that a read-only install works too.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import sys
import time
from pathlib import Path

import numba
from numba import types

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


def sources_hash() -> str:
    """A short hash of all Python sources of the package and of numba's version."""
    here = Path(__file__).parent
    digest = hashlib.sha256(numba.__version__.encode())
    for path in sorted(here.rglob("*.py")):
        digest.update(path.relative_to(here).as_posix().encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()[:16]


def _prepare_cache() -> Path:
    compiled = user_cache() / "compiled"
    folder = compiled / sources_hash()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        os.utime(folder)
        for other in compiled.iterdir():
            if other != folder and other.stat().st_mtime < time.time() - KEEP_DAYS * 86400:
                shutil.rmtree(other, ignore_errors=True)
    except OSError:  # no cache is slow, not wrong
        return folder
    numba.config.CACHE_DIR = str(folder)
    return folder


CACHE = _prepare_cache() if "NUMBA_CACHE_DIR" not in os.environ else Path(os.environ["NUMBA_CACHE_DIR"])
JIT = not numba.config.DISABLE_JIT
WARM = CACHE / "warm"  # exists when the whole month has been compiled into this cache


def compiled(function):
    """Compile a function of numbers and tables; no fast-math and no threads, so results are the same to the last bit."""
    dispatcher = numba.njit(cache=True, error_model="numpy")(function)
    if JIT:
        resolve = dispatcher.get_call_template

        def without_literals(args, keywords):
            """One compilation for all integers: numba would make one for each literal that callers pass (3 × the time)."""
            return resolve(
                [types.unliteral(a) for a in args], {name: types.unliteral(a) for name, a in keywords.items()}
            )

        dispatcher.get_call_template = without_literals
    return dispatcher
