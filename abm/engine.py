"""The month on one page: open it, run the eight stages in order, observe."""

from __future__ import annotations

import subprocess
import sys

from numba import typeof

from abm.compiled import JIT, compiled, warm
from abm.population import populate
from abm.stages.adapt import adapt
from abm.stages.assess import assess
from abm.stages.codesign import codesign
from abm.stages.contract import contract
from abm.stages.deliver import deliver
from abm.stages.measure import measure
from abm.stages.observe import observe
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
PLAN_ROUND_MONTHS = 6


@compiled
def open_month(world):
    """Advance the clock and set what the calendar has for this month."""
    clock = world.clock[0]
    clock.month += 1
    month, last_service = clock.month, clock.service_first + clock.service_months * (clock.renewals + 1) - 1
    in_plan = clock.plan_first <= month <= clock.plan_last
    clock.planning = 1 if in_plan and (month - clock.plan_first) % PLAN_ROUND_MONTHS == 0 else 0
    clock.serving = 1 if clock.service_first <= month <= last_service else 0
    clock.service_month = (month - clock.service_first) % clock.service_months + 1 if clock.serving else 0
    renewal = clock.serving and clock.service_month == 1 and month > clock.service_first
    clock.tendering = 1 if month == clock.tender or renewal else 0
    clock.contract += clock.tendering
    clock.codesigning = 1 if clock.codesign_first <= month <= clock.codesign_last else 0
    clock.assessing = 1 if clock.assess_first <= month <= clock.assess_last else 0
    for row in range(world.localities.shape[0]):
        place = world.localities[row]
        place.serving = 1 if clock.serving and place.launched else 0


MONTH = (open_month, *STAGES, observe)


def step(world) -> None:
    """One month."""
    for stage in MONTH:
        stage(world)


def run_months(world, months: int) -> None:
    """Advance by this many months; the start is observed first."""
    if world.clock[0].month == 0 and months > 0:
        observe(world)
    for _ in range(months):
        step(world)


COMPILED = (
    deliver,
    populate,
    contract,
    pay,
    observe,
    measure,
    codesign,
    assess,
    adapt,
    plan,
    open_month,
)  # the longest first


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
    warm(domains).touch()


def compile_part(part: int, domains: int) -> None:
    """Compile every second stage, from the first or the second on, for worlds with this many domains."""
    world = typeof(empty_world(domains))
    for function in COMPILED[part::2]:
        function.compile((world,))
