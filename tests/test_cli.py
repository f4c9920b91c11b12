"""The command `obc`: what it prints, what it writes, and its exit codes."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pandas as pd
import pytest

from abm import __version__
from abm.metrics import METRICS

ROOT = Path(__file__).parents[1]


@pytest.fixture
def small_file(in_folder):
    """An experiment that takes no time."""
    path = in_folder / "small.toml"
    path.write_text(
        'case = "generic"\ndesigns = ["block_grant", "social_impact_bond"]\nseeds = 3\nmonths = 20\n'
        '[set]\n"case.families" = 40\n'
    )
    return path


def files(folder):
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())


# ---- help, version, lists


@pytest.mark.parametrize("command", ["run", "batch", "compare", "list", "check", "validate", "app"])
def test_every_command_shows_an_example(obc, command):
    code, out, _ = obc(command, "--help")
    assert code == 0
    assert f"Example: obc {command}" in " ".join(out.split())


def test_help_needs_nothing_heavy():
    code = (
        "import sys; sys.argv = ['obc', '--help']\nfrom abm.cli import main\ntry: main()\nexcept SystemExit: pass\n"
        "heavy = {'pandas', 'numba', 'numpy', 'pyarrow', 'matplotlib', 'mesa', 'networkx', 'scipy'} & set(sys.modules)\n"
        "assert not heavy, heavy"
    )
    subprocess.run(
        [sys.executable, "-c", code], check=True, capture_output=True, env={**os.environ, "PYTHONPATH": str(ROOT)}
    )


def test_version(obc):
    assert obc("--version") == (0, f"obc {__version__}\n", "")


@pytest.mark.parametrize("kind", ["cases", "designs", "experiments"])
def test_presets_are_listed(obc, kind):
    code, out, _ = obc("list", kind)
    assert code == 0
    for path in (ROOT / "configs" / kind).glob("*.toml"):
        assert f"{path.stem} – " in out


def test_metrics_and_parameters_are_listed_with_units(obc):
    code, out, _ = obc("list", "metrics")
    assert code == 0
    assert max(map(len, out.splitlines())) <= 80
    for metric in METRICS:
        assert re.search(rf"{metric.name} +{re.escape(metric.unit)}", out)
    code, out, _ = obc("list", "parameters")
    assert code == 0
    assert "payment.lag_months = 3 months  (0 … 36)\n" in out
    assert "payment.rule = block  (block | fee_for_service" in out
    assert "case.trust.asymmetry = 2.0 ratio  (1 … 20)" in out


# ---- check


def test_check_says_what_a_file_is(obc, small_file):
    assert obc("check", "block_grant")[1] == "block_grant: a design, 'block_grant', nothing wrong\n"
    assert obc("check", small_file)[1].endswith("nothing wrong: (2 arms + 1 block twin) × 3 seeds = 9 runs\n")


def test_check_says_all_that_is_wrong(obc, in_folder):
    (in_folder / "bad.toml").write_text('extends = "block_grant"\n[payment]\nlag_month = 3\nalignment = 2.0\n')
    code, out, err = obc("check", "bad.toml")
    assert (code, out) == (2, "")
    assert len(err.splitlines()) == 2
    assert "did you mean 'payment.lag_months'" in err
    assert "payment.alignment" in err


# ---- run


def test_run_shows_values_with_units_and_writes_only_if_asked(obc, fake_engine, in_folder):
    words = ("run", "generic", "social_impact_bond", "--seed", 7, "--months", 30, "--set", "case.families=40")
    code, out, err = obc(*words)
    assert (code, err) == (0, "")
    assert "Social impact bond; Generic place; seed 7, 30 months" in out
    assert re.search(r"spend_public +[\d.,]+ +€", out)
    assert max(map(len, out.splitlines())) <= 80
    assert files(in_folder) == []
    code, out, _ = obc(*words, "--out", "one")
    assert files(in_folder) == ["one/series.csv", "one/series.parquet"]
    assert "written: one/series.csv" in out
    assert len(pd.read_parquet("one/series.parquet")) == 31


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("run", "lombardie", "block_grant"), "did you mean 'lombardy'"),
        (("run", "lombardy", "block_grnt"), "did you mean 'block_grant'"),
        (("run", "lombardy", "block_grant", "--seed", "-1"), "seed: expected a whole number from 0"),
        (("run", "lombardy", "block_grant", "--threads", "0"), "threads: expected a whole number from 1"),
        (("run", "lombardy", "block_grant", "--months", "0"), "months: expected"),
        (("run", "lombardy", "block_grant", "--set", "payment.lag_months"), "KEY=VALUE"),
        (("run", "lombardy", "block_grant", "--set", "payment.lag_month=1"), "payment.lag_months"),
        (("run", "lombardy", "block_grant", "--set", "payment.target=0.5"), "does not use it"),
        (("run", "lombardy", "block_grant", "--set", "case.families=2000000000"), "families"),
        (("run", "lombardy", "block_grant", "--seed", "one"), "--seed"),
        (("batch", "lombardy_design"), "did you mean 'lombardy_designs'"),
        (("batch", "lombardy_designs", "--workers", "0"), "workers: expected a whole number from 1"),
        (("compare", "nowhere"), "no such folder"),
        (("compare", "."), "not a results folder"),
        (("check", "absent.toml"), "absent.toml: no such file"),
        (("list", "wishes"), "wishes"),
    ],
)
def test_input_at_fault_gets_one_message_and_nothing_is_written(obc, in_folder, words, said):
    code, out, err = obc(*words)
    assert (code, out) == (2, "")
    assert said in err
    assert files(in_folder) == []


# ---- batch and compare


def test_run_repeats_a_run_file_and_options_add_to_it(obc, fake_engine, in_folder):
    path = in_folder / "mine.toml"
    path.write_text(
        'case = "generic"\ndesigns = ["social_impact_bond"]\nseeds = [7]\nmonths = 30\n[set]\n"case.families" = 40\n'
        '[[changes]]\nmonth = 9\nset = { "control.audit" = 0.3 }\n'
    )
    code, out, _ = obc("run", path)
    assert code == 0
    assert "Social impact bond; Generic place; seed 7, 30 months" in out
    again = obc("run", "generic", "social_impact_bond", "--seed", 7, "--months", 30, "--set", "case.families=40",
                "--change", "9:control.audit=0.3")  # fmt: skip
    assert again[1] == out
    _, out, _ = obc("run", path, "--seed", 8, "--months", 25, "--change", "10:control.audit=0.2")
    assert "seed 8, 25 months" in out


def test_run_without_a_design_asks_for_a_run_file(obc, in_folder):
    (in_folder / "two.toml").write_text('case = "generic"\ndesigns = ["block_grant"]\nseeds = 2\n')
    code, _, err = obc("run", "two.toml")
    assert (code, "two.toml: seeds: a run has one, these are 2" in err) == (2, True)
    code, _, err = obc("run", "generic")
    assert code == 2
    assert "there is a case of that name" in err


def test_batch_compares_and_says_what_it_wrote(obc, fake_engine, small_file, in_folder):
    code, out, err = obc("batch", "small.toml", "--workers", 1)
    assert code == 0
    assert err == "9 of 9 runs are over, 0 failed\n"
    assert re.search(r"social_impact_bond +[+−]", out)
    assert max(len(line) for line in out.splitlines() if not line.startswith("written")) <= 80
    written = files(in_folder / "results/small")
    assert [f"results/small/{name}" for name in written] == sorted(re.findall(r"written: (\S+)", out))
    assert {"manifest.json", "runs.parquet", "series.parquet", "tables/differences.csv", "tables/summary.csv"} <= {
        *written
    }
    assert {"figures/differences.png", "figures/trust_trajectories.svg", "figures/outcome_trajectories.png"} <= {
        *written
    }

    code, again, err = obc("batch", "small.toml")  # nothing is missing
    assert (code, again, err) == (0, out, "")
    code, compared, _ = obc("compare", "results/small")
    assert code == 0
    table, _, _ = out.partition("written:")
    assert compared.startswith(table.rstrip())
    assert "front: probability" in compared.removeprefix(table.rstrip())  # verdicts, which a batch leaves to `compare`
    assert obc("compare", "results/small", "--baseline", "social_impact_bond")[0] == 0
    code, _, err = obc("compare", "results/small", "--baseline", "blok_grant")
    assert code == 2
    assert "did you mean 'block_grant'" in err


def test_a_folder_of_something_else_is_refused_until_fresh(obc, fake_engine, small_file, in_folder):
    assert obc("batch", small_file, "--workers", 1, "--out", "here")[0] == 0
    small_file.write_text(small_file.read_text().replace("months = 20", "months = 15"))
    code, out, err = obc("batch", small_file, "--workers", 1, "--out", "here")
    assert (code, out) == (2, "")
    assert "months: 20 in the folder, 15 now" in err
    assert obc("batch", small_file, "--workers", 1, "--out", "here", "--fresh")[0] == 0


def test_failed_runs_are_named_and_the_code_is_one(obc, fake_engine, small_file, monkeypatch):
    monkeypatch.setenv("FAULT", "exception:block_grant:2")
    code, out, err = obc("batch", "small.toml", "--workers", 2)
    assert code == 1
    assert "9 of 9 runs are over, 1 failed" in err
    assert "generic · block_grant · seed 2: failed: ValueError: no such luck" in err
    assert "2 paired runs a design" in out


def test_all_runs_failed(obc, fake_engine, small_file, monkeypatch):
    small_file.write_text(small_file.read_text().replace("seeds = 3", "seeds = [2]").replace('"block_grant", ', ""))
    monkeypatch.setenv("FAULT", "exception:social_impact_bond:2")
    code, _, err = obc("batch", "small.toml", "--workers", 1)
    assert "1 of 2 runs failed" in err
    assert code == 1


def test_a_full_disk_is_the_machine_s_fault(obc, fake_engine, small_file, monkeypatch):
    def full(*_args, **_keywords):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("abm.lab.store.write_arrow", full)
    code, _, err = obc("batch", "small.toml", "--workers", 1)
    assert code == 1
    assert err.splitlines()[-1] == "error: [Errno 28] No space left on device"


def test_an_interrupted_batch_keeps_its_runs(fake_engine, small_file, in_folder):
    """A real Ctrl-C, while a worker process sleeps in a run."""
    small_file.write_text(small_file.read_text().replace("seeds = 3", "seeds = 8"))
    script = (
        "import sys, pytest\n"
        f"sys.path.insert(0, {str(ROOT / 'tests')!r})\n"
        "from conftest import put_in_place\n"
        "with pytest.MonkeyPatch.context() as patch:\n"
        "    import os; fault = os.environ.pop('SLEEP', None)\n"
        "    put_in_place(patch)\n"
        "    if fault: os.environ['FAULT'] = fault\n"
        "    from abm.cli import main\n"
        "    main()\n"
    )
    words = [sys.executable, "-c", script, "batch", "small.toml", "--workers", "2"]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    slow = {**environment, "SLEEP": "sleep:social_impact_bond:8"}
    with subprocess.Popen(words, env=slow, stderr=subprocess.PIPE, text=True) as process:
        journal = in_folder / "results/small/parts/journal.jsonl"
        until = time.monotonic() + 30
        while time.monotonic() < until and not (journal.exists() and "parts/" in journal.read_text()):
            time.sleep(0.05)
        time.sleep(0.5)
        process.send_signal(signal.SIGINT)
        start = time.monotonic()
        err = process.communicate(timeout=20)[1]
    assert time.monotonic() - start < 2
    assert process.returncode == 130
    assert re.fullmatch(r"interrupted: \d+ of 24 runs are kept; the same command goes on from there\n", err)
    assert "parts/" in journal.read_text()
    done = subprocess.run(words, env=environment, capture_output=True, text=True, check=True)
    assert "24 of 24 runs are over" in done.stderr


def test_a_very_large_batch_says_where_it_is_and_draws_nothing(obc, fake_engine, small_file, in_folder, monkeypatch):
    monkeypatch.setattr("abm.cli.runs.MANY", 3)
    code, out, _ = obc("batch", "small.toml", "--workers", 1)
    assert code == 0
    assert "obc report results/small" in " ".join(out.split())
    assert not (in_folder / "results/small/figures").exists()


@pytest.mark.parametrize(("words", "code"), [(["--version"], 0), (["run", "nowhere"], 2)])
def test_what_libraries_do_at_the_end_of_a_process_changes_no_exit_code(words, code):
    text = "import atexit, os, sys; atexit.register(os.abort); from abm.cli import program; program()"
    done = subprocess.run([sys.executable, "-c", text, *words], capture_output=True, text=True, check=False, cwd=ROOT)
    assert done.returncode == code, done.stderr
    assert done.stdout == (f"obc {__version__}\n" if code == 0 else "")


def test_threads_reach_the_run(obc, fake_engine, in_folder, monkeypatch):
    from abm.lab import running

    asked, plain = [], running.simulate
    monkeypatch.setattr(running, "simulate", lambda *given: asked.append(given[-1]) or plain(*given))
    words = ("run", "generic", "block_grant", "--months", 30)
    assert [obc(*words, "--threads", 3)[0], obc(*words)[0]] == [0, 0]
    (in_folder / "one.toml").write_text('case = "generic"\ndesigns = ["block_grant"]\nseeds = [7]\nmonths = 30\n')
    assert obc("run", "one.toml", "--threads", 2)[0] == 0
    assert asked == [3, 1, 2]
