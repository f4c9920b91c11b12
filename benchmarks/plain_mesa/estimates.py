"""Estimates: errors of measurement, what misreport and halo add, and the estimated change without service."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from abm.rules.attribution import COMPARISON, DIFFERENCE, earlier_part, matched_change, standard_error
from abm.streams import MATCH, MEASURE
from benchmarks.plain_mesa.arithmetic import total

SAMPLE = 1000  # item of the draw that puts a family into the sample
BY_MATCH = ("comparison", "difference")


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


def mean(numbers: list[float]) -> float:
    """Their mean; 0 where there is none."""
    return total(numbers) / max(1.0, len(numbers))


def estimate_counterfactual(office: Any) -> None:
    """The change without service as the design's attribution estimates it, and what of that is neither sampled nor measured.

    Where no family has a match, what earlier families changed stands for it.
    """
    contract, kind = office.contract, office.design.payment.attribution
    contract.counterfactual = contract.known_change = contract.known_population = 0.0
    if kind == "gross" or not contract.pays_results:
        return
    cohort = [family for family in office.families if family.cohort]
    change = change_on_unserved_path if kind == "randomised" else change_of_match
    compared = [family for family in cohort if kind == "randomised" or family.match_found is not None]
    sample = [family for family in compared if in_sample(family)]
    families = float(len(sample))
    if kind == "historical" or not sample:
        earlier = change_of_earlier_families(office, cohort)
        contract.known_change = contract.known_population = contract.counterfactual = earlier
        families = office.case.measurement.comparison_families
    else:
        contract.known_change = mean_change(compared, change)
        contract.counterfactual = mean_change(sample, change)
        contract.known_population = mean_change(cohort, change_of_all)
    add_errors(office, families)


def mean_change(families: list[Any], change: Callable[[Any], float]) -> float:
    """Mean of a change over families."""
    return mean([change(family) for family in families])


def weighted_change(family: Any, last: list[float], first: list[float]) -> float:
    """A change over domains by the metrics' weights."""
    return family.office.contract.weighted([after - before for after, before in zip(last, first, strict=True)])


def change_on_unserved_path(family: Any) -> float:
    """Its own change without service since intake."""
    return weighted_change(family, family.unserved_last, family.unserved_intake)


def change_of_all(family: Any) -> float:
    """The change of all eligible families without service since its intake."""
    return weighted_change(family, family.population_last, family.population_intake)


def change_of_match(family: Any) -> float:
    """The change of the family that it is compared with."""
    kind = DIFFERENCE if family.office.design.payment.attribution == "difference" else COMPARISON
    return matched_change(family.comparison_last, family.comparison_intake, family.trend_before, kind)


def change_of_earlier_families(office: Any, cohort: list[Any]) -> float:
    """Mean over a cohort of what earlier families changed in as many months, as far as they were followed."""
    followed = office.model.calendar.dates.service[0] - 2.0
    change = office.contract.weighted(office.earlier_change)
    return mean([change * earlier_part(float(family.served_months), followed) for family in cohort])


def in_sample(family: Any) -> bool:
    """Whether a family is among those that the estimate follows."""
    office, model = family.office, family.model
    share = office.case.measurement.comparison_families / max(1.0, office.contract.places)
    return model.uniform(MATCH, family.number, SAMPLE, month=model.calendar.contract) < share


def add_errors(office: Any, families: float) -> None:
    """The sample's error of measurement, and what matching gets wrong besides."""
    contract, model, facts = office.contract, office.model, office.case.measurement
    squares = total(weight * weight for weight in contract.metric_weight)
    error = standard_error(facts.noise, squares, families)
    number = model.calendar.contract
    contract.counterfactual += error * model.normal(MEASURE, office.number, 1001, month=number)
    if office.design.payment.attribution in BY_MATCH:
        bias = facts.comparison_bias * model.normal(MEASURE, office.number, 1002, month=number)
        contract.known_change += bias
        contract.counterfactual += bias
