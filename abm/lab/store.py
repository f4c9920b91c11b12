"""A results folder: what was asked in full, and every finished run, whatever happens on the way.

    manifest.json    resolved configuration, versions, metrics, seeds, and the checksum of every data file
    parts/           series of runs finished so far, while a batch is at work or after it was interrupted
    series.parquet   keys, month (0 = start), metrics; sorted by keys
    runs.parquet     one row per run: keys, seed, status, each metric at the end; sorted by keys

A file is written under a temporary name, synced, renamed, and the folder synced, and counts only with its checksum in
the manifest. So after a crash, a kill or a full disk a file is either there and whole, or not there. The data files
hold no clock and no order of finishing: the same experiment gives the same bytes on any number of workers.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import time
import warnings
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from abm.case import Case
from abm.config import ConfigError
from abm.metrics import METRICS, at_end

if TYPE_CHECKING:
    import pyarrow as pa

    from abm.config import Arm

try:
    import fcntl
except ImportError:  # Windows: no lock, so two writers on one folder are not noticed there
    fcntl = None  # type: ignore[assignment]

FORMAT = 1  # of the folder
FLUSH_SECONDS = 0.5  # at most this much finished work is lost in a crash
FLUSH_RUNS = 200  # and a part holds no more runs than this
OURS = ("runs.parquet", "series.parquet", "parts", "tables", "figures", "manifest.json")  # what fresh=True removes
DONE = "done"  # the status of a run that came to its end; any other begins with "failed: " and says why


class Run(NamedTuple):
    """A run that is over: its place in the plan, how it ended, its months × metrics, and its metrics at the end."""

    arm: int
    seed: int
    status: str
    series: np.ndarray | None
    at_end: np.ndarray | None


def values_at_end(matrix: np.ndarray, case: Case) -> np.ndarray:
    """Each metric at the end of a run given as months × metrics."""
    found = at_end({metric.name: matrix[:, place] for place, metric in enumerate(METRICS)}, case)
    return np.array([found[metric.name] for metric in METRICS])


@dataclass(frozen=True)
class Plan:
    """What a folder is to hold: every arm under every seed."""

    factors: tuple[str, ...]
    arms: Sequence[Arm]
    seeds: tuple[int, ...]
    metrics: tuple[str, ...]

    @property
    def keys(self) -> tuple[str, ...]:
        """Columns that name a run, in the order by which tables are sorted."""
        return ("case", "design", *self.factors, "seed")

    @cached_property
    def columns(self) -> dict[str, list[Any]]:
        """Case, design and factors of each arm, column by column; a factor of mixed kinds is kept as text."""
        found: dict[str, list[Any]] = {
            "case": [arm.case.name for arm in self.arms], "design": [arm.design.name for arm in self.arms]
        }  # fmt: skip
        for factor in self.factors:
            values = [arm.factors[factor] for arm in self.arms]
            numbers = all(isinstance(value, int | float) and not isinstance(value, bool) for value in values)
            alike = numbers or len({type(value) for value in values}) == 1
            found[factor] = values if alike else [str(value) for value in values]
        return found


def digest(data: bytes) -> str:
    """The checksum that the manifest keeps of a file."""
    return hashlib.sha256(data).hexdigest()


def code_hash() -> str:
    """A hash of the sources that the numbers come from: all of the package but laboratory, figures and command line."""
    package = Path(__file__).parents[1]
    sources = hashlib.sha256()
    for path in sorted(package.rglob("*.py")):
        name = path.relative_to(package).as_posix()
        if not name.startswith(("lab/", "show/")) and name not in ("cli.py", "__init__.py"):
            sources.update(name.encode() + b"\0" + path.read_bytes())
    return sources.hexdigest()[:16]


def sync_folder(folder: Path) -> None:
    """Make a rename in `folder` survive a power cut."""
    if os.name == "posix":
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def write_whole(path: Path, write: Callable[[Path], object]) -> str:
    """Let `write` make a file under a temporary name, then put it in its place; returns its checksum."""
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        write(temporary)
        with temporary.open("r+b") as file:
            checksum = digest(file.read())
            os.fsync(file.fileno())
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)
    sync_folder(path.parent)
    return checksum


def write_table(table: pa.Table, path: Path) -> str:
    """Write a table as Parquet, whole or not at all; returns its checksum."""
    import pyarrow.parquet as pq

    return write_whole(path, lambda to: pq.write_table(table, to, compression="zstd", write_page_checksum=True))


def read_verified(folder: Path, name: str, checksum: str) -> pa.Table:
    """A data file of a folder; raises ConfigError where it is missing or not what was written."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    path = folder / name
    try:
        data = path.read_bytes()
    except OSError as error:
        raise ConfigError(f"{path}: cannot be read ({error.strerror})") from None
    if digest(data) != checksum:
        raise ConfigError(f"{path}: damaged or changed since it was written (its checksum is not the manifest's)")
    return pq.read_table(pa.BufferReader(data))


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


class Store:
    """The one writer of a results folder, from opening to `finish`; use it in a `with` statement.

    Raises ConfigError where the folder belongs to somebody else: another configuration, other code, another writer, or
    no results at all.
    """

    def __init__(self, folder: Path, plan: Plan, description: dict[str, Any], *, fresh: bool = False) -> None:
        self.folder, self.plan = folder, plan
        self.rows: dict[tuple[int, int], np.ndarray] = {}
        self.failed: dict[tuple[int, int], str] = {}
        self._waiting: list[Run] = []
        self._flushed = time.monotonic()
        self._arms = {arm: number for number, arm in enumerate(zip(*plan.columns.values(), strict=True))}
        self._lock = _lock(folder)
        try:
            self.manifest = self._open(description, fresh)
            self._recall()
        except BaseException:
            self.close()
            raise

    def __enter__(self) -> Store:
        return self

    def __exit__(self, *error: object) -> None:
        try:
            self.flush()
        finally:
            self.close()

    def close(self) -> None:
        """Let go of the folder."""
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None

    def missing(self) -> list[tuple[int, int]]:
        """Runs still to be done, as (arm, seed): all arms of a seed before the next seed, as pairs are compared."""
        return [
            (arm, seed)
            for seed in self.plan.seeds
            for arm in range(len(self.plan.arms))
            if (arm, seed) not in self.rows
        ]

    def add(self, run: Run) -> None:
        """Keep a run; it is on disk at the next flush, which comes by itself every half second."""
        if run.series is None or run.at_end is None:
            self.failed[run.arm, run.seed] = run.status
            return
        self.rows[run.arm, run.seed] = run.at_end
        self._waiting.append(run)
        if len(self._waiting) >= FLUSH_RUNS or time.monotonic() - self._flushed >= FLUSH_SECONDS:
            self.flush()

    def flush(self) -> None:
        """Write the finished runs that are not on disk yet, as one more part."""
        if self._waiting:
            number = 1 + max(
                (int(name[-12:-8]) for name in self.manifest["files"] if name.startswith("parts/")), default=0
            )
            name = f"parts/part-{number:04}.parquet"
            self.manifest["files"][name] = write_table(self._series_table(self._waiting), self.folder / name)
            self.manifest["files"].pop("runs.parquet", None)  # it lacks these runs: the folder is unfinished again
            self._write_manifest()
            self._waiting = []
        self._flushed = time.monotonic()

    def finish(self, finished_at: str) -> None:
        """Put everything into the two final files, sorted, and drop the parts."""
        import pyarrow as pa

        self.flush()
        tables = [read_verified(self.folder, name, checksum) for name, checksum in self._series_files()]
        series = pa.concat_tables(tables) if tables else self._series_table([])
        order = [(key, "ascending") for key in (*self.plan.keys, "month")]
        files = {
            "series.parquet": write_table(series.sort_by(order), self.folder / "series.parquet"),
            "runs.parquet": write_table(self._runs_table().sort_by(order[:-1]), self.folder / "runs.parquet"),
        }
        parts = [name for name in self.manifest["files"] if name.startswith("parts/")]
        self.manifest.update(files=files, finished=finished_at)
        self.manifest["runs"] = {"planned": len(self.plan.arms) * len(self.plan.seeds), "failed": len(self.failed)}
        self._write_manifest()
        for name in parts:
            (self.folder / name).unlink(missing_ok=True)
        _remove(self.folder / "parts")

    @property
    def complete(self) -> bool:
        """Every planned run is done and in the final files."""
        return "runs.parquet" in self.manifest["files"] and not self._waiting and not self.missing()

    def _open(self, description: dict[str, Any], fresh: bool) -> dict[str, Any]:
        description = json.loads(json.dumps(description))
        if (self.folder / "manifest.json").exists():
            if fresh:
                for name in OURS:
                    _remove(self.folder / name)
            else:
                manifest = read_manifest(self.folder)
                _refuse_other(self.folder, manifest, description)
                manifest["configuration"] = description["configuration"]
                return manifest
        elif any(self.folder.iterdir()):
            raise ConfigError(
                f"{self.folder}: has files but no manifest.json, so it is not a results folder; choose another"
            )
        self.manifest = {"format": FORMAT, **description, "files": {}}
        self._write_manifest()
        return self.manifest

    def _write_manifest(self) -> None:
        text = json.dumps(self.manifest, indent=1, ensure_ascii=False)
        write_whole(self.folder / "manifest.json", lambda to: to.write_text(text + "\n", encoding="utf-8"))

    def _series_files(self) -> list[tuple[str, str]]:
        return [(name, checksum) for name, checksum in self.manifest["files"].items() if name != "runs.parquet"]

    def _recall(self) -> None:
        """Take up the runs that are there; a damaged file is left out, with a warning, and its runs are done again."""
        for name, checksum in self._series_files():
            try:
                table = read_verified(self.folder, name, checksum)
            except ConfigError as error:
                warnings.warn(f"{error}; its runs are done again", stacklevel=2)
                self.manifest["files"].pop(name)
                self.manifest["files"].pop("runs.parquet", None)
                continue
            self._recall_runs(table)

    def _recall_runs(self, table: pa.Table) -> None:
        values = np.column_stack([table[name].to_numpy() for name in self.plan.metrics])
        starts = np.flatnonzero(table["month"].to_numpy() == 0)
        for first, last in zip(starts, [*starts[1:], len(values)], strict=True):
            *arm, seed = (table[key][int(first)].as_py() for key in self.plan.keys)
            number = self._arms[tuple(arm)]
            self.rows[number, seed] = values_at_end(values[first:last], self.plan.arms[number].case)

    def _key_columns(self, runs: Sequence[tuple[int, int]], repeat: Iterable[int]) -> dict[str, Any]:
        """The columns that name runs; each (arm, seed) stands as often as `repeat` says."""
        import pyarrow as pa

        counts = np.fromiter(repeat, int, len(runs))
        columns: dict[str, Any] = {}
        numbers = np.repeat(np.array([arm for arm, _ in runs], dtype=np.int64), counts)
        for key, values in self.plan.columns.items():
            columns[key] = pa.array(values).take(pa.array(numbers))
        columns["seed"] = np.repeat(np.array([seed for _, seed in runs], dtype=np.int64), counts)
        return columns

    def _series_table(self, runs: Sequence[Run]) -> pa.Table:
        import pyarrow as pa

        lengths = [len(run.series) for run in runs if run.series is not None]
        columns = self._key_columns([(run.arm, run.seed) for run in runs], lengths)
        columns["month"] = np.concatenate([np.arange(n) for n in lengths] or [np.zeros(0, np.int64)])
        values = np.concatenate(
            [run.series for run in runs if run.series is not None] or [np.zeros((0, len(self.plan.metrics)))]
        )
        columns |= {name: np.ascontiguousarray(values[:, place]) for place, name in enumerate(self.plan.metrics)}
        return pa.table(columns)

    def _runs_table(self) -> pa.Table:
        import pyarrow as pa

        keys = [*self.rows, *self.failed]
        columns = self._key_columns(keys, [1] * len(keys))
        columns["status"] = pa.array([DONE] * len(self.rows) + list(self.failed.values()), pa.string())
        nothing = np.full(len(self.plan.metrics), np.nan)
        values = np.array([self.rows.get(key, nothing) for key in keys]).reshape(-1, len(self.plan.metrics))
        columns |= {name: np.ascontiguousarray(values[:, place]) for place, name in enumerate(self.plan.metrics)}
        return pa.table(columns)


def _lock(folder: Path) -> int | None:
    """Lock a folder, made where it is missing, for this process; the lock goes with the process, however it ends."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except (FileExistsError, NotADirectoryError):
        raise ConfigError(f"{folder}: is not a folder, so results cannot be written there") from None
    except OSError as error:
        raise ConfigError(f"{folder}: cannot be made ({error.strerror})") from None
    if not os.access(folder, os.W_OK | os.X_OK):
        raise ConfigError(f"{folder}: cannot be written to")
    if fcntl is None:
        return None
    handle = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(handle)
        raise ConfigError(f"{folder}: another batch is writing there; wait for it or choose another folder") from None
    return handle


def _remove(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


def _refuse_other(folder: Path, manifest: dict[str, Any], description: dict[str, Any]) -> None:
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
