"""A case: the facts of a field of service, frozen values with every key declared: people, places, money, calendar.

Facts are the case's, rules are the design's: any design runs on any case.
"""

from __future__ import annotations

import math

from pydantic import Field, model_validator

from abm.case_interventions import InterventionFacts
from abm.case_people import CoproductionFacts, FamilyFacts, OutcomeFacts, ProviderFacts, TrustFacts
from abm.declare import Part, param
from abm.imported.network import REGION, ImportedNetwork, misfits
from abm.tables import RELATION_NAMES


class Calendar(Part):
    """Months from the start (the first is 1); a pair is first and last month."""

    start: str = Field("2005-01", pattern=r"^\d{4}-(0[1-9]|1[0-2])$", description="calendar month of month 1")
    plan: tuple[int, int] = Field((1, 4), description="co-planning")
    tender: int = param(5, "month", (1, 10_000), "award of the contract", "sicilia2016")
    codesign: tuple[int, int] = Field((5, 8), description="design meetings")
    service: tuple[int, int] = Field((9, 28), description="delivery under the contract")
    assess: tuple[int, int] = Field((9, 30), description="co-assessment and evaluation")
    runoff: int = param(6, "months", (0, 120), "months after the end in which due payments settle", plausible=(3, 12))
    renewals: int = param(0, "contracts", (0, 50), "further contracts of the same length, each after a new tender", plausible=(0, 3))

    @property
    def service_months(self) -> int:
        """Months of delivery of one contract."""
        return self.service[1] - self.service[0] + 1

    @property
    def months(self) -> int:
        """Length of a whole run: service with renewals, assessment, and the run-off."""
        return max(self.service[1] + self.renewals * self.service_months, self.assess[1]) + self.runoff


class Locality(Part):
    """One place under one local authority. The grant funds the contract; usual services go on beside it."""

    title: str = Field("", description="how figures and tables call it")
    region: str = Field(REGION, min_length=1, max_length=100, description="name of the region above it, which places may share")
    families: int = param(100, "families", (1, 100_000_000), "families eligible for the service", "sicilia2016", plausible=(50, 2000))
    territories: int = param(3, "teams", (1, 16), "territories, each with a team", "sicilia2016", plausible=(1, 6))
    public: int = param(7, "providers", (0, 100_000), "public partners at the bid", "sicilia2016", plausible=(2, 15))
    third_sector: int = param(8, "providers", (0, 100_000), "nonprofit partners at the bid", "sicilia2016", plausible=(2, 15))
    associations: int = param(2, "providers", (0, 100_000), "families' associations at the bid", "sicilia2016", plausible=(0, 4))
    for_profit: int = param(3, "providers", (0, 100_000), "for-profit firms that may enter where competition is open", plausible=(0, 10))
    joiners: int = param(5, "providers", (0, 100_000), "nonprofits that may join during co-design", "sicilia2016", plausible=(0, 8))
    volunteers_per_family: float = param(0.25, "per family", (0.0, 10.0), "people ready to volunteer", plausible=(0.05, 0.6))
    grant_eur: float = param(300_000.0, "€", (0.0, 1e12), "public money for the contract; 0: usual services only", "sicilia2016", plausible=(1e5, 1e6))
    region_share: float = param(0.55, "share", (0.0, 1.0), "the region's part of the grant; the authority adds the rest", "sicilia2016", plausible=(0.4, 0.8))
    demand_ratio: float = param(1.4, "families/place", (0.5, 10.0), "eligible families per place in the contract's service", plausible=(1.2, 1.7))

    @property
    def providers(self) -> int:
        """Fixed rows for providers: partners at the bid, possible joiners, possible entrants."""
        return self.public + self.third_sector + self.associations + self.joiners + self.for_profit

    @property
    def volunteers(self) -> int:
        """People ready to volunteer."""
        return math.floor(self.families * self.volunteers_per_family + 0.5)


class CommissionerFacts(Part):
    """Skills of the authority: listening and outreach, collaboration, training and empowerment."""

    skill_start: float = param(0.3, "share", (0.0, 1.0), "each skill at the start, and level to which it returns", plausible=(0.1, 0.6), acts_in="new_public_governance")
    skill_gain: float = param(0.05, "per month", (0.0, 1.0), "skill gained by a month of full practice, in the room left", plausible=(0.0, 0.1), acts_in="new_public_governance")
    skill_loss: float = param(0.01, "per month", (0.0, 1.0), "share of what was gained that is lost a month", plausible=(0.0, 0.05), acts_in="new_public_governance")
    skill_effect: float = param(0.5, "ratio", (0.0, 1.0), "how much more the same effort achieves for each unit of skill above the start", plausible=(0.0, 1.0), acts_in="new_public_governance")


class NetworkFacts(Part):
    """Links between providers, and what meetings cost."""

    graph: ImportedNetwork | None = Field(None, description="ties from data; in a file the path of a GraphML or CSV file")
    link_hours: float = param(0.8, "h/month", (0.01, 1000.0), "joint hours at which a link has covered 63 % of its room", plausible=(0.3, 3))
    start_link: float = param(0.25, "share", (0.0, 1.0), "share of provider pairs that worked together before", plausible=(0.05, 0.5))
    fade: float = param(0.06, "per month", (0.0, 1.0), "share of a tie that fades a month without joint hours", plausible=(0.02, 0.15))
    hub_hours: float = param(60.0, "h/month", (0.0, 1e6), "hours that the lead agency's own people have for links", plausible=(20, 120), acts_in="monza_lead_agency")
    tie_hours: float = param(0.25, "h/month", (0.01, 100.0), "hours of each side that keep a relation between two partners, or a partner and a hub, alive", plausible=(0.1, 1.0))
    brokered: float = param(0.5, "share", (0.0, 1.0), "worth of an hour's contact through a hub beside one face to face", plausible=(0.3, 1.0), acts_in="monza_lead_agency")
    conflict_rate: float = param(0.6, "per month", (0.0, 10.0), "monthly probability that two partners clash who want wholly different things and do not trust each other", plausible=(0.3, 3.0), acts_in="new_public_governance")
    conflict_hours: float = param(1.5, "h", (0.0, 100.0), "hours of each side that a disagreement takes to settle", plausible=(0.5, 6.0), acts_in="new_public_governance")
    brokerage_hours: float = param(20.0, "h/month", (0.0, 1e6), "hours of the commissioner's people on bringing partners together, at full brokerage", plausible=(5, 60), acts_in="relational_obc")
    meeting_hours: float = param(3.0, "h", (0.0, 100.0), "hours of each participant in a design meeting", plausible=(2, 6))
    voices_for_knowledge: float = param(20.0, "voices", (0.1, 1e6), "voices at which knowledge of need has covered 63 % of its room", plausible=(8, 60))
    facilitation_hours: float = param(10.0, "h/month", (0.0, 1e6), "hours of the commissioner's people on disagreements and meetings, at full facilitation", plausible=(3, 40), acts_in="relational_obc")
    meta_governance_hours: float = param(10.0, "h/month", (0.0, 1e6), "hours of the commissioner's people on rules of the game, at full meta-governance", plausible=(3, 40), acts_in="relational_obc")
    leaving: float = param(0.01, "per month", (0.0, 1.0), "monthly probability that a partner leaves the partnership, for each of: no satisfaction, no trust in partners, all its disagreements unsettled; 0: nobody leaves", plausible=(0.0, 0.05), acts_in="new_public_management")
    open_quarrel: float = param(1.0, "× contact", (0.0, 20.0), "weight of a disagreement with a hub that is left open, in experiences of the month's contact through it", plausible=(0.0, 3.0), acts_in="monza_lead_agency")
    safeguard: float = param(0.0, "× specification", (-1.0, 1.0), "how far a contract that says and checks what partners owe stands in for trust; negative: displaces it (the sign is disputed)", plausible=(-0.3, 0.5), acts_in="relational_obc")


class MoneyFacts(Part):
    """Prices, reserves, credit."""

    wage: float = param(25.0, "€/h", (1.0, 1000.0), "cost of an hour of professional work", plausible=(20, 35))
    overhead: float = param(0.10, "share", (0.0, 1.0), "overhead on wages", "ssir2009", plausible=(0.10, 0.35))
    margin: float = param(0.05, "share", (0.0, 0.5), "what a standard price leaves over cost", plausible=(0.0, 0.1), acts_in="new_public_management")
    prudence: float = param(0.5, "share", (0.0, 5.0), "part of its peak need of working capital that a provider must be able to carry before it bids", plausible=(0.2, 1.0), acts_in="provider_financed_pbr")
    negotiation_hours: float = param(10.0, "h", (0.0, 10_000.0), "hours of negotiation, all sides together, for each term of a contract before it is signed", "petersen2019", plausible=(3, 40))
    negotiation_capacity: float = param(60.0, "h/month", (1.0, 1e6), "hours a month that bids and negotiation can take up: with more to do, signature is later", plausible=(20, 200))
    reserves_public: float = param(12.0, "months", (0.0, 1000.0), "months of contract cost in reserves, public providers", plausible=(6, 24), acts_in="provider_financed_pbr")
    reserves_third_sector: float = param(3.0, "months", (0.0, 1000.0), "the same for nonprofits (median)", plausible=(1, 6), acts_in="provider_financed_pbr")
    reserves_for_profit: float = param(4.0, "months", (0.0, 1000.0), "the same for firms (median)", plausible=(1, 6), acts_in="new_public_management")
    reserves_spread: float = param(0.7, "log-sd", (0.0, 3.0), "spread of reserves between nonprofits and between firms", plausible=(0.3, 1.0), acts_in="provider_financed_pbr")
    credit_third_sector: float = param(1.0, "months", (0.0, 1000.0), "months of contract cost that a bank lends a nonprofit", plausible=(0, 3), acts_in="provider_financed_pbr")
    credit_for_profit: float = param(3.0, "months", (0.0, 1000.0), "the same for firms and public providers", plausible=(1, 6), acts_in="provider_financed_pbr")
    endurance: int = param(6, "months", (1, 120), "months that a provider survives unable to pay half of its planned hours", plausible=(2, 12), acts_in="provider_financed_pbr")
    interest: float = param(0.06, "per year", (0.0, 1.0), "interest on credit used", plausible=(0.02, 0.1), acts_in="provider_financed_pbr")
    bid_hours: float = param(20.0, "h", (0.0, 10_000.0), "hours that a bid costs each bidder, less with partners to share it", "petersen2019", plausible=(8, 60))
    evaluation_randomised: float = param(0.05, "share", (0.0, 0.5), "cost of a randomised evaluation, share of contract value", plausible=(0.02, 0.10), acts_in="requisite_contract")
    evaluation_comparison: float = param(0.02, "share", (0.0, 0.5), "the same with a matched comparison group", plausible=(0.01, 0.05), acts_in="requisite_contract")
    evaluation_historical: float = param(0.01, "share", (0.0, 0.5), "the same with a historical baseline", plausible=(0.0, 0.02), acts_in="requisite_contract")
    evaluation_difference: float = param(0.025, "share", (0.0, 0.5), "the same with a comparison group that is surveyed before as well", plausible=(0.01, 0.06), acts_in="requisite_contract")
    wellbeing_value: float = param(148_000.0, "€/year", (0.0, 1e7), "worth of wellbeing 1 instead of 0 for a year, per family: ten WELLBYs of 13,000 £ (10,000 to 16,000) at 1.14 €/£; weighs gain in `net_benefit`, moves nothing", "hmt2021", plausible=(114_000, 182_000))
    forecast_optimism: float = param(1.0, "ratio", (0.1, 5.0), "commissioner's forecast of outcomes ÷ the model's own expectation", "nao2014", plausible=(0.8, 1.6))
    cost_error: float = param(0.05, "log-sd", (0.0, 2.0), "error of a first bidder's estimate of the cost of an hour; less with contracts held; 0: nobody is cursed", plausible=(0.0, 0.3))
    forecast_error: float = param(0.10, "log-sd", (0.0, 2.0), "error of a first bidder's forecast of results, which enters its bid as far as results are paid; less with contracts held", plausible=(0.0, 0.4))
    start_up_months: int = param(0, "months", (0, 120), "months in which a new partner's hours build up: people must be found first; 0: there from the first day", plausible=(0, 12))
    hold_up: float = param(0.0, "share", (0.0, 2.0), "what an incumbent adds to its price at a renewal if all rivals of the first tender were gone", plausible=(0.0, 0.5), acts_in="provider_financed_pbr")
    loss_tolerance: float = param(0.25, "share", (0.0, 10.0), "loss on a contract, of its value, beyond which its holder (no public one) does not bid again", plausible=(0.02, 0.5), acts_in="provider_financed_pbr")
    trust_to_bid: float = param(0.2, "trust", (0.0, 1.0), "trust in the authority below which who held a contract does not bid again", plausible=(0.0, 0.5), acts_in="provider_financed_pbr")
    bid_capacity: float = param(1.0, "months", (0.0, 1000.0), "hours that a provider can spare for a bid, in months of its staff hours", plausible=(0.1, 1.0), acts_in="new_public_management")
    preparation_hours: float = param(200.0, "h", (0.0, 1e6), "hours of the authority on preparing a tender, whatever its size", "petersen2019", plausible=(50, 400))
    specification_hours: float = param(15.0, "h", (0.0, 10_000.0), "hours of the authority on each term of a contract: investor, line of a rate card, paid metric, attribution", "petersen2019", plausible=(5, 60))
    review_hours: float = param(6.0, "h", (0.0, 10_000.0), "hours of the authority on each bid", "petersen2019", plausible=(2, 20))
    contract_learning: float = param(0.2, "share", (0.0, 1.0), "hours before signature that each earlier contract saves", "petersen2019", plausible=(0.0, 0.4))
    reserves_small: float = param(1.0, "ratio", (0.0, 10.0), "months of reserves of a provider below the median of its kind, relative to the others'", plausible=(0.3, 1.0), acts_in="provider_financed_pbr")
    credit_small: float = param(1.0, "ratio", (0.0, 10.0), "the same for credit; 0: banks lend small ones nothing", plausible=(0.0, 1.0), acts_in="provider_financed_pbr")
    reserves_prime: float = param(3.0, "months", (0.0, 1000.0), "months of contract cost in reserves of its own, a social prime", plausible=(1, 12), acts_in="social_prime")


class InvestorFacts(Part):
    """Investors of an outcomes contract, where the design asks for them."""

    number: int = param(2, "investors", (1, 50), "investors per contract", "indigo", plausible=(1, 5))
    hurdle: float = param(0.02, "per year", (0.0, 1.0), "return that an investor asks for", "indigo", plausible=(0.0, 0.1))
    social_motivation: float = param(0.05, "per year", (0.0, 1.0), "return that it forgoes for social benefit at full trust", plausible=(0.0, 0.1))
    risk_aversion: float = param(0.05, "share", (0.0, 5.0), "expected return given up per unit of risk borne", plausible=(0.02, 0.3))


class MeasurementFacts(Part):
    """How outcomes are observed, and what control costs."""

    noise: float = param(0.14, "wellbeing", (0.0, 1.0), "standard deviation of one measured result", "nevill2018", plausible=(0.05, 0.2))
    comparison_families: int = param(100, "families", (2, 1_000_000), "families that an estimate follows, at most one for each served", plausible=(50, 400), acts_in="requisite_contract")
    comparison_bias: float = param(0.0, "wellbeing", (-0.5, 0.5), "standard deviation of what a match gets wrong beyond what the model's families differ in", plausible=(0.0, 0.03), acts_in="requisite_contract")
    hours_per_metric: float = param(0.012, "share", (0.0, 0.2), "share of contract hours that one more metric costs", plausible=(0.005, 0.03))
    peer_detection: float = param(0.3, "share", (0.0, 1.0), "how much full co-assessment adds to the probability that a misreport is found", plausible=(0.0, 0.6))
    unclaimed: float = param(0.0, "share", (0.0, 1.0), "probability that an earned milestone is never claimed, for want of evidence", "nao2014", plausible=(0.0, 0.1), acts_in="provider_financed_pbr")
    halo: float = param(0.05, "wellbeing", (-0.5, 0.5), "how much better a fully trusting family rates its own result", "nevill2018", plausible=(0.0, 0.1))
    deadweight_error: float = param(0.3, "log-sd", (0.0, 3.0), "error of the deadweight that a contract deducts from its prices, drawn once a contract", plausible=(0.1, 0.6))
    file_error: float = param(0.2, "share", (0.0, 2.0), "standard deviation of a family's complexity as it is on file, around the true one", plausible=(0.05, 0.4), acts_in="provider_financed_pbr")


class MenuFacts(Part):
    """New services that families and partners may choose; the first five were chosen in Lombardy, their costs are assumed."""

    parent_training: float = param(6.0, "h/month", (0.0, 10_000.0), "fixed hours of parent training", plausible=(2, 20), acts_in="cremona_devolved")
    mutual_help: float = param(3.0, "h/month", (0.0, 10_000.0), "fixed hours of families' mutual help, run by an association", plausible=(1, 10), acts_in="cremona_devolved")
    day_centre: float = param(12.0, "h/month", (0.0, 10_000.0), "fixed hours of a day centre for what families need most", plausible=(5, 40), acts_in="cremona_devolved")
    weekend: float = param(8.0, "h/month", (0.0, 10_000.0), "fixed hours of a weekend service, run by an association", plausible=(3, 24), acts_in="cremona_devolved")
    volunteer_course: float = param(4.0, "h/month", (0.0, 10_000.0), "fixed hours of a course for volunteers", plausible=(1, 12), acts_in="cremona_devolved")
    professional_course: float = param(4.0, "h/month", (0.0, 10_000.0), "fixed hours of a course for professionals", plausible=(1, 12), acts_in="cremona_devolved")
    strength: float = param(0.5, "× usual", (0.0, 10.0), "how much a service adds to what it is for: training, peers' help, hours on a domain, rest, skill", plausible=(0.1, 1.5), acts_in="cremona_devolved")


class ControlFacts(Part):
    """Rules of those who fund, and what politics does, which the design does not set."""

    support: float = param(0.6, "share", (0.0, 1.0), "political support at the start and level to which it returns", "sicilia2016", plausible=(0.3, 0.9), acts_in="new_public_governance")
    support_spread: float = param(0.03, "share", (0.0, 0.5), "monthly standard deviation of political support", plausible=(0.01, 0.08), acts_in="new_public_governance")
    support_shock: float = param(0.01, "per month", (0.0, 1.0), "monthly probability of an event that halves it", plausible=(0.0, 0.03), acts_in="new_public_governance")
    plan_trigger: float = param(0.05, "share", (0.0, 1.0), "political support × gap in knowledge from which a round of co-planning is held", "joshi2004", plausible=(0.0, 0.3), acts_in="new_public_governance")

    region_burden: float = param(0.05, "share", (0.0, 0.5), "share of contract hours that the region's spending and reporting rules take", "sicilia2016", plausible=(0.0, 0.1))
    family_red_tape: float = param(0.5, "h/month", (0.0, 50.0), "a family's own hours on forms at a burden of 10 %", "sicilia2016", plausible=(0.0, 2.0))
    rise: float = param(0.25, "per month", (0.0, 1.0), "speed at which control rises to its target", "aghion2010", plausible=(0.1, 0.5))
    fall: float = param(0.05, "per month", (0.0, 1.0), "speed at which it falls", "aghion2010", plausible=(0.01, 0.1))


class Case(Part):
    """The facts of a field of service."""

    name: str = Field(min_length=1, pattern=r"^[a-z0-9][a-z0-9_\-]*$", description="identifier, also in results")
    title: str = Field("", description="how figures and tables call it")
    description: str = Field("", description="what it stands for, and where its numbers come from")
    domains: tuple[str, ...] = Field(min_length=1, max_length=12, description="domains of wellbeing")
    measurability: tuple[float, ...] = Field(min_length=1, max_length=12, description="how well each can become a metric, in [0, 1]")
    families: int | None = Field(None, ge=1, le=100_000_000, description="total; scales every locality")
    calendar: Calendar = Calendar()
    locality: dict[str, Locality] = Field(min_length=1, description="one table a place")
    family: FamilyFacts = FamilyFacts()
    outcome: OutcomeFacts = OutcomeFacts()
    provider: ProviderFacts = ProviderFacts()
    work: CoproductionFacts = CoproductionFacts()
    commissioner: CommissionerFacts = CommissionerFacts()
    trust: TrustFacts = TrustFacts()
    network: NetworkFacts = NetworkFacts()
    money: MoneyFacts = MoneyFacts()
    investor: InvestorFacts = InvestorFacts()
    measurement: MeasurementFacts = MeasurementFacts()
    menu: MenuFacts = MenuFacts()
    rules: ControlFacts = ControlFacts()
    intervention: InterventionFacts = InterventionFacts()

    @property
    def regions(self) -> tuple[str, ...]:
        """The regions above the places, in the order in which these name them."""
        return tuple(dict.fromkeys(place.region for place in self.locality.values()))

    @model_validator(mode="after")
    def _consistent(self) -> Case:
        found = inconsistencies(self)
        if found:
            raise ValueError("; ".join(found))
        return self


def inconsistencies(case: Case) -> list[str]:
    """What contradicts itself in a case, one sentence each, beginning with the key at fault."""
    found = []
    calendar = case.calendar
    if len(case.measurability) != len(case.domains):
        found.append(f"measurability: one number for each of the {len(case.domains)} domains, not {len(case.measurability)}")
    if any(not 0.0 <= m <= 1.0 for m in case.measurability):
        found.append("measurability: every number must lie in [0, 1]")
    if len(set(case.domains)) != len(case.domains):
        found.append("domains: a name stands twice")
    if "measured" in case.domains:
        found.append("domains: 'measured' is the word for every measured domain, choose another")
    for key in ("plan", "codesign", "service", "assess"):
        first, last = getattr(calendar, key)
        if not 1 <= first <= last:
            found.append(f"calendar.{key}: first and last month, 1 ≤ first ≤ last, not [{first}, {last}]")
    if calendar.plan[1] > calendar.tender:
        found.append("calendar.plan: must end by the tender")
    if calendar.service[0] <= calendar.tender:
        found.append("calendar.service: must begin after the tender")
    if calendar.codesign[0] < calendar.tender or calendar.codesign[1] >= calendar.service[0]:
        found.append("calendar.codesign: must lie between the tender and the first month of service")
    if calendar.months > 2400:
        found.append(f"calendar: {calendar.months} months; at most 2,400 are possible")
    for name, place in case.locality.items():
        if place.region in case.locality:
            found.append(f"locality.{name}.region: {place.region!r} is a locality, and a region needs a name of its own")
        if place.public + place.third_sector + place.associations == 0:
            found.append(f"locality.{name}: needs at least one provider (public, third_sector or associations)")
        if place.providers < case.family.known_providers:
            found.append(f"locality.{name}: has {place.providers} providers, fewer than family.known_providers")
    facets = case.trust.weight_ability + case.trust.weight_benevolence + case.trust.weight_integrity
    if abs(facets - 1.0) > 1e-9:
        found.append(f"trust.weight_ability: the weights of the three facets must sum to 1, these sum to {facets:g}")
    if case.network.graph is not None:
        wrong = graph_misfits(case, case.network.graph)
        more = f" (and {len(wrong) - 1:,} more)" if len(wrong) > 1 else ""
        found += [f"network.graph: {wrong[0]}{more}"] if wrong else []
    return found


def agent_counts(case: Case) -> dict[tuple[str, str], int]:
    """How many agents of a kind a place has, those included that are not there at the start."""
    counts = {("commissioner", name): 1 for name in (*case.locality, *case.regions)}
    for name, place in case.locality.items():
        counts["family", name], counts["provider", name] = place.families, place.providers
        counts["volunteer", name] = place.volunteers
        counts["investor", name] = case.investor.number if place.grant_eur > 0 else 0
    return counts


def graph_misfits(case: Case, graph: ImportedNetwork) -> list[str]:
    """What keeps an imported network from being laid over a case, a sentence each."""
    slots = {"family_provider": case.family.known_providers, "family_family": case.family.peers}
    return misfits(graph, agent_counts(case), RELATION_NAMES, slots)
