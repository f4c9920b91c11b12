"""Commands that go beyond a batch's own designs and numbers: a trial in the field, calibration, and search."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from abm.cli.asking import CaseName, Folder, Set, Workers, run_analysis, settings_of, show

if TYPE_CHECKING:
    from abm.cli.screen import Bar
    from abm.lab.analyses import Analysis
    from abm.lab.results import Results


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
