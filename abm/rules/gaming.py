"""Gaming: how far a result is overstated, where overstating pays (after Allingham & Sandmo 1972)."""

from abm.compiled import compiled


@compiled
def best_misreport(pay, detection, penalty, integrity, integrity_cost, convexity):
    """m* = max(0, (pay·(1 − detection·(1 + penalty)) − integrity × its cost) / convexity).

    `pay`: € for overstating by the whole room; `convexity` and `integrity_cost` in the same €; the result is a share of the
    room in [0, 1].
    """
    gain = pay * (1.0 - detection * (1.0 + penalty)) - integrity * integrity_cost
    return min(1.0, max(0.0, gain / convexity))


@compiled
def detection(yearly_audit, peer_detection, coassessment, data_sharing):
    """Probability that a misreport is found: by audit, by families who judge results, or by partners who see the data."""
    unseen = (1.0 - peer_detection * coassessment) * (1.0 - peer_detection * data_sharing)
    return 1.0 - (1.0 - yearly_audit) * unseen
