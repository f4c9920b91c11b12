"""Evidence on an edge: what one experience adds to each facet, beside arithmetic written out here."""

from __future__ import annotations

import pytest

from abm.network import ABILITY, BENEVOLENCE, FACETS, INTEGRITY, live, live_event, live_parts
from abm.world import empty_world

TOLERANCE, ASYMMETRY = 0.05, 3.0
RELATIVE = (0.5, 1.0, 2.0)  # of ability, benevolence, integrity
WEIGHTS = (0.5, 0.3, 0.2)
LEVELS = (0.3, 0.6, 0.9)  # so that one experience disappoints some facets only
TRUST = 0.55


@pytest.fixture
def world():
    """An edge with trust in every facet and no evidence yet, and what a place says of trust."""
    world = empty_world(4)
    facts, tie = world.settings[0], world.edges[0]
    facts.mechanisms_facets = 1.0
    facts.trust_asymmetry, facts.trust_tolerance = ASYMMETRY, TOLERANCE
    for name, relative, weight in zip(("ability", "benevolence", "integrity"), RELATIVE, WEIGHTS, strict=True):
        facts[f"trust_asymmetry_{name}"] = relative
        facts[f"trust_weight_{name}"] = weight
    tie.level[:], tie.trust = LEVELS, TRUST
    return world


def added(experience, weight, level, relative):
    """(support, against, damage) by the rule: damage is (asymmetry of the facet − 1)·(1 − x) below level less tolerance."""
    short = experience < level - TOLERANCE
    damage = relative * (ASYMMETRY - 1.0) * (1.0 - experience) if short else 0.0
    return [weight * experience, weight * (1.0 - experience), weight * damage]


def evidence(tie):
    """(support, against, damage) of each facet."""
    return [[float(tie[kind][facet]) for kind in ("support", "against", "damage")] for facet in range(FACETS)]


@pytest.mark.parametrize("experience", [0.0, 0.2, 0.52, 0.9])
def test_what_speaks_to_all_facets_is_held_against_trust_as_a_whole(world, experience):
    tie, facts = world.edges[0], world.settings[0]
    live(tie, facts, experience, 0.5)
    for found, relative in zip(evidence(tie), RELATIVE, strict=True):
        assert found == pytest.approx(added(experience, 0.5, TRUST, relative))
    live(tie, facts, experience, 0.25)
    for found, relative in zip(evidence(tie), RELATIVE, strict=True):
        assert found == pytest.approx([3.0 * x for x in added(experience, 0.25, TRUST, relative)]), "it adds up"


def test_parts_are_held_against_their_own_facets(world):
    tie, facts = world.edges[0], world.settings[0]
    parts = (0.2, 0.58, 0.7)
    live_parts(tie, facts, 0.4, *parts, 2.0)
    for facet in range(FACETS):
        assert evidence(tie)[facet] == pytest.approx(added(parts[facet], 2.0, LEVELS[facet], RELATIVE[facet]))
    assert tie.lived == pytest.approx(0.4)
    assert tie.lived_weight == 2.0


@pytest.mark.parametrize("facet", [ABILITY, BENEVOLENCE, INTEGRITY])
def test_an_event_speaks_to_one_facet_with_the_weight_of_all(world, facet):
    tie, facts = world.edges[0], world.settings[0]
    live_event(tie, facts, facet, 0.1, 1.5)
    for other in range(FACETS):
        expected = added(0.1, 1.5 / WEIGHTS[facet], LEVELS[facet], RELATIVE[facet]) if other == facet else [0.0] * 3
        assert evidence(tie)[other] == pytest.approx(expected)
    assert tie.lived == pytest.approx(0.1)
    assert tie.lived_weight == 1.5


@pytest.mark.parametrize("facet", [ABILITY, BENEVOLENCE, INTEGRITY])
def test_an_event_that_speaks_to_a_facet_without_weight_moves_no_trust(world, facet):
    tie, facts = world.edges[0], world.settings[0]
    facts[f"trust_weight_{('ability', 'benevolence', 'integrity')[facet]}"] = 0.0
    live_event(tie, facts, facet, 0.1, 1.5)
    assert evidence(tie) == [[0.0] * 3] * FACETS
    assert tie.lived_weight == 1.5, "it is lived all the same"


def test_without_facets_all_evidence_is_in_the_first_and_has_one_asymmetry(world):
    tie, facts = world.edges[0], world.settings[0]
    facts.mechanisms_facets = 0.0
    live(tie, facts, 0.2, 0.5)
    live_parts(tie, facts, 0.2, 0.9, 0.9, 0.9, 0.5)
    live_event(tie, facts, INTEGRITY, 0.2, 0.5)
    assert evidence(tie)[ABILITY] == pytest.approx([3.0 * x for x in added(0.2, 0.5, TRUST, 1.0)])
    assert evidence(tie)[BENEVOLENCE] == evidence(tie)[INTEGRITY] == [0.0] * 3
    assert tie.lived_weight == 1.5


def test_what_was_lived_is_a_mean_by_weight(world):
    tie, facts = world.edges[0], world.settings[0]
    live(tie, facts, 0.9, 0.0)
    assert tie.lived == 0.0, "what has no weight was not lived"
    for experience, weight in ((0.2, 0.5), (0.8, 0.25), (0.6, 2.0)):
        live(tie, facts, experience, weight)
    assert tie.lived_weight == 2.75
    assert tie.lived == pytest.approx((0.2 * 0.5 + 0.8 * 0.25 + 0.6 * 2.0) / 2.75)
