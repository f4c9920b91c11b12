"""Moves of money that every payment is made of."""

from abm.compiled import compiled
from abm.ledger import (
    AUTHORITY,
    BUDGET,
    FUND,
    INTERMEDIARY,
    OUTCOME_PAYMENT,
    REFUND,
    REGION,
    TREASURY,
    authority_account,
    cents,
    intermediary_account,
    pay_out,
    region_account,
    single_account,
)  # fmt: skip
from abm.rules.finance import NOBODY


@compiled
def move(world, payer, payer_class, payee, payee_class, purpose, amount):
    if amount > 0:
        pay_out(
            world.balances, world.flows, world.clock[0].month, payer, payer_class, payee, payee_class, purpose, amount
        )


@compiled
def pay_public(world, row, payee, payee_class, purpose, amount):
    """The authority pays; region and treasury put the money there first, each by its share of the grant."""
    authority, region = authority_account(row), _account_above(world, row)
    part = cents(0.01 * amount * world.settings[row].locality_region_share)
    move(world, TREASURY, TREASURY, region, REGION, BUDGET, part)
    move(world, region, REGION, authority, AUTHORITY, BUDGET, part)
    move(world, TREASURY, TREASURY, authority, AUTHORITY, BUDGET, amount - part)
    move(world, authority, AUTHORITY, payee, payee_class, purpose, amount)


@compiled
def return_to_treasury(world, row, amount):
    """What the authority gets back returns to those who funded it."""
    authority, region = authority_account(row), _account_above(world, row)
    part = cents(0.01 * amount * world.settings[row].locality_region_share)
    move(world, authority, AUTHORITY, region, REGION, REFUND, part)
    move(world, region, REGION, TREASURY, TREASURY, REFUND, part)
    move(world, authority, AUTHORITY, TREASURY, TREASURY, REFUND, amount - part)


@compiled
def _account_above(world, row):
    return region_account(world.localities[row].region, world.commissioners.shape[0], world.balances.shape[0])


@compiled
def held_account(world, row):
    """Account that an intermediary or social prime holds for the contract."""
    return intermediary_account(
        row, world.localities.shape[0], world.providers.shape[0], world.investors.shape[0]
    )  # fmt: skip


@compiled
def pay_earned(world, row, payee, payee_class, purpose, amount):
    """The payers pay what was earned: an outcomes fund its share of outcome payments, the authority the rest."""
    by_fund = 0
    if purpose == OUTCOME_PAYMENT:
        by_fund = int(amount * world.settings[row].finance_fund_share)
    move(world, TREASURY, TREASURY, single_account(FUND), FUND, BUDGET, by_fund)
    move(world, single_account(FUND), FUND, payee, payee_class, purpose, by_fund)
    pay_public(world, row, payee, payee_class, purpose, amount - by_fund)


@compiled
def pay_through(world, row, payee, payee_class, purpose, amount):
    """The same through the account of the body that holds it, where there is one."""
    if world.settings[row].finance_intermediary == NOBODY:
        pay_earned(world, row, payee, payee_class, purpose, amount)
        return
    account = held_account(world, row)
    pay_earned(world, row, account, INTERMEDIARY, purpose, amount)
    move(world, account, INTERMEDIARY, payee, payee_class, purpose, amount)
