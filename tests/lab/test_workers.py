"""Worker processes: what they do, and what happens when they are killed, cannot start, or lose their parent."""

from __future__ import annotations

import math
import operator
import os
import signal
import subprocess
import sys
import time
from concurrent.futures import wait
from pathlib import Path

import pytest

from abm.lab.workers import LocalWorkers, WorkerDied, WorkersWillNotStart, processors

ROOT = Path(__file__).parents[2]


def gone(pid, seconds=5.0):
    """Whether a process ends within some seconds; one that is dead but not collected has ended."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        try:
            state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
        except OSError:
            return True
        if state == "Z":
            return True
        time.sleep(0.02)
    return False


def test_every_task_is_done_once():
    with LocalWorkers(2) as workers:
        futures = [workers.submit(math.sqrt, number) for number in range(200)]
        assert [future.result() for future in futures] == [math.sqrt(number) for number in range(200)]


def test_an_exception_is_the_task_s_and_stops_nothing():
    with LocalWorkers(1) as workers:
        with pytest.raises(RuntimeError, match="ValueError: math domain error"):
            workers.submit(math.sqrt, -1).result()
        assert workers.submit(math.sqrt, 4).result() == 2


def test_a_killed_worker_fails_its_task_alone():
    with LocalWorkers(2) as workers:
        kills = [workers.submit(os._exit, 9) for _ in range(4)]
        others = [workers.submit(math.sqrt, number) for number in range(50)]
        for kill in kills:
            with pytest.raises(WorkerDied, match="exit code 9"):
                kill.result()
        assert all(future.result() == math.sqrt(number) for number, future in enumerate(others))


def test_a_signal_is_named():
    with LocalWorkers(1) as workers:
        pid = workers.submit(os.getpid).result()
        asleep = workers.submit(time.sleep, 60)
        time.sleep(0.5)  # until it has the task
        os.kill(pid, signal.SIGKILL)
        with pytest.raises(WorkerDied, match="SIGKILL"):
            asleep.result()


def test_a_worker_killed_between_tasks_costs_no_task():
    with LocalWorkers(1) as workers:
        os.kill(workers.submit(os.getpid).result(), signal.SIGKILL)
        time.sleep(0.2)
        assert workers.submit(math.sqrt, 9).result() == 3


def test_what_cannot_be_sent_is_refused_or_reported():
    with LocalWorkers(1) as workers:
        with pytest.raises((TypeError, AttributeError)):
            workers.submit(lambda: 1)
        with pytest.raises(RuntimeError, match="pickle"):
            workers.submit(open, os.devnull).result()
        assert workers.submit(math.sqrt, 4).result() == 2


def test_printing_does_not_disturb(capfd):
    with LocalWorkers(1) as workers:
        assert workers.submit(os.write, 1, b"to standard output\n").result() == 19
    assert "to standard output" in capfd.readouterr().err


def test_workers_that_cannot_start_say_so():
    with LocalWorkers(1, sys.exit) as workers, pytest.raises(WorkersWillNotStart, match="do not start"):
        workers.submit(math.sqrt, 4).result()


def test_a_failing_initializer_is_told():
    with LocalWorkers(1, operator.index) as workers, pytest.raises(WorkersWillNotStart, match="TypeError"):
        workers.submit(math.sqrt, 4).result()


def test_ending_at_once_kills_what_runs():
    workers = LocalWorkers(1)
    pid = workers.submit(os.getpid).result()
    running, waiting = workers.submit(time.sleep, 60), workers.submit(time.sleep, 60)
    time.sleep(0.1)
    start = time.monotonic()
    workers.shutdown(cancel_futures=True)
    assert time.monotonic() - start < 5
    assert gone(pid)
    assert wait([running, waiting], timeout=5).not_done == set()
    with pytest.raises(RuntimeError, match="shut down"):
        workers.submit(math.sqrt, 4)


SCRIPT = """
import os, sys, time
from abm.lab.workers import LocalWorkers
workers = LocalWorkers(2)
print(*[workers.submit(os.getpid).result() for _ in range(2)], flush=True)
for _ in range(4):
    workers.submit(time.sleep, 60)
time.sleep(60)
"""


def test_a_script_needs_no_guard_and_leaves_no_orphan(tmp_path):
    script = tmp_path / "script.py"
    script.write_text(SCRIPT)
    with subprocess.Popen(
        [sys.executable, script], stdout=subprocess.PIPE, env={**os.environ, "PYTHONPATH": str(ROOT)}
    ) as parent:
        workers = [int(pid) for pid in parent.stdout.readline().split()]
        parent.kill()
    assert workers
    assert all(gone(pid) for pid in workers)


def test_processors_are_those_we_may_use():
    assert 1 <= processors() <= os.cpu_count()
