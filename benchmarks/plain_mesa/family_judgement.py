"""What a family makes of its month: experiences, satisfaction and what it lost, load, learning and engagement."""

from __future__ import annotations

from typing import Any

from abm.rules.coproduction import complain_probability, next_capability, next_engagement, next_fatigue
from abm.rules.interventions import next_encouragement
from abm.rules.menu import PARENT_TRAINING, WEEKEND
from abm.rules.trust import fairness
from abm.streams import EXPERIENCE, SWITCH
from benchmarks.plain_mesa.arithmetic import mixed, within

# What each part of a month weighs in an experience of a provider.
HOURS, MATCH, RED_TAPE, INTEGRATION = 0.35, 0.35, 0.15, 0.15
HOURS_OF_ASSESSMENT = 1.5  # a month on full co-assessment
DUMPED = 0.3  # what being wholly dumped on takes from an experience
SETTLED_MONTHS = 3  # in service before a family knows what is usual
NOISE = 0.08  # standard deviation of one experience
USUAL_CONTACT, DISTANT_CONTACT = 0.2, 0.3  # experiences a month with usual services, and with an authority
PATIENCE = 6.0  # months of waiting that halve it, at equal roles


class Judging:
    """How a family judges those who serve it, and changes by what it lives."""

    office: Any
    model: Any

    def begin_judging(self) -> None:
        """Nothing has been lived yet."""
        self.satisfaction, self.complained, self.dumped = 0.5, False, 0.0
        self.lost_red_tape = self.lost_waiting = self.lost_mismatch = self.lost_voice = 0.0
        self.usual_work = self.usual_received = 0.0

    def judge(self) -> None:
        """Live the month with providers and authority; in service it becomes satisfaction, on the waiting list patience."""
        model, office = self.model, self.office
        noise = NOISE * model.normal(EXPERIENCE, self.number)
        self.red_tape_hours, self.complained = 0.0, False
        if self.enrolled:
            self._feel_dumped()
            self._live_service(noise)
            self._maybe_complain()
            self.coproduction_hours += HOURS_OF_ASSESSMENT * office.coassessment
            tape, served = 1.0 - 3.0 * self.lost_red_tape, within(self.satisfaction + noise)
            lived, honest = 0.6 * self.satisfaction + 0.4 * tape, within(tape + noise)
            model.trust.live_parts(self, office, within(lived + noise), (served, served, honest), DISTANT_CONTACT)
            return
        fair = None
        if self.applied:
            fair = self._wait_beside_peers()
            patience = 1.0 / (1.0 + self.waiting_months / max(0.1, PATIENCE * office.role("client")))
            self.lost_waiting = 0.4 * (1.0 - patience)
            model.trust.live(self, office, within(0.55 * patience + noise), DISTANT_CONTACT)
        for slot in self.package:
            if model.trust.exists(self, slot.provider):
                model.trust.live(self, slot.provider, within(0.5 + noise), USUAL_CONTACT)
                if fair is not None and model.trust.split:
                    weight = office.case.trust.fairness * USUAL_CONTACT
                    model.trust.live_event(self, slot.provider, "benevolence", within(fair + noise), weight)

    @property
    def _served_peers(self) -> list[Any]:
        return [peer for peer in self.peers if peer.enrolled]

    @property
    def _hours_for_need(self) -> float:
        return self.hours_received / max(1e-9, self.need)

    def _hours_beside_peers(self) -> float | None:
        """Its hours for its need beside those of peers in service; None where it has no such peers."""
        peers, others = self._served_peers, 0.0
        for peer in peers:
            others += peer._hours_for_need
        return fairness(self._hours_for_need, others / len(peers)) if peers else None

    def _wait_beside_peers(self) -> float | None:
        """How hard to help those are who got a place, beside itself, which waits; None where it has no such peers."""
        peers, others = self._served_peers, 0.0
        for peer in peers:
            others += peer.complexity
        return fairness(others / len(peers), self.complexity) if peers else None

    def _feel_dumped(self) -> None:
        """The same work builds trust with new money and destroys it with cuts: own hours' growth beyond professionals'."""
        own, design = self.coproduction_hours + self.integration_hours, self.office.design
        grown = own / max(1.0, self.usual_work) - self.hours_received / max(1.0, self.usual_received)
        knows = design.mechanisms.dumping and self.served_months > SETTLED_MONTHS
        self.dumped = min(1.0, self.office.case.work.dumping * max(0.0, grown)) if knows else 0.0
        memory = 1.0 / min(12.0, max(1.0, self.served_months))
        self.usual_work += memory * (own - self.usual_work)
        self.usual_received += memory * (self.hours_received - self.usual_received)

    def _live_service(self, noise: float) -> None:
        """Hours against promise, match with own need, red tape and integration make an experience with each provider.

        Hours show ability; hours kept as promised and little red tape, honesty; all else, and what peers get, good will.
        """
        cared = MATCH * self.match + INTEGRATION * self.integration - DUMPED * self.dumped
        cared /= MATCH + INTEGRATION
        cared = within(mixed(cared, self._hours_beside_peers(), self.office.case.trust.fairness) + noise)
        tape = kept = 0.0
        for slot in self.serving:
            provider, promised = slot.provider, slot.provider.promised_hours
            hours = min(1.0, slot.hours / promised) if promised > 0.0 else 1.0
            lived = HOURS * hours + MATCH * self.match + RED_TAPE * (1.0 - provider.red_tape)
            lived += INTEGRATION * self.integration
            whole = within(lived - DUMPED * self.dumped + noise)
            honest = within(0.5 * hours + 0.5 * (1.0 - provider.red_tape) + noise)
            self.model.trust.live_parts(self, provider, whole, (within(hours + noise), cared, honest), 1.0)
            tape, kept = tape + provider.red_tape, kept + hours
        serving = max(1.0, len(self.serving))
        self._be_satisfied(tape / serving, kept / serving, noise)

    def _be_satisfied(self, tape: float, kept: float, noise: float) -> None:
        case, office = self.office.case, self.office
        self.red_tape_hours = 10.0 * case.rules.family_red_tape * tape * 0.25
        self.lost_red_tape = 0.25 * tape
        self.lost_mismatch = 0.15 * (1.0 - self.match) + 0.05 * (1.0 - self.integration)
        self.lost_waiting = 0.15 * (1.0 - kept)
        self.lost_voice = 0.1 * max(0.0, 0.5 - self.voice) if office.meetings > 0 else 0.0
        lost = self.lost_red_tape + self.lost_mismatch + self.lost_waiting + self.lost_voice
        own = case.family.satisfaction_spread * self.model.normal(EXPERIENCE, self.number, 3, month=0)
        self.satisfaction = within(1.0 - lost + own + 0.5 * noise)

    def _maybe_complain(self) -> None:
        """A dissatisfied family complains: voice instead of exit."""
        office = self.office
        trust = self.model.trust.in_(self, office)
        odds = complain_probability(office.case.family.complaining, self.satisfaction, trust, office.role("coproducer"))
        self.complained = self.model.uniform(SWITCH, self.number, 3) < odds

    # ---- adapting

    def adapt(self, training: float) -> None:
        """Load tires and support relieves; training and doing make capable; engagement follows trust and voice."""
        office, case, offers = self.office, self.office.case, self.team.offers
        trust = 0.0
        for slot in self.package:
            trust += self.model.trust.in_(self, slot.provider) / len(self.package)
        if self.office.design.mechanisms.fatigue:
            self._tire(training)
        before = office.funded and self.model.calendar.month < self.model.calendar.dates.service[0]
        letters = office.design.coproduction.encouragement if office.contract.serving or before else 0.0
        self.encouraged = next_encouragement(self.encouraged, letters, case.work.encouragement_memory)
        trained = training * (self.took_part > 0.0) * self.engagement
        trained += case.menu.strength * (PARENT_TRAINING in offers) * self.enrolled * self.engagement
        gains = case.work.training_gain, case.work.doing_gain, case.work.capability_loss
        self.capability = next_capability(self.capability, trained, self.took_part, *gains)
        self.engagement = next_engagement(self.engagement, self.own_engagement, trust, self.fatigue, self.voice)
        self.tailoring += 0.02 * self.took_part * (1.0 - self.tailoring) - 0.03 * self.tailoring

    def _tire(self, training: float) -> None:
        case = self.office.case
        hours = self.coproduction_hours + self.integration_hours + self.red_tape_hours
        load = min(1.5, hours / max(1.0, self.free_hours + self.respite_hours))
        relief = self.eased_by_money * (1.0 - self.resources)
        eased = load * (1.0 - 0.4 * training) * (1.0 - relief)
        weekend = case.menu.strength * (WEEKEND in self.team.offers)
        rest = min(1.0, case.work.fatigue_recovery * (1.0 + weekend))
        self.fatigue = next_fatigue(self.fatigue, eased, case.work.fatigue_gain, rest)
