"""A setup as a link and as a file: what is read back is what was written, whatever was set."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from abm.config import Change, ConfigError, Intervention, load_run
from abm.declare import value_of
from abm.show.app.changing import balanced
from abm.show.app.setup import LONGEST_LINK, Setup, arms_of, from_query, to_query, to_toml, toml_value

NUMBERS = st.floats(0.0, 1.0, allow_nan=False)
KEYS = ("control.audit", "learning.gain", "coproduction.training", "case.outcome.effect")


@st.composite
def setups(draw):
    change = st.tuples(st.integers(1, 70), st.sampled_from(KEYS), NUMBERS)
    changes = draw(st.lists(change, max_size=4, unique_by=lambda one: one[0]))
    events = draw(
        st.lists(st.tuples(st.integers(1, 60), st.sampled_from(("information", "budget_cut")), NUMBERS), max_size=3)
    )
    return Setup(
        case="lombardy",
        design="social_impact_bond",
        beside=draw(st.sampled_from(("twin", "unchanged", "block_grant"))),
        seed=draw(st.integers(0, 2**63 - 1)),
        settings=draw(st.dictionaries(st.sampled_from(KEYS), NUMBERS, max_size=3)),
        changes=tuple(Change(month=m, set={key: value}) for m, key, value in changes),
        interventions=tuple(Intervention(month=m, kind=k, strength=float(f"{s:g}"), months=2) for m, k, s in events),
    )


@given(setups(), st.integers(0, 240))
@settings(max_examples=60, deadline=None)
def test_a_link_is_read_back(setup, month):
    assert from_query(to_query(setup, month)) == (setup, month)


def test_a_file_is_read_back(tmp_path):
    lines = [{"name": 'a "line"', "kind": "sustained", "threshold": 0.1, "months": 6, "price": 1.0}]
    setup = Setup(
        case="lombardy",
        design="social_impact_bond",
        seed=2**63 - 1,
        settings={
            "payment.milestone": lines,
            "control.audit": 0.1 + 0.2,
            "mechanisms.gaming": False,
            "payment.lag_months": 4,
        },
        changes=(Change(month=50, who="half", set={"control.audit": 0.3}),),
        interventions=(Intervention(month=50, kind="workshop", unit="provider", who="half", strength=0.5, months=3),),
    )
    path = tmp_path / "mine.toml"
    path.write_text(to_toml(setup, 78), encoding="utf-8")
    read = load_run(path)
    arm, mine = next(read.arms()), arms_of(setup)["a"]
    assert (arm.case, arm.design, arm.changes, arm.interventions) == (
        mine.case,
        mine.design,
        mine.changes,
        mine.interventions,
    )
    assert (read.seeds, read.months) == ((setup.seed,), 78)


def test_a_run_file_is_one_run(tmp_path):
    path = tmp_path / "many.toml"
    path.write_text('case = "generic"\ndesigns = ["block_grant", "social_prime"]\nseeds = 2\n')
    with pytest.raises(ConfigError, match=r"many.toml: designs: a run has one, these are 2; `obc batch`"):
        load_run(path)


@pytest.mark.parametrize(
    "query",
    [
        "case=generic&design=block_grant&colour=red",
        "case=generic&case=lombardy",
        "case=generic&seed=1.5",
        "case=generic&seed=99999999999999999999",
        "case=generic&month=-3",
        "case=generic&set=control.audit",
        "case=generic&set=" + "x" * LONGEST_LINK,
        "case=generic&change=now:control.audit%3D1",
    ],
)
def test_a_wrong_link_is_refused(query):
    with pytest.raises(ConfigError):
        from_query(query)


def test_a_query_of_something_else_is_no_link():
    assert from_query("?utm_source=mail") is None
    assert from_query("") is None


@given(NUMBERS, st.lists(st.floats(0.001, 1.0), min_size=2, max_size=3))
def test_shares_sum_to_one(value, others):
    total = sum(others)
    shares = {"x": 0.0} | {str(n): one / total for n, one in enumerate(others)}
    new = balanced("x", value, shares)
    assert abs(sum(new.values()) - 1.0) < 1e-9
    assert new["x"] == value


@pytest.mark.parametrize("value", [True, 3, 0.1, 1e-7, 1e22, 'say "so"\n\\', [1, 2.5], [{"name": "a", "core": False}]])
def test_toml_values_are_toml(value):
    import tomllib

    assert tomllib.loads(f"x = {toml_value(value)}")["x"] == value


def test_what_is_the_same_runs_once():
    arms = arms_of(Setup(design="cremona_devolved", beside="unchanged"))
    assert arms["a"] is arms["b"] is arms["t"]
    assert value_of(arms["a"].design.base, "payment.rule") == "block"


def test_a_rate_card_is_left_for_another_rule_by_emptying_it():
    from abm.lab.running import run

    emptied = {"payment.rule": "tranche", "payment.milestone": []}
    assert run("generic", "social_impact_bond", months=5, settings=emptied).design.base.payment.milestone == ()
    with pytest.raises(ConfigError, match="does not use it"):
        run("generic", "social_impact_bond", months=5, settings=emptied | {"payment.person_cap": 2.0})
