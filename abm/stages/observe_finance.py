"""Observed finance: what investors got for their money, what a prime has left, what was planned and what fell due."""

import numpy as np

from abm.compiled import compiled, compiled_with_arrays
from abm.ledger import (
    AUTHORITY,
    CAPITAL,
    FEE,
    FUND,
    GUARANTEE,
    GUARANTOR,
    INTERMEDIARY,
    INVESTOR_ACCOUNT,
    OUTCOME_PAYMENT,
    PROVIDER_ACCOUNT,
    REPAYMENT,
    intermediary_account,
)  # fmt: skip
from abm.rules.finance import SOCIAL_PRIME, yearly_return
from abm.rules.indices import MISSING


@compiled_with_arrays
def _investors_flows(flows, month):
    """Cents that investors received less those that they paid in, by month's ends from that before the first on.

    Capital is called for a month's work before it, and what comes back does so at its end: called and repaid in one month is
    lent for a month, as the ceiling on returns counts it.
    """
    net = np.zeros(month + 2)
    for m in range(month + 1):
        paid = flows[m, CAPITAL, INVESTOR_ACCOUNT, PROVIDER_ACCOUNT] + flows[m, CAPITAL, INVESTOR_ACCOUNT, INTERMEDIARY]
        got = flows[m, GUARANTEE, GUARANTOR, INVESTOR_ACCOUNT]
        for payer in (AUTHORITY, FUND, INTERMEDIARY):
            got += flows[m, OUTCOME_PAYMENT, payer, INVESTOR_ACCOUNT] + flows[m, FEE, payer, INVESTOR_ACCOUNT]
        for payer in (PROVIDER_ACCOUNT, INTERMEDIARY):
            got += flows[m, REPAYMENT, payer, INVESTOR_ACCOUNT]
        net[m] -= paid
        net[m + 1] += got
    return net


@compiled_with_arrays
def observe_capital(world, row, peak):
    """Capital called, its peak, what is outstanding with those repaid first, the guarantee, and the rate of return so far."""
    called, senior, guaranteed, month = 0, 0, 0, world.clock[0].month
    for loc in range(world.localities.shape[0]):
        called += world.localities[loc].capital_called
    for v in range(world.investors.shape[0]):
        senior += max(0, world.investors[v].capital) if world.investors[v].first_loss == 0 else 0
    for m in range(month + 1):
        guaranteed += world.flows[m, GUARANTEE, GUARANTOR, INVESTOR_ACCOUNT]
    row.capital_called = called / 100.0
    row.capital_peak = max(peak, row.capital_outstanding)
    row.senior_outstanding = senior / 100.0
    row.guarantee_paid = guaranteed / 100.0
    settled = called > 0 and (world.clock[0].serving == 0 or month == world.clock[0].months)
    row.investor_irr = yearly_return(_investors_flows(world.flows, month)) if settled else MISSING


@compiled
def observe_prime(world, row):
    """What social primes hold, and what of it is not reserves that they came with; missing where there is none."""
    cash, surplus, found = 0, 0, False
    for loc in range(world.localities.shape[0]):
        place = world.localities[loc]
        if place.funded and world.settings[loc].finance_intermediary == SOCIAL_PRIME:
            account = intermediary_account(
                loc, world.localities.shape[0], world.providers.shape[0], world.investors.shape[0]
            )  # fmt: skip
            cash += world.balances[account]
            surplus += world.balances[account] - place.recycled - place.prime_reserves
            found = True
    row.prime_cash = cash / 100.0 if found else MISSING
    row.prime_surplus = surplus / 100.0 if found else MISSING


@compiled
def observe_plans(world, row, due):
    """Outcome payments that should have fallen due by now, by the first plan and by the one in force, and those that did."""
    month, last = world.clock[0].month, world.clock[0].months
    first, latest, found = 0.0, 0.0, False
    for loc in range(world.localities.shape[0]):
        place, facts = world.localities[loc], world.settings[loc]
        if place.plan_month == 0:
            continue
        plan = world.plans[loc, month if month == last else max(0, month - int(facts.payment_lag_months))]
        first, latest, found = first + plan.first_payment, latest + plan.payment, True
        if facts.payment_outcome_share > 0.0:
            for p in range(place.provider_first, place.provider_end):
                due += world.dues[month, p] / 100.0
    row.planned_payments = first if found else MISSING
    row.revised_payments = latest if found else MISSING
    row.due_payments = due if found else MISSING
