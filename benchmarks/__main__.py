"""`make bench`: measures everything side by side and writes docs/speed.json and the tables of docs/speed.md.

`--compare` measures, writes nothing, and reports what became slower than in benchmarks/baseline.json.
"""

from __future__ import annotations

import argparse
import json
import platform
import sys
from datetime import date
from importlib.metadata import version
from pathlib import Path
from typing import Any

from benchmarks import bytes_a_family, compare, processes, table
from benchmarks.environments import PACKAGES, interpreter
from benchmarks.measure import Contestant, agree, interleave, ratios, summary

HERE = Path(__file__).parent
DOCS = HERE.parent / "docs"
DEFAULT = {"case": "lombardy", "design": "social_impact_bond", "towns": 0, "months": 78}
PARTS = ("model", "growth", "bytes_a_family", "family_month", "kernel", "processes")
TOWNS = {"case": "generic", "design": "social_impact_bond"}
MANY_MONTHS = 24  # of the generic town in the compiled model: 8 of planning, tender and co-design, then service
FEW_MONTHS, OF_SERVICE = 12, 4  # the same in the ordinary Mesa model, which takes a minute for each at 150,000 families
WARM = {"towns": 8, "months": 2}  # of large worlds, the round that is not counted: more than one part of a world


def main() -> int:
    """Measure, and write or compare."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--compare", action="store_true", help="report regressions against benchmarks/baseline.json")
    parser.add_argument(
        "--baseline", action="store_true", help="write benchmarks/baseline.json from these measurements"
    )
    parser.add_argument(
        "--install", action="store_true", help="install other frameworks, each in an environment of its own"
    )
    parser.add_argument(
        "--large", action="store_true",
        help="the ordinary Mesa model at 15,200 and 150,000 families and the compiled one at 1,500,000 too: an hour",
    )  # fmt: skip
    parser.add_argument("--rounds", type=int, default=5, help="interleaved runs (5)")
    parser.add_argument(
        "--large-rounds",
        type=int,
        default=2,
        help="those of the ordinary Mesa model at 150,000 families (2; 0 leaves it out)",
    )
    parser.add_argument(
        "--only", nargs="+", choices=PARTS, default=PARTS, help="parts to measure; others stay as they are"
    )
    asked = parser.parse_args()
    kept = compare.load(HERE / "baseline.json") if asked.compare else {}
    found = {} if asked.compare else table.stored(DOCS / "speed.json")
    found |= {"machine": machine(), "date": date.today().isoformat()}
    for part in asked.only:
        say(f"measuring {part} …")
        found[part] = found.get(part, {}) | MEASURE[part](asked)  # sizes that were not asked for stay
    if asked.compare:
        return compare.report(found, kept)
    (DOCS / "speed.json").write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
    table.write(found, DOCS / "speed.md")
    if asked.baseline:
        compare.keep(found, HERE / "baseline.json")
    return 0


def say(text: str) -> None:
    """Progress, on standard error."""
    print(text, file=sys.stderr, flush=True)


def machine() -> dict[str, Any]:
    """What it was measured on."""
    import os

    name = platform.processor() or platform.machine()
    if Path("/proc/cpuinfo").exists():
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
        name = next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), name)
    packages = {package: version(package) for package in ("mesa", "numpy", "numba")}
    return {"processor": name, "cores": os.cpu_count(), "python": platform.python_version(), **packages}


def measure_model(asked: argparse.Namespace) -> dict[str, Any]:
    """The whole model: the default case with everybody around it, and towns together 15,200 and 150,000 families."""
    contestants = {name: Contestant("benchmarks.whole_model", name) for name in ("compiled", "plain")}
    sizes: dict[int, tuple[dict[str, Any], int, dict[str, Any]]] = {1430: (DEFAULT, asked.rounds, {})}
    for towns, rounds in ((38, asked.rounds), (375, asked.large_rounds)) if asked.large else ():
        sizes[400 * towns] = (
            TOWNS | {"towns": towns, "months": FEW_MONTHS, "of_service": OF_SERVICE},
            rounds,
            WARM | {"of_service": 1},
        )
    found = {}
    for families, (task, rounds, warm) in sizes.items():
        if rounds == 0:
            continue
        times = interleave(contestants, dict.fromkeys(contestants, task), rounds, families, warm)
        of = found[str(families)] = summary(times, "compiled") | {"apart": agree(times, 1e-9)}
        for name in ("whole_ratio", "run_ratio", "service_ratio"):
            if name in of["plain"]:
                say(f"  {families:,} families, {name.replace('_', ' ')}: {table.spread(of['plain'][name])}")
    for contestant in contestants.values():
        contestant.close()
    return found


def measure_growth(asked: argparse.Namespace) -> dict[str, Any]:
    """What a family-month costs the compiled model, from a town to many, and in terms of 15,200 families' in the same round."""
    sizes = {str(400 * towns): towns for towns in (4, 38, 375, *((3750,) if asked.large else ()))}
    tasks = {size: TOWNS | {"towns": towns, "months": MANY_MONTHS} for size, towns in sizes.items()}
    one = Contestant("benchmarks.whole_model", "compiled")
    families = {size: int(size) for size in sizes}
    times = interleave(dict.fromkeys(sizes, one), tasks, asked.rounds, families, WARM)
    one.close()
    found = {}
    for size, of in times.items():
        found[size] = summary({"compiled": of}, "compiled")
        each = [[seconds / families[name] for seconds in times[name].run] for name in (size, "15200")]
        found[size]["compiled"]["to_15200"] = ratios(*each)
        say(f"  {int(size):,} families: {table.spread(found[size]['compiled']['to_15200'])} of 15,200's")
    return found


def measure_family_month(asked: argparse.Namespace) -> dict[str, Any]:
    """The family's month by the rules, in plain C and in tuned C."""
    names, found = ("rules", "plain", "tuned"), {}
    contestants = {name: Contestant("benchmarks.family_month", name) for name in names}
    for families in (1500, 15_000, 150_000, 1_500_000):
        task = {"families": families, "months": max(2, 300_000 // families)}
        times = interleave(contestants, dict.fromkeys(names, task), asked.rounds, families)
        found[str(families)] = summary(times, "rules") | {"apart": agree(times, 1e-9)}
        say(f"  {families:,} families: { ({n: found[str(families)][n]['run_ratio']['median'] for n in names[1:]}) }")
    for contestant in contestants.values():
        contestant.close()
    return found


def measure_kernel(asked: argparse.Namespace) -> dict[str, Any]:
    """The small common kernel in each framework that is installed."""
    contestants = {"ours": Contestant("benchmarks.kernel.ours"), "mesa": Contestant("benchmarks.kernel.in_mesa")}
    versions, skipped = {"mesa": version("mesa")}, {}
    for framework in PACKAGES:
        python, said = interpreter(framework, asked.install)
        if not python:
            skipped[framework] = said
            continue
        versions[framework] = said
        contestants[framework] = Contestant(f"benchmarks.kernel.in_{framework}", python=python)
    found: dict[str, Any] = {"versions": versions, "skipped": skipped}
    for families, months in ((1500, 60), (150_000, 6)):
        task: dict[str, Any] = {"families": families, "months": months}
        tasks = dict.fromkeys(contestants, task)
        times = interleave(contestants, tasks, asked.rounds, families)
        found[str(families)] = summary(times, "ours") | {"apart": agree(times, 0.01)}
    for contestant in contestants.values():
        contestant.close()
    return found


MEASURE = {
    "model": measure_model,
    "growth": measure_growth,
    "bytes_a_family": bytes_a_family.measure,
    "family_month": measure_family_month,
    "kernel": measure_kernel,
    "processes": processes.measure,
}

if __name__ == "__main__":
    sys.exit(main())
