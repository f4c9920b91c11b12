"""What is happening now, in sentences made from the state: no text is written for a month, all of it is read off the world."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from abm.show.app.panels import known, value

if TYPE_CHECKING:
    from abm.model import OutcomeContractingModel
    from abm.show.app.arms import Arms

CLOSE = 0.005  # shares and levels closer than this are called alike
MONTHS = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)


def date(model: OutcomeContractingModel, month: int) -> str:
    """The calendar month of a month of the run."""
    year, first = map(int, model.case.calendar.start.split("-"))
    months = 12 * year + first - 1 + max(0, month - 1)
    return f"{MONTHS[months % 12]} {months // 12}"


def now(arms: Arms) -> list[str]:
    """The month in a few sentences: where the calendar is, who is served, money, trust, and what goes astray."""
    model = arms["a"]
    if model.month == 0:
        return ["Nothing has happened yet.", _start(model)]
    said = [_phase(model)]
    for sentence in (_service, _money, _trust, _astray):
        text = sentence(arms)
        if text:
            said.append(text)
    return said


def _start(model: OutcomeContractingModel) -> str:
    places = [place for place in model.case.locality.values() if place.grant_eur > 0]
    families, grant = sum(place.families for place in places), sum(place.grant_eur for place in places)
    clock = model.world.clock[0]
    partners = sum(place.public + place.third_sector + place.associations for place in places)
    return (
        f"{families:,} families and {partners} organisations; a contract of {euros(grant)} is let in month {clock.tender} and "
        f"served from month {clock.service_first} on. Press play."
    )


def _phase(model: OutcomeContractingModel) -> str:
    clock = model.world.clock[0]
    when = f"{date(model, model.month)}."
    if clock.serving:
        which = f" of contract {clock.contract + 1}" if clock.renewals else ""
        return f"{when} Month {clock.service_month} of {clock.service_months} of service{which}."
    if clock.tendering:
        return f"{when} The contract is awarded this month."
    if clock.codesigning:
        return f"{when} A design meeting: partners and families shape the service."
    if clock.planning:
        return f"{when} A round of co-planning: families are asked what they need."
    if model.month < clock.tender:
        return f"{when} Before the tender, which comes in month {clock.tender}."
    if model.month < clock.service_first:
        return f"{when} The contract is let; service begins in month {clock.service_first}."
    return f"{when} Service is over; what is still due is paid."


def _service(arms: Arms) -> str:
    model = arms["a"]
    served, waiting = value(model, "families_served"), value(model, "families_waiting")
    if not model.world.clock[0].serving:
        gain = known(model, "attributable_gain")
        return f"What the service has added so far: {signed(gain)} of wellbeing." if gain == gain and gain else ""
    text = f"{served:.0f} families are in service and {waiting:.0f} wait."
    gap = value(model, "access_gap")
    if gap == gap and abs(gap) > 0.05:
        more, less = ("least", "most") if gap > 0 else ("most", "least")
        text += (
            f" The {more} complex third is served more often than the {less}, by {100 * abs(gap):.0f} points of 100."
        )
    return text


def _money(arms: Arms) -> str:
    model = arms["a"]
    if not model.world.clock[0].serving and model.month < model.world.clock[0].service_first:
        return ""
    claimed = sum(
        known(model, f"payment_{part}") for part in ("true_effect", "deadweight", "selection", "gaming", "noise")
    )
    short = value(model, "providers_at_risk")
    text = ""
    if claimed == claimed and claimed > 0:
        true = known(model, "payment_true_effect")
        text = f"{euros(claimed)} were claimed for outcomes; on the true effect it would have been {euros(true)}."
    if short == short and short > 0.05:
        text += f" {100 * short:.0f} % of partners cannot pay all their planned hours."
    return text.strip()


def _trust(arms: Arms) -> str:
    model, other = arms["a"], arms["b"]
    level, start = value(model, "trust_family_provider"), float(model.world.series["trust_family_provider"][0])
    if level != level:
        return ""
    text = f"Families trust their providers {level:.2f} ({change(level - start)} since the start)"
    beside = value(other, "trust_family_provider")
    if other is not model and beside == beside:
        text += f", {compared(level - beside)} beside it"
    return text + "."


def _astray(arms: Arms) -> str:
    model, twin = arms["a"], arms["t"]
    found = []
    for name, words in (
        ("mission_drift", "of the hours go to other families or domains than the mission would choose"),
        ("bureaucratisation", "of all hours went into control that changed nothing"),
    ):
        level = value(model, name)
        if level == level and level > 0.02:
            block = value(twin, name)
            than = f" (block grant: {100 * block:.0f} %)" if twin is not model and block == block else ""
            found.append(f"{100 * level:.0f} % {words}{than}")
    return "; ".join(found).capitalize() + "." if found else ""


def change(difference: float) -> str:
    """A difference since earlier, in words."""
    return "unchanged" if abs(difference) < CLOSE else signed(difference)


def compared(difference: float) -> str:
    """A difference to what runs beside."""
    if abs(difference) < CLOSE:
        return "as in what runs"
    return f"{abs(difference):.2f} {'more' if difference > 0 else 'less'} than in what runs"


def signed(number: float) -> str:
    """A number with its sign, a true minus."""
    return f"{number:+.3f}".replace("-", "\N{MINUS SIGN}")


def euros(amount: float) -> str:
    """An amount in few figures."""
    if not math.isfinite(amount):
        return "an unknown sum"
    if abs(amount) >= 1e6:
        return f"{amount / 1e6:.2f} million €"
    return f"{round(amount, -2):,.0f} €" if abs(amount) >= 10_000 else f"{amount:,.0f} €"
