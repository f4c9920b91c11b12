"""Pages that are written by hand around tables that the code writes: each table stands between two marks.

<!-- generated: schedule -->
… replaced by `make docs`; a test says when it is stale …
<!-- end -->
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from abm.config import ConfigError
from abm.config.words import did_you_mean
from abm.lab.files import write_whole

Blocks = Mapping[str, Callable[[], str]]

MARKED = re.compile(r"(<!-- generated: ([\w.]+) -->\n).*?(^<!-- end -->$)", re.MULTILINE | re.DOTALL)
OPENED = re.compile(r"<!-- generated: ([\w.]+) -->")


def refreshed(text: str, blocks: Blocks) -> str:
    """A page with every marked block as the code would write it now; ConfigError for a name that nothing writes.

    >>> refreshed("<!-- generated: sum -->\\nold\\n<!-- end -->\\n", {"sum": lambda: "1 + 1 = 2"}).splitlines()[2]
    '1 + 1 = 2'
    """
    found = [match[2] for match in MARKED.finditer(text)]
    if found != OPENED.findall(text):
        raise ConfigError("a block that begins with `<!-- generated: … -->` does not end with `<!-- end -->`")
    if unknown := [name for name in found if name not in blocks]:
        raise ConfigError(
            *(f"generated block '{name}': nothing writes it{did_you_mean(name, blocks)}" for name in unknown)
        )
    return MARKED.sub(lambda match: f"{match[1]}\n{blocks[match[2]]().strip()}\n\n{match[3]}", text)


def refresh(page: Path, blocks: Blocks) -> None:
    """Write a page anew with its blocks of today."""
    text = refreshed(page.read_text(encoding="utf-8"), blocks)
    write_whole(page, lambda to: to.write_text(text, encoding="utf-8"))


def table(head: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> str:
    """A Markdown table; bars within cells are escaped."""
    lines = [head, tuple("---" for _ in head), *rows]
    return "\n".join("| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |" for line in lines)
