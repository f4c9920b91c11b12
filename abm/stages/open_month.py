"""open_month: the clock goes on, and the calendar says what this month is for."""

from abm.compiled import compiled
from abm.rules.learning import next_support
from abm.streams import POLITICS, normal, uniform

WRITES = (
    "clock.month", "clock.planning", "clock.serving", "clock.service_month", "clock.tendering", "clock.contract",
    "clock.codesigning", "clock.assessing", "localities.serving", "commissioners.political_support",
)  # fmt: skip

PLAN_ROUND_MONTHS = 6
SUPPORT_PULL = 0.05  # per month


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
        place.serving = 1 if clock.serving and place.launched and month >= place.signed else 0
        if place.funded:
            _move_support(world.commissioners[row], world.settings[row], clock, row)


@compiled
def _move_support(commissioner, facts, clock, row):
    """Political support walks slowly, with an event now and then; it stands still without politics."""
    if not facts.mechanisms_politics:
        return
    noise = facts.rules_support_spread * normal(clock.seed, POLITICS, clock.month, row)
    struck = uniform(clock.seed, POLITICS, clock.month, row, 1) < facts.rules_support_shock
    commissioner.political_support = next_support(
        commissioner.political_support, facts.rules_support, SUPPORT_PULL, noise, struck
    )
