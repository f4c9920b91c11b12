"""A worker imports what its runs need and nothing else: starting it costs little."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
HEAVY = (
    "solara",
    "matplotlib",
    "networkx",
    "pandas",
    "pyarrow",
    "mesa",
    "rich",
    "typer",
    "SALib",
)  # numba imports scipy

SCRIPT = """
import sys
from abm.config import load_case, load_design
from abm.lab.run import prepare_worker, simulate
from abm.lab.workers import work
prepare_worker()
simulate(load_case("generic", {"case.families": 20}), load_design("social_impact_bond"), 1, 2)
print(sorted({name.partition(".")[0] for name in sys.modules}))
"""


def test_a_run_in_a_worker_imports_nothing_heavy():
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run([sys.executable, "-c", SCRIPT], env=environment, capture_output=True, text=True, check=True)
    assert [name for name in HEAVY if f"'{name}'" in done.stdout] == []


ALONE = """
import gc
import sys
import abm
from abm.config import Experiment, load_case, load_design
case = load_case("generic", {"case.families": 20})
asked = Experiment(name="x", cases=(case,), designs=(load_design("block_grant"), load_design("social_impact_bond")), seeds=2,
                   months=2, factors={"payment.lag_months": (1, 2)})
abm.batch(asked, workers=1, out=sys.argv[1])
heavy = ("pandas", "pyarrow.compute", "matplotlib", "mesa")
print([name for name in heavy if name in sys.modules], gc.get_freeze_count())
"""


def test_a_batch_imports_nothing_that_it_does_not_write_with(tmp_path):
    """pyarrow would import pandas by itself for any list or array that it is given: as long as three short runs."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    words = [sys.executable, "-c", ALONE, str(tmp_path / "r")]
    done = subprocess.run(words, env=environment, capture_output=True, text=True, check=True)
    assert done.stdout == "[] 0\n"


PARENT = """
import sys
import abm
from abm.compiled import warm
from abm.config import Experiment, load_case, load_design
case = load_case("generic", {"case.families": 20})
assert warm(len(case.domains)).exists()
asked = Experiment(name="x", cases=(case,), designs=(load_design("block_grant"),), seeds=2, months=2)
abm.batch(asked, workers=2, out=sys.argv[1])
print("abm.engine" in sys.modules)
"""


def test_who_only_hands_out_runs_does_not_load_the_engine(tmp_path):
    """200 MB less in the process that must last through a batch of any size."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    words = [sys.executable, "-c", PARENT, str(tmp_path / "r")]
    done = subprocess.run(words, env=environment, capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"
