"""A laboratory to look at: a server of its own in a process of its own."""

from __future__ import annotations

import pytest
from app_help import at_month, start_server, stop


@pytest.fixture(scope="session")
def server():
    """Address of a running laboratory, in which seed 666 fails in month 5."""
    process, url, _ = start_server()
    yield url
    stop(process)


class Seen:
    """What a page did that it should not: errors in its console, failed answers, requests elsewhere."""

    def __init__(self, page, url):
        self.wrong = []
        page.on("console", lambda said: self.wrong.append(said.text) if said.type == "error" else None)
        page.on("pageerror", lambda error: self.wrong.append(str(error)))
        page.on("response", lambda answer: self.wrong.append(answer.url) if answer.status >= 400 else None)
        page.on("request", lambda request: self._foreign(request.url, url))
        page.on("websocket", lambda socket: self._foreign(socket.url, url))

    def _foreign(self, asked, url):
        if not asked.startswith((url, url.replace("http", "ws", 1), "data:", "blob:")):
            self.wrong.append(f"foreign request: {asked}")


@pytest.fixture
def open_page(chromium, server):
    """Opens the laboratory in a browser session of its own and waits until it is ready; all of them must stay clean."""
    opened = []

    def open_it(query="", month=None, **context):
        mine = chromium.new_context(**({"viewport": {"width": 1280, "height": 900}} | context))
        page = mine.new_page()
        seen = Seen(page, server)
        opened.append((mine, seen))
        page.goto(f"{server}?{query}" if query else server)
        page.wait_for_selector(".obc[data-ready=yes]", timeout=30_000)
        if month is not None:
            at_month(page, month)
        return page

    yield open_it
    for mine, seen in opened:
        mine.close()
        assert seen.wrong == []
