"""Results made of plain numbers, to test what is estimated from them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

from abm.lab.results import Results

CALENDAR = {
    "start": "2005-01", "plan": [1, 2], "tender": 3, "codesign": [3, 4], "service": [5, 8], "assess": [5, 9], "runoff": 2,
    "renewals": 0,
}  # fmt: skip


def results_of(values, directions=None, units=None, baseline=None, settings=(), **configuration):
    """Results whose runs have `values[metric]` (blocks × designs): designs a, b, c … under seeds 1, 2, 3 …"""
    first = next(iter(values.values()))
    blocks, designs = first.shape
    names = [chr(ord("a") + place) for place in range(designs)]
    parts = []
    for place, name in enumerate(names):
        own = {metric: np.asarray(table, float)[:, place] for metric, table in values.items()}
        parts.append(
            pd.DataFrame({"case": "here", "design": name, "seed": range(1, blocks + 1), "status": "done", **own})
        )
    manifest = {
        "configuration": {
            "name": "synthetic", "title": "", "description": "", "baseline": baseline or names[0],
            "designs": [{"base": {"name": name, "title": ""}} for name in names],
            "cases": [{"name": "here", "title": "", "calendar": CALENDAR}], "factors": {},
            "points": [], "seeds": list(range(1, blocks + 1)), "tables": [], **configuration,
        },
        "metrics": [
            {
                "name": metric, "group": "g", "unit": (units or {}).get(metric, "share"), "meaning": "a number",
                "direction": (directions or {}).get(metric, "up"), "at_end": "last",
            }
            for metric in values
        ],
        "files": {},
    }  # fmt: skip
    return Results(pd.concat(parts, ignore_index=True), None, manifest, Path("nowhere"))


def paired(rng, blocks, shifts, noise=1.0, luck=3.0, draw="normal"):
    """Blocks × designs: luck that designs share, a shift and noise of its own for each."""
    shape = (blocks, len(shifts))
    own = rng.normal(0, noise, shape) if draw == "normal" else noise * (rng.lognormal(0, 0.6, shape) - np.exp(0.18))
    return rng.normal(0, luck, (blocks, 1)) + np.asarray(shifts) + own
