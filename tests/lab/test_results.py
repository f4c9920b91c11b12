"""Batches and single runs, on a stand-in for the engine: what comes out, and what faults do to it."""

from __future__ import annotations

import json
import struct

import numpy as np
import pytest

from abm.config import ConfigError, load_case, load_design
from abm.design import GovernanceDesign
from abm.lab import run as running
from abm.lab.engines import Units
from abm.lab.results import Results
from abm.lab.running import batch, run
from abm.metrics import METRICS

NAMES = [metric.name for metric in METRICS]


def digest(table):
    """The rows of a table with floats as hex: equal for equal bits."""
    return [
        tuple(struct.pack(">d", value).hex() if isinstance(value, float) else value for value in row)
        for row in table.itertuples(index=False)
    ]


@pytest.fixture
def reference(fake_engine, experiment, tmp_path):
    """What the small experiment gives when nothing goes wrong, on one worker."""
    return batch(experiment, workers=1, out=tmp_path / "reference")


def test_tables_have_the_columns_and_order_that_were_promised(reference):
    keys = ["case", "design", "payment.lag_months", "seed"]
    assert list(reference.runs.columns) == [*keys, "status", *NAMES]
    assert list(reference.series.columns) == [*keys, "month", *NAMES]
    assert len(reference.runs) == 20
    assert len(reference.series) == 20 * 21
    assert set(reference.runs["status"]) == {"done"}
    assert reference.series.groupby(keys)["month"].agg(list).map(lambda months: months == list(range(21))).all()
    assert reference.runs.equals(reference.runs.sort_values(keys, ignore_index=True))
    assert reference.series[NAMES].dtypes.eq(np.float64).all()


@pytest.mark.parametrize("workers", [2, 3])
def test_the_number_of_workers_changes_no_bit_and_no_byte(reference, experiment, tmp_path, workers):
    other = batch(experiment, workers=workers, out=tmp_path / "other")
    assert digest(other.runs) == digest(reference.runs)
    assert digest(other.series) == digest(reference.series)
    assert other.manifest["files"] == reference.manifest["files"]


def test_an_exception_is_a_row_and_stops_nothing(reference, experiment, tmp_path, monkeypatch):
    monkeypatch.setenv("FAULT", "exception:social_impact_bond:3")
    told = []
    found = batch(experiment, workers=2, out=tmp_path / "r", progress=lambda *counts: told.append(counts))
    assert told[0] == (0, 30, 0)
    assert told[-1] == (30, 30, 2)
    assert list(found.failures["status"]) == ["failed: ValueError: no such luck"] * 2
    assert list(found.failures["seed"]) == [3, 3]
    assert len(found.runs) == 20
    kept = reference.runs[~((reference.runs["design"] == "social_impact_bond") & (reference.runs["seed"] == 3))]
    assert digest(found.runs[found.runs["status"] == "done"]) == digest(kept)
    assert found.compare("provider_financed_pbr").query("design == 'social_impact_bond'")["n"].max() == 4

    monkeypatch.delenv("FAULT")  # the same call again does what failed, and nothing else
    again = batch(experiment, workers=1, out=tmp_path / "r", progress=lambda *counts: told.append(counts))
    assert told[-3:] == [(28, 30, 0), (29, 30, 0), (30, 30, 0)]
    assert digest(again.series) == digest(reference.series)


def test_a_killed_worker_loses_no_run(reference, experiment, tmp_path, monkeypatch):
    monkeypatch.setenv("FAULT", "kill_once:social_impact_bond:3")
    monkeypatch.setenv("FAULT_MARK", str(tmp_path / "mark"))
    found = batch(experiment, workers=2, out=tmp_path / "r")
    assert (tmp_path / "mark").exists()
    assert found.manifest["files"] == reference.manifest["files"]


def test_a_run_that_kills_every_worker_is_given_up_after_two_retries(reference, experiment, tmp_path, monkeypatch):
    monkeypatch.setenv("FAULT", "kill:social_impact_bond:3")
    found = batch(experiment, workers=2, out=tmp_path / "r")
    assert list(found.failures["status"]) == ["failed: its process ended (SIGKILL), 3 times"] * 2
    assert (found.runs["status"] == "done").sum() == 18


@pytest.mark.parametrize("workers", [1, 2])
def test_an_interrupted_batch_goes_on(reference, experiment, tmp_path, monkeypatch, workers):
    told = []

    def interrupt(over, planned, failed):
        told.append(over)
        if over == 7:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        batch(experiment, workers=workers, out=tmp_path / "r", progress=interrupt)
    with pytest.raises(ConfigError, match="interrupted"):
        Results.load(tmp_path / "r")
    found = batch(experiment, workers=workers, out=tmp_path / "r", progress=lambda over, *_: told.append(over))
    assert told == [*range(8), *range(7, 31)]
    assert found.manifest["files"] == reference.manifest["files"]


def test_a_finished_batch_is_not_run_again(reference, experiment, monkeypatch):
    def never(*_):
        raise AssertionError("nothing was missing")

    monkeypatch.setattr(running, "simulate_unit", never)
    again = batch(experiment, out=reference.folder, progress=never)
    assert digest(again.series) == digest(reference.series)


def test_another_experiment_is_refused_and_fresh_replaces(reference, experiment):
    other = experiment.model_copy(update={"months": 12})
    with pytest.raises(ConfigError, match="months: 20 in the folder, 12 now"):
        batch(other, out=reference.folder)
    assert batch(other, workers=1, out=reference.folder, fresh=True).series["month"].max() == 12


def test_results_go_to_a_folder_of_the_experiment_s_name(fake_engine, experiment, in_folder):
    assert batch(experiment, workers=1).folder.resolve() == in_folder / "results/small"
    assert Results.load("results/small").manifest["configuration"]["name"] == "small"


def test_the_manifest_holds_the_experiment(reference, experiment):
    assert reference.experiment == experiment
    assert (reference.baseline, reference.factors) == ("social_impact_bond", ["payment.lag_months"])
    assert reference.designs == ["social_impact_bond", "provider_financed_pbr"]
    assert reference.cases == ["generic"]
    assert reference.title("social_impact_bond") == "Social impact bond"
    assert {"python", "numpy", "numba", "mesa", "obc-abm"} <= set(reference.manifest["versions"])
    assert json.loads((reference.folder / "manifest.json").read_text()) == reference.manifest


def test_compare_takes_another_baseline_and_refuses_an_unknown_one(reference):
    table = reference.compare("provider_financed_pbr")
    own = table[(table["design"] == "provider_financed_pbr") & table["metric"].isin(NAMES)]
    assert (own["difference"].dropna() == 0).all()
    assert list(table.columns) == [
        "case", "design", "factors", "metric", "unit", "n", "baseline", "mean", "difference", "low", "high",
        "sd", "won", "effect", "sim_low", "sim_high", "matters", "verdict", "more_runs",
    ]  # fmt: skip
    assert set(table["factors"]) == {"payment.lag_months=1", "payment.lag_months=6"}
    with pytest.raises(ConfigError, match="did you mean 'social_impact_bond'"):
        reference.compare("social_impact_bnd")


def test_tables_are_written_as_csv(reference, tmp_path):
    assert [path.name for path in reference.write_tables(tmp_path / "t")] == ["summary.csv", "differences.csv"]
    assert (tmp_path / "t/differences.csv").read_text().startswith("case,design,factors,metric,unit,n,baseline,mean")


def test_changed_results_are_not_read(reference):
    path = reference.folder / "series.parquet"
    path.write_bytes(path.read_bytes()[:-1])
    with pytest.raises(ConfigError, match=r"series\.parquet: damaged or changed"):
        Results.load(reference.folder)


@pytest.mark.parametrize("workers", [0, -1, 1.5, True, "two"])
def test_workers_are_a_whole_number(experiment, workers, in_folder):
    with pytest.raises(ConfigError, match="workers: expected a whole number"):
        batch(experiment, workers=workers)
    assert list(in_folder.iterdir()) == []


def handed_out(missing, size):
    ahead, work = Units(missing), []
    while ahead:
        work.append(ahead.take(size))
    assert ahead.runs == 0
    return work


def test_units_are_one_arm_and_few_seeds_and_cover_everything():
    missing = [(arm, seed) for seed in range(1, 41) for arm in range(8)]
    work = handed_out(missing, 7)
    assert sorted((arm, seed) for arm, seeds in work for seed in seeds) == sorted(missing)
    assert max(len(seeds) for _, seeds in work) == 7
    assert [arm for arm, _ in work[:8]] == list(range(8))
    assert [seeds for _, seeds in handed_out([(0, 1), (1, 1)], 4)] == [(1,), (1,)]
    assert handed_out([], 2) == []


# ---- one run


def test_a_run_has_series_and_values_at_the_end(fake_engine, tmp_path):
    result = run("generic", "block_grant", seed=4, months=30, settings={"case.families": 40})
    assert list(result.series.columns) == ["month", *NAMES]
    assert list(result.series["month"]) == list(range(31))
    assert result.summary["wellbeing_mean"] == result.series["wellbeing_mean"].iloc[-1]
    first = result.case.calendar.service[0]
    assert result.summary["satisfaction"] == pytest.approx(result.series["satisfaction"][first:].mean())
    assert sum(place.families for place in result.case.locality.values()) == 40
    names = [path.name for path in result.write(tmp_path / "out")]
    assert names == ["series.csv", "series.parquet"]


def test_a_run_takes_values_as_well_as_names(fake_engine):
    case, design = load_case("generic", {"case.families": 40}), load_design("block_grant")
    by_value = run(case, design, months=12)
    assert by_value.series.equals(run(case, design.base, months=12).series)
    assert by_value.series.equals(run("generic", "block_grant", months=12, settings={"case.families": 40}).series)
    assert isinstance(design.base, GovernanceDesign)


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"seed": -1}, "seed: expected a whole number"),
        ({"seed": 1.0}, "seed"),
        ({"months": 0}, "months: expected a whole number from 1"),
        ({"settings": {"payment.lag": 3}}, "payment.lag"),
        ({"settings": {"payment.target": 0.5}}, "payment.target.*does not use it"),
        ({"case": "lombardie"}, "did you mean 'lombardy'"),
    ],
)
def test_a_run_that_cannot_be_is_refused(fake_engine, wrong, said):
    with pytest.raises(ConfigError, match=said):
        run(**{"case": "generic", "design": "block_grant", **wrong})


def test_a_single_run_does_not_write_over_a_batch(reference):
    with pytest.raises(ConfigError, match="holds the results of a batch"):
        run("generic", "block_grant", months=3, settings={"case.families": 40}).write(reference.folder)
