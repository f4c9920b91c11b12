"""How a contestant answers tasks: a line of JSON in, a line of JSON out; nothing but the standard library."""

from __future__ import annotations

import gc
import json
import sys
import time
from collections.abc import Callable
from typing import Any

MARK = "answer "  # frameworks print things of their own
Built = tuple[Callable[[int], Any], Callable[[], dict[str, float]]]  # runs this many months; figures of where it ended


def answer(build: Callable[..., Built]) -> None:
    """Answer tasks until there are no more: build a model, run its months, say how long both took and where it ended.

    Seconds are the processor's, not the clock's: each contestant has one core's work, and who else is at work counts less.
    """
    print(MARK + "ready", flush=True)
    for line in sys.stdin:
        print(MARK + json.dumps(_done(build, **json.loads(line))), flush=True)
        gc.collect()  # of two models of a country one is enough


def _done(build: Callable[..., Built], months: int, of_service: int = 0, **task: Any) -> dict[str, Any]:
    """Seconds of a task; its last months, so many as are `of_service`, by themselves too."""
    begun = time.process_time()
    run, figures = build(**task)
    built = time.process_time()
    run(months - of_service)
    before = time.process_time()
    if of_service:
        run(of_service)
    ended = time.process_time()
    return {"setup": built - begun, "run": ended - built, "service": ended - before, "figures": figures()}
