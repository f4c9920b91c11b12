"""The whole model as a contestant: `python -m benchmarks.whole_model compiled`, or `plain` for the ordinary Mesa version."""

from __future__ import annotations

import sys

from abm.case import Case
from abm.config import Design, load_case, load_design
from benchmarks.answering import Built, answer


def case_of(case: str, towns: int) -> Case:
    """A case by name; with `towns`, so many copies of its place or places, which is how a country is large."""
    loaded = load_case(case)
    if towns == 0:
        return loaded
    copies = {f"{name}_{n}": place for n in range(towns) for name, place in loaded.locality.items()}
    return loaded.model_copy(update={"locality": copies})


def ready(case: str, design: str) -> tuple[Case, Design]:
    """A case and a design by name, when the compiled model is loaded."""
    from abm.engine import compile_engine

    compile_engine()
    return load_case(case), load_design(design)


def compiled(case: str, design: str, towns: int, seed: int) -> Built:
    """The engine as a batch uses it."""
    from abm.engine import run_months
    from abm.world import new_world

    place, rules = _given(case, design, towns)
    world = new_world(place, rules, seed)

    def run(months: int) -> None:
        run_months(world, months)

    def figures() -> dict[str, float]:
        month = int(world.clock["month"][0])
        return {name: float(world.series[name][month]) for name in ("wellbeing_mean", "trust_mean", "spend_public")}

    return run, figures


def plain(case: str, design: str, towns: int, seed: int) -> Built:
    """One object an agent."""
    from benchmarks.plain_mesa import PlainModel

    model = PlainModel(*_given(case, design, towns), seed)

    def run(months: int) -> None:
        for _ in range(months):
            model.step()

    return run, lambda: {name: model.observed[name] for name in ("wellbeing_mean", "trust_mean", "spend_public")}


_LOADED: dict[tuple[str, str, int], tuple[Case, Design]] = {}


def _given(case: str, design: str, towns: int) -> tuple[Case, Design]:
    """Case and design, read once: reading a configuration is no part of a run of a batch."""
    key = case, design, towns
    if key not in _LOADED:
        _LOADED[key] = case_of(case, towns), load_design(design)
    return _LOADED[key]


if __name__ == "__main__":
    from abm.engine import compile_engine

    compile_engine()
    answer({"compiled": compiled, "plain": plain}[sys.argv[1]])
