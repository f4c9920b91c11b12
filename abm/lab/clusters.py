"""Copies of a place: clusters that a trial can draw among."""

from __future__ import annotations

from typing import NamedTuple

from abm.case import Case, Locality
from abm.config import changed_case


class Size(NamedTuple):
    """Of a trial: clusters (places), families in each, months from the intervention to the end."""

    clusters: int
    families: int
    months: int


def first_place(case: Case) -> tuple[str, Locality]:
    """The first place with a grant."""
    return next((name, place) for name, place in case.locality.items() if place.grant_eur > 0)


def clustered(case: Case, size: Size) -> Case:
    """The first place with a grant of a case, in so many copies of so many families; places without a grant are left out."""
    name, place = first_place(case)
    places = {
        f"{name}_{n + 1}": place.model_copy(update={"title": f"{place.title or name} {n + 1}"})
        for n in range(size.clusters)
    }
    total = place.families * size.clusters
    many = case.model_copy(update={"locality": places, "families": total})
    return changed_case(many, {"case.families": size.families * size.clusters})
