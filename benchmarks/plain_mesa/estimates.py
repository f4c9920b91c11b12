"""Estimates: errors of measurement, what misreport and halo add, and the estimated change without service."""

from __future__ import annotations

import math
from typing import Any

from abm.rules.attribution import GROSS, counterfactual
from abm.streams import MEASURE


def error_of(family: Any, domain: int) -> float:
    """Measurement error of a family in a domain: its rater's, the same throughout a contract."""
    model, noise = family.model, family.office.case.measurement.noise
    return noise * model.normal(MEASURE, family.number, domain, month=model.calendar.contract)


def overstatement(family: Any) -> float:
    """What misreporting and a trusting family's halo add to a result."""
    office, serving = family.office, family.serving
    if not serving:
        return 0.0
    misreport, trust = 0.0, 0.0
    for slot in serving:
        misreport += slot.provider.misreport
        trust += office.model.trust.in_(family, slot.provider)
    halo = office.case.measurement.halo * office.coassessment * (trust / len(serving) - 0.5)
    return office.case.provider.misreport_room * misreport / len(serving) + halo


def estimate_counterfactual(office: Any) -> None:
    """The change without service as the design's attribution estimates it."""
    case, contract, model = office.case, office.contract, office.model
    contract.counterfactual = 0.0
    if office.attribution == GROSS:
        return
    true_change, cohort = 0.0, 0
    for family in office.families:
        if family.cohort:
            cohort += 1
            for d, weight in enumerate(contract.metric_weight):
                true_change += weight * (family.unserved_last[d] - family.unserved_intake[d])
    true_change /= max(1.0, cohort)
    number, facts = model.calendar.contract, case.measurement
    error = facts.noise / math.sqrt(facts.comparison_families)
    sampled = true_change + error * model.normal(MEASURE, office.number, 1001, month=number)
    matching = facts.comparison_bias * model.normal(MEASURE, office.number, 1002, month=number)
    trend = case.outcome.drift * 0.5 * case.family.programme_months  # all that earlier cohorts could show
    contract.counterfactual = counterfactual(office.attribution, trend, sampled, matching)
