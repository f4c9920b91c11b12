"""Hours of the month: what can be paid, what control and coordination take, what is left for families."""

from abm.compiled import compiled
from abm.ledger import cents, provider_account
from abm.rules.control import metric_part, reporting_share
from abm.rules.finance import affordable_hours
from abm.rules.gaming import best_misreport, detection
from abm.rules.volunteering import hour_worth
from abm.stages.contract_terms import deferred_share, investors_in
from abm.stages.deliver_links import absorb_burden, coordinate, set_link_strengths

CLAIM_EFFORT = 0.002  # share of a month that claims for one metric take


@compiled
def work_hours(world, row):
    """Set the month's hours of every provider of a locality."""
    place = world.localities[row]
    under_contract = place.serving
    _volunteers_hours(world, row, under_contract)
    absorb_burden(world, row)
    for p in range(place.provider_first, place.provider_end):
        provider = world.providers[p]
        provider.contract_hours = provider.service_hours = provider.reporting_hours = provider.gaming_hours = 0.0
        provider.bid_hours = provider.menu_hours = provider.misreport = 0.0
        provider.metric_hours = provider.claim_hours = 0.0
        if under_contract and provider.partner:
            _contract_hours(world, row, p)
        else:
            provider.months_short = 0
    coordinate(world, row)
    set_link_strengths(world, row)
    if under_contract:
        _share_menu_hours(place, world.providers, world.teams)
    for p in range(place.provider_first, place.provider_end):
        provider = world.providers[p]
        if provider.contract_hours > 0.0:
            _leave_hours_for_families(provider)
    if under_contract:
        _add_volunteers(world, row)


@compiled
def _share_menu_hours(place, providers, teams):
    """New services' fixed hours, borne by the partners of the team that runs them in proportion to their contract hours."""
    for t in range(place.team_first, place.team_end):
        hours = 0.0
        for p in range(place.provider_first, place.provider_end):
            hours += providers[p].contract_hours if providers[p].team == t else 0.0
        for p in range(place.provider_first, place.provider_end):
            if providers[p].team == t and hours > 0.0:
                providers[p].menu_hours = min(hours, teams[t].menu_hours) * providers[p].contract_hours / hours


@compiled
def _leave_hours_for_families(provider):
    """What reporting, coordination, claims and overstating leave; together they cannot take more hours than were paid."""
    other = provider.reporting_hours + provider.coordination_hours + provider.gaming_hours + provider.bid_hours
    other += provider.menu_hours
    fits = min(1.0, provider.contract_hours / other) if other > 0.0 else 1.0
    provider.reporting_hours *= fits
    provider.coordination_hours *= fits
    provider.gaming_hours *= fits
    provider.bid_hours *= fits
    provider.metric_hours *= fits
    provider.claim_hours *= fits
    provider.menu_hours *= fits
    provider.service_hours = max(0.0, provider.contract_hours - other)


@compiled
def advance_of_month(world, row, p):
    """€ that a partner surely receives this month: block part and advances of state and investors, on its planned cost."""
    facts, provider = world.settings[row], world.providers[p]
    cost = provider.planned_hours * world.localities[row].fee_per_hour
    deferred = deferred_share(facts)
    bridged = facts.finance_bridge_state + facts.finance_bridge_investor * investors_in(world, row)
    return cost * (1.0 - deferred), cost * deferred * bridged


@compiled
def _contract_hours(world, row, p):
    place, facts, provider, clock = world.localities[row], world.settings[row], world.providers[p], world.clock[0]
    cost_of_hour = facts.money_wage * (1.0 + facts.money_overhead)
    block, advance = advance_of_month(world, row, p)
    due = max(0, own_part(world, row, world.dues[clock.month, p]) - provider.loan - new_loan(world, row, p)) / 100.0
    cash = world.balances[provider_account(p, world.localities.shape[0])] / 100.0 + block + advance + due
    planned = provider.planned_hours
    credit = provider.credit * (1.0 - facts.money_interest / 12.0)
    worked = affordable_hours(planned, cash, credit, cost_of_hour) if facts.mechanisms_liquidity else planned
    provider.contract_hours = worked
    provider.liquidity = worked / planned if planned > 0.0 else 1.0
    provider.months_short = provider.months_short + 1 if provider.liquidity < 0.5 else 0
    metrics = 0.0
    asked = max(facts.payment_outcome_share, facts.outcomes_use_responsibility, facts.outcomes_use_decisions)
    for d in range(place.measured.shape[0]):
        metrics += place.measured[d] * (asked + facts.structure_data_sharing)
    share = reporting_share(
        provider.burden,
        metrics,
        facts.measurement_hours_per_metric,
        facts.payment_input_specification,
        place.passed_burden,
    )
    provider.reporting_share = share
    provider.reporting_hours = worked * share
    provider.metric_hours = provider.reporting_hours * metric_part(
        provider.burden,
        metrics,
        facts.measurement_hours_per_metric,
        facts.payment_input_specification,
        place.passed_burden,
    )
    provider.claim_hours = CLAIM_EFFORT * worked * metrics * facts.payment_outcome_share
    provider.bid_hours = provider.claim_hours + min(0.1 * worked, provider.tender_hours / clock.service_months)
    if facts.mechanisms_gaming:
        _misreport(facts, provider, worked, cost_of_hour)


@compiled
def receivable_share(facts):
    """Share of a provider's dues that reaches itself: fees by who bridged them, outcome payments by who bears the risk."""
    return facts.finance_risk_to_provider if facts.payment_outcome_share > 0.0 else facts.finance_bridge_provider


@compiled
def own_part(world, row, due):
    """Cents of a due amount that reach the provider: its share, and that of investors who did not advance anything."""
    facts = world.settings[row]
    uncovered = facts.finance_bridge_investor * (1.0 - investors_in(world, row))
    return int(due * min(1.0, receivable_share(facts) + uncovered))


@compiled
def new_loan(world, row, p):
    """Cents of this month's advance that are a loan: the risk that a provider bears beyond what it carries itself."""
    facts = world.settings[row]
    bridged = facts.finance_bridge_state + facts.finance_bridge_investor * investors_in(world, row)
    own = facts.finance_risk_to_provider - (1.0 - bridged)
    if facts.payment_outcome_share <= 0.0 or own <= 0.0 or world.localities[row].serving == 0:
        return 0
    return cents(own * deferred_share(facts) * world.providers[p].planned_hours * world.localities[row].fee_per_hour)


@compiled
def _misreport(facts, provider, worked, cost_of_hour):
    """Overstate as far as it pays, given detection, penalty and integrity; it takes hours."""
    months_pay = worked * cost_of_hour
    if months_pay <= 0.0 or provider.result_value <= 0.0:
        return
    pay = min(1.0, provider.result_value * facts.provider_misreport_room / months_pay)  # so a larger share tempts more
    found = detection(
        facts.control_audit, facts.measurement_peer_detection, facts.coproduction_assessment,
        facts.structure_data_sharing,
    )  # fmt: skip
    share = best_misreport(pay, found, facts.control_penalty, provider.integrity, 1.0, facts.provider_misreport_cost)
    provider.misreport = share
    provider.gaming_hours = worked * facts.provider_misreport_hours * share


@compiled
def _volunteers_hours(world, row, under_contract):
    place, facts = world.localities[row], world.settings[row]
    for v in range(place.volunteer_first, place.volunteer_end):
        volunteer = world.volunteers[v]
        open_door = facts.coproduction_delivery if under_contract else 0.0
        fresh = 1.0 - volunteer.fatigue
        volunteer.hours = facts.work_volunteer_hours * open_door * fresh if volunteer.active else 0.0


@compiled
def _add_volunteers(world, row):
    """Volunteers' hours, by what they are worth and how open professionals are, add to hours with families."""
    place, facts = world.localities[row], world.settings[row]
    for v in range(place.volunteer_first, place.volunteer_end):
        volunteer = world.volunteers[v]
        provider = world.providers[volunteer.provider]
        if provider.partner and volunteer.hours > 0.0:
            worth = hour_worth(facts.work_volunteer_quality, volunteer.trained)
            provider.service_hours += volunteer.hours * worth * (0.5 + 0.5 * provider.openness)
