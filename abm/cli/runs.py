"""Commands that run: one world, or an experiment; and the comparison of what came out."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console

from abm.cli.complete import presets
from abm.cli.screen import Bar, complain, console, ended_by_signals

if TYPE_CHECKING:
    from abm.lab.result import Result
    from abm.lab.results import Results

MANY = 20_000  # runs of which a batch draws no figures by itself
MATTERS = typer.Option(
    "--matters",
    metavar="METRIC=VALUE",
    help="The smallest difference that matters, such as attributable_gain=0.02. Several times too.",
)


def run(
    case: Annotated[
        str,
        typer.Argument(
            metavar="CASE",
            help="A case: a preset's name or a TOML file. Or a run file, without DESIGN.",
            autocompletion=presets("cases"),
        ),
    ],
    design: Annotated[
        str | None,
        typer.Argument(
            metavar="[DESIGN]", help="A design: a preset's name or a TOML file.", autocompletion=presets("designs")
        ),
    ] = None,
    seed: Annotated[
        int | None, typer.Option(help="Seed of all chance: the same seed gives the same run. Else 1.")
    ] = None,
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
    threads: Annotated[
        int, typer.Option(help="Threads that share the run place by place, for a country; they change no number.")
    ] = 1,
    out: Annotated[Path | None, typer.Option(help="Folder for the whole series, as CSV and Parquet.")] = None,
) -> None:
    """Run one case under one design once, and show what came out at the end.

    A run file is an experiment with one design and one seed, such as the laboratory in the browser writes; options
    add to it.
    """
    from abm.config import load_run, parse_assignments, parse_changes, parse_interventions
    from abm.lab.running import run as run_once
    from abm.metrics import METRICS
    from abm.show.tables import end_values

    settings, events = parse_assignments(set_ or []), parse_interventions(intervention or [])
    changes = parse_changes(change or [])
    if design is not None:
        result = run_once(
            case, design, 1 if seed is None else seed, months, settings, changes, interventions=events, threads=threads
        )
    else:
        one = load_run(case)
        settings = one.settings(one.designs[0].name) | settings
        changes, events = (*one.changes, *changes), (*one.interventions, *events)
        result = run_once(
            one.cases[0], one.designs[0], one.seeds[0] if seed is None else seed,
            one.months if months is None else months, settings, changes,
            interventions=events, threads=threads,
        )  # fmt: skip
    written = result.write(out) if out else []
    screen = console()
    about = f"{result.design.title}; {result.case.title or result.case.name}; seed {result.seed}"
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
    experiment: Annotated[
        str,
        typer.Argument(
            metavar="EXPERIMENT", help="A preset's name or a TOML file.", autocompletion=presets("experiments")
        ),
    ],
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
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say how many runs it is, how long and how large; write nothing.")
    ] = False,
) -> None:
    """Run an experiment, every design under every seed, then compare the designs.

    Runs that the folder holds already are kept: an interrupted batch goes on where it stopped, and seeds, designs or
    values of factors may be added.
    """
    if dry_run:
        _say_what_it_takes(experiment, workers)
        return
    from abm.lab.plan import DONE
    from abm.lab.running import batch as run_batch

    bar = Bar(quiet=quiet, log=log)
    try:
        with bar, ended_by_signals():
            results = run_batch(experiment, workers, out, fresh, bar.tell, engine, scheduler, limit=limit)
    except KeyboardInterrupt as stop:
        kept = f"{bar.over - bar.failed} of {bar.planned} runs are kept" if bar.planned else "no run was under way"
        complain(f"interrupted: {kept}; the same command goes on from there")
        raise typer.Exit(143 if stop.args else 130) from None
    except OSError as error:
        if bar.planned:
            complain(f"stopped: {error}", "what was finished is kept; the same command goes on from there")
            raise typer.Exit(1) from None
        raise
    screen, runs = console(quiet=quiet), results.manifest["runs"]
    if runs["planned"] > MANY:  # a batch of any size leaves this process below 500 MB
        at = results.folder
        screen.print(f"written: {at}; of so many runs ask for what is wanted: obc compare {at}, obc report {at}")
    else:
        if (results.runs["status"] == DONE).any():
            show_comparison(results, None, screen)
        for path in write_reports(results):
            screen.print(f"written: {path}", soft_wrap=True)
    if runs["failed"]:
        for row in results.failures.head(5).to_dict("records"):
            complain(f"{row['case']} · {row['design']} · seed {row['seed']}: {row['status']}")
        complain(
            f"{runs['failed']} of {runs['planned']} runs failed; their rows in runs.parquet and twins.parquet say why"
        )
        raise typer.Exit(1)


def _say_what_it_takes(experiment: str, workers: int | None) -> None:
    """The estimate of a dry run."""
    from abm.config import load_experiment
    from abm.lab.estimate import estimate
    from abm.lab.workers import processors

    screen = console()
    for line in estimate(load_experiment(experiment), processors() if workers is None else workers).lines():
        screen.print(line, soft_wrap=True)


def compare(
    folder: Annotated[Path, typer.Argument(metavar="FOLDER", help="A results folder.")],
    baseline: Annotated[str | None, typer.Option(help="Design to compare with; else the experiment's own.")] = None,
    matters: Annotated[list[str] | None, MATTERS] = None,
    fresh_seeds: Annotated[
        int | None, typer.Option(metavar="N", help="Run N new seeds of the winners, and say what is left of them.")
    ] = None,
    workers: Annotated[int | None, typer.Option(help="Processes for the new seeds.")] = None,
) -> None:
    """Show how the designs of a finished batch differ, what is decided, and who wins.

    The full table, with simultaneous intervals and verdicts, is in tables/differences.csv.
    """
    from abm.config import parse_assignments
    from abm.lab.results import Results
    from abm.show.verdicts import verdicts

    results, smallest, screen = Results.load(folder), parse_assignments(matters or []), console()
    show_comparison(results, baseline, screen)
    screen.print(verdicts(results, baseline, smallest))
    if fresh_seeds is not None:
        from abm.lab.fresh import fresh
        from abm.show.verdicts import winners

        bar = Bar()
        with bar:
            found = fresh(results, fresh_seeds, workers=workers, progress=bar.tell)
        found.save(folder)
        screen.print(winners(found.tables["winner"]))


def report(
    folder: Annotated[Path, typer.Argument(metavar="FOLDER", help="A results folder.")],
    out: Annotated[Path | None, typer.Option(metavar="FILE", help="The page; else report.html in the folder.")] = None,
    matters: Annotated[list[str] | None, MATTERS] = None,
) -> None:
    """Write the report of a finished batch: one page that needs no other file, and its figures as SVG, PDF and CSV.

    Sections of analyses that the folder holds (why, when it fails, what matters) are in it.
    """
    from abm.config import parse_assignments
    from abm.lab.results import Results
    from abm.show.report import write_report

    written = write_report(Results.load(folder), out, parse_assignments(matters or []))
    screen = console()
    screen.print(f"written: {written[0]} ({written[0].stat().st_size / 1e6:.1f} MB)", soft_wrap=True)
    if len(written) > 1:
        screen.print(f"and {len(written) - 1} files of figures in {written[1].parent}", soft_wrap=True)


def export(
    folder: Annotated[Path, typer.Argument(metavar="FOLDER", help="A results folder.")],
    out: Annotated[Path | None, typer.Option(metavar="DIR", help="Folder for the files; else FOLDER/csv.")] = None,
    table: Annotated[
        list[str] | None, typer.Option(metavar="NAME", help="A table, as runs; several times too. Else all.")
    ] = None,
) -> None:
    """Write the tables of a finished batch as CSV, with the dictionary of their columns."""
    from abm.lab.results import Results

    for path in Results.load(folder).to_csv(out or folder / "csv", table or []):
        console().print(f"written: {path}", soft_wrap=True)


def show_comparison(results: Results, baseline: str | None, screen: Console) -> None:
    """The comparison of designs, as the terminal shows it."""
    from abm.show.tables import comparison

    screen.print(comparison(results, baseline, screen.width))


def write_reports(results: Results) -> list[Path]:
    """Tables and figures of a batch, into its folder; returns what the folder holds now, data first."""
    from abm.show.plot import save_all

    folder = results.folder
    data = [folder / name for name in (*results.manifest["files"], "manifest.json", "dictionary.csv")]
    return [*data, *results.write_tables(folder / "tables"), *save_all(results, folder / "figures")]
