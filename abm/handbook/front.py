"""What README.md quotes of pages whose tables were measured: each table is written once, by what measured it.

A page marks what may be quoted with `<!-- to quote -->` and `<!-- end of quote -->`.
"""

from __future__ import annotations

from pathlib import Path

from abm.config import ConfigError
from abm.handbook.blocks import refresh

README, DOCS = Path("README.md"), Path("docs")
BEGIN, END = "<!-- to quote -->", "<!-- end of quote -->"


def quoted(page: Path) -> str:
    """What stands between the marks of a page, without marks within; ConfigError where they are missing."""
    _, begun, rest = page.read_text(encoding="utf-8").partition(BEGIN)
    text, ended, _ = rest.partition(END)
    if not (begun and ended):
        raise ConfigError(f"{page}: expected '{BEGIN}' and '{END}' around what the README quotes")
    return "\n".join(line for line in text.splitlines() if not line.startswith("<!--")).strip()


BLOCKS = {"reliability": lambda: quoted(DOCS / "reliability.md"), "speed": lambda: quoted(DOCS / "speed.md")}

if __name__ == "__main__":
    refresh(README, BLOCKS)
