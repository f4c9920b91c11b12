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
