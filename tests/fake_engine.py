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

from abm.lab.agents import schema
from abm.lab.plan import DONE, Run, values_at_end
from abm.lab.run import failure
from abm.metrics import METRICS


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


def simulate(case, design, seed, months=None, changes=(), watch=None, interventions=()):
    """In place of `abm.lab.run.simulate`."""
    kind = np.dtype([(metric.name, "f8") for metric in METRICS])
    return FakeWorld(matrix(case, design, seed, months).view(kind)[:, 0].view(np.recarray))


def simulate_unit(number, arm, seeds, asked):
    """In place of `abm.lab.run.simulate_unit`, with the fault that the environment asks for."""
    runs = []
    for seed in seeds:
        run = one_run(number, arm.case, arm.design, asked.months, seed)
        if run.status == DONE:
            tables = {name: agents(name, arm, seed) for name in asked.tables_of(seed)}
            run = run._replace(series=asked.of_series(run.series), tables=tables)
        runs.append(run)
    return runs


def agents(name, arm, seed):
    """A table of agents of its right columns, three rows long, with the seed in all numbers."""
    columns = {}
    for field in schema(name, arm.case.domains):
        value = "some" if pa.types.is_dictionary(field.type) else seed
        columns[field.name] = pa.array([value] * 3).cast(field.type)
    return pa.table(columns)


def one_run(arm, case, design, months, seed):
    """A run, or what `FAULT=kind:design:seed` says of it."""
    kind, name, at = os.environ.get("FAULT", "none:none:0").split(":")
    if (design.name, seed) == (name, int(at)):
        if kind == "exception":
            return Run(arm, seed, failure("ValueError: no such luck"), None, None)
        if kind == "kill" or (kind == "kill_once" and not Path(os.environ["FAULT_MARK"]).exists()):
            if kind == "kill_once":
                Path(os.environ["FAULT_MARK"]).touch()
            os.kill(os.getpid(), signal.SIGKILL)
        if kind == "interrupt":
            raise KeyboardInterrupt
        if kind == "sleep":
            time.sleep(600)
    values = matrix(case, design, seed, months)
    return Run(arm, seed, DONE, values, values_at_end(values, case))


def nothing(domains=4):
    """In place of compiling."""
