"""The runs whose digests are kept: `python -m tests.golden "what changed, and why"` makes them anew.

They change only so, and only with a line under "Regression information" in CHANGELOG.md, which the command writes and a
test asks for. A digest is of all metrics of all months, to the last bit; the summary beside it is to read.
"""

from __future__ import annotations

import datetime
import hashlib
import json
import sys
from pathlib import Path

import numpy as np

ROOT = Path(__file__).parents[2]
FILE = Path(__file__).with_name("runs.json")
CHANGELOG = ROOT / "CHANGELOG.md"
HEADING = "### Regression information"
SUMMARY = (  # key metrics, with so many digits as tell runs apart
    "attributable_gain", "satisfaction", "access_gap", "trust_mean", "integration", "engagement", "mission_drift",
    "marketisation", "bureaucratisation", "gaming", "spend_public", "outcome_payments",
)  # fmt: skip
SMALL = {"case.families": 120}
RUNS = (  # case, design, settings; each under two seeds
    ("generic", "block_grant", SMALL),
    ("generic", "old_public_administration", SMALL),
    ("generic", "new_public_management", SMALL),
    ("generic", "new_public_governance", SMALL),
    ("generic", "social_impact_bond", SMALL),
    ("generic", "provider_financed_pbr", SMALL),
    ("generic", "upfront_outcomes_contract", SMALL),
    ("generic", "binary_bond", SMALL),
    ("generic", "blended_fund", SMALL),
    ("generic", "social_prime", SMALL),
    ("generic", "requisite_contract", SMALL),
    ("generic", "relational_obc", SMALL),
    ("lombardy", "cremona_devolved", {"case.families": 400}),
    ("lombardy", "monza_lead_agency", {"case.families": 400}),
    ("peterborough", "peterborough_bond", {"case.families": 200}),
    ("work_programme", "work_programme_pbr", {"case.families": 200}),
)
SEEDS = (1, 7)


def digest(matrix: np.ndarray) -> str:
    """Of months × metrics: every value as its shortest exact text, a missing one as nan, whatever its bits."""
    text = "\n".join(",".join("nan" if value != value else value.hex() for value in row) for row in matrix.tolist())
    return hashlib.sha256(text.encode()).hexdigest()[:32]


def measured(case: str, design: str, settings: dict, seed: int) -> dict:
    """The entry of one run."""
    from abm.lab.run import as_matrix
    from abm.lab.running import run

    result = run(case, design, seed, settings=settings)
    matrix = as_matrix(result.world.series)
    summary = {name: float(f"{result.summary[name]:.6g}") for name in SUMMARY}
    return {
        "case": case, "design": design, "seed": seed, "settings": settings, "months": len(matrix) - 1,
        "digest": digest(matrix), "at_end": {name: value if value == value else None for name, value in summary.items()},
    }  # fmt: skip


def everything() -> list[dict]:
    """All entries as they are now."""
    return [measured(case, design, settings, seed) for case, design, settings in RUNS for seed in SEEDS]


def name_of(entries: list[dict]) -> str:
    """What the changelog calls a set of baselines."""
    return hashlib.sha256(json.dumps(entries, sort_keys=True).encode()).hexdigest()[:8]


def regression_lines(text: str) -> str:
    """What the changelog has under its headings of regression information."""
    parts = text.split(HEADING)[1:]
    return "\n".join(part.split("\n#", 1)[0] for part in parts)


def main(words: list[str]) -> int:
    """Make the baselines anew, and say in the changelog what changed; returns the exit code."""
    before = json.loads(FILE.read_text(encoding="utf-8")) if FILE.is_file() else []
    now = everything()
    changed = [one for one in now if one not in before]
    if now == before:
        print(f"the baselines {name_of(now)} are as they were")
        return 0
    if not words or not words[0].strip():
        print(
            f"{len(changed)} of {len(now)} baselines would change; say what changed and why: make golden WHY='…'",
            file=sys.stderr,
        )
        return 2
    lines = [json.dumps(one, ensure_ascii=False) for one in now]
    FILE.write_text("[\n" + ",\n".join(lines) + "\n]\n", encoding="utf-8")
    today = datetime.datetime.now(datetime.UTC).date().isoformat()
    line = f"- Baselines `{name_of(now)}` ({today}; {len(changed)} of {len(now)} changed): {' '.join(words[0].split())}"
    text = CHANGELOG.read_text(encoding="utf-8")
    CHANGELOG.write_text(text.replace(f"{HEADING}\n\n", f"{HEADING}\n\n{line}\n", 1), encoding="utf-8")
    print(line)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
