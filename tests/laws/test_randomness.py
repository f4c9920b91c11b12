"""Same seed, same bits; and designs meet the same people with the same luck, however many draws each of them makes."""

from __future__ import annotations

import numpy as np
import pytest
from worlds import differing

from abm.config import load_design, preset_names
from abm.engine import run_months
from abm.world import new_world

DESIGNS = (*preset_names("designs"), "fee_for_service", "capped_card")
SETTINGS_OF_ONE_STREAM = {  # each moves how often one stream is asked, or what an answer means, and nothing that others ask
    "audit": {"control.audit": 1.0},
    "plan": {"coproduction.planning": 0.9},
    "meetings": {"coproduction.design": 0.9},
    "entry": {"structure.competition": 0.9},
    "gateway": {"payment.cohort_definition": 1.0},
}


def run(case, design, seed, months=None):
    world = new_world(case, design, seed)
    run_months(world, case.calendar.months if months is None else months)
    return world


@pytest.mark.parametrize("case", ["generic", "lombardy"])
@pytest.mark.parametrize("design", DESIGNS)
def test_the_same_seed_gives_the_same_bits(cases, designs, case, design):
    first = run(cases[case], designs[design], 7)
    run(cases[case], designs["block_grant"], 8)  # what ran before cannot matter
    assert differing(run(cases[case], designs[design], 7), first) == []


def test_another_seed_gives_other_people_and_other_luck(cases, designs):
    one, other = (run(cases["generic"], designs["block_grant"], seed) for seed in (1, 2))
    assert not np.array_equal(one.families.complexity, other.families.complexity)
    assert not np.array_equal(one.families.unserved_wellbeing, other.families.unserved_wellbeing)


def luck(case, design, seed) -> list[tuple[bytes, bytes, bytes]]:
    """What no design can touch, month by month: the path without service, its natural level, and crises."""
    world, path = new_world(case, design, seed), []
    for _ in range(case.calendar.months):
        run_months(world, 1)
        families = world.families
        path.append(tuple(families[name].tobytes() for name in ("unserved_wellbeing", "unserved_baseline", "crisis")))
    return path


@pytest.mark.parametrize("case", ["generic", "lombardy"])
def test_every_design_meets_the_same_luck(cases, designs, case):
    baseline = luck(cases[case], designs["block_grant"], 3)
    for name, design in designs.items():
        assert luck(cases[case], design, 3) == baseline, name


@pytest.mark.parametrize("stream", SETTINGS_OF_ONE_STREAM)
def test_a_draw_more_in_one_stream_moves_no_other(cases, designs, stream):
    changed = load_design("social_impact_bond", SETTINGS_OF_ONE_STREAM[stream])
    assert luck(cases["generic"], changed, 3) == luck(cases["generic"], designs["social_impact_bond"], 3)


def test_a_locality_does_not_feel_what_is_done_elsewhere(cases, designs):
    """The unfunded rest of the region is the same under every design, to the last bit."""
    case = cases["lombardy"]
    rest = {}
    for name in ("block_grant", "provider_financed_pbr", "new_public_governance"):
        world = run(case, designs[name], 5)
        place = world.localities[2]
        families = world.families[place.family_first : place.family_end]
        rest[name] = (families.wellbeing.tobytes(), families.engagement.tobytes(), families.satisfaction.tobytes())
    assert len(set(rest.values())) == 1


def test_the_first_families_stay_when_others_come(designs):
    """Draws have a family's own row as key: in a larger place the first families are the same people."""
    from abm.config import load_case

    small, large = (new_world(load_case("generic", {"case.families": n}), designs["block_grant"], 4) for n in (40, 80))
    for name in ("complexity", "resources", "free_hours", "own_engagement"):
        assert np.array_equal(small.families[name], large.families[name][:40]), name
