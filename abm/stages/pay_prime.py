"""A social prime: it holds the outcomes contract on its own account, and pays its providers for the hours that they work."""

from abm.compiled import compiled
from abm.ledger import (
    ADVANCE,
    BANK,
    FEE,
    GRANT,
    INTERMEDIARY,
    OUTCOME_PAYMENT,
    PROVIDER_ACCOUNT,
    RESERVES,
    cents,
    provider_account,
    single_account,
)  # fmt: skip
from abm.stages.contract_terms import prime_reserves
from abm.stages.deliver_hours import own_part, part_of_investors, prime_income
from abm.stages.pay_capital import call_capital, hold_back, release, repay_investors, repay_principal, reuse
from abm.stages.pay_moves import held_account, move, pay_earned, pay_public


@compiled
def run_prime(world, row):
    """Reserves when it begins; then outcome payments in, investors' part of them out, capital called, hours paid.

    When there are no more hours to pay, investors have a claim on all that it holds above its reserves.
    """
    place, account, clock = world.localities[row], held_account(world, row), world.clock[0]
    if place.launched and place.prime_reserves == 0:
        place.prime_reserves = cents(prime_reserves(world.settings[row], clock.service_months))
        move(world, single_account(BANK), BANK, account, INTERMEDIARY, RESERVES, place.prime_reserves)
    _receive(world, row, account)
    if place.serving:
        _pay_hours(world, row, account)
    if clock.month == clock.months or not place.serving:
        release(world, row, OUTCOME_PAYMENT)
        _hand_on(world, row, account)


@compiled
def _receive(world, row, account):
    """All that is due but what the state advanced already; what investors may not have is the prime's own."""
    place, month, lent = world.localities[row], world.clock[0].month, 0
    for p in range(place.provider_first, place.provider_end):
        due = world.dues[month, p]
        if due > 0:
            own = own_part(world, row, due)
            part = part_of_investors(world, row, due - own)
            pay_earned(world, row, account, INTERMEDIARY, OUTCOME_PAYMENT, own + part)
            lent += part
    repay_investors(world, row, lent - hold_back(world, row, lent), OUTCOME_PAYMENT, account)


@compiled
def _hand_on(world, row, account):
    """What is above its reserves repays principal, then returns up to their ceiling; the prime keeps the rest."""
    spare = world.balances[account] - world.localities[row].prime_reserves
    if spare > 0:
        spare -= repay_principal(world, row, spare, OUTCOME_PAYMENT, account)
        repay_investors(world, row, spare, OUTCOME_PAYMENT, account)


@compiled
def _pay_hours(world, row, account):
    """Fees for the hours worked, out of block part, advance, capital and what the prime has of its own."""
    place, facts = world.localities[row], world.settings[row]
    block, advance, capital = prime_income(world, row)
    pay_public(world, row, account, INTERMEDIARY, GRANT, block)
    pay_public(world, row, account, INTERMEDIARY, ADVANCE, advance)
    call_capital(world, row, account, INTERMEDIARY, capital - reuse(world, row, capital))
    for p in range(place.provider_first, place.provider_end):
        provider = world.providers[p]
        fee = cents(provider.contract_hours * provider.price_per_hour)
        if facts.mechanisms_liquidity:
            fee = max(0, min(fee, world.balances[account] - place.recycled))
        move(world, account, INTERMEDIARY, provider_account(p, world.localities.shape[0]), PROVIDER_ACCOUNT, FEE, fee)
        provider.income += fee
        provider.year_surplus += fee
