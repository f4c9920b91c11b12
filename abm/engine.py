"""The month on one page: open it, let interventions act, run the eight stages in order, observe."""

from __future__ import annotations

import contextlib
import functools
import subprocess
import sys

from numba import typeof

from abm.compiled import JIT, warm
from abm.population import populate
from abm.stages.adapt import adapt
from abm.stages.assess import assess
from abm.stages.codesign import codesign
from abm.stages.contract import contract
from abm.stages.deliver import deliver
from abm.stages.intervene import intervene
from abm.stages.measure import measure
from abm.stages.observe import observe
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


def step(world) -> None:
    """One month."""
    for stage in MONTH:
        stage(world)


def run_months(world, months: int) -> None:
    """Advance by this many months; the start is observed first."""
    if world.clock[0].month == 0 and months > 0:
        observe(world)
    stages = _stages_of(world)
    for _ in range(months):
        for stage in stages:
            stage(world)


def _stages_of(world):
    """The stages for this world's tables: called as they are, they would compare all types at each call, two thirds of it."""
    if not JIT:
        return MONTH
    stages, dtypes = _ready(world.localities["measured"].shape[1])
    alike = all(table.dtype == dtype and table.flags.carray for table, dtype in zip(world, dtypes, strict=True))
    return stages if alike else MONTH


@functools.cache
def _ready(domains):
    """The stages' compiled code for worlds with this many domains, and what their tables are made of."""
    world = empty_world(domains)
    kind = typeof(world)
    return tuple(stage.compile((kind,)) for stage in MONTH), tuple(table.dtype for table in world)


COMPILED = (  # two processes compile these, about as long each
    (deliver, contract, adapt, open_month, intervene),
    (observe, pay, populate, measure, codesign, assess, plan),
)


def compile_engine(domains: int = 4) -> None:
    """Compile the month for cases with this many domains, or load it from the cache; afterwards `warm(domains)` exists.

    From cold, two fresh interpreters compile half of the stages each into the shared cache; not `multiprocessing`, because a
    user's script need not guard its main module for this. They throw nothing away while they compile, which saves a tenth of
    the time and takes 600 MB each.
    """
    if not JIT:
        return
    if not warm(domains).exists():
        call = "import gc; gc.disable(); from abm.engine import compile_part; compile_part({}, {})"
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
