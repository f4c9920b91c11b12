"""Side by side: every contestant is a process of its own that stays alive; they are asked in turn, round after round."""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from benchmarks.answering import MARK

A_MOMENT = 0.2  # seconds
ROOT = Path(__file__).parents[1]
ONE_CORE = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "POLARS_MAX_THREADS", "NUMBA_NUM_THREADS"), "1")


class Contestant:
    """A process that answers tasks (`answering.py`), on one core."""

    def __init__(self, module: str, *arguments: str, python: str = sys.executable) -> None:
        self.process = subprocess.Popen(
            [python, "-m", module, *arguments], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=ROOT,
            env={**os.environ, **ONE_CORE, "PYTHONPATH": str(ROOT), "OMPI_MCA_rmaps_base_oversubscribe": "1"},
        )  # fmt: skip
        self._read()  # it says that it is ready

    def ask(self, task: dict[str, Any]) -> dict[str, Any]:
        """Times and figures of one task."""
        print(json.dumps(task), file=self.process.stdin, flush=True)
        return json.loads(self._read())

    def _read(self) -> str:
        for line in self.process.stdout or ():
            if line.startswith(MARK):
                return line.removeprefix(MARK)
        raise RuntimeError(f"{self.process.args!r} ended with code {self.process.wait()}")

    def close(self) -> None:
        """End it."""
        self.process.communicate()


@dataclass
class Times:
    """Seconds of one contestant at one size, a value a round."""

    months: int
    families: int
    of_service: int = 0
    setup: list[float] = field(default_factory=list)
    run: list[float] = field(default_factory=list)
    service: list[float] = field(default_factory=list)
    figures: list[dict[str, float]] = field(default_factory=list)


def interleave(
    contestants: dict[str, Contestant],
    tasks: dict[str, dict[str, Any]],
    rounds: int,
    families: int | dict[str, int],
    warm: dict[str, Any] | None = None,
) -> dict[str, Times]:
    """Ask each contestant its task in turn, `rounds` times after one that is not counted; round n has seed n.

    `families` are all tasks', or each one's. `warm` is what is smaller in the round that is not counted. Who is done in a
    moment is asked five times, as runs of a batch follow one another, and the middle counts: after seconds of another's work
    the processor's cache holds nothing of its own.
    """
    sizes = dict.fromkeys(tasks, families) if isinstance(families, int) else families
    found = {name: Times(task["months"], sizes[name], task.get("of_service", 0)) for name, task in tasks.items()}
    for name, task in tasks.items():
        contestants[name].ask(task | {"seed": 1} | (warm or {}))
    for seed in range(1, rounds + 1):
        for name, task in tasks.items():
            ask, of = partial(contestants[name].ask, task | {"seed": seed + 1}), found[name]
            got = ask()
            if got["setup"] + got["run"] < A_MOMENT:
                got = sorted([got, *(ask() for _ in range(4))], key=lambda one: one["setup"] + one["run"])[2]
            of.setup.append(got["setup"])
            of.run.append(got["run"])
            of.service.append(got["service"])
            of.figures.append(got["figures"])
    return found


def middle(values: Sequence[float]) -> dict[str, float]:
    """Median, and the spread as the middle half's width relative to it."""
    ordered = sorted(values)
    if len(ordered) < 2:
        return {"median": ordered[0], "spread": 0.0, "least": ordered[0], "most": ordered[0]}
    low, _, high = statistics.quantiles(ordered, n=4, method="inclusive")
    median = statistics.median(ordered)
    return {
        "median": median,
        "spread": (high - low) / median if median else 0.0,
        "least": ordered[0],
        "most": ordered[-1],
    }


def ratios(slow: Sequence[float], fast: Sequence[float]) -> dict[str, float]:
    """How many times slower: from the ratios of each round, whose two runs were neighbours in time."""
    return middle([a / b for a, b in zip(slow, fast, strict=True)])


def summary(times: dict[str, Times], ours: str) -> dict[str, Any]:
    """What is kept of one comparison: times of each, and how many times ours each takes."""
    found: dict[str, Any] = {}
    for name, of in times.items():
        per_month = [seconds / of.months for seconds in of.run]
        found[name] = {
            "families": of.families,
            "months": of.months,
            "rounds": len(of.run),
            "setup_s": middle(of.setup),
            "run_s": middle(of.run),
            "ns_per_family_month": middle([1e9 * seconds / of.families for seconds in per_month]),
        }
        if name != ours:
            whole = [[a + b for a, b in zip(t.setup, t.run, strict=True)] for t in (of, times[ours])]
            found[name]["run_ratio"] = ratios(of.run, times[ours].run)
            found[name]["whole_ratio"] = ratios(*whole)
            if of.of_service:
                found[name] |= {"of_service": of.of_service, "service_ratio": ratios(of.service, times[ours].service)}
    return found


def in_fresh_process(call: str, kept: str = "") -> Any:
    """What a function of the benchmarks says (as `processes.memory(2000)`), in a process of its own.

    Python keeps its bytecode in the folder `kept`, as after installing, or not at all.
    """
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    if kept:
        environment |= {"PYTHONPYCACHEPREFIX": kept}
        environment.pop("PYTHONDONTWRITEBYTECODE", None)
    module = call.partition(".")[0]
    code = f"import json; from benchmarks import {module}; print(json.dumps({call}))"
    done = subprocess.run(
        [sys.executable, "-c", code], check=True, stdout=subprocess.PIPE, text=True, cwd=ROOT, env=environment
    )
    return json.loads(done.stdout.splitlines()[-1])


def agree(times: dict[str, Times], tolerance: float) -> list[str]:
    """Figures in which contestants end apart by more than the tolerance: what is not alike cannot be compared."""
    first, *others = times.items()
    return [
        f"{name}: {key} {mean(of, key):.6g}, {first[0]} {mean(first[1], key):.6g}"
        for name, of in others
        for key in of.figures[0]
        if abs(mean(of, key) - mean(first[1], key)) > tolerance * max(1.0, abs(mean(first[1], key)))
    ]


def mean(of: Times, key: str) -> float:
    """Mean of a figure over rounds."""
    return statistics.fmean(figures[key] for figures in of.figures)


def resident_mb() -> float:
    """Memory of this process that is really there, in MB; where the system does not say, the most that it has been."""
    status = Path("/proc/self/status")
    if not status.exists():
        import resource

        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    line = next(line for line in status.read_text(encoding="utf-8").splitlines() if line.startswith("VmRSS"))
    return int(line.split()[1]) / 1024
