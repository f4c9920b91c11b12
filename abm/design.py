"""A governance design: six independent parts and the mechanism switches, frozen values with every key declared.

A design is a combination of settings, never a class of its own. Rules are the design's, facts are the case's.
"""

from __future__ import annotations

from typing import Literal

from pydantic import Field, model_validator

from abm.declare import Part, choice, param, switch
from abm.rules.attribution import ATTRIBUTIONS
from abm.rules.payment import MILESTONE_KINDS, PAYMENT_RULES

DECISION_RIGHTS = ("hierarchy", "hub", "teams", "members")
COORDINATION_RIGHTS = ("none", "members", "lead", "nao")
LEARNING_MODES = ("blueprint", "emergent")
EVERY_MEASURED_DOMAIN = "measured"


class Milestone(Part):
    """A paid event of a family's path: one line of a rate card."""

    name: str = Field(min_length=1, description="what the line is called in tables")
    domain: str = Field(EVERY_MEASURED_DOMAIN, description="a domain of the case, or 'measured' for each measured domain")
    kind: Literal["entry", "gain", "attained", "sustained"] = choice(
        "attained", MILESTONE_KINDS,
        "entry: enrolment; gain: each unit of measured change; attained: change reaches the threshold once; "
        "sustained: change stays at the threshold for the given months",
        "fair_chance_fund",
    )  # fmt: skip
    threshold: float = param(
        0.10, "wellbeing", (0.0, 1.0), "measured change since the family's own intake that counts", plausible=(0.05, 0.2)
    )
    months: int = param(
        6, "months", (1, 60), "months without a break at the threshold (sustained only)", "fair_chance_fund",
        plausible=(3, 18),
    )  # fmt: skip
    price: float = param(1.0, "relative", (0.0, 1e6), "price beside the other lines; the whole card is scaled to the budget")
    metric_cap: float = param(
        1e6, "× expected", (0.0, 1e6), "ceiling on the line's payment, as a multiple of its expected payment", "indigo",
        plausible=(0.8, 2.0),
    )  # fmt: skip


class Payment(Part):
    """What is paid for, when, and how strongly the outcome is specified (the requisite contract)."""

    rule: Literal["block", "fee_for_service", "binary", "graduated", "rate_card"] = choice(
        "block", PAYMENT_RULES, "how payment follows from activity and outcomes", "indigo"
    )
    outcome_share: float = param(
        0.0, "share", (0.0, 1.0), "share of the contract's value that depends on outcomes (block: 0)", "indigo",
        plausible=(0.1, 1.0), acts_in="social_impact_bond",
    )  # fmt: skip
    lag_months: int = param(
        3, "months", (0, 36), "months between an earned payment and its receipt", "cassidy2025", plausible=(1, 9),
        acts_in="provider_financed_pbr",
    )  # fmt: skip
    period_months: int = param(
        12, "months", (1, 60), "cohort and test period of binary and graduated payment: all enrolled in it, change since "
        "own intake, leavers at their last value", "peterborough", plausible=(6, 24), acts_in="upfront_outcomes_contract",
    )  # fmt: skip
    contract_cap: float = param(
        1.0, "× expected", (0.0, 10.0), "ceiling on all outcome payments, as a multiple of the expected payment", "indigo",
        plausible=(0.8, 1.5),
    )  # fmt: skip
    person_cap: float = param(
        4.0, "× mean", (0.0, 100.0), "ceiling on what one family can earn its providers, as a multiple of the expected "
        "payment per place", "innovation_fund", plausible=(1.0, 6.0),
    )  # fmt: skip
    target: float = param(
        0.9, "× forecast", (0.0, 3.0), "cohort result at which binary payment is due, relative to the forecast", "peterborough",
        plausible=(0.5, 1.2), acts_in="binary_bond",
    )  # fmt: skip
    floor: float = param(
        0.0, "× forecast", (-3.0, 3.0), "cohort result at which graduated payment starts, relative to the forecast", "indigo",
        plausible=(-0.5, 0.8), acts_in="upfront_outcomes_contract",
    )  # fmt: skip
    ceiling: float = param(
        1.5, "× forecast", (0.0, 5.0), "cohort result at which graduated payment ends", "indigo", plausible=(1.0, 2.0),
        acts_in="upfront_outcomes_contract",
    )  # fmt: skip
    cohort_definition: float = param(
        0.0, "share", (0.0, 1.0), "probability that a free place follows the gateway's order (need and waiting) instead of "
        "the provider's choice", "fitzgerald2023",
    )  # fmt: skip
    alignment: float = param(
        0.5, "share", (0.0, 1.0), "how much of what matters is measured: the ceil(alignment × domains) most measurable "
        "domains become metrics", "fitzgerald2019", plausible=(0.25, 1.0),
    )  # fmt: skip
    attribution: Literal["gross", "historical", "comparison", "randomised"] = choice(
        "gross", ATTRIBUTIONS, "what is subtracted from measured change before payment", "indigo", acts_in="binary_bond"
    )
    input_specification: float = param(
        0.3, "share", (0.0, 1.0), "how far activities are prescribed: adds reporting, slows the adaptation of services",
        "sicilia2016", acts_in="block_grant",
    )  # fmt: skip
    milestone: tuple[Milestone, ...] = Field((), description="the rate card, one table a line")


class Bridge(Part):
    """Who advances the working capital until outcomes are paid; the shares sum to 1."""

    state: float = param(1.0, "share", (0.0, 1.0), "share advanced by the commissioner", "mchugh2013")
    provider: float = param(0.0, "share", (0.0, 1.0), "share carried by providers' own reserves and credit", "mchugh2013")
    investor: float = param(0.0, "share", (0.0, 1.0), "share advanced by investors", "mchugh2013")


class Finance(Part):
    """Who bridges and who bears risk."""

    bridge: Bridge = Bridge()
    risk_to_provider: float = param(
        0.0, "share", (0.0, 1.0), "share of the outcome risk passed on to providers: 1 when paid by results itself, 0 under "
        "a bond or a prime that pays it fee for service", "tortorice2020",
    )  # fmt: skip
    return_cap: float = param(
        0.07, "per year", (0.0, 1.0), "ceiling on the investors' return on the capital outstanding", "indigo", plausible=(0.02, 0.15)
    )
    overhead_share: float = param(
        0.0, "share", (0.0, 0.5), "running cost of governance, intermediary and verification, paid out of the same budget",
        "indigo", plausible=(0.01, 0.15),
    )  # fmt: skip


class Structure(Part):
    """Two rights and a set of rules; named forms of governance are presets of these."""

    decision_rights: Literal["hierarchy", "hub", "teams", "members"] = choice(
        "hub", DECISION_RIGHTS, "who plans on which voices: nobody's, all pooled at the hub, each team on its own, or the "
        "members together", "provan2008",
    )  # fmt: skip
    coordination_rights: Literal["none", "members", "lead", "nao"] = choice(
        "members", COORDINATION_RIGHTS, "who spends the hours on links: nobody, the members in pairs, a lead agency, or a "
        "network administrative organisation", "provan2008",
    )  # fmt: skip
    coordination_effort: float = param(
        0.06, "share", (0.0, 0.5), "share of contract hours that the holders of coordination rights may spend on links",
        plausible=(0.02, 0.15),
    )  # fmt: skip
    network_management: float = param(
        0.0, "share", (0.0, 1.0), "how far the commissioner's people broker ties and settle disagreements, out of the contract's money",
        plausible=(0.0, 0.6), acts_in="relational_obc",
    )  # fmt: skip
    burden_absorbed: float = param(
        0.0, "share", (0.0, 1.0), "share of the region's spending and reporting rules that the authority's own people deal with instead "
        "of passing them on", "sicilia2016", acts_in="monza_lead_agency",
    )  # fmt: skip
    data_sharing: float = param(
        0.0, "share", (0.0, 1.0), "how far partners see each other's results: misreports are found, services learn from better ones, "
        "sharing takes hours", acts_in="relational_obc",
    )  # fmt: skip
    annual_budget: bool = switch(
        "what a year's budget did not spend lapses: providers return surpluses, unclaimed outcome money is gone", default=False,
        acts_in="old_public_administration",
    )  # fmt: skip
    teams: int = param(
        0, "teams", (0, 16), "teams that a place's providers and families are divided into; 0: one for each territory", "sicilia2016",
        plausible=(1, 6), acts_in="cremona_devolved",
    )  # fmt: skip
    competition: float = param(
        0.2, "share", (0.0, 1.0), "how far contract hours follow the ranking of bids instead of capacity; opens entry to "
        "for-profit providers", "hartley2005",
    )  # fmt: skip
    price_weight: float = param(0.3, "share", (0.0, 1.0), "weight of price against quality in the award", "indigo", plausible=(0.1, 0.7))
    partnership_required: bool = switch(
        "only partnerships may bid: the award goes to the group and its links are kept", "sicilia2016", acts_in="new_public_management"
    )
    minimum_hours: float = param(
        0.5, "× promised", (0.0, 1.0), "hours that every enrolled family is guaranteed, as a share of what was promised: "
        "limits parking", "work_programme", acts_in="provider_financed_pbr",
    )  # fmt: skip


class OutcomesUse(Part):
    """What outcomes are used for besides payment; each works at an outcome share of 0."""

    priorities: float = param(0.3, "share", (0.0, 1.0), "how far priorities move toward what was heard", "bovaird2011")
    responsibility: float = param(
        0.3, "share", (0.0, 1.0), "how far unpaid results enter the commissioner's trust in a provider", "bovaird2011"
    )
    decisions: float = param(
        0.2, "share", (0.0, 1.0), "share of contract hours re-allocated among providers on outcome information", "bovaird2011"
    )


class Levels(Part):
    """Weights of the three levels of co-production; they sum to 1."""

    individual: float = param(0.6, "share", (0.0, 1.0), "families' work for their own benefit", "nabatchi2017")
    group: float = param(0.3, "share", (0.0, 1.0), "families' mutual help", "nabatchi2017")
    collective: float = param(
        0.1, "share", (0.0, 1.0), "work for the whole community: reaches those who took no part", "nabatchi2017"
    )


class Roles(Part):
    """In which role people meet the service; the weights sum to 1, and equal weights change nothing."""

    client: float = param(1.0 / 3.0, "share", (0.0, 1.0), "as clients they wait", "hartley2005")
    consumer: float = param(1.0 / 3.0, "share", (0.0, 1.0), "as consumers they leave or change provider", "hartley2005")
    coproducer: float = param(1.0 / 3.0, "share", (0.0, 1.0), "as co-producers they take part, and complain", "hartley2005")


class Coproduction(Part):
    """Intensity in four phases, levels, roles, and the support that families get."""

    planning: float = param(0.0, "share", (0.0, 1.0), "co-planning: families asked what is needed", "nabatchi2017")
    design: float = param(0.0, "share", (0.0, 1.0), "co-design: families in the meetings that shape services", "nabatchi2017")
    delivery: float = param(0.0, "share", (0.0, 1.0), "co-delivery: families and volunteers produce with professionals", "nabatchi2017")
    assessment: float = param(0.0, "share", (0.0, 1.0), "co-assessment: families judge results with the funder", "nabatchi2017")
    levels: Levels = Levels()
    roles: Roles = Roles()
    training: float = param(0.1, "share", (0.0, 1.0), "training of families and volunteers", "sicilia2016")
    outreach: float = param(0.1, "share", (0.0, 1.0), "effort to reach families with few resources", "sicilia2016")
    information: float = param(0.0, "share", (0.0, 1.0), "information for all families: more apply, more come to meetings")
    expenses: float = param(
        0.0, "€/h", (0.0, 100.0), "expense money for an hour of families' and volunteers' work, out of the contract", plausible=(0.0, 8.0),
        acts_in="new_public_governance",
    )  # fmt: skip
    menu: float = param(
        0.10, "share", (0.0, 0.6), "most of the contract's hours that new services (training, mutual help, day centre, weekend, courses) may "
        "take; what is offered is voted on", "sicilia2016", plausible=(0.0, 0.3), acts_in="cremona_devolved",
    )  # fmt: skip
    encouragement: float = param(
        0.0, "share", (0.0, 1.0), "letters that encourage families to apply, come and take part, month by month: raise willingness", "jakobsen2013",
        acts_in="new_public_governance",
    )  # fmt: skip
    respite: float = param(
        0.0, "h/month", (0.0, 100.0), "hours of relief that a provider gives each family it took in, out of its contract hours: leave families "
        "time to take part", "jakobsen_andersen2013", plausible=(0.0, 4.0), acts_in="new_public_governance",
    )  # fmt: skip


class Control(Part):
    """How the funder controls, and what makes it let go."""

    burden_min: float = param(0.03, "share", (0.0, 0.5), "least share of paid hours that control takes", plausible=(0.01, 0.08))
    burden_max: float = param(0.20, "share", (0.0, 0.9), "most that control takes when trust is gone", plausible=(0.1, 0.4))
    threshold: float = param(0.45, "trust", (0.0, 1.0), "trust at which control stands midway", "aghion2010", plausible=(0.4, 0.6))
    steepness: float = param(0.1, "trust", (0.01, 1.0), "how gradually control reacts to trust", "aghion2010", plausible=(0.03, 0.2))
    audit: float = param(0.1, "probability", (0.0, 1.0), "yearly probability that a provider's claims are audited", plausible=(0.02, 0.3))
    penalty: float = param(2.0, "× claim", (0.0, 20.0), "what a caught misreport costs, relative to what it earned", plausible=(1.0, 4.0))


class Learning(Part):
    """Blueprint: the plan stays. Emergent: priorities and knowledge are revised as experience builds up."""

    mode: Literal["blueprint", "emergent"] = choice(
        "blueprint", LEARNING_MODES, "whether the plan is revised on experience", "bianchi2017", acts_in="new_public_governance"
    )
    every_months: int = param(
        6, "months", (1, 60), "months between revisions", "bianchi2017", plausible=(3, 24), acts_in="new_public_governance"
    )
    gain: float = param(
        0.3, "share", (0.0, 1.0), "how far a revision moves toward what was found", "bianchi2017", acts_in="new_public_governance"
    )
    ratchet: float = param(
        0.0, "share", (0.0, 1.0), "how far a revision raises targets where results were better than planned, and never lowers them; "
        "providers foresee it", "weitzman1980", plausible=(0.0, 0.8), acts_in="social_impact_bond",
    )  # fmt: skip


class Mechanisms(Part):
    """Each true by default; false is the model without it, exactly."""

    incentives: bool = switch("payment moves attention and intensity", "holmstrom1991", acts_in="provider_financed_pbr")
    selection: bool = switch("providers choose among applicants (creaming)", "rees2013", acts_in="provider_financed_pbr")
    parking: bool = switch("hours within the caseload follow payment as well as need", "rees2013")
    gaming: bool = switch("providers overstate results where it pays", "courty2004")
    liquidity: bool = switch("wages need cash, reserves or credit", "cassidy2025", acts_in="provider_financed_pbr")
    crowding: bool = switch("pay for results changes mission motivation", "frey1997", acts_in="provider_financed_pbr")
    burden_response: bool = switch("control answers to trust", "aghion2010", acts_in="block_grant")
    reputation: bool = switch("peers pass on what they think of providers", "joesang2007", acts_in="block_grant")
    peer_learning: bool = switch("families help each other", "nabatchi2017", acts_in="new_public_governance")
    conflict: bool = switch("partners who want different things disagree, and meetings settle it", "provan2008", acts_in="new_public_governance")
    dumping: bool = switch("families feel it when their work grows and professionals' does not", "sicilia2016", acts_in="new_public_governance")
    politics: bool = switch("political support moves, and co-planning and renewal depend on it", acts_in="new_public_governance")
    fatigue: bool = switch("co-production and unintegrated services tire families", "sicilia2016", acts_in="new_public_governance")
    slack: bool = switch("families take part no further than their spare hours go", "jakobsen_andersen2013", acts_in="new_public_governance")


class GovernanceDesign(Part):
    """A governance design. Any combination is legal unless it contradicts itself."""

    name: str = Field(min_length=1, pattern=r"^[a-z0-9][a-z0-9_\-]*$", description="identifier, also in results")
    title: str = Field("", description="how figures and tables call it")
    description: str = Field("", description="what it stands for, and where it comes from")
    payment: Payment = Payment()
    finance: Finance = Finance()
    structure: Structure = Structure()
    outcomes_use: OutcomesUse = OutcomesUse()
    coproduction: Coproduction = Coproduction()
    control: Control = Control()
    learning: Learning = Learning()
    mechanisms: Mechanisms = Mechanisms()

    @model_validator(mode="after")
    def _no_contradiction(self) -> GovernanceDesign:
        problems = contradictions(self)
        if problems:
            raise ValueError("; ".join(problems))
        return self


def contradictions(design: GovernanceDesign) -> list[str]:
    """What contradicts itself in a design, one sentence each, beginning with the keys at fault."""
    pay, bridge, levels = design.payment, design.finance.bridge, design.coproduction.levels
    found = []
    total = bridge.state + bridge.provider + bridge.investor
    if abs(total - 1.0) > 1e-9:
        found.append(f"finance.bridge: the shares must sum to 1, these sum to {total:g}")
    total = levels.individual + levels.group + levels.collective
    if abs(total - 1.0) > 1e-9:
        found.append(f"coproduction.levels: the shares must sum to 1, these sum to {total:g}")
    roles = design.coproduction.roles
    total = roles.client + roles.consumer + roles.coproducer
    if abs(total - 1.0) > 1e-9:
        found.append(f"coproduction.roles: the weights must sum to 1, these sum to {total:g}")
    if pay.rule in ("block", "fee_for_service") and pay.outcome_share > 0:
        found.append(f"payment.outcome_share: must be 0 where payment.rule is {pay.rule!r}, which pays no outcomes")
    if pay.rule in ("binary", "graduated", "rate_card") and pay.outcome_share == 0:
        found.append(f"payment.rule: {pay.rule!r} pays for outcomes, so payment.outcome_share must be above 0")
    if pay.rule == "rate_card" and not pay.milestone:
        found.append("payment.milestone: a rate card needs at least one milestone")
    if pay.rule != "rate_card" and pay.milestone:
        found.append(f"payment.milestone: only a rate card has milestones, payment.rule is {pay.rule!r}")
    if pay.rule in ("binary", "graduated", "rate_card") and pay.alignment == 0:
        found.append("payment.alignment: nothing would be measured, so no outcome could be paid; must be above 0")
    if pay.rule == "rate_card" and pay.milestone and all(line.price == 0 for line in pay.milestone):
        found.append("payment.milestone: every price is 0, so nothing could be paid")
    if pay.rule == "graduated" and pay.ceiling <= pay.floor:
        found.append("payment.ceiling: must be above payment.floor")
    if pay.rule in ("binary", "graduated", "rate_card") and design.finance.risk_to_provider < bridge.provider - 1e-9:
        found.append(
            "finance.risk_to_provider: providers that advance capital are repaid from outcomes, so it must be at least "
            f"finance.bridge.provider ({bridge.provider:g})"
        )
    if pay.rule == "block" and bridge.state < 1.0:
        found.append("finance.bridge.state: block pay comes in advance, so there is nothing for others to bridge; must be 1")
    if design.control.burden_max < design.control.burden_min:
        found.append("control.burden_max: must not be below control.burden_min")
    return found
