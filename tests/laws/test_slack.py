"""Encouragement and resources as different supports: who has spare hours decides whom each of them reaches."""

from __future__ import annotations

import functools

import numpy as np
import pytest

from abm.config import load_case, load_design
from abm.engine import run_months
from abm.world import new_world

NPG = "new_public_governance"
SEEDS = range(1, 9)
SCARCE = {"case.family.scarcity": 1.0, "case.work.encouragement_effect": 0.3}
LETTERS, RESPITE, BOTH = (
    {"coproduction.encouragement": 0.8}, {"coproduction.respite": 3.0},
    {"coproduction.encouragement": 0.8, "coproduction.respite": 3.0},
)  # fmt: skip
OFF = {"mechanisms.slack": False}


@functools.cache
def worlds(*settings):
    settings = dict(settings)
    facts = {key: value for key, value in settings.items() if key.startswith("case.")}
    case = load_case("generic", {"case.families": 150, "case.calendar.renewals": 0, **facts})
    design = load_design(NPG, {key: value for key, value in settings.items() if key not in facts})
    found = []
    for seed in SEEDS:
        world = new_world(case, design, seed)
        run_months(world, case.calendar.service[1])
        found.append(world)
    return found


def mean(metric, *settings):
    """The metric's mean in service, seed by seed."""
    together = {key: value for table in settings for key, value in table.items()}
    return np.array([np.nanmean(w.series[metric][12:29]) for w in worlds(*sorted(together.items()))])


def interval(difference):
    """Mean and twice and a half its standard error over seeds."""
    return difference.mean(), 2.5 * difference.std(ddof=1) / np.sqrt(len(difference))


def test_families_with_little_take_less_part():
    gap, error = interval(mean("participation_gap", SCARCE) - mean("participation_gap", SCARCE, OFF))
    assert gap > error
    part, error = interval(mean("participation", SCARCE) - mean("participation", SCARCE, OFF))
    assert part < -error


def test_encouragement_alone_widens_the_gap():
    gap, error = interval(mean("participation_gap", SCARCE, LETTERS) - mean("participation_gap", SCARCE))
    assert gap > error
    assert mean("coproduced_share", SCARCE, LETTERS).mean() > mean("coproduced_share", SCARCE).mean()


def test_resources_narrow_the_gap():
    for before, after in (({}, RESPITE), (LETTERS, BOTH)):
        gap, error = interval(mean("participation_gap", SCARCE, after) - mean("participation_gap", SCARCE, before))
        assert gap < -error


def test_without_slack_neither_moves_the_gap():
    for support in (LETTERS, RESPITE):
        on = mean("participation_gap", SCARCE, support) - mean("participation_gap", SCARCE)
        off = mean("participation_gap", SCARCE, support, OFF) - mean("participation_gap", SCARCE, OFF)
        assert abs(off.mean()) < 0.3 * abs(on.mean())


@pytest.mark.parametrize("effect", [0.3, -0.3])
def test_encouragement_acts_by_its_sign(effect):
    facts = {"case.work.encouragement_effect": effect}
    moved, error = interval(mean("participation", facts, LETTERS) - mean("participation", facts))
    assert np.sign(effect) * moved > error


def test_encouragement_fades_in_months():
    case = load_case("generic", {"case.families": 40})
    world = new_world(case, load_design(NPG, {"coproduction.encouragement": 1.0}), 1)
    run_months(world, 20)
    assert world.families.encouraged == pytest.approx(1.0 - 0.7**20)  # from the first month on
    world.settings.coproduction_encouragement[:] = 0.0
    run_months(world, 6)
    assert (world.families.encouraged < 0.13).all()


def test_relief_takes_hours_from_service():
    for settings in ((), RESPITE):
        world = worlds(*sorted(dict(settings).items()))[0]
        providers, families = world.providers, world.families
        given = families.respite_hours[families.enrolled == 1].sum()
        assert given <= providers.respite_hours.sum() + 1e-9
        working = providers.contract_hours > 0.0
        spent = sum(
            providers[f"{kind}_hours"] for kind in ("reporting", "coordination", "gaming", "bid", "menu", "respite")
        )
        assert (spent[working] <= providers.contract_hours[working] + 1e-9).all()
    assert given > 0.0
    assert mean("effort_intensity", RESPITE).mean() == pytest.approx(mean("effort_intensity").mean(), abs=0.05)
    hours = [np.mean([w.families.hours_received.sum() for w in worlds(*sorted(s.items()))]) for s in (RESPITE, {})]
    assert hours[0] < hours[1]


@pytest.mark.parametrize("crowding", [0.2, -0.2])
def test_crowding_switched_off_is_none_whatever_its_sign(crowding):
    """Of providers and of volunteers, each by itself."""
    paid = {"coproduction.expenses": 8.0}
    for design, rules, key in (
        ("provider_financed_pbr", {}, "case.provider.crowding"),
        (NPG, paid, "case.work.volunteer_crowding"),
    ):
        found = []
        for value, on in ((crowding, False), (0.0, True), (crowding, True)):
            none = {"case.provider.crowding": 0.0, "case.work.volunteer_crowding": 0.0}
            case = load_case("generic", {"case.families": 60, **none, key: value})
            world = new_world(case, load_design(design, {**rules, "mechanisms.crowding": on}), 1)
            run_months(world, 30)
            found.append(world.series.tobytes())
        assert found[0] == found[1]
        assert found[1] != found[2]


def test_letters_change_who_is_heard_before_anything_is_bought():
    """They go out as soon as families are invited: more come to rounds of co-planning, and what is heard is another thing."""
    case, heard = load_case("lombardy", {"case.families": 400}), {}
    for letters in (0.0, 1.0):
        design = load_design(NPG, {"coproduction.encouragement": letters})
        worlds = [new_world(case, design, seed) for seed in SEEDS]
        for world in worlds:
            run_months(world, case.calendar.tender)
        heard[letters] = [(world.teams.voices.sum(), world.series.representation_gap[-1]) for world in worlds]
    voices, gaps = (np.array(heard[1.0]) - np.array(heard[0.0])).T
    assert voices.mean() > 0.0
    assert (gaps != 0.0).any()


def test_nobody_writes_where_there_is_nothing_to_come_to():
    case = load_case("lombardy", {"case.families": 120})
    world = new_world(case, load_design(NPG, {"coproduction.encouragement": 1.0}), 1)
    run_months(world, 6)
    funded = world.localities.funded[world.families.locality] == 1
    assert (world.families.encouraged[funded] > 0.0).all()
    assert (world.families.encouraged[~funded] == 0.0).all()
