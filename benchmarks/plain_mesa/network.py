"""Two networkx graphs between agents: who trusts whom (directed), and which providers work together (undirected)."""

from __future__ import annotations

from itertools import combinations
from typing import Any

import networkx as nx

from abm.rules.coordination import next_joint_hours
from abm.rules.trust import asymmetry_of, certainty, damage_of, fade_prior, trust_level, weighed

CONDUCT_MEMORY = 11.0 / 12.0  # of what was lived, a month: a memory of a year
FACETS = ("ability", "benevolence", "integrity")
EVIDENCE = ("support", "against", "damage")


class TrustNetwork(nx.DiGraph):
    """An edge is a relation; its attributes hold the evidence on which the source's trust in the target rests.

    Evidence and the level of trust are kept by facet. Where trust has one facet, all evidence is of ability, and what is
    trusted in one is trusted in all.
    """

    facts: Any = None  # the case's facts of trust
    split = True  # whether experiences speak to facets

    def know(self, facts: Any, split: bool) -> None:
        """The case's facts of trust, and whether trust has facets."""
        self.facts, self.split = facts, split
        self.weight = {facet: getattr(facts, f"weight_{facet}") for facet in FACETS}
        self.asymmetry = {
            facet: asymmetry_of(facts.asymmetry, getattr(facts, f"asymmetry_{facet}")) for facet in FACETS
        }

    def relate(self, source: Any, target: Any, relation: str, trust: float, active: bool) -> None:
        """Begin a relation with a first attitude and no evidence."""
        evidence = {kind: dict.fromkeys(FACETS, 0.0) for kind in EVIDENCE}
        self.add_edge(
            source, target, relation=relation, active=active, prior=trust, trust=trust, level=dict.fromkeys(FACETS, trust),
            lived=0.0, lived_weight=0.0, **evidence,
        )  # fmt: skip

    def in_(self, source: Any, target: Any) -> float:
        """Trust of the source in the target, as it was at the start of the month."""
        return self.edges[source, target]["trust"]

    def exists(self, source: Any, target: Any) -> bool:
        """Whether the relation is active."""
        return self.edges[source, target]["active"]

    def activate(self, source: Any, target: Any, active: bool = True) -> None:
        """A relation begins or ends; its evidence stays."""
        self.edges[source, target]["active"] = active

    def end_all(self, agent: Any, relations: tuple[str, ...]) -> None:
        """End the relations of these kinds that an agent has, in both directions."""
        for tie in [*self.out_edges(agent, data=True), *self.in_edges(agent, data=True)]:
            if tie[2]["relation"] in relations:
                tie[2]["active"] = False

    def live(self, source: Any, target: Any, experience: float, weight: float) -> None:
        """Add an experience in [0, 1] of this weight (in monthly experiences), which speaks to all facets alike.

        It disappoints where it falls short of trust as a whole.
        """
        tie = self.edges[source, target]
        if self.split:
            for facet in FACETS:
                self._add(tie, facet, experience, weight, tie["trust"], self.asymmetry[facet])
        else:
            self._add(tie, "ability", experience, weight, tie["trust"], self.facts.asymmetry)
        self._remember(tie, experience, weight)

    def live_parts(
        self, source: Any, target: Any, whole: float, parts: tuple[float, float, float], weight: float
    ) -> None:
        """Add what an experience says of ability, benevolence and integrity; as a whole it is remembered."""
        if not self.split:
            self.live(source, target, whole, weight)
            return
        tie = self.edges[source, target]
        for facet, experience in zip(FACETS, parts, strict=True):
            self._add(tie, facet, experience, weight, tie["level"][facet], self.asymmetry[facet])
        self._remember(tie, whole, weight)

    def live_event(self, source: Any, target: Any, facet: str, experience: float, weight: float) -> None:
        """Add an experience that speaks to one facet, which has the weight that another divides over all of them."""
        if not self.split:
            self.live(source, target, experience, weight)
            return
        tie, part = self.edges[source, target], self.weight[facet]
        if part > 0.0:
            self._add(tie, facet, experience, weight / part, tie["level"][facet], self.asymmetry[facet])
        self._remember(tie, experience, weight)

    def _add(self, tie: Any, facet: str, experience: float, weight: float, expected: float, asymmetry: float) -> None:
        tie["support"][facet] += weight * experience
        tie["against"][facet] += weight * (1.0 - experience)
        tie["damage"][facet] += weight * damage_of(experience, expected, asymmetry, self.facts.tolerance)

    @staticmethod
    def _remember(tie: Any, experience: float, weight: float) -> None:
        tie["lived_weight"] += weight
        if tie["lived_weight"] > 0.0:
            tie["lived"] += weight / tie["lived_weight"] * (experience - tie["lived"])

    def fade(self) -> None:
        """Evidence fades, damage more slowly, first attitudes toward the propensity to trust; trust is what remains."""
        facts = self.facts
        for _, _, tie in self.edges(data=True):
            tie["lived_weight"] *= CONDUCT_MEMORY
            tie["prior"] = fade_prior(tie["prior"], facts.propensity, facts.memory)
            for facet in FACETS:
                tie["support"][facet] *= facts.memory
                tie["against"][facet] *= facts.memory
                tie["damage"][facet] *= facts.damage_memory
                evidence = (tie[kind][facet] for kind in EVIDENCE)
                tie["level"][facet] = trust_level(*evidence, tie["prior"], facts.prior_weight)
            tie["trust"] = self._whole(tie["level"])
            if not self.split:
                tie["level"] = dict.fromkeys(FACETS, tie["trust"])

    def _whole(self, of_facet: dict[str, float]) -> float:
        """What the facets come to: their mean by weight, or ability where there is but one."""
        return weighed(*of_facet.values(), *self.weight.values()) if self.split else of_facet["ability"]

    def certainty(self, tie: dict[str, Any]) -> float:
        """How much of a tie's trust rests on experience."""
        return self._whole(
            {facet: certainty(*(tie[kind][facet] for kind in EVIDENCE), self.facts.prior_weight) for facet in FACETS}
        )


class WorkNetwork(nx.Graph):
    """What two providers of a place have in common: joint hours, disagreements, rivalry; an edge for every pair."""

    def acquaint(self, one: Any, other: Any, joint_hours: float) -> None:
        """Put a pair on record."""
        self.add_edge(
            one,
            other,
            joint_hours=joint_hours,
            brokered_hours=0.0,
            spent=0.0,
            strength=0.0,
            conflict=False,
            rival=False,
        )

    def forget_month(self, providers: list[Any]) -> None:
        """Open the month's account of every pair."""
        for one, other in combinations(providers, 2):
            self.edges[one, other].update(spent=0.0, conflict=False)

    def remember(self, one: Any, other: Any, spent: float, contact: float, fade: float) -> None:
        """A month's joint hours, and hours of contact through a hub, enter what is remembered."""
        tie = self.edges[one, other]
        tie["joint_hours"] = next_joint_hours(tie["joint_hours"], spent, fade)
        tie["brokered_hours"] = next_joint_hours(tie["brokered_hours"], contact, fade)

    def mates(self, one: Any, other: Any) -> bool:
        """Whether two meet as members: partners of one team, and no rivals."""
        same = one is not other and one.partner and other.partner and one.team is other.team
        return same and not self.edges[one, other]["rival"]
