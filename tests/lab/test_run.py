"""Execution: the real engine gives the same bits anywhere, and any executor will do."""

from __future__ import annotations

from collections import Counter
from concurrent.futures import Executor, Future, ThreadPoolExecutor

import numpy as np
import pytest

from abm.config import Experiment, load_case, load_design
from abm.lab import run as running
from abm.lab.results import batch
from abm.lab.run import execute, on_executor, prepare_engine, simulate_unit, units, versions
from abm.lab.workers import WorkerDied


@pytest.fixture(scope="module")
def small():
    """Two real designs on one small place, with service from month 9."""
    return Experiment(
        name="small",
        cases=(load_case("generic", {"case.families": 60}),),
        designs=(load_design("block_grant"), load_design("provider_financed_pbr")),
        seeds=4,
        months=24,
    )


def bits(runs):
    """Runs by arm and seed, numbers as bytes."""
    return {(run.arm, run.seed): (run.status, run.series.tobytes(), run.at_end.tobytes()) for run in runs}


def test_the_engine_gives_the_same_bits_on_one_and_two_workers_and_in_any_order(small, tmp_path):
    prepare_engine(4)
    arms = list(small.arms())
    missing = [(arm, seed) for seed in small.seeds for arm in range(2)]
    alone = bits(execute(arms, missing, small.months, 1))
    assert {status for status, _, _ in alone.values()} == {"done"}
    assert len({series for _, series, _ in alone.values()}) == 8
    assert bits(execute(arms, missing, small.months, 2)) == alone
    assert bits(execute(arms, missing[::-1], small.months, 1)) == alone
    files = [batch(small, workers=n, out=tmp_path / str(n)).manifest["files"] for n in (1, 2)]
    assert files[0] == files[1]


def test_any_executor_will_do(fake_engine, small):
    arms = list(small.arms())
    missing = [(arm, seed) for seed in small.seeds for arm in range(2)]
    with ThreadPoolExecutor(3) as threads:
        found = bits(on_executor(threads, arms, units(missing, 3), small.months, 6))
    assert found == bits(execute(arms, missing, small.months, 1))


class Deadly(Executor):
    """An executor on which every unit that holds seed 2 dies."""

    def __init__(self):
        self.attempts = Counter()

    def submit(self, fn, /, *args, **kwargs):
        *_, seeds = args
        self.attempts[seeds] += 1
        future = Future()
        if 2 in seeds:
            future.set_exception(WorkerDied("its process ended (SIGKILL)"))
        else:
            future.set_result(fn(*args, **kwargs))
        return future


def test_a_death_costs_its_run_alone_after_two_retries(fake_engine, small):
    deadly = Deadly()
    runs = list(on_executor(deadly, list(small.arms()), [(0, (1, 2, 3))], small.months, 4))
    assert {run.seed: run.status for run in runs} == {
        1: "done", 2: "failed: its process ended (SIGKILL), 3 times", 3: "done"
    }  # fmt: skip
    assert deadly.attempts == {(1, 2, 3): 1, (1,): 1, (2,): 2, (3,): 1}


def test_an_exception_becomes_one_line_of_status(monkeypatch, small):
    def broken(*_):
        raise ValueError("two\nlines " + "x" * 1000)

    monkeypatch.setattr(running, "simulate", broken)
    arm = next(small.arms())
    (run,) = simulate_unit(0, arm, small.months, [7])
    assert run.status.startswith("failed: ValueError: two lines xxx")
    assert len(run.status) < 320
    assert run.series is None


def test_compiling_is_announced_where_the_cache_is_cold(monkeypatch, tmp_path, capsys):
    called = []
    monkeypatch.setattr("abm.engine.compile_engine", called.append)
    monkeypatch.setattr("abm.compiled.JIT", True)
    monkeypatch.setattr("abm.compiled.warm", lambda domains: tmp_path / "absent")
    prepare_engine(3)
    assert "compiling the model, once" in capsys.readouterr().err
    (tmp_path / "absent").touch()
    prepare_engine(3)
    assert capsys.readouterr().err == ""
    assert called == [3, 3]


def test_versions_are_those_of_the_libraries():
    assert versions()["numpy"] == np.__version__
