"""Cremona and Monza-Brianza month by month, each under its own network: prints the table of docs/lombardy.md, draws its figure."""

from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np

import abm
from abm.lab.run import simulate
from abm.rules.menu import SERVICES

PLACES = {"lombardy_cremona": "cremona_devolved", "lombardy_monza": "monza_lead_agency"}
CAUSES = ("red_tape", "waiting", "mismatch", "voice")
TRUST = {
    "trust_family_commissioner": "families in the authority", "trust_family_provider": "families in providers",
    "trust_provider_commissioner": "providers in the authority", "trust_provider_provider": "partners in one another",
}  # fmt: skip
OTHERS = ("satisfaction", "capability", "engagement", "fatigue", "attributable_gain", "spend_public", "partners_engaged", "volunteers_active")
SERVICE = slice(45, 69)


def mean(runs: list, metric: str) -> np.ndarray:
    """A metric by month, mean over runs that know it."""
    values = np.array([run.series[metric] for run in runs])
    known = ~np.isnan(values)
    return np.where(known.any(0), np.where(known, values, 0.0).sum(0) / np.maximum(1, known.sum(0)), np.nan)


def table(runs: list) -> dict[str, str]:
    """What the page compares with the case, as mean over runs."""
    spread = np.mean([np.std(run.families.satisfaction[run.families.was_served == 1]) for run in runs])
    lines = {"meetings 1 to 6, experience": " ".join(f"{x:.2f}" for x in mean(runs, "meeting_experience")[39:45])}
    lines["satisfaction in service"] = f"{mean(runs, 'satisfaction')[SERVICE].mean():.3f} (sd between families {spread:.2f})"
    lines |= {f"satisfaction lost: {c}": f"{mean(runs, f'dissatisfaction_{c}')[SERVICE].mean():.3f}" for c in CAUSES}
    lines |= {name: " → ".join(f"{mean(runs, name)[month]:.3f}" for month in (38, 45, 68, 78)) for name in (*TRUST, *OTHERS)}
    chosen = np.mean([run.teams.offers.mean(axis=0) for run in runs], axis=0)
    return lines | {f"offers {name}": f"{share:.0%}" for name, share in zip(SERVICES, chosen, strict=True)}


worlds = {c: [simulate(abm.load_case(c), abm.load_design(d), seed) for seed in range(1, 41)] for c, d in PLACES.items()}
rows = {case: table(runs) for case, runs in worlds.items()}
for line in rows["lombardy_cremona"]:
    print(f"{line:32} {rows['lombardy_cremona'][line]:>42} {rows['lombardy_monza'][line]:>42}")
figure, axes = plt.subplots(2, 2, figsize=(11, 6.5), sharex="col", sharey="row", layout="constrained")
for (above, below), (case, runs) in zip(axes.T, worlds.items(), strict=True):
    for metric, label in TRUST.items():
        above.plot(mean(runs, metric), label=label)
    above.set_title(f"{abm.load_case(case).title}: {abm.load_design(PLACES[case]).title.split(': ')[1]}")
    below.stackplot(range(45, 69), [mean(runs, f"dissatisfaction_{c}")[SERVICE] for c in CAUSES], labels=[c.replace("_", " ") for c in CAUSES])
    for first, last, shade in ((1, 38, "0.97"), (39, 44, "0.88"), (45, 68, "0.94")):
        above.axvspan(first, last + 1, color=shade, zorder=0), below.axvspan(first, last + 1, color=shade, zorder=0)
    for month, phase in ((20, "planning"), (42, "design"), (57, "service"), (74, "after")):
        above.text(month, 0.72, phase, ha="center", fontsize=8, color="0.35")
axes[0, 0].set(ylabel="trust", ylim=(0.38, 0.74)), axes[1, 0].set_ylabel("satisfaction lost to")
axes[0, 1].legend(fontsize=8, loc="center left"), axes[1, 1].legend(fontsize=8, loc="upper left")
figure.supxlabel("months since January 2005", fontsize=10)
figure.savefig(Path(__file__).parents[1] / "docs" / "figures" / "lombardy_case.png", dpi=130)
