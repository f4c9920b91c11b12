"""The command that packs a results folder."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from abm.cli.screen import console


def bundle(
    folder: Annotated[Path, typer.Argument(metavar="FOLDER", help="A results folder.")],
    out: Annotated[Path | None, typer.Option(help="The archive; else FOLDER.zip.")] = None,
) -> None:
    """Pack a results folder for a repository: configuration, data, figures, ODD, dictionary, citation in one archive."""
    from abm.lab.bundle import bundle as pack

    archive = pack(folder, out)
    console().print(f"written: {archive} ({archive.stat().st_size / 1e6:.1f} MB)", soft_wrap=True)
