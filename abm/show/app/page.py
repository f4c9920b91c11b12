"""The Solara page: one widget a session, which hands on what the browser asks for and what the session tells it."""

from __future__ import annotations

import threading
from functools import cache
from pathlib import Path
from typing import Any

import ipyvue
import solara

WEB = Path(__file__).parent / "web"
SCRIPTS = ("kit", "chart", "network", "panels", "start", "change", "compare", "learn", "take", "lab", "root")


@cache
def template() -> str:
    """The page's own Vue component, from its files."""
    scripts = "\n".join((WEB / f"{name}.js").read_text(encoding="utf-8") for name in SCRIPTS)
    style = (WEB / "style.css").read_text(encoding="utf-8")
    body = '<obc-lab ref="lab" :send="send"></obc-lab>'
    return f'<template>{body}</template>\n<script>\n{scripts}\n</script>\n<style id="obc-lab">\n{style}\n</style>'


class Laboratory(ipyvue.VueTemplate):
    """The page as a widget: `vue_ask` hears the browser, `tell` reaches it. It has no synchronised state of its own."""

    def __init__(self, **keywords: Any) -> None:
        super().__init__(template=template(), **keywords)
        from abm.show.app.session import Session  # here only: the server answers before the model is imported

        self.session = Session(self.tell)
        self._sending = threading.Lock()

    def tell(self, kind: str, said: Any) -> None:
        """Say something to the browser."""
        with self._sending:
            self.send({"method": "tell", "args": [kind, said]})

    def vue_ask(self, asked: Any) -> None:
        """What the browser asks for."""
        self.session.ask(asked)

    def close(self) -> None:
        """The page is gone."""
        self.session.close()
        super().close()


@solara.component
def Page() -> None:
    """The whole application: a session of its own for each browser page."""
    Laboratory.element()


@solara.component
def Layout(children: list[Any] = []) -> Any:  # noqa: B006  # Solara's own form
    """No bar and no frame around the page."""
    return solara.Column(children=children, gap="0px", style={"min-height": "100vh"})
