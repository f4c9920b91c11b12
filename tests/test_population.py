"""The people at the start: who they are does not depend on the design, and every number is one that can be."""

from __future__ import annotations

import numpy as np
import pytest

from abm.case import Case
from abm.config import load_case, load_design, preset_names
from abm.tables import (
    ASSOCIATION,
    FAMILY_COMMISSIONER,
    FAMILY_FAMILY,
    FAMILY_PROVIDER,
    RELATION_NAMES,
    THIRD_SECTOR,
    VOLUNTEER_PROVIDER,
)
from abm.world import World, memory_bytes, new_world

CASES = ("generic", "lombardy")
DRAWN = (
    "territories", "teams", "commissioners", "investors", "providers", "families", "packages", "volunteers", "edges", "pairs",
    "relations", "balances", "flows",
)  # fmt: skip


@pytest.fixture(scope="module")
def worlds():
    """A start of each case."""
    return {name: new_world(load_case(name), load_design("block_grant"), 11) for name in CASES}


@pytest.fixture(params=CASES)
def world(request, worlds):
    return worlds[request.param]


def edges_of(world: World, relation: int) -> np.ndarray:
    ties = world.relations[relation]
    return world.edges[ties.first : ties.end]


def test_what_matters_to_a_family_sums_to_one(world):
    assert (world.families.importance >= 0.0).all()
    assert np.abs(world.families.importance.sum(axis=1) - 1.0).max() < 1e-12


def test_levels_are_shares(world):
    families = world.families
    for name in ("wellbeing", "baseline", "complexity", "resources", "engagement", "capability", "start_wellbeing"):
        assert families[name].min() >= 0.0, name
        assert families[name].max() <= 1.0, name
    for name in ("motivation", "competence", "fit", "openness", "integrity"):
        assert world.providers[name].min() >= 0.0, name
        assert world.providers[name].max() <= 1.0, name


def test_all_paths_begin_at_the_same_point(world):
    families = world.families
    assert np.array_equal(families.unserved_wellbeing, families.wellbeing)
    assert np.array_equal(families.unserved_baseline, families.baseline)
    facts = world.settings[0]
    crises = facts.family_crisis_rate * facts.family_crisis_dip / facts.outcome_return_rate
    assert families.baseline == pytest.approx(np.minimum(1.0, families.wellbeing + crises), rel=1e-12)
    weighted = (families.importance * families.wellbeing).sum(axis=1)
    assert families.start_wellbeing == pytest.approx(weighted, rel=1e-12)


def test_a_package_holds_different_providers_of_its_place(world):
    slots = int(world.settings[0].family_known_providers)
    packages = world.packages.provider.reshape(-1, slots)
    assert all(len(set(row)) == slots for row in packages.tolist())
    home = np.repeat(world.families.locality, slots)
    assert np.array_equal(world.providers.locality[packages.ravel()], home)


@pytest.mark.parametrize("providers", [1, 2])
def test_a_family_knows_no_provider_twice_where_there_are_few(providers):
    """A case with fewer providers than a package has slots is refused, or its packages stay without repetition."""
    few = {
        "name": "few", "domains": ("a", "b", "c", "d"), "measurability": (0.5,) * 4,
        "locality": {
            "here": {"families": 6, "public": providers, "third_sector": 0, "associations": 0, "for_profit": 0, "joiners": 0}
        },
    }  # fmt: skip
    try:
        case = Case.model_validate(few)
    except ValueError:
        return
    world = new_world(case, load_design("block_grant"), 1)
    active = world.packages[edges_of(world, FAMILY_PROVIDER).active == 1]
    pairs = {(row // int(world.settings[0].family_known_providers), int(p)) for row, p in enumerate(active.provider)}
    assert len(pairs) == active.size


def test_edges_point_where_their_relation_says(world):
    slots, peers = int(world.settings[0].family_known_providers), int(world.settings[0].family_peers)
    ties = edges_of(world, FAMILY_PROVIDER)
    assert np.array_equal(ties.source, np.repeat(np.arange(world.families.size), slots))
    assert np.array_equal(ties.target, world.packages.provider)
    assert np.array_equal(ties.active, world.providers.active[ties.target])
    assert np.array_equal(edges_of(world, FAMILY_COMMISSIONER).target, world.families.locality)
    friends, own = world.peers, np.repeat(np.arange(world.families.size), peers)
    assert edges_of(world, FAMILY_FAMILY).size == 0  # they have a table of their own
    assert (friends.peer[friends.active == 1] != own[friends.active == 1]).all()
    assert np.array_equal(world.families.territory[friends.peer], world.families.territory[own])
    assert (friends.trust == world.settings[0].trust_propensity).all()
    helped = edges_of(world, VOLUNTEER_PROVIDER)
    assert np.array_equal(helped.target, world.volunteers.provider)
    assert np.array_equal(helped.active, world.volunteers.active)
    assert world.relations.end[-1] == world.edges.size
    assert world.edges.relation.max() < len(RELATION_NAMES)
    assert np.array_equal(world.edges.trust, world.edges.prior)
    assert (world.edges.support == 0.0).all()


def test_joint_work_has_two_sides(world):
    for place in world.localities:
        count = place.provider_end - place.provider_first
        joint = world.pairs.joint_hours[place.pair_first : place.pair_first + count**2].reshape(count, count)
        assert np.array_equal(joint, joint.T)
        assert (np.diag(joint) == 0.0).all()


def test_places_follow_one_another(world):
    for kind, table in (
        ("family", "families"),
        ("provider", "providers"),
        ("volunteer", "volunteers"),
        ("territory", "territories"),
    ):
        first, end = world.localities[f"{kind}_first"], world.localities[f"{kind}_end"]
        assert first[0] == 0
        assert np.array_equal(first[1:], end[:-1])
        assert end[-1] == getattr(world, table).size
    for row, place in enumerate(world.localities):
        assert (world.families.locality[place.family_first : place.family_end] == row).all()
        home = world.families.territory[place.family_first : place.family_end]
        assert set(home) == set(range(place.territory_first, place.territory_end))


def test_the_third_sector_is_the_most_motivated(world):
    nonprofit = np.isin(world.providers.kind, (THIRD_SECTOR, ASSOCIATION))
    assert world.providers.motivation[nonprofit].mean() > world.providers.motivation[~nonprofit].mean()


@pytest.mark.parametrize("case", CASES)
def test_every_design_meets_the_same_people(case, worlds):
    """Bit for bit; but the control that providers start with is the design's."""
    for name in preset_names("designs"):
        world = new_world(load_case(case), load_design(name), 11)
        for table in DRAWN:
            mine, other = np.array(getattr(worlds[case], table)), np.array(getattr(world, table))
            for column in mine.dtype.names or ("",):
                if (table, column) != ("providers", "burden"):
                    same = np.array_equal(mine[column], other[column]) if column else np.array_equal(mine, other)
                    assert same, f"{name}: {table}.{column}"


def test_the_total_of_families_is_shared_out():
    for total in (120, 1430, 5000):
        case = load_case("lombardy", {"case.families": total})
        world = new_world(case, load_design("block_grant"), 1)
        assert world.families.size == total == sum(place.families for place in case.locality.values())
        assert world.volunteers.size == sum(place.volunteers for place in case.locality.values())


def test_memory_grows_with_families_and_is_what_tables_take():
    design = load_design("social_impact_bond")
    small, large = (load_case("lombardy", {"case.families": n}) for n in (300, 3000))
    assert memory_bytes(small, design) < memory_bytes(large, design)
    world = new_world(large, design, 1)
    taken = sum(getattr(world, name).nbytes for name in World._fields)
    assert memory_bytes(large, design) == pytest.approx(taken, rel=0.05)


@pytest.mark.parametrize("seed", [-1, 2**63])
def test_a_seed_that_cannot_be(seed):
    with pytest.raises(ValueError, match="seed"):
        new_world(load_case("lombardy_cremona"), load_design("block_grant"), seed)


def test_the_largest_seed():
    new_world(load_case("lombardy_cremona"), load_design("block_grant"), 2**63 - 1)
