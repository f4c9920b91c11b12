"""What a batch takes beyond the runs themselves: plan, results, files, progress."""

from __future__ import annotations

import tempfile
import time
from importlib import import_module
from pathlib import Path
from typing import Any

from benchmarks.measure import in_fresh_process, middle
from benchmarks.whole_model import ready

FEW, MANY = 40, 200  # runs of a short batch, and of a longer one
TEXT = 'name = "bench"\ncase = "lombardy"\ndesigns = ["social_impact_bond"]\ntwins = false\nseeds = {}\n'
Taken = dict[str, float]  # seconds of one batch, by the processor and by the clock: of its runs alone, and of all of it


def measure(rounds: int) -> dict[str, Any]:
    """Short and longer batches in turn, each in a fresh process."""
    few, many, importing = [], [], []
    with tempfile.TemporaryDirectory() as kept:
        in_fresh_process("batches.batch_of(2)", kept)
        for _ in range(rounds):
            few.append(in_fresh_process(f"batches.batch_of({FEW})", kept))
            many.append(in_fresh_process(f"batches.batch_of({MANY})", kept))
            importing.append(in_fresh_process("batches.imports()", kept))
    return summed_up(few, many, importing)


def batch_of(runs: int) -> Taken:
    """A batch of so many runs of the default case in this process, which should be fresh.

    What runs alone need too is loaded before: case, design and compiled model. All else is counted, imports too.
    """
    import abm
    from abm.lab import run

    case, design = ready("lombardy", "social_impact_bond")
    simulate = run.simulate
    simulate(case, design, 1)
    spent = {"runs": 0.0, "runs_clock": 0.0}

    def timed(*given: Any) -> Any:
        begun = _now()
        world = simulate(*given)
        for name, before, after in zip(spent, begun, _now(), strict=True):
            spent[name] += after - before
        return world

    run.simulate = timed
    with tempfile.TemporaryDirectory() as folder:
        experiment = Path(folder) / "bench.toml"
        experiment.write_text(TEXT.format(runs), encoding="utf-8")
        begun = _now()
        abm.batch(experiment, workers=1, out=Path(folder) / "out")
        batch, clock = (after - before for before, after in zip(begun, _now(), strict=True))
    return spent | {"batch": batch, "batch_clock": clock}


def _now() -> tuple[float, float]:
    return time.process_time(), time.perf_counter()


def imports() -> float:
    """Seconds of the processor that importing what results are written with takes, where runs could be done already."""
    ready("lombardy", "social_impact_bond")
    begun = time.process_time()
    import_module("pyarrow.parquet")
    return time.process_time() - begun


def summed_up(few: list[Taken], many: list[Taken], importing: list[float]) -> dict[str, Any]:
    """Shares of the runs' own time in a short and in a longer batch, and what of them comes once and what with each run."""
    found: dict[str, Any] = {"runs": [FEW, MANY], "rounds": len(few), "import_s": middle(importing)}
    for name, taken in (("few", few), ("many", many)):
        found[name] = middle([one["batch"] / one["runs"] - 1.0 for one in taken])
        found[f"{name}_clock"] = middle([one["batch_clock"] / one["runs_clock"] - 1.0 for one in taken])
    beyond = [[one["batch"] - one["runs"] for one in taken] for taken in (few, many)]
    each = [(longer - short) / (MANY - FEW) for short, longer in zip(*beyond, strict=True)]
    found["a_run_s"] = middle([one["runs"] / MANY for one in many])
    found["each_s"] = middle(each)
    found["each_share"] = middle([of * MANY / one["runs"] for of, one in zip(each, many, strict=True)])
    found["once_s"] = middle([short - FEW * of for short, of in zip(beyond[0], each, strict=True)])
    return found
