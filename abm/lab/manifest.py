"""The manifest of a results folder: what was asked, and what may be continued, compared or read."""

from __future__ import annotations

import copy
import functools
import hashlib
import json
from pathlib import Path
from typing import Any

from abm.config import ConfigError
from abm.config.keep import Keep
from abm.lab.files import write_whole

FORMAT = 2  # of the folder
NEXT = ".next"  # where final files are made before they are moved into their place
CHECK = "check"  # the manifest's own checksum


@functools.cache
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


def new_manifest(description: dict[str, Any]) -> dict[str, Any]:
    """The manifest of a folder that has no results yet."""
    return {"format": FORMAT, **description, "sessions": [], "finished": None, "files": {}}


def _check_of(manifest: dict[str, Any]) -> str:
    rest = {key: value for key, value in manifest.items() if key != CHECK}
    return hashlib.sha256(json.dumps(rest, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


def write_manifest(folder: Path, manifest: dict[str, Any]) -> None:
    """Write a manifest with its own checksum, unless it is there as it is."""
    check = _check_of(manifest)
    if manifest.get(CHECK) != check:
        manifest[CHECK] = check
        lines = (f' "{key}": {_indented(json.dumps(value, ensure_ascii=False))}' for key, value in manifest.items())
        text = "{\n" + ",\n".join(lines) + "\n}\n"
        write_whole(folder / "manifest.json", lambda to: to.write_text(text, encoding="utf-8"))


@functools.lru_cache(maxsize=16)
def _indented(value: str) -> str:
    """JSON with a line for each value, at the second level. Most of a manifest stays as it is: once is enough for it."""
    return json.dumps(json.loads(value), indent=1, ensure_ascii=False).replace("\n", "\n ")


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
        whole = manifest[CHECK] == _check_of(manifest)
    except (OSError, ValueError, KeyError, TypeError):
        raise ConfigError(f"{path}: damaged, it cannot be read as a manifest") from None
    if not whole:
        raise ConfigError(f"{path}: damaged or changed since it was written (its own checksum does not fit)")
    return manifest


def what_counts(configuration: dict[str, Any]) -> dict[str, Any]:
    """The part of an experiment's configuration that its runs depend on, cases and designs by name."""
    words = ("name", "title", "description", "baseline", "matters")
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


def is_extension(manifest: dict[str, Any], description: dict[str, Any]) -> bool:
    """Whether more is asked than the folder was planned for, or in another order."""
    before, now = manifest["configuration"], description["configuration"]
    return manifest["arms"] != description["arms"] or any(before[key] != now[key] for key in ("seeds", "twins"))


def refuse_other(folder: Path, manifest: dict[str, Any], description: dict[str, Any]) -> None:
    """Raise ConfigError, naming what differs, unless all that the folder holds is still asked for, by the same code.

    More seeds, cases, designs or values of factors are welcome, and other titles. `arms` are the keys of what is run.
    """
    before, now = what_counts(manifest["configuration"]), what_counts(description["configuration"])
    same_code = manifest["code"] == description["code"]
    kept = not same_code or set(manifest["arms"][: manifest["own_arms"]]) <= set(description["arms"])
    kept &= set(before["seeds"]) <= set(now["seeds"]) and (now["twins"] or not before["twins"])
    kept &= all(before[key] == now[key] for key in ("tables", "keep"))
    kept &= _sampled(before) == _sampled(now) & set(before["seeds"])
    differs = [] if kept and same_code else _without_additions(before, now)
    if not same_code and not differs:
        differs = ["the model's code has changed since"]
    if differs:
        more = f"\n  … and {len(differs) - 5} more" if len(differs) > 5 else ""
        listed = "".join(f"\n  {line}" for line in differs[:5])
        raise ConfigError(
            f"{folder}: holds results of something else; --fresh replaces them, --out goes elsewhere{listed}{more}"
        )


def _sampled(configuration: dict[str, Any]) -> frozenset[int]:
    return Keep.model_validate_json(json.dumps(configuration["keep"])).sampled(configuration["seeds"])


def _without_additions(before: dict[str, Any], now: dict[str, Any]) -> list[str]:
    """What differs, but for cases, designs, seeds and values of factors that are new."""
    now = copy.deepcopy(now)
    for part in ("cases", "designs"):
        now[part] = {name: value for name, value in now[part].items() if name in before[part]}
    for there, here, keys in ((before, now, ["seeds"]), (before["factors"], now["factors"], list(before["factors"]))):
        for key in keys:
            if key in here and set(there[key]) <= set(here[key]):
                here[key] = there[key]
    return what_differs(before, now)
