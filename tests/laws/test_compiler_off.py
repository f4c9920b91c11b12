"""The compiler changes nothing: the same months interpreted give the same numbers."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import numpy as np

ROOT = Path(__file__).parents[2]
SCRIPT = """
import sys
import numpy as np
from abm.compiled import JIT
from abm.config import load_case, load_design
from abm.engine import run_months
from abm.world import World, new_world

case = load_case("generic", {"case.families": 10, "case.calendar.renewals": 0})
found = {"jit": np.array(JIT)}
for name in ("social_impact_bond", "provider_financed_pbr", "upfront_outcomes_contract"):
    world = new_world(case, load_design(name), 5, 16)
    run_months(world, 16)
    for table in World._fields:
        values = np.array(getattr(world, table))
        for column in values.dtype.names or ("",):
            found[f"{name} {table} {column}"] = values[column] if column else values
np.savez(sys.argv[1], **found)
"""


def results(folder: Path, jit: bool) -> dict[str, np.ndarray]:
    """Every column after some months of three designs, from a fresh interpreter."""
    target = folder / f"jit_{jit}.npz"
    off = {} if jit else {"NUMBA_DISABLE_JIT": "1"}
    environment = {**os.environ, "PYTHONPATH": str(ROOT), **off}
    subprocess.run([sys.executable, "-c", SCRIPT, str(target)], env=environment, check=True)
    with np.load(target) as stored:
        return dict(stored)


def test_interpreted_is_compiled(tmp_path):
    compiled, interpreted = results(tmp_path, True), results(tmp_path, False)
    assert compiled.pop("jit")
    assert not interpreted.pop("jit")
    assert compiled.keys() == interpreted.keys()
    for name, values in compiled.items():
        np.testing.assert_allclose(interpreted[name], values, rtol=1e-12, atol=1e-12, err_msg=name)
