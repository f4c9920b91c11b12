"""What a family takes of memory with all its edges, and its share of everybody and everything around it."""

from __future__ import annotations

from typing import Any

from benchmarks.measure import in_fresh_process, resident_mb
from benchmarks.whole_model import case_of, ready

FAMILIES, MONTHS = 150_000, 24
CASES = ("generic", "lombardy")
DESIGN = "social_impact_bond"


def measure(_asked: Any) -> dict[str, Any]:
    """A world of 150,000 families of each case, in a fresh process each."""
    return {case: in_fresh_process(f"bytes_a_family.of_world({case!r}, {FAMILIES}, {MONTHS})") for case in CASES}


def of_world(case: str, families: int, months: int) -> dict[str, float]:
    """Bytes a family: as declared, and as this process, which should be fresh, grows by a world and its months.

    Everything that runs need is loaded by a small world before. The case's places are copied as often as it takes.
    """
    from abm.engine import run_months
    from abm.world import memory_bytes, new_world

    small, design = ready(case, DESIGN)
    run_months(new_world(small, design, 1), months)
    large = case_of(case, families // sum(place.families for place in small.locality.values()))
    count = sum(place.families for place in large.locality.values())
    before = resident_mb()
    world = new_world(large, design, 1, months)
    run_months(world, months)
    grown = (resident_mb() - before) * 2**20
    row, declared = world.families.itemsize, memory_bytes(large, design, months) / count
    return {"families": count, "months": months, "row": row, "declared": declared, "resident": grown / count}
