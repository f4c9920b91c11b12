"""Laws of dated changes: before its month a change does nothing, from then on the run is that of the changed rules."""

from __future__ import annotations

import numpy as np
import pytest
from worlds import differing

import abm
from abm.config import Change, ConfigError, as_changes, changed_design, preset_names, treated_places
from abm.config.changes import award_months, is_term, why_fixed, why_too_late
from abm.declare import parameters, value_of
from abm.design import GovernanceDesign
from abm.engine import open_month, run_months
from abm.lab.run import simulate
from abm.world import new_world

AUDIT = {"control.audit": 0.9}


def change(month, settings, who="all"):
    return Change(month=month, who=who, set=settings)


def as_it_is(design, case, month):
    """Every rule of a design that can change in this month, at the value that it has."""
    rules, months = design.base, case.calendar.months
    keys = [key for key, _ in parameters(GovernanceDesign)]
    keys = [key for key in keys if not why_fixed(key) and not why_too_late(key, month, case.calendar, months)]
    read = {"payment.rule", "payment.alignment", "payment.cohort_definition", "payment.input_specification"}
    if rules.payment.rule == "rate_card":
        read |= {"payment.outcome_share", "payment.lag_months", "payment.contract_cap", "payment.person_cap"}
    settings = {key: value_of(rules, key) for key in keys if key in read or not key.startswith("payment.")}
    if rules.payment.rule == "rate_card" and month <= award_months(case.calendar, months)[-1]:
        settings["payment.milestone"] = [line.model_dump() for line in rules.payment.milestone]
    return settings


def test_without_changes_a_run_is_what_it_was(cases, designs):
    world = new_world(cases["generic"], designs["social_impact_bond"], 3, 40)
    run_months(world, 40)
    assert differing(world, simulate(cases["generic"], designs["social_impact_bond"], 3, 40)) == []


@pytest.mark.parametrize("design", preset_names("designs"))
def test_a_change_to_what_holds_already_changes_no_bit(cases, designs, design):
    case, rules = cases["generic"], designs[design]
    plain = simulate(case, rules, 2)
    changes = [change(month, as_it_is(rules, case, month)) for month in (1, 17, 49, 60)]
    assert len(changes[0].set) > 40
    assert differing(plain, simulate(case, rules, 2, None, changes)) == []


@pytest.mark.parametrize(
    ("design", "settings"),
    [
        ("provider_financed_pbr", {"control.audit": 0.9, "payment.lag_months": 9}),
        ("social_impact_bond", {"payment.outcome_share": 0.6, "payment.alignment": 1.0}),
        ("social_impact_bond", {"payment.milestone": [{"name": "only", "kind": "entry"}]}),
        ("new_public_governance", {"coproduction.delivery": 0.1, "mechanisms.fatigue": False}),
        ("block_grant", {"structure.competition": 0.9, "structure.partnership_required": False}),
    ],
)
def test_a_change_in_the_first_month_is_the_changed_design(cases, designs, design, settings):
    case, rules = cases["generic"], designs[design]
    world = simulate(case, rules, 2, 45, [change(1, settings)])
    other = simulate(case, changed_design(rules, settings), 2, 45)
    assert world.series.tobytes() == other.series.tobytes()
    assert differing(world, other, ("milestones", "claims")) == []  # fewer lines need fewer rows
    assert world.series.tobytes() != simulate(case, rules, 2, 45).series.tobytes()


@pytest.mark.parametrize(
    ("month", "acts", "settings"),
    [
        (20, 20, {"coproduction.delivery": 0.9}),
        (20, 20, {"case.family.crisis_rate": 0.5}),
        (20, 29, {"payment.outcome_share": 0.5}),
        (20, 29, {"structure.competition": 1.0, "structure.partnership_required": False}),
        (20, 29, {"case.locality.town.grant_eur": 50_000.0}),
    ],
)
def test_a_change_moves_no_bit_before_its_month_and_some_bit_then(cases, designs, month, acts, settings):
    case, rules = cases["generic"], designs["social_impact_bond"]
    plain, changed = (simulate(case, rules, 2, 40, changes).series for changes in ([], [change(month, settings)]))
    assert plain[:acts].tobytes() == changed[:acts].tobytes()
    assert plain[acts].tobytes() != changed[acts].tobytes()


def test_awards_are_in_the_months_that_the_calendar_says(cases, designs):
    for case in (cases["generic"], cases["lombardy"]):
        world, months = new_world(case, designs["block_grant"], 1), []
        for month in range(1, case.calendar.months + 1):
            open_month(world)
            months += [month] if world.clock[0].tendering else []
        assert months == award_months(case.calendar, case.calendar.months)


def test_only_the_half_that_was_drawn_has_the_new_rules(cases, designs):
    case, rules = cases["lombardy"], designs["provider_financed_pbr"]
    changes = [change(50, AUDIT, "half")]
    for seed in range(3):
        ((treated,),) = treated_places(case, changes, seed)
        plain, world = simulate(case, rules, seed, 52), simulate(case, rules, seed, 52, changes)
        moved = plain.settings.control_audit != world.settings.control_audit
        assert [name for name, new in zip(case.locality, moved, strict=True) if new] == [treated]
        fields = [name for name in plain.settings.dtype.names if name != "control_audit"]
        assert all(np.array_equal(plain.settings[name], world.settings[name]) for name in fields)


def test_measured_domains_follow_alignment_at_the_award(cases, designs):
    case, rules = cases["generic"], designs["social_impact_bond"]
    assert is_term("payment.alignment")
    model = abm.OutcomeContractingModel(case, rules, rng=1)
    stepped(model, 19)
    model.change({"payment.alignment": 1.0})
    stepped(model, 28)
    assert model.world.localities.measured.sum() == 2
    stepped(model, 29)
    assert model.world.localities.measured.sum() == 4
    assert (model.world.localities.metric_weight > 0).all()


def test_a_grant_in_advance_may_be_followed_by_a_rate_card(cases, designs):
    case = cases["generic"]
    card = {
        "payment.rule": "rate_card",
        "payment.outcome_share": 0.5,
        "payment.milestone": [{"name": "in", "kind": "entry"}],
    }
    world = simulate(case, designs["block_grant"], 1, None, [change(20, card)])
    assert world.milestones[0, 0].claimed > 0
    assert world.localities[0].claimed_before + world.localities[0].outcome_claimed > 0
    assert world.balances.sum() == simulate(case, designs["block_grant"], 1).balances.sum()


# ---- a running model


def stepped(model, until):
    while model.month < until:
        model.step()


def test_a_model_that_was_changed_on_the_way_can_be_repeated(cases, designs):
    case, rules = cases["lombardy"], designs["provider_financed_pbr"]
    model = abm.OutcomeContractingModel(case, rules, rng=5)
    stepped(model, 2)
    model.change({"control.audit": 0.9, "payment.outcome_share": 0.7})
    stepped(model, 50)
    model.change(set={"control": {"penalty": 0.5}}, who="half")
    model.change({"case.money.wage": 26.0})
    stepped(model, model.months)
    expected = ((3, "all"), (51, "half"), (51, "all"))
    assert tuple((one.month, one.who) for one in model.changes) == expected
    result = abm.run(case, rules, seed=5, changes=model.changes)
    assert differing(model.world, result.world) == []
    again = abm.run(case, rules, seed=5, changes=[one.model_dump() for one in model.changes])
    assert differing(model.world, again.world) == []
    assert differing(model.world, abm.run(case, rules, seed=5).world) != []
    assert result.assignment.columns.tolist() == ["case", "design", "seed", "change", "month", "locality", "treated"]
    assert result.assignment[["seed", "change", "month", "locality"]].values.tolist() == [
        [5, 2, 51, "cremona"],
        [5, 2, 51, "monza"],
    ]
    treated = result.assignment.query("treated").locality.tolist()
    assert treated == list(treated_places(case, result.changes, 5)[1])


def test_a_model_refuses_what_cannot_change_and_is_as_before(cases, designs):
    model = abm.OutcomeContractingModel(cases["generic"], designs["block_grant"], months=20)
    with pytest.raises(ConfigError, match=r"changes\[1\]: structure.teams: cannot change in a run"):
        model.change({"structure.teams": 3})
    with pytest.raises(ConfigError, match="expected one of 'all', 'half'"):
        model.change(AUDIT, who="some")
    assert model.changes == ()
    model.change(AUDIT)
    with pytest.raises(ConfigError, match=r"changes\[2\]: control.audit: changes\[1\] changes it in the same month"):
        model.change(AUDIT)
    assert model.changes == as_changes([{"month": 1, "set": AUDIT}])
    stepped(model, 20)
    with pytest.raises(RuntimeError, match="the run ended with month 20"):
        model.change(AUDIT)
