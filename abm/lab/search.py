"""Search for designs: many objectives over a space of rules, under an ensemble of contexts, never one score.

The optimiser is NSGA-III (Deb & Jain 2014) of optuna, the extra `search`: it takes names, whole numbers and ranges as they
are, is asked and told, and repeats itself from a seed. pymoo could do the same with more code of ours for mixed spaces. All
candidates meet the same contexts and seeds; the front is estimated again on contexts and seeds that the search never saw,
for the best of many is partly the luckiest.
"""

from __future__ import annotations

import math
import re
import warnings
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from abm.config import ConfigError, unused_settings
from abm.config.sample import Axis
from abm.config.settings import CASE
from abm.lab.analyses import Analysis
from abm.lab.asked import chosen_case, chosen_design, chosen_metrics, sign_of
from abm.lab.compare import half_width
from abm.lab.ensemble import Field, axes_of, declared, sampled
from abm.lab.more import Progress

if TYPE_CHECKING:
    import pandas as pd

    from abm.lab.results import Results

SEED = 4  # of the optimiser, and of the contexts
RESAMPLES = 500
AS_IT_IS = "as it is"
# The example: how strong should an outcome specification be, given what it costs? (FitzGerald et al. 2019)
SPECIFICATION: dict[str, Any] = {
    "payment.alignment": [0.25, 1.0],
    "payment.cohort_definition": [0.0, 1.0],
    "payment.attribution": "plausible",
    "payment.outcome_share": [0.05, 1.0],
}
ITS_COST: dict[str, Any] = {
    "case.money.evaluation_randomised": "plausible",
    "case.money.evaluation_comparison": "plausible",
    "case.money.evaluation_difference": "plausible",
    "case.measurement.noise": "plausible",
}
OBJECTIVES = ("attributable_gain", "mission_drift", "admin_cost")


class Objective(NamedTuple):
    """A metric, and whether more (1) or less (−1) of it is sought."""

    metric: str
    sign: int


def parse_objectives(texts: Iterable[str]) -> list[Objective]:
    """`METRIC`, `+METRIC` (more is sought) or `-METRIC` (less) of a command line. Raises ConfigError."""
    found = []
    for text in texts:
        sign, name = re.fullmatch(r"\s*([+-]?)\s*(.*?)\s*", text).groups()  # type: ignore[union-attr]
        [metric] = chosen_metrics([name])
        found.append(Objective(metric, {"+": 1, "-": -1}.get(sign) or sign_of(metric)))
    if len({one.metric for one in found}) < len(found):
        raise ConfigError("objective: a metric stands twice")
    return found


class Effort(NamedTuple):
    """How much is run: candidates a generation, generations, contexts, seeds of a candidate, and seeds of the last look."""

    population: int = 20
    generations: int = 8
    contexts: int = 5
    seeds: int = 2
    last_seeds: int = 10


QUICK = Effort(10, 4, 3, 1, 6)


def search(
    results: Results,
    design: str | None = None,
    *,
    over: Mapping[str, Any] | None = None,
    contexts: Mapping[str, Any] | None = None,
    objectives: Sequence[Objective] = (),
    case: str | None = None,
    settings: Mapping[str, Any] | None = None,
    effort: Effort = Effort(),  # noqa: B008 (a tuple)
    workers: int | None = None,
    progress: Progress | None = None,
    tell: Callable[[str], object] | None = None,
) -> Analysis:
    """Designs near one of a batch (else its baseline) that no other beats in all objectives.

    `over` are the rules to decide and their ranges (else the strength of the outcome specification), `contexts` the facts
    that nobody knows and theirs (else what an evaluation costs, and the noise of measurement). Table `front`: `which`, a
    column a rule, then for each objective its mean with `_low` and `_high` (95 % over fresh seeds, at fresh contexts) and
    `nondominated`, the share of resamples in which no other row beats it; the design as it is stands last. Table `tried`:
    every candidate and what the search saw of it. Raises ConfigError for what is not there; needs the extra `search`.
    """
    import pandas as pd

    goals = list(objectives) or parse_objectives(OBJECTIVES)
    if len(goals) < 2:
        raise ConfigError("objective: two at least are needed; for one, compare designs")
    chosen = chosen_design(results.experiment, design or results.experiment.baseline)
    start = Field(
        results.experiment,
        chosen_case(results.experiment, case),
        [chosen],
        (),
        results.folder,
        settings or {},
        workers,
        progress,
    )
    rules, facts = dict(over or SPECIFICATION), dict(contexts if contexts is not None else ITS_COST)
    axes = _decisions(start, rules)
    here = sampled(facts, max(2, effort.contexts), SEED) if facts else [{}]
    first = 1 + max(results.experiment.seeds)
    hunt = _Hunt(
        start, axes, goals, here, tuple(range(first, first + effort.seeds)), effort, tell or (lambda text: None)
    )
    candidates, seen = hunt.run()
    best = nondominated(seen)
    if tell:
        tell(f"last look at {int(best.sum())} designs")
    fresh = sampled(facts, max(2, effort.contexts), SEED + 1) if facts else [{}]
    last = tuple(range(first + effort.seeds, first + effort.seeds + effort.last_seeds))
    rows = [one for one, on in zip(candidates, best, strict=True) if on]
    values = hunt.look([*rows, {}], fresh, last)
    about = {
        "what": "designs that no other beats in all objectives", "case": start.case.name, "design": chosen.name,
        "settings": dict(settings or {}), "over": {key: _said(one) for key, one in axes.items()},
        "contexts": {key: str(asked) for key, asked in facts.items()}, "optimiser": "NSGA-III (optuna)",
        "objectives": {one.metric: "more" if one.sign > 0 else "less" for one in goals}, "effort": effort._asdict(),
        "seeds": list(hunt.seeds), "fresh_seeds": list(last), "optimiser_seed": SEED, "failed": len(set(start.failures)),
    }  # fmt: skip
    tried = pd.DataFrame(candidates).assign(**{one.metric: seen[:, n] * one.sign for n, one in enumerate(goals)})
    return Analysis("search", about, {"front": front_table(hunt, rows, values), "tried": tried})


def _decisions(start: Field, rules: Mapping[str, Any]) -> dict[str, Axis]:
    """The rules to decide; ConfigError for a fact of the case, and for what the design never reads."""
    facts = [key for key in rules if key.startswith(CASE)]
    if facts:
        raise ConfigError(f"over: {facts[0]}: a fact of the case cannot be decided; --context varies it")
    unused = unused_settings(start.designs[0], rules)
    if unused:
        raise ConfigError(*(f"over: {key}: {reason}" for key, reason in unused.items()))
    return axes_of(rules)


def _said(one: Axis) -> list[Any]:
    return list(one.values) if one.values else [one.low, one.high]


class _Hunt:
    """One search: candidates are asked for, run and told, a generation at a time."""

    def __init__(
        self, start: Field, axes: Mapping[str, Axis], goals: Sequence[Objective], contexts: Sequence[Mapping[str, Any]],
        seeds: tuple[int, ...], effort: Effort, tell: Callable[[str], object],
    ) -> None:  # fmt: skip
        self.start, self.axes, self.goals, self.contexts = start, axes, list(goals), contexts
        self.seeds, self.effort, self.tell = seeds, effort, tell
        self.metrics = [one.metric for one in goals]
        self.signs = np.array([one.sign for one in goals], float)

    def look(
        self, candidates: Sequence[Mapping[str, Any]], contexts: Sequence[Mapping[str, Any]], seeds: Sequence[int]
    ) -> np.ndarray:
        """Candidates × seeds × objectives, means over contexts, more is better; missing where a candidate cannot be run."""
        points = [{**one, **context} for one in candidates for context in contexts]
        values = self.start.at(points, self.metrics, seeds)[0]
        return values.reshape(len(candidates), len(contexts), len(seeds), len(self.goals)).mean(axis=1) * self.signs

    def run(self) -> tuple[list[dict[str, Any]], np.ndarray]:
        """All candidates that could be run, each once, and what was seen of them: candidates × objectives."""
        found: dict[tuple[Any, ...], np.ndarray] = {}
        ask = optimiser(self.axes, len(self.goals), self.effort.population)
        for generation in range(1, self.effort.generations + 1):
            self.tell(f"generation {generation} of {self.effort.generations}")
            asked, answer = next(ask)
            new = [
                dict(zip(self.axes, key, strict=True))
                for key in dict.fromkeys(tuple(one.values()) for one in asked)
                if key not in found
            ]
            if new:
                seen = self.look(new, self.contexts, self.seeds).mean(axis=1)
                found |= {tuple(one.values()): row for one, row in zip(new, seen, strict=True)}
            answer([found[tuple(one.values())] for one in asked])
        kept = {key: row for key, row in found.items() if not np.isnan(row).any()}
        if not kept:
            raise ConfigError(f"no candidate could be run; the first: {self.start.failures[0]}")
        return [dict(zip(self.axes, key, strict=True)) for key in kept], np.array(list(kept.values()))


Answer = Callable[[Sequence[np.ndarray]], None]


def optimiser(
    axes: Mapping[str, Axis], objectives: int, population: int
) -> Iterator[tuple[list[dict[str, Any]], Answer]]:
    """Generation by generation: candidates, and what to call with the objectives of each (more is better; NaN: impossible)."""
    try:
        import optuna
    except ImportError:
        raise ConfigError("searching needs optuna: pip install 'obc-abm[search]'") from None
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    with (
        warnings.catch_warnings()
    ):  # optuna calls this sampler's interface experimental; ours asks for what is oldest in it
        warnings.simplefilter("ignore", optuna.exceptions.ExperimentalWarning)
        sampler = optuna.samplers.NSGAIIISampler(population_size=population, seed=SEED)
    study = optuna.create_study(directions=["maximize"] * objectives, sampler=sampler)
    while True:
        trials = [study.ask() for _ in range(population)]
        asked = [{key: _suggested(trial, key, one) for key, one in axes.items()} for trial in trials]

        def answer(values: Sequence[np.ndarray], trials: Sequence[Any] = trials) -> None:
            for trial, seen in zip(trials, values, strict=True):
                if np.isnan(seen).any():
                    study.tell(trial, state=optuna.trial.TrialState.FAIL)
                else:
                    study.tell(trial, [float(value) for value in seen])

        yield asked, answer


def _suggested(trial: Any, key: str, one: Axis) -> Any:
    """A value of a rule as the optimiser proposes it; ranges in a thousand steps, so that a candidate can come again."""
    if one.values:
        return trial.suggest_categorical(key, list(one.values))
    value = one.value(trial.suggest_float(key, 0.0, 1.0))
    return value if one.whole else min(max(float(f"{value:.3g}"), one.low), one.high)


def nondominated(values: np.ndarray) -> np.ndarray:
    """Which rows of candidates × objectives (more is better) no other row beats: at least as good in all, better in one."""
    better = (values[:, None] >= values[None]).all(axis=2) & (values[:, None] > values[None]).any(axis=2)
    return np.logical_not(better.any(axis=0))


def front_table(hunt: _Hunt, rows: Sequence[Mapping[str, Any]], values: np.ndarray) -> pd.DataFrame:
    """The table `front`, best in the first objective first; `values` is candidates × seeds × objectives, the design last."""
    import pandas as pd

    shares, table = dominance(values), []
    for n, one in enumerate([*rows, {}]):
        own = {key: one.get(key, _own(hunt, key)) for key in hunt.axes}
        row: dict[str, Any] = {"which": "found" if one else AS_IT_IS, **own}
        for m, goal in enumerate(hunt.goals):
            seen = values[n, :, m][~np.isnan(values[n, :, m])] * goal.sign
            mean, half = (float(seen.mean()), half_width(seen)) if len(seen) else (math.nan, math.nan)
            row |= {goal.metric: mean, f"{goal.metric}_low": mean - half, f"{goal.metric}_high": mean + half}
        table.append(row | {"nondominated": shares[n]})
    main = hunt.goals[0]
    whole = pd.DataFrame(table)
    found = whole.iloc[:-1].sort_values(main.metric, ascending=main.sign < 0)
    return pd.concat([found, whole.iloc[-1:]], ignore_index=True)


def _own(hunt: _Hunt, key: str) -> Any:
    """The design's own value of a rule."""
    return hunt.start.value(key) if key in declared() else ""


def dominance(values: np.ndarray) -> np.ndarray:
    """For each candidate the share of resamples of seeds in which none beats it: candidates × seeds × objectives."""
    draw, seeds = np.random.default_rng(SEED), values.shape[1]
    hits = [nondominated(values[:, draw.integers(seeds, size=seeds)].mean(axis=1)) for _ in range(RESAMPLES)]
    return np.mean(hits, axis=0)
