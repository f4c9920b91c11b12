"""Batches to which something happens: real processes with a stand-in for the engine, and what they must leave.

Every batch here is the same, two designs with their twins under some seeds; `reference()` is what it gives undisturbed.
"""

from __future__ import annotations

import contextlib
import functools
import os
import signal
import subprocess
import sys
import tempfile
import time
import warnings
from pathlib import Path

import numpy as np
import pytest
from conftest import put_in_place

from abm.config import Experiment, load_case, load_design
from abm.lab.batches import How, description, plan_of, run_batch
from abm.lab.journal import Journal
from abm.lab.manifest import read_manifest
from abm.lab.store import Store

ROOT = Path(__file__).parents[1]
SEEDS = 12
DESIGN = "social_impact_bond"
TOML = """case = "generic"
designs = ["social_impact_bond", "provider_financed_pbr"]
seeds = {seeds}
months = 20
[set]
"case.families" = 40
"""


def experiment(seeds=SEEDS, **changes):
    """The batch as a value, of the name that its file gives it."""
    designs = tuple(map(load_design, (DESIGN, "provider_financed_pbr")))
    case, settings = load_case("generic"), {"case.families": 40}
    asked = {"name": "asked", "cases": (case,), "designs": designs, "seeds": seeds, "months": 20, "set": settings}
    return Experiment(**asked | changes)


def here(folder, seeds=SEEDS, fault="none:none:0", **how):
    """The batch in this process (or workers of it), with a fault; returns the counts that were told."""
    told, tell = [], how.pop("tell", lambda *_: None)
    with pytest.MonkeyPatch.context() as patch, warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        put_in_place(patch)
        patch.setenv("FAULT", fault)
        asked = how.pop("asked", None) or experiment(seeds)
        fresh = how.pop("fresh", False)
        run_batch(
            asked, folder, How(**{"workers": 1, **how}), fresh, lambda *counts: (told.append(counts), tell(*counts))
        )
    return told


@functools.cache
def reference(seeds=SEEDS):
    """The checksums of the files of the undisturbed batch."""
    with tempfile.TemporaryDirectory() as folder:
        here(Path(folder) / "r", seeds)
        return read_manifest(Path(folder) / "r")["files"]


def same(folder, seeds=SEEDS):
    """Whether a folder holds, byte for byte, what the undisturbed batch gives."""
    return read_manifest(folder)["files"] == reference(seeds)


def finish(folder, seeds=SEEDS):
    """Resume; returns how many runs were there already."""
    told = here(folder, seeds)
    return told[0][0] if told else 4 * seeds


def program(folder, seeds=SEEDS, *words, fault="none:none:0", pace=0.0, **more):
    """Begin the batch as a program of its own: `obc batch`, with its output in pipes."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    file = folder.parent / "asked.toml"
    file.write_text(TOML.format(seeds=seeds))
    environment = {
        **os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT), str(ROOT / "tests")]), "FAULT": fault, "PACE": str(pace),
        "NO_REPORTS": "1", "MARKS": str(folder.parent / "marks"), **more.pop("environment", {}),
    }  # fmt: skip
    command = [
        *more.pop("before", []),
        sys.executable,
        str(ROOT / "tests/obc_fake.py"),
        "batch",
        str(file),
        "--out",
        str(folder),
        *words,
    ]
    limit = more.pop("limit", lambda: None)
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, **more}

    def begin():
        """What is tested hears a closing terminal, though the tests themselves may run where that is ignored."""
        signal.signal(signal.SIGHUP, signal.SIG_DFL)
        limit()

    return subprocess.Popen(command, env=environment, text=True, preexec_fn=begin, **pipes)


def patience(seconds):
    """Seconds on a machine that does nothing else; more where others are at work on it."""
    return seconds * max(1.0, os.getloadavg()[0] / (os.cpu_count() or 1))


def marks(folder):
    """The runs that were over, as (design, seed), each with the time."""
    try:
        lines = (folder.parent / "marks").read_text().splitlines()
    except FileNotFoundError:
        return {}
    return {(design, int(seed)): float(when) for design, seed, when in (line.split() for line in lines)}


def wait_for(condition, seconds=60.0):
    """Wait until something is so."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if condition():
            return
        time.sleep(0.01)
    raise AssertionError("what was waited for did not come")


def children(pid):
    """Processes that a process has started."""
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if int(fields[1]) == pid and fields[0] != "Z":
            found.append(int(stat.parent.name))
    return found


def alive(pids):
    """Those that are still at work."""
    found = []
    for pid in pids:
        try:
            state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
        except OSError:
            continue
        if state != "Z":
            found.append(pid)
    return found


def kept(folder, seeds=SEEDS):
    """The runs that a folder holds, as (design, seed)."""
    with pytest.MonkeyPatch.context() as patch:
        put_in_place(patch)
        asked = experiment(seeds)
        plan = plan_of(asked)
        with Store(folder, plan, description(asked, plan)) as store:
            arms, places = np.nonzero(store.done)
            designs = [arm.design.name for arm in plan.all_arms]
            return {(designs[arm], plan.seeds[place]) for arm, place in zip(arms, places, strict=True)}


def kill_parent(folder, seeds, after, fault="none:none:0", pace=0.02):
    """Kill a batch by SIGKILL once so many runs are over: no orphan after 2 s, no work lost that is older than a second.

    Both by `patience`. What an earlier kill lost is not held against this one, but what was kept before it must be.
    """
    before, start = kept(folder, seeds) if folder.exists() else set(), time.monotonic()
    with program(folder, seeds, "--workers", "2", fault=fault, pace=pace) as process:
        wait_for(lambda: len(marks(folder)) >= after or process.poll() is not None)
        workers = children(process.pid)
        process.send_signal(signal.SIGKILL)
        killed = time.monotonic()
        process.communicate()
    wait_for(lambda: not alive(workers), killed + patience(2.0) - time.monotonic())
    over = {run for run, when in marks(folder).items() if start < when < killed - patience(1.0)}
    lost = (over | before) - kept(folder, seeds)
    assert not lost, lost


def kill_workers(folder, seeds, kills, pace=0.005):
    """Kill workers of a batch, one after the other, each when some run was over since; returns how many were killed."""
    killed = 0
    with program(folder, seeds, "--workers", "2", pace=pace) as process:
        over = 0
        while killed < kills and process.poll() is None:
            wait_for(lambda over=over: len(marks(folder)) > over or process.poll() is not None)
            over = len(marks(folder))
            workers = children(process.pid)
            if workers:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(workers[killed % len(workers)], signal.SIGKILL)
                    killed += 1
        _, err = process.communicate(timeout=300)
        assert process.returncode == 0, err
    return killed


def parts_of(folder):
    """Checksums in the journal of an unfinished folder."""
    journal = Journal(folder / "parts")
    journal.close()
    return {name: checksum for part in journal.parts for name, checksum in part.items()}


def begin(folder, after, seeds=SEEDS):
    """A folder in which so many runs are done, each in a part of its own."""

    def stop(over, planned, failed):
        if over == after:
            raise KeyboardInterrupt

    with pytest.MonkeyPatch.context() as patch:
        put_in_place(patch)
        patch.setattr("abm.lab.store.FLUSH_SECONDS", 0.0)
        with pytest.raises(KeyboardInterrupt):
            run_batch(experiment(seeds), folder, How(1), False, stop)
