"""Double entry in whole cents: every payment leaves one account and reaches another, so money is conserved.

Outside accounts (treasury, staff, evaluators, banks, guarantor, investors' own) may go below zero; money comes from them.
"""

import math

from abm.compiled import compiled

ACCOUNT_CLASSES = (
    "treasury", "region", "authority", "investor", "provider", "staff", "evaluator", "bank", "household",
    "guarantor", "fund", "intermediary",
)  # fmt: skip
(
    TREASURY, REGION, AUTHORITY, INVESTOR_ACCOUNT, PROVIDER_ACCOUNT, STAFF, EVALUATOR, BANK, HOUSEHOLD,
    GUARANTOR, FUND, INTERMEDIARY,
) = range(12)  # fmt: skip

PURPOSES = (
    "budget", "grant", "advance", "fee", "outcome", "refund", "usual_service", "wage", "overhead", "evaluation", "interest",
    "capital", "repayment", "reserves", "expenses", "guarantee", "intervention",
)  # fmt: skip
(
    BUDGET, GRANT, ADVANCE, FEE, OUTCOME_PAYMENT, REFUND, USUAL_SERVICE, WAGE, OVERHEAD, EVALUATION, INTEREST,
    CAPITAL, REPAYMENT, RESERVES, EXPENSES, GUARANTEE, INTERVENTION_COST,
) = range(17)  # fmt: skip

SINGLE = 7  # treasury, staff, evaluators, banks, households, guarantor and fund: one account each, before all others


@compiled
def cents(euros):
    """Euros as whole cents: floor(100·€ + ½)."""
    return int(math.floor(100.0 * euros + 0.5))


@compiled
def single_account(account_class):
    """Account of a class that has only one."""
    if account_class == STAFF:
        return 1
    if account_class == EVALUATOR:
        return 2
    if account_class == BANK:
        return 3
    if account_class == HOUSEHOLD:
        return 4
    if account_class == GUARANTOR:
        return 5
    if account_class == FUND:
        return 6
    return account_class


@compiled
def authority_account(locality):
    """Account of a locality's commissioner."""
    return SINGLE + locality


@compiled
def provider_account(provider, localities):
    """Account of a provider."""
    return SINGLE + localities + provider


@compiled
def investor_account(investor, localities, providers):
    """Account of an investor in its contract."""
    return SINGLE + localities + providers + investor


@compiled
def intermediary_account(locality, localities, providers, investors):
    """Account of the body that stands between payer, investors and providers of a locality."""
    return SINGLE + localities + providers + investors + locality


@compiled
def region_account(region, commissioners, accounts):
    """Account of a region, by its row among the commissioners, of whom regions are the last; so are their accounts."""
    return accounts - commissioners + region


@compiled
def pay_out(balances, flows, month, payer, payer_class, payee, payee_class, purpose, amount):
    """Move whole cents from one account to another and record the flow (month, purpose, payer's class, payee's class)."""
    balances[payer] -= amount
    balances[payee] += amount
    flows[month, purpose, payer_class, payee_class] += amount
