"""The command that runs the patterns which the model must reproduce."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from abm.cli.screen import Bar, complain, console


def validate(
    quick: Annotated[
        bool, typer.Option("--quick", help="Few seeds, for a quick look; else seeds 1001 to 1100.")
    ] = False,
    pattern: Annotated[
        list[str] | None, typer.Option(metavar="KEY", help="A pattern's key, as V11; several times too. Else all.")
    ] = None,
    workers: Annotated[
        int | None, typer.Option(help="Processes at work; else as many as there are processors.")
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option(
            help="Markdown page to bring up to date, with a JSON file beside it; else docs/validation.md where it is "
            "there and all seeds are run."
        ),
    ] = None,
) -> None:
    """Run the patterns that the model must reproduce, each with its mechanism at work and off, and keep score."""
    from abm.lab.validation import chosen
    from abm.lab.validation import validate as run_patterns
    from abm.show.validation import page_to_write, score, verdict_block, write_page

    patterns = chosen(pattern or [])
    page = page_to_write(out, quick)
    bar = Bar("measurements")
    try:
        with bar:
            keep = (lambda verdict: write_page(page, [verdict])) if page else None
            verdicts = run_patterns(patterns, quick=quick, workers=workers, tell=bar.tell, keep=keep)
    except KeyboardInterrupt:
        complain(f"interrupted: patterns that were done are in {page}" if page else "interrupted")
        raise typer.Exit(130) from None
    screen = console()
    for one, verdict in zip(patterns, verdicts, strict=True):
        screen.print(verdict_block(one, verdict))
    screen.print(score(verdicts))
    for path in write_page(page, verdicts) if page else ():
        screen.print(f"written: {path}", soft_wrap=True)
    failures = [f"{verdict.key}, {text}" for verdict in verdicts for text in verdict.failures]
    if failures:
        complain(*failures)
        raise typer.Exit(1)
