"""What a calibration found, as tables for a terminal."""

from __future__ import annotations

import math

from rich.console import Group, RenderableType
from rich.text import Text

from abm.lab.analyses import Analysis
from abm.show.found import note, table_of
from abm.show.tables import decimals_for, number


def what_agrees(found: Analysis) -> Group:
    """Prior range and posterior of each setting, and whether the ranks are uniform."""
    import numpy as np

    about, posterior, ranks = found.about, found.tables["posterior"], found.tables["ranks"]
    rows = []
    for key, (low, high) in about["over"].items():
        known = ranks.loc[ranks["parameter"] == key, "p"]
        p = float(known.iloc[0]) if len(known) else math.nan
        calibrated = number(p, 3) + (" !" if p < 0.01 else "")
        if isinstance(low, str | bool):
            shares = posterior.groupby(key)["weight"].sum().sort_values(ascending=False)
            rows.append(
                (
                    key,
                    f"{low} … {high}",
                    ", ".join(f"{name} {share:.0%}" for name, share in shares.items()),
                    "",
                    calibrated,
                )
            )
            continue
        values, order = posterior[key].to_numpy(float), np.argsort(posterior[key].to_numpy(float))
        ends = np.cumsum(posterior["weight"].to_numpy(float)[order])
        quantiles = [
            float(values[order][min(np.searchsorted(ends, level), len(values) - 1)]) for level in (0.025, 0.5, 0.975)
        ]
        digits = decimals_for([high], 4)
        narrower = 1.0 - (quantiles[2] - quantiles[0]) / (0.95 * (high - low))
        shown = f"{number(quantiles[1], digits)} [{number(quantiles[0], digits)}, {number(quantiles[2], digits)}]"
        rows.append((key, f"{low:g} … {high:g}", shown, f"{max(0.0, narrower):.0%}", calibrated))
    targets = ", ".join(f"{one['metric']} {one['value']:g} ± {one['error']:g}" for one in about["targets"])
    title = f"What agrees with {targets} ({about['design']}, {about['case']}; {about['kept']} of {about['draws']} draws kept)"
    shown_tables: list[RenderableType] = [
        table_of(title, ["setting", "range\nbefore", "median [95 %]\nafter", "narrower\nby", "ranks\np"], rows, 2)
    ]
    for metric in about["never_reached"]:
        shown_tables.append(
            Text(f"No draw comes near the target of {metric}: these ranges cannot explain it.\n", style="bold")
        )
    shown_tables.append(
        note(
            "ranks p: whether draws taken for the truth lie in their own posteriors as often as they should (simulation-based "
            "calibration); below 0.01 (!) the intervals are not to be trusted: more draws, or a smaller --keep."
        )
    )
    return Group(*shown_tables)
