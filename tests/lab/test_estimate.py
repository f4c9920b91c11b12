"""Dry runs: the number of runs is exact, size and time are near what a batch takes, and nothing is written."""

from __future__ import annotations

import time

import pytest

from abm.config import ConfigError, Experiment, load_case, load_design
from abm.lab import estimate as module
from abm.lab.estimate import LARGEST, estimate
from abm.lab.running import batch


@pytest.fixture
def fake_measure(fake_engine, monkeypatch):
    """The stand-in for the engine, for what is measured too."""
    import fake_engine as fake

    monkeypatch.setattr(module, "simulate_unit", fake.simulate_unit)
    monkeypatch.setattr(module, "prepare_engine", fake.nothing)


def bytes_in(folder):
    return sum(path.stat().st_size for path in folder.glob("*.parquet"))


def test_runs_are_counted_and_the_size_is_near(fake_measure, experiment, in_folder):
    many = experiment.model_copy(update={"seeds": tuple(range(1, 41)), "months": 74})
    found = estimate(many, workers=2)
    assert list(in_folder.iterdir()) == []
    results = batch(many, workers=1, out=in_folder / "results")
    assert found.runs == results.manifest["runs"]["planned"] == (found.arms + found.twins) * 40
    assert found.arms == 4
    assert bytes_in(in_folder / "results") / 1.5 < found.size < bytes_in(in_folder / "results") * 1.5


def test_points_and_seeds_are_counted(fake_measure):
    experiment = Experiment(
        name="many", cases=(load_case("generic"),), designs=(load_design("social_impact_bond"),), seeds=1000, twins=False,
        sample={"method": "latin", "n": 50, "over": {"control.audit": "plausible"}},
    )  # fmt: skip
    found = estimate(experiment, workers=2)
    assert (found.arms, found.twins, found.runs) == (50, 0, 50_000)
    lines = list(found.lines())
    assert lines[0] == "runs: (50 arms) × 1000 seeds = 50,000"
    assert lines[1].startswith("time: about ")
    assert lines[2].startswith("disk: about ")
    assert "estimate" in lines[3]


def test_a_large_case_is_measured_by_a_smaller_copy(fake_measure, monkeypatch):
    seen = []
    real = module.simulate_unit
    monkeypatch.setattr(
        module, "simulate_unit", lambda number, arm, *rest: seen.append(arm) or real(number, arm, *rest)
    )
    case = load_case("generic", {"case.families": 30_000})
    experiment = Experiment(name="large", cases=(case,), designs=(load_design("block_grant"),), seeds=2)
    estimate(experiment, workers=1)
    assert {arm.case.families for arm in seen} == {LARGEST}


def test_a_run_that_fails_is_told(fake_measure, experiment, monkeypatch):
    monkeypatch.setenv("FAULT", "exception:social_impact_bond:1")
    with pytest.raises(ConfigError, match="seed 1: failed: ValueError: no such luck"):
        estimate(experiment, workers=1)
    with pytest.raises(ConfigError, match="workers: expected a whole number from 1"):
        estimate(experiment, workers=0)


@pytest.mark.slow
def test_the_time_is_near_that_of_a_batch(in_folder):
    experiment = Experiment(
        name="real", cases=(load_case("generic"),), seeds=60,
        designs=(load_design("social_impact_bond"), load_design("block_grant")),
    )  # fmt: skip
    found = estimate(experiment, workers=1)
    start = time.perf_counter()
    batch(experiment, workers=1, out=in_folder / "results")
    taken = time.perf_counter() - start
    assert taken / 3 < found.seconds < taken * 3
    assert bytes_in(in_folder / "results") / 2 < found.size < bytes_in(in_folder / "results") * 2
