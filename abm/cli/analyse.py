"""Commands that ask a finished batch why designs differ, what matters, and when a design fails."""

from __future__ import annotations

from typing import Annotated

import typer

from abm.cli.asking import (
    DECIDING,
    SHOWN,
    CaseName,
    Designs,
    Folder,
    Metrics,
    Over,
    Seeds,
    Set,
    Workers,
    lists_of,
    run_analysis,
    settings_of,
    show,
)  # fmt: skip


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
