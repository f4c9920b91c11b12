"""The page of commands, from what the command line declares of itself."""

from __future__ import annotations

import inspect
import types
from collections.abc import Callable, Iterator
from enum import Enum
from pathlib import Path
from typing import Any, get_args, get_origin, get_type_hints

from typer.models import ArgumentInfo, OptionInfo

from abm.cli import app
from abm.handbook.blocks import table
from abm.handbook.words import wrapped
from abm.lab.files import write_whole

USUAL = Path("docs/cli.md")


def page() -> str:
    """Every command with its arguments, options and example."""
    lines = [
        "# Commands",
        wrapped(
            "Generated from the command line itself by `make docs`; do not edit. `obc COMMAND --help` says the same, `obc "
            "--install-completion` teaches the shell to complete. Exit codes: 0 done, 1 some runs failed, 2 the input is at "
            "fault (one message with file, line, key and what was expected; nothing is written), 130 interrupted."
        ),
        *_commands(app, "obc", "##"),
    ]
    return "\n\n".join(lines) + "\n"


def _commands(group: Any, before: str, mark: str) -> Iterator[str]:
    """The commands of a group, then those of the groups in it."""
    for command in group.registered_commands:
        if not command.hidden:
            yield f"{mark} `{before} {command.name or command.callback.__name__}`"
            yield from _about(command.callback)
            if command.epilog:
                yield f"```sh\n{command.epilog.removeprefix('Example: ')}\n```"
    for inner in group.registered_groups:
        yield from _commands(inner.typer_instance, f"{before} {inner.name}", mark)


def _about(function: Callable) -> Iterator[str]:
    """What a command says it does, and a row for each argument and option."""
    yield wrapped(inspect.getdoc(function) or "")
    hints = get_type_hints(function, include_extras=True, localns=vars(types))
    defaults = {name: one.default for name, one in inspect.signature(function).parameters.items()}
    rows = [_row(name, hint, defaults[name]) for name, hint in hints.items() if name in defaults]
    if rows:
        yield table(("argument or option", "default", "meaning"), rows)


def _row(name: str, hint: Any, default: Any) -> tuple[str, str, str]:
    """An argument or option: how it is written, its default, what it says."""
    kind, *notes = get_args(hint) if hasattr(hint, "__metadata__") else (hint,)
    about = next((note for note in notes if isinstance(note, ArgumentInfo | OptionInfo)), None)
    inner = next((one for one in _leaves(kind) if one is not type(None)), str)
    choices = (
        ", ".join(f"`{one.value}`" for one in inner) if isinstance(inner, type) and issubclass(inner, Enum) else ""
    )
    said = " ".join(filter(None, [getattr(about, "help", "") or "", f"One of {choices}." if choices else ""]))
    if isinstance(about, ArgumentInfo):
        written = about.metavar or name.upper()
    else:
        names = getattr(about, "param_decls", None) or [f"--{name.rstrip('_').replace('_', '-')}"]
        word = "" if inner is bool else f" {getattr(about, 'metavar', None) or inner.__name__.upper()}"
        written = ", ".join(names) + word
    needed = default is inspect.Parameter.empty
    silent = default is None or default is False or default == ()
    shown = "required" if needed else "" if silent else f"`{getattr(default, 'value', default)}`"
    return f"`{written}`", shown, said


def _leaves(kind: Any) -> Iterator[Any]:
    """The plain types that a type is made of: `list[str] | None` is made of str and None."""
    if get_origin(kind) is None:
        yield kind
    for inner in get_args(kind):
        yield from _leaves(inner)


if __name__ == "__main__":
    text = page()
    write_whole(USUAL, lambda to: to.write_text(text, encoding="utf-8"))
