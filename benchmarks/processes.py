"""What surrounds the months: starting, set-up, observing, agents, workers, bookkeeping, and memory over many runs."""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from typing import Any

from benchmarks import batches
from benchmarks.measure import ROOT, in_fresh_process, middle, ratios, resident_mb
from benchmarks.whole_model import ready

DEFAULT = ("lombardy", "social_impact_bond")
RUN = ("-m", "abm.cli", "run", *DEFAULT)


def measure(asked: argparse.Namespace) -> dict[str, Any]:
    """All of it; each part in fresh processes."""
    with tempfile.TemporaryDirectory() as kept:  # bytecode: both have it, as after installing, from the second start on
        started = [(_seconds(kept, *RUN), _seconds(kept, "-c", "import mesa")) for _ in range(asked.rounds + 1)][1:]
    inside = in_fresh_process(f"processes.inside_a_run({asked.rounds})")
    workers = [[in_fresh_process(f"processes.with_workers({count})") for count in (1, 2)] for _ in range(asked.rounds)]
    return {
        "obc_run_s": middle([run for run, _ in started]),
        "import_mesa_s": middle([mesa for _, mesa in started]),
        "obc_run_to_import_mesa": ratios(*zip(*started, strict=True)),
        **inside,
        "two_processes": ratios(*zip(*workers, strict=True)),
        "batch": batches.measure(asked.rounds),
        "memory": in_fresh_process("processes.memory(2000)"),
    }


def _seconds(kept: str, *arguments: str) -> float:
    """Seconds of the processor that a process takes from its start to its end; Python keeps its bytecode in that folder."""
    with tempfile.TemporaryDirectory() as folder:
        before = os.times()
        environment = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONPYCACHEPREFIX": kept}
        environment.pop("PYTHONDONTWRITEBYTECODE", None)
        subprocess.run([sys.executable, *arguments], check=True, capture_output=True, cwd=folder, env=environment)
        after = os.times()
        return after.children_user - before.children_user + after.children_system - before.children_system


def inside_a_run(rounds: int) -> dict[str, Any]:
    """Where a default run's time goes: set-up and every stage, in ms, and what agents cost that nobody looks at."""
    from abm.engine import MONTH
    from abm.model import OutcomeContractingModel
    from abm.stages.observe import observe
    from abm.world import new_world

    case, design = ready(*DEFAULT)
    spent: dict[str, list[float]] = {name: [] for name in ("new_world", "as_mesa_model", *(s.__name__ for s in MONTH))}
    for _ in range(rounds + 1):
        begun = time.process_time()
        world = new_world(case, design, 1)
        spent["new_world"].append(time.process_time() - begun)
        begun = time.process_time()
        OutcomeContractingModel(case, design, rng=1).close()
        spent["as_mesa_model"].append(time.process_time() - begun)
        observe(world)
        month = dict.fromkeys(MONTH, 0.0)
        for _ in range(case.calendar.months):
            for stage in MONTH:
                begun = time.process_time()
                stage(world)
                month[stage] += time.process_time() - begun
        for stage, seconds in month.items():
            spent[stage.__name__].append(seconds)
    return {"ms": {name: middle([1000.0 * s for s in seconds[1:]]) for name, seconds in spent.items()}}


def with_workers(count: int) -> float:
    """Seconds that 24 runs of the default case take on this many worker processes, which are at work already."""
    from abm.lab.run import prepare_worker, simulate
    from abm.lab.workers import LocalWorkers

    case, design = ready(*DEFAULT)
    with LocalWorkers(count, prepare_worker) as workers:
        for warm in [workers.submit(simulate_only, simulate, case, design, seed) for seed in range(4 * count)]:
            warm.result()
        begun = time.perf_counter()
        for done in [workers.submit(simulate_only, simulate, case, design, seed) for seed in range(24)]:
            done.result()
        return time.perf_counter() - begun


def simulate_only(simulate: Any, *given: Any) -> int:
    """A run, of which nothing is sent back."""
    return len(simulate(*given).series)


def memory(runs: int) -> dict[str, float]:
    """Resident memory (MB) after a tenth of many runs in one process, and after all of them."""
    from abm.config import load_case
    from abm.lab.run import simulate

    _, design = ready(*DEFAULT)
    case = load_case("generic", {"case.families": 60})
    found = {}
    for run in range(1, runs + 1):
        simulate(case, design, run, 8)
        if run in (runs // 10, runs):
            found["after_all" if run == runs else "after_a_tenth"] = resident_mb()
    return found
