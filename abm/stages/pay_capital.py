"""Capital: called from investors, repaid out of what was earned, with a return up to its ceiling; at the end, the guarantee.

Investors are of one class, or of two: those who bear losses first are repaid capital only when the others have all theirs.
"""

from abm.compiled import compiled
from abm.ledger import (
    AUTHORITY,
    CAPITAL,
    GUARANTEE,
    GUARANTOR,
    INTERMEDIARY,
    INVESTOR_ACCOUNT,
    PROVIDER_ACCOUNT,
    REFUND,
    REPAYMENT,
    authority_account,
    cents,
    investor_account,
    single_account,
)  # fmt: skip
from abm.rules.finance import HOLDS_ACCOUNT, guaranteed
from abm.stages.contract_terms import deferred_share, investors_in
from abm.stages.pay_moves import held_account, move, pay_earned, pay_through, return_to_treasury

OUTSIDE = -1  # instead of an account: the payers themselves


@compiled
def account_of(world, v):
    return investor_account(v, world.localities.shape[0], world.providers.shape[0])


@compiled
def in_class(world, row, first_loss):
    """Investors of a class that take part."""
    place, count = world.localities[row], 0
    for v in range(place.investor_first, place.investor_end):
        count += int(world.investors[v].active and world.investors[v].first_loss == first_loss)
    return count


@compiled
def call_capital(world, row, account, account_class, amount):
    """Each class advances its share; if only one takes part, all of it."""
    part = 0
    if in_class(world, row, 1) > 0:
        part = int(amount * world.settings[row].finance_first_loss) if in_class(world, row, 0) > 0 else amount
    _call_class(world, row, account, account_class, 0, amount - part)
    _call_class(world, row, account, account_class, 1, part)


@compiled
def _call_class(world, row, account, account_class, first_loss, amount):
    """Investors of a class that take part advance equal parts; the first the odd cent."""
    place, active, left = world.localities[row], in_class(world, row, first_loss), amount
    for v in range(place.investor_end - 1, place.investor_first - 1, -1):
        if world.investors[v].active and world.investors[v].first_loss == first_loss:
            active -= 1
            part = left if active == 0 else left // (active + 1)
            left -= part
            move(world, account_of(world, v), INVESTOR_ACCOUNT, account, account_class, CAPITAL, part)
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
    for first_loss in range(2):
        for v in range(place.investor_first, place.investor_end):
            investor = world.investors[v]
            if investor.active and investor.first_loss == first_loss and part > 0:
                back = min(part, investor.capital)
                move(world, account, PROVIDER_ACCOUNT, account_of(world, v), INVESTOR_ACCOUNT, REPAYMENT, back)
                investor.capital -= back
                part, left = part - back, left - back
    move(world, account, PROVIDER_ACCOUNT, authority_account(row), AUTHORITY, REFUND, left)
    return_to_treasury(world, row, left)


@compiled
def _pay_investor(world, row, v, purpose, source, amount):
    """To an investor, from an account that is held for the contract, or from the payers."""
    if source == OUTSIDE:
        pay_through(world, row, account_of(world, v), INVESTOR_ACCOUNT, purpose, amount)
    else:
        move(world, source, INTERMEDIARY, account_of(world, v), INVESTOR_ACCOUNT, REPAYMENT, amount)


@compiled
def repay_investors(world, row, amount, purpose, source):
    """Capital first, then return up to its ceiling; what is above stays where it is. Returns what was paid (cents)."""
    place = world.localities[row]
    active = in_class(world, row, 0) + in_class(world, row, 1)
    if active == 0:
        return 0
    paid = 0
    if in_class(world, row, 1) > 0:
        for first_loss in range(2):
            paid += _repay_class(world, row, amount - paid, purpose, source, first_loss, False)
    part = (amount - paid) // active
    for v in range(place.investor_first, place.investor_end):
        investor = world.investors[v]
        if not investor.active:
            continue
        capital = max(0, min(part, investor.capital))
        room = max(0, place.return_allowed - place.return_paid)
        gain = min(part - capital, room)
        investor.capital -= capital
        place.return_paid += gain
        _pay_investor(world, row, v, purpose, source, capital + gain)
        paid += capital + gain
    return paid


@compiled
def repay_principal(world, row, amount, purpose, source):
    """Capital alone, also of those who take part no more: those who lose first last. Returns what was paid (cents)."""
    paid = 0
    for first_loss in range(2):
        paid += _repay_class(world, row, amount - paid, purpose, source, first_loss, True)
    return paid


@compiled
def _repay_class(world, row, amount, purpose, source, first_loss, everyone):
    """Capital of one class, in proportion to what is outstanding; the odd cents in order. Returns what was paid."""
    place, owed = world.localities[row], 0
    for v in range(place.investor_first, place.investor_end):
        investor = world.investors[v]
        owed += investor.capital if (everyone or investor.active) and investor.first_loss == first_loss else 0
    to_pay = min(amount, owed)
    if to_pay <= 0:
        return 0
    left = to_pay
    for odd in range(2):
        for v in range(place.investor_first, place.investor_end):
            investor = world.investors[v]
            if (everyone or investor.active) and investor.first_loss == first_loss:
                back = left if odd else int(to_pay * (investor.capital / owed))
                back = min(back, left, investor.capital)
                investor.capital -= back
                left -= back
                _pay_investor(world, row, v, purpose, source, back)
    return to_pay - left


@compiled
def hold_back(world, row, amount):
    """What of receipts due to investors is kept to be used again, as far as the contract still has to be financed (cents)."""
    place, facts, clock = world.localities[row], world.settings[row], world.clock[0]
    if not place.serving or facts.finance_recycling <= 0.0:
        return 0
    monthly = place.service_budget / clock.service_months * deferred_share(facts)
    monthly *= facts.finance_bridge_investor * investors_in(world, row)
    ahead = cents(monthly * (clock.service_months - clock.service_month))
    kept = max(0, min(int(facts.finance_recycling * amount), ahead - place.recycled))
    place.recycled += kept
    return kept


@compiled
def reuse(world, row, amount):
    """What of a month's capital need was held back from receipts and need not be called (cents)."""
    place = world.localities[row]
    used = min(place.recycled, amount)
    place.recycled -= used
    return used


@compiled
def release(world, row, purpose):
    """What was held back and is not needed any more goes to investors; an intermediary returns what is above their ceiling."""
    place, facts, account = world.localities[row], world.settings[row], held_account(world, row)
    amount, place.recycled = place.recycled, 0
    if amount <= 0:
        return
    left = amount - repay_investors(world, row, amount, purpose, account)
    if facts.finance_intermediary == HOLDS_ACCOUNT:
        move(world, account, INTERMEDIARY, authority_account(row), AUTHORITY, REFUND, left)
        return_to_treasury(world, row, left)


@compiled
def receive(world, row, amount, purpose):
    """What is due to investors: a part may be held back in the account, the rest is paid as capital and ceiling allow.

    What is earned before the capital that it pays for was called is owed until then; what never is stays with the payers.
    """
    place, kept = world.localities[row], hold_back(world, row, amount)
    if kept > 0:
        pay_earned(world, row, held_account(world, row), INTERMEDIARY, purpose, kept)
    place.owed += amount - kept
    place.owed -= repay_investors(world, row, place.owed, purpose, OUTSIDE)


@compiled
def pay_guarantee(world, row):
    """At the end a guarantor pays its share of what each investor lost: capital called less all that it received."""
    place, guarantee = world.localities[row], world.settings[row].finance_guarantee
    for v in range(place.investor_first, place.investor_end):
        account = account_of(world, v)
        amount = min(world.investors[v].capital, guaranteed(guarantee, -world.balances[account]))
        if amount > 0:
            move(world, single_account(GUARANTOR), GUARANTOR, account, INVESTOR_ACCOUNT, GUARANTEE, amount)
            world.investors[v].capital -= amount
