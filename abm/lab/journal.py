"""The journal of a batch at work: the checksums of its parts, a line for each, so that a flush costs the same after 100,000
runs as after one.

A line is written, synced, and counts only whole: it begins with a hash of its rest. A line cut short by a crash, or
damaged since, is as if it had never been written, and the runs of its part are done again.
"""

from __future__ import annotations

import hashlib
import json
import os
from pathlib import Path

from abm.lab.files import write_whole

NAME = "journal.jsonl"
Part = dict[str, str]  # file name within the folder → checksum


def _line(part: Part) -> str:
    text = json.dumps(part, ensure_ascii=False)
    return f"{hashlib.sha256(text.encode()).hexdigest()} {text}\n"


class Journal:
    """The journal of a folder, which lies among its parts."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / NAME
        self._file: int | None = None
        self.damaged = 0
        self.parts: list[Part] = []
        self._read()

    def _read(self) -> None:
        try:
            lines = self._path.read_bytes().decode(errors="replace").splitlines()
        except FileNotFoundError:
            return
        for line in lines:
            check, _, text = line.partition(" ")
            if hashlib.sha256(text.encode()).hexdigest() == check:
                self.parts.append(json.loads(text))
            else:
                self.damaged += 1
        if self.damaged or not lines:
            self.rewrite(self.parts)

    def rewrite(self, parts: list[Part]) -> None:
        """Have these lines and no others."""
        self.close()
        self.parts = parts
        write_whole(self._path, lambda to: to.write_text("".join(map(_line, parts)), encoding="utf-8"))

    def append(self, part: Part) -> None:
        """One more line, on disk when this returns."""
        if self._file is None:
            if not self._path.exists():
                self.rewrite(self.parts)
            self._file = os.open(self._path, os.O_WRONLY | os.O_APPEND)
        line = _line(part).encode()
        if os.write(self._file, line) != len(line):
            raise OSError(28, "No space left on device", str(self._path))
        os.fsync(self._file)
        self.parts.append(part)

    def close(self) -> None:
        """Let go of the file."""
        if self._file is not None:
            os.close(self._file)
            self._file = None
