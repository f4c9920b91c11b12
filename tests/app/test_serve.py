"""The server listens on this machine alone, at once, and asks nobody else for anything."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest
from app_help import ROOT, free_port, start_server, stop

from abm.config import ConfigError
from abm.show.app import serve


def test_it_listens_here_whatever_HOST_says_and_shows_a_page_within_five_seconds():
    """Of processor time, for others may be at work on this machine: alone on it, the seconds are the same."""
    process, url, _ = start_server(script=Path(serve.__file__), HOST="0.0.0.0", SOLARA_HOST="0.0.0.0")
    try:
        ticks = Path(f"/proc/{process.pid}/stat").read_text().rpartition(")")[2].split()[11:13]
        port = int(url.rsplit(":", 1)[1].strip("/"))
        listening = {
            line.split()[1] for line in Path("/proc/net/tcp").read_text().splitlines() if line.split()[3] == "0A"
        }
    finally:
        stop(process)
    assert f"0100007F:{port:04X}" in listening
    assert f"00000000:{port:04X}" not in listening
    assert sum(map(int, ticks)) / os.sysconf("SC_CLK_TCK") < 5.0


@pytest.mark.parametrize(
    ("host", "here"),
    [("127.0.0.1", True), ("127.8.0.1", True), ("::1", True), ("localhost", True), ("0.0.0.0", False), ("10.1.2.3", False),
     ("::", False), ("lab.example.org", False)],
)  # fmt: skip
def test_what_is_this_machine(host, here):
    assert serve.is_this_machine(host) is here


def test_a_port_that_is_taken_is_an_error_in_words():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        with pytest.raises(ConfigError, match="choose another one with --port"):
            serve.check_address("127.0.0.1", taken.getsockname()[1])


def test_another_address_is_told_with_a_warning():
    port = free_port()
    command = [sys.executable, "-m", "abm.cli", "app", "--port", str(port), "--host", "0.0.0.0", "--no-browser"]
    process = subprocess.Popen(
        command, env=os.environ | {"PYTHONPATH": str(ROOT)}, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    try:
        assert process.stderr.readline().startswith("warning: everybody who can reach 0.0.0.0")
        assert f"http://0.0.0.0:{port}" in process.stdout.readline()
    finally:
        stop(process)


def test_a_missing_package_is_named(monkeypatch):
    monkeypatch.setattr(serve, "_there", lambda name: name != "solara")
    with pytest.raises(ConfigError, match=r"needs solara: pip install 'obc-abm\[app\]'"):
        serve.check_address("127.0.0.1", 0)


def test_ctrl_c_ends_it():
    import signal

    process, _, _ = start_server()
    time.sleep(0.3)
    process.send_signal(signal.SIGINT)
    assert process.wait(timeout=15) in (0, 1, 130, -2)
