"""What the tests of the page share."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

ROOT = Path(__file__).parents[2]
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
ARGUMENTS = [
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def start_server(*extra, script=Path(__file__).parent / "faulty_server.py", **environment):
    """A server on a free port: its process, its address, and the seconds until it showed its first page."""
    port = free_port()
    env = os.environ | {"PYTHONPATH": str(ROOT)} | environment
    began = time.monotonic()
    process = subprocess.Popen(
        [sys.executable, str(script), str(port), *extra],
        env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
    )  # fmt: skip
    url = f"http://127.0.0.1:{port}/"
    while True:
        try:
            with urllib.request.urlopen(url, timeout=30) as answer:
                assert answer.status == 200
            return process, url, time.monotonic() - began
        except OSError:
            if process.poll() is not None or time.monotonic() - began > 60:
                process.kill()
                raise AssertionError(f"the server did not start: {process.stdout.read()}") from None
            time.sleep(0.05)


def stop(process):
    process.terminate()
    try:
        process.wait(timeout=10)
    except subprocess.TimeoutExpired:
        process.kill()


def at_month(page, month):
    """Wait until the page shows a month and nothing is under way."""
    page.wait_for_selector(f".obc[data-month='{month}'][data-busy=no] [data-shown-month]", timeout=60_000)
