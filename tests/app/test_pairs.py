"""Thirty pairs beside the page: the laboratory's own runs, queued, told of, stopped when nobody waits."""

from __future__ import annotations

import threading

import numpy as np
import pytest

from abm.config import ConfigError
from abm.lab.plan import DONE, Run
from abm.lab.run import simulate_unit
from abm.metrics import METRICS
from abm.show.app import pairs
from abm.show.app.setup import Setup, arms_of

AT = {metric.name: n for n, metric in enumerate(METRICS)}


def small(beside="twin"):
    setup = Setup("generic", "social_impact_bond", beside, settings={"case.families": 40})
    return setup, arms_of(setup)


def test_bands_and_differences_are_those_of_the_runs():
    _, arms = small()
    seeds = (4, 5, 6)
    found = {
        (arm, run.seed): run
        for arm, name in enumerate(("a", "b")) for run in simulate_unit(arm, arms[name], seeds)
    }  # fmt: skip
    told = pairs.summary(found, seeds)
    column = AT["trust_mean"]
    a = np.array([found[0, seed].series[:, column] for seed in seeds])
    b = np.array([found[1, seed].series[:, column] for seed in seeds])
    month = told["bands"]["trust_mean"]["a"][45]
    assert month == pytest.approx([a[:, 45].mean(), *np.quantile(a[:, 45], (0.1, 0.9))], rel=1e-5)
    assert told["bands"]["trust_mean"]["d"][45][0] == pytest.approx((a - b)[:, 45].mean(), rel=1e-5, abs=1e-9)
    row = next(row for row in told["table"] if row[0] == "trust_mean")
    ends = [[found[arm, seed].at_end[column] for seed in seeds] for arm in (0, 1)]
    assert row[3] == pytest.approx(np.subtract(*ends).mean(), rel=1e-5, abs=1e-9)
    assert row[4] <= row[3] <= row[5]


class InPlace:
    """Workers that do a task where it is handed in."""

    def submit(self, function, *arguments):
        from concurrent.futures import Future

        future = Future()
        try:
            future.set_result(function(*arguments))
        except Exception as error:
            future.set_exception(error)
        return future


def waiting(monkeypatch, work):
    queue = pairs.Pairs()
    queue._workers = InPlace()
    monkeypatch.setattr(pairs, "simulate_unit", work)
    return queue


def done(number, arm, seeds):
    series = np.full((6, len(METRICS)), float(number))
    return [Run(number, seed, DONE, series, series[-1]) for seed in seeds]


def test_progress_and_the_end_are_told(monkeypatch):
    setup, arms = small()
    heard, over = [], threading.Event()

    def tell(said):
        heard.append(said)
        if "table" in said or "failed" in said:
            over.set()

    waiting(monkeypatch, done).start(setup, arms["a"], arms["b"], tell)
    assert over.wait(30)
    counts = [said["done"] for said in heard]
    assert counts == sorted(counts)
    assert counts[-1] == 2 * pairs.SEEDS
    assert all(row[3] == -1.0 for row in heard[-1]["table"])


def test_a_run_that_fails_is_told_and_the_next_batch_goes_on(monkeypatch):
    setup, arms = small()
    heard, over = [], threading.Event()

    def fail(number, arm, seeds):
        raise MemoryError("for the test")

    def tell(said):
        heard.append(said)
        if "failed" in said:
            over.set()

    queue = waiting(monkeypatch, fail)
    queue.start(setup, arms["a"], arms["b"], tell)
    assert over.wait(30)
    assert heard[-1] == {"failed": "MemoryError: for the test"}
    monkeypatch.setattr(pairs, "simulate_unit", done)
    again = threading.Event()
    queue.start(setup, arms["a"], arms["b"], lambda said: again.set() if "table" in said else None)
    assert again.wait(30)


def test_equal_designs_are_not_compared():
    setup, arms = small("unchanged")
    with pytest.raises(ConfigError, match="come to the same"):
        pairs.PAIRS.start(setup, arms["a"], arms["a"], print)
