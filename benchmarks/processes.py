"""What surrounds the months: starting, set-up, observing, agents, workers, bookkeeping, and memory over many runs."""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from benchmarks.measure import ROOT, middle, ratios

RUN = ("-m", "abm.cli", "run", "lombardy", "social_impact_bond")
SCRIPT = "import json; from benchmarks import processes; print(json.dumps(processes.{}))"


def measure(asked: argparse.Namespace) -> dict[str, Any]:
    """All of it; each part in fresh processes."""
    with tempfile.TemporaryDirectory() as kept:  # bytecode: both have it, as after installing, from the second start on
        started = [(_seconds(kept, *RUN), _seconds(kept, "-c", "import mesa")) for _ in range(asked.rounds + 1)][1:]
    inside = _ask(f"inside_a_run({asked.rounds})")
    workers = (
        [_ask("with_workers(1)") for _ in range(asked.rounds)],
        [_ask("with_workers(2)") for _ in range(asked.rounds)],
    )
    return {
        "obc_run_s": middle([run for run, _ in started]),
        "import_mesa_s": middle([mesa for _, mesa in started]),
        "obc_run_to_import_mesa": ratios(*zip(*started, strict=True)),
        **inside,
        "two_processes": ratios(*workers),
        "batch": _ask("bookkeeping()"),
        "memory": _ask("memory(2000)"),
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


def _ask(call: str) -> Any:
    command = [sys.executable, "-c", SCRIPT.format(call)]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True, cwd=ROOT)
    return json.loads(done.stdout.splitlines()[-1])


def _given() -> tuple[Any, Any]:
    from abm.config import load_case, load_design
    from abm.engine import compile_engine

    compile_engine()
    return load_case("lombardy"), load_design("social_impact_bond")


def inside_a_run(rounds: int) -> dict[str, Any]:
    """Where a default run's time goes: set-up and every stage, in ms, and what agents cost that nobody looks at."""
    from abm.engine import MONTH
    from abm.model import OutcomeContractingModel
    from abm.stages.observe import observe
    from abm.world import new_world

    case, design = _given()
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

    case, design = _given()
    with LocalWorkers(count, prepare_worker) as workers:
        for ready in [workers.submit(simulate_only, simulate, case, design, seed) for seed in range(4 * count)]:
            ready.result()
        begun = time.perf_counter()
        for done in [workers.submit(simulate_only, simulate, case, design, seed) for seed in range(24)]:
            done.result()
        return time.perf_counter() - begun


def simulate_only(simulate: Any, *given: Any) -> int:
    """A run, of which nothing is sent back."""
    return len(simulate(*given).series)


def bookkeeping() -> dict[str, float]:
    """A batch of 40 runs on one process beside the same runs alone: what plan, results, files and progress take."""
    import abm
    from abm.lab.run import simulate

    case, design = _given()
    text = "\n".join(
        ['name = "bench"', 'case = "lombardy"', 'designs = ["social_impact_bond"]', "twins = false", "seeds = 40"]
    )
    with tempfile.TemporaryDirectory() as folder:
        experiment = Path(folder) / "bench.toml"
        experiment.write_text(text + "\n", encoding="utf-8")
        simulate(case, design, 1)
        begun = time.process_time()
        for seed in range(1, 41):
            simulate(case, design, seed)
        alone = time.process_time() - begun
        begun = time.process_time()
        abm.batch(experiment, workers=1, out=Path(folder) / "out")
        return {"runs_s": alone, "batch_s": time.process_time() - begun}


def memory(runs: int) -> dict[str, float]:
    """Resident memory (MB) after a tenth of many runs in one process, and after all of them."""
    from abm.config import load_case
    from abm.lab.run import simulate

    _, design = _given()
    case = load_case("generic", {"case.families": 60})
    found = {}
    for run in range(1, runs + 1):
        simulate(case, design, run, 8)
        if run in (runs // 10, runs):
            found["after_all" if run == runs else "after_a_tenth"] = _resident_mb()
    return found


def _resident_mb() -> float:
    status = Path("/proc/self/status")
    if not status.exists():
        import resource

        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    line = next(line for line in status.read_text(encoding="utf-8").splitlines() if line.startswith("VmRSS"))
    return int(line.split()[1]) / 1024
