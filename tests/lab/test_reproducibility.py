"""The reproducibility matrix: one small batch of the real engine, done in many ways, has one digest.

Rows are sorted and floats taken as hex, so a digest is equal only where every bit is. The quick cells are in `make test`;
`make test-all` adds the others.
"""

from __future__ import annotations

import itertools
import logging
import multiprocessing
import os
import random
import shutil
import subprocess
import sys
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from pathlib import Path

import cells
import numpy as np
import pandas as pd
import pytest

from abm.config.keep import Keep
from abm.lab.batches import plan_of
from abm.lab.engines import Workforce, open_engine
from abm.lab.results import Results
from abm.lab.run import prepare_engine
from abm.lab.running import batch

ROOT = Path(__file__).parents[2]
ALONE = Workforce(None, 1)


def shuffled(missing, by=1):
    """The runs in another order."""
    return random.Random(by).sample(missing, len(missing))


ORDERS = {
    "as planned": None,
    "reversed": lambda missing: missing[::-1],
    "arm by arm": sorted,
    "shuffled": shuffled,
}
ENVIRONMENTS = {
    "hash seed 1": {"PYTHONHASHSEED": "1"},
    "another time zone": {"TZ": "Pacific/Auckland"},
    "another locale": {"LC_ALL": "tr_TR.UTF-8", "LANG": "tr_TR.UTF-8", "LANGUAGE": "tr"},
    "no assertions": {"PYTHONOPTIMIZE": "1"},
    "warnings and development mode": {"PYTHONDEVMODE": "1"},
    "threads of libraries": {"OMP_NUM_THREADS": "3", "OPENBLAS_NUM_THREADS": "3", "NUMBA_NUM_THREADS": "2"},
    "hash seed 2": {"PYTHONHASHSEED": "2"},
    "plain C locale": {"LC_ALL": "C", "PYTHONUTF8": "0"},
}


@pytest.fixture(scope="module")
def reference():
    """The digest of this process doing one run after the other."""
    prepare_engine(4)
    return cells.digest_on(ALONE)


@pytest.fixture(scope="module")
def finished(tmp_path_factory):
    """The batch in a folder."""
    prepare_engine(4)
    return batch(cells.experiment(), workers=1, out=tmp_path_factory.mktemp("cells") / "r")


def test_a_run_depends_on_its_seed_and_design(finished):
    rows = cells.rows_of(finished)
    assert len({line.split(" ", 2)[2] for line in rows}) == len(rows) == len(cells.SEEDS) * len(cells.DESIGNS)


# ---- this process, and threads


@pytest.mark.parametrize("order", ORDERS)
def test_order(reference, order):
    assert cells.digest_on(ALONE, ORDERS[order]) == reference


@pytest.mark.parametrize("chunk", [1, 3, 64])
def test_threads_and_units(reference, chunk):
    with ThreadPoolExecutor(2) as pool:
        assert cells.digest_on(Workforce(pool, 2), chunk=chunk) == reference


def test_what_is_kept_is_what_ran(reference, finished):
    assert cells.digest_of_results(finished) == reference
    assert cells.digest_of_results(Results.load(finished.folder)) == reference


@pytest.mark.parametrize("told", ["progress", "logging"])
def test_progress_and_logging(reference, tmp_path, told):
    from abm.cli.screen import Log

    log = Log(tmp_path / "log", "runs") if told == "logging" else None
    if log:
        logging.basicConfig(level=logging.DEBUG, filename=tmp_path / "debug")
    tell = log.tell if log else lambda *counts: None
    found = batch(cells.experiment(), workers=1, out=tmp_path / "r", progress=tell)
    assert cells.digest_of_results(found) == reference


# ---- processes


@pytest.mark.parametrize(
    ("workers", "chunk"),
    [(1, 64), (3, 2)] + [
        pytest.param(*both, marks=pytest.mark.slow) for both in itertools.product((1, 2, 3, 4), (1, 2, 3, 64))
    ],
)  # fmt: skip
def test_local_workers(reference, workers, chunk):
    with open_engine("local", workers, limit=600.0) as force:
        assert cells.digest_on(force, chunk=chunk) == reference


@pytest.mark.slow
@pytest.mark.parametrize("workers", [2, 4])
@pytest.mark.parametrize("order", ORDERS)
@pytest.mark.parametrize("chunk", [1, 2])
def test_local_workers_in_any_order(reference, workers, order, chunk):
    with open_engine("local", workers) as force:
        assert cells.digest_on(force, ORDERS[order], chunk) == reference


@pytest.mark.parametrize(
    ("method", "workers"),
    [("spawn", 1), ("forkserver", 1), ("fork", 2)] + [
        pytest.param(*both, marks=pytest.mark.slow) for both in itertools.product(("spawn", "forkserver", "fork"), (3, 4))
    ],
)  # fmt: skip
def test_start_methods(reference, method, workers):
    if method not in multiprocessing.get_all_start_methods():
        pytest.skip(f"this system cannot {method}")
    with ProcessPoolExecutor(workers, multiprocessing.get_context(method)) as pool:
        assert cells.digest_on(Workforce(pool, workers), chunk=2) == reference


@pytest.mark.parametrize(
    "name", [name if n < 4 else pytest.param(name, marks=pytest.mark.slow) for n, name in enumerate(ENVIRONMENTS)]
)
def test_environment_of_workers(reference, name, monkeypatch):
    for key, value in ENVIRONMENTS[name].items():
        monkeypatch.setenv(key, value)
    with open_engine("local", 1, limit=600.0) as force:
        assert cells.digest_on(force) == reference


def test_working_directory_of_workers(reference, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with open_engine("local", 1, limit=600.0) as force:
        assert cells.digest_on(force) == reference


# ---- other engines


def test_dask(reference, tmp_path):
    pytest.importorskip("distributed", reason="dask is not installed: pip install 'obc-abm[dask]'")
    found = batch(cells.experiment(), workers=1, out=tmp_path / "r", engine="dask")
    assert cells.digest_of_results(found) == reference


@pytest.mark.slow
@pytest.mark.parametrize("chunk", [1, 3])
def test_dask_by_the_address_of_a_scheduler(reference, chunk):
    distributed = pytest.importorskip("distributed", reason="dask is not installed")
    with (
        distributed.LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None) as cluster,
        open_engine("dask", scheduler=cluster.scheduler_address) as force,
    ):
        assert force.slots == 2
        assert cells.digest_on(force, chunk=chunk) == reference


def environment(**more):
    """Of another interpreter that is to use these sources."""
    return {**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT), str(ROOT / "tests")]), **more}


@pytest.mark.parametrize("ranks", [2, *(pytest.param(n, marks=pytest.mark.slow) for n in (3, 4))])
def test_mpi(reference, tmp_path, ranks):
    pytest.importorskip("mpi4py", reason="mpi4py is not installed: pip install 'obc-abm[mpi]'")
    if shutil.which("mpirun") is None:
        pytest.skip("there is no mpirun: on Debian and Ubuntu, apt install openmpi-bin")
    allowed = {"OMPI_ALLOW_RUN_AS_ROOT": "1", "OMPI_ALLOW_RUN_AS_ROOT_CONFIRM": "1"}
    words = ["mpirun", "--oversubscribe", "-n", str(ranks), sys.executable, ROOT / "tests/cells.py", tmp_path / "r"]
    done = subprocess.run(
        [*map(str, words), "--engine", "mpi"], env=environment(**allowed), capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.split() == [reference]


# ---- interrupted, extended, thinned


def interrupted(folder, asked, after):
    """Begin a batch, and end it after so many runs."""

    def stop(over, planned, failed):
        if over == after:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        batch(asked, workers=1, out=folder, progress=stop)


@pytest.mark.parametrize(
    "after", [1, 5, *(pytest.param(n, marks=pytest.mark.slow) for n in (0, 2, 3, 4, 6, 7, 8, 9, 10, 11, 12))]
)
def test_resumed(reference, tmp_path, finished, after):
    interrupted(tmp_path / "r", cells.experiment(), after)
    told = []
    found = batch(cells.experiment(), workers=1, out=tmp_path / "r", progress=lambda over, *_: told.append(over))
    assert told[0] == after  # nothing that was done is done again
    assert cells.digest_of_results(found) == reference
    assert found.manifest["files"] == finished.manifest["files"]


def extended(tmp_path, before, after):
    """Results of `before`, then of `after` in the same folder and, for comparison, in one of its own; runs done again."""
    batch(before, workers=1, out=tmp_path / "r")
    told = []
    found = batch(after, workers=1, out=tmp_path / "r", progress=lambda over, *_: told.append(over))
    return found, batch(after, workers=1, out=tmp_path / "new"), told[0]


def test_more_seeds_change_no_other_run(tmp_path, finished):
    few = cells.experiment(seeds=(3, 1))
    found, new, kept = extended(tmp_path, few, cells.experiment())
    assert kept == 2 * len(plan_of(few).all_arms)
    assert found.manifest["files"] == new.manifest["files"] == finished.manifest["files"]


def test_another_design_changes_no_other_run(tmp_path, finished):
    one = cells.experiment(designs=cells.experiment().designs[1:], baseline="social_impact_bond")
    found, new, kept = extended(tmp_path, one, cells.experiment())
    assert kept >= len(cells.SEEDS)
    assert found.manifest["files"] == new.manifest["files"] == finished.manifest["files"]


def test_another_value_of_a_factor_changes_no_other_run(tmp_path):
    factors = [{"payment.lag_months": (3,)}, {"payment.lag_months": (1, 3)}]
    found, new, kept = extended(tmp_path, *(cells.experiment(seeds=2, factors=values) for values in factors))
    assert kept >= 2 * 2
    assert found.manifest["files"] == new.manifest["files"]


def test_another_output_changes_no_run(reference, tmp_path):
    found = batch(cells.experiment(tables=("providers", "families")), workers=1, out=tmp_path / "r")
    assert cells.digest_of_results(found) == reference


def test_a_thinned_series_is_part_of_the_whole(tmp_path, finished):
    keep = Keep(every=6, metrics=("trust_mean", "spend_public"), agents=1)
    asked = cells.experiment(keep=keep, tables=("families",), months=16)
    whole = batch(cells.experiment(months=16), workers=1, out=tmp_path / "whole")
    thin = batch(asked, workers=1, out=tmp_path / "thin")
    kept = whole.series[whole.series["month"].isin([0, 6, 12, 16])].reset_index(drop=True)
    pd.testing.assert_frame_equal(thin.series, kept[thin.series.columns], check_exact=True)
    assert list(thin.series.columns) == ["case", "design", "seed", "month", "trust_mean", "spend_public"]
    assert thin.runs.equals(whole.runs)
    assert set(thin.agents("families")["seed"]) == {1}


# ---- without the compiler, and other versions


@pytest.mark.slow
def test_the_compiler_changes_no_digit(tmp_path):
    words = [sys.executable, ROOT / "tests/cells.py", "--months", 12, "--families", 10, "--seeds", 1]
    for folder, off in (("on", {}), ("off", {"NUMBA_DISABLE_JIT": "1"})):
        subprocess.run(
            [*map(str, words), str(tmp_path / folder)], env=environment(**off), check=True, capture_output=True
        )
    on, off = (Results.load(tmp_path / folder) for folder in ("on", "off"))
    for table in ("runs", "series"):
        one, other = getattr(on, table), getattr(off, table)
        assert list(one.columns) == list(other.columns)
        numbers = one.select_dtypes("number").columns
        np.testing.assert_allclose(other[numbers], one[numbers], rtol=1e-12, atol=1e-12)


def interpreters():
    """Other Pythons: those of OBC_TEST_PYTHONS (separated as paths are), or those on the path."""
    given = os.environ.get("OBC_TEST_PYTHONS", "")
    names = given.split(os.pathsep) if given else [f"python3.{minor}" for minor in (11, 12, 13)]
    return [name for name in names if name]


@pytest.mark.slow
@pytest.mark.parametrize("python", interpreters())
def test_other_versions_of_python_and_mesa(reference, tmp_path, python):
    path = shutil.which(python)
    if path is None:
        pytest.skip(f"there is no {python}; OBC_TEST_PYTHONS may name interpreters with the package's requirements")
    asked = "import mesa, numba, pandas, pyarrow, pydantic, scipy, sys; print(sys.version_info[:2], mesa.__version__)"
    probe = subprocess.run([path, "-c", asked], capture_output=True, text=True, check=False)
    if probe.returncode:
        pytest.skip(f"{python} lacks the package's requirements: {probe.stderr.strip().splitlines()[-1:]}")
    words = [path, str(ROOT / "tests/cells.py"), str(tmp_path / "r")]
    done = subprocess.run(words, env=environment(), capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout.split() == [reference], probe.stdout
