"""Observed money: what was spent, paid, advanced and returned since the start, and what a gain has cost."""

from abm.compiled import compiled
from abm.ledger import (
    ADVANCE,
    AUTHORITY,
    BUDGET,
    EVALUATION,
    EVALUATOR,
    FEE,
    FUND,
    GRANT,
    HOUSEHOLD,
    INTERMEDIARY,
    INTERVENTION_COST,
    INVESTOR_ACCOUNT,
    OUTCOME_PAYMENT,
    OVERHEAD,
    PROVIDER_ACCOUNT,
    REFUND,
    REGION,
    STAFF,
)  # fmt: skip
from abm.rules.indices import MISSING, ratio
from abm.stages.observe_finance import observe_capital, observe_plans, observe_prime

NO_GAIN = 1e-9  # families' gains of less are rounding


@compiled
def _flow(flows, month, purpose, payer_class, payee_class):
    """€ that went from one class of accounts to another for a purpose, since the start."""
    total = 0
    for m in range(month + 1):
        total += flows[m, purpose, payer_class, payee_class]
    return total / 100.0


@compiled
def observe_money(world, row):
    """Sums since the start, €; what is observed for the month is added to the month before."""
    flows, month, value = world.flows, world.clock[0].month, world.settings[0].money_wellbeing_value
    before = world.series[max(0, month - 1)]
    paid = _flow(flows, month, OUTCOME_PAYMENT, AUTHORITY, PROVIDER_ACCOUNT)
    paid += _flow(flows, month, OUTCOME_PAYMENT, AUTHORITY, INVESTOR_ACCOUNT)
    paid += _flow(flows, month, OUTCOME_PAYMENT, AUTHORITY, INTERMEDIARY)
    by_fund = _flow(flows, month, OUTCOME_PAYMENT, FUND, PROVIDER_ACCOUNT)
    by_fund += _flow(flows, month, OUTCOME_PAYMENT, FUND, INVESTOR_ACCOUNT)
    by_fund += _flow(flows, month, OUTCOME_PAYMENT, FUND, INTERMEDIARY)
    paid += by_fund
    fees = _flow(flows, month, FEE, AUTHORITY, PROVIDER_ACCOUNT) + _flow(flows, month, FEE, AUTHORITY, INVESTOR_ACCOUNT)
    spent = paid + fees + _flow(flows, month, GRANT, AUTHORITY, PROVIDER_ACCOUNT)
    spent += _flow(flows, month, ADVANCE, AUTHORITY, PROVIDER_ACCOUNT)
    for purpose in (GRANT, ADVANCE, FEE):
        spent += _flow(flows, month, purpose, AUTHORITY, INTERMEDIARY)
    evaluated = _flow(flows, month, EVALUATION, AUTHORITY, EVALUATOR)
    evaluated += _flow(flows, month, OVERHEAD, AUTHORITY, INTERMEDIARY)
    spent += _flow(flows, month, INTERVENTION_COST, AUTHORITY, STAFF)
    spent += _flow(flows, month, INTERVENTION_COST, AUTHORITY, HOUSEHOLD)
    row.outcome_payments, row.fund_payments = paid, by_fund
    row.spend_public = spent + evaluated - _flow(flows, month, REFUND, PROVIDER_ACCOUNT, AUTHORITY)
    row.spend_public -= _flow(flows, month, REFUND, INTERMEDIARY, AUTHORITY)
    given, back = _flow(flows, month, BUDGET, REGION, AUTHORITY), _flow(flows, month, REFUND, AUTHORITY, REGION)
    row.spend_region = given - back
    outstanding, called, claimed, alone = 0, 0, 0, 0
    for v in range(world.investors.shape[0]):
        outstanding += max(0, world.investors[v].capital)
    returned = 0.0
    for loc in range(world.localities.shape[0]):
        place = world.localities[loc]
        called += place.capital_called
        returned += place.return_paid
        claimed += place.outcome_claimed + place.claimed_before
        alone += place.unserved_claimed
    row.capital_outstanding = outstanding / 100.0
    lost = outstanding if month == world.clock[0].months else 0
    row.investor_return = (returned - lost) / 100.0 if called > 0 else MISSING
    row.deadweight_paid = ratio(float(alone), float(claimed))
    admin, unpaid, gained = 0.0, 0.0, 0.0
    for p in range(world.providers.shape[0]):
        provider, facts = world.providers[p], world.settings[world.providers[p].locality]
        if world.localities[provider.locality].funded:
            hours = provider.reporting_hours + provider.bid_hours + provider.gaming_hours
            admin += hours * facts.money_wage * (1.0 + facts.money_overhead)
    for i in range(world.families.shape[0]):
        family = world.families[i]
        if world.localities[family.locality].funded:
            unpaid += family.coproduction_hours + family.integration_hours + family.red_tape_hours
            for d in range(family.wellbeing.shape[0]):
                gained += family.importance[d] * (family.wellbeing[d] - family.unserved_wellbeing[d])
    for v in range(world.volunteers.shape[0]):
        unpaid += world.volunteers[v].hours
    first = month == 0
    evaluated_before = 0.0 if first else evaluated - flows[month, EVALUATION, AUTHORITY, EVALUATOR] / 100.0
    evaluated_before -= 0.0 if first else flows[month, OVERHEAD, AUTHORITY, INTERMEDIARY] / 100.0
    row.admin_cost = (0.0 if first else before.admin_cost) + admin + evaluated - evaluated_before
    row.unpaid_hours = (0.0 if first else before.unpaid_hours) + unpaid
    spent_now = row.spend_public - (0.0 if first else before.spend_public)
    row.net_benefit = (0.0 if first else before.net_benefit) + value * gained / 12.0 - spent_now
    known = gained > NO_GAIN and row.spend_public > 0.0
    row.cost_per_gain = row.spend_public / (100.0 * gained) if known else MISSING
    observe_capital(world, row, 0.0 if first else before.capital_peak)
    observe_prime(world, row)
    observe_plans(world, row, 0.0 if first or before.due_payments != before.due_payments else before.due_payments)
