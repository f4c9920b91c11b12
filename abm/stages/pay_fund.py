"""An outcomes fund: room under the ceilings of places that fall behind their plan is used where the ceiling is reached."""

from abm.compiled import compiled

SETTLED_MONTHS = 12  # of service, before falling behind counts: a slow start is no unused room (assumed)


@compiled
def pool_ceilings(world):
    """Move room, each month: as much as those at their ceiling earn in a mean month, as far as others fell behind."""
    offered, asked = 0.0, 0.0
    for row in range(world.localities.shape[0]):
        offered += _offer(world, row)
        asked += _demand(world, row)
    if offered <= 0.0 or asked <= 0.0:
        return
    moved = min(offered, asked)
    left = 0
    for row in range(world.localities.shape[0]):
        away = int(moved * (_offer(world, row) / offered))
        world.localities[row].claim_ceiling -= away
        world.localities[row].room_moved -= away
        left += away
    for row in range(world.localities.shape[0]):
        wanted = _demand(world, row)
        if wanted > 0.0 and left > 0:
            here = min(left, int(moved * (wanted / asked)) + 1)  # odd cents go where they are wanted first
            world.localities[row].claim_ceiling += here
            world.localities[row].room_moved += here
            left -= here


@compiled
def _pooled(world, row):
    place, facts = world.localities[row], world.settings[row]
    return place.serving and place.plan_month > 0 and facts.finance_fund_share > 0.0


@compiled
def _offer(world, row):
    """Cents: the fund's share of what a place is behind its first plan, less what was moved away before."""
    place, clock = world.localities[row], world.clock[0]
    if not _pooled(world, row) or clock.service_month <= SETTLED_MONTHS:
        return 0.0
    behind = 100.0 * world.plans[row, clock.month].first_payment - place.outcome_claimed - place.claimed_before
    offer = world.settings[row].finance_fund_share * behind + min(0, place.room_moved)
    return max(0.0, min(offer, float(place.claim_ceiling - place.outcome_claimed)))


@compiled
def _demand(world, row):
    """Cents: what a place earns in a mean month, where its ceiling leaves less than that."""
    place, clock = world.localities[row], world.clock[0]
    if not _pooled(world, row):
        return 0.0
    usual = place.outcome_claimed / clock.service_month
    return usual if place.claim_ceiling - place.outcome_claimed < usual else 0.0
