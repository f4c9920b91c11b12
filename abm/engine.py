"""The month on one page: open it, let interventions act, run the eight stages in order, observe."""

from __future__ import annotations

import contextlib
import functools
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from itertools import repeat

import numpy as np
from numba import typeof

from abm.compiled import JIT, warm
from abm.population import endow, settle
from abm.rules.attribution import COMPARISON, DIFFERENCE
from abm.spread import Group, groups_of
from abm.stages.adapt import adapt
from abm.stages.assess import assess
from abm.stages.codesign import codesign
from abm.stages.contract import contract
from abm.stages.deliver import deliver, plan_work, serve, take_in
from abm.stages.intervene import intervene
from abm.stages.measure import measure, settle_results, survey
from abm.stages.observe import observe, observe_people, observe_work
from abm.stages.open_month import open_month
from abm.stages.pay import pay, settle_accounts
from abm.stages.pay_fund import pool_ceilings
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
SERIES = (  # what a month consists of from `plan` to `adapt`; those in brackets work in the world's part, the others on all
    (plan, contract, codesign, plan_work),
    (take_in,),  # a match for whom is taken in may live in another place
    (serve,),
    survey,
    (settle_results, settle_accounts),
    pool_ceilings,  # places of one fund share what it has
    (assess, adapt),
)
ALL = tuple(piece for pieces in SERIES for piece in (pieces if isinstance(pieces, tuple) else (pieces,)))
APART = tuple(piece for pieces in SERIES if isinstance(pieces, tuple) for piece in pieces)
AT_ONCE = (observe_people, observe_work)  # what observe consists of: neither needs the other
PIECES = (open_month, intervene, *ALL, *AT_ONCE)  # the month as it is compiled


def step(world) -> None:
    """One month."""
    for stage in MONTH:
        stage(world)


def run_months(world, months: int, threads: int = 1) -> None:
    """Advance by this many months; the start is observed first.

    A large world is worked in parts, ranges of places, which several `threads` may share: it is the same to the last bit.
    """
    if world.clock[0].month == 0 and months > 0:
        observe(world)
    groups = groups_of(world, threads)
    if len(groups) > 1 or len(groups[0].parts) > 1:
        _run_in_parts(world, months, groups, threads)
        return
    stages = _code_of(PIECES, world)
    for _ in range(months):
        for stage in stages:
            stage(world)


def _run_in_parts(world, months, groups, threads):
    """The same in parts: each goes from plan to adapt alone where no place looks at another, so that its tables are at hand."""
    openers, observers = _code_of((open_month, intervene), world), _code_of(AT_ONCE, world)
    series = (APART,) if _is_apart(world) else SERIES
    codes = [_code_of(pieces if isinstance(pieces, tuple) else (pieces,), world) for pieces in series]
    with ThreadPoolExecutor(threads) as pool:
        do = pool.map if threads > 1 else map
        for _ in range(months):
            for stage in openers:
                stage(world)
            for group in groups:
                group.begin()
            for pieces, code in zip(series, codes, strict=True):
                if not isinstance(pieces, tuple):
                    code[0](world)
                elif pieces == (take_in,):  # one after another, for it looks at families of other parts
                    for group in groups:
                        group.work(code)
                else:
                    tuple(do(Group.work, groups, repeat(code)))
            for group in groups:
                group.end()
            tuple(do(lambda observer: observer(world), observers))


def _is_apart(world):
    """Whether no place looks at another in a month: no matches are sought elsewhere, no fund moves room between places."""
    elsewhere = np.isin(world.settings["payment_attribution"], (COMPARISON, DIFFERENCE))
    return not (elsewhere.any() or world.settings["finance_fund_share"].any())


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
    (plan_work, take_in, serve, contract, adapt, open_month, intervene, assess),
    (observe_people, observe_work, settle_accounts, pool_ceilings, settle, endow, survey, settle_results, codesign, plan),
)  # fmt: skip


def compile_engine(domains: int = 4) -> None:
    """Compile the month for cases with this many domains, or load it from the cache; afterwards `warm(domains)` exists.

    From cold, two fresh interpreters compile half of the stages each into the shared cache; not `multiprocessing`, because a
    user's script need not guard its main module for this. They throw nothing away, neither while they compile nor at their
    end, which saves a sixth of the time and takes 600 MB each.
    """
    if not JIT:
        return
    if not warm(domains).exists():
        call = "import gc, os; gc.disable(); from abm.engine import compile_part; compile_part({}, {}); os._exit(0)"
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
