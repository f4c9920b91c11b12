"""The laboratory is tested on a stand-in for the engine, so that faults can be had on demand and a batch takes no time."""

from __future__ import annotations

import signal
import sys
from pathlib import Path

import pytest

from abm.config import Experiment, load_case, load_design
from abm.lab import batches, more, run, running

# Where this runs in the background, programs under test must hear Ctrl-C all the same.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)


def put_in_place(patch):
    """Replace the engine, here and in worker processes."""
    patch.syspath_prepend(str(Path(__file__).parent))
    sys.modules.pop("fake_engine", None)
    import fake_engine

    patch.setattr(run, "simulate", fake_engine.simulate)
    patch.setattr(run, "simulate_unit", fake_engine.simulate_unit)
    patch.setattr(run, "prepare_worker", fake_engine.nothing)
    patch.setattr(running, "simulate", fake_engine.simulate)
    patch.setattr(running, "prepare_engine", fake_engine.nothing)
    patch.setattr(batches, "prepare_engine", fake_engine.nothing)
    patch.setattr(more, "prepare_engine", fake_engine.nothing)
    patch.delenv("FAULT", raising=False)


@pytest.fixture
def fake_engine(monkeypatch):
    """The stand-in instead of the engine."""
    put_in_place(monkeypatch)


@pytest.fixture(scope="session")
def experiment():
    """Two designs × two lags × five seeds on a small case."""
    return Experiment(
        name="small",
        cases=(load_case("generic", {"case.families": 40}),),
        designs=(load_design("social_impact_bond"), load_design("provider_financed_pbr")),
        seeds=5,
        months=20,
        factors={"payment.lag_months": (1, 6)},
    )


@pytest.fixture(scope="session")
def designs_of_demo(tmp_path_factory):
    """Results of the demo's eight designs on its case under six seeds, from the stand-in."""
    demo = running.load_experiment("lombardy_designs").model_copy(update={"seeds": (1, 2, 3, 4, 5, 6)})
    with pytest.MonkeyPatch.context() as patch:
        put_in_place(patch)
        return running.batch(demo, workers=1, out=tmp_path_factory.mktemp("demo") / "results")


@pytest.fixture
def in_folder(tmp_path, monkeypatch):
    """An empty working directory."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture(scope="session")
def chromium():
    """A browser, one for a whole process of tests. Never downloaded: skipped where the system has none."""
    from app_help import ARGUMENTS, CHROMIUM

    if CHROMIUM is None:
        pytest.skip("chromium is not installed: apt install chromium")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture
def obc(monkeypatch, capsys, in_folder):
    """Runs the command in an empty folder: (exit code, standard output, standard error)."""
    monkeypatch.setenv("COLUMNS", "80")

    from abm import cli

    def command(*words):
        monkeypatch.setattr(sys, "argv", ["obc", *map(str, words)])
        with pytest.raises(SystemExit) as end:
            cli.main()
        out, err = capsys.readouterr()
        assert "Traceback" not in out + err
        return end.value.code or 0, out, err

    return command
