"""A results folder as one archive for a repository: configuration, code's version, data, figures, and what explains them.

The same folder gives the same bytes: names are sorted, times are those of the format's beginning, and nothing is taken from
the machine that packs. Data that are not what was written are refused.
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
import zipfile
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path
from typing import Any

from abm.config import ConfigError
from abm.lab.files import verified, write_whole
from abm.lab.results import Results

BEGINNING = (1980, 1, 1, 0, 0, 0)  # of a zip archive's time
READABLE = 0o644 << 16
EXPLAINED = ("odd.md", "parameters.md", "metrics.md")
BESIDE = ("CITATION.cff", "LICENSE")
PACKED = (".parquet", ".png", ".gz", ".zip")  # is not made smaller by packing it again
MOST_BYTES = 1 << 31
PARTS = "parts"  # of which the tables were made


def bundle(folder: str | Path, out: str | Path | None = None) -> Path:
    """Pack a results folder into `<folder>.zip`, or `out`; returns the archive.

    Inside are `results/` (the folder's data, tables, figures, analyses), `experiment.json` (the configuration in full),
    `dictionary.csv` (every column with unit and meaning), `docs/` (ODD, parameters with sources, metrics), licence and
    citation, `README.md`, and `SHA256SUMS` of all of it. Raises ConfigError for a folder that is none, unfinished or damaged.
    """
    folder = Path(folder)
    manifest = Results.load(folder).manifest  # refuses what is unfinished or damaged
    for file, checksum in manifest["files"].items():
        verified(folder, file, checksum)
    name = manifest["configuration"]["name"]
    target = Path(out) if out is not None else folder.parent / f"{folder.name}.zip"
    if target.resolve().is_relative_to(folder.resolve()):
        raise ConfigError(f"{target}: lies in the folder that is to be packed; choose another place with --out")
    contents = dict(sorted(_contents(folder, manifest)))
    sums = "".join(f"{hashlib.sha256(data).hexdigest()}  {path}\n" for path, data in contents.items())
    contents["SHA256SUMS"] = sums.encode()
    write_whole(target, lambda to: _pack(to, name, contents))
    return target


def _pack(to: Path, name: str, contents: dict[str, bytes]) -> None:
    """Write the archive; all lies in one folder of the experiment's name."""
    with zipfile.ZipFile(to, "w") as archive:
        for path, data in contents.items():
            entry = zipfile.ZipInfo(f"{name}/{path}", BEGINNING)
            entry.create_system, entry.external_attr = 3, READABLE
            entry.compress_type = zipfile.ZIP_STORED if path.endswith(PACKED) else zipfile.ZIP_DEFLATED
            archive.writestr(entry, data, compresslevel=9)


def _contents(folder: Path, manifest: dict[str, Any]) -> Iterator[tuple[str, bytes]]:
    """Every file of the archive by its path inside."""
    results = list(_results(folder))
    if sum(path.stat().st_size for path in results) > MOST_BYTES:
        raise ConfigError(
            f"{folder}: more than 2 GB; pack it with a tool for large archives, or run without tables of agents"
        )
    for path in results:
        yield f"results/{path.relative_to(folder).as_posix()}", path.read_bytes()
    yield "experiment.json", (json.dumps(manifest["configuration"], indent=1, ensure_ascii=False) + "\n").encode()
    yield "dictionary.csv", _dictionary(manifest)
    yield "README.md", _readme(manifest).encode()
    for name in EXPLAINED:
        yield f"docs/{name}", document(name).read_bytes()
    for name in BESIDE:
        yield name, document(name).read_bytes()


def _results(folder: Path) -> Iterator[Path]:
    """The files of a results folder, without hidden and half-written ones."""
    for path in sorted(folder.rglob("*")):
        parts = path.relative_to(folder).parts
        hidden = parts[0] == PARTS or any(part.startswith(".") for part in parts)
        if path.is_file() and not path.is_symlink() and not hidden:
            yield path


def document(name: str) -> Path:
    """A page, the licence or the citation: in the installed package, or in the checkout."""
    package = Path(str(files("abm")))
    checkout = package.parent / ("docs" if name.endswith(".md") else "")
    for place in (package / "docs", checkout):
        if (place / name).is_file():
            return place / name
    raise ConfigError(f"{name}: not found beside the package; install it anew")


def _dictionary(manifest: dict[str, Any]) -> bytes:
    """The columns of runs and series."""
    about = io.StringIO(newline="")
    lines = csv.writer(about, lineterminator="\n")
    lines.writerow(("column", "unit", "group", "better", "at the end", "meaning"))
    keys = {
        "case": "the case's name",
        "design": "the design's name",
        "seed": "the paired block: the same seed, the same families and luck",
        "status": "done, or why a run did not come to its end",
        "month": "months since the start; 0 is the start",
    }
    keys |= dict.fromkeys(manifest["configuration"]["factors"], "a factor of the experiment")
    for name, meaning in keys.items():
        lines.writerow((name, "", "key", "", "", meaning))
    for one in manifest["metrics"]:
        lines.writerow((one["name"], one["unit"], one["group"], one["direction"], one["at_end"], one["meaning"]))
    return about.getvalue().encode()


def _readme(manifest: dict[str, Any]) -> str:
    """What the archive is, and how to read it and run it again."""
    asked = manifest["configuration"]
    versions = ", ".join(f"{name} {version}" for name, version in manifest["versions"].items())
    sizes = {name: len(asked[name]) for name in ("designs", "cases", "seeds")}
    counts = ", ".join(f"{size} {name if size != 1 else name[:-1]}" for name, size in sizes.items())
    about = " ".join(asked["description"].split())
    return f"""# {asked["title"] or asked["name"]}
{about and f"{chr(10)}{about}{chr(10)}"}
{counts}; designs under one seed are paired. Results of an agent-based
model that explains mechanisms: **not a forecast**. More than half of its numbers are assumed; `docs/parameters.md` says which.

- `results/`: a row a run (`runs.parquet`), a row a month (`series.parquet`), tables (CSV), figures, manifest
- `experiment.json`: the whole configuration. `dictionary.csv`: every column with unit and meaning
- `docs/odd.md`: the model by the ODD protocol. `CITATION.cff`, `LICENSE`

Made with {versions}; the model's code has hash {manifest["code"]}. In Python, with that version:

    import json, abm
    from abm.config import Experiment
    results = abm.Results.load("results")
    again = abm.batch(Experiment.model_validate_json(open("experiment.json").read()), out="again")
"""
