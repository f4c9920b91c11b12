"""The pages as a reader meets them: files that they say to write, commands and Python that they say to run, in their order."""

from __future__ import annotations

import re
import shlex
from pathlib import Path
from typing import NamedTuple

from typer.testing import CliRunner

from abm.cli import app

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs"
FENCE = re.compile(r"^```(\w+)([^\n]*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
NAMED = re.compile(r"# ([\w.-]+\.(?:toml|csv))\n")


class Block(NamedTuple):
    """A fenced block of a page."""

    language: str
    words: str
    text: str

    @property
    def file(self) -> str | None:
        """The name of the file that the block is, said in its first line."""
        named = NAMED.match(self.text)
        return named[1] if named else None


def blocks(page: Path) -> list[Block]:
    """The fenced blocks of a page."""
    return [Block(*found) for found in FENCE.findall(page.read_text(encoding="utf-8"))]


def commands(page: Path) -> list[str]:
    """The `obc` commands of a page, comments left out."""
    shell = [block.text for block in blocks(page) if block.language == "sh"]
    return [line.split("  #")[0].strip() for text in shell for line in text.splitlines() if line.startswith("obc ")]


def follow(page: Path, folder: Path) -> list[str]:
    """Do in `folder` (the working directory) all that a page says; returns what each command printed."""
    printed: list[str] = []
    names: dict = {}
    for block in blocks(page):
        if block.file:
            text = block.text if block.file.endswith(".toml") else block.text.split("\n", 1)[1]
            (folder / block.file).write_text(text, encoding="utf-8")
        elif block.language == "python" and not block.words.strip():
            exec(compile(block.text, str(page), "exec"), names)
        elif block.language == "sh":
            printed += [obc(line.split("  #")[0]) for line in block.text.splitlines() if line.startswith("obc ")]
    return printed


def obc(line: str) -> str:
    """What a command prints; it must not fail."""
    result = CliRunner().invoke(app, shlex.split(line)[1:], catch_exceptions=False)
    assert result.exit_code == 0, f"{line}\n{result.output}"
    return result.output
