"""Interpreters of the other frameworks: an environment each in the user's cache, so that none disturbs the pins."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import venv
from pathlib import Path

from abm.compiled import user_cache

PACKAGES = {"mesa_frames": "mesa-frames", "starsim": "starsim", "agentpy": "agentpy", "repast4py": "repast4py"}


def interpreter(framework: str, install: bool) -> tuple[str, str]:
    """The Python that has a framework, and its version; or "" and why there is none.

    `install` makes the environment where it is missing. mesa and this model are in the project's own.
    """
    folder = user_cache() / "bench" / f"{framework}-{sys.version_info[0]}.{sys.version_info[1]}"
    python = folder / ("Scripts" if sys.platform == "win32" else "bin") / "python"
    if not python.exists():
        if not install:
            return "", "not installed (make bench FRAMEWORKS=1 installs it beside the project)"
        venv.create(folder, with_pip=True)
    found = _version(python, framework)
    if not found and install:
        command = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", PACKAGES[framework]]
        done = subprocess.run(command, capture_output=True, text=True, check=False, env=_with_mpi())
        found = _version(python, framework)
        if not found:
            return "", f"does not install: {_reason(done.stderr)}"
    return (str(python), found) if found else ("", "its installation is not complete")


def _with_mpi() -> dict[str, str]:
    """repast4py is compiled by pip, and finds MPI only where the compiler is told."""
    if shutil.which("mpicxx") is None:
        return dict(os.environ)
    where = subprocess.run(["mpicxx", "--showme:incdirs"], capture_output=True, text=True, check=False).stdout.split()
    return {**os.environ, "CC": "mpicxx", "CXX": "mpicxx", "CPLUS_INCLUDE_PATH": ":".join(where)}


def _version(python: Path, framework: str) -> str:
    text = f"from importlib.metadata import version; import {framework}; print(version({PACKAGES[framework]!r}))"
    done = subprocess.run([str(python), "-c", text], capture_output=True, text=True, check=False)
    return done.stdout.strip().splitlines()[-1] if done.returncode == 0 and done.stdout.strip() else ""


def _reason(text: str) -> str:
    lines = [line.strip() for line in text.splitlines() if "rror" in line]
    return (lines or ["pip failed without a word"])[0][:160]
