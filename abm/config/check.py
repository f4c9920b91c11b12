"""Whether an experiment, or a case under a design, can be run: refused with one message where it cannot."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence

from abm.case import Case
from abm.config.changes import HALF, Change
from abm.config.experiment import Experiment
from abm.config.interventions import check_interventions
from abm.config.settings import SETTING, Design, unused_settings
from abm.config.timeline import steps, treated_places
from abm.config.toml_file import MOST_TOLD, ConfigError
from abm.config.words import did_you_mean, listed
from abm.design import EVERY_MEASURED_DOMAIN

ASSUMED_MEMORY = 16 * 2**30  # where the system does not tell


def check_experiment(experiment: Experiment, places: Mapping[str, str] | None = None) -> None:
    """Refuse an experiment with an arm whose settings are wrong, unused by its payment rule, or unfit for its case.

    `places` says where each setting stands. Raises `ConfigError` with everything that is wrong, one line each.
    """
    places = places or {}
    errors: dict[str, None] = {}
    for number, (case, design, factors) in enumerate(experiment.combinations()):
        here = _at_point(experiment, number, places)
        try:
            arm = experiment.arm(case, design, factors, here)
            check_pair(arm.case, arm.design, experiment.months, places.get("", ""))
            check_changes(arm.case, arm.design, arm.changes, experiment.seeds, experiment.months, here)
            check_interventions(arm.case, arm.interventions, experiment.months, here)
        except ConfigError as error:
            errors |= dict.fromkeys(error.errors)
            if len(errors) > MOST_TOLD:
                break
            continue
        unused = unused_settings(arm.design, experiment.settings(design.name))
        errors |= {f"{here.get(key, SETTING)}: {key}: {reason}": None for key, reason in unused.items()}
    told = list(errors)[:MOST_TOLD]
    if errors:
        raise ConfigError(*told, *([f"{places.get('', SETTING)}: … and more"] if len(errors) > MOST_TOLD else []))


def _at_point(experiment: Experiment, number: int, places: Mapping[str, str]) -> Mapping[str, str]:
    """Where settings stand for an arm of that number: those of its point, where points are listed, at the point."""
    if not experiment.points or experiment.sample:
        return places
    name = f"points[{number % len(experiment.points) + 1}]"  # the points of a combination of factors follow one another
    where = f"{places[name]}: {name}" if name in places else name
    return {**places, **dict.fromkeys(experiment.points[0], where)}


def check_changes(
    case: Case,
    design: Design,
    changes: Sequence[Change],
    seeds: Sequence[int],
    months: int | None = None,
    places: Mapping[str, str] | None = None,
) -> None:
    """Refuse dated changes that cannot come in a run of a case under a design, for the draws of all seeds.

    `places` says where each change stands. Raises `ConfigError` with what is wrong, one line each.
    """
    drawn = seeds if any(change.who == HALF for change in changes) else seeds[:1]
    for treated in dict.fromkeys(treated_places(case, changes, seed) for seed in drawn):
        for step in steps(case, design, changes, treated, months, places):
            check_pair(step.case, step.design, months)


def check_pair(case: Case, design: Design, months: int | None = None, place: str = "") -> None:
    """Refuse a design that does not suit a case, and a run that would not fit in this machine's memory.

    Where a design has tables for places, one at least must be the case's; so must the domain of every milestone. `place`
    is the file that asks for both, if one does. Raises `ConfigError`.
    """
    where = f"{place}: " if place else ""
    about = f"{where}design '{design.name}' on case '{case.name}'"
    errors = []
    if design.by_locality and not design.by_locality.keys() & case.locality.keys():
        theirs, ours = listed(design.by_locality), listed(case.locality)
        errors.append(f"{about}: locality: the design has tables for {theirs}, but the case has {ours}")
    known = (EVERY_MEASURED_DOMAIN, *case.domains)
    for rules in map(design.for_locality, case.locality):
        for line in rules.payment.milestone:
            if line.domain not in known:
                words = f"expected one of {listed(known)}, got '{line.domain}'{did_you_mean(line.domain, known)}"
                errors.append(f"{about}: payment.milestone '{line.name}': domain: {words}")
    if errors:
        raise ConfigError(*errors)
    _check_size(case, design, months, where)


def _check_size(case: Case, design: Design, months: int | None, where: str) -> None:
    """Refuse what would not fit in memory."""
    from abm.world import memory_bytes  # here only: reading a configuration needs no world

    needed, there = memory_bytes(case, design, months), physical_memory()
    if needed > there:
        families = sum(place.families for place in case.locality.values())
        size = f"{families:,} families over {months or case.calendar.months:,} months"
        memory = f"need about {needed / 1e9:,.0f} GB of memory, this machine has {there / 1e9:,.0f} GB"
        raise ConfigError(
            f"{where}case '{case.name}': case.families: {size} {memory}; ask for fewer families or months"
        )


def physical_memory() -> int:
    """Bytes of memory of this machine; 16 GiB where the system does not tell."""
    try:
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (AttributeError, ValueError, OSError):
        return ASSUMED_MEMORY
