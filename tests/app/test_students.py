"""A class at work: thirty real sessions at once, each with its own world, none waiting long."""

from __future__ import annotations

import base64
import contextlib
import os
import time
from dataclasses import replace

import pytest
from app_help import start_server, stop
from students import Student

from abm.lab.running import run
from abm.show.app.catalogue import stories
from abm.show.app.setup import to_query

STUDENTS, MONTHS, PACE, LIMIT = 30, 40, 0.5, 0.300
FIRST = 20  # month in which all begin to play at once, at the usual speed: before service nothing is heavy


def class_of(count):
    """The setups of a class: every story, each student with a seed of its own."""
    told = list(stories().values())
    return [replace(told[n % len(told)]["setup"], seed=100 + n) for n in range(count)]


@contextlib.contextmanager
def real_time():
    """Processes and threads begun here go before all other work of the machine, where it lets them: their wait is their own."""
    with contextlib.suppress(AttributeError, PermissionError):
        os.sched_setscheduler(0, os.SCHED_RR, os.sched_param(5))
    yield
    with contextlib.suppress(AttributeError, PermissionError):
        os.sched_setscheduler(0, os.SCHED_OTHER, os.sched_param(0))


@pytest.mark.slow
def test_thirty_students_have_their_own_worlds_and_do_not_wait():
    setups = class_of(STUDENTS)
    with real_time():
        process, url, _ = start_server()
    try:
        start = time.monotonic() + 25
        each = [
            Student(url, to_query(setup, FIRST), MONTHS, PACE, start + PACE * n / STUDENTS)
            for n, setup in enumerate(setups)
        ]
        with real_time():
            for student in each:
                student.start()
        for student in each:
            student.join(timeout=300)
    finally:
        stop(process)
    assert [student.error for student in each if student.error or student.csv is None] == []
    waits = sorted(wait for student in each for wait in student.waits)
    at = {share: waits[int(share * (len(waits) - 1))] for share in (0.5, 0.95, 0.99, 1.0)}
    print(", ".join(f"{share:.0%}: {1000 * wait:.0f} ms" for share, wait in at.items()), f"of {len(waits)} steps")
    assert at[0.95] < LIMIT
    for setup, student in zip(setups, each, strict=True):
        series = run(setup.case, setup.design, setup.seed, settings=setup.settings, changes=setup.changes).series
        there = base64.b64decode(student.csv).decode().splitlines()
        assert there == series.to_csv(index=False).splitlines()[: FIRST + MONTHS + 2], setup
