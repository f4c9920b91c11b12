"""A results folder: what was asked, and every finished run, whatever happens on the way.

    manifest.json    resolved configuration, versions, source hash, metrics, seeds, machine, times, checksums
    parts/           while a batch is at work or after it was interrupted: what finished runs left, and `journal.jsonl` with
                     the checksums of the parts
    series.parquet   keys, month (0 = start), metrics; sorted by keys
    runs.parquet     a row for each run: keys, status, each metric at the end; sorted by keys
    twins.parquet    the same rows, with status and metrics of each run's block twin, and `twin`, the number of its arm
    agents/          tables of agents, if asked for: keys, then their columns (`abm/lab/agent_columns.py`); sorted by keys

A file is written under a temporary name, synced, renamed, and the folder synced, and counts only with its checksum. So
after a crash, a kill or a full disk a file is either there and whole, or not there. Runs go by the key of their arm (a
hash of code, case, design and factors) and their seed, so a folder may be extended. The data files hold no clock and no
order of finishing: the same experiment gives the same bytes on any number of workers.
"""

from __future__ import annotations

import json
import os
import time
import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from abm.config import ConfigError
from abm.lab.columns import OF_RUNS, needed_bytes, part_tables
from abm.lab.files import (
    forget_temporary,
    free_bytes,
    lock,
    move_into_place,
    remove,
    verified,
    write_arrow,
    write_table,
)
from abm.lab.finish import Ordered, write_agents, write_ends, write_series
from abm.lab.journal import Journal, Part
from abm.lab.manifest import NEXT, is_extension, new_manifest, read_manifest, refuse_other, write_manifest
from abm.lab.plan import DONE, Plan, Run
from abm.lab.sources import Finished, Source

FLUSH_SECONDS = 0.25  # at most this much finished work is lost in a crash
FLUSH_BYTES = 32 * 2**20  # and no more than this waits in memory
SPACE = 3  # bytes on the disk for each byte of numbers, while parts, scratch and final files are there
OURS = (  # what fresh=True removes
    "runs.parquet", "series.parquet", "twins.parquet", "parts", NEXT, "agents", "tables", "figures", "analysis",
    "dictionary.csv", "report.html", "manifest.json",
)  # fmt: skip


class Store:
    """The one writer of a results folder, from opening to `finish`; use it in a `with` statement.

    Raises ConfigError where the folder belongs to somebody else: another configuration, other code, another writer, or
    no results at all; and where it cannot be written to, or the runs would not fit on the disk.
    """

    def __init__(self, folder: Path, plan: Plan, description: dict[str, Any], *, fresh: bool = False) -> None:
        self.folder, self.plan = folder, plan
        self.failed: dict[tuple[int, int], str] = {}
        self._seeds = np.sort(np.array(plan.seeds, np.int64))
        shape = (len(plan.all_arms), len(plan.seeds))
        self.done, self._from_source = np.zeros(shape, bool), np.full(shape, -1, np.int32)
        self._sources: list[Source] = []
        self._waiting: list[Run] = []
        self._waiting_bytes = 0
        self._flushed = time.monotonic()
        made = not folder.exists()
        self._lock = lock(folder)
        self._journal: Journal | None = None
        try:
            self.manifest = self._open(description, fresh)
            self._recall()
            self._check_space()
            self._rehearse()
            write_manifest(self.folder, self.manifest)
        except BaseException:
            self.close()
            if made and not any(folder.iterdir()):
                folder.rmdir()
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
        if self._journal is not None:
            self._journal.close()
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None

    def begin(self, session: dict[str, Any]) -> None:
        """Note in the manifest that a session is at work on what is missing: when, on which machine, by which engine."""
        self.manifest["sessions"].append(session)
        write_manifest(self.folder, self.manifest)

    def missing(self) -> list[tuple[int, int]]:
        """Runs still to be done, as (arm, seed): all arms of a seed before the next seed, as pairs are compared."""
        ranks = np.searchsorted(self._seeds, np.array(self.plan.seeds, np.int64))
        places, arms = np.nonzero(~self.done[:, ranks].T)
        seeds = self.plan.seeds
        return [(arm, seeds[place]) for arm, place in zip(arms.tolist(), places.tolist(), strict=True)]

    def add(self, run: Run) -> None:
        """Keep a run; it is on disk at the next flush, which comes by itself every quarter of a second."""
        if run.status == DONE:
            self.done[run.arm, self._rank(run.seed)] = True
            self.failed.pop((run.arm, run.seed), None)
        else:
            self.failed[run.arm, run.seed] = run.status
        self._waiting.append(run)
        self._waiting_bytes += (run.series.nbytes if run.series is not None else 0) + 8 * len(self.plan.metrics)
        self._waiting_bytes += sum(table.nbytes for table in (run.tables or {}).values())
        self.flush_if_due()

    def flush_if_due(self) -> None:
        """Flush where that has been a while ago, or much is waiting."""
        if self._waiting_bytes >= FLUSH_BYTES or time.monotonic() - self._flushed >= FLUSH_SECONDS:
            self.flush()

    def flush(self) -> None:
        """Write the finished runs that are not on disk yet, as one more part."""
        if self._waiting:
            assert self._journal is not None
            if self.manifest.get("finished"):  # it lacks these runs: the folder is unfinished again
                self.manifest["finished"] = None
                write_manifest(self.folder, self.manifest)
            number = 1 + sum(map(_number, self._journal.parts[-1:]))
            tables = part_tables(self.plan, self._waiting)
            part = {}
            for kind, table in tables.items():
                name = f"parts/{number:06}-{kind}.{'arrow' if kind == OF_RUNS else 'parquet'}"
                part[name] = (write_arrow if kind == OF_RUNS else write_table)(table, self.folder / name)
            self._journal.append(part)
            self._take(part, self._waiting)
            self._waiting, self._waiting_bytes = [], 0
        self._flushed = time.monotonic()

    def finish(self, finished_at: str) -> None:
        """Put everything into the final files, sorted, and drop the parts."""
        self.flush()
        ordered, staged = Ordered(self.plan, self._from_source, self.done), self.folder / NEXT
        remove(staged)
        written = {"series.parquet": write_series(ordered, self._sources, staged / "series.parquet")}
        for table in self.plan.tables:
            name = f"agents/{table}.parquet"
            written[name] = write_agents(ordered, self._sources, table, staged / name)
        written |= write_ends(ordered, self._sources, self.failed, staged)
        self.manifest.update(files=written, finished=finished_at)
        self.manifest["runs"] = {"planned": self.plan.runs, "failed": len(self.failed)}
        write_manifest(self.folder, self.manifest)
        move_into_place(staged, self.folder, written)
        assert self._journal is not None
        self._journal.close()
        remove(self.folder / "parts")
        remove(staged)

    @property
    def complete(self) -> bool:
        """Every planned run is done and in the final files."""
        return bool(self.manifest.get("finished")) and not self._waiting and bool(self.done.all())

    def _open(self, description: dict[str, Any], fresh: bool) -> dict[str, Any]:
        description = json.loads(json.dumps(description))
        there = (self.folder / "manifest.json").exists()
        if there and fresh:
            for name in OURS:
                remove(self.folder / name)
        elif there:
            manifest = read_manifest(self.folder)
            refuse_other(self.folder, manifest, description)
            move_into_place(self.folder / NEXT, self.folder, manifest["files"])
            if is_extension(manifest, description):
                manifest["finished"] = None
            return manifest | {key: description[key] for key in ("configuration", "arms", "own_arms", "twins")}
        elif any(self.folder.iterdir()):
            raise ConfigError(
                f"{self.folder}: has files but no manifest.json, so it is not a results folder; choose another"
            )
        return new_manifest(description)

    def _recall(self) -> None:
        """Take up the runs that are there; a damaged file is left out, with a warning, and its runs are done again."""
        forget_temporary(self.folder)
        remove(self.folder / NEXT)
        self._recall_finished()
        self._journal = Journal(self.folder / "parts")
        if self._journal.damaged:
            warnings.warn(f"{self.folder}/parts: damaged lines in the journal; their runs are done again", stacklevel=2)
        good = []
        for part in self._journal.parts:
            try:
                for name, checksum in part.items():
                    verified(self.folder, name, checksum)
                if OF_RUNS not in map(_kind, part):
                    raise ConfigError(f"{self.folder / next(iter(part))}: written by an older version")
            except ConfigError as error:
                warnings.warn(f"{error}; its runs are done again", stacklevel=2)
                continue
            self._take(part)
            self._note(self._sources[-1])
            good.append(part)
        if len(good) < len(self._journal.parts):
            self._journal.rewrite(good)
        self._forget_strangers({name for part in good for name in part})

    def _recall_finished(self) -> None:
        """The same for the final files, which are left out together, but for those of the twins."""
        files = {_kind(name): (name, checksum) for name, checksum in self.manifest["files"].items()}
        damaged = set()
        for kind, (name, checksum) in files.items():
            try:
                verified(self.folder, name, checksum)
            except ConfigError as error:
                damaged.add(kind)
                warnings.warn(f"{error}; its runs are done again", stacklevel=2)
        kept = set(files) - {"twins"} if damaged == {"twins"} else set(files)
        if damaged - {"twins"}:
            kept = set() if damaged & {"runs", "twins"} else {"runs", "twins"} & set(files)
        files = {kind: files[kind] for kind in kept}
        self._sources = [Finished(self.folder, files, self.plan)]
        self._note(self._sources[0])
        if damaged:
            self.manifest |= {"files": dict(files.values()), "finished": None}

    def _note(self, source: Source) -> None:
        """Note the runs of the last source as done."""
        for rows in source.rows(ends=False):
            done = np.isin(rows.seeds, self._seeds) & np.array([status == DONE for status in rows.statuses], bool)
            arms, places = rows.arms[done], np.searchsorted(self._seeds, rows.seeds[done])
            self.done[arms, places] = True
            self._from_source[arms, places] = len(self._sources) - 1

    def _forget_strangers(self, ours: set[str]) -> None:
        """Remove parts that the journal does not know: their process was killed before it could say so."""
        parts = self.folder / "parts"
        if parts.is_dir():
            forget_temporary(parts)
            for path in (*parts.glob("*.parquet"), *parts.glob("*.arrow")):
                if f"parts/{path.name}" not in ours:
                    path.unlink()

    def _check_space(self) -> None:
        """Refuse, before the first run, what would not fit on the disk."""
        needed, free = SPACE * needed_bytes(self.plan, (~self.done).sum(axis=1)), free_bytes(self.folder)
        if needed > free:
            words = f"the runs need up to {needed / 1e9:,.1f} GB until they are sorted, {free / 1e9:,.1f} GB are free"
            raise ConfigError(f"{self.folder}: {words}; ask for fewer seeds, thin the series with [keep], or use --out")

    def _rehearse(self) -> None:
        """Write a part without runs: what that needs is imported now, and not while the first runs wait to be on disk."""
        path = self.folder / ".rehearsal.0"
        write_arrow(part_tables(self.plan, [])[OF_RUNS], path)
        path.unlink()

    def _take(self, part: Part, runs: Sequence[Run] = ()) -> None:
        """Count a part among the sources, with what it holds."""
        files = {_kind(name): (name, checksum) for name, checksum in part.items()}
        for run in runs:
            if run.status == DONE:
                self._from_source[run.arm, self._rank(run.seed)] = len(self._sources)
        self._sources.append(Source(self.folder, files, self.plan))

    def _rank(self, seed: int) -> int:
        return int(np.searchsorted(self._seeds, seed))


def _kind(name: str) -> str:
    """What a file holds: runs, series, twins, or a table of agents; of a part all that runs left but those tables."""
    stem = Path(name).stem
    return stem.partition("-")[2] if name.startswith("parts/") else stem


def _number(part: Part) -> int:
    return int(Path(next(iter(part))).name.partition("-")[0])
