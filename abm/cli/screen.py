"""What commands say: lines for standard error, tables no wider than meant, progress."""

from __future__ import annotations

import signal
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from rich.console import Console

WIDEST = 100  # columns of tables, however wide the terminal


def complain(*lines: str) -> None:
    """Lines for standard error, as they are."""
    for line in lines:
        print(line, file=sys.stderr)


def console(*, quiet: bool = False) -> Console:
    """Standard output, no wider than tables are meant to be."""
    out = Console(highlight=False, quiet=quiet)
    out.width = min(out.width, WIDEST)
    return out


@contextmanager
def ended_by_signals() -> Iterator[None]:
    """SIGTERM, by which clusters announce the end, ends the work as Ctrl-C does: what is done is kept."""

    def stop(number: int, _frame: Any) -> None:
        raise KeyboardInterrupt(number)

    before = signal.signal(signal.SIGTERM, stop)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


class Bar:
    """Progress on standard error: a bar with rate and remaining time on a terminal, one line at the end elsewhere.

    `quiet` says nothing. `log` is a file to which lines are added: at the start, every few seconds, and at the end.
    """

    def __init__(self, what: str = "runs", *, quiet: bool = False, log: Path | None = None) -> None:
        self._what, self._quiet, self._step = what, quiet, ""
        self.over = self.planned = self.failed = 0
        self._console = Console(stderr=True)
        self._progress: Any = None
        self._log = Log(log, what) if log else None

    def __enter__(self) -> Bar:
        return self

    def __exit__(self, *error: object) -> None:
        if self._log is not None:
            how = "finished" if error[0] is None else f"ended by {getattr(error[0], '__name__', error[0])}"
            self._log.close(self.over, self.planned, self.failed, how)
        if self._progress is not None:
            self._progress.stop()
        elif self.planned and error[0] is None and not self._quiet:
            complain(f"{self.over} of {self.planned} {self._what} are over, {self.failed} failed")

    def tell(self, over: int, planned: int, failed: int) -> None:
        """Take note of how far the work is."""
        if self._log is not None:
            self._log.tell(over, planned, failed)
        if self._console.is_terminal and not self._quiet:
            if self._progress is None:
                self._start(over, planned)
            speed = self._progress.tasks[0].speed
            said = f"{speed:.0f} {self._what}/s" if speed and speed >= 1 else "" if self.over else "starting"
            self._progress.update(
                0, completed=over, total=planned, said=said + (f", {failed} failed" if failed else "")
            )
        self.over, self.planned, self.failed = over, planned, failed

    def name(self, step: str) -> None:
        """Say which step of several begins; each counts for itself."""
        self._step = f"{step}: "
        if self._progress is not None:
            self._progress.reset(0, total=None)
            self._progress.update(0, what=self._step + self._what)

    def _start(self, over: int, planned: int) -> None:
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

        self._progress = Progress(
            TextColumn("{task.fields[what]}"),
            BarColumn(),
            MofNCompleteColumn(),
            TextColumn("{task.fields[said]}"),
            TimeRemainingColumn(compact=True),
            TextColumn("left"),
            console=self._console,
        )
        self._progress.add_task(self._what, total=planned, completed=over, said="", what=self._step + self._what)
        self._progress.start()


class Log:
    """Progress as lines of a file, for work that nobody watches: time, runs over, failures, rate and remaining time."""

    EVERY = 10.0  # seconds between lines

    def __init__(self, path: Path, what: str) -> None:
        self._what, self._file = what, path.open("a", encoding="utf-8")
        self._first: tuple[float, int] | None = None
        self._last = 0.0

    def tell(self, over: int, planned: int, failed: int) -> None:
        """A line, unless there was one just now."""
        now = time.monotonic()
        if self._first is None:
            self._first = (now, over)
        elif now - self._last < self.EVERY:
            return
        self._last = now
        self._write(over, planned, failed, "")

    def close(self, over: int, planned: int, failed: int, how: str) -> None:
        """The last line, which says how it ended."""
        self._write(over, planned, failed, how)
        self._file.close()

    def _write(self, over: int, planned: int, failed: int, how: str) -> None:
        since, first = self._first or (0.0, 0)
        seconds = time.monotonic() - since
        rate = (over - first) / seconds if seconds > 0.0 else 0.0
        said = [
            f"{over} of {planned} {self._what}",
            f"{failed} failed",
            *([f"{rate:.1f} a second"] if over > first else []),
        ]
        if over > first and over < planned:
            said.append(f"{timedelta(seconds=round((planned - over) / rate))} left")
        stamp = datetime.now(UTC).isoformat(timespec="seconds")
        self._file.write(f"{stamp} {', '.join([*said, *([how] if how else [])])}\n")
        self._file.flush()
