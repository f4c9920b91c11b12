"""The command `obc`. Exit codes: 0 done, 1 some runs failed, 2 the input is at fault, 130 interrupted.

Everything heavy is imported within the commands, so that help comes at once.
"""

from __future__ import annotations

import sys
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console

if TYPE_CHECKING:
    from abm.lab.results import Results

WIDEST = 100  # columns of tables, however wide the terminal

app = typer.Typer(
    no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False,
    help="Compare governance designs around outcome-based contracts in simulated fields of service.",
    epilog="Example: obc batch lombardy_designs",
)  # fmt: skip


class Kind(StrEnum):
    """What `obc list` knows."""

    cases = "cases"
    designs = "designs"
    experiments = "experiments"
    metrics = "metrics"
    parameters = "parameters"
    interventions = "interventions"


def main() -> None:
    """The entry point: user's errors as messages, without a traceback."""
    import warnings

    warnings.showwarning = lambda message, *_, **__: complain(f"note: {message}")
    try:
        app()
    except Exception as error:
        code = code_of(error)
        if code is None:
            raise
        complain(*(f"error: {text}" for text in getattr(error, "errors", [str(error)])))
        sys.exit(code)


def code_of(error: Exception) -> int | None:
    """The exit code of an error that needs no traceback: 2 the input's, 1 the machine's; None for a defect of ours."""
    from abm.config import ConfigError
    from abm.lab.workers import WorkersWillNotStart

    if isinstance(error, ConfigError):
        return 2
    return 1 if isinstance(error, OSError | WorkersWillNotStart) else None


def complain(*lines: str) -> None:
    """Lines for standard error, as they are."""
    for line in lines:
        print(line, file=sys.stderr)


def console() -> Console:
    """Standard output, no wider than tables are meant to be."""
    out = Console(highlight=False)
    out.width = min(out.width, WIDEST)
    return out


def _version(asked: bool) -> None:
    if asked:
        from abm import __version__

        print(f"obc {__version__}")
        raise typer.Exit


@app.callback()
def _common(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version and leave.")
    ] = False,
) -> None:
    pass


@app.command(epilog="Example: obc run lombardy social_impact_bond --seed 7 --set payment.outcome_share=0.6")
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
    length = len(result.series) - 1
    screen = console()
    about = f"{result.design.title}; {result.case.title or result.case.name}; seed {seed}, {length} months"
    drawn = result.assignment
    for number, places in drawn[drawn["treated"]].groupby("change"):
        about += f"; change {number} in {', '.join(places['locality'])}"
    for (number, kind, unit), rows in result.reached.groupby(["intervention", "kind", "unit"]):
        about += f"; intervention {number} ({kind}) by {unit}, {rows['treated'].sum()} of {len(rows)} drawn"
    screen.print(about, soft_wrap=True)
    screen.print(end_values(result, METRICS))
    if not written:
        screen.print(f"{len(METRICS)} metrics, month by month: add --out FOLDER. All of them: obc list metrics")
    for path in written:
        screen.print(f"written: {path}", soft_wrap=True)


@app.command(epilog="Example: obc batch lombardy_designs --workers 2")
def batch(
    experiment: Annotated[str, typer.Argument(metavar="EXPERIMENT", help="A preset's name or a TOML file.")],
    workers: Annotated[
        int | None, typer.Option(help="Processes at work; else as many as there are processors.")
    ] = None,
    out: Annotated[Path | None, typer.Option(help="Folder of the results; else results/NAME.")] = None,
    fresh: Annotated[bool, typer.Option("--fresh", help="Replace the results that the folder holds.")] = False,
) -> None:
    """Run an experiment, every design under every seed, then compare the designs.

    Runs that the folder holds already are kept: an interrupted batch goes on where it stopped.
    """
    from abm.lab.plan import DONE
    from abm.lab.results import batch as run_batch

    bar = Bar()
    try:
        with bar:
            results = run_batch(experiment, workers, out, fresh, bar.tell)
    except KeyboardInterrupt:
        kept = f"{bar.over - bar.failed} of {bar.planned} runs are kept" if bar.planned else "no run was under way"
        complain(f"interrupted: {kept}; the same command goes on from there")
        raise typer.Exit(130) from None
    screen = console()
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


@app.command(epilog="Example: obc compare results/lombardy_designs --baseline new_public_governance")
def compare(
    folder: Annotated[Path, typer.Argument(metavar="FOLDER", help="A results folder.")],
    baseline: Annotated[str | None, typer.Option(help="Design to compare with; else the experiment's own.")] = None,
) -> None:
    """Show how the designs of a finished batch differ."""
    from abm.lab.results import Results

    show_comparison(Results.load(folder), baseline, console())


@app.command(epilog="Example: obc validate --quick --pattern V11 --pattern V14")
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


@app.command("list", epilog="Example: obc list metrics")
def list_(kind: Annotated[Kind, typer.Argument(help="What to list.")]) -> None:
    """List what there is: presets by name, metrics, parameters and interventions with unit and meaning."""
    screen = console()
    if kind is Kind.metrics:
        list_metrics(screen)
    elif kind is Kind.parameters:
        list_parameters(screen)
    elif kind is Kind.interventions:
        list_interventions(screen)
    else:
        list_presets(kind, screen)


@app.command(epilog="Example: obc check my_design.toml")
def check(file: Annotated[str, typer.Argument(metavar="FILE", help="A TOML file, or a preset's name.")]) -> None:
    """Read a case, design or experiment; say what it is and that it can be run, or all that is wrong with it."""
    from abm.config import Experiment, load_any

    found = load_any(file)
    runs = ""
    if isinstance(found, Experiment):
        from abm.lab.twins import twins_of

        arms = list(found.arms())
        twins = len(twins_of(arms)[0]) if found.twins else 0
        of_what = f"{len(arms)} arms × {len(found.seeds)} seeds"
        if twins:
            of_what = f"({len(arms)} arms + {twins} block twin{'s' * (twins > 1)}) × {len(found.seeds)} seeds"
        runs = f": {of_what} = {(len(arms) + twins) * len(found.seeds)} runs"
    word = type(found).__name__.lower()
    article = "an" if word[0] in "aeiou" else "a"
    console().print(f"{file}: {article} {word}, '{found.name}', nothing wrong{runs}", soft_wrap=True)


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
            self._progress.update(0, completed=over, said=said + (f", {failed} failed" if failed else ""))
        self.over, self.planned, self.failed = over, planned, failed

    def _start(self, over: int, planned: int) -> None:
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

        self._progress = Progress(
            TextColumn(self._what),
            BarColumn(),
            MofNCompleteColumn(),
            TextColumn("{task.fields[said]}"),
            TimeRemainingColumn(compact=True),
            TextColumn("left"),
            console=self._console,
        )
        self._progress.add_task(self._what, total=planned, completed=over, said="")
        self._progress.start()


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


def list_metrics(screen: Console) -> None:
    """Every metric with its unit and meaning, by group."""
    from rich.box import SIMPLE_HEAD
    from rich.table import Table

    from abm.metrics import METRICS

    table = Table(box=SIMPLE_HEAD, pad_edge=False, padding=(0, 1, 0, 0))
    table.add_column("metric", no_wrap=True)
    table.add_column("unit", no_wrap=True)
    table.add_column("what it is")
    for group in dict.fromkeys(metric.group for metric in METRICS):
        table.add_row(f"[bold]{group}")
        for metric in METRICS:
            if metric.group == group:
                table.add_row(metric.name, metric.unit, metric.meaning)
        table.add_section()
    screen.print(table)


def list_parameters(screen: Console) -> None:
    """Every setting of a design and of a case with its default, ranges, meaning and source; then what the numbers rest on."""
    from abm.show.parameters import counts, declared, listing

    for head, about in listing():
        screen.print(head, soft_wrap=True)
        screen.print(about)
    screen.print("", *counts(declared()), sep="\n")


def list_interventions(screen: Console) -> None:
    """Every kind of intervention and shock: for which units (the usual first), how long, what it moves."""
    from rich.padding import Padding
    from rich.text import Text

    from abm.rules.interventions import KINDS

    for kind in KINDS:
        units = f" by {' | '.join(kind.units)}, lasts {kind.lasts}"
        screen.print(Text.assemble((kind.name, "bold"), units), soft_wrap=True)
        screen.print(Padding(Text(f"{kind.meaning}; moves {kind.moves}; source: {kind.source}"), (0, 0, 0, 4)))


def list_presets(kind: Kind, screen: Console) -> None:
    """Name, title and description of the presets of a kind."""
    from rich.padding import Padding
    from rich.text import Text

    from abm.config import load_any, preset_names, preset_path

    for name in preset_names(kind.value):
        found = load_any(preset_path(kind.value, name))
        screen.print(Text.assemble((name, "bold"), f" – {found.title}"))
        screen.print(Padding(Text(" ".join(found.description.split())), (0, 0, 0, 4)))


if __name__ == "__main__":
    main()
