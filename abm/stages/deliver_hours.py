"""Hours of the month: what can be paid, what control and coordination take, what is left for families."""

from abm.compiled import compiled
from abm.ledger import cents, intermediary_account, provider_account
from abm.rules.control import metric_part, reporting_share
from abm.rules.finance import SOCIAL_PRIME, affordable_hours, covered
from abm.rules.gaming import best_misreport, detection
from abm.rules.interventions import eased
from abm.rules.market import readiness
from abm.rules.volunteering import hour_worth
from abm.stages.contract_terms import deferred_share, investors_in, manager_hours
from abm.stages.deliver_links import absorb_burden, coordinate, set_link_strengths

CLAIM_EFFORT = 0.002  # share of a month that claims for one metric take
MOST_RESPITE = 0.3  # share of contract hours that relieving families may take


@compiled
def work_hours(world, row):
    """Set the month's hours of every provider of a locality."""
    place = world.localities[row]
    under_contract = place.serving
    _volunteers_hours(world, row, under_contract)
    absorb_burden(world, row)
    paid = prime_pays(world, row) if under_contract else 1.0
    for p in range(place.provider_first, place.provider_end):
        provider = world.providers[p]
        provider.relieved_hours = 0.0
        provider.contract_hours = provider.service_hours = provider.reporting_hours = provider.gaming_hours = 0.0
        provider.bid_hours = provider.menu_hours = provider.misreport = 0.0
        provider.metric_hours = provider.claim_hours = provider.respite_hours = 0.0
        if under_contract and provider.partner:
            _contract_hours(world, row, p, paid)
        else:
            provider.months_short = 0
            provider.training_hours = 0.0  # of usual services
    coordinate(world, row)
    set_link_strengths(world, row)
    if under_contract:
        _share_menu_hours(place, world.providers, world.teams)
    for p in range(place.provider_first, place.provider_end):
        provider = world.providers[p]
        if provider.contract_hours > 0.0:
            _leave_hours_for_families(provider)
    if under_contract:
        _relieve(place, world.providers, manager_hours(world.settings[row], world.clock[0].service_months))
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
    other += provider.training_hours + provider.respite_hours
    fits = min(1.0, provider.contract_hours / other) if other > 0.0 else 1.0
    provider.reporting_hours *= fits
    provider.coordination_hours *= fits
    provider.gaming_hours *= fits
    provider.bid_hours *= fits
    provider.metric_hours *= fits
    provider.claim_hours *= fits
    provider.menu_hours *= fits
    provider.training_hours *= fits
    provider.respite_hours *= fits
    provider.service_hours = max(0.0, provider.contract_hours - other)


@compiled
def _relieve(place, providers, hours):
    """An intermediary's people collect results and make claims as far as their hours reach; providers need not do that part."""
    asked = 0.0
    for p in range(place.provider_first, place.provider_end):
        asked += providers[p].metric_hours + providers[p].claim_hours
    if hours <= 0.0 or asked <= 0.0:
        return
    for p in range(place.provider_first, place.provider_end):
        provider = providers[p]
        provider.relieved_hours = min(1.0, hours / asked) * (provider.metric_hours + provider.claim_hours)
        provider.service_hours += provider.relieved_hours


@compiled
def prime_income(world, row):
    """What a social prime gets this month on its providers' planned cost (cents): block part, state's advance, capital."""
    place, facts, cost = world.localities[row], world.settings[row], 0.0
    for p in range(place.provider_first, place.provider_end):
        cost += world.providers[p].planned_hours * world.providers[p].price_per_hour
    deferred = deferred_share(facts)
    capital = cost * deferred * facts.finance_bridge_investor * investors_in(world, row)
    return cents(cost * (1.0 - deferred)), cents(cost * deferred * facts.finance_bridge_state), cents(capital)


@compiled
def prime_pays(world, row):
    """Share of the month's planned hours that a social prime has money for; 1 under any other contract."""
    place, facts = world.localities[row], world.settings[row]
    if facts.finance_intermediary != SOCIAL_PRIME or not facts.mechanisms_liquidity:
        return 1.0
    account = intermediary_account(
        row, world.localities.shape[0], world.providers.shape[0], world.investors.shape[0]
    )  # fmt: skip
    block, advance, capital = prime_income(world, row)
    money, cost = world.balances[account] - place.recycled + block + advance + capital, 0.0
    for p in range(place.provider_first, place.provider_end):
        money += own_part(world, row, max(0, world.dues[world.clock[0].month, p]))
        cost += world.providers[p].planned_hours * world.providers[p].price_per_hour
    return covered(cost, 0.01 * money)


@compiled
def advance_of_month(world, row, p):
    """€ that a partner surely receives this month: block part and advances of state and investors, on its planned cost."""
    facts, provider = world.settings[row], world.providers[p]
    cost = provider.planned_hours * provider.price_per_hour
    deferred = deferred_share(facts)
    bridged = facts.finance_bridge_state + facts.finance_bridge_investor * investors_in(world, row)
    return cost * (1.0 - deferred), cost * deferred * bridged


@compiled
def _contract_hours(world, row, p, paid):
    place, facts, provider, clock = world.localities[row], world.settings[row], world.providers[p], world.clock[0]
    cost_of_hour = own_cost = facts.money_wage * (1.0 + facts.money_overhead)
    block, advance = advance_of_month(world, row, p)
    due = max(0, own_part(world, row, world.dues[clock.month, p]) - provider.loan - new_loan(world, row, p)) / 100.0
    if facts.finance_intermediary == SOCIAL_PRIME:  # which pays for hours worked, and keeps what they earn
        block = advance = due = 0.0
        own_cost -= provider.price_per_hour
    cash = world.balances[provider_account(p, world.localities.shape[0])] / 100.0 + block + advance + due
    provider.months_in += 1
    provider.ready = readiness(provider.months_in, facts.money_start_up_months)
    planned = provider.planned_hours * provider.ready
    credit = provider.credit * (1.0 - facts.money_interest / 12.0)
    worked = affordable_hours(paid * planned, cash, credit, own_cost) if facts.mechanisms_liquidity else planned
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
    ease = eased(facts.intervention_transaction_ease, provider.contracting_skill, provider.clarity)
    share *= ease
    provider.reporting_share = share
    provider.reporting_hours = worked * share
    provider.metric_hours = provider.reporting_hours * metric_part(
        provider.burden,
        metrics,
        facts.measurement_hours_per_metric,
        facts.payment_input_specification,
        place.passed_burden,
    )
    provider.claim_hours = ease * (CLAIM_EFFORT * worked * metrics * facts.payment_outcome_share)
    bid = min(0.1 * worked, provider.tender_hours / clock.service_months)
    provider.bid_hours = provider.claim_hours + ease * bid
    provider.respite_hours = min(MOST_RESPITE * worked, facts.coproduction_respite * provider.main_families)
    if facts.mechanisms_gaming:
        _misreport(facts, clock, provider, worked, cost_of_hour)
    provider.gaming_hours += min(worked, provider.shifting_hours)
    provider.shifting_hours = 0.0


@compiled
def receivable_share(facts):
    """Share of dues that reaches the contract's holder: fees by who bridged them, outcome payments by who bears the risk.

    A provider, or a social prime, which bears what neither state nor investors advanced.
    """
    if facts.finance_intermediary == SOCIAL_PRIME:
        return facts.finance_bridge_provider
    return facts.finance_risk_to_provider if facts.payment_outcome_share > 0.0 else facts.finance_bridge_provider


@compiled
def own_part(world, row, due):
    """Cents of a due amount that reach the holder of the contract: its share, and that of investors who stayed away."""
    facts = world.settings[row]
    uncovered = facts.finance_bridge_investor * (1.0 - investors_in(world, row))
    return int(due * min(1.0, receivable_share(facts) + uncovered))


@compiled
def part_of_investors(world, row, amount):
    """Of cents that reach those who bridged, the part of investors; the state has what it advanced already."""
    facts = world.settings[row]
    investor_part = facts.finance_bridge_investor * investors_in(world, row)
    bridged = facts.finance_bridge_state + investor_part
    return int(amount * investor_part / bridged) if bridged > 0.0 else 0


@compiled
def new_loan(world, row, p):
    """Cents of this month's advance that are a loan: the risk that a provider bears beyond what it carries itself."""
    facts = world.settings[row]
    bridged = facts.finance_bridge_state + facts.finance_bridge_investor * investors_in(world, row)
    own = facts.finance_risk_to_provider - (1.0 - bridged)
    if facts.payment_outcome_share <= 0.0 or own <= 0.0 or world.localities[row].serving == 0:
        return 0
    provider = world.providers[p]
    return cents(own * deferred_share(facts) * provider.planned_hours * provider.price_per_hour)


@compiled
def _misreport(facts, clock, provider, worked, cost_of_hour):
    """Overstate as far as it pays, given the month's detection, penalty and integrity; it takes hours."""
    months_pay = worked * cost_of_hour
    if months_pay <= 0.0 or provider.result_value <= 0.0:
        return
    pay = min(1.0, provider.result_value * facts.provider_misreport_room / months_pay)  # so a larger share tempts more
    assessment = facts.coproduction_assessment * clock.assessing  # families judge results only in these months
    found = detection(
        facts.control_audit, facts.measurement_peer_detection, assessment, facts.structure_data_sharing
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
