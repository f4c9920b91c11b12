"""deliver: hours, incentives, intake, service, co-production, outcomes: with and without service, with and without pay.

The work is divided over four files in the order of the month: hours, incentives, intake, service.
"""

from abm.compiled import compiled
from abm.stages.deliver_hours import work_hours
from abm.stages.deliver_incentives import weigh_incentives
from abm.stages.deliver_intake import move_families
from abm.stages.deliver_service import serve

WRITES = (
    "providers.metric_hours", "providers.claim_hours", "edges.lived", "edges.lived_weight", "packages.provider",
    "edges.target", "edges.active", "edges.prior", "edges.trust", "edges.support", "edges.against", "edges.damage",
    "families.crisis", "families.applied", "families.waiting_months", "families.enrolled", "families.cohort",
    "families.was_served", "families.served_months", "families.intake_wellbeing", "families.unserved_intake",
    "families.hours_received", "families.integration", "families.match", "families.work", "families.took_part",
    "families.coproduction_hours", "families.integration_hours", "families.added", "families.wellbeing",
    "families.baseline", "families.unserved_wellbeing", "families.unserved_baseline", "families.last_wellbeing",
    "families.unserved_last", "packages.enrolled", "packages.hours", "packages.payment_per_hour",
    "providers.contract_hours", "providers.service_hours", "providers.reporting_hours",
    "providers.coordination_hours", "providers.gaming_hours", "providers.months_short", "providers.result_value",
    "providers.bid_hours", "providers.misreport", "providers.liquidity", "providers.reporting_share",
    "providers.payment_per_hour", "providers.attention", "providers.mission_attention", "providers.intensity",
    "providers.mission_intensity", "providers.caseload", "providers.main_families", "providers.mission_intake",
    "providers.real_intake", "volunteers.hours", "pairs.spent", "pairs.joint_hours", "pairs.strength", "claims.held",
    "claims.reached", "claims.unserved_held", "claims.unserved_reached", "cells.delivered", "cells.mission",
    "cells.needed", "localities.participation", "localities.collective_work", "localities.region_burden",
    "localities.passed_burden", "localities.absorbed_hours", "localities.settled", "localities.backlog",
    "localities.decided", "localities.reach", "localities.hub_hours", "providers.reach", "providers.conflict",
    "providers.menu_hours", "pairs.conflict", "pairs.brokered_hours", "families.earned", "families.unserved_earned",
    "families.main_provider", "providers.months_in", "providers.ready", "providers.load", "providers.known_need",
    "localities.facilitated", "localities.bottleneck", "edges.level", "providers.intake_weight",
    "providers.complexity_taken", "providers.complexity_on_file", "providers.relieved_hours",
    "families.population_intake", "families.population_last", "families.closing", "families.layer_earned",
    "families.comparison", "families.comparison_intake", "families.comparison_last", "families.trend_before",
    "claims.layer_held", "claims.layer_reached", "providers.shifting_hours", "families.respite_hours",
    "providers.respite_hours", "providers.training_hours",
)  # fmt: skip


def deliver(world):
    """One month of service in every locality; where no contract runs, usual services go on."""
    plan_work(world)
    take_in(world)
    serve(world)


@compiled
def plan_work(world):
    """Hours and incentives in every locality of the world's part."""
    for row in range(world.part[0], world.part[1]):
        work_hours(world, row)
        weigh_incentives(world, row)


@compiled
def take_in(world):
    """Intake in every locality of the world's part; a match for whom is taken in may live in another one."""
    for row in range(world.part[0], world.part[1]):
        move_families(world, row)
