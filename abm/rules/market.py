"""Market: estimates, bids and awards, who bids again, and what a contract costs before it is signed."""

import math

from abm.compiled import compiled
from abm.streams import exp, power

HIGHEST = 2.0  # of the standard price: a bid above it is none
LOWEST = 0.5


@compiled
def spread_of_estimate(error, contracts):
    """Spread of the error of an estimate (log-sd) after so many contracts held: error ÷ √(1 + contracts)."""
    return error / math.sqrt(1.0 + contracts)


@compiled
def bid_price(standard, competition, lean, error):
    """What a bidder asks for an hour: standard × [(1 − c) + c·(1 − lean)·e^error], within half and twice the standard.

    Where nobody competes (c = 0) the standard price is paid; where competition is all (c = 1) the price is the bidder's own
    estimate of cost and margin, shaded by what its kind forgoes to win (`lean`).
    """
    asked = (1.0 - competition) + competition * (1.0 - lean) * exp(error)
    return standard * min(HIGHEST, max(LOWEST, asked))


@compiled
def held_up(price, hold_up, rivals_gone):
    """What an incumbent asks where rivals are gone, in shares of the first tender's: price × (1 + hold-up × gone)."""
    return price * (1.0 + hold_up * rivals_gone)


@compiled
def award_score(discount, quality, price_weight):
    """A bid's score, at least 0: price against quality. A discount of 30 % counts as much as full quality."""
    return max(0.0, price_weight * discount / 0.3 + (1.0 - price_weight) * quality)


@compiled
def award_weight(capacity, score, mean_score, competition):
    """A bidder's weight in the award: capacity where nobody competes; with competition, by the square of the relative score."""
    relative = score / mean_score if mean_score > 0.0 else 1.0
    return capacity * ((1.0 - competition) + competition * relative * relative)


@compiled
def track_record(result, mean_result, expected, responsibility):
    """What earlier results add to a bidder's score: responsibility × (result − mean) ÷ (expected + .05), in [−½, ½]."""
    return responsibility * min(0.5, max(-0.5, (result - mean_result) / (expected + 0.05)))


@compiled
def readiness(months_in, start_up):
    """Share of planned hours that a partner has people for in its n-th month: n ÷ (start-up + 1), at most 1."""
    return min(1.0, months_in / (start_up + 1.0))


@compiled
def lost_to_start_up(start_up, months):
    """Share of a contract's hours that a newcomer's build-up takes: start-up ÷ 2 months of all."""
    return min(1.0, 0.5 * start_up / months)


@compiled
def bids_again(loss, tolerance, trust, least_trust):
    """Whether the holder of a contract bids again: its loss is bearable and the authority trusted enough."""
    return loss <= tolerance and trust >= least_trust


@compiled
def known_before(learning, contracts):
    """Share of the hours before signature that is left after so many earlier contracts: (1 − learning)^contracts."""
    return power(1.0 - learning, float(contracts)) if contracts > 0 else 1.0
