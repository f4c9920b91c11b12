"""Two networkx graphs between agents: who trusts whom (directed), and which providers work together (undirected)."""

from __future__ import annotations

from itertools import combinations
from typing import Any

import networkx as nx

from abm.rules.coordination import next_joint_hours
from abm.rules.trust import certainty, damage_of, fade_prior, trust_level

CONDUCT_MEMORY = 11.0 / 12.0  # of what was lived, a month: a memory of a year


class TrustNetwork(nx.DiGraph):
    """An edge is a relation; its attributes hold the evidence on which the source's trust in the target rests."""

    facts: Any = None  # the case's facts of trust

    def relate(self, source: Any, target: Any, relation: str, trust: float, active: bool) -> None:
        """Begin a relation with a first attitude and no evidence."""
        evidence = {"support": 0.0, "against": 0.0, "damage": 0.0, "lived": 0.0, "lived_weight": 0.0}
        self.add_edge(source, target, relation=relation, active=active, prior=trust, trust=trust, **evidence)

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
        """Add an experience in [0, 1] of this weight (in monthly experiences) to the evidence."""
        tie, facts = self.edges[source, target], self.facts
        tie["support"] += weight * experience
        tie["against"] += weight * (1.0 - experience)
        tie["damage"] += weight * damage_of(experience, tie["trust"], facts.asymmetry, facts.tolerance)
        tie["lived_weight"] += weight
        if tie["lived_weight"] > 0.0:
            tie["lived"] += weight / tie["lived_weight"] * (experience - tie["lived"])

    def fade(self) -> None:
        """Evidence fades, damage more slowly, first attitudes toward the propensity to trust; trust is what remains."""
        facts = self.facts
        for _, _, tie in self.edges(data=True):
            tie["support"] *= facts.memory
            tie["against"] *= facts.memory
            tie["damage"] *= facts.damage_memory
            tie["lived_weight"] *= CONDUCT_MEMORY
            tie["prior"] = fade_prior(tie["prior"], facts.propensity, facts.memory)
            tie["trust"] = trust_level(tie["support"], tie["against"], tie["damage"], tie["prior"], facts.prior_weight)

    def certainty(self, tie: dict[str, Any]) -> float:
        """How much of a tie's trust rests on experience."""
        return certainty(tie["support"], tie["against"], tie["damage"], self.facts.prior_weight)


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

    def remember(self, one: Any, other: Any, contact: float, fade: float) -> None:
        """A month's joint hours, and hours of contact through a hub, enter what is remembered."""
        tie = self.edges[one, other]
        tie["joint_hours"] = next_joint_hours(tie["joint_hours"], tie["spent"], fade)
        tie["brokered_hours"] = next_joint_hours(tie["brokered_hours"], contact, fade)

    def mates(self, one: Any, other: Any) -> bool:
        """Whether two meet as members: partners of one team, and no rivals."""
        same = one is not other and one.partner and other.partner and one.team is other.team
        return same and not self.edges[one, other]["rival"]
