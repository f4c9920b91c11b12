"""V13: which form of network governance does best turns with the number of partners; a hub without hours is a bottleneck."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from abm.config import load_case, load_design
from abm.lab.patterns.base import SMALLEST, Control, Figure, Figures, Pattern, figure
from abm.lab.run import simulate
from abm.metrics import at_end

# Participant-governed, lead agency, network administrative organisation: decision and coordination rights, nothing else.
FORMS = {"members": ("members", "members"), "lead": ("hub", "lead"), "nao": ("hub", "nao")}
HUBS = ("lead", "nao")
FEW, SOME, MANY = SIZES = (4, 16, 32)  # partners
FAMILIES, GRANT = 200, 800_000.0  # half of the case's
SHORT = (
    15.0  # × fewer hours of a starved hub: 4 of the case's 60 a month, enough for 16 relations of a quarter of an hour
)
LATE = 0.1  # months of waiting for a decision that count
DENSE, SPARSE = 0.7, 0.3  # trust of partners in one another at the start, and general propensity to trust
CONSENSUS, DISSENT = 0.0, 0.6  # how far each partner sees need in its own field
MEASURED = ("integration", "attributable_gain", "decision_latency")
NO_TIME: dict[str, Any] = {"mechanisms.conflict": False, "case.network.tie_hours": 0.01}
AMPLE = {"case.network.hub_hours": 1000.0}


def forms(seeds: Sequence[int], settings: Mapping[str, Any] | None = None) -> Figures:
    """Integration, attributable gain and latency of decisions by form of governance and number of partners.

    All partners are in one team, bid together and serve the same families. `<form>_<metric>_<partners>`: each form by
    itself; `<hub>_over_members_<metric>_<partners>`: lead agency or administrative organisation less participant-governed,
    paired by seed; `bottleneck_<metric>_<partners>`: a lead agency with a fifteenth of its hours less one with all of them.
    `trust` and `consensus`: with 16 partners, how much more participant-governed has over a lead agency in integration
    where trust is dense than where it is sparse, and where partners agree than where each sees need in its own field.
    """
    given = dict(settings or {})
    figures: dict[str, Figure] = {}
    hours = given.get("case.network.hub_hours", load_case("generic").network.hub_hours)
    for partners in SIZES:
        of = {form: _runs(form, partners, seeds, given) for form in FORMS}
        starved = _runs("lead", partners, seeds, given | {"case.network.hub_hours": hours / SHORT})
        for column, metric in enumerate(MEASURED):
            ours = {form: of[form][:, column] for form in FORMS}
            figures |= {f"{form}_{metric}_{partners}": figure(values) for form, values in ours.items()}
            for hub in HUBS:
                figures[f"{hub}_over_members_{metric}_{partners}"] = figure(ours[hub] - ours["members"])
            figures[f"bottleneck_{metric}_{partners}"] = figure(starved[:, column] - ours["lead"])
    trust, special = ("case.trust.provider_provider", "case.trust.propensity"), "case.provider.specialism"
    dense, sparse = (_members_over_lead(seeds, dict.fromkeys(trust, level) | given) for level in (DENSE, SPARSE))
    agreed, not_agreed = (_members_over_lead(seeds, {special: level} | given) for level in (CONSENSUS, DISSENT))
    return figures | {"trust": figure(dense - sparse), "consensus": figure(agreed - not_agreed)}


def _members_over_lead(seeds: Sequence[int], settings: Mapping[str, Any]) -> np.ndarray:
    """Integration of participant-governed less lead agency, with 16 partners: one value a seed."""
    members, lead = (_runs(form, SOME, seeds, settings)[:, 0] for form in ("members", "lead"))
    return np.asarray(members - lead)


def _runs(form: str, partners: int, seeds: Sequence[int], settings: Mapping[str, Any]) -> np.ndarray:
    """What is measured of one form at one number of partners: seed × metric."""
    place = {"public": partners // 2, "third_sector": partners - partners // 2 - 1, "associations": 1}
    place |= {"joiners": 0, "for_profit": 0, "families": FAMILIES}
    facts: dict[str, Any] = {f"case.locality.town.{key}": value for key, value in place.items()}
    facts |= {"case.locality.town.grant_eur": GRANT, "case.calendar.renewals": 0}
    decision, coordination = FORMS[form]
    rules: dict[str, Any] = {"structure.decision_rights": decision, "structure.coordination_rights": coordination}
    rules |= {"structure.teams": 1, "structure.competition": 0.0}
    facts |= {key: value for key, value in settings.items() if key.startswith("case.")}
    rules |= {key: value for key, value in settings.items() if not key.startswith("case.")}
    case, design = load_case("generic", facts), load_design("block_grant", rules)
    ends = (at_end(simulate(case, design, seed).series, case) for seed in seeds)
    return np.array([[end[metric] for metric in MEASURED] for end in ends])


def crosses_over(figures: Figures) -> bool:
    """Members best with few partners, a lead agency with many; trust, consensus and a hub's hours count as they should."""
    return (
        all(figures[f"{hub}_over_members_integration_{FEW}"].below(-SMALLEST) for hub in HUBS)
        and all(figures[f"{hub}_over_members_attributable_gain_{FEW}"].below(0.0) for hub in HUBS)
        and all(figures[f"{hub}_over_members_integration_{MANY}"].above(SMALLEST) for hub in HUBS)
        and all(figures[f"{hub}_over_members_attributable_gain_{MANY}"].above(0.0) for hub in HUBS)
        and figures["trust"].above(0.0)
        and figures["consensus"].above(0.0)
        and figures[f"bottleneck_decision_latency_{FEW}"].below(LATE)
        and figures[f"bottleneck_decision_latency_{MANY}"].above(LATE)
        and figures[f"bottleneck_integration_{MANY}"].below(-SMALLEST)
        and figures[f"bottleneck_attributable_gain_{MANY}"].below(0.0)
    )


def _no_time_needed(seeds: Sequence[int]) -> Figures:
    return forms(seeds, NO_TIME)


def _ample_hours(seeds: Sequence[int]) -> Figures:
    return forms(seeds, AMPLE)


def _members_best_throughout(figures: Figures) -> bool:
    """Members at least as good at every number of partners, and agreement counts for nothing where nobody disagrees."""
    return figures["consensus"].within(SMALLEST) and all(
        figures[f"{hub}_over_members_integration_{partners}"].below(0.0) for hub in HUBS for partners in SIZES
    )


def _no_bottleneck(figures: Figures) -> bool:
    return all(
        figures[f"lead_decision_latency_{partners}"].below(LATE)
        and figures[f"bottleneck_decision_latency_{partners}"].below(LATE)
        and figures[f"bottleneck_integration_{partners}"].within(SMALLEST)
        for partners in SIZES
    )


V13 = Pattern(
    key="V13",
    title="The best form of network governance turns with the number of partners",
    sources=("provan2008",),
    expectation=(
        "Participant-governed networks integrate families' services better by .03 or more, and gain more, than a lead "
        "agency or a network administrative organisation with 4 partners, and worse with 32; dense trust and consensus "
        "favour them; a lead agency with a fifteenth of its hours makes decisions wait, and families lose, with 32 "
        "partners and not with 4. Figures come from hours and disagreements as they happen."
    ),
    measure=forms,
    holds=crosses_over,
    controls=(
        Control("relations take next to no time and nobody disagrees", _no_time_needed, _members_best_throughout),
        Control("the hub has ample hours: a fifteenth of them is enough", _ample_hours, _no_bottleneck),
    ),
    quick=range(1, 4),
    remark=(
        "An administrative organisation of their own beats members among many partners, but never a lead agency that has "
        "hours enough, for it costs an administration."
    ),
    tuned_on=True,
)
