"""Payment in layers: what would be claimed under the same rule, prices and caps if the errors after a layer were not made."""

from __future__ import annotations

from typing import Any

from abm.rules.attribution import GAMING, LAYERS, layer_change
from abm.rules.payment import room_under
from benchmarks.plain_mesa import cohort_test
from benchmarks.plain_mesa.arithmetic import total
from benchmarks.plain_mesa.earning import earned_now


def claim_milestones_in_layers(family: Any, added: float, shift: int) -> None:
    """Milestones of one family in every layer; claims are brought forward in that of gaming only."""
    contract = family.office.contract
    for d in range(len(family.wellbeing)):
        own = family.wellbeing[d] - family.intake_wellbeing[d]
        unserved = family.unserved_wellbeing[d] - family.unserved_intake[d]
        population = family.population_last[d] - family.population_intake[d]
        known = contract.known_population, contract.known_change
        for line in contract.card.paid(d):
            for layer in range(LAYERS):
                change = layer_change(layer, own, unserved, population, added, *known)
                claim_in_layer(family, line, d, layer, change, shift if layer == GAMING else 0)


def claim_in_layer(family: Any, line: Any, d: int, layer: int, change: float, shift: int) -> None:
    """What a family earns on a line in a layer, under the caps of person, line and contract."""
    contract, claim = family.office.contract, family.claim(line, d)
    claim.layer_held[layer] = claim.layer_held[layer] + 1 if change >= line.threshold else 0
    held, reached = claim.layer_held[layer], claim.layer_reached[layer]
    units = earned_now(line, reached, held, change, family.served_months, shift)
    if units <= 0.0 or not contract.card.is_open_in_layer(line, family, layer):
        return
    claim.layer_reached[layer] = True
    due = int(100.0 * contract.card.price_for(line, family) * units)
    due = room_under(contract.person_cap, family.layer_earned[layer], due)
    due = room_under(line.cap, line.layer_claimed[layer], due)
    due = room_under(contract.claim_ceiling, contract.layer_claimed[layer], due)
    family.layer_earned[layer] += due
    line.layer_claimed[layer] += due
    contract.layer_claimed[layer] += due


def claim_period_in_layers(office: Any) -> None:
    """The cohort's test in every layer; missed tranches are made good as in fact."""
    contract, tranche = office.contract, office.design.payment.rule == "tranche"
    cohort = [family for family in office.families if family.cohort]
    full = cohort_test.full_cents(office)
    for layer in range(LAYERS):
        results = cohort_in_layer(contract, cohort, layer)
        share = cohort_test.share_earned(office, results)
        due = int(full * share)
        if tranche:
            due += made_good(office, layer, results, 1.0 - share, len(cohort))
        contract.layer_claimed[layer] += room_under(contract.claim_ceiling, contract.layer_claimed[layer], due)


def cohort_in_layer(contract: Any, cohort: list[Any], layer: int) -> list[float]:
    """A cohort's mean results by domain in a layer."""
    known = layer_change(layer, 0.0, 0.0, 0.0, 0.0, contract.known_population, contract.known_change)
    results = []
    for d in range(len(contract.measured)):
        changes = [
            layer_change(
                layer, family.last_wellbeing[d] - family.intake_wellbeing[d],
                family.unserved_last[d] - family.unserved_intake[d],
                family.population_last[d] - family.population_intake[d], family.overstated, 0.0, 0.0,
            )
            for family in cohort
        ]  # fmt: skip
        results.append(total(changes) / max(1.0, len(cohort)) + known)
    return results


def made_good(office: Any, layer: int, results: list[float], missed: float, families: int) -> int:
    """Cents of missed tranches that all cohorts' mean makes good at the end, taken to be alike in each domain."""
    contract, calendar = office.contract, office.model.calendar
    contract.layer_missed[layer] += missed
    share = families / max(1.0, contract.pooled_families)
    contract.layer_pooled[layer] += share * (contract.weighted(results) - contract.layer_pooled[layer])
    if calendar.service_month < calendar.service_months:
        return 0
    pooled = [contract.layer_pooled[layer]] * len(results)
    return int(
        cohort_test.full_cents(office) * contract.layer_missed[layer] * cohort_test.second_chance(office, pooled)
    )
