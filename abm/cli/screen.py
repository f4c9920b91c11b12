"""What commands say: lines for standard error, tables no wider than meant, progress."""

from __future__ import annotations

import sys
from typing import Any

from rich.console import Console

WIDEST = 100  # columns of tables, however wide the terminal


def complain(*lines: str) -> None:
    """Lines for standard error, as they are."""
    for line in lines:
        print(line, file=sys.stderr)


def console() -> Console:
    """Standard output, no wider than tables are meant to be."""
    out = Console(highlight=False)
    out.width = min(out.width, WIDEST)
    return out


class Bar:
    """Progress on standard error: a bar with rate and remaining time on a terminal, one line at the end elsewhere."""

    def __init__(self, what: str = "runs") -> None:
        self._what = what
        self.over = self.planned = self.failed = 0
        self._console = Console(stderr=True)
        self._progress: Any = None

    def __enter__(self) -> Bar:
        return self

    def __exit__(self, *error: object) -> None:
        if self._progress is not None:
            self._progress.stop()
        elif self.planned and error[0] is None:
            complain(f"{self.over} of {self.planned} {self._what} are over, {self.failed} failed")

    def tell(self, over: int, planned: int, failed: int) -> None:
        """Take note of how far the work is."""
        if self._console.is_terminal:
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
        self._what = f"runs: {step}"
        if self._progress is not None:
            self._progress.reset(0, total=None)
            self._progress.update(0, what=self._what)

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
        self._progress.add_task(self._what, total=planned, completed=over, said="", what=self._what)
        self._progress.start()
