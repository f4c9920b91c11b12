"""A case: the facts of a field of service, frozen values with every key declared: people, places, money, calendar.

Facts are the case's, rules are the design's: any design runs on any case.
"""

from __future__ import annotations

import math

from pydantic import Field, model_validator

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


class FamilyFacts(Part):
    """Who the families are and how they decide."""

    wellbeing_start: float = param(0.50, "wellbeing", (0.0, 1.0), "mean natural level of wellbeing of a family of middling complexity", plausible=(0.35, 0.6))
    wellbeing_spread: float = param(0.10, "wellbeing", (0.0, 0.5), "standard deviation of natural levels between families and domains", plausible=(0.05, 0.2))
    complexity_effect: float = param(0.25, "wellbeing", (0.0, 1.0), "how much lower wellbeing stands for the most complex than for the least", plausible=(0.1, 0.4))
    resources_effect: float = param(0.10, "wellbeing", (0.0, 1.0), "how much higher it stands for the best resourced", plausible=(0.0, 0.2))
    need_concentration: float = param(0.8, "share", (0.0, 1.0), "how concentrated a family's importance weights are: 0 all domains alike, 1 Dirichlet(½)", plausible=(0.4, 1.0))
    territory_variation: float = param(0.25, "share", (0.0, 1.0), "part of the importance weights that a territory's families share", plausible=(0.0, 0.5))
    known_providers: int = param(3, "providers", (1, 3), "providers in a family's package", plausible=(2, 3))
    peers: int = param(4, "families", (0, 20), "other families that a family talks to", plausible=(2, 8))
    free_hours: float = param(14.0, "h/month", (0.0, 200.0), "mean hours a family can give to co-production and coordination", plausible=(6, 24))
    apply_rate: float = param(0.15, "per month", (0.0, 1.0), "monthly probability of applying at middling need, trust and resources", plausible=(0.05, 0.3))
    crisis_rate: float = param(0.04, "per month", (0.0, 1.0), "monthly probability of a crisis, which also sends a family to apply", plausible=(0.01, 0.08))
    crisis_dip: float = param(0.06, "wellbeing", (0.0, 0.5), "fall of wellbeing in a crisis; it recovers by itself", plausible=(0.0, 0.12))
    programme_months: int = param(18, "months", (1, 240), "length of a programme", plausible=(9, 24))
    turnover: float = param(0.02, "per month", (0.0, 1.0), "monthly probability of leaving early", plausible=(0.01, 0.05))
    switching: float = param(0.08, "per month", (0.0, 1.0), "monthly probability of reconsidering a provider", plausible=(0.02, 0.15))
    engagement: float = param(0.5, "share", (0.0, 1.0), "engagement at the start and level to which it returns", plausible=(0.3, 0.6))
    satisfaction_spread: float = param(0.15, "share", (0.0, 0.5), "standard deviation of what families make of the same service: some are easily content", "nguyen1983", plausible=(0.05, 0.17), acts_in="block_grant")
    roles_effect: float = param(0.5, "share", (0.0, 1.0), "how far the weights of client, consumer and co-producer change what families do; 0: not at all", plausible=(0.0, 1.0), acts_in="new_public_governance")
    complaining: float = param(0.2, "per month", (0.0, 1.0), "monthly probability that a wholly dissatisfied family of middling trust complains", plausible=(0.05, 0.5), acts_in="new_public_governance")
    complaint_weight: float = param(3.0, "voices", (0.0, 100.0), "how much more a complaint weighs in what the authority hears, for each unit that co-producers are above their equal share", plausible=(0.0, 6.0), acts_in="new_public_governance")
    give_up: float = param(0.0, "per month", (0.0, 1.0), "monthly probability that an applicant gives up waiting", plausible=(0.0, 0.05))


class OutcomeFacts(Part):
    """How service, families' own work and nature make wellbeing."""

    effect: float = param(0.045, "per month", (0.0, 0.5), "share of the distance to full wellbeing that a month of typical input closes", "nevill2018", plausible=(0.01, 0.05))
    return_rate: float = param(0.06, "per month", (0.001, 1.0), "speed of the return to the natural level", plausible=(0.03, 0.10))
    complexity_effect: float = param(0.6, "share", (0.0, 1.0), "how much less the most complex family gains from the same input", plausible=(0.2, 0.9))
    noise: float = param(0.015, "wellbeing", (0.0, 0.2), "monthly standard deviation of wellbeing", plausible=(0.005, 0.03))
    drift: float = param(0.0008, "per month", (-0.01, 0.01), "what natural levels gain a month by themselves (deadweight)", plausible=(0.0, 0.002))
    lasting: float = param(0.02, "per month", (0.0, 0.5), "share of the gain over the natural level that a capable family makes its own", plausible=(0.0, 0.05))
    typical_hours: float = param(9.0, "h/month", (0.1, 200.0), "service hours of a family that count as input 1", plausible=(3, 12))
    typical_quality: float = param(0.30, "share", (0.01, 1.0), "competence × fit × intensity that counts as typical", plausible=(0.2, 0.45))
    fragmentation: float = param(0.4, "share", (0.0, 1.0), "service lost where no two providers of a package are linked", plausible=(0.1, 0.6))
    complementarity: float = param(-0.5, "rho", (-5.0, 0.95), "CES exponent of families' and professionals' work: below 0 complements, near 1 substitutes", "parks1981", plausible=(-2.0, 0.8))
    family_weight: float = param(0.25, "share", (0.0, 1.0), "weight of the family's own work in the CES", "parks1981", plausible=(0.1, 0.4))


class ProviderFacts(Part):
    """Who the providers are and how they decide."""

    staff_public: float = param(80.0, "h/month", (1.0, 1e6), "usual staff hours of a public provider: weight in awards", plausible=(40, 160))
    staff_third_sector: float = param(50.0, "h/month", (1.0, 1e6), "the same for nonprofits and associations", plausible=(20, 100))
    staff_for_profit: float = param(70.0, "h/month", (1.0, 1e6), "the same for firms", plausible=(40, 160))
    usual_hours: float = param(2.0, "h/month", (0.0, 100.0), "hours of usual services per family, outside the contract", plausible=(0.5, 4))
    motivation_public: float = param(0.65, "share", (0.0, 1.0), "mission motivation of public providers", plausible=(0.4, 0.8))
    motivation_third_sector: float = param(0.80, "share", (0.0, 1.0), "mission motivation of nonprofits and associations", "besley2005", plausible=(0.5, 0.95))
    motivation_for_profit: float = param(0.45, "share", (0.0, 1.0), "mission motivation of firms", "besley2005", plausible=(0.2, 0.6), acts_in="new_public_management")
    motivation_spread: float = param(0.12, "share", (0.0, 0.5), "standard deviation of motivation between providers", plausible=(0.05, 0.2))
    value_of_need: float = param(120.0, "€/h", (0.0, 10_000.0), "what a fully motivated provider puts on an hour where need is 1", plausible=(60, 240))
    incentive_scale: float = param(40.0, "€/h", (0.1, 10_000.0), "incentive per hour at which intensity has covered 63 % of its room", plausible=(15, 80))
    intensity_floor: float = param(0.4, "share", (0.0, 1.0), "intensity without any incentive", plausible=(0.2, 0.6))
    attention_sharpness: float = param(1.5, "exponent", (0.0, 10.0), "how sharply attention follows incentive over domains", "holmstrom1991", plausible=(0.8, 3.0))
    competence: float = param(0.65, "share", (0.0, 1.0), "mean competence", plausible=(0.5, 0.8))
    specialism: float = param(0.25, "share", (0.0, 1.0), "how much better a provider is, and thinks need is, in its own domain", plausible=(0.0, 0.5))
    fit: float = param(0.6, "share", (0.0, 1.0), "mean fit of a service with what families need at the start", plausible=(0.4, 0.8))
    openness: float = param(0.4, "share", (0.0, 1.0), "professionals' openness to co-production at the start", "nabatchi2017", plausible=(0.2, 0.6))
    adaptation: float = param(0.06, "per meeting", (0.0, 1.0), "what a meeting with families moves of fit and openness", plausible=(0.02, 0.12))
    crowding: float = param(0.03, "per month", (-0.5, 0.5), "motivation lost a month where all pay depends on results; negative: won (the sign is disputed)", "frey1997", plausible=(-0.03, 0.06))
    unpaid_strain: float = param(0.03, "per month", (0.0, 1.0), "share of motivation lost in a month whose planned hours cannot be paid", "cassidy2025", plausible=(0.01, 0.08), acts_in="provider_financed_pbr")
    own_pull: float = param(0.01, "per month", (0.0, 1.0), "speed of the return to a person's own level of motivation", plausible=(0.005, 0.05))
    integrity: float = param(0.5, "share", (0.0, 1.0), "mean integrity in reporting; providers differ widely", plausible=(0.3, 0.8))
    misreport_cost: float = param(1.5, "× price", (0.01, 100.0), "convexity of the cost of overstating: how soon a larger overstatement does not pay", plausible=(0.5, 4.0))
    misreport_room: float = param(0.3, "wellbeing", (0.0, 1.0), "most that a result can be overstated by", plausible=(0.1, 0.4))
    misreport_hours: float = param(0.05, "share", (0.0, 1.0), "service hours that it takes to overstate by the whole room", "courty2004", plausible=(0.01, 0.15))
    staff_turnover: float = param(0.015, "per month", (0.0, 1.0), "share of professionals who are replaced a month at middling satisfaction", plausible=(0.005, 0.03))
    turnover_sensitivity: float = param(2.0, "ratio", (0.0, 20.0), "how much more of them leave for each unit of satisfaction lost", plausible=(0.0, 4.0))
    entry_skill: float = param(0.8, "share", (0.0, 1.0), "competence of those who come, relative to their provider's at the start", plausible=(0.6, 1.0))
    skill_gain: float = param(0.005, "per month", (0.0, 1.0), "competence gained by a month of doing, in the room left, where hours are spread evenly", plausible=(0.0, 0.02))
    association_insight: float = param(1.0, "share", (0.0, 1.0), "how far a family association's view of need is its members' mean need instead of a specialist's belief", "sicilia2016", plausible=(0.3, 1.0))
    accept_cost: float = param(100.0, "€/month", (0.0, 1e6), "extra monthly cost of a family of full complexity, which selection weighs", "rees2013", plausible=(0, 300))


class CoproductionFacts(Part):
    """Families' and volunteers' work."""

    capability: float = param(0.35, "share", (0.0, 1.0), "families' capability at the start", plausible=(0.2, 0.5))
    training_gain: float = param(0.04, "per month", (0.0, 1.0), "capability gained by full training of an engaged family", plausible=(0.01, 0.08))
    doing_gain: float = param(0.02, "per month", (0.0, 1.0), "capability gained by doing", plausible=(0.0, 0.05))
    capability_loss: float = param(0.002, "per month", (0.0, 1.0), "capability lost when unused", plausible=(0.0, 0.02))
    fatigue_gain: float = param(0.08, "per month", (0.0, 1.0), "fatigue when all free hours are used", "sicilia2016", plausible=(0.03, 0.15))
    dumping: float = param(0.5, "× growth", (0.0, 10.0), "how bad it feels when a family's own work grows and professionals' does not", "sicilia2016", plausible=(0.0, 1.5), acts_in="new_public_governance")
    fatigue_recovery: float = param(0.10, "per month", (0.0, 1.0), "share of fatigue that rest removes", plausible=(0.05, 0.2))
    peer_effect: float = param(1.0, "× input", (0.0, 10.0), "input from mutual help when all peers work fully", plausible=(0.0, 3.0))
    collective_effect: float = param(1.0, "× input", (0.0, 10.0), "input to everyone from collective work when all work fully", plausible=(0.0, 3.0))
    volunteer_hours: float = param(8.0, "h/month", (0.0, 200.0), "hours of an active volunteer", plausible=(4, 12))
    volunteer_quality: float = param(0.5, "share", (0.0, 1.0), "worth of an untrained volunteer's hour beside a professional's", plausible=(0.3, 0.7))
    volunteer_exit: float = param(0.033, "per month", (0.0, 1.0), "monthly probability that a volunteer of middling motivation leaves", "cncs2007", plausible=(0.02, 0.05))
    volunteer_entry: float = param(0.04, "per month", (0.0, 1.0), "monthly probability that a ready person starts where families' work is open", plausible=(0.01, 0.08))
    volunteer_fatigue: float = param(0.03, "per month", (0.0, 1.0), "fatigue of a volunteer who gives the usual hours", plausible=(0.0, 0.08), acts_in="new_public_governance")
    volunteer_crowding: float = param(0.0, "per month", (-0.5, 0.5), "motivation that a volunteer loses a month where an hour is paid a full wage; negative: won (the sign is disputed)", "fiorillo2011", plausible=(-0.2, 0.2), acts_in="new_public_governance")
    association_recruiting: float = param(0.5, "share", (0.0, 1.0), "share of the recruiting and training of volunteers that runs through family associations", "sicilia2016", plausible=(0.0, 0.9), acts_in="new_public_governance")
    association_hours: float = param(0.1, "h/month", (0.001, 1000.0), "hours of associations per family at which that has covered 63 % of its room", plausible=(0.03, 0.5), acts_in="new_public_governance")
    association_voice: float = param(0.2, "share", (0.0, 1.0), "how far a member that does not come is heard through its association", plausible=(0.0, 0.5), acts_in="new_public_governance")
    logistics: float = param(1.0, "ratio", (0.0, 2.0), "how far families take part because their package is not integrated and they trust its providers", plausible=(0.0, 2.0), acts_in="new_public_governance")
    free_riding: float = param(1.0, "per input", (0.0, 100.0), "how far collective work that a family enjoys keeps it from taking part", plausible=(0.0, 5.0), acts_in="new_public_governance")


class CommissionerFacts(Part):
    """Skills of the authority: listening and outreach, collaboration, training and empowerment."""

    skill_start: float = param(0.3, "share", (0.0, 1.0), "each skill at the start, and level to which it returns", plausible=(0.1, 0.6), acts_in="new_public_governance")
    skill_gain: float = param(0.05, "per month", (0.0, 1.0), "skill gained by a month of full practice, in the room left", plausible=(0.0, 0.1), acts_in="new_public_governance")
    skill_loss: float = param(0.01, "per month", (0.0, 1.0), "share of what was gained that is lost a month", plausible=(0.0, 0.05), acts_in="new_public_governance")
    skill_effect: float = param(0.5, "ratio", (0.0, 1.0), "how much more the same effort achieves for each unit of skill above the start", plausible=(0.0, 1.0), acts_in="new_public_governance")


class TrustFacts(Part):
    """How trust is learned and lost."""

    asymmetry: float = param(2.0, "ratio", (1.0, 20.0), "how much more a disappointment weighs than a good experience", "slovic1993", plausible=(1.0, 5.0))
    tolerance: float = param(0.15, "trust", (0.0, 1.0), "how far an experience may fall short of trust before it does damage", plausible=(0.0, 0.2))
    memory: float = param(0.91, "per month", (0.0, 1.0), "share of evidence that is kept from month to month", plausible=(0.90, 0.99))
    damage_memory: float = param(0.97, "per month", (0.0, 1.0), "the same for damage, which fades more slowly", "slovic1993", plausible=(0.95, 0.995))
    prior_weight: float = param(6.0, "experiences", (0.1, 1000.0), "weight of the first attitude, in monthly experiences", plausible=(2, 20))
    event_weight: float = param(5.0, "experiences", (0.0, 1000.0), "weight of a single event: breach, late payment, a decision that follows one's voice", plausible=(1, 15))
    reputation: float = param(0.05, "share", (0.0, 1.0), "share of peers' own evidence that is passed on a month", "joesang2007", plausible=(0.0, 0.3))
    propensity: float = param(0.5, "trust", (0.0, 1.0), "general propensity to trust, to which first attitudes return", plausible=(0.3, 0.7))
    family_provider: float = param(0.45, "trust", (0.0, 1.0), "trust at the start, families in providers", plausible=(0.25, 0.7))
    family_commissioner: float = param(0.40, "trust", (0.0, 1.0), "families in their authority", plausible=(0.25, 0.7))
    provider_commissioner: float = param(0.50, "trust", (0.0, 1.0), "providers and authority, both ways", plausible=(0.25, 0.7))
    provider_provider: float = param(0.45, "trust", (0.0, 1.0), "providers in one another", plausible=(0.25, 0.7))
    volunteer_provider: float = param(0.60, "trust", (0.0, 1.0), "volunteers in the provider they help", plausible=(0.25, 0.8))
    investor: float = param(0.50, "trust", (0.0, 1.0), "investors in providers and authority", plausible=(0.25, 0.7))
    breach_month: int = param(0, "month", (0, 10_000), "month in which every provider breaks faith with its families once (0: never)", acts_in="block_grant")


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
    brokerage_hours: float = param(30.0, "h/month", (0.0, 1e6), "hours of the commissioner's people on brokerage at full network management", plausible=(10, 80), acts_in="relational_obc")
    meeting_hours: float = param(3.0, "h", (0.0, 100.0), "hours of each participant in a design meeting", plausible=(2, 6))
    voices_for_knowledge: float = param(20.0, "voices", (0.1, 1e6), "voices at which knowledge of need has covered 63 % of its room", plausible=(8, 60))


class MoneyFacts(Part):
    """Prices, reserves, credit."""

    wage: float = param(25.0, "€/h", (1.0, 1000.0), "cost of an hour of professional work", plausible=(20, 35))
    overhead: float = param(0.10, "share", (0.0, 1.0), "overhead on wages", "ssir2009", plausible=(0.10, 0.35))
    margin: float = param(0.05, "share", (0.0, 0.5), "what a standard price leaves over cost", plausible=(0.0, 0.1), acts_in="new_public_management")
    prudence: float = param(0.5, "share", (0.0, 5.0), "part of its peak need of working capital that a provider must be able to carry before it bids", plausible=(0.2, 1.0), acts_in="provider_financed_pbr")
    negotiation_hours: float = param(15.0, "h", (0.0, 10_000.0), "hours of negotiation for each investor and each line of a rate card, before a contract is signed", "petersen2019", plausible=(5, 60))
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
    evaluation_comparison: float = param(0.02, "share", (0.0, 0.5), "the same with a comparison group or a historical baseline", plausible=(0.01, 0.05), acts_in="requisite_contract")
    wellbeing_value: float = param(148_000.0, "€/year", (0.0, 1e7), "worth of wellbeing 1 instead of 0 for a year, per family: ten WELLBYs of 13,000 £ (10,000 to 16,000) at 1.14 €/£; weighs gain in `net_benefit`, moves nothing", "hmt2021", plausible=(114_000, 182_000))
    forecast_optimism: float = param(1.0, "ratio", (0.1, 5.0), "commissioner's forecast of outcomes ÷ the model's own expectation", "nao2014", plausible=(0.8, 1.6))


class InvestorFacts(Part):
    """Investors of an outcomes contract, where the design asks for them."""

    number: int = param(2, "investors", (1, 50), "investors per contract", "indigo", plausible=(1, 5))
    hurdle: float = param(0.02, "per year", (0.0, 1.0), "return that an investor asks for", "indigo", plausible=(0.0, 0.1))
    social_motivation: float = param(0.05, "per year", (0.0, 1.0), "return that it forgoes for social benefit at full trust", plausible=(0.0, 0.1))
    risk_aversion: float = param(0.05, "share", (0.0, 5.0), "expected return given up per unit of risk borne", plausible=(0.02, 0.3))


class MeasurementFacts(Part):
    """How outcomes are observed, and what control costs."""

    noise: float = param(0.14, "wellbeing", (0.0, 1.0), "standard deviation of one measured result", "nevill2018", plausible=(0.05, 0.2))
    comparison_families: int = param(100, "families", (2, 1_000_000), "size of a comparison group", plausible=(50, 400), acts_in="requisite_contract")
    comparison_bias: float = param(0.01, "wellbeing", (-0.5, 0.5), "standard deviation of what a matched comparison still gets wrong", plausible=(0.0, 0.03), acts_in="requisite_contract")
    hours_per_metric: float = param(0.012, "share", (0.0, 0.2), "share of contract hours that one more metric costs", plausible=(0.005, 0.03))
    peer_detection: float = param(0.3, "share", (0.0, 1.0), "how much full co-assessment adds to the probability that a misreport is found", plausible=(0.0, 0.6))
    halo: float = param(0.05, "wellbeing", (-0.5, 0.5), "how much better a fully trusting family rates its own result", "nevill2018", plausible=(0.0, 0.1))


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
        if place.public + place.third_sector + place.associations == 0:
            found.append(f"locality.{name}: needs at least one provider (public, third_sector or associations)")
        if place.providers < case.family.known_providers:
            found.append(f"locality.{name}: has {place.providers} providers, fewer than family.known_providers")
    if case.network.graph is not None:
        wrong = graph_misfits(case, case.network.graph)
        more = f" (and {len(wrong) - 1:,} more)" if len(wrong) > 1 else ""
        found += [f"network.graph: {wrong[0]}{more}"] if wrong else []
    return found


def agent_counts(case: Case) -> dict[tuple[str, str], int]:
    """How many agents of a kind a place has, those included that are not there at the start."""
    counts = {("commissioner", name): 1 for name in (*case.locality, REGION)}
    for name, place in case.locality.items():
        counts["family", name], counts["provider", name] = place.families, place.providers
        counts["volunteer", name] = place.volunteers
        counts["investor", name] = case.investor.number if place.grant_eur > 0 else 0
    return counts


def graph_misfits(case: Case, graph: ImportedNetwork) -> list[str]:
    """What keeps an imported network from being laid over a case, a sentence each."""
    slots = {"family_provider": case.family.known_providers, "family_family": case.family.peers}
    return misfits(graph, agent_counts(case), RELATION_NAMES, slots)
