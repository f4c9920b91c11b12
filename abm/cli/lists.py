"""Commands that look without running: what there is, and what is wrong with a file."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import typer
from rich.console import Console

from abm.cli.screen import console


class Kind(StrEnum):
    """What `obc list` knows."""

    cases = "cases"
    designs = "designs"
    experiments = "experiments"
    metrics = "metrics"
    parameters = "parameters"
    interventions = "interventions"


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
