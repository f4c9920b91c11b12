"""A stand-in for the engine: quick series that depend on case, design, months and seed alone, and faults on demand.

Worker processes import these functions by name, so they live in a module of their own.
"""

from __future__ import annotations

import os
import signal
import time
import zlib
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pyarrow as pa

from abm.lab import run as running
from abm.lab.agent_columns import schema
from abm.lab.plan import DONE
from abm.metrics import METRICS

SIMULATE_UNIT = running.simulate_unit


class FakeWorld(NamedTuple):
    """What a result needs of a world."""

    series: np.ndarray


def matrix(case, design, seed, months=None):
    """Months × metrics: a common path for the seed, a step for the design once service begins."""
    length = (months or case.calendar.months) + 1
    common = np.random.default_rng(seed).normal(0.5, 0.02, (length, len(METRICS)))
    step = zlib.crc32(repr(design.base.model_dump()).encode()) % 100 / 1000
    own = np.random.default_rng([seed, zlib.crc32(design.name.encode())]).normal(step, 0.005, (length, len(METRICS)))
    served = np.arange(length)[:, None] >= case.calendar.service[0]
    values = common + np.where(served, own, 0.0)
    values[: case.calendar.service[0], [metric.at_end == "mean_in_service" for metric in METRICS]] = np.nan
    return values


def simulate(case, design, seed, months=None, changes=(), watch=None, interventions=(), threads=1):
    """In place of `abm.lab.run.simulate`, with the fault that `FAULT=kind:design:seed` asks for.

    `PACE` is how many seconds a run takes, `MARKS` a file that notes when it was over.
    """
    kind, name, at = os.environ.get("FAULT", "none:none:0").split(":")
    if (design.name, seed) == (name, int(at)):
        FAULTS[kind]()
    time.sleep(float(os.environ.get("PACE", 0)))
    if "MARKS" in os.environ:
        with Path(os.environ["MARKS"]).open("a") as file:
            file.write(f"{design.name} {seed} {time.monotonic()}\n")
    dtype = np.dtype([(metric.name, "f8") for metric in METRICS])
    return FakeWorld(matrix(case, design, seed, months).view(dtype)[:, 0].view(np.recarray))


def simulate_unit(number, arm, seeds, asked):
    """In place of `abm.lab.run.simulate_unit`, which it calls: only the model and its tables of agents are replaced."""
    if running.simulate is not simulate:  # in a worker process, that nobody has prepared
        running.simulate = simulate
    runs = SIMULATE_UNIT(number, arm, seeds, asked._replace(tables=()))
    tables = [{name: agents(name, arm, run.seed) for name in asked.tables_of(run.seed)} for run in runs]
    return [
        run._replace(tables=of_run) if run.status == DONE else run for run, of_run in zip(runs, tables, strict=True)
    ]


def agents(name, arm, seed):
    """A table of agents of its right columns, three rows long, with the seed in all numbers but thirds and families."""
    columns = {}
    for field in schema(name, arm.case.domains):
        values = ["some" if pa.types.is_dictionary(field.type) else seed] * 3
        if field.name == "family" or field.name.endswith("_third"):
            values = [0, 1, 2]
        columns[field.name] = pa.array(values).cast(field.type)
    return pa.table(columns)


class Unpicklable(Exception):
    """Cannot be sent to another process."""

    def __init__(self):
        super().__init__("held by a lambda")
        self.held = lambda: None


class Unsayable(Exception):
    """Cannot even be printed."""

    def __str__(self):
        raise ValueError("no words")


def fail(error):
    raise error


def kill_once():
    """The first time only."""
    mark = Path(os.environ["FAULT_MARK"])
    if not mark.exists():
        mark.touch()
        os.kill(os.getpid(), signal.SIGKILL)


def recurse():
    recurse()


def use_up_memory():
    """More than this process may have."""
    import resource

    resource.setrlimit(resource.RLIMIT_AS, (2**31, 2**31))
    np.ones(2**30)


def endless():
    while True:
        pass


def endless_compiled():
    """Compiled code that never lets go of the interpreter's lock."""
    import numba

    @numba.njit
    def spin(x):
        while x > 0:
            x = x + 1 if x < 1000 else 1
        return x

    spin(1)


FAULTS = {
    "exception": lambda: fail(ValueError("no such luck")),
    "unpicklable": lambda: fail(Unpicklable()),
    "unsayable": lambda: fail(Unsayable()),
    "system_exit": lambda: fail(SystemExit("no more")),
    "recursion": recurse,
    "memory": use_up_memory,
    "kill": lambda: os.kill(os.getpid(), signal.SIGKILL),
    "kill_once": kill_once,
    "segfault": lambda: os.kill(os.getpid(), signal.SIGSEGV),
    "abort": os.abort,
    "exit": lambda: os._exit(3),
    "interrupt": lambda: fail(KeyboardInterrupt()),
    "sigint": lambda: os.kill(os.getpid(), signal.SIGINT),
    "sigterm": lambda: os.kill(os.getpid(), signal.SIGTERM),
    "sleep": lambda: time.sleep(600),
    "endless": endless,
    "endless_compiled": endless_compiled,
    "print": lambda: os.write(1, b"what nobody expects\n" * 1000),
}


def nothing(domains=4, here=True):
    """In place of compiling."""
