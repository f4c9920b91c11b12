"""Local workers behind the interface of `concurrent.futures.Executor`: a process and two pipes each.

Own, because `ProcessPoolExecutor` gives up the whole pool, and every run in it, when one worker is killed, and leaves
orphans when the parent is. Here a worker's death fails the one task it was at (`WorkerDied`) and a new worker takes its
place; a worker ends by itself as soon as its parent is gone. Plain `subprocess` and not `multiprocessing`, whose new
processes run the caller's script again unless the script guards against it.
"""

from __future__ import annotations

import contextlib
import os
import pickle
import queue
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from concurrent.futures import Executor, Future
from typing import Any

STARTS = 3  # attempts at starting a worker that ends by itself before giving up,
KILLED_STARTS = 12  # and at one that is killed
READY = "ready"
LOADING = 20.0  # seconds that a worker's first task may take beyond the limit: it reads compiled code
PR_SET_PDEATHSIG = 1  # of prctl(2)


class WorkerDied(RuntimeError):
    """The process of a task ended before the task did: killed from outside, out of memory, or a crash.

    `overtime`: it was killed because the task took longer than it may.
    """

    def __init__(self, reason: str, *, overtime: bool = False) -> None:
        super().__init__(reason)
        self.overtime = overtime


class WorkersWillNotStart(RuntimeError):
    """Processes end before they are ready for a first task."""


def processors() -> int:
    """Processors that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


class LocalWorkers(Executor):
    """`count` worker processes on this machine; `initializer()` runs in each before its first task.

    A task that takes longer than `limit` seconds fails with its process, which is killed.
    """

    def __init__(self, count: int, initializer: Callable[[], Any] | None = None, limit: float | None = None) -> None:
        self._limit = limit
        self._initializer = pickle.dumps(initializer)
        self._tasks: queue.SimpleQueue[tuple[Future, bytes] | None] = queue.SimpleQueue()
        self._processes: set[subprocess.Popen] = set()
        self._lock = threading.Lock()
        self._closed = False
        self._stopped = False
        self._threads = [threading.Thread(target=self._keep_one, daemon=True) for _ in range(count)]
        for thread in self._threads:
            thread.start()

    def submit(self, fn: Callable, /, *args: Any, **kwargs: Any) -> Future:
        """Run `fn(*args, **kwargs)` in a worker; the function must be importable by name."""
        if self._closed:
            raise RuntimeError("the workers have been shut down")
        future: Future = Future()
        self._tasks.put((future, pickle.dumps((fn, args, kwargs))))
        return future

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """End the workers when the tasks are done; with `cancel_futures` at once, whatever they are doing."""
        self._closed = True
        if cancel_futures:
            with self._lock:
                self._stopped = True
                for process in self._processes:
                    process.kill()
        for _ in self._threads:
            self._tasks.put(None)
        if wait:
            for thread in self._threads:
                thread.join()

    def _keep_one(self) -> None:
        """A thread of the parent: keeps one worker alive and hands it tasks, one after the other."""
        process = None
        while (task := self._tasks.get()) is not None:
            future, call = task
            if self._stopped:
                future.cancel()
            if not future.set_running_or_notify_cancel():
                continue
            try:
                seconds = self._limit
                if process is None or process.poll() is not None:
                    process = self._start()
                    seconds = None if seconds is None else seconds + LOADING
                worked, answer = self._in_time(process, call, seconds)
            except Exception as error:  # whatever it was, the one who waits for the task must hear of it
                future.set_exception(error)
            else:
                if worked:
                    future.set_result(answer)
                else:
                    future.set_exception(RuntimeError(answer))
        if process is not None:
            _end(process)

    def _in_time(self, process: subprocess.Popen, call: bytes, seconds: float | None) -> tuple[bool, Any]:
        """Send a task and wait for the answer, so long."""
        if seconds is None:
            return _ask(process, call)
        alarm = threading.Timer(seconds, process.kill)
        alarm.start()
        try:
            return _ask(process, call)
        except WorkerDied:
            if alarm.finished.is_set():  # it went off
                raise WorkerDied(f"time limit of {self._limit:g} s", overtime=True) from None
            raise
        finally:
            alarm.cancel()

    def _start(self) -> subprocess.Popen:
        """A new worker that has said it is ready; only then does a death count against its task."""
        tried = killed = 0
        while tried < STARTS and killed < KILLED_STARTS:
            # Its own process group keeps Ctrl-C from it; the parent decides what happens then.
            process = subprocess.Popen(
                [sys.executable, "-c", f"import sys; sys.path[:] = {sys.path!r}; from {__name__} import work; work()"],
                stdin=subprocess.PIPE, stdout=subprocess.PIPE, process_group=0 if os.name == "posix" else None,
            )  # fmt: skip
            with self._lock:
                self._processes.add(process)
                if self._stopped:
                    process.kill()
            try:
                worked, answer = _ask(process, self._initializer)
            except WorkerDied as died:
                reason = str(died)
                killed += process.returncode < 0
                tried += process.returncode >= 0
                continue
            if worked and answer == READY:
                return process
            _end(process)
            reason = str(answer)
            tried += 1
        raise WorkersWillNotStart(f"worker processes do not start: {reason}")


def _ask(process: subprocess.Popen, call: bytes) -> tuple[bool, Any]:
    """Send a pickled task and wait for (True, result) or (False, what went wrong)."""
    try:
        process.stdin.write(call)  # type: ignore[union-attr]
        process.stdin.flush()  # type: ignore[union-attr]
        return pickle.load(process.stdout)  # type: ignore[arg-type]
    except (EOFError, OSError, pickle.UnpicklingError):
        _end(process)
        code = process.returncode
        how = signal.Signals(-code).name if code < 0 else f"exit code {code}"
        raise WorkerDied(f"its process ended ({how})") from None


def _end(process: subprocess.Popen) -> None:
    """Close the pipes, which ends the worker, and collect its exit code."""
    for pipe in (process.stdin, process.stdout):
        with contextlib.suppress(OSError):  # where the other end went first, with something still unsent
            pipe.close()  # type: ignore[union-attr]
    process.wait()


def work() -> None:
    """What a worker process does: read tasks from standard input, answer on what was standard output."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    _die_with_parent()
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # whatever a task prints must not get between the answers
    calls: queue.SimpleQueue[Any] = queue.SimpleQueue()
    threading.Thread(target=_read_calls, args=(calls,), daemon=True).start()
    while True:
        call = calls.get()
        try:
            if isinstance(call, Exception):
                raise call
            answer = pickle.dumps((True, _perform(call)), pickle.HIGHEST_PROTOCOL)
        except Exception as error:  # sent as text: not every exception can be pickled
            answer = pickle.dumps((False, f"{type(error).__name__}: {error}"))
        answers.write(answer)
        answers.flush()


def _die_with_parent() -> None:
    """Have the kernel end this process with the thread that keeps it, where it can (Linux).

    The end of the pipe ends it too, but only between two calls of compiled code, which holds the interpreter's lock.
    """
    if sys.platform == "linux":
        import ctypes

        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


def _perform(call: Any) -> Any:
    """A task is (function, arguments, keywords); the first message is the initializer alone, answered by READY."""
    if isinstance(call, tuple):
        function, args, kwargs = call
        return function(*args, **kwargs)
    if call is not None:
        call()
    return READY


def _read_calls(calls: queue.SimpleQueue) -> None:
    """Pass on what the parent sends; the end of the pipe means that the parent is gone, and ends the process."""
    while True:
        try:
            calls.put(pickle.load(sys.stdin.buffer))
        except (EOFError, OSError):
            os._exit(0)
        except Exception as error:  # a function that this process cannot import
            calls.put(error)
