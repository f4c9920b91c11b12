"""The month on one page: open it, let interventions act, run the eight stages in order, observe."""

from __future__ import annotations

import contextlib
import functools
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import numpy as np
from numba import typeof

from abm.compiled import JIT, warm
from abm.population import populate
from abm.rules.attribution import COMPARISON, DIFFERENCE
from abm.spread import parts_of, spread
from abm.stages.adapt import adapt
from abm.stages.assess import assess
from abm.stages.codesign import codesign
from abm.stages.contract import contract
from abm.stages.deliver import deliver, plan_work, serve, take_in
from abm.stages.intervene import intervene
from abm.stages.measure import measure, settle_results, survey
from abm.stages.observe import observe, observe_rest, observe_ties
from abm.stages.open_month import open_month
from abm.stages.pay import pay
from abm.stages.plan import plan
from abm.world import empty_world

STAGES = (
    plan,  # needs are heard before anything is bought
    contract,  # what was heard is priced and awarded
    codesign,  # partners and families shape the service before it starts
    deliver,  # hours are worked, families live the month
    measure,  # results are claimed on what was delivered
    pay,  # claims that have come due are paid, wages always
    assess,  # everyone judges the month, money included
    adapt,  # what was lived changes what comes next
)
MONTH = (open_month, intervene, *STAGES, observe)
PIECES = {deliver: (plan_work, take_in, serve), measure: (survey, settle_results)}  # what these two consist of
BY_PLACE = (plan, plan_work, take_in, serve, settle_results, assess, adapt)  # for the localities of the world's part
AT_ONCE = (observe_ties, observe_rest)  # what observe consists of: neither needs the other


def step(world) -> None:
    """One month."""
    for stage in MONTH:
        stage(world)


def run_months(world, months: int, threads: int = 1) -> None:
    """Advance by this many months; the start is observed first.

    With several `threads` what works place by place is done in several places at a time; the world is the same to the last
    bit. It pays where there are many places and thousands of families.
    """
    if world.clock[0].month == 0 and months > 0:
        observe(world)
    parts = parts_of(world, threads) if threads > 1 else []
    if len(parts) > 1:
        _run_spread(world, months, threads, parts)
        return
    stages = _code_of(MONTH, world)
    for _ in range(months):
        for stage in stages:
            stage(world)


def _run_spread(world, months, threads, parts):
    """The same with a pool of threads: what works by place in all parts, with a wait for the last of them; all else alone."""
    pieces = tuple(piece for stage in MONTH[:-1] for piece in PIECES.get(stage, (stage,)))
    codes, observers = _code_of(pieces, world), _code_of(AT_ONCE, world)
    with ThreadPoolExecutor(threads) as pool:
        for _ in range(months):
            for piece, code in zip(pieces, codes, strict=True):
                if piece in BY_PLACE and not (piece is take_in and _looks_elsewhere(world)):
                    spread(pool, code, parts)
                else:
                    code(world)
            spread(pool, lambda observer: observer(world), observers)


def _looks_elsewhere(world):
    """Whether families that are taken in are matched with some of other places, who must not be moving at that moment."""
    return bool(np.isin(world.settings["payment_attribution"], (COMPARISON, DIFFERENCE)).any())


def _code_of(functions, world):
    """Compiled code for this world's tables: called as they are, all types are compared at each call, two thirds of it."""
    if not JIT:
        return functions
    ready, dtypes = _ready(functions, world.localities["measured"].shape[1])
    alike = all(table.dtype == dtype and table.flags.carray for table, dtype in zip(world, dtypes, strict=True))
    return ready if alike else functions


@functools.cache
def _ready(functions, domains):
    """Compiled code for worlds with this many domains, and what their tables are made of."""
    world = empty_world(domains)
    kind = typeof(world)
    return tuple(function.compile((kind,)) for function in functions), tuple(table.dtype for table in world)


COMPILED = (  # two processes compile these, about as long each
    (deliver, contract, adapt, open_month, intervene),
    (observe, pay, populate, measure, codesign, assess, plan),
)


def compile_engine(domains: int = 4) -> None:
    """Compile the month for cases with this many domains, or load it from the cache; afterwards `warm(domains)` exists.

    From cold, two fresh interpreters compile half of the stages each into the shared cache; not `multiprocessing`, because a
    user's script need not guard its main module for this.
    """
    if not JIT:
        return
    if not warm(domains).exists():
        call = "from abm.engine import compile_part; compile_part({}, {})"
        parts = [subprocess.Popen([sys.executable, "-c", call.format(part, domains)]) for part in range(2)]
        for part in parts:
            part.wait()
    compile_part(0, domains)
    compile_part(1, domains)
    with contextlib.suppress(OSError):  # a cache that cannot be written is slow, not wrong
        warm(domains).parent.mkdir(parents=True, exist_ok=True)
        warm(domains).touch()


@functools.cache
def compile_part(part: int, domains: int) -> None:
    """Compile one of the two parts for worlds with this many domains, once in a process: asking numba's types takes 6 ms."""
    world = typeof(empty_world(domains))
    for function in COMPILED[part]:
        function.compile((world,))
