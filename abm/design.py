"""A governance design: six independent parts and the mechanism switches, frozen values with every key declared.

A design is a combination of settings, never a class of its own. Rules are the design's, facts are the case's.
"""

from __future__ import annotations

import itertools
from typing import Literal

from pydantic import Field, model_validator

from abm.declare import Part, choice, param, switch
from abm.rules.attribution import ATTRIBUTIONS
from abm.rules.finance import INTERMEDIARIES
from abm.rules.payment import MILESTONE_KINDS, MOST_STEPS, PAYMENT_RULES

DECISION_RIGHTS = ("hierarchy", "hub", "teams", "members")
COORDINATION_RIGHTS = ("none", "members", "lead", "nao")
LEARNING_MODES = ("blueprint", "emergent")
EVERY_MEASURED_DOMAIN = "measured"
OUTCOME_RULES = tuple(rule for rule in PAYMENT_RULES if rule not in ("block", "fee_for_service"))


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
    core: bool = switch("true: a line of its own; false: optional, paid only for a family that has reached a core line", "indigo")


class Step(Part):
    """One step of a stepped payment."""

    result: float = param(
        1.0, "× forecast", (-3.0, 5.0), "cohort result, relative to the forecast, from which the share is paid", "indigo",
        plausible=(0.0, 1.5), acts_in="upfront_outcomes_contract",
    )  # fmt: skip
    share: float = param(
        1.0, "share", (0.0, 1.0), "share of the full payment; the full payment is scaled so that the forecast earns the budget",
        "indigo", plausible=(0.3, 1.0), acts_in="upfront_outcomes_contract",
    )  # fmt: skip


class Payment(Part):
    """What is paid for, when, and how strongly the outcome is specified (the requisite contract)."""

    rule: Literal["block", "fee_for_service", "binary", "graduated", "rate_card", "tranche", "stepped"] = choice(
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
        12, "months", (1, 60), "cohort and test period of payment by cohort (binary, graduated, tranche, stepped): all enrolled in "
        "it, change since own intake, leavers at their last value", "peterborough", plausible=(6, 24), acts_in="upfront_outcomes_contract",
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
        0.9, "× forecast", (0.0, 3.0), "cohort result at which a binary payment or a tranche is due, relative to the forecast", "peterborough",
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
    attribution: Literal["gross", "historical", "comparison", "randomised", "difference"] = choice(
        "gross", ATTRIBUTIONS, "what is subtracted from measured change before payment", "indigo", acts_in="binary_bond"
    )
    input_specification: float = param(
        0.3, "share", (0.0, 1.0), "how far activities are prescribed: adds reporting, slows the adaptation of services",
        "sicilia2016", acts_in="block_grant",
    )  # fmt: skip
    claim_deadline_months: int = param(
        0, "months", (0, 60), "performance year of a rate card: months that a result has stood count for claims of the same year only, and are "
        "counted anew after its deadline; 0: no deadlines", "courty2004", plausible=(0, 12), acts_in="provider_financed_pbr",
    )  # fmt: skip
    milestone: tuple[Milestone, ...] = Field((), description="the rate card, one table a line")
    step: tuple[Step, ...] = Field((), description="a stepped payment, one table a step; between steps nothing changes")
    pooled_target: float = param(
        0.0, "× forecast", (0.0, 3.0), "mean result of all cohorts at which the tranches that single cohorts missed are paid in the "
        "end, relative to the forecast; 0: they are lost", "peterborough", plausible=(0.3, 0.9), acts_in="binary_bond",
    )  # fmt: skip
    all_indicators: bool = switch(
        "binary payment and tranches are due only where each measured domain reaches the target × its own forecast", "indigo",
        default=False, acts_in="binary_bond",
    )  # fmt: skip
    deadweight_deducted: float = param(
        0.0, "share", (0.0, 1.0), "part of a line's estimated deadweight (forecast without the service ÷ with it) that its price is "
        "net of", "fitzgerald2023", plausible=(0.0, 1.0),
    )  # fmt: skip
    tariff_groups: int = param(
        1, "groups", (1, 10), "groups of families with a price each, of equal width by complexity as it is on file; 1: one price",
        "work_programme", plausible=(1, 9), acts_in="provider_financed_pbr",
    )  # fmt: skip
    tariff_ratio: float = param(
        1.0, "ratio", (0.0, 20.0), "price of the hardest group ÷ that of the easiest, linear between", "work_programme",
        plausible=(1.0, 3.6), acts_in="provider_financed_pbr",
    )  # fmt: skip


class Bridge(Part):
    """Who advances the working capital until outcomes are paid; the shares sum to 1."""

    state: float = param(1.0, "share", (0.0, 1.0), "share advanced by the commissioner", "mchugh2013")
    provider: float = param(0.0, "share", (0.0, 1.0), "share carried by providers' own reserves and credit; under a social prime by its own reserves", "mchugh2013")
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
    first_loss: float = param(
        0.0, "share", (0.0, 1.0), "share of investors' capital that the most socially motivated of them supply, who are repaid after the "
        "others and so lose first; 0 or 1, or a single investor: all alike", "indigo", plausible=(0.0, 0.5),
    )  # fmt: skip
    guarantee: float = param(
        0.0, "share", (0.0, 1.0), "share of what investors have lost at the end that a guarantor pays them", "rikers2015",
        plausible=(0.0, 0.9),
    )  # fmt: skip
    recycling: float = param(
        0.0, "share", (0.0, 1.0), "share of receipts due to investors that the body which holds the account uses again as working "
        "capital before it calls more", plausible=(0.0, 1.0), acts_in="social_prime",
    )  # fmt: skip
    intermediary: Literal["none", "intermediary", "social_prime"] = choice(
        "none", INTERMEDIARIES, "who stands between payer, investors and providers: nobody; a body that holds the account, negotiates, "
        "collects results and makes the claims; or one that holds the outcomes contract and pays providers for their hours",
        "indigo", acts_in="social_prime",
    )  # fmt: skip
    fund_share: float = param(
        0.0, "share", (0.0, 1.0), "share of outcome payments made by an outcomes fund: bound to no year, and room under ceilings that one "
        "place does not use may be used in another", plausible=(0.0, 0.5),
    )  # fmt: skip
    development_grant: float = param(
        0.0, "share", (0.0, 0.5), "share of the grant paid before service: hours of bids and negotiation first, what is left as working "
        "capital of the partners", plausible=(0.0, 0.1),
    )  # fmt: skip


class NetworkManagement(Part):
    """What the commissioner's people do for the network, out of the contract's money: a share of a person's month each."""

    facilitation: float = param(
        0.0, "share", (0.0, 1.0), "process: they sit in on disagreements, which then take fewer hours, and chair meetings, which then agree "
        "on more", plausible=(0.0, 0.6), acts_in="relational_obc",
    )  # fmt: skip
    brokerage: float = param(
        0.0, "share", (0.0, 1.0), "ties: they bring partners together who are not linked yet", plausible=(0.0, 0.6), acts_in="relational_obc"
    )
    meta_governance: float = param(
        0.0, "share", (0.0, 1.0), "rules of the game: what partners want comes closer, and a hub hands on what it has no hours for",
        plausible=(0.0, 0.6), acts_in="relational_obc",
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
    network_management: NetworkManagement = NetworkManagement()
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
    claim_timing: bool = switch(
        "providers bring claims forward to a deadline where that pays", "courty2004", acts_in="provider_financed_pbr"
    )
    fatigue: bool = switch("co-production and unintegrated services tire families", "sicilia2016", acts_in="new_public_governance")
    facets: bool = switch("experiences speak to ability, benevolence or integrity, and trust is their weighted mean", "mayer1995", acts_in="block_grant")
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
    if pay.rule in OUTCOME_RULES and pay.outcome_share == 0:
        found.append(f"payment.rule: {pay.rule!r} pays for outcomes, so payment.outcome_share must be above 0")
    if pay.rule == "rate_card" and not pay.milestone:
        found.append("payment.milestone: a rate card needs at least one milestone")
    if pay.rule != "rate_card" and pay.milestone:
        found.append(f"payment.milestone: only a rate card has milestones, payment.rule is {pay.rule!r}")
    if pay.rule in OUTCOME_RULES and pay.alignment == 0:
        found.append("payment.alignment: nothing would be measured, so no outcome could be paid; must be above 0")
    if pay.rule == "rate_card" and pay.milestone and all(line.price == 0 for line in pay.milestone):
        found.append("payment.milestone: every price is 0, so nothing could be paid")
    elif pay.rule == "rate_card" and pay.milestone and not any(line.core and line.price > 0 for line in pay.milestone):
        found.append("payment.milestone: no core line has a price, so no optional line could ever be paid")
    if pay.rule == "graduated" and pay.ceiling <= pay.floor:
        found.append("payment.ceiling: must be above payment.floor")
    found += _wrong_steps(pay)
    at_risk = 1.0 if design.finance.intermediary == "social_prime" else design.finance.risk_to_provider
    if pay.rule in OUTCOME_RULES and at_risk < bridge.provider - 1e-9:
        found.append(
            "finance.risk_to_provider: providers that advance capital are repaid from outcomes, so it must be at least "
            f"finance.bridge.provider ({bridge.provider:g})"
        )
    if design.finance.intermediary == "social_prime":
        found += _prime_contradictions(pay, design.finance)
    if design.finance.recycling > 0 and design.finance.intermediary == "none":
        found.append("finance.recycling: nobody holds the account; finance.intermediary must be 'intermediary' or 'social_prime'")
    if pay.rule == "block" and bridge.state < 1.0:
        found.append("finance.bridge.state: block pay comes in advance, so there is nothing for others to bridge; must be 1")
    if design.control.burden_max < design.control.burden_min:
        found.append("control.burden_max: must not be below control.burden_min")
    return found


def _wrong_steps(pay: Payment) -> list[str]:
    """What is wrong with the steps of a stepped payment, or with there being some."""
    steps = pay.step
    if pay.rule != "stepped":
        return [f"payment.step: only a stepped payment has steps, payment.rule is {pay.rule!r}"] if steps else []
    found = []
    if not steps:
        found.append("payment.step: a stepped payment needs at least one step (result and share)")
    if len(steps) > MOST_STEPS:
        found.append(f"payment.step: at most {MOST_STEPS} steps, these are {len(steps)}")
    for n, (before, after) in enumerate(itertools.pairwise(steps), 2):
        for word in ("result", "share"):
            low, high = getattr(before, word), getattr(after, word)
            if high <= low:
                found.append(f"payment.step: step {n} must have a {word} above that of step {n - 1} ({low:g}), it has {high:g}")
    if steps and steps[-1].share == 0:
        found.append("payment.step: every share is 0, so nothing could be paid")
    return found


def _prime_contradictions(pay: Payment, finance: Finance) -> list[str]:
    """What a social prime cannot be: it holds an outcomes contract, and providers bear none of its risk."""
    found = []
    if pay.outcome_share == 0:
        found.append("finance.intermediary: a social prime holds an outcomes contract, so payment.outcome_share must be above 0")
    if finance.risk_to_provider > 0:
        found.append(
            "finance.risk_to_provider: a social prime pays providers for their hours and bears the risk itself; must be 0 "
            "where finance.intermediary is 'social_prime'"
        )
    return found
