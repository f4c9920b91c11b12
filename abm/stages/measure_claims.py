"""Claims: fees for hours, and milestones of a rate card, family by family, under the caps of person, line and contract."""

import math

from abm.compiled import compiled
from abm.rules.payment import ATTAINED, ENTRY, GAIN, reached_now, room_under
from abm.stages.contract_entries import FIRST_REVIEW, GAIN_REVIEW
from abm.stages.contract_prices import may_claim, price_for
from abm.stages.measure_dates import months_lacking, take_hours
from abm.stages.measure_estimates import error_of
from abm.streams import CLAIM, uniform


@compiled
def make_due(world, row, p, amount):
    """An earned amount becomes payable after the lag; what would come too late is payable in the last month."""
    lag = int(world.settings[row].payment_lag_months)
    world.dues[min(world.clock[0].month + lag, world.clock[0].months), p] += amount
    world.providers[p].claimed += amount
    if amount > 0 and world.settings[row].payment_outcome_share > 0.0:
        world.providers[p].results_used = 1


@compiled
def claim_fees(world, row):
    """Every contract hour worked earns its fee."""
    place = world.localities[row]
    for p in range(place.provider_first, place.provider_end):
        provider = world.providers[p]
        if provider.partner:
            make_due(world, row, p, int(math.floor(100.0 * provider.contract_hours * provider.price_per_hour + 0.5)))


@compiled
def claim_milestones(world, row, i, added, shift):
    """Milestones of one family: on its own path they are paid, on the no-service path they count as deadweight.

    `added` is what is overstated, `shift` the months by which its claims are brought forward.
    """
    place, facts, family = world.localities[row], world.settings[row], world.families[i]
    slots, domains, moved = int(facts.family_known_providers), place.measured.shape[0], 0
    cap = person_cap(place, facts)
    for d in range(domains):
        error = error_of(world, facts, i, d)
        change = family.wellbeing[d] - family.intake_wellbeing[d] + error + added - place.counterfactual
        alone = family.unserved_wellbeing[d] - family.unserved_intake[d] + error - place.counterfactual
        for line in range(world.milestones.shape[1]):
            milestone, claim = world.milestones[row, line], world.claims[i, line * domains + d]
            if milestone.price <= 0.0 or not (milestone.domain == d or (milestone.domain < 0 and place.measured[d])):
                continue
            claim.held = claim.held + 1 if change >= milestone.threshold else 0
            claim.unserved_held = claim.unserved_held + 1 if alone >= milestone.threshold else 0
            on_time = earned_now(milestone, claim.reached, claim.held, change, family.served_months, 0)
            now = earned_now(milestone, claim.reached, claim.held, change, family.served_months, shift)
            unserved = earned_now(
                milestone, claim.unserved_reached, claim.unserved_held, alone, family.served_months, 0
            )
            may = may_claim(world, row, i, line, True)
            now *= may
            unserved *= may_claim(world, row, i, line, False)
            moved = shift if now > on_time * may else moved
            price = price_for(facts, milestone, family)
            if milestone.kind == ENTRY:
                unserved = 0.0  # nobody enters a service that does not exist
            claim.reached = 1 if now > 0.0 or claim.reached else 0
            claim.unserved_reached = 1 if unserved > 0.0 or claim.unserved_reached else 0
            due = room_under(cap, family.earned, int(100.0 * price * now))
            if due > 0 and _no_evidence(facts, world.clock[0], i, line * domains + d):
                place.unclaimed += due
                due = 0
            _pay_family_claim(world, row, i, slots, milestone, due)
            if unserved > 0.0:
                amount = room_under(cap, family.unserved_earned, int(100.0 * price * unserved))
                family.unserved_earned += amount
                place.unserved_claimed += amount
    if moved > 0:
        family.closing = 1
        take_hours(world, i, slots, 0.5 * facts.provider_shift_hours * moved * moved)


@compiled
def person_cap(place, facts):
    """Cents that one family may earn its providers."""
    return int(100.0 * facts.payment_person_cap * place.expected_outcome_payment / max(1.0, place.places))


@compiled
def _no_evidence(facts, clock, i, item):
    """Whether an earned milestone is never claimed because it cannot be proved."""
    share = facts.measurement_unclaimed
    return share > 0.0 and uniform(clock.seed, CLAIM, clock.contract, i, item) < share


@compiled
def earned_now(milestone, reached, held, change, served_months, shift):
    """Units of a milestone earned this month: 0 or 1; a gain is earned once, by amount, half a year after intake.

    With claims brought forward by some months, whatever lacks no more than these months counts as earned.
    """
    open_line = reached == 0 and milestone.kind != ENTRY and change >= milestone.threshold
    if open_line and 0 < months_lacking(milestone, held, served_months) <= shift:
        return max(0.0, change) if milestone.kind == GAIN else 1.0
    if milestone.kind == GAIN:
        return max(0.0, change) if reached == 0 and served_months == GAIN_REVIEW else 0.0
    if milestone.kind == ATTAINED and served_months < FIRST_REVIEW:
        return 0.0
    return float(reached_now(milestone.kind, change, milestone.threshold, held, milestone.months, reached))


@compiled
def _pay_family_claim(world, row, i, slots, milestone, due):
    """Claim under the caps of line and contract; providers share by their hours with the family."""
    place, family = world.localities[row], world.families[i]
    due = room_under(milestone.cap, milestone.claimed, due)
    due = room_under(place.claim_ceiling, place.outcome_claimed, due)
    if due <= 0:
        return
    milestone.claimed += due
    place.outcome_claimed += due
    family.earned += due
    left, last = due, -1
    for slot in range(i * slots, (i + 1) * slots):
        if world.packages[slot].enrolled:
            last = slot
    for slot in range(i * slots, (i + 1) * slots):
        package = world.packages[slot]
        if package.enrolled:
            part = int(due * package.hours / family.hours_received) if family.hours_received > 0.0 else 0
            part = left if slot == last else min(left, part)
            left -= part
            make_due(world, row, package.provider, part)
