"""How a contestant answers tasks: a line of JSON in, a line of JSON out; nothing but the standard library."""

from __future__ import annotations

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
        task: dict[str, Any] = json.loads(line)
        months = task.pop("months")
        begun = time.process_time()
        run, figures = build(**task)
        built = time.process_time()
        run(months)
        ended = time.process_time()
        found = {"setup": built - begun, "run": ended - built, "figures": figures()}
        print(MARK + json.dumps(found), flush=True)
