"""The provider: a public, third-sector or for-profit organisation or a families' association."""

from __future__ import annotations

from collections import defaultdict, deque
from typing import Any

import mesa

from abm.rules.control import burden_target, next_burden
from abm.rules.crowding import next_motivation
from abm.rules.interventions import eased, forgotten, signal_noise, taught
from abm.rules.learning import next_fit, revised
from abm.rules.menu import PROFESSIONAL_COURSE
from abm.rules.skills import next_skill, staff_turnover
from abm.rules.trust import fairness
from abm.streams import EXPERIENCE
from benchmarks.plain_mesa.arithmetic import mixed, within
from benchmarks.plain_mesa.bidding import Bidding
from benchmarks.plain_mesa.commissioner import YEAR
from benchmarks.plain_mesa.provider_hours import Working
from benchmarks.plain_mesa.provider_incentives import Choosing
from benchmarks.plain_mesa.provider_intake import TakingIn

NOISE = 0.08  # standard deviation of one experience
RESTORING = 0.03  # of motivation, by voice and trust


class Provider(Bidding, Working, Choosing, TakingIn, mesa.Agent):
    """An organisation that serves families, in usual services and as a partner of a contract."""

    def __init__(self, model: Any, number: int, office: Any, start: dict[str, Any]) -> None:
        super().__init__(model)
        self.number, self.office = number, office
        self.kind: str = start["kind"]
        self.team, self.domain = start["team"], start["domain"]
        self.active: bool = start["active"]
        self.partner = self.at_start = self.exited = False
        self.small, self.reserves = start["small"], start["reserves"]  # €
        self.begin_bidding()
        self.staff_hours, self.usual_hours = start["staff_hours"], start["usual_hours"]
        self.credit = start["credit"]  # €
        self.award_share = self.planned_hours = self.promised_hours = self.places = self.tender_hours = 0.0
        self.competence, self.own_competence = start["competence"], list(start["competence"])
        self.fit, self.prior_need, self.known_need = start["fit"], start["prior_need"], start["known_need"]
        self.motivation, self.own_motivation = start["motivation"], start["motivation"]
        self.openness, self.own_openness = start["openness"], start["openness"]
        self.job_satisfaction, self.integrity = start["job_satisfaction"], start["integrity"]
        self.burden, self.liquidity, self.staff_turnover = start["burden"], 1.0, 0.0
        self.contracting_skill = self.clarity = 0.0  # taught by workshops and guidance
        self.main_families = self.caseload = self.months_short = 0
        self.mission_intake, self.real_intake = [0.0] * 3, [0.0] * 3  # by third of complexity
        self.loan = self.income = self.outcome_income = self.year_surplus = 0  # cents
        self.dues: dict[int, int] = defaultdict(int)  # cents by the month in which they become payable
        self.claimed = 0  # cents, this month
        self.result, self.caught, self.results_used = 0.0, False, False
        self.idle_control: deque[float] = deque(maxlen=YEAR)
        self.idle_results: deque[float] = deque(maxlen=YEAR)
        self.shortfall: Any = None  # the open one
        self.shortfalls_closed = self.shortfalls_answered = 0
        self.set_out(len(start["fit"]))

    @property
    def serving(self) -> bool:
        """Whether it works for a contract that is served this month."""
        return self.partner and self.office.contract.serving

    @property
    def ease(self) -> float:
        """Hours of its transactions relative to those of one without skill in contracting and clarity of rules."""
        return eased(self.office.case.intervention.transaction_ease, self.contracting_skill, self.clarity)

    @property
    def for_third_sector(self) -> bool:
        """Whether it is a nonprofit or a families' association."""
        return self.kind in ("third_sector", "association")

    @property
    def red_tape(self) -> float:
        """How much of its red tape families feel: a quarter of paid hours on control is felt in full."""
        if self.contract_hours <= 0.0:
            return 0.0
        return min(1.0, 4.0 * self.reporting_hours / self.contract_hours)

    def hear_members(self, share: float) -> None:
        """An association's view of need moves by this share, times its insight, to the mean need of its members."""
        insight = self.office.case.provider.association_insight
        if insight <= 0.0 or self.kind != "association" or not self.active:
            return
        members = [family for family in self.office.families if family.knows(self)]
        if not members:
            return
        for d in range(len(self.known_need)):
            voiced = 0.0
            for member in members:
                voiced += member.needs[d]
            found = voiced / len(members)
            self.prior_need[d] = revised(self.prior_need[d], found, share * insight)
            self.known_need[d] = revised(self.known_need[d], found, share * insight)

    # ---- the market

    def come_in(self) -> None:
        """Begin to work here: relations with the authority, other providers and those who know it begin to exist."""
        trust, office = self.model.trust, self.office
        self.active = True
        trust.activate(self, office)
        trust.activate(office, self)
        for other in office.providers:
            if other is not self and other.active:
                trust.activate(self, other)
                trust.activate(other, self)
        for family in office.families:
            if family.knows(self):
                trust.activate(family, self)

    # ---- judging and being judged

    def judge(self) -> None:
        """Judge payment and control of the authority; it judges results as far as it uses them, else what families say."""
        office, trust, facts = self.office, self.model.trust, self.office.case.trust
        noise = NOISE * self.model.normal(EXPERIENCE, self.number, 1)
        noise *= signal_noise(office.case.intervention.signal_accuracy, self.contracting_skill)
        self._judge_office(noise)
        use, word = office.design.outcomes_use.responsibility, self._word_of_families()
        able = within(use * self._record() + (1.0 - use) * word + noise)
        fair = fairness(self.complexity_taken, self.complexity_on_file) if self.intake_weight > 0.0 else None
        cared = within(mixed(word, fair, facts.fairness) + noise)
        trust.live_parts(office, self, able, (able, cared, within(word + noise)), 1.0)
        if self.caught:
            trust.live_event(office, self, "integrity", 0.0, facts.event_weight)

    def _judge_office(self, noise: float) -> None:
        """Money that covers planned work shows ability and a promise kept; control can be felt as distrust."""
        office, trust = self.office, self.model.trust
        control = 1.0 - 2.0 * self.reporting_share
        paid = within(self.liquidity + noise)
        whole = within(0.5 * self.liquidity + 0.5 * control + noise)
        trust.live_parts(self, office, whole, (paid, within(control + noise), paid), 1.0)
        if self.liquidity < 0.9:
            weight = office.case.trust.event_weight * (1.0 - self.liquidity) * 0.5
            trust.live_event(self, office, "integrity", self.liquidity * 0.5, weight)

    def _record(self) -> float:
        """Its families' results beside what was expected of the contract, as an experience."""
        expected = self.office.contract.expected_result
        if expected <= 0.0 or self.model.calendar.service_month <= 6 or self.caseload == 0:
            return 0.5
        return within(0.5 + 0.5 * (self.result - expected) / (expected + 0.05))

    def _word_of_families(self) -> float:
        """Mean trust of its families; complaints weigh more where people are co-producers."""
        office = self.office
        complaint = max(0.0, 1.0 + office.case.family.complaint_weight * (office.role("coproducer") - 1.0))
        said, words = 0.0, 0.0
        for family in office.families:
            if family.served_by(self):
                word = complaint if family.complained else 1.0
                said += word * self.model.trust.in_(family, self)
                words += word
        return said / words if words > 0.0 else 0.5

    # ---- being taught

    def learn(self, kind: str, strength: float) -> None:
        """A month of guidance, workshops or training of professionals; all but guidance takes hours."""
        facts = self.office.case.intervention
        if kind == "guidance":
            self.clarity = taught(self.clarity, strength, 1.0)
            return
        self.training_hours += strength * facts.course_hours
        if kind == "workshop":
            self.contracting_skill = taught(self.contracting_skill, strength, facts.workshop_gain)
            return
        self.openness = taught(self.openness, strength, facts.professional_gain)
        self.competence = [taught(skill, strength, facts.professional_gain) for skill in self.competence]

    def forget_what_was_taught(self) -> None:
        """A month passes, and some of those who were taught leave."""
        loss, self.training_hours = self.office.case.commissioner.skill_loss, 0.0
        self.contracting_skill = forgotten(self.contracting_skill, loss, self.staff_turnover)
        self.clarity = forgotten(self.clarity, loss, self.staff_turnover)

    # ---- adapting

    def adapt(self) -> None:
        """Under a contract control, motivation, satisfaction and services move; else motivation returns to its level."""
        case = self.office.case
        if not self.serving:
            self.motivation += case.provider.own_pull * (self.own_motivation - self.motivation)
            return
        trusting = self.model.trust.in_(self, self.office)
        self._answer_to_trust()
        self._be_motivated(trusting)
        voice = self.office.voice
        target = 0.3 + 0.3 * self.motivation + 0.3 * trusting - self.reporting_share + 0.1 * voice
        target = within(target - 0.3 * (1.0 - self.liquidity))
        self.job_satisfaction += 0.1 * (target - self.job_satisfaction)
        self._come_to_fit()
        self._replace_staff()

    def _answer_to_trust(self) -> None:
        design, rules = self.office.design, self.office.case.rules
        if design.mechanisms.burden_response:
            control, trusted = design.control, self.model.trust.in_(self.office, self)
            limits = control.burden_min, control.burden_max
            target = burden_target(trusted, *limits, control.threshold, control.steepness)
            self.burden = next_burden(self.burden, target, rules.rise, rules.fall)

    def _be_motivated(self, trusting: float) -> None:
        case, paid = self.office.case, 0.0
        for part, pay in zip(self.attention, self.payment_per_hour, strict=True):
            paid += part * pay
        crowding = case.provider.crowding if self.office.design.mechanisms.crowding else 0.0
        self.motivation = next_motivation(
            self.motivation, self.own_motivation, min(2.0, paid / case.money.wage), crowding, self.office.voice, trusting,
            RESTORING, case.provider.own_pull, 1.0 - self.liquidity, case.provider.unpaid_strain,
        )  # fmt: skip

    def _come_to_fit(self) -> None:
        """Services come to fit by doing, faster with a course for professionals, where activities are not prescribed."""
        case, specified = self.office.case, self.office.design.payment.input_specification
        step = 0.1 * case.provider.adaptation
        course = case.menu.strength * (PROFESSIONAL_COURSE in self.team.offers)
        self.openness += step * course * (1.0 - self.openness)
        for d, part in enumerate(self.attention):
            self.fit[d] = next_fit(self.fit[d], part, step * (1.0 + course), specified)

    def _replace_staff(self) -> None:
        """Professionals learn by doing; those who leave take competence and openness with them."""
        facts = self.office.case.provider
        rate = staff_turnover(facts.staff_turnover, facts.turnover_sensitivity, self.job_satisfaction)
        self.staff_turnover = rate
        self.openness += rate * (self.own_openness - self.openness)
        for d, part in enumerate(self.attention):
            done = min(2.0, len(self.attention) * part) * self.liquidity
            entry = facts.entry_skill * self.own_competence[d]
            self.competence[d] = next_skill(self.competence[d], entry, done, facts.skill_gain, rate)
