"""Finance: working capital, who advances it, what it costs, and who loses it."""

import math

from abm.compiled import compiled

INTERMEDIARIES = ("none", "intermediary", "social_prime")
NOBODY, HOLDS_ACCOUNT, SOCIAL_PRIME = range(3)
MISSING = math.nan

HALVINGS = 60  # of the bracket of a rate of return
LEAST_GROWTH = 0.01  # a month: what loses 99 % in each is as good as lost


@compiled
def affordable_hours(planned, cash, credit, cost_of_hour):
    """Contract hours that a provider can pay for this month out of cash and credit (€): at most what was planned.

    The cost is what an hour takes from its own money: where somebody pays at least as much for it at once, all can be worked.
    """
    if cost_of_hour <= 0.0:
        return planned
    return max(0.0, min(planned, (cash + credit) / cost_of_hour))


@compiled
def investor_surplus(expected_return, risk_borne, risk_aversion, social_motivation, trust, hurdle):
    """An investor takes part where this is not negative: expected return less risk plus social value, less the hurdle.

    All per year and per € invested; trust in [0, 1] scales the social value and discounts the return. After Pauly & Swanson
    2017: E[payoff] − aversion·risk + motivation·impact ≥ 1 + hurdle.
    """
    return expected_return * trust - risk_aversion * risk_borne * (1.0 - trust) + social_motivation * trust - hurdle


@compiled
def monthly_cost_of_credit(used, yearly_rate):
    """Interest for a month on credit used (€)."""
    return max(0.0, used) * yearly_rate / 12.0


@compiled
def peak_need(monthly_cost, deferred, own_bridge, wait_months):
    """Peak need of working capital (€): monthly cost × share paid later × share bridged by oneself × months of waiting."""
    return monthly_cost * deferred * own_bridge * wait_months


@compiled
def expected_margin(margin, deferred, own_bridge, wait_months, interest):
    """What a price leaves over cost when waiting for it is paid for: margin − deferred × bridge × interest × wait ÷ 12."""
    return margin - deferred * own_bridge * interest * wait_months / 12.0


@compiled
def first_losers(investors, share):
    """How many investors bear losses first: their share of all, rounded, but neither nobody nor everybody where 0 < share < 1.

    Where all would be alike (share 0 or 1, a single investor) it is 0.
    """
    if share <= 0.0 or share >= 1.0 or investors < 2:
        return 0
    return int(min(investors - 1.0, max(1.0, share * investors + 0.5)))


@compiled
def risk_left(exposed, first_loss_share, loses_first, guarantee):
    """Most that an investor can lose of a €, if a share `exposed` of all capital is lost: (1 − g) × its class's part.

    First loss: min(1, exposed/f). Others: max(0, exposed − f)/(1 − f). With f = g = 0 it is `exposed`.
    """
    if loses_first:
        most = min(1.0, exposed / first_loss_share)
    else:
        most = max(0.0, exposed - first_loss_share) / (1.0 - first_loss_share)
    return (1.0 - guarantee) * most


@compiled
def guaranteed(guarantee, lost):
    """What a guarantor pays (cents): g × (capital called − received)⁺, whole cents downwards; below 0 nothing was lost."""
    return int(guarantee * max(0, lost))


@compiled
def present_value(flows, growth):
    """Σ flow_t / growth^t of monthly cash flows, with growth = 1 + monthly rate (Horner's scheme from the last month)."""
    value, discount = 0.0, 1.0 / growth
    for t in range(flows.shape[0] - 1, -1, -1):
        value = value * discount + flows[t]
    return value


@compiled
def yearly_return(flows):
    """Internal rate of return a year of monthly cash flows that begin with a payment: (1 + r)^12 − 1, Σ CF_t (1 + r)^−t = 0.

    By bisection: a total above 0 has its root at r > 0, below 0 at −99 % a month < r < 0. NaN where nothing was paid in
    first, nothing came back, or no root lies there.
    """
    first, total = -1, 0.0
    for t in range(flows.shape[0]):
        total += flows[t]
        if first < 0 and flows[t] != 0.0:
            first = t
    if first < 0 or flows[first] >= 0.0:
        return MISSING
    low, high = 1.0, 2.0
    if total < 0.0:
        low, high = LEAST_GROWTH, 1.0
        if present_value(flows[first:], low) <= 0.0:
            return MISSING
    else:
        while present_value(flows[first:], high) > 0.0:
            low, high = high, 2.0 * high
    for _ in range(HALVINGS):
        middle = 0.5 * (low + high)
        if present_value(flows[first:], middle) > 0.0:
            low = middle
        else:
            high = middle
    year = low * low * low
    return year * year * year * year - 1.0


@compiled
def covered(cost, money):
    """Share of a cost that money pays for: min(1, money ÷ cost), never below 0; 1 where there is nothing to pay."""
    return max(0.0, min(1.0, money / cost)) if cost > 0.0 else 1.0
