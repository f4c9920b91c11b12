"""`python -m abm.cli` is `obc`."""

from abm.cli import program

program()
