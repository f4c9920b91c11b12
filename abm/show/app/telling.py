"""What a page is told of its world: once all that stays, and with every month what is new."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from abm.show.app import changing, panels, words
from abm.show.app.setup import TWIN, UNCHANGED, Setup, to_query

if TYPE_CHECKING:
    from abm.case import Calendar
    from abm.show.app.arms import Arms
    from abm.show.app.picture import Picture

BESIDE_WORDS = {TWIN: "the same design, paid by block grant", UNCHANGED: "the same design, without my changes"}


def world_of(arms: Arms, setup: Setup, picture: Picture, shown: str) -> dict[str, Any]:
    """What holds until the world is made anew."""
    arm, beside = arms.arm("a"), arms.arm("b")
    return {
        "case": setup.case,
        "case_title": arm.case.title or arm.case.name,
        "design": setup.design,
        "design_title": arm.design.title + (", changed" if setup.settings else ""),
        "beside": setup.beside,
        "beside_title": BESIDE_WORDS.get(setup.beside, beside.design.title),
        "seed": str(setup.seed),  # as text: JavaScript has no whole numbers of that size
        "months": arms.months,
        "phases": _phases(arm.case.calendar, arms.months),
        "same": {name: arms.same(name) for name in ("a", "b", "t")},
        "rule": arm.design.base.payment.rule,
        "values": changing.values(arm),
        "unused": changing.unused(arm),
        "settings": dict(setup.settings),
        "net": picture.layout(arms["a"]),
        "shown": shown,
    } | dated_of(arms, setup)


def dated_of(arms: Arms, setup: Setup) -> dict[str, Any]:
    """What is changed and happens on the way, and the link of all this."""
    changes = [{"month": one.month, "who": one.who, "set": one.set} for one in setup.changes]
    events = [one.model_dump() for one in setup.interventions]
    return {"changes": changes, "events": events, "query": to_query(setup, arms.month)}


def frame_of(arms: Arms, picture: Picture, shown: str, first: int, again: bool) -> dict[str, Any]:
    """What came with the months from `first` on; the graph and the money of the arm that is shown."""
    model = arms[arms.same(shown)]
    return {
        "month": arms.month,
        "from": first,
        "over": arms.month >= arms.months,
        "rows": {name: panels.rows(arms[name], first) for name in arms},
        "net": picture.frame(model, again),
        "shown": shown,
        "served": {name: panels.served(arms[name], picture.families) for name in arms},
        "money": panels.money(model),
        "now": words.now(arms),
        "date": words.date(arms["a"], arms.month),
    }


def _phases(calendar: Calendar, months: int) -> list[list[Any]]:
    """The phases of a run: name, first and last month."""
    last = calendar.service[1] + calendar.renewals * calendar.service_months
    return [
        ["planning", *calendar.plan],
        ["tender", calendar.tender, calendar.tender],
        ["co-design", *calendar.codesign],
        ["service", calendar.service[0], last],
        ["run-off", max(last, calendar.assess[1]) + 1, months],
    ]
