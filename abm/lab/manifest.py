"""The manifest of a results folder: what was asked, and what may be continued, compared or read."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

from abm.config import ConfigError

FORMAT = 1  # of the folder


def code_hash() -> str:
    """A hash of the sources that the numbers come from: all of the package but laboratory, figures,
    command line and handbook.
    """
    package = Path(__file__).parents[1]
    sources = hashlib.sha256()
    for path in sorted(package.rglob("*.py")):
        name = path.relative_to(package).as_posix()
        if not name.startswith(("lab/", "show/", "cli/", "handbook/")) and name != "__init__.py":
            sources.update(name.encode() + b"\0" + path.read_bytes())
    return sources.hexdigest()[:16]


def read_manifest(folder: Path) -> dict[str, Any]:
    """The manifest of a results folder; raises ConfigError where there is none that can be read."""
    path = folder / "manifest.json"
    if not folder.is_dir():
        raise ConfigError(f"{folder}: no such folder; expected a results folder, such as results/<name>")
    if not path.is_file():
        raise ConfigError(f"{folder}: not a results folder (it has no manifest.json)")
    try:
        manifest = json.loads(path.read_text(encoding="utf-8"))
        if manifest["format"] != FORMAT:
            raise ConfigError(f"{path}: written in format {manifest['format']}; this version reads format {FORMAT}")
        manifest["configuration"], manifest["files"]
    except (OSError, ValueError, KeyError, TypeError):
        raise ConfigError(f"{path}: damaged, it cannot be read as a manifest") from None
    return manifest


def what_counts(configuration: dict[str, Any]) -> dict[str, Any]:
    """The part of an experiment's configuration that its runs depend on, cases and designs by name."""
    words = ("name", "title", "description", "baseline")
    kept = {key: value for key, value in configuration.items() if key not in words}
    kept["cases"] = {case["name"]: {k: v for k, v in case.items() if k not in words} for case in kept["cases"]}
    kept["designs"] = {
        design["base"]["name"]: {
            "": {k: v for k, v in design["base"].items() if k not in words},
            "locality": design["by_locality"],
        }
        for design in kept["designs"]
    }
    return kept


def what_differs(before: Any, now: Any, key: str = "") -> list[str]:
    """The dotted keys at which two configurations differ, with both values."""
    if isinstance(before, dict) and isinstance(now, dict):
        names = [*before, *(name for name in now if name not in before)]
        return [
            line for name in names
            for line in what_differs(before.get(name), now.get(name), f"{key}.{name}" if key else str(name))
        ]  # fmt: skip
    if before == now:
        return []
    return [f"{key}: {_short(before)} in the folder, {_short(now)} now"]


def _short(value: Any) -> str:
    text = "absent" if value is None else json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 60 else text[:57] + "…"


def refuse_other(folder: Path, manifest: dict[str, Any], description: dict[str, Any]) -> None:
    """Raise ConfigError, naming what differs, where the folder's results are of another configuration or other code."""
    differs = what_differs(what_counts(manifest["configuration"]), what_counts(description["configuration"]))
    if not differs and manifest.get("code") != description["code"]:
        differs = ["the model's code has changed since"]
    if differs:
        more = f"\n  … and {len(differs) - 5} more" if len(differs) > 5 else ""
        listed = "".join(f"\n  {line}" for line in differs[:5])
        raise ConfigError(
            f"{folder}: holds results of something else; --fresh replaces them, --out goes elsewhere{listed}{more}"
        )
