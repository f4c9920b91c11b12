"""Market: bids and awards."""

from abm.compiled import compiled


@compiled
def bid_discount(competition, kind_discount, signal):
    """How far a bid undercuts the standard price, in [0, 0.3]: more where competition is open and the estimate hopeful."""
    return min(0.3, max(0.0, competition * (kind_discount + 0.05 * signal)))


@compiled
def award_score(discount, quality, price_weight):
    """A bid's score: price against quality. A discount of 30 % counts as much as full quality."""
    return price_weight * discount / 0.3 + (1.0 - price_weight) * quality


@compiled
def award_weight(capacity, score, mean_score, competition):
    """A bidder's weight in the award: capacity where nobody competes; with competition, by the square of the relative score."""
    relative = score / mean_score if mean_score > 0.0 else 1.0
    return capacity * ((1.0 - competition) + competition * relative * relative)


@compiled
def track_record(result, mean_result, expected, responsibility):
    """What earlier results add to a bidder's score: responsibility × (result − mean) ÷ (expected + .05), in [−½, ½]."""
    return responsibility * min(0.5, max(-0.5, (result - mean_result) / (expected + 0.05)))
