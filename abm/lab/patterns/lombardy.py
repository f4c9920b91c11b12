"""V12: the sequence of Lombardy, in its two authorities: first meetings disappoint, later ones do not, and trust follows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from abm.config import load_case, load_design
from abm.lab.patterns.base import Control, Figure, Figures, Pattern, figure
from abm.lab.run import simulate

if TYPE_CHECKING:
    from abm.world import World

PLACES = {"cremona": "cremona_devolved", "monza": "monza_lead_agency"}  # place → its design
AS_EXPECTED = 0.5  # an experience of a meeting that is neither better nor worse than expected
HIGH = 0.7  # satisfaction that counts as high
PRACTICALLY_EQUAL = 0.3  # standard deviations between families
LATER = 2  # meetings 3 and later: how many come before
OTHER_CAUSES = ("waiting", "mismatch", "voice")
RELATIONS = ("family_commissioner", "family_provider")


def sequence(
    seeds: Sequence[int],
    settings: Mapping[str, Any] | None = None,
    of_cremona: Mapping[str, Any] | None = None,
) -> Figures:
    """What happens in Cremona and in Monza-Brianza, each under its own design and by itself.

    For each place (cremona_, monza_): `first` and `later`, the mean experience of meeting 1 and of meetings 3 and later;
    `joined`, partners at the start of service less those at the bid; `meetings_<relation>`, change of trust from after
    meeting 1 to the start of service, and `service_<relation>`, to the end of service, of families in authority
    (`family_commissioner`) and providers (`family_provider`); `satisfaction`, its mean in service; `red_tape`, its lost
    share, and `red_tape_leads`, that share less the largest other one. `apart`: the difference of the two places'
    satisfaction in standard deviations between families. `of_cremona` are further settings for Cremona alone.
    """
    satisfied, spread = {}, {}
    figures: dict[str, Figure] = {}
    for place, name in PLACES.items():
        here = dict(settings or {}) | (dict(of_cremona or {}) if place == "cremona" else {})
        case = load_case(f"lombardy_{place}", {key: value for key, value in here.items() if key.startswith("case.")})
        design = load_design(name, {key: value for key, value in here.items() if not key.startswith("case.")})
        first, last = case.calendar.service
        rows = []
        for seed in seeds:
            world = simulate(case, design, seed, last)
            rows.append(_of_place(world, case.calendar.codesign, first) | {"spread": _between_families(world)})
        values = {key: np.array([row[key] for row in rows]) for key in rows[0]}
        satisfied[place], spread[place] = values["satisfaction"], values.pop("spread")
        figures |= {f"{place}_{key}": figure(value) for key, value in values.items()}
    apart = (satisfied["cremona"] - satisfied["monza"]) / (0.5 * (spread["cremona"] + spread["monza"]))
    return figures | {"apart": figure(apart)}


def _of_place(world: World, meetings: tuple[int, int], first: int) -> dict[str, float]:
    """Figures of one run of a place that ends with its service; `first` is the first month of service."""
    months = world.series
    met, service = months[meetings[0] : meetings[1] + 1], months[first:]
    lost = {cause: float(service[f"dissatisfaction_{cause}"].mean()) for cause in ("red_tape", *OTHER_CAUSES)}
    found = {
        "first": float(met["meeting_experience"][0]),
        "later": float(np.nanmean(met["meeting_experience"][LATER:])),
        "joined": float(months["partners_engaged"][first] - world.providers.at_start.sum()),
        "satisfaction": float(service["satisfaction"].mean()),
        "red_tape": lost["red_tape"],
        "red_tape_leads": lost["red_tape"] - max(lost[cause] for cause in OTHER_CAUSES),
    }
    for relation in RELATIONS:
        trust = months[f"trust_{relation}"]
        found[f"meetings_{relation}"] = float(trust[first - 1] - trust[meetings[0]])
        found[f"service_{relation}"] = float(trust[-1] - trust[meetings[0]])
    return found


def _between_families(world: World) -> float:
    """Standard deviation of satisfaction between families in service in the last month."""
    families = world.families
    return float(families.satisfaction[families.enrolled == 1].std())


def as_in_lombardy(figures: Figures) -> bool:
    """All parts of the sequence, in both places."""
    return figures["apart"].within(PRACTICALLY_EQUAL) and all(
        figures[f"{place}_first"].below(AS_EXPECTED)
        and figures[f"{place}_later"].above(AS_EXPECTED)
        and figures[f"{place}_joined"].above(0.0)
        and figures[f"{place}_satisfaction"].above(HIGH)
        and figures[f"{place}_red_tape_leads"].above(0.0)
        and all(figures[f"{place}_{when}_{who}"].above(0.0) for when in ("meetings", "service") for who in RELATIONS)
        for place in PLACES
    )


def _hierarchy_decides(seeds: Sequence[int]) -> Figures:
    return sequence(seeds, {"structure.decision_rights": "hierarchy"})


def _no_rules_of_the_region(seeds: Sequence[int]) -> Figures:
    return sequence(seeds, {"case.rules.region_burden": 0.0, "payment.input_specification": 0.0})


def _spared_in_cremona(seeds: Sequence[int]) -> Figures:
    return sequence(seeds, None, {"case.rules.region_burden": 0.0, "payment.input_specification": 0.0})


def _meetings_only_disappoint(figures: Figures) -> bool:
    return all(
        figures[f"{place}_later"].below(AS_EXPECTED)
        and all(figures[f"{place}_meetings_{who}"].below(0.0) for who in RELATIONS)
        for place in PLACES
    )


def _something_else_is_lost_most(figures: Figures) -> bool:
    return all(figures[f"{place}_red_tape_leads"].below(0.0) for place in PLACES)


def _apart(figures: Figures) -> bool:
    return figures["apart"].above(PRACTICALLY_EQUAL)


V12 = Pattern(
    key="V12",
    title="The sequence of Lombardy",
    sources=("sicilia2016",),
    expectation=(
        "In Cremona and in Monza-Brianza: the first design meeting is worse than families expected and meetings from the "
        "third on are better; their trust in authority and providers is higher at the start of service than after the "
        "first meeting, and still at its end; partners join while services are designed; satisfaction is above .7, and red "
        "tape takes the largest share of what is missing; satisfaction in the two differs by less than .3 standard "
        "deviations between families."
    ),
    measure=sequence,
    holds=as_in_lombardy,
    controls=(
        Control("a hierarchy decides, so meetings decide nothing", _hierarchy_decides, _meetings_only_disappoint),
        Control(
            "the region has no rules on spending and reporting", _no_rules_of_the_region, _something_else_is_lost_most
        ),
        Control("the region spares one of the two its rules", _spared_in_cremona, _apart),
    ),
    quick=range(1, 17),
    remark="That trust rises afterwards is read as: it is higher than it was after the first meeting.",
    tuned_on=True,
)
