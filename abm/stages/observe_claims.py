"""Observed claims: what was paid for that was no effect of the service, in parts; dates of claims; what was not claimed."""

import numpy as np

from abm.compiled import compiled_with_arrays
from abm.rules.attribution import DEADWEIGHT, EFFECT, GAMING, LAYERS, SELECTION
from abm.rules.indices import MISSING, ratio


@compiled_with_arrays
def observe_claims(localities, settings, row):
    """Sums since the start, over the places that pay for outcomes; missing where none does."""
    layers, claimed, unclaimed, by_deadline, paying, with_deadline = np.zeros(LAYERS), 0.0, 0.0, 0.0, False, 0.0
    for loc in range(localities.shape[0]):
        place, facts = localities[loc], settings[loc]
        if not (place.funded and facts.payment_outcome_share > 0.0):
            continue
        paying = True
        for k in range(LAYERS):
            layers[k] += place.layer_before[k] + place.layer_claimed[k]
        claimed += place.outcome_claimed + place.claimed_before
        unclaimed += place.unclaimed
        if facts.payment_claim_deadline_months > 0:
            by_deadline += place.deadline_claims
            with_deadline += place.outcome_claimed + place.claimed_before
    if not paying:
        return
    row.payment_true_effect = layers[EFFECT] / 100.0
    row.payment_deadweight = (layers[DEADWEIGHT] - layers[EFFECT]) / 100.0
    row.payment_selection = (layers[SELECTION] - layers[DEADWEIGHT]) / 100.0
    row.payment_gaming = (layers[GAMING] - layers[SELECTION]) / 100.0
    row.payment_noise = (claimed - layers[GAMING]) / 100.0
    row.payment_error = (claimed - layers[EFFECT]) / claimed if claimed > 0.0 else MISSING
    row.claims_at_deadline = ratio(by_deadline, with_deadline)
    row.unclaimed_share = ratio(unclaimed, claimed + unclaimed)
