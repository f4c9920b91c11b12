"""observe: every metric of the month, from the columns; groups that are empty stay missing."""

from abm.compiled import compiled
from abm.stages.observe_claims import observe_claims
from abm.stages.observe_control import observe_control, observe_latency
from abm.stages.observe_market import observe_contracts, observe_partners
from abm.stages.observe_money import observe_money
from abm.stages.observe_outcomes import observe_drift, observe_gaps, observe_objectives, observe_wellbeing
from abm.stages.observe_providers import observe_providers, observe_system
from abm.stages.observe_service import observe_service
from abm.stages.observe_trust import observe_trust

WRITES = ("series",)


def observe(world):
    """Write this month's row of the series."""
    observe_people(world)
    observe_work(world)


@compiled
def observe_people(world):
    """Trust, wellbeing, what is known of need, voice, and gaps."""
    row = world.series[world.clock[0].month]
    families, localities = world.families, world.localities
    observe_trust(world, row)
    observe_wellbeing(families, localities, row)
    observe_objectives(localities, families, world.teams, world.commissioners, row)
    observe_latency(localities, world.settings, row)
    observe_gaps(families, localities, row)


@compiled
def observe_work(world):
    """Service, organisations and money; it takes about as long, and needs nothing of the above."""
    row = world.series[world.clock[0].month]
    families, providers, localities = world.families, world.providers, world.localities
    observe_system(world, row)
    observe_money(world, row)
    observe_contracts(world, row)
    observe_claims(localities, world.settings, row)
    if world.clock[0].serving:
        observe_service(families, localities, providers, row)
        observe_drift(world.cells, row)
        observe_providers(providers, families, localities, row)
        observe_control(localities, providers, row)
        observe_partners(world, row)
