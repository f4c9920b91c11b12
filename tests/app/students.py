"""Simulated students: real websocket sessions with the laboratory's server, speaking the protocol that a page speaks."""

from __future__ import annotations

import http.cookiejar
import json
import threading
import time
import urllib.request
import uuid

from websockets.sync.client import connect


class Student(threading.Thread):
    """One page: opens a setup, plays a month every `pace` seconds for `count` months, and takes the CSV with it.

    `waits` are the seconds from asking for a step to its answer; `csv` is the file; `error` what went wrong.
    """

    def __init__(self, url, query, count, pace, start):
        super().__init__(daemon=True)
        self.url, self.query, self.count, self.pace, self.at = url, query, count, pace, start
        self.waits, self.csv, self.error, self.opened = [], None, None, None
        self._session = str(uuid.uuid4())

    def run(self):
        try:
            self._play()
        except Exception as error:
            self.error = error

    def _play(self):
        jar = http.cookiejar.CookieJar()
        urllib.request.build_opener(urllib.request.HTTPCookieProcessor(jar)).open(self.url, timeout=60).read()
        cookies = "; ".join(f"{cookie.name}={cookie.value}" for cookie in jar)
        socket = (
            f"{self.url.replace('http', 'ws', 1)}jupyter/api/kernels/{uuid.uuid4()}/channels?session_id={self._session}"
        )
        with connect(socket, additional_headers={"Cookie": cookies}, max_size=2**24, open_timeout=60) as self.socket:
            self._open_page()
            self._ask({"do": "hello", "query": self.query})
            self._until("frame")
            self.opened = time.monotonic()
            while time.monotonic() < self.at:
                time.sleep(0.01)
            for _ in range(self.count):
                began = time.monotonic()
                self._ask({"do": "step", "n": 1})
                self._until("frame")
                self.waits.append(time.monotonic() - began)
                time.sleep(
                    max(self.pace, 6 * self.waits[-1]) - self.waits[-1]
                )  # as the page does where many play at once
            self._ask({"do": "file", "what": "csv"})
            self.csv = self._until("file")["content"]

    def _open_page(self):
        control = str(uuid.uuid4())
        self._send("kernel_info_request", {})
        self._send("comm_open", {"comm_id": control, "target_name": "solara.control", "data": {}})
        arguments = {"path": "/", "dark": False, "themes": {}, "appName": None}
        self._send("comm_msg", {"comm_id": control, "data": {"method": "run", "args": arguments}})
        while True:
            said = self._hear()
            state = (
                said["content"].get("data", {}).get("state", {}) if said["header"]["msg_type"] == "comm_open" else {}
            )
            if "obc-lab" in str(state.get("template", "")):
                self.page = said["content"]["comm_id"]
                return

    def _send(self, kind, content):
        header = {
            "msg_id": str(uuid.uuid4()), "msg_type": kind, "session": self._session, "username": "", "version": "5.2",
            "date": "2020-01-01T00:00:00.000Z",
        }  # fmt: skip
        message = {"buffers": [], "channel": "shell", "content": content, "header": header, "metadata": {}}
        self.socket.send(json.dumps(message | {"parent_header": {}}))

    def _ask(self, asked):
        content = {"event": "ask", "data": asked}
        self._send("comm_msg", {"comm_id": self.page, "data": {"method": "custom", "content": content}})

    def _hear(self):
        return json.loads(self.socket.recv(timeout=120))

    def _until(self, kind):
        """What the page is told of a kind; anything told besides is read over, but for a problem."""
        while True:
            said = self._hear()
            content = (
                said["content"].get("data", {}).get("content") if said["header"]["msg_type"] == "comm_msg" else None
            )
            if (
                said["header"]["msg_type"] == "comm_msg"
                and isinstance(content, dict)
                and content.get("method") == "tell"
            ):
                told, what = content["args"]
                if told == "problem":
                    raise AssertionError(what)
                if told == kind:
                    return what
