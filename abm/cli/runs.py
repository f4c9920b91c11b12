"""Commands that run: one world, or an experiment; and the comparison of what came out."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console

from abm.cli.screen import Bar, complain, console, ended_by_signals

if TYPE_CHECKING:
    from abm.lab.result import Result
    from abm.lab.results import Results


def run(
    case: Annotated[str, typer.Argument(metavar="CASE", help="A case: a preset's name or a TOML file.")],
    design: Annotated[str, typer.Argument(metavar="DESIGN", help="A design: a preset's name or a TOML file.")],
    seed: Annotated[int, typer.Option(help="Seed of all chance: the same seed gives the same run.")] = 1,
    months: Annotated[int | None, typer.Option(help="Length of the run; else the case's calendar.")] = None,
    set_: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="KEY=VALUE", help="Change a setting; may be given several times."),
    ] = None,
    change: Annotated[
        list[str] | None,
        typer.Option(
            metavar="MONTH:KEY=VALUE",
            help="Change a setting from a month on; MONTH:half:KEY=VALUE in half of the places. Several times too.",
        ),
    ] = None,
    intervention: Annotated[
        list[str] | None,
        typer.Option(
            metavar="MONTH:KIND=STRENGTH",
            help="An intervention or shock, such as 50:half:workshop=0.5 or 50-61:information. Several times too.",
        ),
    ] = None,
    out: Annotated[Path | None, typer.Option(help="Folder for the whole series, as CSV and Parquet.")] = None,
) -> None:
    """Run one case under one design once, and show what came out at the end."""
    from abm.config import parse_assignments, parse_changes, parse_interventions
    from abm.lab.results import run as run_once
    from abm.metrics import METRICS
    from abm.show.tables import end_values

    events = parse_interventions(intervention or [])
    changes = parse_changes(change or [])
    result = run_once(case, design, seed, months, parse_assignments(set_ or []), changes, interventions=events)
    written = result.write(out) if out else []
    screen = console()
    about = f"{result.design.title}; {result.case.title or result.case.name}; seed {seed}"
    screen.print(f"{about}, {len(result.world.series) - 1} months{_drawn(result)}", soft_wrap=True)
    screen.print(end_values(result, METRICS))
    if not written:
        screen.print(f"{len(METRICS)} metrics, month by month: add --out FOLDER. All of them: obc list metrics")
    for path in written:
        screen.print(f"written: {path}", soft_wrap=True)


def _drawn(result: Result) -> str:
    """Whom dated changes and interventions were drawn for; frames, which take long to import, only where there are any."""
    text = ""
    if result.changes:
        drawn = result.assignment
        for number, places in drawn[drawn["treated"]].groupby("change"):
            text += f"; change {number} in {', '.join(places['locality'])}"
    if result.interventions:
        for (number, kind, unit), rows in result.reached.groupby(["intervention", "kind", "unit"]):
            text += f"; intervention {number} ({kind}) by {unit}, {rows['treated'].sum()} of {len(rows)} drawn"
    return text


def batch(
    experiment: Annotated[str, typer.Argument(metavar="EXPERIMENT", help="A preset's name or a TOML file.")],
    workers: Annotated[
        int | None, typer.Option(help="Processes at work; else as many as there are processors.")
    ] = None,
    out: Annotated[Path | None, typer.Option(help="Folder of the results; else results/NAME.")] = None,
    fresh: Annotated[bool, typer.Option("--fresh", help="Replace the results that the folder holds.")] = False,
    engine: Annotated[
        str, typer.Option(help="Where runs are done: local, dask or mpi; see docs/cluster.md.")
    ] = "local",
    scheduler: Annotated[
        str | None, typer.Option(metavar="ADDRESS", help="Of a dask cluster; else one is made here.")
    ] = None,
    limit: Annotated[
        float | None, typer.Option(metavar="SECONDS", help="Longest that a run may take; then it has failed.")
    ] = None,
    quiet: Annotated[bool, typer.Option("--quiet", help="Say nothing but errors.")] = False,
    log: Annotated[
        Path | None, typer.Option(metavar="FILE", help="File to which progress is added, line by line.")
    ] = None,
) -> None:
    """Run an experiment, every design under every seed, then compare the designs.

    Runs that the folder holds already are kept: an interrupted batch goes on where it stopped, and seeds, designs or
    values of factors may be added.
    """
    from abm.lab.plan import DONE
    from abm.lab.results import batch as run_batch

    bar = Bar(quiet=quiet, log=log)
    try:
        with bar, ended_by_signals():
            results = run_batch(experiment, workers, out, fresh, bar.tell, engine, scheduler, limit=limit)
    except KeyboardInterrupt as stop:
        kept = f"{bar.over - bar.failed} of {bar.planned} runs are kept" if bar.planned else "no run was under way"
        complain(f"interrupted: {kept}; the same command goes on from there")
        raise typer.Exit(143 if stop.args else 130) from None
    screen = console(quiet=quiet)
    if (results.runs["status"] == DONE).any():
        show_comparison(results, None, screen)
    for path in write_reports(results):
        screen.print(f"written: {path}", soft_wrap=True)
    failures = results.failures
    if len(failures):
        for row in failures.head(5).to_dict("records"):
            complain(f"{row['case']} · {row['design']} · seed {row['seed']}: {row['status']}")
        planned = results.manifest["runs"]["planned"]
        complain(f"{len(failures)} of {planned} runs failed; their rows in runs.parquet and twins.parquet say why")
        raise typer.Exit(1)


def compare(
    folder: Annotated[Path, typer.Argument(metavar="FOLDER", help="A results folder.")],
    baseline: Annotated[str | None, typer.Option(help="Design to compare with; else the experiment's own.")] = None,
) -> None:
    """Show how the designs of a finished batch differ."""
    from abm.lab.results import Results

    show_comparison(Results.load(folder), baseline, console())


def show_comparison(results: Results, baseline: str | None, screen: Console) -> None:
    """The comparison of designs, as the terminal shows it."""
    from abm.show.tables import comparison

    screen.print(comparison(results, baseline, screen.width))


def write_reports(results: Results) -> list[Path]:
    """Tables and figures of a batch, into its folder; returns what the folder holds now, data first."""
    from abm.show.plot import save_all

    folder = results.folder
    data = [folder / name for name in (*results.manifest["files"], "manifest.json")]
    return [*data, *results.write_tables(folder / "tables"), *save_all(results, folder / "figures")]
