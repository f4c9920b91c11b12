"""Interventions and shocks: what there is, for whom, and what a dose of it does to one stock.

Each kind is declared once, in `KINDS`; its place there is its code. Stocks that are taught move as
s' = s + η·(1 − s)·training, and what was taught is lost at a rate δ a month and with those who leave: s' = s − δ·s. A strength
of 0 moves nothing.
"""

from __future__ import annotations

from dataclasses import dataclass

from abm.compiled import compiled
from abm.declare import ASSUMED

UNITS = ("place", "provider", "family")
UNIT_PLACE, UNIT_PROVIDER, UNIT_FAMILY = range(3)
EVENT, MONTHS, FOR_GOOD = "one month", "its months", "for good"


@dataclass(frozen=True)
class Kind:
    """One kind of intervention or shock: `units` that it may be drawn by (the usual first), and how long it lasts."""

    name: str
    units: tuple[str, ...]
    lasts: str
    meaning: str
    moves: str
    source: str = ASSUMED


_P, _O, _F = UNITS
KINDS = (
    Kind("workshop", (_O, _P), MONTHS, "capacity-building workshops for providers; by place for the authority too",
         "skill in contracting (fewer hours on reporting, bids and claims; clearer signals of trust), links between those who "
         "met, the authority's skills; costs hours and money", "petersen2019"),
    Kind("guidance", (_P, _O), MONTHS, "policy guidance: rules and reporting are explained",
         "clarity (fewer hours on reporting, bids and claims); by place, disagreements that wait are settled", "petersen2019"),
    Kind("engagement", (_P, _F), MONTHS, "stakeholder engagement: families are asked what they need, besides co-planning",
         "what authority and providers know of need; trust and voice of those who came, by how far plans moved",
         "sicilia2016"),
    Kind("professional_training", (_O, _P), MONTHS, "training of professionals",
         "competence and openness to co-production; costs hours and money", "sicilia2016"),
    Kind("family_training", (_F, _P), MONTHS, "training of families in service",
         "capability of those who are engaged; costs hours and money", "jakobsen2013"),
    Kind("information", (_F, _P), MONTHS, "information letters that encourage families to apply and take part",
         "willingness to apply, come and take part, which fades in months", "thomsen2015"),
    Kind("resources", (_F, _P), MONTHS, "respite hours and expense money for families in service",
         "free hours, and what poverty keeps from taking part; costs money", "jakobsen_andersen2013"),
    Kind("budget_cut", (_P,), MONTHS, "the contract's money is cut by this share",
         "grants, advances and planned hours while it lasts"),
    Kind("withdrawal", (_P,), FOR_GOOD, "public money is withdrawn, at full strength all of it",
         "as a cut that stays; at full strength service ends, nothing is renewed, and what was earned is paid when due"),
    Kind("cancellation", (_P,), FOR_GOOD, "the policy is cancelled: outcome payments end, the contract is closed and settled",
         "as withdrawal, and what could still be claimed falls by this share; at full strength dues are paid at once and "
         "advances return as far as cash goes", "fitzgerald2023"),
    Kind("referral_shortfall", (_P,), MONTHS, "this share of those who would apply are not referred", "applications"),
    Kind("exit", (_P,), EVENT, "the partner with the largest part of the contract gives up this share of it, or all and leaves",
         "hours of the others, families' packages, ties"),
    Kind("scandal", (_P, _O), EVENT, "a breach by one provider, by place drawn among its partners",
         "trust in it of all who have a relation with it, and in providers of its sector", "slovic1993"),
    Kind("election", (_P,), EVENT, "a new majority: political support moves this far to a fresh draw", "political support"),
)  # fmt: skip
(
    WORKSHOP, GUIDANCE, ENGAGEMENT, PROFESSIONAL_TRAINING, FAMILY_TRAINING, INFORMATION, RESOURCES, BUDGET_CUT, WITHDRAWAL,
    CANCELLATION, REFERRAL_SHORTFALL, EXIT, SCANDAL, ELECTION,
) = range(14)  # fmt: skip
KIND_NAMES = tuple(kind.name for kind in KINDS)


@compiled
def taught(stock, strength, gain):
    """A stock in [0, 1] after a month of training of this strength: s + η·strength·(1 − s)."""
    return stock + gain * strength * (1.0 - stock)


@compiled
def forgotten(stock, loss, replaced):
    """What a month leaves of a taught stock: s − (δ + share of people replaced)·s, at least 0."""
    return max(0.0, stock - (loss + replaced) * stock)


@compiled
def together(share, other):
    """Two shares of what is left, one after the other: 1 − (1 − a)(1 − b)."""
    return 1.0 - (1.0 - share) * (1.0 - other)


@compiled
def eased(ease, skill, clarity):
    """Hours of a transaction relative to those of the unskilled: 1 − ease × (1 − (1 − skill)(1 − clarity)).

    That experience lowers transaction costs is Petersen et al. 2019; form and size are assumed.
    """
    return 1.0 - ease * together(skill, clarity)


@compiled
def signal_noise(accuracy, skill):
    """Noise in what is learned of a partner, relative to that of an unskilled one: 1 − accuracy × skill (assumed)."""
    return 1.0 - accuracy * skill


@compiled
def next_encouragement(encouraged, letters, memory):
    """Encouragement follows the letters that come and fades without: m·e + (1 − m)·letters."""
    return memory * encouraged + (1.0 - memory) * letters


@compiled
def willingness(engagement, encouraged, effect):
    """Engagement as encouragement raises it: engagement + effect × encouraged, in [0, 1]; the sign of effect is disputed."""
    return min(1.0, max(0.0, engagement + effect * encouraged))


@compiled
def handed_on(share, given_up, own):
    """A partner's `share` once another, whose own is a, has given up a part s of it: share × (1 − a + s·a)/(1 − a)."""
    return share * (1.0 - own + given_up * own) / (1.0 - own)
