"""Capital: called from investors, repaid out of what was earned, with a return up to its ceiling."""

from abm.compiled import compiled
from abm.ledger import (
    AUTHORITY,
    CAPITAL,
    INVESTOR_ACCOUNT,
    PROVIDER_ACCOUNT,
    REFUND,
    REPAYMENT,
    authority_account,
    cents,
    investor_account,
)  # fmt: skip
from abm.stages.contract_terms import investors_in
from abm.stages.pay_moves import move, pay_public, return_to_treasury


@compiled
def call_capital(world, row, account, amount):
    """Investors that take part advance equal parts; the first the odd cent."""
    place, localities, providers = world.localities[row], world.localities.shape[0], world.providers.shape[0]
    active = 0
    for v in range(place.investor_first, place.investor_end):
        active += int(world.investors[v].active)
    left = amount
    for v in range(place.investor_end - 1, place.investor_first - 1, -1):
        if world.investors[v].active:
            active -= 1
            part = left if active == 0 else left // (active + 1)
            left -= part
            move(
                world,
                investor_account(v, localities, providers),
                INVESTOR_ACCOUNT,
                account,
                PROVIDER_ACCOUNT,
                CAPITAL,
                part,
            )
            world.investors[v].capital += part
            place.capital_called += part


@compiled
def allow_returns(world, row):
    """The ceiling on returns grows each month with the capital outstanding."""
    place, outstanding = world.localities[row], 0
    for v in range(place.investor_first, place.investor_end):
        outstanding += max(0, world.investors[v].capital)
    place.return_allowed += cents(0.01 * outstanding * world.settings[row].finance_return_cap / 12.0)


@compiled
def repay_loan(world, row, p, account, amount):
    """Advances beyond what lenders bear alone go back: to investors by their part of them, the rest to the state."""
    facts, place, provider = world.settings[row], world.localities[row], world.providers[p]
    if amount <= 0:
        return
    provider.loan -= amount
    investor_part = facts.finance_bridge_investor * investors_in(world, row)
    bridged = facts.finance_bridge_state + investor_part
    part, left = int(amount * investor_part / bridged) if bridged > 0.0 else 0, amount
    for v in range(place.investor_first, place.investor_end):
        investor = world.investors[v]
        if investor.active and part > 0:
            back = min(part, investor.capital)
            target = investor_account(v, world.localities.shape[0], world.providers.shape[0])
            move(world, account, PROVIDER_ACCOUNT, target, INVESTOR_ACCOUNT, REPAYMENT, back)
            investor.capital -= back
            part, left = part - back, left - back
    move(world, account, PROVIDER_ACCOUNT, authority_account(row), AUTHORITY, REFUND, left)
    return_to_treasury(world, row, left)


@compiled
def repay_investors(world, row, amount, purpose):
    """Capital first, then return up to its ceiling; above it the commissioner keeps the money."""
    place, left = world.localities[row], amount
    localities, providers = world.localities.shape[0], world.providers.shape[0]
    active = 0
    for v in range(place.investor_first, place.investor_end):
        active += int(world.investors[v].active)
    if active == 0:
        return
    part = amount // active
    for v in range(place.investor_first, place.investor_end):
        investor = world.investors[v]
        if not investor.active:
            continue
        capital = max(0, min(part, investor.capital))
        room = max(0, place.return_allowed - place.return_paid)
        gain = min(part - capital, room)
        investor.capital -= capital
        place.return_paid += gain
        left -= part
        target = investor_account(v, localities, providers)
        pay_public(world, row, target, INVESTOR_ACCOUNT, purpose, capital + gain)
