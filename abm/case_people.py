"""Facts of a case about people: families, outcomes, providers, co-production, trust."""

from __future__ import annotations

from abm.declare import Part, param


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
    scarcity: float = param(0.0, "ratio", (0.0, 2.0), "how far paid work and care eat a family's free hours, most where resources are few: spare hours are free hours less scarcity × ((1 − resources) × free hours + hours of holding services together and of forms); 0: never", "jakobsen_andersen2013", plausible=(0.0, 1.2), acts_in="new_public_governance")


class OutcomeFacts(Part):
    """How service, families' own work and nature make wellbeing."""

    effect: float = param(0.045, "per month", (0.0, 0.5), "share of the distance to full wellbeing that a month of typical input closes", "nevill2018", plausible=(0.01, 0.05))
    return_rate: float = param(0.06, "per month", (0.001, 1.0), "speed of the return to the natural level", "bearss2015", plausible=(0.03, 0.10))
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
    size_spread: float = param(0.3, "log-sd", (0.0, 3.0), "spread of staff hours between providers of a kind", plausible=(0.1, 1.0))
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
    shift_hours: float = param(2.0, "h/month²", (0.0, 1e6), "hours that claims brought forward by s months take from service: this × s²/2, for each family", "courty2004", plausible=(0.5, 10.0), acts_in="provider_financed_pbr")
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
    encouragement_effect: float = param(0.15, "share", (-1.0, 1.0), "engagement gained by full encouragement (small and of disputed sign in field experiments)", "thomsen2015", plausible=(-0.05, 0.3), acts_in="new_public_governance")
    encouragement_memory: float = param(0.7, "per month", (0.0, 1.0), "share of encouragement that is kept from month to month", plausible=(0.4, 0.9), acts_in="new_public_governance")


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
    weight_ability: float = param(0.3, "share", (0.0, 1.0), "weight of ability in trust; the three weights sum to 1", plausible=(0.2, 0.6))
    weight_benevolence: float = param(0.5, "share", (0.0, 1.0), "weight of benevolence in trust", plausible=(0.2, 0.6))
    weight_integrity: float = param(0.2, "share", (0.0, 1.0), "weight of integrity in trust", plausible=(0.1, 0.5))
    asymmetry_ability: float = param(0.5, "× asymmetry", (0.0, 10.0), "how much of the asymmetry (above 1) holds for ability", plausible=(0.0, 1.5))
    asymmetry_benevolence: float = param(1.0, "× asymmetry", (0.0, 10.0), "the same for benevolence (contested: shared values may know none)", plausible=(0.0, 2.0))
    asymmetry_integrity: float = param(2.0, "× asymmetry", (0.0, 10.0), "the same for integrity", plausible=(0.5, 4.0))
    fairness: float = param(0.3, "share", (0.0, 1.0), "weight, in benevolence, of what one gets beside peers, and of whom a provider takes in beside who applied", plausible=(0.0, 0.6))
