"""Laws of interventions: each kind moves what it is for, the right way; strength 0 is the run without; money is conserved."""

from __future__ import annotations

import functools

import numpy as np
import pytest
from worlds import differing

import abm
from abm.config import Intervention, as_interventions, load_case, load_design, treated_units
from abm.engine import MONTH, run_months
from abm.lab.run import simulate
from abm.ledger import AUTHORITY, EVALUATOR, HOUSEHOLD, INTERVENTION_COST, INVESTOR_ACCOUNT, PROVIDER_ACCOUNT, STAFF
from abm.rules.interventions import KIND_NAMES, KINDS, MONTHS
from abm.stages.intervene import WRITES, intervene
from abm.stages.observe import observe
from abm.stages.pay import pay
from abm.streams import INTERVENTION, uniform
from abm.world import World, new_world, with_interventions

GRANT, PBR, NPG, BOND = "block_grant", "provider_financed_pbr", "new_public_governance", "social_impact_bond"
OPA = "old_public_administration"
SEEDS = range(1, 9)
MARKS = ("interventions", "assignments", "providers.treated", "families.treated")  # say only who an intervention is for


@functools.cache
def case_of(families=80, **facts):
    return load_case("generic", {"case.families": families, **{f"case.{k}": v for k, v in facts.items()}})


def world_of(design, events=(), seed=1, case=None, months=None):
    return simulate(case or case_of(), load_design(design), seed, months, (), None, as_interventions(events))


def event(kind, month=12, **more):
    return {"month": month, "kind": kind, **more}


def every_kind(strength=1.0, month=11):
    """Each kind by each of its units, a month apart, the mildest first."""
    found = []
    for kind in KINDS:
        for unit in kind.units:
            months = 3 if kind.lasts == MONTHS else 1
            found.append(event(kind.name, month, unit=unit, strength=strength, months=months))
            month += 1
    return as_interventions(found)


# Design, intervention, months observed, metric, and the direction in which its mean goes; service runs from month 9.
CLAIMS = (
    (BOND, event("workshop", months=6), (18, 26), "reporting_burden", "falls"),
    (BOND, event("workshop", months=6), (18, 26), "trust_provider_provider", "rises"),
    (BOND, event("workshop", months=6), (12, 17), "admin_share", "rises"),
    (GRANT, event("workshop", months=6), (18, 26), "spend_public", "rises"),
    (GRANT, event("guidance"), (12, 20), "reporting_burden", "falls"),
    (GRANT, event("engagement", months=2), (13, 20), "misfit", "falls"),
    (GRANT, event("engagement", months=2), (13, 20), "trust_family_commissioner", "rises"),
    (OPA, event("engagement", months=2), (13, 20), "trust_family_commissioner", "falls"),  # heard, and nothing moves
    (NPG, event("professional_training", months=6), (18, 28), "coproduced_share", "rises"),
    (NPG, event("family_training", months=6), (18, 28), "capability", "rises"),
    (NPG, event("information", months=6), (14, 20), "coproduced_share", "rises"),
    (NPG, event("resources", months=8), (14, 20), "fatigue", "falls"),
    (GRANT, event("budget_cut", strength=0.5, months=10), (13, 22), "spend_public", "falls"),
    (GRANT, event("budget_cut", strength=0.5, months=10), (16, 26), "attributable_gain", "falls"),
    (GRANT, event("budget_cut", strength=0.5, months=10), (13, 22), "trust_family_provider", "falls"),
    (GRANT, event("withdrawal", 20), (24, 40), "attributable_gain", "falls"),
    (PBR, event("cancellation", 20), (40, 70), "outcome_payments", "falls"),
    (GRANT, event("referral_shortfall", 9, strength=0.8, months=12), (12, 20), "families_served", "falls"),
    (GRANT, event("exit"), (12, 20), "providers_active", "falls"),
    (GRANT, event("exit"), (12, 28), "concentration", "rises"),
    (GRANT, event("scandal"), (12, 20), "trust_family_provider", "falls"),
    (GRANT, event("scandal"), (12, 20), "trust_commissioner_provider", "falls"),
)


@functools.cache
def plain(design, seed):
    return world_of(design, (), seed).series


@pytest.mark.parametrize(
    ("design", "one", "window", "metric", "direction"), CLAIMS, ids=lambda x: x["kind"] if isinstance(x, dict) else None
)
def test_an_intervention_moves_what_it_is_for(design, one, window, metric, direction):
    moved = []
    for seed in SEEDS:
        after, before = world_of(design, [one], seed).series, plain(design, seed)
        assert before[: one["month"]].tobytes() == after[: one["month"]].tobytes(), "nothing happens before its month"
        first, last = window
        moved.append(np.nanmean(after[metric][first : last + 1]) - np.nanmean(before[metric][first : last + 1]))
    moved = np.array(moved) * (1.0 if direction == "rises" else -1.0)
    assert moved.mean() > 2.5 * moved.std(ddof=1) / np.sqrt(len(moved)), moved


def test_every_kind_has_its_law():
    assert {one["kind"] for _, one, *_ in CLAIMS} == {*KIND_NAMES} - {"election"}


def test_an_election_draws_political_support_anew():
    support = [
        world_of(NPG, [event("election")], seed, months=12).commissioners.political_support[0] for seed in range(40)
    ]
    before = [world_of(NPG, (), seed, months=12).commissioners.political_support[0] for seed in range(40)]
    assert np.std(support) > 3.0 * np.std(before)
    assert min(support) < 0.15
    assert max(support) > 0.85
    lost = next(
        seed for seed in range(400) if uniform(seed, INTERVENTION, 28, 0, 0) < 0.02
    )  # the renewal is in month 29
    served = world_of(NPG, [event("election", 28)], lost).series.families_served
    assert plain(NPG, lost)["families_served"][40] > 0.0
    assert served[40] == 0.0, "nothing is renewed without support"
    frozen = load_design(NPG, {"mechanisms.politics": False})
    voted = as_interventions([event("election")])
    pair = (simulate(case_of(), frozen, 1, 40, (), None, events) for events in ((), voted))
    assert differing(*pair, MARKS) == []


def test_a_strength_of_zero_is_the_run_without():
    for design in (GRANT, BOND, NPG):
        world = world_of(design, every_kind(0.0))
        assert differing(world, world_of(design), MARKS) == []


def test_no_intervention_moves_another_draw():
    """Crises, and the path of each family without service, are those of the run without."""
    for design in (GRANT, PBR, NPG):
        one, other = world_of(design, every_kind(0.7)), world_of(design)
        assert "families.wellbeing" in differing(one, other)
        for name in ("unserved_wellbeing", "unserved_baseline", "crisis"):
            assert one.families[name].tobytes() == other.families[name].tobytes()


def test_a_place_that_was_not_drawn_feels_nothing():
    case = load_case("lombardy", {"case.families": 120})
    kinds = [k for k in KINDS if "place" in k.units]
    events = [event(k.name, 45 + n, unit="place", who="half", strength=0.6) for n, k in enumerate(kinds)]
    for n, one in enumerate(events):
        with_it, without = (world_of(NPG, e, 3, case, 66) for e in ([one], []))
        (place,) = treated_units(case, as_interventions([one]), 3)[0]
        for row, here in enumerate(without.localities):
            for name in without.families.dtype.names:
                rows = slice(here.family_first, here.family_end)
                same = with_it.families[name][rows].tobytes() == without.families[name][rows].tobytes()
                assert same or row == place, (one, name, n)


def test_only_those_drawn_are_taught_and_tables_say_who():
    result = abm.run(
        case_of(),
        GRANT,
        interventions=[event("workshop", who="half", months=3)],
        months=16,
        tables=("providers", "families"),
    )
    table = result.tables["providers"]
    last = table[table["month"] == 16].merge(result.reached, left_on="provider", right_on="id", suffixes=("", "_drawn"))
    assert (last["treated"] == last["treated_drawn"]).all()
    assert 0.3 < last["treated"].mean() < 0.7
    assert (last.loc[last["treated"], "contracting_skill"] > 0.3).all()
    assert (last.loc[~last["treated"], "contracting_skill"] == 0.0).all()
    assert not result.tables["families"]["treated"].any()
    by_family = abm.run(
        case_of(), GRANT, interventions=[event("information", who="half")], months=14, tables=("families",)
    )
    families = by_family.tables["families"].merge(
        by_family.reached, left_on="family", right_on="id", suffixes=("", "_drawn")
    )
    assert (families["treated"] == families["treated_drawn"]).all()
    assert families["treated"].sum() == 40
    assert (families["encouraged"] > 0.0).equals(families["treated"])


def test_a_run_goes_on_where_it_stopped_and_a_model_s_interventions_repeat_it():
    model = abm.OutcomeContractingModel(case_of(), load_design(BOND), rng=4, months=30)
    while model.month < 11:
        model.step()
    model.intervene("workshop", who="half", strength=0.5, months=4)
    model.step()
    model.intervene("scandal")
    model.change({"control.audit": 0.5})
    while model.month < 30:
        model.step()
    assert [(one.month, one.kind) for one in model.interventions] == [(12, "workshop"), (13, "scandal")]
    again = abm.run(case_of(), BOND, 4, 30, changes=model.changes, interventions=model.interventions)
    assert differing(model.world, again.world) == []
    assert differing(again.world, abm.run(case_of(), BOND, 4, 30, changes=model.changes).world, MARKS) != []
    parts = with_interventions(
        new_world(case_of(), load_design(BOND), 4, 30),
        model.interventions,
        treated_units(case_of(), model.interventions, 4),
    )
    run_months(parts, 12)
    run_months(parts, 18)
    whole = world_of(BOND, model.interventions, 4, months=30)
    assert differing(parts, whole) == []


def test_a_model_refuses_what_cannot_be_and_is_as_before():
    model = abm.OutcomeContractingModel(case_of(), load_design(GRANT), months=12)
    with pytest.raises(abm.ConfigError, match="did you mean 'workshop'"):
        model.intervene("workshp")
    with pytest.raises(abm.ConfigError, match="needs two at least of the unit 'place'"):
        model.intervene("budget_cut", who="half")
    assert model.interventions == ()
    while model.running:
        model.step()
    with pytest.raises(RuntimeError, match="the run ended with month 12"):
        model.intervene("workshop")


def copied(world):
    return World(*(np.array(table).view(type(table)) for table in world))


@pytest.mark.parametrize("strength", [0.6, 1.0])
def test_money_is_conserved_and_the_stage_writes_only_what_it_declares(strength):
    written = set()
    for design in (NPG, PBR):
        events = every_kind(strength)
        case = case_of()
        world = with_interventions(new_world(case, load_design(design), 2), events, treated_units(case, events, 2))
        observe(world)
        for month in range(1, case.calendar.months + 1):
            for stage in MONTH:
                before = copied(world) if stage is intervene else None
                balances = world.balances.copy()
                stage(world)
                assert world.balances.sum() == 0, stage.__name__
                assert stage in (pay, intervene) or np.array_equal(balances, world.balances), stage.__name__
                if before is not None:
                    written |= {name.removesuffix(".") for name in differing(before, world)}
            flows = world.flows[: month + 1].sum(axis=0)
            paid = flows[:, AUTHORITY, [PROVIDER_ACCOUNT, INVESTOR_ACCOUNT, EVALUATOR, STAFF, HOUSEHOLD]].sum()
            back = flows[:, [PROVIDER_ACCOUNT, INVESTOR_ACCOUNT], AUTHORITY].sum()
            assert world.series.spend_public[month] == pytest.approx((paid - back) / 100.0, abs=0.005)
        assert flows[INTERVENTION_COST].sum() > 0
    assert written - set(WRITES) == set()
    rare = {"localities.backlog", "dues", "localities.claim_ceiling"}
    assert strength < 1.0 or {*WRITES} - written <= rare


def test_after_a_cut_plans_recover():
    cut = world_of(GRANT, [event("budget_cut", strength=0.4, months=5)], months=20)
    assert cut.providers.planned_hours == pytest.approx(world_of(GRANT, months=20).providers.planned_hours, rel=0.01)
    during = world_of(GRANT, [event("budget_cut", strength=0.4, months=5)], months=14)
    assert during.providers.planned_hours == pytest.approx(
        0.6 * world_of(GRANT, months=14).providers.planned_hours, rel=0.01
    )


def test_after_withdrawal_nobody_is_served_and_families_keep_what_lasts():
    served, kept = {}, {}
    for lasting in (0.0, 0.05):
        case = case_of(**{"outcome.lasting": lasting, "provider.usual_hours": 0.0})
        world = world_of(GRANT, [event("withdrawal", 26)], 1, case)
        served[lasting], kept[lasting] = world.series.families_served, world.series.attributable_gain
        assert world.series.spend_public[-1] == world.series.spend_public[26]
    assert (served[0.0][26:] == 0.0).all()
    assert kept[0.05][-1] > 3.0 * kept[0.0][-1] > 0.0


def test_a_cancelled_contract_is_settled_at_once():
    case, owed = case_of(), {}
    cancelled = as_interventions([event("cancellation", 20)])
    for events in ((), cancelled):
        world = with_interventions(new_world(case, load_design(PBR), 1), events, treated_units(case, events, 1))
        run_months(world, 20)
        owed[events] = world.dues[21:].sum()
    assert owed[()] > owed[cancelled] == 0
    for design in (PBR, BOND, "social_prime"):
        world = world_of(design, cancelled)
        assert world.balances.sum() == 0
        assert world.series.outcome_payments[-1] == world.series.outcome_payments[20]


def test_a_whole_cut_at_a_renewal_lets_no_contract():
    world = world_of(GRANT, [event("budget_cut", 27, strength=1.0, months=4)], months=45)
    assert world.localities[0].launched == 0
    assert world_of(GRANT, months=45).localities[0].launched == 1


def test_workshops_bring_those_together_who_were_there():
    one = [event("workshop", who="half", months=6)]
    case = case_of()
    world, other = (world_of(GRANT, e, 1, case, 18) for e in (one, []))
    drawn = np.isin(np.arange(len(world.providers)), treated_units(case, as_interventions(one), 1)[0])
    there = (world.providers.active == 1) & (other.providers.active == 1)
    count = len(world.providers)
    gained = (world.pairs.joint_hours - other.pairs.joint_hours).reshape(count, count)
    both = np.ix_(drawn & there, drawn & there)
    neither = np.ix_(~drawn & there, ~drawn & there)
    assert gained[both].sum() > 10.0 * abs(gained[neither].sum())


def test_interventions_are_values():
    assert Intervention(month=3, kind="exit") == Intervention(month=3, kind="exit", who="all", strength=1.0, months=1)
