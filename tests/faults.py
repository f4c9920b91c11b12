"""The kinds of faults, a function each: it makes the fault happen in a folder and raises unless all is as it must be."""

from __future__ import annotations

import json
import os
import random
import resource
import shutil
import signal
import subprocess
import sys
import time
import warnings
from pathlib import Path

import faulty
import pytest
from faulty import DESIGN, SEEDS

from abm.config import ConfigError
from abm.lab.manifest import read_manifest
from abm.lab.results import Results
from abm.lab.workers import LocalWorkers, WorkersWillNotStart

RUNS = 4 * SEEDS  # two designs and their twins
KINDS = {}  # name → function, for the table and the tests


def kind(what, slow=False):
    """A kind of fault, by what the table calls it; `slow` ones are left out of `make test`."""

    def note(function):
        KINDS[what] = function
        function.slow = slow
        return function

    return note


def statuses(folder):
    """Seeds and statuses of the runs that failed."""
    runs = Results.load(folder).runs
    failed = runs[runs["status"] != "done"]
    return {
        (design, seed): status for design, seed, status in failed[["design", "seed", "status"]].itertuples(index=False)
    }


def one_row_fails(folder, fault, said, workers=1, **how):
    """A fault in one run is a row that says why; all other runs are done; later that run is done alone."""
    faulty.here(folder, fault=f"{fault}:{DESIGN}:3", workers=workers, **how)
    found = statuses(folder)
    assert list(found) == [(DESIGN, 3)], found
    assert said in found[DESIGN, 3], found
    assert faulty.finish(folder) == RUNS - 1
    assert faulty.same(folder)


# ---- in a run


@kind("an exception in a run")
def exception(folder):
    one_row_fails(folder, "exception", "ValueError: no such luck")


@kind("an exception that cannot be pickled")
def unpicklable(folder):
    one_row_fails(folder, "unpicklable", "Unpicklable: held by a lambda", workers=2)


@kind("an exception that cannot be printed")
def unsayable(folder):
    one_row_fails(folder, "unsayable", "failed: Unsayable")


@kind("SystemExit in a run")
def system_exit(folder):
    one_row_fails(folder, "system_exit", "SystemExit: no more")


@kind("endless recursion")
def recursion(folder):
    one_row_fails(folder, "recursion", "RecursionError")


@kind("a worker out of memory (address space limited)")
def memory(folder):
    one_row_fails(folder, "memory", "Memory", workers=2)


@kind("os._exit in a run")
def exits(folder):
    one_row_fails(folder, "exit", "its process ended (exit code 3), 3 times", workers=2)


@kind("a run that always crashes its process (SIGSEGV)")
def segfault(folder):
    one_row_fails(folder, "segfault", "its process ended (SIGSEGV), 3 times", workers=2)


@kind("a run that aborts its process (SIGABRT)", slow=True)
def abort(folder):
    one_row_fails(folder, "abort", "its process ended (SIGABRT), 3 times", workers=2)


@kind("an endless run, with a limit of time")
def endless(folder):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("abm.lab.workers.LOADING", 4.0)
        one_row_fails(folder, "endless", "time limit of 1 s", workers=2, limit=1.0)


@kind("an endless loop in compiled code, with a limit of time", slow=True)
def endless_compiled(folder):
    one_row_fails(folder, "endless_compiled", "time limit of 1 s", workers=2, limit=1.0)


@kind("a run that prints to standard output")
def prints(folder):
    faulty.here(folder, fault=f"print:{DESIGN}:3", workers=2)
    assert faulty.same(folder)


# ---- to workers


@kind("a worker killed once (SIGKILL in a run)")
def killed_once(folder):
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("FAULT_MARK", str(folder.parent / "mark"))
        faulty.here(folder, fault=f"kill_once:{DESIGN}:3", workers=2)
    assert (folder.parent / "mark").exists()
    assert faulty.same(folder)


@kind("workers killed at random times (SIGKILL)", slow=True)
def killed_at_random(folder):
    seeds = 60
    assert faulty.kill_workers(folder, seeds, 10, pace=0.05) == 10
    assert faulty.same(folder, seeds)
    assert not statuses(folder)


@kind("Ctrl-C and SIGTERM that reach a worker", slow=True)
def signals_to_workers(folder):
    faulty.here(folder, fault=f"sigint:{DESIGN}:3", workers=2)  # ignored
    assert faulty.same(folder)
    shutil.rmtree(folder)
    one_row_fails(folder, "sigterm", "its process ended (SIGTERM), 3 times", workers=2)


@kind("a dask worker killed (SIGKILL)", slow=True)
def dask_worker_killed(folder):
    distributed = pytest.importorskip("distributed")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PACE", "0.05")
        with (
            distributed.LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None) as cluster,
            distributed.Client(cluster) as client,
        ):
            workers = list(client.run(os.getpid).values())
            kills = iter(workers[:1])

            def kill(over, *_counts):
                if over == RUNS // 4:
                    os.kill(next(kills), signal.SIGKILL)

            faulty.here(folder, engine="dask", scheduler=cluster.scheduler_address, tell=kill)
        assert not list(kills)
    assert not statuses(folder)
    assert faulty.same(folder)


@kind("an MPI rank killed (SIGKILL): the job ends, and the same command goes on", slow=True)
def mpi_rank_killed(folder):
    pytest.importorskip("mpi4py")
    if shutil.which("mpirun") is None:
        pytest.skip("there is no mpirun")
    allowed = {"OMPI_ALLOW_RUN_AS_ROOT": "1", "OMPI_ALLOW_RUN_AS_ROOT_CONFIRM": "1"}
    job = ["mpirun", "--oversubscribe", "-n", "3"]
    with faulty.program(folder, SEEDS, "--engine", "mpi", pace=0.1, before=job, environment=allowed) as process:
        faulty.wait_for(lambda: len(faulty.marks(folder)) >= RUNS // 2 or process.poll() is not None)
        time.sleep(1.0)
        ranks = sorted(faulty.children(process.pid))
        os.kill(ranks[-1], signal.SIGKILL)
        process.communicate(timeout=60)
        assert process.returncode
    faulty.wait_for(lambda: not faulty.alive(ranks), faulty.patience(2.0))  # mpirun does not wait for the last of them
    assert RUNS > faulty.finish(folder) >= RUNS // 4
    assert faulty.same(folder)


@kind("workers that cannot start")
def no_start(folder):
    with LocalWorkers(1, sys.exit) as workers, pytest.raises(WorkersWillNotStart, match="do not start"):
        workers.submit(os.getpid).result()


# ---- to the parent


@kind("the parent killed (SIGKILL)")
def parent_killed(folder):
    seeds = 60
    faulty.kill_parent(folder, seeds, 80)  # well over the quarter of a second after which runs are on disk
    assert faulty.finish(folder, seeds) > 0
    assert faulty.same(folder, seeds)


@kind("the parent killed while a worker is in compiled code", slow=True)
def parent_killed_compiled(folder):
    with faulty.program(folder, SEEDS, "--workers", "2", fault=f"endless_compiled:{DESIGN}:3") as process:
        faulty.wait_for(lambda: len(faulty.marks(folder)) > RUNS / 2)
        time.sleep(3.0)  # until only the endless loop turns; the rest of its unit waits behind it
        workers = faulty.children(process.pid)
        process.kill()
        process.communicate()
        time.sleep(2.0)
    assert workers
    assert not faulty.alive(workers)
    assert RUNS / 2 < faulty.finish(folder) < RUNS
    assert faulty.same(folder)


def stopped(folder, number, code, workers=2):
    """A signal to the parent while a run sleeps: it ends within 2 s by that code, without a traceback or orphans."""
    with faulty.program(folder, SEEDS, "--workers", str(workers), fault=f"sleep:{DESIGN}:12") as process:
        faulty.wait_for(lambda: len(faulty.marks(folder)) >= RUNS - 10)
        time.sleep(0.3)
        started = faulty.children(process.pid)
        process.send_signal(number)
        start = time.monotonic()
        _, err = process.communicate(timeout=30)
    assert time.monotonic() - start < faulty.patience(2.0)
    assert process.returncode == code, err
    assert "Traceback" not in err
    assert "the same command goes on from there" in err
    assert not faulty.alive(started)
    assert faulty.finish(folder) >= RUNS - 20
    assert faulty.same(folder)


@kind("Ctrl-C (SIGINT)")
def interrupted(folder):
    stopped(folder, signal.SIGINT, 130)


@kind("Ctrl-C without worker processes", slow=True)
def interrupted_alone(folder):
    stopped(folder, signal.SIGINT, 130, workers=1)


@kind("SIGTERM, as clusters send it", slow=True)
def terminated(folder):
    stopped(folder, signal.SIGTERM, 143)


@kind("the terminal closed (SIGHUP)", slow=True)
def hung_up(folder):
    with faulty.program(folder, SEEDS, "--workers", "2", fault=f"sleep:{DESIGN}:12") as process:
        faulty.wait_for(lambda: len(faulty.marks(folder)) >= RUNS - 10)
        time.sleep(1.0)
        workers = faulty.children(process.pid)
        process.send_signal(signal.SIGHUP)
        process.communicate()
        time.sleep(2.0)
    assert not faulty.alive(workers)
    assert faulty.finish(folder) >= RUNS - 10
    assert faulty.same(folder)


def crash_in(folder, patched):
    """Have the parent stop dead at a place while it puts the final files together; then the same command goes on."""
    faulty.begin(folder, RUNS // 2)

    def crash(*_args, **_keywords):
        if (folder / ".next").exists():
            raise KeyboardInterrupt

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(patched, crash)
        with pytest.raises(KeyboardInterrupt):
            faulty.here(folder)


@kind("a crash while the final files are put together")
def crash_in_finish(folder):
    crash_in(folder, "abm.lab.store.write_ends")
    with pytest.raises(ConfigError, match="interrupted"):
        Results.load(folder)
    assert faulty.finish(folder) == RUNS
    assert faulty.same(folder)


@kind("a crash between the manifest and the final files' move")
def crash_in_move(folder):
    crash_in(folder, "abm.lab.store.move_into_place")
    copy = folder.with_name("copy")
    shutil.copytree(folder, copy)
    assert len(Results.load(copy).series) == 2 * SEEDS * 21  # reading rolls it forward
    told = faulty.here(folder)
    assert told == [] or told[0][0] == RUNS
    assert faulty.same(folder)


@kind("a crash between the final files' move and the removal of the parts")
def crash_in_removal(folder):
    faulty.begin(folder, RUNS // 2)
    shutil.copytree(folder / "parts", folder.parent / "parts")
    faulty.finish(folder)
    shutil.copytree(folder.parent / "parts", folder / "parts")
    assert faulty.same(folder)
    assert faulty.here(folder) == []
    assert faulty.same(folder)


# ---- to the disk


@kind("the disk is full in the middle (size of files limited)")
def disk_full(folder):
    def limit():
        resource.setrlimit(resource.RLIMIT_FSIZE, (60_000, 60_000))

    with faulty.program(folder, 60, "--workers", "2", limit=limit) as process:
        _, err = process.communicate(timeout=60)
    assert process.returncode == 1, err
    assert "Traceback" not in err
    assert "File too large" in err
    assert "the same command goes on from there" in err
    faulty.finish(folder, 60)
    assert faulty.same(folder, 60)


@kind("the disk is full at the end, results of before are kept")
def disk_full_at_the_end(folder):
    faulty.here(folder, 6)

    def full(*_args):
        raise OSError(28, "No space left on device")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("abm.lab.finish.Scratch.put", full)
        with pytest.raises(OSError, match="No space"):
            faulty.here(folder)
    files = read_manifest(folder)["files"]
    assert files == faulty.reference(6)
    assert faulty.finish(folder) == RUNS
    assert faulty.same(folder)


@kind("too little space, found before the first run")
def little_space(folder):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("abm.lab.store.free_bytes", lambda _: 10_000)
        with pytest.raises(ConfigError, match=r"need up to 0\.0 GB"):
            faulty.here(folder)
    assert not folder.exists()


@kind("a small disk (tmpfs of 1 MB)", slow=True)
def small_disk(folder):
    folder.mkdir(parents=True)
    if subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", folder], check=False, capture_output=True
    ).returncode:
        pytest.skip("nothing can be mounted here")
    try:
        with pytest.raises(ConfigError, match="are free"):
            faulty.here(folder / "r")
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("abm.lab.store.free_bytes", lambda _: 10**12)
            with pytest.raises(OSError, match="No space"):
                faulty.here(folder / "r", 100)
        subprocess.run(["mount", "-o", "remount,size=50m", folder], check=True)
        faulty.finish(folder / "r", 100)  # a quick machine may fill the disk by its first part, and keep none
        assert faulty.same(folder / "r", 100)
    finally:
        subprocess.run(["umount", folder], check=True)


@kind("a folder that cannot be written to, found before the first run")
def read_only(folder):
    folder.mkdir(parents=True)
    folder.chmod(0o555)
    with pytest.MonkeyPatch.context() as patch:
        if os.geteuid() == 0:  # root may write anywhere
            patch.setattr(Path, "write_bytes", _refused)
        with pytest.raises(ConfigError, match="cannot be written to"):
            faulty.here(folder)
    assert list(folder.iterdir()) == []
    folder.chmod(0o755)


def _refused(*_args):
    raise PermissionError(13, "Permission denied")


# ---- to files


def one_part_lost(folder, damage):
    """Damage to a part of an unfinished batch costs its run alone, with a warning."""
    faulty.begin(folder, 10)
    names = sorted(name for name in faulty.parts_of(folder) if name.endswith("done.arrow"))
    damage(folder, names)
    with pytest.warns(UserWarning, match="done again"):
        kept = faulty.kept(folder)
    assert len(kept) == 9
    assert faulty.finish(folder) == 9
    assert faulty.same(folder)


@kind("a part cut short")
def cut(folder):
    def damage(where, names):
        data = (where / names[1]).read_bytes()
        (where / names[1]).write_bytes(data[: len(data) // 2])

    one_part_lost(folder, damage)


@kind("a part emptied")
def emptied(folder):
    one_part_lost(folder, lambda where, names: (where / names[2]).write_bytes(b""))


@kind("a part missing")
def missing(folder):
    one_part_lost(folder, lambda where, names: (where / names[0]).unlink())


@kind("a part of another batch in its place")
def foreign(folder):
    one_part_lost(folder, lambda where, names: shutil.copy(where / names[0], where / names[1]))


@kind("single bits flipped, 500 times")
def flipped(folder):
    """Everywhere in an unfinished and in a finished folder: never is another number read without a word."""
    chance = random.Random(5)
    unfinished, finished = folder / "unfinished", folder / "finished"
    faulty.begin(unfinished, 10)
    faulty.here(finished)
    before = faulty.kept(unfinished)
    for number in range(500):
        where = unfinished if number % 2 else finished
        files = [path for path in sorted(where.rglob("*")) if path.is_file()]
        path = chance.choices(files, [file.stat().st_size for file in files])[0]
        data = bytearray(path.read_bytes())
        data[chance.randrange(len(data))] ^= 1 << chance.randrange(8)
        good = path.read_bytes()
        path.write_bytes(data)
        if where is finished:
            with pytest.raises(ConfigError):
                Results.load(where)
        else:
            copy = folder / "copy"
            shutil.copytree(where, copy)
            with warnings.catch_warnings(record=True) as said:
                warnings.simplefilter("always")
                try:
                    assert faulty.kept(copy) < before, path
                    assert said, path
                except ConfigError:
                    pass  # refused: the manifest
            shutil.rmtree(copy)
        path.write_bytes(good)
    assert faulty.finish(unfinished) == 10
    assert faulty.same(unfinished)


@kind("a damaged line of the journal")
def journal(folder):
    faulty.begin(folder, 10)
    path = folder / "parts/journal.jsonl"
    lines = path.read_text().splitlines(keepends=True)
    lines[3] = lines[3].replace("parts", "barts")
    path.write_text("".join(lines)[:-20])  # and the last cut short
    assert faulty.finish(folder) == 8
    assert faulty.same(folder)


@kind("a damaged manifest")
def manifest(folder):
    faulty.here(folder, 2)
    path = folder / "manifest.json"
    text = path.read_text()
    for wrong in ("", text[:-30], text.replace('"seeds": [', '"seeds": [7,'), "[]"):
        path.write_text(wrong)
        for use in (faulty.here, Results.load):
            with pytest.raises(ConfigError, match="damaged"):
                use(folder)
    faulty.here(folder, 2, fresh=True)
    assert faulty.same(folder, 2)


@kind("a finished file damaged")
def finished_damaged(folder):
    for name in ("series.parquet", "runs.parquet", "twins.parquet"):
        faulty.here(folder)
        path = folder / name
        path.write_bytes(path.read_bytes()[:-1] + b"?")
        with pytest.raises(ConfigError, match=f"{name}: damaged"):
            Results.load(folder)
        faulty.finish(folder)
        assert faulty.same(folder)


@kind("somebody else's folder")
def stranger(folder):
    folder.mkdir(parents=True)
    (folder / "thesis.txt").write_text("mine")
    with pytest.raises(ConfigError, match="not a results folder"):
        faulty.here(folder)
    assert [path.name for path in folder.iterdir()] == ["thesis.txt"]


# ---- others


@kind("two writers: the second is refused within a second")
def two_writers(folder):
    with faulty.program(folder, SEEDS, "--workers", "2", fault=f"sleep:{DESIGN}:12") as process:
        faulty.wait_for(lambda: faulty.marks(folder))
        faulty.reference()
        start = time.monotonic()
        with pytest.raises(ConfigError, match="another batch is writing there"):
            faulty.here(folder)
        assert time.monotonic() - start < faulty.patience(1.0)
        process.send_signal(signal.SIGTERM)
        process.communicate()
    faulty.finish(folder)
    assert faulty.same(folder)


@kind("other code than that of the folder")
def other_code(folder):
    faulty.begin(folder, 10)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("abm.lab.batches.code_hash", lambda: "other")
        with pytest.raises(ConfigError, match="code has changed"):
            faulty.here(folder)
    assert len(faulty.kept(folder)) == 10


@kind("another configuration than that of the folder")
def other_configuration(folder):
    faulty.here(folder)
    for changes, said in (
        ({"months": 19}, "months: 20 in the folder, 19 now"),
        ({"seeds": (1, 2)}, "seeds: "),
        ({"set": {"case.families": 50}}, r"set\.case\.families: 40 in the folder, 50 now"),
        ({"designs": faulty.experiment().designs[:1]}, "provider_financed_pbr"),
    ):
        with pytest.raises(ConfigError, match=said):
            faulty.here(folder, asked=faulty.experiment(**changes))
    assert faulty.same(folder)


@kind("standard output closed (obc … | head)", slow=True)
def closed_output(folder):
    reader, writer = os.pipe()
    os.close(reader)
    with faulty.program(folder, 3, "--workers", "1", stdout=writer, environment={"NO_REPORTS": ""}) as process:
        os.close(writer)
        _, err = process.communicate(timeout=120)
    assert "Traceback" not in err
    assert "Exception ignored" not in err
    assert faulty.same(folder, 3)


@kind("a clock that jumps")
def clock(folder):
    chance = random.Random(1)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(time, "time", lambda: chance.uniform(0, 4e9))
        patch.setattr(time, "localtime", lambda *_: time.gmtime(chance.uniform(0, 4e9)))
        faulty.here(folder)
    assert faulty.same(folder)


@kind("a manifest of a later format")
def later_format(folder):
    faulty.here(folder, 2)
    path = folder / "manifest.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | {"format": 99}))
    with pytest.raises(ConfigError, match="written in format 99"):
        faulty.here(folder)
