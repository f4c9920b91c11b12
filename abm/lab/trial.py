"""An in-silico randomised trial: what a field study of an intervention would estimate, against what is true.

A place is copied into clusters of its size. A random half of the units gets the intervention; the effect is estimated from
what a field study would see. The truth is the same world, under the same luck, with everybody treated less with nobody.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from abm.config import Arm, ConfigError, Intervention, as_interventions, check_interventions
from abm.config.keep import Keep
from abm.config.words import did_you_mean
from abm.lab.agents import COLUMNS
from abm.lab.analyses import FOLDER, Analysis
from abm.lab.asked import arm_of, chosen_case, chosen_design
from abm.lab.assignment import reached_table
from abm.lab.clusters import Size, clustered, first_place
from abm.lab.compare import LEVEL, half_width
from abm.lab.estimates import NOTHING, Estimate, cluster_means, within_strata
from abm.lab.files import read_table, write_table
from abm.lab.manifest import code_hash
from abm.lab.more import NAMES, RUNS, Progress, key_of, run_plan
from abm.lab.plan import DONE, Plan, Run
from abm.lab.robust import wilson
from abm.rules.interventions import MONTHS

if TYPE_CHECKING:
    import pandas as pd

    from abm.case import Case
    from abm.lab.results import Results

DIFFERENCE, CHANGE = "difference", "difference in differences"
ALPHA = 1.0 - LEVEL
LARGEST = 120  # families that a cluster has unless asked for
LITTLE = Keep(every=2400, metrics=("trust_mean",))  # of a run's series: its units are what is looked at
ERROR = 0.1  # of a measured outcome from 0 to 1, assumed; one measured result of wellbeing has 0.14 (`case.measurement.noise`)
SEED = 5  # of errors of measurement
ARMS = ("half", "nobody", "everybody")
POWER = [
    "units", "clusters", "months", "power", "low", "high", "bias", "bias_low", "bias_high", "estimate", "truth", "on_treated",
    "spill_over",
    "false_alarms", "false_low", "false_high", "covered", "trials",
]  # fmt: skip


@dataclass(frozen=True)
class Trial:
    """What is tried: `intervention` for a half of its units, judged by a column of a table of agents.

    `outcome` is `providers.COLUMN`, a month's value, or `families.COLUMN`, that of the end. `estimator` is the difference
    of means at the end, or of their changes since the month before (providers only). `error` is the standard deviation of
    what a field study measures wrong in a unit each time: a survey's answer is not what it asks about.
    """

    intervention: Intervention
    outcome: str
    estimator: str = DIFFERENCE
    trials: int = 40
    error: float = ERROR

    def __post_init__(self) -> None:
        table, _, column = self.outcome.partition(".")
        known = [
            f"{name}.{one.name}"
            for name in ("providers", "families")
            for one in COLUMNS[name]
            if not one.per and one.kind == "f8"
        ]
        if self.outcome not in known:
            raise ConfigError(f"outcome: no '{self.outcome}'{did_you_mean(self.outcome, known)}; expected providers.COLUMN or "
                              "families.COLUMN with a number, such as providers.trust_in_commissioner")  # fmt: skip
        if table == "families" and self.estimator == CHANGE:
            raise ConfigError(
                f"outcome: '{column}' of families is known at the end only; choose the estimator '{DIFFERENCE}'"
            )
        if table == "providers" and self.intervention.unit_or_usual == "family":
            raise ConfigError("outcome: families are drawn, so the outcome must be one of families'")
        if table == "families" and self.intervention.unit_or_usual == "provider":
            raise ConfigError("outcome: providers are drawn, so the outcome must be one of providers'")
        if self.estimator not in (DIFFERENCE, CHANGE):
            raise ConfigError(f"estimator: expected '{DIFFERENCE}' or '{CHANGE}', got '{self.estimator}'")
        if self.trials < 2:
            raise ConfigError(f"trials: expected at least 2, got {self.trials}")
        if not 0.0 <= self.error < math.inf:
            raise ConfigError(f"error: expected a standard deviation from 0, got {self.error:g}")

    def measured(self, seed: int, values: pd.Series) -> pd.Series:
        """Values as a field study measures them, twice where changes are compared; the same errors for a seed."""
        times = math.sqrt(2.0) if self.estimator == CHANGE else 1.0
        return values + self.error * times * np.random.default_rng([SEED, seed]).normal(size=len(values))

    def estimate(self, units: pd.DataFrame) -> Estimate:
        """What a field study finds in units with `value, locality, treated`."""
        values, places = units["value"].to_numpy(float), units["locality"].to_numpy(str)
        treated = units["treated"].to_numpy(float)
        if not len(units):
            return NOTHING
        if self.intervention.unit_or_usual == "place":
            return cluster_means(values, places, treated)
        return within_strata(values, places, treated)


def trial(
    results: Results,
    design: str | None,
    plan: Trial,
    *,
    clusters: Sequence[int] = (10, 20, 40),
    families: Sequence[int] = (),
    months: Sequence[int] = (6, 12, 24),
    case: str | None = None,
    settings: dict[str, Any] | None = None,
    workers: int | None = None,
    progress: Progress | None = None,
    tell: Callable[[str], object] | None = None,
) -> Analysis:
    """Power, bias and false alarms of a trial in copies of the first place with a grant of an experiment's case.

    The middle value of `clusters`, `families` (in each; unless given, half, once and twice as many as the place has, at
    most 120) and `months` is the usual size, and each is varied around it. Table `power`: a row a size with `power` (share
    of trials with p < .05), `bias` (mean estimate less mean truth), each with its interval, `on_treated` (what the treated
    half gains, which may be less than where all are treated), `spill_over` (what the untreated half gains from it),
    `false_alarms` (the same test where nobody was treated). Raises ConfigError.
    """
    import pandas as pd

    experiment = results.experiment
    start = arm_of(
        experiment, chosen_case(experiment, case), chosen_design(experiment, design or experiment.baseline), settings
    )
    own = first_place(start.case)[1].families
    usual = min(own, LARGEST)
    sizes = _sizes(clusters, families or (max(10, usual // 2), usual, 2 * usual), months)
    rows, failed = [], 0
    for n, size in enumerate(sizes, 1):
        if tell:
            tell(f"size {n} of {len(sizes)}: {size.clusters} places of {size.families} families, {size.months} months")
        units, failures = _units(start, plan, size, results.folder, workers, progress)
        failed += failures
        rows.append((_counted(units), size.clusters, size.months, *judged(plan, units)))
    about = {
        "what": "what a randomised trial of an intervention would find", "case": start.case.name,
        "design": start.design.name, "intervention": plan.intervention.model_dump(), "outcome": plan.outcome,
        "estimator": plan.estimator, "test": _test_of(plan), "sizes": [size._asdict() for size in sizes],
        "trials": plan.trials, "error": plan.error, "settings": settings or {}, "failed": failed,
    }  # fmt: skip
    return Analysis("trial", about, {"power": pd.DataFrame(rows, columns=POWER)})


def _test_of(plan: Trial) -> str:
    if plan.intervention.unit_or_usual == "place":
        return "means of clusters, Welch's t, two-sided 5 %"
    return "least squares with a mean for each place, robust errors, two-sided 5 %"


def _sizes(*asked: Sequence[int]) -> list[Size]:
    """The usual size, and each of its parts varied."""
    for name, values in zip(Size._fields, asked, strict=True):
        if not values or min(values) < (4 if name == "clusters" else 1):
            raise ConfigError(
                f"{name}: expected whole numbers from {4 if name == 'clusters' else 1}, got {list(values)}"
            )
    usual = Size(*(sorted(values)[len(values) // 2] for values in asked))
    varied = (
        usual._replace(**{name: value})
        for name, values in zip(Size._fields, asked, strict=True)
        for value in sorted(values)
    )
    return list(dict.fromkeys([*varied]))


def judged(plan: Trial, units: pd.DataFrame) -> tuple[float, ...]:
    """The columns of `power` from `power` on, from units with `trial, locality, treated, half, nobody, everybody`."""
    found: list[Estimate] = []
    false: list[Estimate] = []
    truths, moved, spills = [], [], []
    for seed, one in units.groupby("trial"):
        for name, to in (("half", found), ("nobody", false)):
            to.append(plan.estimate(one.assign(value=plan.measured(int(str(seed)), one[name])).dropna(subset="value")))
        truths.append(float((one["everybody"] - one["nobody"]).mean()))
        change = one["half"] - one["nobody"]
        moved.append(float(change[one["treated"]].mean()))
        spills.append(float(change[~one["treated"]].mean()))
    effects, truth = np.array([one.effect for one in found]), np.array(truths)
    known = ~np.isnan(effects)
    power = wilson(sum(one.p < ALPHA for one in found), int(known.sum()))
    alarms = wilson(sum(one.p < ALPHA for one in false), sum(not math.isnan(one.effect) for one in false))
    bias = (effects - truth)[known]
    mean, half = (float(bias.mean()), half_width(bias)) if known.any() else (math.nan, math.nan)
    covered = [
        abs(one.effect - true) <= one.half
        for one, true in zip(found, truths, strict=True)
        if not math.isnan(one.effect)
    ]
    return (
        *power, mean, mean - half, mean + half, float(effects[known].mean()) if known.any() else math.nan,
        float(truth.mean()), float(np.nanmean(moved)), float(np.nanmean(spills)), *alarms,
        float(np.mean(covered)) if covered else math.nan,
        int(known.sum()),
    )  # fmt: skip


def _counted(units: pd.DataFrame) -> int:
    """Units with an outcome in a trial, on average."""
    return round(units["half"].notna().sum() / max(1, units["trial"].nunique()))


def _units(
    start: Arm, plan: Trial, size: Size, folder: Path, workers: int | None, progress: Progress | None
) -> tuple[pd.DataFrame, int]:
    """Units of all trials of a size, from the folder if they are there, and how many runs failed."""
    import pandas as pd

    case = clustered(start.case, size)
    length = plan.intervention.month - 1 + size.months
    half = plan.intervention.model_copy(update={"who": "half"})
    check_interventions(case, [half], length)
    events = {"half": (half,), "nobody": (), "everybody": (half.model_copy(update={"who": "all"}),)}
    arms = [start._replace(case=case, interventions=(*start.interventions, *events[name])) for name in ARMS]
    seeds = list(range(1, plan.trials + 1))
    words = f"{plan.outcome}-{plan.estimator.replace(' ', '_')}-{plan.trials}"
    path = folder / FOLDER / RUNS / "units" / f"{key_of(arms[0], length, code_hash())}-{words}.parquet"
    if path.is_file():
        if progress:
            progress(len(arms) * len(seeds), len(arms) * len(seeds), 0)
        return read_table(path).to_pandas(), 0
    outcomes, failed = _outcomes(arms, plan, seeds, length, workers, progress)
    drawn = [_drawn(case, arms[0].interventions, seed) for seed in seeds]
    parts = []
    for seed, units in zip(seeds, drawn, strict=True):
        parts.append(_one_trial(seed, units, [outcomes.get((arm, seed)) for arm in range(len(arms))], plan))
    found = pd.concat(parts, ignore_index=True)
    if not failed:
        import pyarrow as pa

        write_table(pa.Table.from_pandas(found, preserve_index=False), path)
    return found, failed


def _drawn(case: Case, interventions: Sequence[Intervention], seed: int) -> pd.DataFrame:
    """Units that could be drawn, and which were: `id, locality, treated`."""
    table = reached_table([case], interventions, {"case": [case.name]}, [seed])
    return table[table["intervention"] == len(interventions)][["id", "locality", "treated"]]


def _outcomes(
    arms: Sequence[Arm], plan: Trial, seeds: Sequence[int], length: int, workers: int | None, progress: Progress | None
) -> tuple[dict[tuple[int, int], pd.DataFrame], int]:
    """Outcomes by unit of every arm and seed: `id, locality, value`."""
    missing = [(arm, seed) for seed in seeds for arm in range(len(arms))]
    table = plan.outcome.partition(".")[0]
    found, failed = {}, 0
    if progress:
        progress(0, len(missing), 0)
    whole = Plan((), arms, tuple(seeds), NAMES, tables=(table,), months=length, keep=LITTLE)
    for over, one in enumerate(run_plan(whole, missing, workers), 1):
        if one.status == DONE:
            found[one.arm, one.seed] = outcome_of(one, plan, length)
        else:
            failed += 1
        if progress:
            progress(over, len(missing), failed)
    if failed == len(missing):
        raise ConfigError(f"no run came to its end: {one.status}")
    return found, failed


def outcome_of(run: Run, plan: Trial, length: int) -> pd.DataFrame:
    """The outcome of each unit of a run: `id, locality, value`."""
    table, _, column = plan.outcome.partition(".")
    name = {"providers": "provider", "families": "family"}[table]
    rows = (run.tables or {})[table].to_pandas()
    if table == "families":
        return rows.rename(columns={name: "id", column: "value"})[["id", "locality", "value"]]
    by_month = {month: rows[rows["month"] == month].set_index(name) for month in (length, plan.intervention.month - 1)}
    last, before = by_month[length], by_month[plan.intervention.month - 1]
    value = last[column] - before[column] if plan.estimator == CHANGE else last[column]
    return value.dropna().rename("value").to_frame().assign(locality=last["locality"]).rename_axis("id").reset_index()


def _one_trial(seed: int, drawn: pd.DataFrame, outcomes: Sequence[pd.DataFrame | None], plan: Trial) -> pd.DataFrame:
    """A row a unit: `trial, locality, treated, half, nobody, everybody`; missing where a run failed or the unit is gone."""
    import pandas as pd

    by_arm = {}
    for name, outcome in zip(ARMS, outcomes, strict=True):
        by_arm[name] = (outcome.set_index("id")["value"] if outcome is not None else pd.Series(dtype=float)).astype(
            float
        )
    places = pd.concat([one.set_index("id")["locality"] for one in outcomes if one is not None]).astype(str)
    units = pd.DataFrame(by_arm).assign(trial=seed)
    units["locality"] = places[~places.index.duplicated()]
    if plan.intervention.unit_or_usual == "place":
        units["treated"] = units["locality"].map(drawn.set_index("locality")["treated"])
    else:
        units["treated"] = drawn.set_index("id")["treated"]
    units = units.dropna(subset="treated").astype({"treated": bool})
    return units[["trial", "locality", "treated", *ARMS]].reset_index(drop=True)


def usual_trial(
    kind: str,
    month: int,
    *,
    unit: str | None = None,
    outcome: str | None = None,
    estimator: str | None = None,
    lasts: int = 3,
    strength: float = 1.0,
    trials: int = 40,
    error: float = ERROR,
) -> Trial:
    """A trial of a kind of intervention, with the outcome and estimator that it is usually judged by. Raises ConfigError.

    Families by their satisfaction, providers and places by trust in the authority, and its change; `lasts` is for kinds
    that go on for months.
    """
    words = {"month": month, "kind": kind, "who": "half", "unit": unit, "strength": strength}
    [one] = as_interventions([{key: value for key, value in words.items() if value is not None}])
    if one.declared.lasts == MONTHS:
        one = one.model_copy(update={"months": lasts})
    of_families = one.unit_or_usual == "family"
    outcome = outcome or ("families.satisfaction" if of_families else "providers.trust_in_commissioner")
    return Trial(one, outcome, estimator or (DIFFERENCE if outcome.startswith("families") else CHANGE), trials, error)
