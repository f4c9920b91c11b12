"""Execution: the real engine gives the same bits anywhere, and any executor will do."""

from __future__ import annotations

from collections import Counter
from concurrent.futures import BrokenExecutor, Executor, Future, ThreadPoolExecutor

import numpy as np
import pytest

from abm.config import Experiment, load_case, load_design
from abm.lab import run as running
from abm.lab.batches import plan_of
from abm.lab.engines import EngineLost, Workforce, execute, open_engine
from abm.lab.run import prepare_engine, simulate_unit, versions
from abm.lab.running import batch
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
    return {
        (run.arm, run.seed): (run.status, run.series.tobytes() if run.series is not None else b"", run.at_end.tobytes())
        for run in runs if run is not None
    }  # fmt: skip


def everything(plan):
    return [(arm, seed) for seed in plan.seeds for arm in range(len(plan.all_arms))]


def alone(plan):
    """What this process gives."""
    return bits(execute(Workforce(None, 1), plan, everything(plan)))


def test_the_engine_gives_the_same_bits_on_one_and_two_workers_and_in_any_order(small, tmp_path):
    prepare_engine(4)
    plan = plan_of(small)
    found = alone(plan)
    assert {status for status, _, _ in found.values()} == {"done"}
    assert len({end for _, _, end in found.values()}) == len(found)
    with open_engine("local", 2) as force:
        assert bits(execute(force, plan, everything(plan))) == found
    assert bits(execute(Workforce(None, 1), plan, everything(plan)[::-1])) == found
    files = [batch(small, workers=n, out=tmp_path / str(n)).manifest["files"] for n in (1, 2)]
    assert files[0] == files[1]


def test_any_executor_will_do(fake_engine, small, tmp_path):
    plan = plan_of(small)
    with ThreadPoolExecutor(3) as threads:
        assert bits(execute(Workforce(threads, 3), plan, everything(plan))) == alone(plan)
        files = batch(small, out=tmp_path / "threads", executor=threads).manifest["files"]
    assert files == batch(small, workers=1, out=tmp_path / "alone").manifest["files"]


class Deadly(Executor):
    """An executor on which every unit that holds seed 2 of the first arm dies, and others fail or come back."""

    def __init__(self, error):
        self.attempts = Counter()
        self.error = error

    def submit(self, fn, /, *args, **kwargs):
        _, _, number, _, seeds, _ = args
        self.attempts[number, seeds] += 1
        future = Future()
        if 2 in seeds and number == 0:
            future.set_exception(self.error)
        else:
            future.set_result(fn(*args, **kwargs))
        return future


def test_a_death_costs_its_run_alone_after_two_retries(fake_engine, small):
    deadly, plan = Deadly(WorkerDied("its process ended (SIGKILL)")), plan_of(small)
    runs = list(execute(Workforce(deadly, 4), plan, everything(plan)))
    assert len(runs) == plan.runs
    failed = {(run.arm, run.seed): run.status for run in runs if run.status != "done"}
    assert failed == {(0, 2): "failed: its process ended (SIGKILL), 3 times"}
    assert deadly.attempts[0, (2,)] == 3


def test_what_goes_wrong_with_a_task_is_its_run_s_and_is_not_tried_again(fake_engine, small):
    deadly, plan = Deadly(RuntimeError("it cannot be sent back")), plan_of(small)
    runs = list(execute(Workforce(deadly, 4), plan, everything(plan)))
    failed = {(run.arm, run.seed): run.status for run in runs if run.status != "done"}
    assert failed == {(0, 2): "failed: RuntimeError: it cannot be sent back"}
    assert deadly.attempts[0, (2,)] == 1


def test_a_pool_that_breaks_ends_the_batch_and_what_is_done_is_kept(fake_engine, small, tmp_path):
    with pytest.raises(EngineLost, match="ended"):
        batch(small, out=tmp_path / "r", executor=Deadly(BrokenExecutor("gone")))
    told = []
    batch(small, workers=1, out=tmp_path / "r", progress=lambda over, *_: told.append(over))
    assert told[0] > 0


def test_an_exception_becomes_one_line_of_status(monkeypatch, small):
    def broken(*_):
        raise ValueError("two\nlines " + "x" * 1000)

    monkeypatch.setattr(running, "simulate", broken)
    arm = next(small.arms())
    (run,) = simulate_unit(0, arm, [7])
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
