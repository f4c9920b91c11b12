"""The command `obc` with a stand-in for the engine, as a program of its own: for faults of whole processes.

`FAULT`, `PACE` and `MARKS` are as in `fake_engine`. With `NO_REPORTS` no figures are drawn at the end.
"""

from __future__ import annotations

import os

import pytest
from conftest import put_in_place

fault = os.environ.get("FAULT")
with pytest.MonkeyPatch.context() as patch:
    put_in_place(patch)
    if fault:
        os.environ["FAULT"] = fault
    import abm.cli.runs
    from abm.cli import program

    if os.environ.get("NO_REPORTS"):
        patch.setattr(abm.cli.runs, "write_reports", lambda results: [])
        patch.setattr(abm.cli.runs, "show_comparison", lambda *_: None)
    program()
