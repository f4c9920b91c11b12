"""A session does what a page asks for, on models of its own, and believes nothing that the page says."""

from __future__ import annotations

import base64
import json

import pytest

from abm.config import ConfigError
from abm.lab.running import run
from abm.lab.twins import twin_of
from abm.model import OutcomeContractingModel
from abm.show.app import keeper
from abm.show.app.catalogue import MAIN, catalogue, stories
from abm.show.app.session import Session
from abm.show.app.setup import Setup, settable

BOND = {"do": "open", "case": "lombardy_cremona", "design": "social_impact_bond", "beside": "twin", "seed": 3}


class Page:
    """A page that keeps what it is told; what it is told must be plain JSON."""

    def __init__(self):
        self.told = []
        self.session = Session(self._hear)

    def _hear(self, kind, said):
        self.told.append((kind, json.loads(json.dumps(said, allow_nan=False))))

    def ask(self, **asked):
        before = len(self.told)
        self.session.ask(asked)
        return self.told[before:]

    def last(self, kind):
        return next(said for name, said in reversed(self.told) if name == kind)

    def csv(self, what="csv"):
        self.ask(do="file", what=what)
        return base64.b64decode(self.last("file")["content"]).decode()


@pytest.fixture
def page():
    one = Page()
    one.ask(**BOND)
    yield one
    one.session.close()


def series_text(case, design, months, **keywords):
    return run(case, design, **keywords).series.to_csv(index=False).splitlines()[: months + 2]


def test_the_arms_are_the_batch_s_runs_to_the_bit(page):
    page.ask(do="step", n=12)
    page.ask(do="step", n=12)
    assert page.csv().splitlines() == series_text("lombardy_cremona", "social_impact_bond", 24, seed=3)
    twin = twin_of(page.session.arms.arm("a").design)
    assert page.csv("csv_beside").splitlines() == series_text("lombardy_cremona", twin, 24, seed=3)


def test_changes_and_events_are_those_of_a_run(page):
    for _ in range(4):
        page.ask(do="step", n=12)
    page.ask(do="change", set={"control.audit": 0.4, "payment.lag_months": 1})
    page.ask(do="event", kind="information", strength=0.5, months=3)
    page.ask(do="step", n=3)
    page.ask(do="change", set={"case.outcome.effect": 0.01})
    page.ask(do="step", n=5)
    assert not [said for kind, said in page.told if kind == "problem"]
    setup = page.session.setup
    done = {"seed": 3, "changes": setup.changes, "interventions": setup.interventions}
    assert page.csv().splitlines() == series_text("lombardy_cremona", "social_impact_bond", 56, **done)
    assert [change.month for change in setup.changes] == [49, 52]


def test_a_change_made_twice_before_its_month_is_the_later_one(page):
    page.ask(do="step", n=12)
    page.ask(do="change", set={"control.audit": 0.2})
    page.ask(do="change", set={"control.audit": 0.4, "control.penalty": 3})
    page.ask(do="step", n=1)
    assert [dict(change.set) for change in page.session.setup.changes] == [
        {"control.audit": 0.4, "control.penalty": 3.0}
    ]
    assert [dict(change.set) for change in page.session.arms["a"].changes] == [
        {"control.audit": 0.4, "control.penalty": 3.0}
    ]


def test_a_change_that_cannot_be_changes_nothing(page):
    page.ask(do="step", n=12)
    before = page.session.setup
    told = page.ask(do="change", set={"case.families": 20})
    assert told[0][0] == "problem"
    assert "cannot change in a run" in told[0][1]["lines"][0]
    page.ask(do="step", n=1)
    assert page.session.setup == before
    assert page.csv().splitlines() == series_text("lombardy_cremona", "social_impact_bond", 13, seed=3)


def test_back_is_the_same_run_at_an_earlier_month(page):
    page.ask(do="step", n=12)
    there = page.csv()
    page.ask(do="step", n=12)
    page.ask(do="back", month=12)
    assert page.csv() == there
    frames = [said for kind, said in page.told if kind == "frame"]
    assert frames[-1]["month"] == 12
    assert frames[-1]["rows"]["a"] == [row for said in frames[:2] for row in said["rows"]["a"]]


def test_facts_reach_what_runs_beside_and_rules_do_not():
    page = Page()
    page.ask(do="open", case="lombardy_cremona", design="social_impact_bond", beside="block_grant")
    page.ask(do="step", n=5)
    page.ask(do="change", set={"control.audit": 0.4, "case.outcome.effect": 0.01})
    page.ask(do="step", n=2)
    changes = page.session.arms["b"].changes
    assert [dict(change.set) for change in changes] == [{"case.outcome.effect": 0.01}]
    page.session.close()


def test_shares_give_way_so_that_they_sum_to_1(page):
    page.ask(do="set", set={"finance.bridge.state": 0.5})
    bridge = page.session.arms.arm("a").design.base.finance.bridge
    assert (bridge.state, bridge.provider, bridge.investor) == (0.5, 0.05, 0.45)


def test_a_part_of_another_design_is_taken_over_whole(page):
    page.ask(do="part", part="payment", design="peterborough_bond")
    problem = page.ask(do="part", part="payment", design="block_grant")[-1]  # an investor has nothing to bridge there
    assert problem[0] == "problem"
    assert "finance.bridge.state" in problem[1]["lines"][0]
    mine = page.session.arms.arm("a").design.base
    from abm.config import load_design

    assert mine.payment == load_design("peterborough_bond").base.payment


def test_a_rule_that_needs_more_says_where_to_take_it_from(page):
    told = page.ask(do="set", set={"payment.rule": "stepped"})[-1]
    assert told[0] == "problem"
    assert "'Whole part as in'" in told[1]["lines"][-1]


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        ({"do": "step", "n": 10_000}, "from 1 to 12"),
        ({"do": "step", "n": "1"}, "from 1 to 12"),
        ({"do": "back", "month": -1}, "month"),
        ({"do": "explode"}, "which there is not"),
        ({"do": "__class__"}, "which there is not"),
        ({}, "no request"),
        ({"do": "open", "case": "../../secret.toml"}, 'no "../../secret.toml" here'),
        ({"do": "open", "case": "generic", "design": ["x"]}, "design"),
        ({"do": "open", "story": "cinderella"}, 'no "cinderella" here'),
        ({"do": "reset", "seed": "-1"}, "seed: expected a whole number"),
        ({"do": "reset", "seed": str(2**63)}, "seed: expected a whole number"),
        ({"do": "reset", "settings": {"case.families": 1_000_000}}, "at most 3,000"),
        ({"do": "reset", "settings": {"case.network.graph": "ties.graphml"}}, "cannot be set here"),
        ({"do": "reset", "settings": {"case.locality.cremona.third_sector": 90_000}}, "more people and organisations"),
        (
            {"do": "reset", "settings": {"case.calendar.runoff": 120, "case.calendar.renewals": 50}},
            "at most 240 months",
        ),
        ({"do": "reset", "settings": {"control.audit": float("nan")}}, "control.audit"),
        ({"do": "set", "set": {"control.audit": 7}}, "expected a number from 0 to 1, got 7"),
        ({"do": "set", "set": {"control.audit": "x" * 9000}}, "too long"),
        ({"do": "event", "kind": "earthquake"}, "kind"),
        ({"do": "look", "kind": "provider", "row": 10**9}, "agent"),
        ({"do": "look", "kind": "edges", "row": 0}, "agent"),
        ({"do": "file", "what": "../passwd"}, "expected one of"),
        ({"do": "file", "what": "png", "metrics": ["nonsense"]}, "names of metrics"),
        ({"do": "part", "part": "name", "design": "block_grant"}, "part"),
        ({"do": "lesson", "key": "flying"}, "lesson"),
    ],
    ids=lambda value: json.dumps(value)[:50] if isinstance(value, dict) else "",
)
def test_what_a_page_says_is_checked(page, asked, words):
    before = page.session.setup
    told = [said for kind, said in page.ask(**asked) if kind == "problem"]
    assert words in " ".join(told[0]["lines"])
    assert page.session.setup == before
    assert page.ask(do="step", n=1)[0][0] == "frame"


def test_a_failure_is_told_and_the_next_run_works(page, monkeypatch):
    def broken(model):
        raise ZeroDivisionError("for the test")

    with monkeypatch.context() as patch:
        patch.setattr(OutcomeContractingModel, "step", broken)
        page.ask(do="reset")  # a model takes its step along when it is made
        told = page.ask(do="step", n=1)[-1]
    assert told == (
        "problem",
        {
            "lines": [
                "The model failed in month 1: ZeroDivisionError: for the test",
                "Reset begins again from the start.",
            ],
            "at": "failed",
        },
    )
    page.ask(do="reset")
    assert page.ask(do="step", n=1)[0][0] == "frame"


def test_a_session_that_slept_goes_on_where_it_was(page):
    page.ask(do="step", n=9)
    there = page.csv()
    keeper.KEEPER.let_sleep(-1.0)
    assert page.session.arms is None
    assert page.csv() == there
    page.ask(do="step", n=1)
    assert page.last("frame")["month"] == 10


def test_with_too_many_awake_the_one_that_rested_longest_sleeps(monkeypatch):
    monkeypatch.setattr(keeper, "MOST_AWAKE", 2)
    keeper.KEEPER.let_sleep(-1.0)
    pages = [Page() for _ in range(3)]
    for one in pages:
        one.ask(**BOND)
    assert [one.session.arms is None for one in pages] == [True, False, False]
    monkeypatch.setattr(keeper, "MOST_SESSIONS", 3)
    refused = Page()
    assert "pages are open" in refused.ask(**BOND)[-1][1]["lines"][0]
    for one in pages:
        one.session.close()


def test_every_story_opens_and_says_what_happens():
    page = Page()
    for key in stories():
        page.ask(do="open", story=key)
        page.ask(do="step", n=12)
        assert not [said for kind, said in page.told if kind == "problem"], key
        assert len(page.last("frame")["now"]) >= 1
    page.session.close()
    assert len(stories()) >= 8


def test_an_agent_tells_its_story(page):
    for _ in range(5):
        page.ask(do="step", n=12)
    page.ask(do="look", kind="family", row=0)
    family = page.last("agent")
    assert len(family["line"]) == 61
    assert {"satisfaction", "engagement"} <= {one["name"] for one in family["now"]}
    page.ask(do="look", kind="public", row=0)
    assert any("partner" in line for line in page.last("agent")["story"])


def test_the_controls_are_what_is_declared():
    keys = {control["key"] for part in catalogue()["parts"] for control in part["controls"]}
    assert keys | {"payment.milestone", "payment.step"} >= {key for key in settable() if "calendar" not in key}
    assert set(MAIN) <= keys
    for part in catalogue()["parts"]:
        for control in part["controls"]:
            assert control["meaning"]
            assert control["source"]


def test_a_setup_too_large_is_refused_before_a_model_is_made():
    from abm.show.app.setup import arms_of

    with pytest.raises(ConfigError, match="at most 3,000"):
        arms_of(Setup(settings={"case.families": 3001}))


def test_every_case_that_is_offered_can_be_opened():
    from abm.show.app.setup import arms_of

    offered = [case["name"] for case in catalogue()["cases"]]
    assert "italy" not in offered  # a country is not for a page that many share
    for name in offered:
        arms_of(Setup(case=name))
    with pytest.raises(ConfigError, match="at most 3,000"):
        arms_of(Setup(case="italy"))
