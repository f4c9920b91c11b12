"""What an analysis of a batch is asked for: which case, designs, metrics, seeds and settings, checked by name."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from abm.config import Arm, ConfigError, Design, changed_case, changed_design, check_pair, unused_settings
from abm.config.words import did_you_mean, listed
from abm.lab.compare import KEY_METRICS
from abm.metrics import METRICS

if TYPE_CHECKING:
    from abm.case import Case
    from abm.config import Experiment

DIRECTIONS = {metric.name: metric.direction for metric in METRICS}
UNITS = {metric.name: metric.unit for metric in METRICS}


def chosen_metrics(asked: Iterable[str] = (), usual: Sequence[str] = ()) -> list[str]:
    """Metrics by name, else the usual ones, else those that comparisons show. Raises ConfigError for an unknown one."""
    names = list(dict.fromkeys(asked)) or list(usual) or [name for group in KEY_METRICS.values() for name in group]
    for name in names:
        if name not in UNITS:
            raise ConfigError(f"metric: no '{name}'{did_you_mean(name, UNITS)}; `obc list metrics` shows all")
    return names


def sign_of(metric: str) -> int:
    """1 where more of a metric is better, −1 where less is. Raises ConfigError where neither is said."""
    sign = {"up": 1, "down": -1}.get(DIRECTIONS[metric], 0)
    if not sign:
        raise ConfigError(
            f"metric: '{metric}' has no better and worse, so no design can be preferred by it; choose another"
        )
    return sign


def chosen_case(experiment: Experiment, name: str | None = None) -> Case:
    """A case of an experiment by name; its only or first one unless named."""
    cases = {case.name: case for case in experiment.cases}
    if name is not None and name not in cases:
        raise ConfigError(f"case: no '{name}' in this experiment; there are {listed(list(cases))}")
    return cases[name] if name else experiment.cases[0]


def chosen_design(experiment: Experiment, name: str, option: str = "design") -> Design:
    """A design of an experiment by name."""
    designs = {design.name: design for design in experiment.designs}
    if name not in designs:
        words = did_you_mean(name, designs) or f"; there are {listed(list(designs))}"
        raise ConfigError(f"{option}: no '{name}' in this experiment{words}")
    return designs[name]


def arm_of(
    experiment: Experiment,
    case: Case,
    design: Design,
    settings: Mapping[str, Any] | None = None,
    own: Mapping[str, Any] | None = None,
) -> Arm:
    """A case under a design as the experiment runs it, `settings` instead of factors, then the design's `own`.

    Raises ConfigError where the experiment varies a key that `settings` does not fix, or what they say cannot be run.
    """
    settings = dict(settings or {})
    free = [key for key in experiment.varied if key not in settings]
    if free:
        value = (experiment.factors.get(free[0]) or [experiment.points[0].get(free[0])])[0]
        raise ConfigError(f"{free[0]}: the experiment varies it; say at which value, as --set {free[0]}={value}")
    everything = experiment.settings(design.name) | settings | dict(own or {})
    unused = unused_settings(design, own or {})
    if unused:
        raise ConfigError(*(f"setting: {key}: {reason}" for key, reason in unused.items()))
    the_case, the_design = changed_case(case, everything), changed_design(design, everything)
    check_pair(the_case, the_design, experiment.months)
    return Arm(the_case, the_design, settings, experiment.changes, experiment.interventions)


def chosen_seeds(experiment: Experiment, asked: int | None, most: int) -> tuple[int, ...]:
    """The first seeds of an experiment: as many as asked for, else at most `most`; more than it has are counted on."""
    own = experiment.seeds
    if asked is None:
        return own[:most]
    if asked < 2:
        raise ConfigError(f"seeds: expected at least 2, for an interval needs them; got {asked}")
    return (*own[:asked], *range(max(own) + 1, max(own) + 1 + asked - len(own)))
