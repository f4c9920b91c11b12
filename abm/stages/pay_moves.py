"""Moves of money that every payment is made of."""

from abm.compiled import compiled
from abm.ledger import (
    AUTHORITY,
    BUDGET,
    REFUND,
    REGION,
    TREASURY,
    authority_account,
    cents,
    pay_out,
)  # fmt: skip


@compiled
def move(world, payer, payer_class, payee, payee_class, purpose, amount):
    if amount > 0:
        pay_out(
            world.balances, world.flows, world.clock[0].month, payer, payer_class, payee, payee_class, purpose, amount
        )


@compiled
def pay_public(world, row, payee, payee_class, purpose, amount):
    """The authority pays; region and treasury put the money there first, each by its share of the grant."""
    authority = authority_account(row)
    region = cents(0.01 * amount * world.settings[row].locality_region_share)
    move(world, TREASURY, TREASURY, REGION, REGION, BUDGET, region)
    move(world, REGION, REGION, authority, AUTHORITY, BUDGET, region)
    move(world, TREASURY, TREASURY, authority, AUTHORITY, BUDGET, amount - region)
    move(world, authority, AUTHORITY, payee, payee_class, purpose, amount)


@compiled
def return_to_treasury(world, row, amount):
    """What the authority gets back returns to those who funded it."""
    authority = authority_account(row)
    region = cents(0.01 * amount * world.settings[row].locality_region_share)
    move(world, authority, AUTHORITY, REGION, REGION, REFUND, region)
    move(world, REGION, REGION, TREASURY, TREASURY, REFUND, region)
    move(world, authority, AUTHORITY, TREASURY, TREASURY, REFUND, amount - region)
