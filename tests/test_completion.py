"""The shell completes commands and names of presets."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from abm.cli.complete import presets
from abm.config import preset_names


def test_names_that_begin_so():
    assert presets("cases")("lombardy_") == ["lombardy_cremona", "lombardy_monza"]
    assert presets("designs")("") == list(preset_names("designs"))
    assert presets("experiments")("./mine") == []


@pytest.mark.parametrize(
    ("line", "word"),
    [("obc ba", "batch"), ("obc run lombardy_c", "lombardy_cremona"), ("obc batch workshop_t", "workshop_trial")],
)
def test_bash_is_told(line, word):
    """As the script of `--show-completion bash` asks."""
    asked = {"_OBC_COMPLETE": "complete_bash", "COMP_WORDS": line, "COMP_CWORD": str(len(line.split()) - 1)}
    command = [sys.executable, "-c", "from abm.cli import app; app(prog_name='obc')"]
    told = subprocess.run(command, env=os.environ | asked, capture_output=True, text=True)
    assert word in told.stdout.split()
