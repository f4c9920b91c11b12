"""Commands that ask a finished batch for more: each runs what it needs besides, and keeps what it found in the folder."""

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


def explain(
    folder: Folder,
    from_: Annotated[str, typer.Option("--from", metavar="DESIGN", help="Design that the difference starts from.")],
    to: Annotated[str, typer.Option("--to", metavar="DESIGN", help="Design that it leads to.")],
    group: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME=KEY,KEY",
            help="Settings that change over together, as money=payment,finance; at most 6 groups. Else a group a part.",
        ),
    ] = None,
    from_set: Annotated[
        list[str] | None, typer.Option(metavar="KEY=VALUE", help="A setting of the first design alone.")
    ] = None,
    to_set: Annotated[
        list[str] | None, typer.Option(metavar="KEY=VALUE", help="A setting of the second, as mechanisms.gaming=false.")
    ] = None,
    switches: Annotated[
        bool, typer.Option(help="Also switch off each mechanism of the second design by itself.")
    ] = True,
    case: CaseName = None,
    set_: Set = None,
    metric: Metrics = None,
    seeds: Seeds = None,
    workers: Workers = None,
) -> None:
    """Why two designs differ: shares of the difference by group of settings, and what each mechanism does.

    Every mixture of the two designs is run on the same seeds (2^k for k groups); shares are Shapley values and sum to the
    difference. Five groups and all mechanisms under 20 seeds are about 1,000 runs: some minutes on two cores.
    """
    from abm.lab.asked import chosen_metrics
    from abm.lab.explain import explain as ask
    from abm.show.found import explanation

    shown = chosen_metrics(metric or (), SHOWN)
    groups = lists_of(group, "group", "money=payment,finance")
    own = settings_of(set_), settings_of(from_set), settings_of(to_set)
    every = chosen_metrics([*chosen_metrics(), *shown])
    _, found, written = run_analysis(
        folder,
        lambda results, bar: ask(
            results, from_, to, groups=groups, case=case, settings=own[0], from_settings=own[1], to_settings=own[2],
            metrics=every, seeds=seeds, switches=switches, workers=workers, progress=bar.tell,
        ),
    )  # fmt: skip
    show(explanation(found, shown), written, found.about["failed"])


def matters(
    folder: Folder,
    design: Designs = None,
    over: Over = None,
    metric: Metrics = None,
    quick: Annotated[bool, typer.Option("--quick", help="Fewer seeds and points, for a first look.")] = False,
    case: CaseName = None,
    set_: Set = None,
    seeds: Seeds = None,
    workers: Workers = None,
) -> None:
    """What moves the difference between designs: variance shares, Morris, Sobol, curves, value of information, deciders.

    Every number is tried at both ends of its range; those that move most go on. On the generic case all assumed numbers
    and two designs are about 5,000 runs (ten minutes on two cores), with --quick 1,500. The first metric decides.
    """
    from abm.lab.asked import chosen_metrics
    from abm.lab.ensemble import parse_over
    from abm.lab.sensitivity import FULL, QUICK
    from abm.lab.sensitivity import matters as ask
    from abm.show.found_matters import what_matters

    shown = chosen_metrics(metric or (), DECIDING)
    ranges, settings = parse_over(over or []), settings_of(set_)
    _, found, written = run_analysis(
        folder,
        lambda results, bar: ask(
            results, design or (), over=ranges, metrics=shown, case=case, settings=settings, seeds=seeds,
            effort=QUICK if quick else FULL, workers=workers, progress=bar.tell, tell=bar.name,
        ),
    )  # fmt: skip
    show(what_matters(found, shown), written, found.about["failed"])


def robust(
    folder: Folder,
    design: Designs = None,
    accept: Annotated[
        list[str] | None,
        typer.Option(
            metavar="METRIC>=X", help="What is acceptable; else no worse than the first design in each metric."
        ),
    ] = None,
    over: Over = None,
    points: Annotated[int, typer.Option(min=10, help="Contexts that are drawn.")] = 100,
    metric: Metrics = None,
    case: CaseName = None,
    set_: Set = None,
    seeds: Seeds = None,
    workers: Workers = None,
) -> None:
    """When a design fails: regret over contexts, how often it is acceptable, and in which contexts it is not.

    Contexts are what the experiment varies, and then nothing is run; else points over the numbers that `obc matters` found
    to move most, or over all assumed ones: 100 points, 3 seeds and two designs are 600 runs, a minute or two.
    """
    from abm.lab.asked import chosen_metrics
    from abm.lab.ensemble import parse_over
    from abm.lab.robust import parse_criteria
    from abm.lab.robust import robust as ask
    from abm.show.found_robust import when_it_fails

    shown, criteria = chosen_metrics(metric or (), DECIDING), parse_criteria(accept or [])
    ranges, settings = parse_over(over or []), settings_of(set_)
    _, found, written = run_analysis(
        folder,
        lambda results, bar: ask(
            results, design or (), over=ranges, metrics=shown, accept=criteria, case=case, settings=settings,
            points=points, seeds=seeds, workers=workers, progress=bar.tell,
        ),
    )  # fmt: skip
    show(when_it_fails(found), written, found.about["failed"])


def trial(
    folder: Folder,
    kind: Annotated[str, typer.Option(metavar="KIND", help="The intervention: obc list interventions.")] = "workshop",
    unit: Annotated[
        str | None, typer.Option(help="What is drawn: place, provider or family; else the kind's usual.")
    ] = None,
    month: Annotated[int | None, typer.Option(help="Month in which it begins; else half a year into service.")] = None,
    lasts: Annotated[int, typer.Option(min=1, help="Months that it goes on, where its kind does.")] = 3,
    strength: Annotated[float, typer.Option(min=0.0, max=1.0, help="How strong.")] = 1.0,
    outcome: Annotated[
        str | None,
        typer.Option(metavar="TABLE.COLUMN", help="As providers.trust_in_commissioner, families.satisfaction."),
    ] = None,
    estimator: Annotated[
        str | None, typer.Option(help="difference, or difference in differences (since the month before).")
    ] = None,
    clusters: Annotated[
        list[int] | None, typer.Option(metavar="N", help="Places; several times. Else 10, 20, 40.")
    ] = None,
    families: Annotated[
        list[int] | None,
        typer.Option(metavar="N", help="Families in each; several times. Else half, all, twice the place's."),
    ] = None,
    follow_up: Annotated[
        list[int] | None, typer.Option(metavar="MONTHS", help="Months to the end; several times. Else 6, 12, 24.")
    ] = None,
    trials: Annotated[int, typer.Option(min=2, help="Trials of each size.")] = 40,
    error: Annotated[
        float, typer.Option(min=0.0, help="Standard deviation of what is measured wrong in a unit.")
    ] = 0.1,
    design: Annotated[str | None, typer.Option(help="Design of the experiment; else its baseline.")] = None,
    case: CaseName = None,
    set_: Set = None,
    workers: Workers = None,
) -> None:
    """What a randomised trial of an intervention would find, against the truth: power, bias, false alarms, by its size.

    The first place with a grant is copied into clusters; each trial is three worlds under one luck (a half, nobody,
    everybody treated). Seven sizes with 40 trials each are 840 runs of many places: ten minutes on two cores.
    """
    from abm.lab.asked import chosen_case
    from abm.lab.trial import trial as ask
    from abm.lab.trial import usual_trial
    from abm.show.found_trial import what_a_trial_finds

    settings = settings_of(set_)

    def answer(results: Results, bar: Bar) -> Analysis:
        first = month or chosen_case(results.experiment, case).calendar.service[0] + 6
        plan = usual_trial(
            kind, first, unit=unit, outcome=outcome, estimator=estimator, lasts=lasts, strength=strength, trials=trials,
            error=error,
        )  # fmt: skip
        return ask(
            results, design, plan, clusters=clusters or (10, 20, 40), families=families or (), months=follow_up or (6, 12, 24),
            case=case, settings=settings, workers=workers, progress=bar.tell, tell=bar.name,
        )  # fmt: skip

    _, found, written = run_analysis(folder, answer)
    show(what_a_trial_finds(found), written, found.about["failed"])


def calibrate(
    folder: Folder,
    target: Annotated[
        list[str],
        typer.Option(metavar="METRIC=VALUE:ERROR", help="What was observed, and its standard error; several times."),
    ],
    over: Annotated[
        list[str], typer.Option(metavar="KEY", help="A setting to find, over its plausible range, or KEY=[low, high].")
    ],
    design: Annotated[str | None, typer.Option(help="Design under which it was observed; else the baseline.")] = None,
    draws: Annotated[int, typer.Option(min=100, help="Points of the prior that are run.")] = 500,
    keep: Annotated[float, typer.Option(help="Share of them that is kept.")] = 0.1,
    case: CaseName = None,
    set_: Set = None,
    seeds: Annotated[int, typer.Option(min=1, help="Runs of each point.")] = 1,
    method: Annotated[
        str, typer.Option(help="rejection, or smc: step by step (needs the extra `calibrate`).")
    ] = "rejection",
    workers: Workers = None,
) -> None:
    """Which values of settings agree with what was observed: approximate Bayesian computation, by rejection.

    Points are drawn over the ranges and run; the closest are kept. `points.toml` has 50 points of the posterior for an
    experiment. 500 runs of the generic case take a minute or two on two cores.
    """
    from abm.lab.calibrate import as_toml, parse_targets, points_of
    from abm.lab.calibrate import calibrate as ask
    from abm.lab.ensemble import parse_over
    from abm.lab.files import write_whole
    from abm.show.found_calibration import what_agrees

    targets, ranges, settings = parse_targets(target), parse_over(over), settings_of(set_)
    _, found, written = run_analysis(
        folder,
        lambda results, bar: ask(
            results, targets, ranges, design=design, case=case, settings=settings, draws=draws, keep=keep, seeds=seeds,
            method=method, workers=workers, progress=bar.tell,
        ),
    )  # fmt: skip
    points = written[-1].parent / "points.toml"
    write_whole(points, lambda to: to.write_text(as_toml(points_of(found)), encoding="utf-8"))
    show(what_agrees(found), [*written, points], found.about["failed"])


def search(
    folder: Folder,
    design: Annotated[str | None, typer.Option(help="Design to start from; else the baseline.")] = None,
    over: Annotated[
        list[str] | None,
        typer.Option(
            metavar="KEY", help="A rule to decide, as KEY=[low, high]; else the strength of the specification."
        ),
    ] = None,
    context: Annotated[
        list[str] | None,
        typer.Option(
            metavar="KEY", help="A fact that nobody knows; else the cost of evaluations, and the noise of measurement."
        ),
    ] = None,
    objective: Annotated[
        list[str] | None,
        typer.Option(
            metavar="METRIC", help="As attributable_gain; +METRIC or -METRIC: more or less of it. Several times."
        ),
    ] = None,
    quick: Annotated[bool, typer.Option("--quick", help="Fewer candidates and seeds, for a first look.")] = False,
    case: CaseName = None,
    set_: Set = None,
    workers: Workers = None,
) -> None:
    """Find designs that no other beats in all objectives, under contexts that nobody knows (needs the extra `search`).

    Without further words it asks how strong an outcome specification should be, given what it costs. 160 candidates in 5
    contexts under 2 seeds and a last look on fresh seeds are about 2,500 runs: some minutes on two cores; --quick 400.
    """
    from abm.lab.ensemble import parse_over
    from abm.lab.search import QUICK, Effort, parse_objectives
    from abm.lab.search import search as ask
    from abm.show.found_search import what_a_search_finds

    goals, settings = parse_objectives(objective or []), settings_of(set_)
    rules, facts = parse_over(over or []), parse_over(context or [])
    _, found, written = run_analysis(
        folder,
        lambda results, bar: ask(
            results, design, over=rules, contexts=facts or None, objectives=goals, case=case, settings=settings,
            effort=QUICK if quick else Effort(), workers=workers, progress=bar.tell, tell=bar.name,
        ),
    )  # fmt: skip
    show(what_a_search_finds(found), written, found.about["failed"])
