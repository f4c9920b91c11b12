"""The commissioner: the authority of a locality, which contracts for its families; and the region above."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, Any

import mesa

from abm.rules.coproduction import role_factor
from abm.rules.learning import knowledge_share, next_support, revised
from abm.rules.skills import next_skill, supported
from abm.rules.volunteering import through_associations
from abm.streams import POLITICS
from benchmarks.plain_mesa.contract import Contract

if TYPE_CHECKING:
    from benchmarks.plain_mesa.family import Family
    from benchmarks.plain_mesa.investor import Investor
    from benchmarks.plain_mesa.provider import Provider
    from benchmarks.plain_mesa.volunteer import Volunteer

SUPPORT_PULL = 0.05  # per month
MONTHS_TO_A_MILESTONE = 6.0  # as bidders reckon
YEAR = 12


class Team:
    """Families and providers of a locality that plan and meet together."""

    def __init__(self, number: int, domains: int) -> None:
        self.number = number
        self.heard_need, self.voices = [0.0] * domains, 0.0  # since the start
        self.asked_need, self.present = [0.0] * domains, 0.0  # at this month's meeting
        self.offers: set[int] = set()  # new services that run
        self.centre_domain, self.menu_hours = 0, 0.0


class Region(mesa.Agent):
    """A regional authority, which funds a part and sets rules of spending and reporting."""

    def __init__(self, model: Any, number: int) -> None:
        super().__init__(model)
        self.number = number


class Commissioner(mesa.Agent):
    """A local authority: what it believes and wants, its skills, its people's work on the network."""

    def __init__(self, model: Any, number: int, name: str, support: float, known_need: list[float]) -> None:
        super().__init__(model)
        self.number, self.name = number, name
        self.case, self.place = model.case, model.case.locality[name]
        self.design = model.design.for_locality(name)
        self.funded = self.place.grant_eur > 0
        domains = len(self.case.domains)
        self.families: list[Family] = []
        self.providers: list[Provider] = []
        self.volunteers: list[Volunteer] = []
        self.investors: list[Investor] = []
        self.teams: list[Team] = []
        self.region: Region  # given once everybody is there
        self.priorities, self.known_need, self.knowledge = [1.0 / domains] * domains, known_need, 0.0
        self.political_support = support
        start = self.case.commissioner.skill_start
        self.outreach_skill = self.collaboration_skill = self.empowerment_skill = start
        self.contract = Contract(self)
        self.region_burden = self.passed_burden = self.absorbed_hours = 0.0
        self.backlog = self.settled = self.reach = self.hub_hours = 0.0
        self.facilitated = self.bottleneck = 0.0
        self.turned_away = 0.0  # part of those who would apply that is not referred this month
        self.closing = False  # its contract is closed and settled this month
        self.bidders = self.first_bidders = self.partners_left = 0
        self.rivals_gone = 0.0  # share of the first tender's
        self.decided = 0.0  # share of the month's coordination that was done
        self.meetings, self.meeting_experience, self.agreement = 0, None, 0.0
        nothing = [0.0] * domains
        self.natural, self.earlier_start, self.earlier_change = list(nothing), list(nothing), list(nothing)
        self.voice = self.participation = self.collective_work = 0.0
        self.work_hours: deque[float] = deque(maxlen=YEAR)
        self.control_hours: deque[float] = deque(maxlen=YEAR)

    # ---- what follows from the design

    @property
    def partners(self) -> list[Provider]:
        """Providers that hold a part of the contract."""
        return [provider for provider in self.providers if provider.partner]

    @property
    def decides_with_others(self) -> bool:
        """Whether anybody but the hierarchy decides."""
        return self.design.structure.decision_rights != "hierarchy"

    @property
    def teams_decide(self) -> bool:
        """Whether each team decides for itself."""
        return self.design.structure.decision_rights == "teams"

    @property
    def coassessment(self) -> float:
        """Intensity of co-assessment in the months that the calendar has for it."""
        return self.design.coproduction.assessment if self.model.calendar.assessing else 0.0

    @property
    def investors_in(self) -> float:
        """Share of the investors that take part; providers carry what the others do not advance."""
        active = sum(investor.active for investor in self.investors)
        return active / len(self.investors) if self.investors else 0.0

    @property
    def capital_share(self) -> float:
        """Share of the contract's value that investors are asked to advance."""
        return self.contract.deferred_share * self.design.finance.bridge.investor

    @property
    def wait_months(self) -> float:
        """Months from work to money, as a bidder reckons: the lag, and the time until something can be claimed."""
        payment = self.design.payment
        if payment.rule == "rate_card":
            return payment.lag_months + MONTHS_TO_A_MILESTONE
        return payment.lag_months + (payment.period_months if self.contract.tests_cohorts else 1.0)

    @property
    def collective_input(self) -> float:
        """Input that reaches every family from collective work; at the start of a month, last month's."""
        if not self.design.mechanisms.peer_learning:
            return 0.0
        return self.case.work.collective_effect * self.design.coproduction.levels.collective * self.collective_work

    @property
    def need_scale(self) -> float:
        """What input is divided by so that typical hours spread as the need is give 1; before a contract, as if flat."""
        return self.contract.need_scale if self.contract.need_scale > 0.0 else 1.0 / len(self.case.domains)

    def role(self, role: str) -> float:
        """How much more or less people do what belongs to a role: client, consumer or coproducer."""
        return role_factor(getattr(self.design.coproduction.roles, role), self.case.family.roles_effect)

    # ---- skills and support

    def open_month(self) -> None:
        """Political support takes a step of its slow walk; a contract that was signed is served."""
        model, rules = self.model, self.case.rules
        month = model.calendar.month
        self.contract.serving = model.calendar.serving and self.contract.launched and month >= self.contract.signed
        if self.funded and self.design.mechanisms.politics:
            noise = rules.support_spread * model.normal(POLITICS, self.number)
            struck = model.uniform(POLITICS, self.number, 1) < rules.support_shock
            self.political_support = next_support(self.political_support, rules.support, SUPPORT_PULL, noise, struck)

    def _supported(self, support: float, skill: float) -> float:
        facts = self.case.commissioner
        return supported(support, skill, facts.skill_start, facts.skill_effect)

    @property
    def outreach(self) -> float:
        """Outreach as far as the authority's skill makes it arrive."""
        return self._supported(self.design.coproduction.outreach, self.outreach_skill)

    @property
    def training(self) -> float:
        """Training as far as the authority's skill in empowering makes it arrive."""
        return self._supported(self.design.coproduction.training, self.empowerment_skill)

    @property
    def recruiting(self) -> float:
        """Rate at which volunteers are recruited and trained, relative to full: by the hours of families' associations."""
        hours = 0.0
        for provider in self.providers:
            if provider.kind == "association" and provider.active:
                hours += provider.usual_hours + provider.contract_hours
        work = self.case.work
        return through_associations(work.association_recruiting, hours / len(self.families), work.association_hours)

    def practise(self) -> None:
        """Skills grow by practice: listening by co-planning, collaboration by meetings, empowering by co-delivery."""
        facts, coproduction = self.case.commissioner, self.design.coproduction
        asked = coproduction.planning if self.funded and self.model.calendar.planning else 0.0
        met = coproduction.design if self.meeting_experience is not None else 0.0
        produced = coproduction.delivery if self.contract.serving else 0.0
        terms = facts.skill_gain, facts.skill_loss
        self.outreach_skill = next_skill(self.outreach_skill, facts.skill_start, asked, *terms)
        self.collaboration_skill = next_skill(self.collaboration_skill, facts.skill_start, met, *terms)
        self.empowerment_skill = next_skill(self.empowerment_skill, facts.skill_start, produced, *terms)

    # ---- hearing and learning

    @property
    def voices(self) -> float:
        """Voices heard so far."""
        found = 0.0
        for team in self.teams:
            found += team.voices
        return found

    def wants_round(self) -> bool:
        """A round of co-planning is held where political support × gap in knowledge is large enough."""
        if not (self.funded and self.design.coproduction.planning > 0.0):
            return False
        gap = 1.0 - knowledge_share(self.voices, self.case.network.voices_for_knowledge)
        return not self.design.mechanisms.politics or self.political_support * gap >= self.case.rules.plan_trigger

    def learn_what_was_heard(self) -> None:
        """Knowledge by decision rights: each team hears its own, hub and members hear all, the hierarchy hears nobody."""
        voices, scale = self.voices, self.case.network.voices_for_knowledge
        hears = self.decides_with_others
        self.knowledge = knowledge_share(voices, scale) if hears else 0.0
        whole, moved = 0.0, 0.0
        for d, believed in enumerate(self.known_need):
            heard = 0.0
            for team in self.teams:
                heard += team.heard_need[d]
            self.known_need[d] = revised(believed, heard / voices if voices > 0.0 else believed, self.knowledge)
            whole += self.known_need[d]
        use = self.design.outcomes_use.priorities if hears else 0.0
        for d, before in enumerate(self.priorities):
            wanted = self.known_need[d] / whole if whole > 0.0 else before
            self.priorities[d] = revised(before, wanted, use)
            moved += abs(self.priorities[d] - before)
        if voices > 0.0:
            self.voice = min(1.0, moved * 4.0)
        for provider in self.providers:
            team = provider.team
            own = self.teams_decide and team.voices > 0.0
            need = [heard / team.voices for heard in team.heard_need] if own else self.known_need
            share = knowledge_share(team.voices if self.teams_decide else voices, scale) if hears else 0.0
            provider.known_need = [
                revised(prior, heard, share) for prior, heard in zip(provider.prior_need, need, strict=True)
            ]
