"""What the commands that ask a finished batch for more have in common: options, progress, and where answers are kept."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from abm.cli.screen import Bar, complain, console

if TYPE_CHECKING:
    from rich.console import RenderableType

    from abm.lab.analyses import Analysis
    from abm.lab.results import Results

Folder = Annotated[Path, typer.Argument(metavar="FOLDER", help="A results folder of `obc batch`.")]
CaseName = Annotated[str | None, typer.Option("--case", help="Case of the experiment; else its first.")]
Set = Annotated[
    list[str] | None,
    typer.Option(
        "--set", metavar="KEY=VALUE", help="A setting of all runs, and where to hold the experiment's factors."
    ),
]
Metrics = Annotated[
    list[str] | None, typer.Option("--metric", metavar="NAME", help="Metric to show; several times too.")
]
Seeds = Annotated[int | None, typer.Option("--seeds", help="Paired runs; else as many as take a few minutes.")]
Workers = Annotated[int | None, typer.Option(help="Processes at work; else as many as there are processors.")]
Designs = Annotated[
    list[str] | None,
    typer.Option("--design", metavar="NAME", help="Design; several times, the first is what others are compared with."),
]
Over = Annotated[
    list[str] | None,
    typer.Option(
        "--over",
        metavar="KEY",
        help="A setting to try over its plausible range, as case.network.*, or KEY=[low, high].",
    ),
]
DECIDING = ("attributable_gain", "trust_mean")  # the first decides which design is better
SHOWN = ("attributable_gain", "trust_mean", "mission_drift", "spend_public")  # where no metric is named


def run_analysis(folder: Path, ask: Callable[[Results, Bar], Analysis]) -> tuple[Results, Analysis, list[Path]]:
    """Load a folder, do an analysis with progress, and save it; an interrupted one goes on with the same command."""
    from abm.lab.results import Results

    results, bar = Results.load(folder), Bar()
    try:
        with bar:
            found = ask(results, bar)
    except KeyboardInterrupt:
        complain("interrupted: finished runs are kept; the same command goes on from there")
        raise typer.Exit(130) from None
    return results, found, found.save(results.folder)


def show(found: RenderableType, written: Iterable[Path], failed: int = 0) -> None:
    """What was found, where it is kept, and how many runs failed (exit code 1)."""
    screen = console()
    screen.print(found)
    for path in written:
        screen.print(f"written: {path}", soft_wrap=True)
    if failed:
        complain(f"{failed} runs failed and are left out; n says how many are in")
        raise typer.Exit(1)


def settings_of(texts: list[str] | None) -> dict[str, Any]:
    """`KEY=VALUE` of a command line as settings."""
    from abm.config import parse_assignments

    return parse_assignments(texts or [])


def lists_of(texts: list[str] | None, option: str, example: str) -> dict[str, list[str]] | None:
    """`NAME=KEY,KEY` of a command line by name; None where there are none. Raises ConfigError."""
    from abm.config import ConfigError

    found: dict[str, list[str]] = {}
    for text in texts or ():
        name, equals, keys = (part.strip() for part in text.partition("="))
        own = [key.strip() for key in keys.split(",") if key.strip()]
        if not equals or not name or not own:
            raise ConfigError(f"{option}: expected NAME=KEY,KEY such as {example}, got '{text}'")
        if name in found:
            raise ConfigError(f"{option}: '{name}' stands twice")
        found[name] = own
    return found or None
