"""Observed claims: what was paid for that was no effect of the service, when it was claimed, and what was not."""

from __future__ import annotations

from typing import Any

from abm.rules.attribution import DEADWEIGHT, EFFECT, GAMING, LAYERS, SELECTION
from abm.rules.indices import MISSING, ratio


def observe_claims(funded: list[Any], found: dict[str, float]) -> None:
    """Sums since the start over places that pay for outcomes, €; missing where none does."""
    paying = [office for office in funded if office.contract.pays_results]
    if not paying:
        return
    contracts = [office.contract for office in paying]
    layers = [sum(c.layer_before[k] + c.layer_claimed[k] for c in contracts) for k in range(LAYERS)]
    claimed = sum(claimed_of(contract) for contract in contracts)
    found["payment_true_effect"] = layers[EFFECT] / 100.0
    found["payment_deadweight"] = (layers[DEADWEIGHT] - layers[EFFECT]) / 100.0
    found["payment_selection"] = (layers[SELECTION] - layers[DEADWEIGHT]) / 100.0
    found["payment_gaming"] = (layers[GAMING] - layers[SELECTION]) / 100.0
    found["payment_noise"] = (claimed - layers[GAMING]) / 100.0
    found["payment_error"] = (claimed - layers[EFFECT]) / claimed if claimed > 0 else MISSING
    dated = [office.contract for office in paying if office.design.payment.claim_deadline_months > 0]
    by_deadline = sum(contract.deadline_claims for contract in dated)
    found["claims_at_deadline"] = ratio(float(by_deadline), float(sum(claimed_of(contract) for contract in dated)))
    unclaimed = sum(contract.unclaimed for contract in contracts)
    found["unclaimed_share"] = ratio(float(unclaimed), float(claimed + unclaimed))


def claimed_of(contract: Any) -> int:
    """Cents claimed for outcomes since the start."""
    return contract.outcome_claimed + contract.claimed_before
