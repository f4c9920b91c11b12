"""What a difference amounts to, in words: better, worse, practically equal, or undecided and how many more runs it needs.

A smallest effect that matters, δ, is declared for every metric. An interval wholly beyond δ is better or worse (higher or
lower, where a metric has no better side), one wholly within ±δ is practically equal, any other is undecided. No p-value
is asked for. The interval is the simultaneous one: all designs that are compared with a baseline are judged at once, so
the chance that any of them is called wrongly is at most 5 % for a metric.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from abm.config import ConfigError
from abm.config.words import did_you_mean

if TYPE_CHECKING:
    from numpy import ndarray

LEVEL = 0.95
DRAWS = 6_000  # of which the critical value is a quantile; its coverage is then known to 0.3 percentage points
SEED = 50_907
MOST_RUNS = 100_000  # more runs than this are not counted

BETTER, WORSE, HIGHER, LOWER = "better", "worse", "higher", "lower"
EQUAL, UNDECIDED, NO_VALUE = "practically equal", "undecided", "no value"


class Margin(NamedTuple):
    """A smallest effect that matters: in the metric's unit, or as a share of the baseline's mean."""

    absolute: float = 0.0
    relative: float = 0.0

    def of(self, baseline: float) -> float:
        """In the metric's unit, where the baseline's mean is this."""
        return self.absolute + (self.relative * abs(baseline) if self.relative else 0.0)


# All assumed: what somebody who decides would not call a difference. `[matters]` of an experiment and --matters replace them.
BY_UNIT = {
    "share": Margin(0.02), "trust": Margin(0.02), "wellbeing": Margin(0.01), "ratio": Margin(0.05), "months": Margin(0.5),
    "per year": Margin(0.01),
}  # fmt: skip
OTHERWISE = Margin(relative=0.05)  # hours, people, euros
BY_METRIC = {
    "spend_public": Margin(relative=0.01), "spend_region": Margin(relative=0.01), "access_gap": Margin(0.05),
    "gaming": Margin(0.005), "deadweight_paid": Margin(0.05), "payment_error": Margin(0.05), "governance_voice": Margin(0.05),
    "governance_fairness": Margin(0.05), "governance_accountability": Margin(0.05), "governance_transparency": Margin(0.05),
}  # fmt: skip


def margins(units: Mapping[str, str], own: Mapping[str, float] | None = None) -> dict[str, Margin]:
    """The smallest effect that matters of each metric: the user's own, in its unit, or the default.

    Raises ConfigError for a metric that is not there, and for what is no number from 0.
    """
    for name, value in (own or {}).items():
        if name not in units:
            raise ConfigError(f"matters: no metric '{name}'{did_you_mean(name, units)}")
        if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < math.inf:
            raise ConfigError(f"matters.{name}: expected a number from 0, in {units[name]}, got {value!r}")
    found = {name: BY_METRIC.get(name, BY_UNIT.get(unit, OTHERWISE)) for name, unit in units.items()}
    return found | {name: Margin(float(value)) for name, value in (own or {}).items()}


class Verdict(NamedTuple):
    """A word, and how many further runs are likely to decide where it is undecided (missing otherwise)."""

    word: str
    more_runs: float = math.nan


def verdict(low: float, high: float, margin: float, direction: str, n: int) -> Verdict:
    """What an interval around a difference says, where `margin` is the smallest effect that matters.

    With n runs and half-width h around d, the interval is clear of the nearer of ±δ once h ≤ ||d| − δ|; as h falls with
    √n, that takes n·(h/(|d| − δ))² runs.
    """
    if math.isnan(low) or math.isnan(high):
        return Verdict(NO_VALUE)
    up, down = (HIGHER, LOWER) if direction == "context" else (BETTER, WORSE)
    if direction == "down":
        up, down = down, up
    if max(abs(low), abs(high)) <= margin:
        return Verdict(EQUAL)
    if low > margin:
        return Verdict(up)
    if high < -margin:
        return Verdict(down)
    half, distance = (high - low) / 2.0, abs(abs(high + low) / 2.0 - margin)
    needed = n * (half / distance) ** 2 if distance > 0 else math.inf
    return Verdict(UNDECIDED, math.inf if needed > MOST_RUNS else max(1.0, math.ceil(needed - n)))


def in_words(found: Verdict) -> str:
    """A verdict as a reader sees it."""
    if found.word != UNDECIDED:
        return found.word
    if math.isinf(found.more_runs):
        return "undecided (it lies where it begins to matter)"
    runs = round(found.more_runs, 1 - len(str(int(found.more_runs))))  # one digit, as it is no better known
    return f"undecided (needs about {runs:,.0f} more run{'s' * (runs > 1)})"


def critical(changes: ndarray) -> float:
    """How many standard errors wide intervals of several paired differences must be to hold all at once in 95 of 100 cases.

    `changes` is blocks × designs. The value is the 95 % quantile of max |T_j| (Dunnett's problem with unequal variances and
    correlated differences): T_j = Z_j/√(W_jj/(n − 1)) with Z normal and W Wishart, both with the correlation found, drawn
    by Bartlett's decomposition. With one design it is Student's t; with no more blocks than designs, Bonferroni's.
    """
    from scipy.special import stdtrit

    changes = changes[~np.isnan(changes).any(axis=1)]
    changes = changes[:, np.ptp(changes, axis=0) > 0] if len(changes) else changes[:, :0]
    n, k = changes.shape
    if n < 2 or k < 2:
        return float(stdtrit(n - 1, (1.0 + LEVEL) / 2.0)) if n >= 2 else math.nan
    if n - 1 <= k:
        return float(stdtrit(n - 1, 1.0 - (1.0 - LEVEL) / (2.0 * k)))
    root = _root(np.corrcoef(changes, rowvar=False))
    normal, triangle = _standard(n, k)
    parts = (root @ triangle.reshape(k, -1)).reshape(k, -1, k)
    spread = np.sqrt(np.einsum("idk,idk->id", parts, parts) / (n - 1))
    return float(np.quantile(np.abs(root @ normal / spread).max(axis=0), LEVEL))


def _root(correlation: ndarray) -> ndarray:
    """A matrix L with L·Lᵀ the correlation, also where that is singular."""
    size, vectors = np.linalg.eigh(correlation)
    return vectors * np.sqrt(np.maximum(size, 0.0))


@functools.lru_cache(maxsize=8)
def _standard(n: int, k: int) -> tuple[ndarray, ndarray]:
    """Normal draws (k × draws), and the rows of Bartlett's triangles of a Wishart matrix with n − 1 degrees of freedom
    (k × draws × k)."""
    rng = np.random.default_rng([SEED, n, k])
    draws = max(2000, min(DRAWS, 4_000_000 // (k * k)))
    triangle = rng.normal(size=(k, draws, k))
    for row in range(k):
        triangle[row, :, row] = np.sqrt(rng.chisquare(n - 1 - row, draws))
        triangle[row, :, row + 1 :] = 0.0
    return rng.normal(size=(k, draws)), triangle


def holm(p: Sequence[float]) -> ndarray:
    """P-values of several tests, each as it is after Holm's correction for their number; missing ones stay so."""
    found = np.full(len(p), math.nan)
    order = [place for place in np.argsort(p, kind="stable") if not math.isnan(p[place])]
    most = 0.0
    for rank, place in enumerate(order):
        most = max(most, min(1.0, (len(order) - rank) * float(p[place])))
        found[place] = most
    return found
