"""Selection: who applies, whom a provider takes (creaming), and how it divides its hours among those it has (parking)."""

from abm.compiled import compiled
from abm.streams import logistic


@compiled
def apply_probability(rate, need_share, trust, engagement, resources, outreach, information):
    """Monthly probability that an unserved family applies.

    `rate` holds at middling need, trust, engagement and resources; families with few resources apply less unless somebody
    reaches out to them (outreach in [0, 1]); information brings families of every kind.
    """
    pull = (
        3.0 * (need_share - 0.5) + 2.0 * (trust - 0.5) + engagement - 0.5 + 2.0 * (1.0 - outreach) * (resources - 0.5)
    )
    pull += information
    return min(1.0, rate * 2.0 * logistic(pull))


@compiled
def applicant_score(motivation, value_of_need, need_share, hours, expected_payment, extra_cost):
    """What a provider gains by taking an applicant (€ a month): mission value of the hours + payment − extra cost."""
    return motivation * value_of_need * need_share * hours + expected_payment - extra_cost


@compiled
def gateway_score(need_share, waiting_months):
    """A referral gateway's order: need first, then waiting."""
    return need_share + 0.02 * waiting_months


@compiled
def switch_probability(trust, trust_in_unknown):
    """Probability that a family that reconsiders a provider takes another one that it does not know yet."""
    return logistic(8.0 * (trust_in_unknown - trust) - 1.0)  # what one knows is kept unless it disappoints


@compiled
def hours_weight(motivation, value_of_need, need_share, payment_per_hour):
    """Weight of a family in the division of hours: € per hour from the mission and from payment."""
    return max(0.0, motivation * value_of_need * need_share + payment_per_hour)
