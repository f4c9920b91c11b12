"""The laboratory in the browser."""

from __future__ import annotations

from typing import Annotated

import typer

from abm.cli.screen import complain

PORT = 8765


def app(
    port: Annotated[int, typer.Option(min=1, max=65535, help="Port of the page.")] = PORT,
    host: Annotated[
        str,
        typer.Option(metavar="ADDRESS", help="Address to listen on; anything but this machine is told with a warning."),
    ] = "127.0.0.1",
    no_browser: Annotated[bool, typer.Option("--no-browser", help="Open no browser.")] = False,
) -> None:
    """Open the laboratory in the browser, for you alone or, with --host, for a class."""
    from abm.show.app.serve import is_this_machine, serve

    if not is_this_machine(host):
        complain(
            f"warning: everybody who can reach {host} can use this laboratory and this machine's processors; there is no "
            "password and no encryption. Use it in a network that you trust, and end it after class."
        )
    serve(host, port, not no_browser)
