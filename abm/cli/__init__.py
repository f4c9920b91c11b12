"""The command `obc`. Exit codes: 0 done, 1 some runs failed, 2 the input is at fault, 130 interrupted.

Everything heavy is imported within the commands, so that help comes at once.
"""

from __future__ import annotations

import contextlib
import os
import sys
from typing import Annotated, NoReturn

import typer

from abm.cli.analyse import explain, matters, robust
from abm.cli.app import app as laboratory
from abm.cli.beyond import calibrate, search, trial
from abm.cli.bundling import bundle
from abm.cli.lists import check, list_
from abm.cli.runs import batch, compare, export, report, run
from abm.cli.screen import complain
from abm.cli.validate import validate

app = typer.Typer(
    no_args_is_help=True, pretty_exceptions_enable=False,
    help="Compare governance designs around outcome-based contracts in simulated fields of service.",
    epilog="Example: obc batch lombardy_designs",
)  # fmt: skip

COMMANDS = (  # in the order of the help
    (run, "run", "obc run lombardy social_impact_bond --seed 7 --set payment.outcome_share=0.6"),
    (batch, "batch", "obc batch lombardy_designs --workers 2"),
    (compare, "compare", "obc compare results/lombardy_designs --baseline new_public_governance"),
    (export, "export", "obc export results/lombardy_designs --out csv"),
    (explain, "explain", "obc explain results/lombardy_designs --from block_grant --to social_impact_bond"),
    (
        matters,
        "matters",
        "obc matters results/lombardy_designs --design block_grant --design social_impact_bond --quick",
    ),
    (robust, "robust", "obc robust results/lombardy_designs --metric attributable_gain --accept 'trust_mean>=0.5'"),
    (
        calibrate,
        "calibrate",
        "obc calibrate results/lombardy_designs --target satisfaction=0.75:0.03 --over 'case.satisfaction.*'",
    ),
    (search, "search", "obc search results/requisite_contract --quick"),
    (trial, "trial", "obc trial results/lombardy_designs --kind workshop --unit place --trials 100"),
    (report, "report", "obc report results/lombardy_designs --matters attributable_gain=0.01"),
    (validate, "validate", "obc validate --quick --pattern V11 --pattern V14"),
    (bundle, "bundle", "obc bundle results/lombardy_designs --out lombardy.zip"),
    (list_, "list", "obc list metrics"),
    (check, "check", "obc check my_design.toml"),
    (laboratory, "app", "obc app --port 8765"),
)
for function, name, example in COMMANDS:
    app.command(name, epilog=f"Example: {example}")(function)


def main() -> None:
    """The entry point: user's errors as messages, without a traceback."""
    import warnings

    warnings.showwarning = lambda message, *_, **__: complain(f"note: {message}")
    try:
        app()
    except Exception as error:
        code = code_of(error)
        if code is None:
            raise
        complain(*(f"error: {text}" for text in getattr(error, "errors", [str(error)])))
        sys.exit(code)


def program() -> None:
    """`obc` as a program of its own, whose exit code is the command's."""
    try:
        main()
    except SystemExit as end:
        if "mpi4py" in sys.modules:  # MPI has to be told of the end
            raise
        _leave(end.code)
    _leave(0)


def _leave(code: str | int | None) -> NoReturn:
    """End at once: threads of pyarrow may abort a process that is taken down in order (apache/arrow#34314)."""
    import logging

    logging.shutdown()
    with contextlib.suppress(OSError, ValueError):  # nobody may read any more
        if isinstance(code, str):
            print(code, file=sys.stderr)
        sys.stdout.flush()
        sys.stderr.flush()
    os._exit(code if isinstance(code, int) else int(code is not None))


def code_of(error: Exception) -> int | None:
    """The exit code of an error that needs no traceback: 2 the input's, 1 the machine's; None for a defect of ours."""
    from abm.config import ConfigError
    from abm.lab.engines import EngineLost
    from abm.lab.workers import WorkersWillNotStart

    if isinstance(error, ConfigError):
        return 2
    return 1 if isinstance(error, OSError | WorkersWillNotStart | EngineLost) else None


def _version(asked: bool) -> None:
    if asked:
        from abm import __version__

        print(f"obc {__version__}")
        raise typer.Exit


@app.callback()
def _common(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version and leave.")
    ] = False,
) -> None:
    pass
