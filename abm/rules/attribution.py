"""Attribution: what is subtracted from a measured change before it is paid.

gross: nothing. historical: the change that earlier cohorts showed, known in advance, so without this year's drift or dips.
comparison: the mean change of a comparison group, with what matching gets wrong. randomised: the same without that error.
"""

from abm.compiled import compiled

ATTRIBUTIONS = ("gross", "historical", "comparison", "randomised")
GROSS, HISTORICAL, COMPARISON, RANDOMISED = range(4)


@compiled
def counterfactual(kind, historical, comparison, matching_error):
    """The estimated change without the service, to be subtracted (wellbeing)."""
    if kind == HISTORICAL:
        return historical
    if kind == COMPARISON:
        return comparison + matching_error
    if kind == RANDOMISED:
        return comparison
    return 0.0


@compiled
def evaluation_share(kind, with_comparison, randomised):
    """Cost of the evaluation as a share of the contract's value."""
    if kind == RANDOMISED:
        return randomised
    if kind == HISTORICAL or kind == COMPARISON:
        return with_comparison
    return 0.0
