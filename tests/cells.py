"""Cells of the reproducibility matrix: the same small batch done in many ways, and the digest that must not change.

As a program it is one cell: `python cells.py FOLDER [--engine mpi] [--workers 2]` runs the batch into a folder and prints
the digest of its rows.
"""

from __future__ import annotations

import hashlib
from pathlib import Path

import numpy as np

from abm.config import Experiment, load_case, load_design
from abm.lab.batches import plan_of
from abm.lab.engines import execute
from abm.lab.running import batch

SEEDS = (1, 2, 3, 4)
DESIGNS = ("provider_financed_pbr", "social_impact_bond")


def experiment(**changes):
    """Two designs on one small real place, with service from month 9."""
    return Experiment(
        **{
            "name": "cells",
            "cases": (load_case("generic", {"case.families": 30}),),
            "designs": tuple(map(load_design, DESIGNS)),
            "seeds": SEEDS,
            "months": 18,
            **changes,
        }
    )


def everything(plan):
    """All runs, as (arm, seed)."""
    return [(arm, seed) for seed in plan.seeds for arm in range(len(plan.all_arms))]


def row(names, status, end, series):
    """A run as text, floats as hex."""
    values = [*np.asarray(end, float).ravel(), *np.asarray(series, float).ravel()]
    return " ".join([*map(str, names), status, *(float(value).hex() for value in values)])


def digest_of(rows):
    """One hash of rows in any order."""
    return hashlib.sha256("\n".join(sorted(rows)).encode()).hexdigest()


def digest_of_runs(plan, runs):
    """The digest of runs as an engine yields them, twins left out."""
    own = [run for run in runs if run is not None and run.arm < len(plan.arms)]
    return digest_of(row([plan.arms[run.arm].design.name, run.seed], run.status, run.at_end, run.series) for run in own)


def rows_of(results):
    """The rows of a finished batch."""
    metrics = list(results.units)
    series = {key: part[metrics].to_numpy() for key, part in results.series.groupby(["design", "seed"])}
    return [
        row([design, seed], status, end, series[design, seed])
        for design, seed, status, end in zip(
            results.runs["design"], results.runs["seed"], results.runs["status"], results.runs[metrics].to_numpy(), strict=True
        )
    ]  # fmt: skip


def digest_of_results(results):
    """The digest of a finished batch, the same as that of its runs."""
    return digest_of(rows_of(results))


def digest_on(force, order=None, chunk=64, asked=None):
    """The digest of the small batch on some workers, in some order, in units of at most so many seeds."""
    plan = plan_of(asked or experiment())
    missing = everything(plan)
    return digest_of_runs(plan, execute(force, plan, order(missing) if order else missing, chunk=chunk))


def main():
    """One cell."""
    import argparse

    words = argparse.ArgumentParser()
    words.add_argument("folder", type=Path)
    words.add_argument("--engine", default="local")
    words.add_argument("--workers", type=int, default=1)
    words.add_argument("--families", type=int, default=30)
    words.add_argument("--months", type=int, default=18)
    words.add_argument("--seeds", type=int, default=len(SEEDS))
    asked = words.parse_args()
    case = load_case("generic", {"case.families": asked.families})
    small = experiment(cases=(case,), months=asked.months, seeds=asked.seeds)
    print(digest_of_results(batch(small, asked.workers, asked.folder, engine=asked.engine)), flush=True)


if __name__ == "__main__":
    main()
