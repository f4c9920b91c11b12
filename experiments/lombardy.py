"""Cremona and Monza-Brianza month by month, each under its own network: the figures of docs/lombardy.md.

python experiments/lombardy.py            # prints the table, writes docs/figures/lombardy_case.png
"""

from __future__ import annotations

from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np

import abm
from abm.lab.run import simulate
from abm.rules.menu import SERVICES

SEEDS = range(1, 41)
PLACES = {"lombardy_cremona": "cremona_devolved", "lombardy_monza": "monza_lead_agency"}
CAUSES = ("red_tape", "waiting", "mismatch", "voice")
TRUST = {
    "trust_family_commissioner": "families in the authority", "trust_family_provider": "families in providers",
    "trust_provider_commissioner": "providers in the authority", "trust_provider_provider": "partners in one another",
}  # fmt: skip


def worlds(case: str, design: str) -> list:
    """One finished world a seed."""
    place, rules = abm.load_case(case), abm.load_design(design)
    return [simulate(place, rules, seed) for seed in SEEDS]


def mean(runs: list, metric: str) -> np.ndarray:
    """A metric by month, mean over runs that know it."""
    values = np.array([run.series[metric] for run in runs])
    known = ~np.isnan(values)
    return np.where(known.any(0), np.where(known, values, 0.0).sum(0) / np.maximum(1, known.sum(0)), np.nan)


def table(runs: list) -> dict[str, str]:
    """What the page compares with the case, as mean over runs."""
    meetings = [f"{x:.2f}" for x in mean(runs, "meeting_experience")[39:45]]
    chosen = np.mean([run.teams.offers.mean(axis=0) for run in runs], axis=0)
    served = slice(45, 69)
    spread = np.mean([np.std(run.families.satisfaction[run.families.was_served == 1]) for run in runs])
    found = {name: mean(runs, name) for name in (*TRUST, "satisfaction", "capability", "engagement", "fatigue",
             "attributable_gain", "spend_public", "partners_engaged", "volunteers_active")}  # fmt: skip
    satisfied = f"{found['satisfaction'][served].mean():.3f} (sd between families {spread:.2f})"
    lines = {"meetings 1 to 6, experience": " ".join(meetings), "satisfaction in service": satisfied}
    lines |= {f"satisfaction lost: {c}": f"{mean(runs, f'dissatisfaction_{c}')[served].mean():.3f}" for c in CAUSES}
    lines |= {name: " → ".join(f"{found[name][month]:.3f}" for month in (38, 45, 68, 78)) for name in found}
    return lines | {f"offers {name}": f"{share:.0%}" for name, share in zip(SERVICES, chosen, strict=True)}


def draw(results: dict[str, list], to: Path) -> None:
    """Trust by month above, satisfaction lost by cause below; a column a place."""
    figure, axes = plt.subplots(2, 2, figsize=(11, 6.5), sharex="col", sharey="row", layout="constrained")
    for column, (case, runs) in zip(axes.T, results.items(), strict=True):
        months = np.arange(79)
        for metric, label in TRUST.items():
            column[0].plot(months, mean(runs, metric), label=label)
        column[0].set_title(f"{abm.load_case(case).title}: {abm.load_design(PLACES[case]).title.split(': ')[1]}")
        column[1].stackplot(months[45:69], [mean(runs, f"dissatisfaction_{c}")[45:69] for c in CAUSES],
                            labels=[c.replace("_", " ") for c in CAUSES])  # fmt: skip
        for axis in column:
            for first, last, shade in ((1, 38, "0.97"), (39, 44, "0.88"), (45, 68, "0.94")):
                axis.axvspan(first, last + 1, color=shade, zorder=0)
        for month, phase in ((20, "planning"), (42, "design"), (57, "service"), (74, "after")):
            column[0].text(month, 0.72, phase, ha="center", fontsize=8, color="0.35")
    axes[0, 0].set(ylabel="trust", ylim=(0.38, 0.74))
    axes[1, 0].set_ylabel("satisfaction lost to")
    axes[0, 1].legend(fontsize=8, loc="center left"), axes[1, 1].legend(fontsize=8, loc="upper left")
    figure.supxlabel("months since January 2005", fontsize=10)
    figure.savefig(to, dpi=130)


if __name__ == "__main__":
    found = {case: worlds(case, design) for case, design in PLACES.items()}
    rows = {case: table(runs) for case, runs in found.items()}
    for line in rows["lombardy_cremona"]:
        print(f"{line:32} {rows['lombardy_cremona'][line]:>42} {rows['lombardy_monza'][line]:>42}")
    draw(found, Path(__file__).parents[1] / "docs" / "figures" / "lombardy_case.png")
