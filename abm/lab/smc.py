"""Sequential approximate Bayesian computation by pyabc, the extra `calibrate`: for costly models, where rejection wastes runs.

Populations of points go nearer to what was observed step by step (Toni et al. 2009), so fewer runs are spent where nothing
agrees. pyabc draws from numpy's global generator; it is seeded here and put back as it was.
"""

from __future__ import annotations

import logging
import math
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np

from abm.config import ConfigError
from abm.lab.rejection import Posterior

Simulator = Callable[[np.ndarray, int], np.ndarray]  # a place of the unit cube, and the number of the run → summaries
STEPS = 4  # populations


def smc(
    simulate: Simulator,
    parameters: int,
    observed: np.ndarray,
    spread: np.ndarray,
    runs: int,
    population: int,
    seed: int,
) -> Posterior:
    """The last population within about `runs` runs; distances are Euclidean in units of `spread`, missing ones infinite.

    Raises ConfigError where pyabc is not installed.
    """
    try:
        import pyabc
    except ImportError:
        raise ConfigError("method smc needs pyabc: pip install 'obc-abm[calibrate]'") from None
    names, count = [f"u{n}" for n in range(parameters)], iter(range(1, 10 * runs + 10_000))

    def model(point: dict[str, float]) -> dict[str, np.ndarray]:
        unit = np.clip([float(point[name]) for name in names], 1e-6, 1.0 - 1e-6)
        return {"y": simulate(unit, next(count))}

    def distance(one: dict[str, np.ndarray], other: dict[str, np.ndarray]) -> float:
        apart = float(np.sqrt((((one["y"] - other["y"]) / spread) ** 2).sum()))
        return apart if math.isfinite(apart) else math.inf

    prior = pyabc.Distribution(**{name: pyabc.RV("uniform", 0.0, 1.0) for name in names})
    logging.getLogger("ABC").setLevel(logging.WARNING)
    with _seeded(seed), tempfile.TemporaryDirectory() as folder:
        run = pyabc.ABCSMC(model, prior, distance, population_size=population, sampler=pyabc.SingleCoreSampler())
        run.new(f"sqlite:///{Path(folder) / 'abc.db'}", {"y": observed})
        history = run.run(max_nr_populations=STEPS, max_total_nr_simulations=runs)
        table, weights = history.get_distribution()
        found = history.get_weighted_distances()["distance"].to_numpy(float)
    order = [names.index(str(name)) for name in table.columns]
    units = np.empty((len(table), parameters))
    units[:, order] = np.clip(table.to_numpy(float), 1e-6, 1.0 - 1e-6)
    return Posterior(units, np.asarray(weights, float) / float(np.sum(weights)), found)


@contextmanager
def _seeded(seed: int) -> Iterator[None]:
    """numpy's global generator at a stated seed, and afterwards as it was."""
    before = np.random.get_state()  # noqa: NPY002
    np.random.seed(seed)  # noqa: NPY002
    try:
        yield
    finally:
        np.random.set_state(before)  # noqa: NPY002
