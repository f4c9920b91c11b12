"""Where runs are done: here, on workers of this machine, on dask, or on MPI; one seam, `concurrent.futures.Executor`.

The order and place of a run cannot change its numbers. A unit of work is one arm with a few seeds, as many as take about
a tenth of a second, so that a message costs little beside the work it asks for, and little is lost where it is lost.
"""

from __future__ import annotations

import contextlib
import time
from collections import Counter, deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, BrokenExecutor, CancelledError, Future, wait
from typing import Any

from abm.config import ConfigError
from abm.config.words import did_you_mean, listed
from abm.lab import run
from abm.lab.manifest import code_hash
from abm.lab.plan import Asked, Plan, Run
from abm.lab.workers import LocalWorkers, WorkerDied, WorkersWillNotStart

ENGINES = ("local", "dask", "mpi")
CHUNK = 64  # most seeds in a unit of work
UNIT_SECONDS = 0.1  # how long a unit of work should take
AHEAD = 2  # units of work handed out for each worker, so that none waits for the next
RETRIES = 2  # further attempts at a run whose process died
TICK = 0.25  # seconds after which the one who waits for runs hears that there is none yet

Unit = tuple[int, tuple[int, ...]]  # number of an arm, seeds


class EngineLost(RuntimeError):
    """The executor as a whole has ended: its scheduler, its pool, or its job."""


class Workforce:
    """An executor and how many units of work it does at a time; `None` is this process itself.

    Where it keeps time, it ends runs that take too long itself.
    """

    def __init__(self, executor: Any, slots: int, *, keeps_time: bool = False) -> None:
        self.executor, self.slots, self.keeps_time = executor, slots, keeps_time


def check_engine(engine: str, scheduler: str | None) -> None:
    """Raise ConfigError for an engine that there is not, or that is not installed."""
    if engine not in ENGINES:
        raise ConfigError(f"engine: no '{engine}', expected {listed(ENGINES)}{did_you_mean(engine, ENGINES)}")
    if scheduler is not None and engine != "dask":
        raise ConfigError(f"scheduler: the engine '{engine}' has none; say engine dask")
    package = {"dask": "distributed", "mpi": "mpi4py"}.get(engine)
    if package:
        try:
            __import__(package)
        except ImportError:
            raise ConfigError(f"engine: {engine} is not installed: pip install 'obc-abm[{engine}]'") from None


@contextlib.contextmanager
def open_engine(
    engine: str = "local", workers: int = 1, scheduler: str | None = None, limit: float | None = None
) -> Iterator[Workforce]:
    """The workers of an engine, ended with the context.

    `workers` is the number of processes where the engine makes them: local, and dask without a scheduler's address.
    `limit` is the longest that a unit of work may take. Under MPI the other ranks of the job work in here, and leave by
    SystemExit when the first is done; so it must be opened before anything can go wrong. Raises ConfigError for an engine
    that cannot be had.
    """
    check_engine(engine, scheduler)
    if engine == "dask":
        with _dask(workers, scheduler) as force:
            yield force
    elif engine == "mpi":
        with _mpi() as force:
            yield force
    elif workers == 1 and limit is None:
        yield Workforce(None, 1)
    else:
        executor = LocalWorkers(workers, run.prepare_worker, limit)
        try:
            yield Workforce(executor, workers, keeps_time=True)
        finally:
            executor.shutdown(cancel_futures=True)


@contextlib.contextmanager
def _dask(workers: int, scheduler: str | None) -> Iterator[Workforce]:
    """A cluster's scheduler by its address, or a cluster of processes on this machine."""
    from distributed import Client, LocalCluster

    with contextlib.ExitStack() as stack:
        if scheduler is None:
            cluster = LocalCluster(n_workers=workers, threads_per_worker=1, dashboard_address=None)
            client = stack.enter_context(Client(stack.enter_context(cluster)))
        else:
            try:
                client = stack.enter_context(Client(scheduler, timeout=30))
            except (OSError, ValueError) as error:
                raise ConfigError(f"scheduler: '{scheduler}' cannot be reached ({error})") from None
            client.wait_for_workers(1)
        executor = client.get_executor(pure=False)
        stack.callback(executor.shutdown, wait=False)
        yield Workforce(executor, sum(client.nthreads().values()))


@contextlib.contextmanager
def _mpi() -> Iterator[Workforce]:
    """The ranks of this MPI job, of which the first hands out the work."""
    from mpi4py import MPI
    from mpi4py.futures import MPICommExecutor

    if MPI.COMM_WORLD.Get_size() < 2:
        raise ConfigError("engine: mpi has one process only; say mpirun -n 3 obc batch … --engine mpi")
    with MPICommExecutor(MPI.COMM_WORLD, root=0) as executor:
        if executor is not None:
            yield Workforce(executor, MPI.COMM_WORLD.Get_size() - 1)
    if executor is None:  # a rank that has worked, until there was no more to do
        raise SystemExit(0)


class Units:
    """Missing runs, handed out in units of one arm and a few seeds: those of a seed for all arms before the next.

    A unit that is to be done again comes after the others: what killed its process may be over by then.
    """

    def __init__(self, missing: Sequence[tuple[int, int]]) -> None:
        self._by_arm: dict[int, deque[int]] = {}
        for arm, seed in missing:
            self._by_arm.setdefault(arm, deque()).append(seed)
        self._order = deque(self._by_arm)
        self._again: deque[Unit] = deque()
        self.runs = len(missing)

    def __bool__(self) -> bool:
        return bool(self._order or self._again)

    def again(self, unit: Unit) -> None:
        """Hand this out at the end."""
        self._again.append(unit)
        self.runs += len(unit[1])

    def take(self, size: int) -> Unit:
        """The next unit, of at most so many seeds."""
        if self._order:
            arm = self._order[0]
            self._order.rotate(-1)
            ahead = self._by_arm[arm]
            unit = arm, tuple(ahead.popleft() for _ in range(min(size, len(ahead))))
            if not ahead:
                self._order.remove(arm)
        else:
            unit = self._again.popleft()
        self.runs -= len(unit[1])
        return unit


def do_unit(function: Callable[..., list[Run]], code: str, *unit: Any) -> tuple[float, list[Run]]:
    """What a worker does: the runs of a unit, with the seconds that they took. It must have the model's very code."""
    if code != code_hash():
        raise RuntimeError("a worker has another version of the model; install the same on all machines")
    start = time.perf_counter()
    runs = function(*unit)
    return time.perf_counter() - start, runs


def execute(
    force: Workforce, plan: Plan, missing: Sequence[tuple[int, int]], limit: float | None = None, chunk: int = CHUNK
) -> Iterator[Run | None]:
    """Do the missing runs, as (number of the arm, seed), and yield each as it ends, in no particular order.

    Now and then, where none has ended, None is yielded. `limit` is the longest that a run may take, in seconds. The model
    must be compiled before (`prepare_engine`), or each worker would do it. Raises EngineLost.
    """
    if force.executor is None:
        for arm, seed in missing:
            yield from run.simulate_unit(arm, plan.all_arms[arm], [seed], plan.asked(arm, limit))
        return
    yield from _OnExecutor(force, plan, limit, chunk).runs(missing)


def _ended_badly(future: Future) -> bool:
    return future.cancelled() or future.exception() is not None


class _OnExecutor:
    """Hands out units, a few ahead, and takes in their runs.

    A unit whose process died, or that failed as a whole, is done again run by run, as it is not known which run it was. A
    run is given up when three processes have died while it was among theirs: it is begun three times at most.
    """

    def __init__(self, force: Workforce, plan: Plan, limit: float | None, chunk: int) -> None:
        assert force.executor is not None
        self._executor, self._slots, self._plan, self._chunk = force.executor, force.slots, plan, chunk
        self._in_run = None if force.keeps_time else limit
        self._alone = limit is not None
        self._size = 1
        self._deaths: Counter[tuple[int, int]] = Counter()

    def runs(self, missing: Sequence[tuple[int, int]]) -> Iterator[Run | None]:
        ahead = Units(missing)
        running: dict[Future[tuple[float, list[Run]]], Unit] = {}
        while ahead or running:
            while ahead and len(running) < self._slots * AHEAD:
                unit = ahead.take(min(self._size, max(1, ahead.runs // (4 * self._slots))))
                running[self._submit(unit)] = unit
            over = wait(running, timeout=TICK, return_when=FIRST_COMPLETED).done
            if not over:
                yield None
            for future in sorted(over, key=_ended_badly):  # what is done is kept before the loss of the rest is told
                yield from self._outcome(future, running.pop(future), ahead)

    def _submit(self, unit: Unit) -> Future[tuple[float, list[Run]]]:
        arm, seeds = unit
        plan = self._plan
        asked: Asked = plan.asked(arm, self._in_run)
        try:
            return self._executor.submit(do_unit, run.simulate_unit, code_hash(), arm, plan.all_arms[arm], seeds, asked)
        except RuntimeError as error:  # also BrokenExecutor
            raise EngineLost(f"the executor takes no more work ({run.reason_of(error)})") from error

    def _outcome(self, future: Future, unit: Unit, ahead: Units) -> Iterator[Run]:
        arm, seeds = unit
        try:
            seconds, runs = future.result()
        except (WorkersWillNotStart, EngineLost):
            raise
        except (BrokenExecutor, CancelledError) as error:
            raise EngineLost(f"the executor has ended ({run.reason_of(error)})") from error
        except Exception as error:
            died = (
                isinstance(error, WorkerDied) or type(error).__name__ == "KilledWorker"
            )  # dask's own retries are over
            yield from self._again(arm, seeds, error, died, ahead)
        else:
            each = seconds / len(seeds)
            most = 1 if self._alone else self._chunk
            self._size = max(1, min(most, int(UNIT_SECONDS / each) if each > 0.0 else most))
            yield from runs

    def _again(self, arm: int, seeds: Sequence[int], error: Exception, died: bool, ahead: Units) -> Iterator[Run]:
        for seed in seeds:
            self._deaths[arm, seed] += died
            deaths = self._deaths[arm, seed]
            if isinstance(error, WorkerDied) and error.overtime:
                yield Run(arm, seed, run.failure(str(error)), None, None)
            elif deaths > RETRIES:
                yield Run(arm, seed, run.failure(f"{error}, {deaths} times"), None, None)
            elif died or len(seeds) > 1:
                ahead.again((arm, (seed,)))
            else:
                yield Run(arm, seed, run.failure(run.reason_of(error)), None, None)
