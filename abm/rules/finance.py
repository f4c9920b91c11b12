"""Finance: working capital, who advances it, and what it costs."""

from abm.compiled import compiled


@compiled
def affordable_hours(planned, cash, credit, cost_of_hour):
    """Contract hours that a provider can pay for this month out of cash and credit (€): at most what was planned."""
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
