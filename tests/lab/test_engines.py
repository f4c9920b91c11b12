"""Engines as a user asks for them: names, limits, progress in files, and what is refused before anything runs."""

from __future__ import annotations

import pytest
from faulty import DESIGN, program

from abm.cli.screen import Bar
from abm.config import ConfigError
from abm.lab.engines import check_engine
from abm.lab.running import batch


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"engine": "desk"}, "engine: no 'desk', expected 'local', 'dask', 'mpi'; did you mean 'dask'"),
        ({"scheduler": "tcp://here:1"}, "scheduler: the engine 'local' has none"),
        ({"limit": 0.0}, "limit: expected seconds above 0"),
        ({"limit": float("nan")}, "limit: expected seconds above 0"),
    ],
)
def test_what_cannot_be_is_refused_and_nothing_is_written(fake_engine, experiment, in_folder, asked, said):
    with pytest.raises(ConfigError, match=said):
        batch(experiment, **asked)
    assert list(in_folder.iterdir()) == []


def test_an_engine_that_is_not_installed_says_how_to_get_it(monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "mpi4py", None)
    with pytest.raises(ConfigError, match=r"pip install 'obc-abm\[mpi\]'"):
        check_engine("mpi", None)


def test_a_log_has_time_runs_failures_rate_and_end(tmp_path, capsys):
    with Bar(quiet=True, log=tmp_path / "log") as bar:
        for over in range(5):
            bar.tell(over, 8, 1)
    lines = (tmp_path / "log").read_text().splitlines()
    assert len(lines) == 2  # the start and the end; others come every ten seconds
    assert lines[0].endswith("0 of 8 runs, 1 failed")
    assert "4 of 8 runs, 1 failed" in lines[1]
    assert "a second" in lines[1]
    assert lines[1].endswith("left, finished")
    assert capsys.readouterr() == ("", "")


@pytest.mark.slow
def test_a_quiet_batch_with_a_log_and_a_limit(tmp_path):
    words = ("--workers", "2", "--quiet", "--log", str(tmp_path / "log"), "--limit", "1")
    with program(tmp_path / "r", 4, *words, fault=f"sleep:{DESIGN}:3") as process:
        out, err = process.communicate(timeout=120)
    assert process.returncode == 1
    assert out == ""
    assert f"generic · {DESIGN} · seed 3: failed: time limit of 1 s" in err
    assert "16 of 16 runs, 1 failed" in (tmp_path / "log").read_text().splitlines()[-1]
