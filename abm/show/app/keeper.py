"""All sessions of the server: none is cut off by another, and those that rest do not keep their models."""

from __future__ import annotations

import threading
import time
import weakref
from collections.abc import Callable
from typing import TYPE_CHECKING

from abm.config import ConfigError, load_case
from abm.show.app.setup import check_names

if TYPE_CHECKING:
    from abm.show.app.session import Session
    from abm.show.app.setup import Setup

MOST_AWAKE = 40  # sessions with models; beyond, the one that rested longest lets go of its own
MOST_SESSIONS = 200
REST = 20 * 60.0  # seconds without a request after which a session lets go of its models
EVERY = 60.0


class Keeper:
    """Knows the sessions; lets those sleep that rest."""

    def __init__(self) -> None:
        self._sessions: weakref.WeakSet[Session] = weakref.WeakSet()
        self._lock, self._compiling = threading.Lock(), threading.Lock()
        self._watch: threading.Thread | None = None

    def awake(self, session: Session) -> None:
        """A session is about to make models. Raises ConfigError where there are too many."""
        with self._lock:
            others = [one for one in self._sessions if one is not session]
            if len(others) >= MOST_SESSIONS:
                raise ConfigError(f"{MOST_SESSIONS} pages are open on this server; close some, or try again later")
            self._sessions.add(session)
            busy = sorted((one for one in others if one.arms is not None), key=lambda one: one.used)
            if self._watch is None:
                self._watch = threading.Thread(target=self._let_sleep, daemon=True)
                self._watch.start()
        for one in busy[: max(0, len(busy) - MOST_AWAKE + 1)]:
            one.sleep()

    def forget(self, session: Session) -> None:
        """A session is over."""
        with self._lock:
            self._sessions.discard(session)

    def _let_sleep(self) -> None:
        while True:
            time.sleep(EVERY)
            self.let_sleep(REST)

    def let_sleep(self, rest: float) -> int:
        """Let sessions sleep that rested so many seconds; returns how many there are with models after it."""
        with self._lock:
            sessions = list(self._sessions)
        for one in sessions:
            if time.monotonic() - one.used > rest:
                one.sleep()
        return sum(one.arms is not None for one in sessions)

    def prepare(self, setup: Setup, tell: Callable[[str], None]) -> None:
        """The engine for a setup's case, compiled or loaded; where another session is at it, this one waits."""
        from abm.compiled import JIT, warm
        from abm.engine import compile_engine

        check_names(setup)  # before anything is read that a link may name
        domains = len(load_case(setup.case).domains)
        if JIT and not warm(domains).exists():
            tell("The model is being compiled, once: this takes half a minute to a minute …")
        with self._compiling:
            compile_engine(domains)


KEEPER = Keeper()
