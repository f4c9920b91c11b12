"""The family's month as a contestant: `python -m benchmarks.family_month rules`, `plain` or `tuned`."""

from __future__ import annotations

import functools
import sys

from benchmarks.answering import Built, answer
from benchmarks.family_month import native, rules
from benchmarks.family_month.state import State, copy_of, new_state

start = functools.lru_cache(1)(new_state)


def _figures(state: State) -> dict[str, float]:
    return {"wellbeing": float(state.families["wellbeing"].mean()), "trust": float(state.ties["trust"].mean())}


def build(version: str, families: int, seed: int) -> Built:
    """One of the three on the same start."""
    state = copy_of(start(families))
    if version == "rules":
        return lambda months: rules.months(*state, seed, months), lambda: _figures(state)
    if version == "plain":
        return lambda months: native.plain(state, seed, months), lambda: _figures(state)
    tuned = native.Tuned(state)

    def figures() -> dict[str, float]:
        tuned.close()
        return _figures(state)

    return lambda months: tuned.months(seed, months), figures


if __name__ == "__main__":
    version = sys.argv[1]
    run, figures = build(version, 400, 1)  # compiled before anything is timed
    run(1)
    figures()
    answer(functools.partial(build, version))
