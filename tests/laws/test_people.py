"""Families, volunteers, associations, professionals: each mechanism exactly absent at its switch, and at work without it."""

from __future__ import annotations

import numpy as np
import pytest
from worlds import differing

from abm.attendance import come_probability
from abm.config import changed_design, load_case, load_design
from abm.engine import run_months
from abm.ledger import AUTHORITY, EXPENSES, GRANT, HOUSEHOLD, PROVIDER_ACCOUNT, single_account
from abm.tables import ASSOCIATION
from abm.world import World, new_world

SMALL = {"case.families": 40}
CONTRACT = {**SMALL, "case.calendar.renewals": 0}
THIRDS = {"client": 1 / 3, "consumer": 1 / 3, "coproducer": 1 / 3}
ROLES = {
    "clients": {"client": 1.0, "consumer": 0.0, "coproducer": 0.0},
    "consumers": {"client": 0.0, "consumer": 1.0, "coproducer": 0.0},
    "coproducers": {"client": 0.0, "consumer": 0.0, "coproducer": 1.0},
}


def run(facts=None, rules=None, seed=1, design="new_public_governance", start=CONTRACT) -> World:
    """A small generic place under new public governance, where everything of this file is at work."""
    case = load_case("generic", {**start, **(facts or {})})
    world = new_world(case, load_design(design, rules or {}), seed)
    run_months(world, case.calendar.months)
    return world


SKILLS = ("commissioners.outreach_skill", "commissioners.collaboration_skill", "commissioners.empowerment_skill")
ABSENT = {  # name: (what switches it off, what then may not matter, columns that only record)
    "roles": ({"case.family.roles_effect": 0.0}, {"coproduction.roles": ROLES["consumers"]}, ()),
    "equal roles": ({"coproduction.roles": THIRDS}, {"case.family.roles_effect": 1.0}, ()),
    "complaints": (
        {"case.family.complaint_weight": 0.0}, {"case.family.complaining": 1.0},
        ("families.complained", "series.complaints"),
    ),
    "complaints at equal roles": ({"coproduction.roles": THIRDS}, {"case.family.complaint_weight": 9.0}, ()),
    "skills": ({"case.commissioner.skill_effect": 0.0}, {"case.commissioner.skill_gain": 0.5}, SKILLS),
    "practice": ({"case.commissioner.skill_gain": 0.0}, {"case.commissioner.skill_effect": 1.0}, ()),
    "turnover": ({"case.provider.staff_turnover": 0.0}, {"case.provider.entry_skill": 0.1}, ()),
    "expense money": ({"coproduction.expenses": 0.0}, {"case.work.volunteer_crowding": 0.5}, ()),
    "volunteers' crowding": ({"mechanisms.crowding": False}, {"case.work.volunteer_crowding": 0.5}, ()),
    "volunteers' fatigue": ({"mechanisms.fatigue": False}, {"case.work.volunteer_fatigue": 0.9}, ()),
    "recruiting": ({"case.work.association_recruiting": 0.0}, {"case.work.association_hours": 50.0}, ()),
    "free riding": (
        {"coproduction.levels": {"individual": 0.6, "group": 0.4, "collective": 0.0}}, {"case.work.free_riding": 50.0}, (),
    ),
    "logistics": ({"coproduction.delivery": 0.0}, {"case.work.logistics": 2.0}, ()),
}  # fmt: skip
PLACE = "case.locality.town."
NO_ASSOCIATION = {f"{PLACE}associations": 0}
ABSENT |= {
    "voice of members": (NO_ASSOCIATION, {"case.work.association_voice": 1.0}, ()),
    "insight of associations": (NO_ASSOCIATION, {"case.provider.association_insight": 0.0}, ()),
}


def both(settings):
    """Settings of the case and of the design, apart."""
    facts = {key: value for key, value in settings.items() if key.startswith("case.")}
    return facts, {key: value for key, value in settings.items() if key not in facts}


@pytest.mark.parametrize("name", ABSENT)
def test_switched_off_it_is_exactly_absent(name):
    off, moved, records = ABSENT[name]
    assert differing(run(*both(off)), run(*both({**off, **moved})), ("settings", *records)) == []


@pytest.mark.parametrize("name", [name for name in ABSENT if name not in ("practice", "equal roles")])
def test_switched_on_it_is_there(name):
    """The control: the same move shows where the mechanism is at work."""
    _, moved, records = ABSENT[name]
    on = {"case.work.volunteer_crowding": 0.1} if "crowding" in name or "expense" in name else {}
    assert differing(run(*both(on)), run(*both({**on, **moved})), ("settings", *records)) != []


# ---- associations


def members_of(world: World, p: int) -> np.ndarray:
    slots = int(world.settings[0].family_known_providers)
    return np.flatnonzero((world.packages.provider.reshape(-1, slots) == p).any(axis=1))


def needs(world: World) -> np.ndarray:
    return world.families.importance * (1.0 - world.families.wellbeing)


def test_an_association_knows_what_its_members_need():
    world = new_world(load_case("generic", SMALL), load_design("block_grant"), 1)
    rows = np.flatnonzero((world.providers.kind == ASSOCIATION) & (world.providers.active == 1))
    assert rows.size > 0
    for p in rows:
        assert world.providers.prior_need[p] == pytest.approx(needs(world)[members_of(world, p)].mean(axis=0))
        assert np.array_equal(world.providers.prior_need[p], world.providers.known_need[p])


def test_who_comes_counts_one_and_the_absent_member_a_part():
    """Without the voice of associations voices are heads; with it they exceed them by a part of the members who stayed away."""
    heads = {}
    for voice in (0.0, 0.5):
        case = load_case("generic", {**SMALL, "case.work.association_voice": voice})
        world = new_world(case, load_design("new_public_governance"), 1)
        run_months(world, 1)
        came = world.families.coproduction_hours > 0.0
        slots = int(world.settings[0].family_known_providers)
        known = world.packages.provider.reshape(-1, slots)
        association = (world.providers.kind == ASSOCIATION) & (world.providers.active == 1)
        absent = ~came & association[known].any(axis=1)
        intensity = world.settings[0].coproduction_planning
        assert absent.any()
        assert came.any()
        assert world.teams.voices.sum() == pytest.approx(came.sum() + voice * intensity * absent.sum())
        heads[voice] = came
    assert np.array_equal(heads[0.0], heads[0.5])


def test_fewer_volunteers_where_no_association_recruits():
    kept, gone = ([run(facts, seed=s, start=SMALL) for s in (1, 2, 3)] for facts in ({}, NO_ASSOCIATION))
    active = [sum(np.nanmean(w.series.volunteers_active) for w in worlds) for worlds in (kept, gone)]
    assert active[1] < active[0]


# ---- volunteers, professionals, skills


def test_volunteers_train_tire_leave_and_join():
    case = load_case("generic", CONTRACT)
    world = new_world(case, load_design("new_public_governance"), 1)
    joined = left = 0
    for _ in range(case.calendar.service[1]):
        before = world.volunteers.active.copy()
        run_months(world, 1)
        step = world.volunteers.active.astype(int) - before
        assert np.array_equal(step == 1, world.volunteers.joined == 1)
        assert np.array_equal(step == -1, world.volunteers.left == 1)
        joined, left = joined + world.volunteers.joined.sum(), left + world.volunteers.left.sum()
    assert joined > 0
    assert left > 0
    assert world.volunteers.trained.max() > 0.1
    assert world.volunteers.fatigue.max() > 0.05


def test_support_relieves_volunteers():
    tired = [run(rules={"coproduction.training": training}).volunteers.fatigue.mean() for training in (0.0, 1.0)]
    assert tired[1] < tired[0]


@pytest.mark.parametrize(("crowding", "sign"), [(0.3, -1.0), (-0.3, 1.0)])
def test_expense_money_crowds_by_the_sign(crowding, sign):
    rules = {"coproduction.expenses": 8.0}
    with_it, without = (
        run({"case.work.volunteer_crowding": x}, rules).volunteers.motivation.mean() for x in (crowding, 0.0)
    )
    assert sign * (with_it - without) > 0.01


@pytest.mark.parametrize(("crowding", "sign"), [(0.05, -1.0), (-0.05, 1.0)])
def test_pay_for_results_crowds_by_the_sign(crowding, sign):
    with_it, without = (
        np.nanmean(run({"case.provider.crowding": x}, design="provider_financed_pbr").series.mission_motivation)
        for x in (crowding, 0.0)
    )
    assert sign * (with_it - without) > 0.005


def test_competence_stays_without_turnover_and_practice():
    world = run({"case.provider.staff_turnover": 0.0, "case.provider.skill_gain": 0.0})
    assert np.array_equal(world.providers.competence, world.providers.own_competence)
    assert (world.providers.staff_turnover == 0.0).all()


def test_practice_teaches_and_turnover_takes():
    def mean(facts):
        world = run(facts)
        return world.providers.competence[world.providers.at_start == 1].mean()

    still = mean({"case.provider.staff_turnover": 0.0, "case.provider.skill_gain": 0.0})
    assert mean({"case.provider.staff_turnover": 0.0}) > still > mean({"case.provider.skill_gain": 0.0})


def test_no_skill_runs_to_its_end():
    """After many contracts competence stands between its entry level and well below 1."""
    world = run({"case.calendar.renewals": 9}, design="block_grant")
    there = world.providers.partner == 1
    assert there.any()
    assert world.providers.competence[there].max() < 0.95
    entry = 0.8 * world.providers.own_competence[there]
    assert (world.providers.competence[there] >= entry - 1e-12).all()


def test_the_authority_learns_what_it_practises():
    practised, idle = run(), run(rules={f"coproduction.{p}": 0.0 for p in ("planning", "design", "delivery")})
    start = practised.settings[0].commissioner_skill_start
    for skill in ("outreach_skill", "collaboration_skill", "empowerment_skill"):
        assert practised.commissioners[0][skill] > start == idle.commissioners[0][skill]


# ---- expense money


def test_expense_money_reaches_households_within_its_reserve():
    world = run(rules={"coproduction.expenses": 5.0})
    paid = world.flows[:, EXPENSES, PROVIDER_ACCOUNT, HOUSEHOLD].sum()
    assert paid == world.flows[:, EXPENSES].sum() == world.balances[single_account(HOUSEHOLD)] > 0
    assert (world.localities.expenses_left >= 0).all()
    assert world.balances.sum() == 0
    assert world.flows[:, GRANT, AUTHORITY, PROVIDER_ACCOUNT].sum() >= paid
    without = run(rules={"coproduction.expenses": 0.0})
    assert without.balances[single_account(HOUSEHOLD)] == 0
    assert world.localities.service_budget[0] < without.localities.service_budget[0], "it comes out of the contract"
    grant = 100.0 * world.settings[0].locality_grant_eur
    assert paid + world.localities.expenses_left[0] == pytest.approx(
        grant - 100.0 * (world.localities.service_budget[0] + world.localities.overhead_budget[0]), abs=1.0
    )


def test_expense_money_relieves_the_poor_most():
    rules = {"coproduction.delivery": 1.0, "coproduction.planning": 0.0, "coproduction.design": 0.0}
    case = load_case("generic", {**CONTRACT, "case.families": 200, "case.work.free_riding": 0.0})
    tired = {}
    for rate in (0.0, 15.0):
        world = new_world(case, load_design("new_public_governance", {**rules, "coproduction.expenses": rate}), 1)
        run_months(world, case.calendar.service[0] + 6)
        poor, rich = (world.families.fatigue[world.families.resources_third == third].mean() for third in (0, 2))
        tired[rate] = poor, rich
    relief = [1.0 - tired[15.0][k] / tired[0.0][k] for k in (0, 1)]
    assert relief[0] > relief[1]


# ---- co-production


def gain(world: World) -> np.ndarray:
    return world.series.attributable_gain


def test_what_families_have_learned_outlasts_the_money():
    """Five years after the end, with no usual services: what training made lasting is still there; without it all is gone."""
    start = {**CONTRACT, "case.calendar.runoff": 60, "case.provider.usual_hours": 0.0}
    end = load_case("generic", start).calendar.service[1]
    left = {}
    for lasting in (0.0, 0.05):
        for training in (0.0, 1.0):
            path = gain(run({"case.outcome.lasting": lasting}, {"coproduction.training": training}, start=start))
            left[lasting, training] = path[-1] / path[end]
    assert max(left[0.0, 0.0], left[0.0, 1.0]) < 0.05
    assert min(left[0.05, 0.0], left[0.05, 1.0]) > 0.15
    assert left[0.05, 1.0] > left[0.05, 0.0]


@pytest.mark.parametrize("rho", [-2.0, 0.8])
def test_the_sign_of_complementarity_decides_whether_families_can_stand_in(rho):
    """What able families add where service is scarce and where it is not: complements need service, substitutes replace it."""
    worth = []
    for grant in (20_000.0, 1_600_000.0):
        facts = {
            "case.outcome.complementarity": rho, "case.work.training_gain": 0.0, "case.work.doing_gain": 0.0,
            "case.provider.usual_hours": 0.2, f"{PLACE}grant_eur": grant,
        }  # fmt: skip
        able, unable = (
            gain(run({**facts, "case.work.capability": c}, {"coproduction.delivery": 0.0}))[28] for c in (0.9, 0.0)
        )
        worth.append(able - unable)
    assert worth[1] > 0.0
    assert worth[0] < 0.5 * worth[1] if rho < 0.0 else worth[0] > 0.5 * worth[1]


def test_a_family_alone_in_its_territory_has_nobody_to_help_it():
    alone = {**CONTRACT, "case.families": 3, "case.locality.town.territories": 3}
    none, full = (run({"case.work.peer_effect": effect}, start=alone) for effect in (0.0, 9.0))
    assert none.peers.size > 0
    assert (none.peers.active == 0).all()
    assert np.nanmax(none.series.participation) > 0.0
    assert differing(none, full, ("settings",)) == []


def test_who_has_no_free_hours_comes_as_if_exhausted():
    case = load_case("generic", {**SMALL, "case.family.free_hours": 0.0})
    world = new_world(case, load_design("new_public_governance"), 1)
    nobody = [come_probability(world, i) for i in range(40)]
    rested = new_world(load_case("generic", SMALL), load_design("new_public_governance"), 1)
    rested.families.fatigue = 1.0
    assert nobody == [come_probability(rested, i) for i in range(40)]


def test_free_riding_lowers_what_is_done_for_all():
    levels = {"individual": 0.0, "group": 0.0, "collective": 1.0}
    rules = {"coproduction.levels": levels, "coproduction.delivery": 1.0}
    work = [
        run({"case.work.free_riding": f, "case.work.collective_effect": 5.0}, rules).series.participation
        for f in (0.0, 20.0)
    ]
    took = [
        run({"case.work.free_riding": f, "case.work.collective_effect": 5.0}, rules).series.coproduced_share
        for f in (0.0, 20.0)
    ]
    assert np.nanmean(took[1]) < np.nanmean(took[0])
    assert np.nanmean(work[1]) <= np.nanmean(work[0])


# ---- roles


def with_roles(name, **facts):
    rules = {"coproduction.roles": ROLES[name]}
    return [run(facts, rules, seed=s) for s in (1, 2, 3)]


def test_consumers_change_provider_more_than_clients():
    def changed(worlds):
        case = load_case("generic", CONTRACT)
        start = [new_world(case, load_design("block_grant"), s).packages.provider for s in (1, 2, 3)]
        return sum((w.packages.provider != first).sum() for w, first in zip(worlds, start, strict=True))

    assert changed(with_roles("consumers")) > changed(with_roles("clients"))


def test_coproducers_take_part_and_are_heard():
    came, served = ({k: with_roles(k) for k in ("coproducers", "clients")}, {})
    for name, worlds in came.items():
        served[name] = np.mean([np.nanmean(w.series.coproduced_share) for w in worlds])
    assert served["coproducers"] > served["clients"]


def test_coproducers_complain_more():
    counts = {}
    for name in ("coproducers", "clients"):
        case = load_case("generic", {**CONTRACT, "case.family.complaining": 1.0})
        design = changed_design(load_design("new_public_governance"), {"coproduction.roles": ROLES[name]})
        world, counts[name] = new_world(case, design, 1), 0
        for _ in range(case.calendar.service[1]):
            run_months(world, 1)
            counts[name] += int(world.families.complained.sum())
            assert (world.families.complained <= world.families.enrolled).all()
    assert counts["coproducers"] > counts["clients"]


def test_clients_wait_where_consumers_give_up():
    waiting = {}
    for name in ("clients", "consumers"):
        facts = {f"{PLACE}demand_ratio": 3.0, "case.family.give_up": 0.3}
        waiting[name] = sum(np.nanmean(w.series.families_waiting) for w in with_roles(name, **facts))
    assert waiting["clients"] > waiting["consumers"]
