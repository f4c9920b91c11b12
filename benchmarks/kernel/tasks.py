"""The numbers of the kernel, and its start."""

from __future__ import annotations

import numpy as np

KNOWN, FAMILIES_PER_PROVIDER = 3, 45
EXPLORE = 0.1  # chance of choosing at random, not by trust
EFFECT, RETURN, NOISE = 0.05, 0.06, 0.015
NATURAL = 0.5
SEEN = 0.1  # standard deviation of what is lived around a provider's quality
GOOD_NEWS, BAD_NEWS, TOLERANCE = 0.05, 0.1, 0.15


def start(families: int, seed: int) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Known providers (families, 3), trust in each, wellbeing, and every provider's quality."""
    rng = np.random.default_rng(seed)
    providers = max(22, families // FAMILIES_PER_PROVIDER)
    known = (rng.integers(0, providers, (families, 1)) + np.array([0, 1, 7])) % providers
    trust = np.full((families, KNOWN), 0.45)
    return (
        known,
        trust,
        np.clip(0.5 + 0.1 * rng.standard_normal(families), 0.02, 0.98),
        rng.uniform(0.2, 0.9, providers),
    )


def means_of(wellbeing: float, trust: float) -> dict[str, float]:
    """Where a run of the kernel ended."""
    return {"wellbeing": float(wellbeing), "trust": float(trust)}
