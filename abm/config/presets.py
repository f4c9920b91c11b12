"""Presets: the cases, designs and experiments that come with the package, found by name."""

from __future__ import annotations

import re
from importlib.resources import files
from pathlib import Path
from typing import Any

from abm.config.toml_file import ConfigError, Table
from abm.config.words import did_you_mean, listed, shown

KINDS = ("cases", "designs", "experiments")
ONE_OF = {"cases": "case", "designs": "design", "experiments": "experiment"}
WITH_ARTICLE = {"cases": "a case", "designs": "a design", "experiments": "an experiment"}
REFERENCE_WORDS = "a preset's name or a path to a .toml file"


def configs_folder() -> Path:
    """Where the presets lie: in the installed package, or beside it in a checkout."""
    installed = Path(str(files("abm"))) / "configs"
    return installed if installed.is_dir() else installed.parent.parent / "configs"


def preset_names(kind: str) -> tuple[str, ...]:
    """Names of the presets of a kind (cases, designs or experiments) in alphabetical order."""
    return tuple(sorted(path.stem for path in (configs_folder() / kind).glob("*.toml")))


def preset_path(kind: str, name: str) -> Path:
    """The file of a preset; `ConfigError` with the nearest name where there is none."""
    if name not in preset_names(kind):
        raise ConfigError(f"'{name}': {_no_preset(kind, name)}")
    return configs_folder() / kind / f"{name}.toml"


def _no_preset(kind: str, name: str) -> str:
    """Why a name is not found, and what may have been meant."""
    text = f"no such {ONE_OF[kind]}, expected {REFERENCE_WORDS}"
    if others := [WITH_ARTICLE[other] for other in KINDS if other != kind and name in preset_names(other)]:
        return f"{text}; there is {others[0]} of that name"
    return text + (did_you_mean(name, preset_names(kind)) or f"; presets: {listed(preset_names(kind))}")


def is_path(reference: str | Path) -> bool:
    """Whether a reference is a path rather than a preset's name."""
    return not isinstance(reference, str) or bool(re.search(r"\.toml$|[/\\]", reference))


def file_of(kind: str, reference: str | Path) -> Path:
    """The file that a preset's name or a path means; `ConfigError` where no preset has that name."""
    return _expanded(reference) if is_path(reference) else preset_path(kind, str(reference))


def file_referred_to(kind: str, reference: Any, table: Table, key: str, folder: Path) -> Path | None:
    """The file that a key of another file refers to, paths counted from `folder`; None, with the problem noted."""
    if not isinstance(reference, str):
        table.refuse((key,), f"expected {REFERENCE_WORDS}, got {shown(reference)}")
    elif is_path(reference):
        file = folder / _expanded(reference)
        try:
            if file.exists():
                return file
        except (OSError, ValueError):  # a name that the system does not take
            pass
        table.refuse((key,), f"{shown(reference)}: no such file")
    elif reference in preset_names(kind):
        return preset_path(kind, reference)
    else:
        table.refuse((key,), f"'{reference}': {_no_preset(kind, reference)}")
    return None


def _expanded(reference: str | Path) -> Path:
    """A path with the home folder written out."""
    try:
        return Path(reference).expanduser()
    except RuntimeError:  # no such user
        return Path(reference)
