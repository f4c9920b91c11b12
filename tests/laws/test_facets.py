"""Trust by facets: what speaks to all alike is trust of one facet; what speaks to one moves that one; who sees what is fair."""

from __future__ import annotations

import numpy as np
import pytest
from numba import njit

from abm.config import load_case, load_design
from abm.engine import run_months
from abm.network import ABILITY, BENEVOLENCE, CONDUCT_MEMORY, FACET_NAMES, INTEGRITY, live, live_event, live_parts
from abm.stages.adapt import _fade
from abm.stages.assess_fairness import UNSEEN, hours_beside_peers, intake_beside_file, mixed, wait_beside_peers
from abm.world import new_world

SMALL = {"case.families": 60}
EQUAL = {f"case.trust.asymmetry_{facet}": 1.0 for facet in FACET_NAMES}
CARELESS = {  # providers have no mission, and pay makes them choose
    "case.provider.motivation_public": 0.1, "case.provider.motivation_third_sector": 0.1,
    "case.provider.accept_cost": 300.0, "payment.cohort_definition": 0.0,
}  # fmt: skip


def world_of(settings=None, design="provider_financed_pbr", seed=1):
    """A small world with these settings, at its start."""
    settings = SMALL | dict(settings or {})
    case = load_case("generic", {key: value for key, value in settings.items() if key.startswith("case.")})
    return new_world(case, load_design(design, {k: v for k, v in settings.items() if not k.startswith("case.")}), seed)


@njit
def fade(world):
    """Evidence fades; what is private to the engine can be called by compiled code only."""
    _fade(world, 0)


def month_of(world, experiences):
    """A month in which every edge lives these; then evidence fades."""
    facts = world.settings[0]
    for edge in world.edges[:20]:
        for x, weight in experiences:
            live(edge, facts, x, weight)
    fade(world)


def test_what_speaks_to_all_facets_alike_is_trust_of_one_facet():
    facets, one = world_of(EQUAL), world_of({"mechanisms.facets": False})
    luck = np.random.default_rng(5)
    for _ in range(60):
        lived = [(float(x), 3.0 * float(w)) for x, w in luck.random((3, 2))]
        month_of(facets, lived)
        month_of(one, lived)
        assert facets.edges.trust == pytest.approx(one.edges.trust, abs=1e-12)
        for facet in range(3):
            assert facets.edges.level[:, facet] == pytest.approx(one.edges.trust, abs=1e-12)
    assert facets.edges.lived.tobytes() == one.edges.lived.tobytes()


def test_without_facets_every_facet_is_trust():
    world = world_of({"mechanisms.facets": False})
    run_months(world, 15)
    assert (world.edges.level == world.edges.trust[:, None]).all()
    assert (world.edges.support[:, 1:] == 0.0).all()


def test_trust_is_the_weighted_mean_of_its_facets_and_shares_stay_shares():
    world = world_of()
    run_months(world, 20)
    weights = np.array([world.settings[0][f"trust_weight_{facet}"] for facet in FACET_NAMES])
    assert world.edges.trust == pytest.approx(world.edges.level @ weights, abs=1e-12)
    assert (world.edges.level >= 0.0).all()
    assert (world.edges.level <= 1.0).all()
    served = world.edges.support.sum(axis=1) > 0.0
    assert np.ptp(world.edges.level[served], axis=1).max() > 0.1


@pytest.mark.parametrize("facet", [ABILITY, BENEVOLENCE, INTEGRITY])
def test_an_event_moves_the_facet_that_it_speaks_to_and_no_other(facet):
    world = world_of()
    before = world.edges[0].level.copy()
    live_event(world.edges[0], world.settings[0], facet, 0.0, 5.0)
    fade(world)
    still = [other for other in range(3) if other != facet]
    untouched = world.edges[1].level  # of the same relation: first attitudes fade
    assert (world.edges[0].level[still] == untouched[still]).all()
    assert world.edges[0].level[facet] < min(before[facet], untouched[facet]) - 0.2


def test_bad_news_weighs_most_where_the_asymmetry_of_its_facet_is_largest():
    falls = []
    for facet in (ABILITY, BENEVOLENCE, INTEGRITY):
        equal = {f"case.trust.weight_{name}": value for name, value in zip(FACET_NAMES, (0.25, 0.25, 0.5), strict=True)}
        world = world_of(equal | {"case.trust.weight_integrity": 0.5})
        live_parts(world.edges[0], world.settings[0], 0.0, 0.0, 0.0, 0.0, 2.0)
        fade(world)
        falls.append(world.edges[1].level[facet] - world.edges[0].level[facet])
    assert falls == sorted(falls)
    assert falls[0] < falls[-1]


def test_a_single_event_moves_trust_at_first_as_much_as_one_that_speaks_to_all():
    """To first order in its weight, whatever the weights of the facets."""
    small = 1e-4
    for facet in (ABILITY, BENEVOLENCE, INTEGRITY):
        world = world_of({"case.trust.asymmetry": 1.0})
        live_event(world.edges[0], world.settings[0], facet, 1.0, small)
        live(world.edges[1], world.settings[0], 1.0, small)
        fade(world)
        one, all_, none = (world.edges[row].trust for row in (0, 1, 2))
        assert (one - none) / (all_ - none) == pytest.approx(1.0, abs=1e-3)


def test_a_provider_that_takes_the_easy_is_seen_in_the_file_and_one_that_takes_by_the_gateway_is_not():
    seen = {}
    for order in (0.0, 1.0):
        fair = []
        for seed in (1, 2, 3):
            world = world_of(CARELESS | {"payment.cohort_definition": order}, seed=seed)
            run_months(world, 24)
            fair += [intake_beside_file(p) for p in world.providers if p.intake_weight > 0.0]
        seen[order] = np.mean(fair)
    assert seen[0.0] < seen[1.0]
    assert seen[0.0] < 0.5


def test_a_family_compares_itself_with_those_it_knows():
    world = world_of()
    run_months(world, 20)
    peers = int(world.settings[0].family_peers)
    served = [i for i in range(len(world.families)) if world.families[i].enrolled]
    compared = [(i, hours_beside_peers(world, 0, i)) for i in served]
    known = [(i, x) for i, x in compared if x != UNSEEN]
    assert known
    i = known[0][0]
    own = world.families[i].hours_received
    world.families[i].hours_received = 0.0
    assert hours_beside_peers(world, 0, i) == 0.0
    world.families[i].hours_received = 100.0 * own
    assert hours_beside_peers(world, 0, i) == 1.0
    world.peers.active[i * peers : (i + 1) * peers] = 0
    assert hours_beside_peers(world, 0, i) == wait_beside_peers(world, 0, i) == UNSEEN
    assert mixed(0.7, UNSEEN, 0.3) == 0.7
    assert mixed(0.7, 0.2, 0.0) == 0.7
    assert mixed(0.7, 0.2, 0.5) == pytest.approx(0.45)


def test_who_is_made_to_wait_while_the_easier_are_served_sees_it():
    world = world_of()
    run_months(world, 20)
    peers = int(world.settings[0].family_peers)
    waits = next(i for i in range(60) if wait_beside_peers(world, 0, i) != UNSEEN)
    world.families.complexity[world.peers.peer[waits * peers : (waits + 1) * peers]] = 0.2
    world.families[waits].complexity = 0.2
    assert wait_beside_peers(world, 0, waits) == 0.5
    world.families[waits].complexity = 0.8
    assert wait_beside_peers(world, 0, waits) < 0.5


def test_the_file_of_an_intake_fades_where_there_is_no_room():
    world = world_of()
    run_months(world, 20)
    before = world.providers.intake_weight.copy()
    assert (before > 0.0).any()
    world.providers.places[:] = 0.0
    run_months(world, 1)
    assert world.providers.intake_weight == pytest.approx(CONDUCT_MEMORY * before)
