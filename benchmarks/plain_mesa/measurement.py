"""Measurement: results are measured with error, overstated where that pays, attributed, claimed and audited."""

from __future__ import annotations

from typing import Any

from abm.rules.gaming import detection
from abm.streams import AUDIT
from benchmarks.plain_mesa.accountability import note_shortfalls
from benchmarks.plain_mesa.claims import claim_card, claim_fees
from benchmarks.plain_mesa.cohort_test import claim_period
from benchmarks.plain_mesa.comparison import note_levels, survey
from benchmarks.plain_mesa.estimates import error_of, estimate_counterfactual, overstatement
from benchmarks.plain_mesa.layers import claim_period_in_layers

WORTH_AN_AUDIT = 0.05  # misreport from which one can be found


def measure(model: Any) -> None:
    """Measure, claim and audit wherever a contract is served."""
    survey(model)
    for office in model.offices:
        for provider in office.providers:
            provider.caught = provider.results_used = False
            provider.claimed = 0
        if office.contract.pays_results:
            note_levels(office)
        if office.contract.serving:
            measure_contract(office)


def measure_contract(office: Any) -> None:
    """A month of one contract."""
    contract, calendar, payment = office.contract, office.model.calendar, office.design.payment
    if contract.pays_results:
        for family in office.families:
            if family.enrolled:
                family.follow()
    estimate_counterfactual(office)
    measure_families(office)
    elapsed = min(1.0, calendar.service_month / calendar.service_months)
    contract.expected_claims = int(100.0 * contract.expected_outcome_payment * elapsed)
    if payment.rule == "fee_for_service":
        claim_fees(office)
    elif payment.rule == "rate_card":
        claim_card(office)
    if calendar.every(payment.period_months) or calendar.service_month == calendar.service_months:
        if contract.tests_cohorts and office.partners:  # with nobody under contract nothing is claimed
            claim_period(office)
            claim_period_in_layers(office)
        for family in office.families:
            family.cohort = family.enrolled
    audit(office)
    note_shortfalls(office)


def measure_families(office: Any) -> None:
    """Weighted change since intake of the cohort, as reported and as measured; leavers stay at their last value."""
    contract, reported, cohort = office.contract, 0.0, 0
    contract.domain_result = [0.0] * len(contract.measured)
    for provider in office.providers:
        provider.result = 0.0
    for family in office.families:
        if not family.cohort:
            continue
        report(family, contract)
        reported += family.reported
        cohort += 1
        for slot in family.serving:
            slot.provider.result += family.reported / max(1.0, slot.provider.caseload)
    contract.result = reported / cohort if cohort else 0.0
    contract.domain_result = [change / max(1.0, cohort) for change in contract.domain_result]


def report(family: Any, contract: Any) -> None:
    """A family's weighted change as reported, and what of it is not in the measurement."""
    added = overstatement(family)
    family.reported = family.overstated = 0.0
    for d, weight in enumerate(contract.metric_weight):
        change = family.last_wellbeing[d] - family.intake_wellbeing[d] + error_of(family, d) + added
        family.reported += weight * change
        family.overstated += weight * added
        contract.domain_result[d] += change


def audit(office: Any) -> None:
    """A misreport is found by audit or by families who judge results; a twelfth of the yearly probability each month."""
    design, model = office.design, office.model
    found = detection(
        design.control.audit, office.case.measurement.peer_detection, office.coassessment, design.structure.data_sharing
    )
    for provider in office.providers:
        if provider.misreport > WORTH_AN_AUDIT and model.uniform(AUDIT, provider.number) < found / 12.0:
            provider.caught = True
